#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A container's first process that executes itself once more after it was moved, by somebody in another mount namespace
# than its maker's (a user's systemd for rootless Docker, when runc copies itself late): that is still the set-up.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
v2=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
[ -n "$v2" ] || { skip all 'no cgroup v2'; exit 0; }
unshare -m true 2>/dev/null || { skip all 'no mount namespaces'; exit 0; }
id=$(od -An -tx1 -N32 /dev/urandom | tr -d ' \n')
dir=$v2/captrim-maker-$$
recorder=
# shellcheck disable=SC2317 # called by trap
clean() {
	[ -z "$recorder" ] || kill "$recorder" 2>/dev/null
	rmdir "$dir/docker-$id.scope" "$dir" 2>/dev/null
	rm -rf "$tmp"
}
trap clean EXIT
mkdir "$dir" || { skip all 'no cgroup can be made'; exit 0; }
touch "$tmp/file"
mkfifo "$tmp/go"
cat >"$tmp/init" <<'END'
read -r _ <"$1/go"
exec sh -c 'chown 7 "$0/file"; exec unshare -m sh -c "chroot / true; sleep 1"' "$1"
END
"$captrim" record -q --socket /none --all -o "$tmp/rec" 2>"$tmp/err" &
recorder=$!
attached $recorder
mkdir "$dir/docker-$id.scope"
# shellcheck disable=SC2016 # for the inner shell
unshare -m sh -c 'sh "$0/init" "$0" & echo $! >"$0/pid"; wait' "$tmp" &
maker=$!
for _ in $(seq 300); do
	[ -s "$tmp/pid" ] && grep -q init "/proc/$(cat "$tmp/pid")/cmdline" 2>/dev/null && break
	sleep 0.1
done
# A process that has executed, and waits.
cat "$tmp/pid" >"$dir/docker-$id.scope/cgroup.procs"
echo >"$tmp/go"
wait $maker
kill -INT $recorder
wait $recorder || fail status "$(tail -n 1 "$tmp/err")"
recorder=
"$captrim" advise --format json "$tmp/rec" >"$tmp/advice"
is setup "$(jq -c --arg id "$id" '[.workloads[] | select(.id == $id) | .advice.cap_add, .exercised.start_seen, .exercised.phases]' "$tmp/advice")" \
	'[["SYS_CHROOT"],true,["main","setup"]]'
