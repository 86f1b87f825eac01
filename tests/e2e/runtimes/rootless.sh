#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An ordinary user's Podman and Docker beside that user's systemd: the containers of the first by name without an API,
# those of the second by that user's socket.
# shellcheck source-path=SCRIPTDIR source=../../lib/common.sh
. "$(dirname "$0")/../../lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=../../lib/machine.sh
. "$(dirname "$0")/../../lib/machine.sh"
need_probe
for program in podman crun newuidmap; do
	command -v $program >/dev/null || { skip all "no $program"; exit 0; }
done
need_docker # the image is made there
# crun makes keyrings; rootlesskit has a network interface of its own.
machine_options=(--system-call-filter=@keyring)
mknod "$tmp/tun" c 10 200 2>/dev/null && chmod 666 "$tmp/tun" && machine_options+=(--bind="$tmp/tun:/dev/net/tun")
machine_root
machine_user
touch "$root/etc/hosts" "$root/etc/resolv.conf"
docker save "$image" >"$root/image.tar"
echo bob:100000:65536 | tee "$root/etc/subuid" >"$root/etc/subgid"
mkdir -m 1777 "$root/var/tmp"
mkdir -p "$root/home/bob/.config/containers" "$root/etc/containers"
echo '{ "default": [{ "type": "insecureAcceptAnything" }] }' >"$root/etc/containers/policy.json"
# No limits above those of the machine, and no controllers that it lacks.
cat >"$root/home/bob/.config/containers/containers.conf" <<'CONF'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
default_sysctls = []
pids_limit = 0
netns = "none"
[engine]
events_logger = "file"
CONF
printf '[storage]\ndriver = "vfs"\n' >"$root/home/bob/.config/containers/storage.conf"
chown -R 1001:1001 "$root/home/bob"
machine_boot
inside systemctl start user@1001
if ! as_user podman load -i /image.tar >"$tmp/out" 2>&1 ||
	! as_user podman run --rm "localhost/$image" true >>"$tmp/out" 2>&1; then
	skip all "no rootless podman here: $(tail -n 1 "$tmp/out")"
	exit 0
fi
# What is said of all containers.
containers='[.workloads[] | select(.kind == "container") | .runtime, .container.name, .container.userns, .advice.cap_add]'

# Started behind another command, whose arguments nobody changes: known by where its processes come from.
inside /captrim run -q --format json -- "${bobs[@]}" podman run --rm --name ours "localhost/$image" \
	sh -c 'chown 1001 /tmp; sleep 1' >"$tmp/advice" 2>"$tmp/err" || fail run-status "$(tail -n 1 "$tmp/err")"
is run "$(jq -c "$containers" "$tmp/advice")" '["podman","ours",true,["CHOWN"]]'
is run-lookups "$(jq .losses.lookups "$tmp/advice")" 0

as_user podman run -d --name busy "localhost/$image" sh -c 'while chown 1001 /tmp; do sleep 0.2; done' >"$tmp/out" 2>&1
as_user podman run -d --name quiet "localhost/$image" sleep 300 >"$tmp/out" 2>&1
# Started by somebody else in the meantime, it is not the command's.
inside /captrim run -q --format json -- sh -c 'sleep 3' >"$tmp/advice" 2>"$tmp/err" &
other=$!
sleep 1
as_user podman run --rm --name theirs "localhost/$image" true >"$tmp/out" 2>&1
wait $other
is run-others "$(jq -c "$containers" "$tmp/advice")" '[]'

inside /captrim record -q -c busy -d 2s -o /root/busy.rec >"$tmp/err" 2>&1 || fail record-status "$(tail -n 1 "$tmp/err")"
inside /captrim advise --format json /root/busy.rec >"$tmp/advice"
is record "$(jq -c "$containers" "$tmp/advice")" '["podman","busy",true,["CHOWN"]]'
is record-lookups "$(jq .losses.lookups "$tmp/advice")" 0
inside /captrim record -q --all -d 2s -o /root/all.rec >"$tmp/err" 2>&1 || fail all-status "$(tail -n 1 "$tmp/err")"
inside /captrim advise --format json /root/all.rec >"$tmp/advice"
is all "$(jq -c "$containers" "$tmp/advice" | grep -c '"podman","busy",true,\["CHOWN"\]')" 1
inside /captrim record -q -c nobody -d 1s -o /root/none.rec >"$tmp/err" 2>&1
is unknown-status $? 1
# What the same would need as root's: a low port is allowed to a user's container by its own namespace alone.
inside /captrim run -q --format json -- "${bobs[@]}" podman run --rm --name port "localhost/$image" \
	sh -c 'nc -l -p 80 & sleep 1; kill $!' >"$tmp/advice" 2>"$tmp/err"
is port "$(jq -c "$containers" "$tmp/advice")" '["podman","port",true,["NET_BIND_SERVICE"]]'
# One without a cgroup of its own is not told apart from its client: that is said.
inside /captrim run -q --format json -- "${bobs[@]}" podman run --rm --cgroups=disabled "localhost/$image" \
	sh -c 'chown 1001 /tmp; sleep 1' >"$tmp/advice" 2>"$tmp/err" || fail disabled-status "$(tail -n 1 "$tmp/err")"
is disabled "$(jq -c '[.workloads[] | .kind, .advice.confidence, ([.warnings[].code] | index("left-out") != null)]' "$tmp/advice")" \
	'["command","low",true]'
as_user podman kill -a >/dev/null 2>&1

rootless=/usr/share/docker.io/contrib/dockerd-rootless.sh
for program in rootlesskit slirp4netns $rootless; do
	command -v "$program" >/dev/null || { skip docker "no $program"; exit 0; }
done
docker=("$(PATH=/usr/bin command -v docker)" -H unix:///run/user/1001/docker.sock)
as_user systemd-run -q --user -u docker -p Delegate=yes -E PATH=/usr/bin:/usr/sbin -E XDG_RUNTIME_DIR=/run/user/1001 \
	-E HOME=/home/bob $rootless --iptables=false --bridge=none --storage-driver=vfs \
	--exec-opt native.cgroupdriver=systemd >"$tmp/out" 2>&1
for _ in $(seq 150); do
	as_user "${docker[@]}" version >"$tmp/out" 2>&1 && break
	sleep 0.2
done
if ! as_user "${docker[@]}" load -i /image.tar >>"$tmp/out" 2>&1 ||
	! as_user "${docker[@]}" run --rm --network none "$image" true >>"$tmp/out" 2>&1; then
	skip docker "no rootless Docker here: $(tail -n 1 "$tmp/out")"
	exit 0
fi
inside /captrim run -q --format json -- "${docker[@]}" run --rm --network none --name web "$image" \
	sh -c 'chown 1001 /tmp; sleep 1' >"$tmp/advice" 2>"$tmp/err" || fail docker-status "$(tail -n 1 "$tmp/err")"
is docker-run "$(jq -c "$containers" "$tmp/advice")" '["docker","web",true,["CHOWN"]]'
as_user "${docker[@]}" run -d --network none --name late "$image" sh -c 'while chown 1001 /tmp; do sleep 0.2; done' >"$tmp/out" 2>&1
inside /captrim record -q -c late -d 2s -o /root/late.rec >"$tmp/err" 2>&1 || fail docker-late-status "$(tail -n 1 "$tmp/err")"
inside /captrim advise --format json /root/late.rec >"$tmp/advice"
is docker-late "$(jq -c "$containers" "$tmp/advice")" '["docker","late",true,["CHOWN"]]'
inside /captrim whose "$(as_user "${docker[@]}" inspect -f '{{.State.Pid}}' late)" >"$tmp/whose" 2>&1
says docker-whose "$tmp/whose" '^name +late'
# Who only asked the daemon is not known: that is said.
inside /captrim run -q --format json -- "${bobs[@]}" "${docker[@]}" run --rm --network none "$image" true >"$tmp/advice" 2>"$tmp/err"
is docker-left-out "$(jq -c '[.workloads[].warnings[].code] | index("left-out") != null' "$tmp/advice")" true
as_user "${docker[@]}" kill late >/dev/null 2>&1
