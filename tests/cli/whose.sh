#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# captrim whose: facts with their sources.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# Whose a process is, without root: by its path at least.
"$captrim" whose --json $$ >"$tmp/whose" 2>"$tmp/err"
is whose-status $? 0
is whose-facts-have-sources "$(jq -c '[.facts[] | select(.source == "" or .value == "")] | length' "$tmp/whose")" 0
is whose-names-the-process "$(jq -r '.facts[] | select(.name == "process") | .value' "$tmp/whose")" "$(cat /proc/$$/comm)"
id=$(printf '%064d' 7 | tr 0 a)
"$captrim" whose "/docker/$id/docker/${id//a/b}/x" >"$tmp/whose" 2>"$tmp/err"
is whose-outer-and-inner "$(awk '$1 ~ /container$/ { print $1, substr($2, 1, 4) }' "$tmp/whose" | tr '\n' ' ')" 'container aaaa inner-container bbbb '
"$captrim" whose nobody >"$tmp/whose" 2>"$tmp/err"
is whose-wrong-status $? 2
says 'whose-wrong' "$tmp/err" "'nobody' is neither a process id nor a cgroup's path"
