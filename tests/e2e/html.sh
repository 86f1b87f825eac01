#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The HTML report in a browser: light and dark, on a phone and on a wide screen; nothing to
# complain of, nothing too wide, readable; and a report of 200 workloads.
# SHOTS=DIR keeps pictures.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
[ -x "$captrim" ] || { skip all "captrim is not built"; exit 0; }
command -v python3 >/dev/null || { skip all "no python3"; exit 0; }
chrome=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
	{ skip all "no chromium"; exit 0; }

"$captrim" advise --format html -o "$tmp/real.html" "$here"/tests/golden/recordings/*.rec
"$captrim" advise --format json -o "$tmp/real.json" "$here"/tests/golden/recordings/*.rec
# 200 workloads out of these few, each under a name of its own.
jq '.workloads |= [range(200) as $i | .[$i % length] |
	.id = "w\($i)" | .container.name = "\(.container.name)-\($i)"]' "$tmp/real.json" >"$tmp/many.json"
"$captrim" advise --format html -o "$tmp/many.html" "$tmp/many.json"

python3 "$here/tests/lib/browser.py" "$chrome" "$tmp/profile" web="$here/tests/golden/emit/web.html" \
	hostile="$here/tests/golden/emit/hostile.html" host="$here/tests/golden/emit/host.html" \
	real="$tmp/real.html" many="$tmp/many.html"
