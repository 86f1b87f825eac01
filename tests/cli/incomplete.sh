#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A recording that has not seen the start, or lost something: nobody can take its advice for whole.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
[ -x "$captrim" ] || { skip all "captrim is not built"; exit 0; }
corpus=$here/tests/corpus/compose
formats='text compose docker podman kubernetes systemd quadlet nomad helm kustomize'

# The service "web", seen while it did nothing, and from its start.
sed '/"type": "kind"/d; s/"start_seen": true, //' "$corpus/web.rec" >"$tmp/late.rec"
cp "$corpus/web.rec" "$tmp/whole.rec"
cat >"$tmp/compose.yaml" <<'YAML'
services:
  web:
    image: web:1.27
YAML
cp "$tmp/compose.yaml" "$tmp/before"

for format in $formats; do
	"$captrim" advise --format "$format" "$tmp/late.rec" >"$tmp/out"
	is "$format: it is said" "$(grep -c INCOMPLETE: "$tmp/out" | sed 's/[1-9]/some/') $(grep -cE 'no capability is needed|nothing: ' "$tmp/out")" \
		"$([ "$format" = text ] && echo 0 || echo some) 0"
	"$captrim" advise --format "$format" "$tmp/whole.rec" >"$tmp/out"
	is "$format: whole" "$(grep -c INCOMPLETE "$tmp/out")" 0
	# Only what has words of its own may stand before it.
	[ "$format" = text ] || is "$format: first" "$("$captrim" advise --format "$format" "$tmp/late.rec" | head -c 13)" '# INCOMPLETE:'
done
"$captrim" advise "$tmp/late.rec" >"$tmp/out"
is 'text: before the set' "$(grep -oE 'INCOMPLETE|cap_drop' "$tmp/out" | head -n 2 | tr '\n' ' ')" 'INCOMPLETE cap_drop '
says 'text: the cure' "$tmp/out" 'captrim record -c shop-web-1 *$|--restart'
is 'json' "$("$captrim" advise --format json "$tmp/late.rec" | jq -c '.workloads[0].advice | [.complete, .incomplete_reasons, .confidence]')" \
	'[false,["start-not-seen"],"low"]'
is 'oci' "$("$captrim" advise --format oci "$tmp/late.rec" | jq -r 'keys_unsorted[0], (.annotations["captrim.incomplete"] | length > 0)' | xargs)" 'annotations true'
"$captrim" advise --format html "$tmp/late.rec" >"$tmp/out"
says 'html' "$tmp/out" '<strong>INCOMPLETE:'

# Losses, a cut file; an advice in JSON keeps it.
sed '$d' "$tmp/whole.rec" >"$tmp/cut.rec"
is 'cut off' "$("$captrim" advise --format json "$tmp/cut.rec" | jq -c '.workloads[0].advice.incomplete_reasons')" '["cut-off"]'
"$captrim" advise --format json "$tmp/late.rec" >"$tmp/late.json"
is 'through JSON' "$("$captrim" advise --format json "$tmp/late.json" | jq -c '.workloads[0].advice.incomplete_reasons')" '["start-not-seen"]'
is 'an older JSON' "$(jq 'del(.workloads[].advice | .complete, .incomplete_reasons)' "$tmp/late.json" |
	"$captrim" advise --format json - | jq -c '.workloads[0].advice.complete')" false
is 'an unknown reason' "$(jq '.workloads[].advice.incomplete_reasons = ["solar-flare"]' "$tmp/late.json" |
	"$captrim" advise --format json - | jq -c '.workloads[0].advice.complete')" false
jq '.workloads[].advice.complete = "no"' "$tmp/late.json" | "$captrim" advise - >"$tmp/out" 2>"$tmp/err"
is 'nonsense: exit status' $? 1
says 'nonsense' "$tmp/err" '"complete" is neither true nor false'

# Recordings taken together: one with the start seen is enough.
is 'together' "$("$captrim" advise --format json "$tmp/late.rec" "$tmp/whole.rec" | jq -c '.workloads | map(.advice.complete)')" '[true]'
is 'together, one as JSON' "$("$captrim" advise --format json "$tmp/late.json" "$tmp/whole.rec" | jq -c '.workloads | map(.advice.complete)')" '[true]'

# patch: a diff that says so, and nothing written unasked.
"$captrim" patch -f "$tmp/compose.yaml" "$tmp/late.rec" >"$tmp/out" 2>"$tmp/err"
is 'patch: exit status' $? 0
says 'patch: said' "$tmp/err" 'INCOMPLETE: web: .*--restart'
says 'patch: in the diff' "$tmp/out" '^\+.*incomplete'
is 'patch: not as if it needed none' "$(grep -c 'needs no' "$tmp/out")" 0
for where in '--write' "--override $tmp/override.yaml"; do
	# shellcheck disable=SC2086 # words
	"$captrim" patch -f "$tmp/compose.yaml" $where "$tmp/late.rec" >"$tmp/out" 2>"$tmp/err"
	is "patch ${where%% *}: exit status" $? 1
	says "patch ${where%% *}: the way" "$tmp/err" 'nothing was written.*--incomplete'
	is "patch ${where%% *}: untouched" "$(cmp "$tmp/before" "$tmp/compose.yaml" && ls "$tmp/override.yaml" 2>/dev/null)" ''
done

# Whole, but of a container that had run before: the next one may need more.
sed 's/"container": {/&"ran_before": true, /' "$tmp/whole.rec" >"$tmp/again.rec"
"$captrim" patch -f "$tmp/compose.yaml" "$tmp/again.rec" >"$tmp/out" 2>"$tmp/err"
is 'patch, had run before: exit status' $? 0
says 'patch, had run before: said' "$tmp/err" 'web was recorded in a container that had run before'
"$captrim" patch -f "$tmp/compose.yaml" "$tmp/whole.rec" >"$tmp/out" 2>"$tmp/err"
is 'patch, a new one: nothing to say' "$(grep -c 'run before' "$tmp/err")" 0

"$captrim" patch -f "$tmp/compose.yaml" --write --incomplete "$tmp/late.rec" >"$tmp/out" 2>"$tmp/err"
is 'patch --incomplete: exit status' $? 0
says 'patch --incomplete: written' "$tmp/compose.yaml" 'x-captrim: .*incomplete'
cp "$tmp/before" "$tmp/compose.yaml"
"$captrim" patch -f "$tmp/compose.yaml" --write "$tmp/late.rec" "$tmp/whole.rec" >"$tmp/out" 2>"$tmp/err"
is 'patch: whole with another' "$? $(grep -c INCOMPLETE "$tmp/err")" '0 0'

# check: a finding of its own, first, and nothing that follows from what was not seen.
cp "$tmp/before" "$tmp/compose.yaml"
"$captrim" check "$tmp/late.rec" --against "$tmp/compose.yaml" >"$tmp/out" 2>"$tmp/err"
is 'check: exit status' $? 1
is 'check: first' "$(grep -oE '\[[a-z-]+\]' "$tmp/out" | head -n 1)" '[incomplete]'
is 'check: so far' "$(tr -s ' \n' ' ' <"$tmp/out" | grep -c 'needed so far: none')" 1
is 'check: json' "$("$captrim" check "$tmp/late.rec" --against "$tmp/compose.yaml" --format json | jq -r '[.. | .code? // .rule? // empty] | map(select(. == "incomplete")) | length > 0')" true

# What reads a store: the same, wherever a person looks.
store=$tmp/captrim.db
(umask 027; head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$tmp/token")
"$captrim" store import --store "$store" --host a "$tmp/late.rec" "$corpus/api.rec" >/dev/null 2>&1
"$captrim" advise --store "$store" -c web >"$tmp/out"
says 'store: advise' "$tmp/out" '^ +INCOMPLETE '
"$captrim" list --store "$store" >"$tmp/out"
says 'store: list' "$tmp/out" '^shop-web-1 .* INCOMPLETE: start not seen'
"$captrim" list --store "$store" web >"$tmp/out"
says 'store: list of one' "$tmp/out" 'can go +not known yet \(INCOMPLETE: start not seen\)'
if command -v script >/dev/null; then
	script -qec "$captrim list --store $store web" "$tmp/out" </dev/null >/dev/null
	says 'store: list, the cure' "$tmp/out" 'where the start was not seen, .*: restart it'
fi
is 'store: list, json' "$("$captrim" list --store "$store" --format json web | jq -c ".workloads[0] | [.complete, .gaps]")" '[false,["start-not-seen"]]'
"$captrim" diff --store "$store" 2026-01-01 now >"$tmp/out"
is 'store: diff' "$(grep -A2 '^shop-web-1' "$tmp/out" | tr '\n' '|')" \
	'shop-web-1: new|  INCOMPLETE: start not seen; it may need more|  no need was seen|'
printf 'services:\n  web: {image: x}\n' >"$tmp/compose.yaml"
"$captrim" diff --store "$store" "$tmp/compose.yaml" now >"$tmp/out"
says 'store: diff, what is alike' "$tmp/out" '1 alike; 1 is incomplete: it may need more than was seen$'
if ! "$captrim" --version | grep -q +MICROHTTPD; then
	skip 'store: page' 'captrim is built without MICROHTTPD'
	exit 0
fi
"$captrim" page --store "$store" --listen "unix:$tmp/page" --token-file "$tmp/token" 2>"$tmp/err" &
page=$!
for _ in $(seq 100); do [ ! -S "$tmp/page" ] || break; sleep 0.1; done
for path in / '/w?key=compose%3Ashop%2Fweb'; do
	curl -s --unix-socket "$tmp/page" -H "Authorization: Bearer $(cat "$tmp/token")" "http://localhost$path" >"$tmp/out"
	says "store: page $path" "$tmp/out" 'INCOMPLETE'
done
kill "$page"
wait "$page" 2>/dev/null
