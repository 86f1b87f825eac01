#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A real Prometheus scrapes metrics of a thousand workloads, with the rules and the scrape
# configuration that ship, over a token; and promtool finds nothing to complain of.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
server=${SCRAPE:-$here/.output/scrape}
[ -x "$server" ] || { skip all 'the server of made-up metrics is not built (make units)'; exit 0; }
prometheus=$(command -v prometheus || command -v "${PROMETHEUS-none}") || { skip all 'no Prometheus (package prometheus)'; exit 0; }
promtool=$(dirname "$prometheus")/promtool
command -v curl >/dev/null || { skip all 'no curl'; exit 0; }
"$captrim" --version | grep -q +MICROHTTPD || { skip all 'built without libmicrohttpd'; exit 0; }

pids=()
clean() {
	[ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null
	wait
	rm -rf "$tmp"
}
trap clean EXIT

(umask 077; head -c 24 /dev/urandom | base64 >"$tmp/token")
"$server" serve 1000 127.0.0.1:0 "$tmp/token" >"$tmp/address" 2>"$tmp/err" &
pids+=($!)
for _ in $(seq 100); do [ -s "$tmp/address" ] && break; sleep 0.1; done
address=$(cat "$tmp/address")
[ -n "$address" ] || { fail all "the server does not start: $(cat "$tmp/err")"; exit 0; }

# ask OPTION...: what the server says; its status is the last line
ask() { curl -s -w '\n%{http_code}' "$@" "http://$address/metrics"; }
bearer="Authorization: Bearer $(cat "$tmp/token")"
is 'without the token' "$(ask -o /dev/null | tail -n 1)" 401
ask -H "$bearer" >"$tmp/text"
is 'with the token' "$(tail -n 1 "$tmp/text")" 200
sed -i '$d' "$tmp/text"
"$promtool" check metrics <"$tmp/text" >"$tmp/complaints" 2>&1
is 'promtool check metrics' "$? $(head -n 3 "$tmp/complaints")" '0 '
is 'at most 2,000 series' "$(($(grep -vc '^#' "$tmp/text") <= 2000))" 1
ask -H "$bearer" -H 'Accept: application/openmetrics-text' | tail -n 3 | head -n 1 >"$tmp/end"
is 'OpenMetrics ends as it has to' "$(cat "$tmp/end")" '# EOF'

# The configuration that ships, with this address, this token, and intervals of a second.
sed 's/interval: 1m/interval: 1s/' "$here/packaging/prometheus/captrim-recording.yml" >"$tmp/recording.yml"
sed -e "s/127\.0\.0\.1:9469/$address/" -e 's/scrape_interval: 30s/scrape_interval: 1s/' \
	-e 's/# authorization:/authorization:/' -e 's/#   type: Bearer/  type: Bearer/' \
	-e "s|#   credentials_file: .*|  credentials_file: $tmp/token|" \
	"$here/packaging/prometheus/captrim-scrape.yml" >"$tmp/prometheus.yml"
cat >>"$tmp/prometheus.yml" <<END
global: {evaluation_interval: 1s}
rule_files: ["$here/packaging/prometheus/captrim-alerts.yml", "$tmp/recording.yml"]
END
port=$((20000 + $$ % 20000))
"$prometheus" --config.file="$tmp/prometheus.yml" --storage.tsdb.path="$tmp/tsdb" \
	--web.listen-address="127.0.0.1:$port" --log.level=warn >"$tmp/prometheus.log" 2>&1 &
pids+=($!)

# query EXPRESSION: its first value
query() {
	curl -s --data-urlencode "query=$1" "http://127.0.0.1:$port/api/v1/query" |
		jq -r '.data.result[0].value[1] // "none"' 2>/dev/null
}
# comes NAME EXPRESSION VALUE: within a minute
comes() {
	local got=none
	for _ in $(seq 120); do
		got=$(query "$2")
		[ "$got" = "$3" ] && break
		sleep 0.5
	done
	is "$1" "$got" "$3"
}
comes 'Prometheus gets them' 'up{job="captrim"}' 1
comes 'all series are there' 'count({job="captrim", __name__=~"captrim_.*|process_.*"}) == bool scalar(captrim_series)' 1
comes 'workloads are counted' 'captrim_workloads' 1000
comes 'counters go up' 'rate(captrim_checks_total[20s]) > bool 0' 1
comes 'a recording rule has its value' 'count(capability:captrim_held_workloads:sum)' 41
comes 'no rule fails' 'sum(prometheus_rule_evaluation_failures_total) or vector(0)' 0
is 'nothing is refused or dropped' "$(grep -cE 'level=(warn|error)' "$tmp/prometheus.log")" 0
# An alert that is true of this server.
for _ in $(seq 60); do
	curl -s "http://127.0.0.1:$port/api/v1/alerts" >"$tmp/alerts"
	grep -q CaptrimSeriesFolded "$tmp/alerts" && break
	sleep 0.5
done
is 'an alert is pending' "$(jq -r '[.data.alerts[] | select(.labels.alertname == "CaptrimSeriesFolded")] | length' "$tmp/alerts")" 1
is 'no critical one is' "$(jq -r '[.data.alerts[] | select(.labels.severity == "critical")] | length' "$tmp/alerts")" 0
is 'the token is in no log' "$(grep -cF "$(cat "$tmp/token")" "$tmp/prometheus.log" "$tmp/err" | grep -vc ':0$')" 0
