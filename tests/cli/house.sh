#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The house rules that a script can check, as `make lint` does: which file may use which, that no name
# is there twice, and the style. Needs no root.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

# keeps NAME SCRIPT...: the script finds nothing wrong
keeps() {
	local name=$1

	shift
	if "$@" >"$tmp/wrong" 2>&1; then
		pass "$name"
	else
		fail "$name" "$(head -n 5 "$tmp/wrong" | tr '\n' ' ')"
	fi
}

keeps 'no name is there twice' "$here/scripts/check-names"
if git -C "$here" rev-parse --git-dir >"$tmp/git" 2>&1; then
	keeps style "$here/scripts/check-style"
else
	skip style 'not in a checkout'
fi
# What a file uses is read from the objects of a build.
if [ -f "$here/.output/libcaptrim.a" ]; then
	keeps 'layers, and no files that use each other in a circle' "$here/scripts/check-layers"
else
	skip layers 'captrim is not built'
fi
