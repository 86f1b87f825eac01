#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# cases.sh [CASE...]: records each small program of cases/ in a container of its own, as a user would (Docker's default
# capabilities where it passes with them, else all that can be granted; RECORD=all: always all), and compares the advice
# with the truth. CAPTRIM names the program (default ./captrim), IMAGE the image to be used or made, JOBS how many are
# recorded at once (2). Without names every SHARE-th case is tried (16; SHARE=1: all).
# Exit status: 1 if some failed.
set -u

here=$(cd "$(dirname "$0")" && pwd)
captrim=${CAPTRIM:-./captrim} image=${IMAGE:-captrim-cases:latest} jobs=${JOBS:-2} share=${SHARE:-16}
[ $# -eq 0 ] || share=1
# Known limits, open in the judge: asked before it matters. Tried, not counted.
known="utimes_now_other_writable"

cannot() {
	echo "SKIP cases: $*"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
}

[ "$(id -u)" -eq 0 ] || cannot "needs root"
command -v python3 >/dev/null || cannot "no python3"
command -v jq >/dev/null || cannot "no jq"
command -v "${CC:-cc}" >/dev/null || cannot "no C compiler"
docker version >/dev/null 2>&1 || cannot "no Docker daemon answers"
command -v "$captrim" >/dev/null || cannot "no $captrim"
tmp=$(mktemp -d) || exit 1
workers=()
trap 'rm -rf "$tmp"' EXIT
trap '[ ${#workers[@]} -eq 0 ] || kill "${workers[@]}" 2>/dev/null; wait; exit 130' HUP INT TERM
"$here/cases/mkimage" "$image" >"$tmp/image" 2>"$tmp/err" || cannot "no image: $(tail -n 1 "$tmp/err")"
python3 "$here/cases/truth.py" plan "$image" "$@" >"$tmp/all" || exit 1
awk -v share="$share" 'NR % share == 0' "$tmp/all" >"$tmp/plan"

# advised FILE: the set that the advice gives its only workload, in kernel order as the truth's
advised() {
	jq -r '.workloads | if length == 1 then .[0].advice.cap_add else error("\(length) workloads") end
		| if length == 0 then "(none)" else join(",") end' "$1"
}

# try DIRECTORY NAME WANTED FLAG OPTIONS: one case, one line said; OPTIONS are docker run's, quoted for the shell.
try() {
	local dir=$1 name=$2 wanted=$3 flag=$4 status got options

	if [ "$wanted" = - ]; then
		echo "SKIP cases/$name: what it needs cannot be granted here"
		return
	fi
	eval "options=($5)"
	rm -f "$dir/advice"
	"$captrim" run -q --format json -o "$dir/advice" -- docker run --rm --name "captrim-case-$$-$name" \
		"${options[@]}" "$image" /t/cases "$name" >"$dir/out" 2>&1 </dev/null
	status=$?
	if [ $status -eq 77 ]; then
		echo "SKIP cases/$name: $(grep 'cannot be tried' "$dir/out" | tail -n 1)"
	elif [ $status -ne 0 ]; then
		echo "FAIL cases/$name: exit status $status: $(tail -n 1 "$dir/out")"
	elif ! got=$(advised "$dir/advice" 2>"$dir/err"); then
		echo "FAIL cases/$name: no advice: $(tail -n 1 "$dir/err")"
	elif [[ " | $wanted | " == *" | $got | "* ]]; then
		echo "PASS cases/$name"
	elif [ "$flag" = undecidable ]; then
		echo "SKIP cases/$name: undecidable by watching: got {$got}, true {$wanted}"
	elif [[ " $known " == *" $name "* ]]; then
		echo "SKIP cases/$name: known limit of the judge: got {$got}, true {$wanted}"
	else
		echo "FAIL cases/$name: got {$got} want {$wanted}"
	fi
}

# worker N: every case whose turn it is
worker() {
	local n=$1 turn=0 name wanted flag options

	mkdir "$tmp/$n"
	while IFS=$'\t' read -r name wanted flag options; do
		[ $((turn++ % jobs)) -eq "$n" ] && try "$tmp/$n" "$name" "$wanted" "$flag" "$options"
	done <"$tmp/plan" | tee "$tmp/$n/said"
}

for ((n = 0; n < jobs; n++)); do
	worker "$n" &
	workers+=($!)
done
wait

count() {
	cat "$tmp"/*/said | grep -c "^$1 "
}

failed=$(count FAIL)
echo "$(count PASS) passed, $failed failed, $(count SKIP) skipped"
[ "$failed" -eq 0 ]
