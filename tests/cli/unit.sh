#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The units that are shipped: what systemd thinks of them, without starting anything.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
unit=$here/packaging/captrim-monitor.service

# wanted KEY: all that the unit says of it, on one line
wanted() { sed -n "s/^$1=//p" "$unit" | tr '\n' ' '; }

is five-capabilities "$(wanted AmbientCapabilities)" \
	'CAP_BPF CAP_PERFMON CAP_SYSLOG CAP_SYS_PTRACE CAP_DAC_READ_SEARCH '
is bounded-alike "$(wanted CapabilityBoundingSet)" "$(wanted AmbientCapabilities)"
is notify "$(wanted Type)" 'notify notify-reload '
if ! systemd-analyze --help 2>&1 | grep -q -- --offline; then
	skip exposure 'no systemd-analyze that judges a file (systemd 250)'
else
	systemd-analyze security --offline=yes --threshold=20 --no-pager "$unit" >"$tmp/out" 2>&1
	status=$?
	says exposure "$tmp/out" 'exposure level for captrim-monitor.service: [01]\.[0-9]|: 2\.0'
	is exposure-at-most-2.0 "$status" 0
fi
if command -v systemd-analyze >/dev/null && [ -x /usr/bin/true ]; then
	mkdir "$tmp/units"
	sed 's|/usr/bin/captrim|/usr/bin/true|; /^Documentation/d' "$unit" >"$tmp/units/captrim-monitor.service"
	sed /^Documentation/d "$here/packaging/captrim-monitor.socket" >"$tmp/units/captrim-monitor.socket"
	mkdir "$tmp/units/captrim-monitor.service.d"
	cp "$here/packaging/captrim-monitor-network.conf" "$tmp/units/captrim-monitor.service.d/network.conf"
	SYSTEMD_UNIT_PATH=$tmp/units: systemd-analyze verify --man=no captrim-monitor.service captrim-monitor.socket \
		>"$tmp/out" 2>&1
	# systemd before 253 does not know the one word, and keeps the line before.
	is no-complaints "$(grep "$tmp/units" "$tmp/out" | grep -v 'service type, ignoring: notify-reload')" ''
else
	skip no-complaints 'no systemd-analyze'
fi
if command -v systemd-sysusers >/dev/null; then
	systemd-sysusers --dry-run "$here/packaging/sysusers.d/captrim.conf" >"$tmp/out" 2>&1
	is sysusers "$?" 0
	mkdir -p "$tmp/root/etc" "$tmp/root/var/lib" "$tmp/root/run"
	echo captrim:x:990: >"$tmp/root/etc/group"
	echo captrim:x:990:990::/:/bin/false >"$tmp/root/etc/passwd"
	printf '%s\n' root:x:0:0::/:/bin/sh >>"$tmp/root/etc/passwd"
	if [ "$(id -u)" = 0 ] && systemd-tmpfiles --create --root="$tmp/root" "$here/packaging/tmpfiles.d/captrim.conf" >"$tmp/out" 2>&1; then
		is tmpfiles "$(stat -c '%a %u' "$tmp/root/var/lib/captrim" "$tmp/root/etc/captrim" | tr '\n' ' ')" '750 990 750 0 '
	else
		skip tmpfiles 'needs root and systemd-tmpfiles'
	fi
else
	skip sysusers 'no systemd-sysusers'
fi
make -s -C "$here" install DESTDIR="$tmp/to" PREFIX=/opt/captrim >"$tmp/out" 2>&1
is installed "$(sed -n 's/^ExecStart=//p' "$tmp/to/opt/captrim/lib/systemd/system/captrim-monitor.service")" \
	'/opt/captrim/bin/captrim monitor'
