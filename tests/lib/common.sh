# SPDX-License-Identifier: GPL-2.0-only
# Shared by the test scripts: results as lines, a scratch directory, the small image.
# shellcheck shell=bash
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
captrim=${CAPTRIM:-$here/captrim}
image=captrim-test
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
area=$(basename "$0" .sh)

# shellcheck disable=SC1091 # what scripts/test-tools has fetched, unless it is named
[ -f "$here/.output/tools/env" ] && . "$here/.output/tools/env"

pass() { echo "PASS $area/$1"; }
fail() { echo "FAIL $area/$1: $2"; }
skip() { echo "SKIP $area/$1: $2"; }

# is NAME ACTUAL EXPECTED
is() {
	if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "is '$2', not '$3'"; fi
}

# says NAME FILE REGEX: some line of the file matches
says() {
	if grep -qE -- "$3" "$2"; then pass "$1"; else fail "$1" "no '$3' in: $(head -c 300 "$2" | tr '\n' ' ')"; fi
}

# Ends the script with one SKIP line unless the probe can be loaded. What captrim doctor said is left in $tmp/doctor.
need_probe() {
	[ "$(id -u)" = 0 ] || { skip all "needs root"; exit 0; }
	command -v "$captrim" >/dev/null || { skip all "no $captrim: make"; exit 0; }
	# It tries every attach type, which takes seconds: tests/run has asked once for all scripts.
	[ -z "${TESTS_DOCTOR-}" ] || { cp "$TESTS_DOCTOR" "$tmp/doctor" && return; }
	"$captrim" doctor >"$tmp/doctor" 2>&1 ||
		{ skip all "no attach type works on this kernel: $(grep -m1 '^no' "$tmp/doctor")"; exit 0; }
}

# Ends the script with one SKIP line unless there is a cgroup v2 tree, which is $v2 then, and tests/e2e/NAME.c can be
# built as $tmp/NAME. need_v2_with NAME
need_v2_with() {
	command -v "${CC:-cc}" >/dev/null || { skip all 'no compiler'; exit 0; }
	v2=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
	[ -n "$v2" ] || { skip all 'no cgroup v2'; exit 0; }
	"${CC:-cc}" -O1 -pthread -o "$tmp/$1" "$here/tests/e2e/$1.c" || { skip all 'no C library to link with'; exit 0; }
}
need_churn() { need_v2_with churn; }

# attached PID: waits until a recorder has attached, for half a minute at most: it waits for events then, in
# epoll_wait(), number 232 of x86-64, or epoll_pwait(), number 22 of arm64
attached() {
	local nr
	for _ in $(seq 300); do
		read -r nr _ 2>/dev/null <"/proc/$1/syscall" || break
		case $nr in 232 | 22) break ;; esac
		sleep 0.1
	done
	sleep 1
}

# Ends the script with one SKIP line unless it can make a cgroup of its own, which is $dir then. At the end that goes with
# all below it, and $recorder and $others, which may be several, are ended. need_cgroup NAME
need_cgroup() {
	dir=$v2/captrim-$1-$$ recorder='' others=''
	trap leave_cgroup EXIT
	mkdir "$dir" || { skip all 'no cgroup can be made'; exit 0; }
}
leave_cgroup() {
	local pid

	for pid in $recorder $others; do
		{ kill -CONT "$pid"; kill "$pid"; } 2>/dev/null
	done
	find "$dir" -depth -type d -exec rmdir {} \; 2>/dev/null
	rm -rf "$tmp"
}

# Records everything as $recorder, into $tmp/recording; returns when it has attached.
record_all() {
	"$captrim" record -q --all -o "$tmp/recording" 2>"$tmp/err" &
	recorder=$!
	attached $recorder
}

# Ends the script with one SKIP line unless a Docker daemon answers; makes the image.
need_docker() {
	docker version >/dev/null 2>&1 || { skip all "no Docker daemon answers"; exit 0; }
	docker image inspect "$image" >/dev/null 2>&1 && return
	local bb root=$tmp/root
	bb=$(command -v busybox) || { skip all "no busybox (package busybox-static)"; exit 0; }
	mkdir -p "$root"/{bin,etc,tmp,proc,sys,dev,srv/other}
	cp "$bb" "$root/bin/busybox"
	for a in sh cat chown chmod id ls sleep su true touch mkdir rm nc mount hostname kill setuidgid; do
		ln -s busybox "$root/bin/$a"
	done
	printf 'root:x:0:0::/:/bin/sh\nbob:x:1001:1001::/:/bin/sh\n' >"$root/etc/passwd"
	printf 'root:x:0:\nbob:x:1001:\n' >"$root/etc/group"
	echo private >"$root/srv/other/file"
	chown -R 1001:1001 "$root/srv/other"
	chmod 700 "$root/srv/other"
	chmod 1777 "$root/tmp"
	tar -C "$root" --numeric-owner -cf - . | docker import - "$image" >/dev/null ||
		{ skip all "the image could not be made"; exit 0; }
}

# Advice of the first workload in a JSON report.
cap_add() { jq -r '.workloads[0].advice.cap_add | join(",")' "$1"; }
