#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A client of the CRI for tests, since Debian has no crictl: messages by hand, HTTP/2 by curl.

cri.py SOCKET pod NAME NAMESPACE UID CGROUP_PARENT [LABEL=VALUE...]   prints the pod's id
cri.py SOCKET container POD_ID POD_NAME NAMESPACE UID CGROUP_PARENT NAME IMAGE COMMAND...   prints the container's id
cri.py SOCKET start|stop|remove ID        of a container, of a pod, of a pod
cri.py image FILE NAME BUSYBOX            writes an image to be imported: busybox, which sleeps
"""
import hashlib, io, json, os, struct, subprocess, sys, tarfile, tempfile


def varint(n):
    out = b""
    while True:
        out += bytes([n & 0x7F | (0x80 if n > 0x7F else 0)])
        n >>= 7
        if not n:
            return out


def put(number, value):
    """A field: a number, text, or the fields of a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def entries(number, mapping):
    return b"".join(put(number, put(1, k) + put(2, v)) for k, v in mapping.items())


def first_text(message):
    """The text of field 1, which is all that is wanted of any answer."""
    at, length, shift = 1, 0, 0
    if not message or message[0] != 0x0A:
        return ""
    while True:
        length |= (message[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not message[at - 1] & 0x80:
            return message[at:at + length].decode()


def call(socket, method, message):
    with tempfile.TemporaryDirectory() as d:
        with open(d + "/request", "wb") as f:
            f.write(b"\0" + struct.pack(">I", len(message)) + message)
        subprocess.run(["curl", "-s", "-S", "--max-time", "60", "--http2-prior-knowledge", "--unix-socket", socket,
                        "-H", "content-type: application/grpc", "-H", "te: trailers", "--data-binary", "@" + d + "/request",
                        "-D", d + "/headers", "-o", d + "/answer",
                        "http://localhost/runtime.v1.RuntimeService/" + method], check=True)
        headers = dict(line.rstrip("\r\n").split(": ", 1) for line in open(d + "/headers") if ": " in line)
        answer = open(d + "/answer", "rb").read() if os.path.exists(d + "/answer") else b""
    if headers.get("grpc-status", "0") != "0" or (method.startswith(("Run", "Create")) and len(answer) <= 5):
        sys.exit("%s: %s" % (method, headers.get("grpc-message", "refused")))
    return first_text(answer[5:])


def labels(pod, space, uid, container=None):
    mapping = {"io.kubernetes.pod.name": pod, "io.kubernetes.pod.namespace": space, "io.kubernetes.pod.uid": uid}
    if container:
        mapping["io.kubernetes.container.name"] = container
    return mapping


def pod_config(pod, space, uid, parent="", more=()):
    mapping = labels(pod, space, uid)
    mapping.update(label.split("=", 1) for label in more)
    host_network = put(2, put(1, put(1, 2)))
    return (put(1, put(1, pod) + put(2, uid) + put(3, space)) + entries(6, mapping) +
            put(8, put(1, parent) + host_network))


def image(path, name, busybox):
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        for directory in ("bin", "tmp", "proc", "sys", "dev", "etc"):
            info = tarfile.TarInfo(directory)
            info.type, info.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(info)
        info = tar.gettarinfo(busybox, "bin/busybox")
        info.uid = info.gid = 0
        with open(busybox, "rb") as f:
            tar.addfile(info, f)
        for applet in ("sh", "chown", "chroot", "sleep", "true", "ls"):
            link = tarfile.TarInfo("bin/" + applet)
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
    data = layer.getvalue()
    config = json.dumps({"architecture": "amd64", "os": "linux",
                         "config": {"Entrypoint": ["/bin/sleep"], "Cmd": ["1000000"], "Env": ["PATH=/bin"]},
                         "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(data).hexdigest()]}}).encode()
    manifest = json.dumps([{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]).encode()
    with tarfile.open(path, "w") as tar:
        for file, content in (("layer.tar", data), ("config.json", config), ("manifest.json", manifest)):
            info = tarfile.TarInfo(file)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


def main(argv):
    if argv[0] == "image":
        return image(*argv[1:])
    socket, what, *rest = argv
    if what == "pod":
        print(call(socket, "RunPodSandbox", put(1, pod_config(*rest[:4], more=rest[4:]))))
    elif what == "container":
        pod_id, pod, space, uid, parent, name, img, *command = rest
        config = (put(1, put(1, name)) + put(2, put(1, img)) + b"".join(put(3, word) for word in command) +
                  entries(9, labels(pod, space, uid, name)) + put(15, put(2, b"")))
        print(call(socket, "CreateContainer", put(1, pod_id) + put(2, config) + put(3, pod_config(pod, space, uid, parent))))
    elif what == "start":
        call(socket, "StartContainer", put(1, rest[0]))
    elif what == "stop":
        call(socket, "StopPodSandbox", put(1, rest[0]))
    elif what == "remove":
        call(socket, "RemovePodSandbox", put(1, rest[0]))


main(sys.argv[1:])
