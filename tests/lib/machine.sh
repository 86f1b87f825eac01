# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # tmp, captrim and skip are common.sh's, init is the caller's
# A booted systemd: this host's, in a container with this host's /usr. Behind common.sh.

# Options of systemd-nspawn beside its own; set by the caller.
machine_options=()
# What it has of this host; a caller with a system of its own sets none.
machine_binds=(--bind-ro=/usr)

# Makes $root, without units of its own; ends the script with one SKIP line where that cannot be.
machine_root() {
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
	printf '%s\n' root:x:0:0::/root:/bin/sh messagebus:x:998:998::/:/bin/false \
		nobody:x:65534:65534::/:/bin/false >"$root/etc/passwd"
	printf '%s\n' root:x:0: messagebus:x:998: nogroup:x:65534: >"$root/etc/group"
	for unit in systemd-udevd systemd-udev-trigger systemd-sysctl systemd-logind console-getty; do
		ln -s /dev/null "$root/etc/systemd/system/$unit.service"
	done
	cp "$captrim" "$root/captrim"
}

# The user bob, 1001, whose systemd "systemctl start user@1001" starts, without PAM and logind.
machine_user() {
	echo bob:x:1001:1001::/home/bob:/bin/sh >>"$root/etc/passwd"
	echo bob:x:1001: >>"$root/etc/group"
	mkdir -p "$root/home/bob/.config/systemd/user"
	cat >"$root/etc/systemd/system/user@.service" <<'UNIT'
[Service]
Type=notify
User=%i
Slice=user-%i.slice
Delegate=yes
Environment=XDG_RUNTIME_DIR=/run/user/%i
ExecStartPre=+/bin/mkdir -p /run/user/%i
ExecStartPre=+/bin/chown %i /run/user/%i
ExecStartPre=+/bin/chmod 700 /run/user/%i
ExecStart=/usr/lib/systemd/systemd --user
UNIT
}

# What a command has to begin with to be that user's, beside his systemd.
bobs=(setpriv --reuid=1001 --regid=1001 --clear-groups env HOME=/home/bob USER=bob XDG_RUNTIME_DIR=/run/user/1001
	DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1001/bus)

# as_user COMMAND...: as bob
as_user() { inside "${bobs[@]}" "$@"; }

# inside COMMAND...: beside the machine's systemd
inside() { timeout "${limit:-120}" nsenter -t "$init" -m -p -C -u -i -n -r -w "$@"; }

# shellcheck disable=SC2317 # called by trap
machine_end() {
	# The second one ends it at once.
	for _ in $(seq 50); do
		kill "$machine" 2>/dev/null || break
		sleep 0.2
	done
	rm -rf "$tmp"
}

# Starts it and waits until systemd answers, or it ended.
machine_start() {
	# Its /usr comes too late for nspawn to see how new its systemd is.
	SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 unshare -m "$tmp/world" systemd-nspawn -q "${machine_options[@]}" --register=no --keep-unit \
		--machine="captrim-$$" "${machine_binds[@]}" -D "$root" -b </dev/null >"$tmp/boot" 2>&1 &
	machine=$!
	trap machine_end EXIT
	init='' ended=''
	for _ in $(seq 200); do
		init=$(cat "/proc/$machine/task/$machine/children" 2>/dev/null)
		init=${init%% *}
		[ -n "$init" ] && inside systemd-run -q --wait true >"$tmp/out" 2>&1 && return
		if ! kill -0 "$machine" 2>/dev/null; then
			ended=0
			wait "$machine" || ended=$?
			return
		fi
		sleep 0.3
	done
}

# Boots it; or one SKIP line.
machine_up() {
	cat >"$tmp/world" <<'WORLD'
#!/bin/sh
mount --make-rprivate / && umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup || exit
exec "$@"
WORLD
	chmod +x "$tmp/world"
	machine_start
	if [ -z "$init" ] || ! inside systemd-run -q --wait true >"$tmp/out" 2>&1; then
		skip all "systemd does not boot here${ended:+, nspawn ended with $ended}: $(cat "$tmp/out" "$tmp/boot" 2>/dev/null | grep . | tail -n 1 | tr -d '\033')"
		exit 0
	fi
}

# Boots it, until captrim has a way into the kernel there; or one SKIP line.
machine_boot() {
	machine_up
	if ! inside /captrim doctor >"$tmp/doctor" 2>&1; then
		skip all "no attach type works on this kernel from there: $(grep -m1 '^no' "$tmp/doctor")"
		exit 0
	fi
}
