#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Units of a booted systemd, captrim beside it: this host's systemd in a container with this host's /usr.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
command -v systemd-nspawn >/dev/null || { skip all 'no systemd-nspawn (package systemd-container)'; exit 0; }
if [ ! -x /usr/lib/systemd/systemd ] || [ ! -x /usr/bin/dbus-daemon ] || [ ! -L /bin ]; then
	skip all 'no systemd, no dbus or no merged /usr to boot'
	exit 0
fi

root=$tmp/machine
mkdir -p "$root"/{usr,var,run,tmp,root,proc,sys,dev,etc/systemd/system}
for d in bin sbin lib lib64; do ln -s usr/$d "$root/$d"; done
cp /etc/os-release "$root/etc/"
echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id" # no first boot
printf '%s\n' root:x:0:0::/root:/bin/sh messagebus:x:998:998::/:/bin/false nobody:x:65534:65534::/:/bin/false \
	>"$root/etc/passwd"
printf '%s\n' root:x:0: messagebus:x:998: nogroup:x:65534: >"$root/etc/group"
cat >"$root/etc/systemd/system/busy.service" <<'UNIT'
[Service]
PrivateTmp=yes
ExecStartPre=/bin/rm -f /run/busy
ExecStartPre=/bin/touch /run/busy
ExecStart=/bin/sh -c 'while chown 1001 /run/busy; do sleep 0.2; done'
UNIT
for unit in systemd-udevd systemd-udev-trigger systemd-sysctl systemd-logind console-getty; do
	ln -s /dev/null "$root/etc/systemd/system/$unit.service"
done
cp "$captrim" "$root/captrim"
cat >"$tmp/world" <<'WORLD'
#!/bin/sh
mount --make-rprivate / && umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup || exit
exec "$@"
WORLD
chmod +x "$tmp/world"
# Its /usr comes too late for nspawn to see how new its systemd is.
SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 unshare -m "$tmp/world" systemd-nspawn -q --register=no --keep-unit \
	--machine="captrim-$$" --bind-ro=/usr -D "$root" -b </dev/null >"$tmp/boot" 2>&1 &
machine=$!
clean() {
	# The second one ends it at once.
	for _ in $(seq 50); do
		kill $machine 2>/dev/null || break
		sleep 0.2
	done
	rm -rf "$tmp"
}
trap clean EXIT

# inside COMMAND...: beside the container's systemd
inside() { timeout 120 nsenter -t "$init" -m -p -C -u -i -n "$@"; }
init=
for _ in $(seq 200); do
	init=$(cat "/proc/$machine/task/$machine/children" 2>/dev/null)
	init=${init%% *}
	[ -z "$init" ] || inside systemctl is-active -q dbus.socket 2>/dev/null && break
	kill -0 $machine 2>/dev/null || break
	sleep 0.3
done
if [ -z "$init" ] || ! inside systemd-run -q --wait true >"$tmp/out" 2>&1; then
	skip all "systemd does not boot here: $(cat "$tmp/out" "$tmp/boot" 2>/dev/null | tail -n 1 | tr -d '\033')"
	exit 0
fi
if ! inside /captrim doctor >"$tmp/doctor" 2>&1; then
	skip all "no way into this kernel from there: $(grep -m1 '^no' "$tmp/doctor")"
	exit 0
fi

# run NAME UNIT CAPS OPTION...: systemd-run with these options; what is advised for which unit
run() {
	local name=$1 unit=$2 caps=$3 status=0

	shift 3
	inside /captrim run -q --format json -- systemd-run -q "$@" >"$tmp/advice" 2>"$tmp/err" || status=$?
	is "$name-status" "$status" 0
	is "$name" "$(jq -c '[.workloads[] | .id, .kind, .runtime, .advice.cap_add]' "$tmp/advice" |
		sed 's/captrim-run-[0-9a-f]*/captrim-run-ID/')" "[\"$unit\",\"unit\",\"systemd\",$caps]"
}

own='rm -f /run/own; touch /run/own; chown 1001 /run/own'
run named captrim-named.service '["CHOWN"]' --unit captrim-named --wait sh -c "$own"
run dotted captrim.dotted.service '["CHOWN"]' -ucaptrim.dotted --wait sh -c "$own"
run unnamed captrim-run-ID.service '["CHOWN"]' sh -c "$own; sleep 1"
run scope captrim-scope.scope '["CHOWN"]' --unit=captrim-scope --scope sh -c "$own"
# What systemd does before it executes the program is not the program's.
run set-up captrim-set-up.service '[]' -u captrim-set-up --wait -p User=nobody -p PrivateTmp=yes -p Nice=-5 true
is set-up-phase "$(jq -c '[.workloads[0].capabilities[] | select(.name | IN("SETUID", "SETGID", "SYS_NICE")) |
	.reasons[] | .phase] | unique' "$tmp/advice")" '["setup"]'

inside systemctl start busy
inside /captrim record -q -u busy -d 2s -o /root/busy.rec
inside /captrim advise --format json /root/busy.rec >"$tmp/advice"
is record-u "$(jq -c '[.workloads[] | .id, .kind, .advice.cap_add]' "$tmp/advice")" '["busy.service","unit",["CHOWN"]]'
inside sh -c '/captrim record -q -u busy -d 3s -o /root/busy.rec & sleep 1.5; systemctl restart busy; wait'
inside /captrim advise --format json /root/busy.rec >"$tmp/advice"
is restarted "$(jq -c '[.workloads[] | .id, .kind, .advice.cap_add]' "$tmp/advice")" '["busy.service","unit",["CHOWN"]]'
is main "$(jq -c '[.workloads[0].capabilities[] | select(.name == "CHOWN") | .reasons[] | .phase] | unique' \
	"$tmp/advice")" '["main"]'
