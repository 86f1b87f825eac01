#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What ships for Prometheus and Grafana: rules with their tests, the scrape configuration, the
# dashboard, and the document, all held against the frozen list of metrics.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
rules=$here/packaging/prometheus metrics=$here/tests/golden/metrics.txt

if python3 -c 'import yaml' 2>/dev/null; then
	python3 "$here/tests/lib/dashboard.py" "$metrics" "$here/packaging/grafana/captrim.json" \
		"$rules/captrim-alerts.yml" "$rules/captrim-recording.yml"
else
	skip dashboard 'no python3-yaml'
fi

missing=$(awk '{ print $2 }' "$metrics" | while read -r name; do
	# A counter stands there as people write it in queries.
	grep -qF "\`$name\`" "$here/docs/metrics.md" || echo "$name"
done)
is 'every metric is described' "$missing" ''

promtool=$(command -v promtool || { [ -n "${PROMETHEUS-}" ] && command -v "${PROMETHEUS%/*}/promtool"; }) ||
	{ skip promtool 'no promtool (package prometheus)'; exit 0; }
for file in captrim-alerts.yml captrim-recording.yml; do
	"$promtool" check rules "$rules/$file" >"$tmp/out" 2>&1
	is "$file is well formed" $? 0
done
"$promtool" check config --syntax-only "$rules/captrim-scrape.yml" >"$tmp/out" 2>&1
is 'the scrape configuration is well formed' $? 0
(cd "$rules" && "$promtool" test rules captrim-rules-test.yml) >"$tmp/out" 2>&1
is 'the rules do what they are for' "$? $(grep -c FAILED "$tmp/out")" '0 0'
missing=$(sed -n 's/.*- alert: //p' "$rules/captrim-alerts.yml" | while read -r alert; do
	[ "$(grep -cE "alertname: $alert$" "$rules/captrim-rules-test.yml")" -gt 0 ] || echo "$alert"
done)
is 'every alert is tested' "$missing" ''
