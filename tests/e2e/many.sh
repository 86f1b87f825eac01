#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Containers that live 50 milliseconds, MANY of them (60; 200 take minutes): each found, named, and given its own advice.
# Runs alone: it records whatever is started.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
need_docker

many=${MANY:-60}
prefix=captrim-many-$$
recorder=
clean() {
	[ -z "$recorder" ] || kill "$recorder" 2>/dev/null
	docker ps -aq --filter "name=$prefix" | xargs -r docker rm -f >/dev/null 2>&1
	rm -rf "$tmp"
}
trap clean EXIT

"$captrim" record -q --all -o "$tmp/recording" 2>"$tmp/err" &
recorder=$!
attached $recorder
# Every third changes an owner, every third looks into another's directory, every third needs nothing.
# shellcheck disable=SC2016 # for the inner shell
started=$(seq "$many" | xargs -P 4 -I{} sh -c 'case $(({} % 3)) in
	0) what="chown 1001 /tmp" ;;
	1) what="ls /srv/other" ;;
	*) what=true ;;
	esac
	docker run --rm --network none --name '"$prefix"'-{} '"$image"' sh -c "$what; exec sleep 0.05" >/dev/null && echo {}' |
	wc -l)
is started "$started" "$many"
kill -INT "$recorder"
wait "$recorder"
is status $? 0
recorder=
"$captrim" advise --format json -o "$tmp/advice" "$tmp/recording"
jq --arg prefix "$prefix-" '[.workloads[] | select((.container.name // "") | startswith($prefix))
	| {number: (.container.name | ltrimstr($prefix) | tonumber), caps: (.advice.cap_add | join(",")), configured}]' \
	"$tmp/advice" >"$tmp/ours"
is found "$(jq 'map(.number) | unique | length' "$tmp/ours")" "$many"
is no-others "$(jq length "$tmp/ours")" "$many"
is advice "$(jq -c 'map(select(.caps != (["CHOWN", "DAC_READ_SEARCH", ""][.number % 3]))) | map([.number, .caps])' \
	"$tmp/ours")" '[]'
is configured "$(jq 'map(select((.configured | length) == 14)) | length' "$tmp/ours")" "$many"
is losses "$(jq -c '.losses | [.events, .kinds, .acts, .procs, .missed]' "$tmp/advice")" '[0,0,0,0,0]'
