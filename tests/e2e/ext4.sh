#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What ext4 asks of those who mount it and of those who fill it, on a file system of its own. Each advice is held against
# the same command with and without.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
for tool in jq mkfs.ext4 losetup setpriv ionice; do
	command -v $tool >/dev/null || { skip all "no $tool"; exit 0; }
done
mkdir "$tmp/m"
chmod 755 "$tmp"
truncate -s 32M "$tmp/img"
mkfs.ext4 -q -m 50 "$tmp/img"
loop=$(losetup -f --show "$tmp/img" 2>"$tmp/err") || { skip all "no loop device: $(tail -n 1 "$tmp/err")"; exit 0; }
outsider=
trap 'umount "$tmp/m" 2>/dev/null; losetup -d "$loop"; [ -z "$outsider" ] || kill "$outsider"; rm -rf "$tmp"' EXIT

# advised COMMAND...: the advice for it; what it says goes to a file.
advised() {
	"$captrim" run -q --format json -o "$tmp/advice" -- "$@" >"$tmp/out" 2>&1 || cat "$tmp/out" >&2
	cap_add "$tmp/advice"
}

# holds NAME CAP ADVICE: the advice has it
holds() {
	case ,$3, in
	*,$2,*) pass "$1" ;;
	*) fail "$1" "$2 is not in {$3}" ;;
	esac
}

# spares NAME CAP ADVICE: the advice has it not
spares() {
	case ,$3, in
	*,$2,*) fail "$1" "$2 is in {$3}" ;;
	*) pass "$1" ;;
	esac
}

# works NAME COMMAND..., refused NAME COMMAND...: without captrim
works() {
	local name=$1

	shift
	if "$@" >"$tmp/out" 2>&1; then pass "$name"; else fail "$name" "$(tail -n 1 "$tmp/out")"; fi
}
refused() {
	local name=$1

	shift
	if "$@" >"$tmp/out" 2>&1; then fail "$name" "succeeds"; else pass "$name"; fi
}

# The journal's kernel thread is given an I/O priority, and nobody looks whether it got it.
is mount "$(advised mount -t ext4 "$loop" "$tmp/m")" SYS_ADMIN
says mount-reason "$tmp/advice" 'the answer is ignored'
is remount "$(advised mount -o remount,journal_ioprio=5 "$tmp/m")" SYS_ADMIN
umount "$tmp/m"
works mount-without setpriv --bounding-set -all,+sys_admin -- mount -t ext4 "$loop" "$tmp/m"

# The other side: the I/O priority of a process that holds more than the caller, where the answer counts.
sleep 300 &
outsider=$!
holds ioprio SYS_NICE "$(advised setpriv --bounding-set -sys_time -- ionice -c 2 -n 6 -p $outsider)"
refused ioprio-without setpriv --bounding-set -sys_time,-sys_nice -- ionice -c 2 -n 5 -p $outsider

# The blocks that are reserved for root: SYS_RESOURCE is asked only when the others are used up.
install -d -o 65534 -g 65534 "$tmp/m/own"
user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
fill() { echo "dd if=/dev/zero of=$tmp/m/own/fill bs=64k count=$1 conv=fsync 2>&1"; }
spares few-blocks SYS_RESOURCE "$(advised "${user[@]}" sh -c "$(fill 1)")"
rm -f "$tmp/m/own/fill"
many=$(($(stat -f -c '%a * %S' "$tmp/m") / 65536 + 16))
refused reserved-without "${user[@]}" sh -c "$(fill $many)"
rm -f "$tmp/m/own/fill"
if setpriv -d | grep -q '^Capability bounding set:.*sys_resource'; then
	holds reserved SYS_RESOURCE "$(advised "${user[@]}" --inh-caps +sys_resource --ambient-caps +sys_resource \
		sh -c "$(fill $many)")"
else
	skip reserved "SYS_RESOURCE cannot be had here"
fi

# An ACL that a file has already: nothing changes, and FSETID is asked all the same.
"$captrim" run -q --save "$tmp/recording" -o /dev/null -- true
if ! grep -q '"outcomes":true' "$tmp/recording"; then
	skip acl-again "outcomes cannot be seen on this kernel"
elif ! command -v python3 >/dev/null; then
	skip acl-again "no python3"
else
	cat >"$tmp/acl" <<-'END'
		import os, struct, sys
		entries = (1, 6, -1), (2, 4, 65534), (4, 4, -1), (16, 4, -1), (32, 4, -1)
		acl = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *e) for e in entries)
		os.setxattr(sys.argv[1], "system.posix_acl_access", acl)
	END
	install -m 644 -g 33 /dev/null "$tmp/m/plain"
	install -m 2644 -g 33 /dev/null "$tmp/m/setgid"
	python3 "$tmp/acl" "$tmp/m/plain" && python3 "$tmp/acl" "$tmp/m/setgid"
	spares acl-again FSETID "$(advised python3 "$tmp/acl" "$tmp/m/plain")"
	holds acl-again-setgid FSETID "$(advised python3 "$tmp/acl" "$tmp/m/setgid")"
	python3 "$tmp/acl" "$tmp/m/setgid"
	works acl-keeps test -g "$tmp/m/setgid"
	setpriv --bounding-set -fsetid python3 "$tmp/acl" "$tmp/m/setgid"
	refused acl-keeps-without test -g "$tmp/m/setgid"
fi
