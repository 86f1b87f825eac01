# SPDX-License-Identifier: GPL-2.0-only
"""The manifest and the Helm chart for a cluster: both say the same, and give no right that is not needed.

cluster.py MANIFEST CHART OUT: prints PASS and FAIL lines, and writes the manifest's documents for the API's
definitions to OUT/*.manifest, and the configuration in it to OUT/captrim.yaml. The chart is rendered with its own values by the
few forms of templates that it uses; any other form is an error.
"""
import glob, json, re, sys, yaml

manifest, chart, out = sys.argv[1:]


def result(name, problem):
    print("FAIL cluster/%s: %s" % (name, problem) if problem else "PASS cluster/" + name)


def render(text, values, namespace):
    """What Helm makes of it, with toYaml, indent and quote."""
    def look_up(path):
        value = {"Values": values, "Release": {"Namespace": namespace}}
        for word in path.lstrip(".").split("."):
            value = value[word]
        return value

    def one(match):
        words = match[1]
        if m := re.fullmatch(r"(\.[\w.]+)", words):
            return str(look_up(m[1]))
        if m := re.fullmatch(r"(\.[\w.]+) \| quote", words):
            return json.dumps(look_up(m[1]))
        if m := re.fullmatch(r"toYaml (\.[\w.]+) \| indent (\d+)", words):
            lines = yaml.safe_dump(look_up(m[1]), default_flow_style=False).rstrip("\n").split("\n")
            return "\n".join(" " * int(m[2]) + line for line in lines)
        raise ValueError("template in no known form: " + words)

    return re.sub(r"\{\{ (.*?) \}\}", one, text)


def differences(a, b, where="$"):
    if isinstance(a, str) and isinstance(b, str) and "\n" in a:  # a configuration within: what it says
        a, b = yaml.safe_load(a), yaml.safe_load(b)
    if type(a) is not type(b):
        return ["%s: %r, %r" % (where, a, b)]
    if isinstance(a, dict):
        return [d for k in sorted(set(a) | set(b)) for d in differences(a.get(k), b.get(k), where + "." + k)]
    if isinstance(a, list) and len(a) == len(b):
        return [d for i, (x, y) in enumerate(zip(a, b)) for d in differences(x, y, "%s[%d]" % (where, i))]
    return [] if a == b else ["%s: %r, %r" % (where, a, b)]


with open(manifest, encoding="utf-8") as f:
    docs = {d["kind"]: d for d in yaml.safe_load_all(f)}
result("kinds", sorted(docs) != ["ConfigMap", "DaemonSet", "Namespace"] and sorted(docs))
with open(chart + "/values.yaml", encoding="utf-8") as f:
    values = yaml.safe_load(f)
rendered = {}
for path in sorted(glob.glob(chart + "/templates/*.yaml")):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    doc = yaml.safe_load(render(text, values, "captrim"))
    rendered[doc["kind"]] = doc
result("chart-kinds", sorted(rendered) != ["ConfigMap", "DaemonSet"] and sorted(rendered))
for kind in sorted(rendered):
    result("chart-is-the-manifest " + kind, "; ".join(differences(docs[kind], rendered[kind])[:3]))
other = dict(values, nodeSelector={}, tolerations=[], resources={"limits": {"memory": "1Gi"}}, store="/srv/a: \"b\"", config={"interval": "9s"}, image={"repository": "r/c", "tag": "7", "pullPolicy": "Always"})
text = open(chart + "/templates/daemonset.yaml", encoding="utf-8").read()
doc = yaml.safe_load(render(text, other, "elsewhere"))
pod = doc["spec"]["template"]["spec"]
one, = pod["containers"]
result("chart-values", [doc["metadata"]["namespace"], one["image"], one["imagePullPolicy"], pod["volumes"][1]["name"], pod["volumes"][2]["hostPath"]["path"]] !=
       ["elsewhere", "r/c:7", "Always", "host", "/srv/a: \"b\""] and "do not reach the pod")
result("chart-values-empty", [pod["nodeSelector"], pod["tolerations"], one["resources"]] != [{}, [], other["resources"]] and repr(pod))
with open(out + "/DaemonSet-other.manifest", "w", encoding="utf-8") as f:
    json.dump(doc, f)

pod = docs["DaemonSet"]["spec"]["template"]["spec"]
one, = pod["containers"]
rights = one["securityContext"]
result("capabilities", rights["capabilities"] != {"drop": ["ALL"], "add": ["BPF", "PERFMON", "SYSLOG", "SYS_PTRACE", "DAC_READ_SEARCH"]} and
       "other than those of the unit: %r" % rights["capabilities"])
result("not-privileged", (rights["privileged"] or rights["allowPrivilegeEscalation"] or not rights["readOnlyRootFilesystem"] or
       rights["seccompProfile"]["type"] != "RuntimeDefault") and repr(rights))
result("no-token", pod["automountServiceAccountToken"] is not False and "the pod gets a token")
result("no-network-of-the-host", (pod.get("hostNetwork") or pod.get("hostIPC")) and "the pod has it")
mounts = {m["name"]: m for m in one["volumeMounts"]}
result("mounts-are-volumes", set(mounts) ^ {v["name"] for v in pod["volumes"]})
result("host-read-only", not mounts["host"].get("readOnly") and "the node's files can be written")
writable = sorted(v["hostPath"]["path"] for v in pod["volumes"] if "hostPath" in v and not mounts[v["name"]].get("readOnly"))
result("writes-the-store-alone", writable != ["/var/lib/captrim"] and writable)
result("selects-itself", docs["DaemonSet"]["spec"]["selector"]["matchLabels"].items() - docs["DaemonSet"]["spec"]["template"]["metadata"]["labels"].items())
for kind, doc in docs.items():
    with open("%s/%s.manifest" % (out, kind), "w", encoding="utf-8") as f:
        json.dump(doc, f)
with open(out + "/captrim.yaml", "w", encoding="utf-8") as f:
    f.write(docs["ConfigMap"]["data"]["captrim.yaml"])
