#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A program that gets a capability from its file, in a mount namespace of its own, and that is gone with all of its container
# before the recorder, which stands still, reads of it: the file is found below the root directory that is kept open since the
# container was set up.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
need_v2_with same_pid
command -v setcap >/dev/null || { skip all 'no setcap (package libcap2-bin)'; exit 0; }
busybox=$(command -v busybox) || { skip all 'no busybox (package busybox-static)'; exit 0; }
unshare -m true 2>/dev/null || { skip all 'no namespaces'; exit 0; }
root=$tmp/root
mkdir -p "$root/bin"
"${CC:-cc}" -O1 -static -o "$root/capable" "$here/tests/e2e/same_pid.c" 2>/dev/null || { skip all 'no static C library'; exit 0; }
setcap cap_net_raw+ep "$root/capable" || { skip all 'no capabilities of files here'; exit 0; }
cp "$busybox" "$root/bin/busybox"
ln -s busybox "$root/bin/sh"
chmod 755 "$tmp" "$root"
need_cgroup gone
record_all
mkdir "$dir/box"
# Set up as a runtime does it: in the cgroup, and in its own root before it executes anything.
# shellcheck disable=SC2016 # for the inner shell
python3 -c 'import ctypes, os, sys
child = os.fork()
if child:
    sys.exit(os.waitpid(child, 0)[1] != 0)
with open(sys.argv[1], "w") as procs:
    procs.write("0")
if ctypes.CDLL(None).unshare(0x00020000):  # CLONE_NEWNS
    sys.exit(1)
os.chroot(sys.argv[2])
os.chdir("/")
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
os.execv("/bin/sh", ["sh", "-c", "while [ ! -e /go ]; do /bin/busybox sleep 0.1; done; exec /capable capable - 0"])' \
	"$dir/box/cgroup.procs" "$root" &
others=$!
for _ in $(seq 300); do
	# shellcheck disable=SC2013 # one number a line
	for pid in $(cat "$dir/box/cgroup.procs"); do [[ $(readlink "/proc/$pid/exe") != *busybox ]] || break 2; done
	sleep 0.1
done
sleep 2
kill -STOP $recorder
touch "$root/go"
wait "$others"
is works $? 0
others=
rmdir "$dir/box" || fail rmdir 'the cgroup is in use'
mv "$root" "$root.gone"
kill -CONT $recorder
sleep 1
kill -INT $recorder
wait $recorder
is status $? 0
recorder=
"$captrim" advise --format json -o "$tmp/advice" "$tmp/recording"
of() { jq -c --arg cgroup "/captrim-gone-$$/box" ".workloads[] | select((.cgroup_path // .id) | endswith(\$cgroup)) | $1" "$tmp/advice"; }
is advised "$(of '.advice.cap_add')" '["NET_RAW"]'
is complete "$(of .advice.complete)" true
