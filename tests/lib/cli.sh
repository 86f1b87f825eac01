# SPDX-License-Identifier: GPL-2.0-only
# Shared by the scripts that try captrim's words, messages and exit statuses, in the tree's directory.
# shellcheck shell=bash
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
captrim=${CAPTRIM:-$PWD/captrim}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
failed=0

pass() { echo "PASS $1"; }
fail() {
	echo "FAIL $1: $2"
	failed=1
}

# run STATUS NAME WORD...: captrim with these words; leaves $tmp/out and $tmp/err.
run() {
	local wanted=$1 name=$2 status=0

	shift 2
	"$captrim" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
	if [ "$status" -eq "$wanted" ]; then
		pass "$name: exit status $wanted"
	else
		fail "$name: exit status $wanted" "it was $status: $(head -c 300 "$tmp/err")"
	fi
}

# says out|err NAME PATTERN
says() {
	if grep -qE -e "$3" "$tmp/$1"; then
		pass "$2"
	else
		fail "$2" "no '$3' in: $(head -c 300 "$tmp/$1" | tr '\n' ' ')"
	fi
}
