#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# captrim monitor without watching anything: its options, its configuration, and the test of its sinks.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

# refused NAME STATUS REGEX ARGUMENT...
refused() {
	local name=$1 status=$2 said=$3
	shift 3
	"$captrim" monitor "$@" >"$tmp/out" 2>"$tmp/err"
	is "$name-status" $? "$status"
	says "$name" "$tmp/err" "$said"
}
refused share 2 "--max-cpu: '2' is not a share; write 2% or 0\.5%" --max-cpu 2
refused no-share 2 "--max-cpu: '0%'" --max-cpu 0%
refused memory 2 "--max-memory: '1M' is not a size of 16M at least" --max-memory 1M
refused interval 2 'interval must be between 1s and 10m' --interval 1h
refused word 2 "does not take 'now'" now
refused no-config 1 '/nowhere/captrim\.yaml' --config /nowhere/captrim.yaml --check-config

# The configuration that ships, and each of its lines that is commented out.
sed 's/^\( *\)#\([a-z_]*:\)/\1\2/' "$here/packaging/captrim.yaml" >"$tmp/all.yaml"
for file in "$here/packaging/captrim.yaml" "$tmp/all.yaml"; do
	"$captrim" monitor --config "$file" --check-config >"$tmp/out" 2>"$tmp/err"
	is "check-$(basename "$file")" "$?$(cat "$tmp/err")" 0
done

# mistake NAME REGEX TEXT: the line is named
mistake() {
	printf '%b' "$3" >"$tmp/captrim.yaml"
	refused "$1" 2 "captrim\.yaml:$2" --config "$tmp/captrim.yaml" --check-config
}
mistake key "2:1: .*has no 'budged'; it has interval, " 'interval: 5s\nbudged: {}\n'
mistake value "1:13: .*'5' is not a duration" 'interval:   5\n'
mistake section "2:3: store has no 'uri'" 'store:\n  uri: x\n'
mistake sink "2:11: .*one of file, stdout" 'sinks:\n  - type: pigeon\n'
if "$captrim" --version | grep -q +POSTGRES; then
	mistake url '1:14: the URL of the store is wrong' 'store: {url: "postgresql://[x/none"}\n'
	refused url-option 2 '^captrim: --store: the URL of the store is wrong' --store 'postgresql://[x/none'
fi
mistake local '1:16: local is a file on this host' 'store: {local: "postgresql://x/y"}\n'
mistake listen '1:' 'metrics: {listen: nonsense}\n'
mistake events "1:.*'learn'" 'events: {learn: 1d}\n'
mistake escape "1:1: .*has no 'a\\\\x1b\[31m'" '"a\\e[31m": 1\n'

mistake scheme "1:14: 'mysql://x/y' names no store" 'store: {url: "mysql://x/y"}\n'

# missing NAME REGEX TEXT: what the configuration names is not there, and would keep the daemon from starting
before=$tmp/before
missing() {
	printf '%b' "$3" >"$tmp/captrim.yaml"
	ls -AR "$tmp" >"$before"
	refused "$1" 1 "captrim\.yaml:$2" --config "$tmp/captrim.yaml" --check-config
	# shellcheck disable=SC2012 # only compared
	is "$1-touches-nothing" "$(ls -AR "$tmp" | diff "$before" - | grep -v '^[0-9]')" ''
}
: >"$tmp/before"
echo short >"$tmp/short"
chmod 600 "$tmp/short"
missing policy '3:5: .*/nowhere/a\.json' "policies:\n  # two\n  - /nowhere/a.json\n"
missing root '1:12: /nowhere is not the root of a host' 'host_root: /nowhere\n'
missing store-directory '1:14: cannot write /nowhere/s\.db.*make its directory' 'store: {url: /nowhere/s.db}\n'
missing sink-directory '2:5: cannot write events to /nowhere/events' 'sinks:\n  - {type: file, path: /nowhere/events}\n'
missing secret '1:10: cannot read /nowhere/key' 'sinks: [ {type: webhook, url: "http://h", secret_file: /nowhere/key}]\n'
missing token '1:10: cannot read /nowhere/t' 'sinks: [ {type: otlp, url: "http://h", token_file: /nowhere/t}]\n'
missing open-address '1:19: 0\.0\.0\.0:99 is reachable from other machines' 'metrics: {listen: 0.0.0.0:99}\n'
missing metrics-token '1:39: cannot read the token /nowhere/t' 'metrics: {listen: "*:99", token_file: /nowhere/t}\n'
mistake page-token "1:18: the token $tmp/short is not one line" "ui: {token_file: $tmp/short}\n"
printf '{}' >"$tmp/captrim.yaml"
refused events-option 1 'cannot write events to /nowhere/events' --config "$tmp/captrim.yaml" --events /nowhere/events --check-config
refused listen-option 1 '--listen: 0\.0\.0\.0:99 is reachable' --config "$tmp/captrim.yaml" --listen 0.0.0.0:99 --check-config
refused store-option 2 "--store: 'mysql://x/y' names no store" --config "$tmp/captrim.yaml" --store mysql://x/y --check-config
# A local address given by option stands in for an open one.
printf 'metrics: {listen: 0.0.0.0:99}\nstore: {url: %s/s.db}\n' "$tmp" >"$tmp/captrim.yaml"
"$captrim" monitor --config "$tmp/captrim.yaml" --listen 127.0.0.1:0 --check-config >"$tmp/out" 2>"$tmp/err"
is local-instead "$?$(cat "$tmp/err")" 0

printf 'sinks:\n  - {type: file, path: %s}\n' "$tmp/events" >"$tmp/captrim.yaml"
"$captrim" monitor --config "$tmp/captrim.yaml" --self-test >"$tmp/out" 2>"$tmp/err"
is self-test $? 0
says self-test-event "$tmp/events" '"kind":"self-test"'
printf '{}' >"$tmp/captrim.yaml"
refused no-sink 1 'sink' --config "$tmp/captrim.yaml" --self-test
