#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Advices in JSON where recordings are taken.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
[ -x "$captrim" ] || { skip all "captrim is not built"; exit 0; }

# An advice in JSON says in every format and mode what its recording says.
stands_in() {
	local rec name format mode

	for rec in "$here"/tests/golden/recordings/*.rec; do
		name=$(basename "$rec" .rec)
		"$captrim" advise --format json "$rec" >"$tmp/$name.json"
		for mode in '' --strict --generous; do
			for format in text json compose kubernetes systemd html; do
				# shellcheck disable=SC2086 # no mode is no word
				cmp -s <("$captrim" advise $mode --format $format "$rec") \
					<("$captrim" advise $mode --format $format - <"$tmp/$name.json") ||
					fail "stands in" "$name, $format $mode differs"
			done
		done
		is "$name: taken twice it says the same" \
			"$("$captrim" advise --format json "$tmp/$name.json" "$rec" |
				jq -c '.workloads[].advice | .cap_add, .optional')" \
			"$(jq -c '.workloads[].advice | .cap_add, .optional' "$tmp/$name.json")"
	done
	is "recordings and advices, mixed" "$("$captrim" advise --format json "$tmp"/ping-*.json \
		"$here"/tests/golden/recordings/dns*.rec | jq -c '[.workloads[].advice.cap_add]')" \
		"$(jq -sc '[.[1,0].workloads[].advice.cap_add]' "$tmp"/ping-*.json "$tmp"/dns*.json)"
}

refuses() {
	head -c 2000 "$tmp/ping-packaged.json" >"$tmp/cut"
	"$captrim" advise "$tmp/cut" 2>"$tmp/err"
	is "cut off: exit status" $? 1
	says "cut off: the file and the line" "$tmp/err" "$tmp/cut: line [0-9]+: this is not JSON"
	sed 's,advice/1,advice/9,' "$tmp/ping-packaged.json" >"$tmp/newer"
	"$captrim" advise "$tmp/newer" 2>"$tmp/err"
	is "a newer schema: exit status" $? 1
	says "a newer schema" "$tmp/err" "not of the kind captrim.advice/1"
}

stands_in
refuses
