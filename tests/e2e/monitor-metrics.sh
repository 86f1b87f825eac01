#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A real Prometheus scrapes metrics of a thousand workloads, with the rules and the scrape
# configuration that ship, over a token; and promtool finds nothing to complain of. Then the daemon's
# own, and the page that it serves by other processes.
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

# ---- the daemon ----

kill "${pids[@]}" 2>/dev/null
wait "${pids[@]}"
pids=()
[ "$(id -u)" = 0 ] || { skip daemon 'needs root'; exit 0; }
"$captrim" doctor >"$tmp/doctor" 2>&1 || { skip daemon 'no attach type works on this kernel'; exit 0; }
cat >"$tmp/captrim.yaml" <<END
store: {url: $tmp/captrim.db}
interval: 1s
metrics: {listen: "127.0.0.1:0", token_file: $tmp/token}
ui: {listen: "127.0.0.1:0", token_file: $tmp/token}
END
"$captrim" monitor --config "$tmp/captrim.yaml" 2>"$tmp/monitor.log" &
pids+=($!)
daemon=$!
for _ in $(seq 300); do
	address=$(sed -n 's/.*metrics are at \([0-9.:]*\).*/\1/p' "$tmp/monitor.log")
	[ -n "$address" ] && break
	kill -0 "$daemon" 2>/dev/null || break
	sleep 0.1
done
[ -n "$address" ] || { fail daemon "it does not serve: $(tail -n 3 "$tmp/monitor.log")"; exit 0; }
page=$(sed -n 's/.*the page is at \([0-9.:]*\).*/\1/p' "$tmp/monitor.log")

# has NAME REGEX: within half a minute some line of the metrics matches
has() {
	for _ in $(seq 60); do
		ask -H "$bearer" >"$tmp/text"
		grep -qE "$2" "$tmp/text" && break
		sleep 0.5
	done
	says "$1" "$tmp/text" "$2"
}
has 'the daemon counts checks' '^captrim_checks_total [1-9]'
has 'it names a workload' '^captrim_workload_checks_total\{workload="[a-z]+:.*"\} [1-9]'
has 'it says how full maps are' '^captrim_bpf_map_entries\{map="kinds"\} [1-9]'
has 'it commits' '^captrim_store_commits_total [1-9]'
has 'it is named' '^captrim_build_info\{version=".*",backend="[a-z_]+"\} 1'
sed -i '$d' "$tmp/text"
"$promtool" check metrics <"$tmp/text" >"$tmp/complaints" 2>&1
is 'promtool has nothing to say of the daemon' "$? $(head -n 3 "$tmp/complaints")" '0 '
kill -HUP "$daemon"
sed -i 's/interval: 1s/interval: often/' "$tmp/captrim.yaml"
kill -HUP "$daemon"
has 'a configuration with a mistake is told' '^captrim_config_last_reload_successful 0'

is 'its page asks for the token' "$(curl -s -o /dev/null -w '%{http_code}' "http://$page/")" 401
curl -s -H "$bearer" "http://$page/" >"$tmp/page"
says 'its page shows workloads' "$tmp/page" 'href="/w\?key='
# The one that serves is the keeper's child: it is ended, and comes back.
keeper=$(pgrep -P "$daemon" -x captrim-page)
server=$(pgrep -P "${keeper:-none}" -x captrim-page)
is 'the page has no capability but to read files' "$(sed -n 's/^CapEff:[[:space:]]*//p' "/proc/$server/status")" 0000000000000002
kill -9 "$server"
for _ in $(seq 60); do
	answer=$(curl -s -m 5 -o /dev/null -w '%{http_code}' "http://$page/")
	[ "$answer" = 401 ] && break
	sleep 0.5
done
is 'a page that crashed is back' "$answer" 401
kill "$daemon"
wait "$daemon"
is 'the daemon ends' $? 0
pids=()
is 'and the page with it' "$(kill -0 "$keeper" 2>/dev/null && echo there)" ''
is 'and the token is in no log of it' "$(grep -cF "$(cat "$tmp/token")" "$tmp/monitor.log")" 0
