#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A container in a user namespace that nobody says it has, as of an engine within one, met late: its processes tell.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
v2=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
[ -n "$v2" ] || { skip all 'no cgroup v2'; exit 0; }
unshare -Ur true 2>/dev/null || { skip all 'no user namespaces'; exit 0; }
dir=$v2/captrim-userns-$$
# shellcheck disable=SC2317 # called by trap
clean() {
	for cgroup in "$dir"/*/; do
		xargs -r kill -9 <"${cgroup}cgroup.procs" 2>/dev/null
	done
	for _ in $(seq 50); do
		rmdir "$dir"/*/ "$dir" 2>/dev/null && break
		sleep 0.1
	done
	rm -rf "$tmp"
}
trap clean EXIT
mkdir "$dir" || { skip all 'no cgroup can be made'; exit 0; }

# contain ID OPTION...: a shell in a cgroup of that name, which makes a directory another one's in its own file system
contain() {
	local cgroup=$dir/docker-$1.scope

	shift
	mkdir "$cgroup"
	# shellcheck disable=SC2016 # for the inner shells
	sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$cgroup" unshare "$@" sh -c \
		'mount -t tmpfs none /mnt && while chgrp 0 /mnt && mount -o remount /mnt; do sleep 0.2; done' >"$tmp/out" 2>&1 &
	disown
}
inner=$(printf '%064d' 0 | tr 0 e) outer=$(printf '%064d' 0 | tr 0 d)
contain "$inner" -Urm
contain "$outer" -m
for which in "$inner true" "$outer false"; do
	"$captrim" record -q --socket /none -c "${which% *}" -d 2s -o "$tmp/rec" 2>"$tmp/err"
	"$captrim" advise --format json "$tmp/rec" >"$tmp/advice"
	is "${which#* }" "$(jq -c '[.workloads[] | .container.userns, (.advice.cap_add | index("SYS_ADMIN") != null)]' "$tmp/advice")" "[${which#* },true]"
done
