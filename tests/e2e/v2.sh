#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A Docker daemon of its own in a pure cgroup v2 view and a network namespace of its own, on a host that need not be
# pure v2: captrim beside it, and captrim outside.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
need_docker # the image is made there
command -v dockerd >/dev/null || { skip all 'no dockerd to start'; exit 0; }

d=$tmp/docker
mkdir "$d"
cat >"$tmp/world" <<'WORLD'
#!/bin/sh
ip link set lo up
mount --make-rprivate / && umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup || exit
exec "$@"
WORLD
chmod +x "$tmp/world"
unshare -mn "$tmp/world" dockerd --data-root "$d/data" --exec-root "$d/exec" --pidfile "$d/pid" \
	-H "unix://$d/sock" >"$tmp/dockerd" 2>&1 &
daemon=$!
clean() {
	[ ! -s "$d/pid" ] || kill "$(cat "$d/pid")" 2>/dev/null
	for _ in $(seq 150); do
		kill -0 $daemon 2>/dev/null || break
		sleep 0.2
	done
	rm -rf "$tmp"
}
trap clean EXIT
client=(docker -H "unix://$d/sock")
for _ in $(seq 300); do
	"${client[@]}" version >/dev/null 2>&1 && break
	kill -0 $daemon 2>/dev/null || break
	sleep 0.2
done
if ! "${client[@]}" version >/dev/null 2>&1; then
	skip all "no second dockerd here: $(tail -n 1 "$tmp/dockerd")"
	exit 0
fi
docker save "$image" | "${client[@]}" load >"$tmp/out" 2>&1
if ! "${client[@]}" run --rm --network none "$image" true >"$tmp/out" 2>&1; then
	skip all "it runs no container: $(tail -n 1 "$tmp/out")"
	exit 0
fi

# inside COMMAND...: in the daemon's view
inside() { nsenter -t "$(cat "$d/pid")" -m -n "$@"; }
# outside COMMAND...
outside() { "$@"; }

for where in inside outside; do
	name=captrim-v2-$where-$$
	status=0
	$where "$captrim" run -q --format json -o "$tmp/advice" -- "${client[@]}" run --rm --network none \
		--name "$name" "$image" chown 1001 /tmp >"$tmp/out" 2>"$tmp/err" || status=$?
	is "$where-status" "$status" 0
	is "$where-run" "$(jq -c '[.workloads[] | .container.name, .advice.cap_add]' "$tmp/advice")" "[\"$name\",[\"CHOWN\"]]"
	is "$where-losses" "$(jq -c '.losses | [.events, .kinds, .lookups]' "$tmp/advice")" '[0,0,0]'
	"${client[@]}" run -d --rm --network none --name "$name" "$image" sleep 300 >/dev/null
	$where "$captrim" record -q --socket "$d/sock" -c "$name" -d 8s -o "$tmp/recording" 2>"$tmp/err" &
	recorder=$!
	sleep 4
	"${client[@]}" exec "$name" chown 1001 /tmp
	wait $recorder
	"${client[@]}" kill "$name" >/dev/null
	"$captrim" advise --format json -o "$tmp/advice" "$tmp/recording"
	is "$where-record" "$(jq -c '[.workloads[] | .container.name, .advice.cap_add]' "$tmp/advice")" "[\"$name\",[\"CHOWN\"]]"
	is "$where-record-phase" "$(jq -r '[.workloads[0].capabilities[] | select(.name == "CHOWN") | .reasons[].phase]
		| unique | join(",")' "$tmp/advice")" exec
done
# A plain command in that view.
inside "$captrim" run -q --format json -o "$tmp/advice" -- chown 1001 "$tmp/out" 2>"$tmp/err"
is plain "$(cap_add "$tmp/advice")" CHOWN
is layout "$(jq .host.cgroup "$tmp/advice")" 2
