#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Docker in Docker: the container within and the one around it, each with an advice. The inner engine is this host's,
# from a read-only /usr.
# shellcheck source-path=SCRIPTDIR source=../../lib/common.sh
. "$(dirname "$0")/../../lib/common.sh"
need_probe
need_docker
outer=captrim-outer-$$
trap 'docker rm -f "$outer" "$outer-web" >/dev/null 2>&1; rm -rf "$tmp"' EXIT
for program in dockerd containerd runc docker; do
	[ -x "/usr/bin/$program" ] || [ -x "/usr/sbin/$program" ] || { skip all "no $program below /usr to run within"; exit 0; }
done
docker save "$image" >"$tmp/image.tar"
# Not --privileged: the machine may lack some.
docker run -d --name "$outer" --cap-add ALL --cap-drop SYS_RESOURCE --security-opt seccomp=unconfined \
	--security-opt apparmor=unconfined --cgroupns private --tmpfs /run --tmpfs /var/lib/docker:exec \
	-v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro -v /bin:/bin:ro -v /sbin:/sbin:ro -v /etc/ssl:/etc/ssl:ro \
	-v "$tmp/image.tar:/image.tar:ro" "$image" sh -c \
	'umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup &&
	PATH=/usr/sbin:/usr/bin exec dockerd -H unix:///run/docker.sock --iptables=false --bridge=none --storage-driver vfs' \
	>"$tmp/out" 2>&1 || { skip all "no container for an engine can be started: $(tail -n 1 "$tmp/out")"; exit 0; }
# within ARGUMENT...: the inner engine's client
within() { docker exec "$outer" /usr/bin/docker -H unix:///run/docker.sock "$@"; }
for _ in $(seq 150); do
	within version >"$tmp/out" 2>&1 && break
	sleep 0.2
done
if ! within load -i /image.tar >>"$tmp/out" 2>&1 || ! within run --rm --network none "$image" true >>"$tmp/out" 2>&1; then
	skip all "no engine within a container here: $(docker logs "$outer" 2>&1 | cat - "$tmp/out" | tail -n 1)"
	exit 0
fi
busy='while chown 1001 /tmp; do sleep 0.2; done'
inner_id=$(within run -d --name web --network none "$image" sh -c "$busy")
containers='[.workloads[] | select(.kind == "container") | .container.name, .runtime]'

# recorded NAME OPTION...: what is there now
recorded() {
	local name=$1

	shift
	rm -f "$tmp/rec"
	"$captrim" record -q "$@" -d 3s -o "$tmp/rec" 2>"$tmp/err" || fail "$name-status" "$(tail -n 1 "$tmp/err")"
	"$captrim" advise --format json -o "$tmp/advice" "$tmp/rec"
	is "$name-lookups" "$(jq .losses.lookups "$tmp/advice")" 0
}
# caps NAME: what is advised for a container
caps() { jq -c --arg name "$1" '.workloads[] | select(.container.name == $name) | .advice.cap_add' "$tmp/advice"; }

recorded outer -c "$outer"
is outer-both "$(jq -c "$containers" "$tmp/advice")" "[\"$outer\",\"docker\",\"$outer/web\",\"docker\"]"
is outer-inner "$(caps "$outer/web")" '["CHOWN"]'
# What the inner one needs it can only have from the outer one.
is outer-outer "$(caps "$outer" | jq -c 'index("CHOWN") != null')" true
for name in web "$outer/web" "${inner_id:0:12}"; do
	recorded "inner-${name%%-*}" -c "$name"
	is "inner-$name-alone" "$(jq -c "$containers" "$tmp/advice" | sed "s/$$/N/g")" '["captrim-outer-N/web","docker"]'
done
is inner-image "$(jq -r '.workloads[0].container.image' "$tmp/advice")" "$image"
within kill web >/dev/null

# One that starts while we watch: its engine's set-up is not its need, but the outer one's.
"$captrim" record -q -c "$outer" -o "$tmp/rec" 2>"$tmp/err" &
recorder=$!
attached $recorder
within run --rm --name short --network none "$image" sh -c 'chown 1001 /tmp; sleep 0.3' >"$tmp/out" 2>&1
kill -INT $recorder
wait $recorder
"$captrim" advise --format json -o "$tmp/advice" "$tmp/rec"
is start-inner "$(caps "$outer/short")" '["CHOWN"]'
is start-complete "$(jq -c --arg name "$outer/short" '.workloads[] | select(.container.name == $name) | .advice.complete' "$tmp/advice")" true
is start-outer "$(caps "$outer" | jq -c 'contains(["CHOWN", "NET_RAW", "SYS_ADMIN", "SETFCAP"])')" true
is start-lookups "$(jq .losses.lookups "$tmp/advice")" 0

# A cgroup within that has the name of one of the host's containers.
docker run -d --name "$outer-web" --network none "$image" sleep 300 >/dev/null
id=$(docker inspect -f '{{.Id}}' "$outer-web")
"$captrim" record -q -c "$outer-web" -o "$tmp/rec" 2>"$tmp/err" &
recorder=$!
attached $recorder
# shellcheck disable=SC2016 # for the inner shell
docker exec "$outer" sh -c 'cd /sys/fs/cgroup && mkdir -p "docker/$0" && echo 0 >"docker/$0/cgroup.procs" && chown 1001 /tmp && id' "$id" >"$tmp/out" 2>&1 ||
	fail forged-status "$(tail -n 1 "$tmp/out")"
kill -INT $recorder
wait $recorder
"$captrim" advise --format json -o "$tmp/advice" "$tmp/rec"
is forged "$(caps "$outer-web")" '[]'
