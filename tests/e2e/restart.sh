#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# captrim record of what runs already, and with --restart of its start, too. Units: systemd.sh.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
need_docker
prefix=captrim-restart-test-$$
# shellcheck disable=SC2317 # called by trap
clean() {
	docker ps -aq --filter "name=$prefix" | xargs -r docker rm -f >/dev/null 2>&1
	rm -rf "$tmp"
}
trap clean EXIT

# serve NAME COMMAND [OPTION]...: a container that does this when it starts
serve() {
	local name=$1 first=$2

	shift 2
	docker run -d --network none --name "$prefix-$name" "$@" "$image" \
		sh -c "trap 'exit 0' TERM; $first; while :; do sleep 0.1; done" >/dev/null
}
record() {
	status=0
	"$captrim" record -o "$tmp/recording" "$@" 2>"$tmp/err" || status=$?
}
# advised: name, is it complete, and the set, of each
advised() {
	"$captrim" advise --format json "$tmp/recording" | jq -c '.workloads | sort_by(.container.name) | map([
		(.container.name | split("-") | last), .advice.complete, (.advice.cap_add | join(" "))])'
}
started() { docker inspect -f '{{.State.Status}} {{.State.StartedAt}}' "$prefix-$1"; }

serve web 'chown 1001 /srv' --label "com.docker.compose.project=$prefix"
serve db 'chown 1001 /srv; chmod 700 /srv' --label "com.docker.compose.project=$prefix"
record -c "$prefix-web" -d 500ms
is late "$status $(advised)" '0 [["web",false,""]]'
says late-told "$tmp/err" 'already running: the advice will lack what it needed to start'
"$captrim" advise --format compose "$tmp/recording" >"$tmp/out"
is late-first "$(head -c 12 "$tmp/out")" '# INCOMPLETE'

record -c "$prefix-web" -c "$prefix-db" --restart -d 1s
is restarted "$status $(advised)" '0 [["db",true,"CHOWN FOWNER"],["web",true,"CHOWN"]]'
says restarted-told "$tmp/err" "restarting $prefix-web, $prefix-db"
is had-run-before "$("$captrim" advise --format json "$tmp/recording" | jq -c '[.workloads[] | .container.ran_before,
	(.advice.why | test("had run before"))] | unique')" '[true]'
says what-does-not-show "$tmp/err" 'what a new one does once, .* is not seen'
record --project "$prefix" --restart -d 1s
is project "$status $(advised)" '0 [["db",true,"CHOWN FOWNER"],["web",true,"CHOWN"]]'
says project-order "$tmp/err" "restarting $prefix-web, $prefix-db"
# How the run before ended says nothing of this one.
is no-end "$("$captrim" advise --format json "$tmp/recording" | jq -c '[.workloads[].exercised.end_seen]')" '[null,null]'

# Somebody else restarts what was found running: its engine knew of no run before.
serve hand 'test -e /ran || chown 1001 /srv; touch /ran'
rm -f "$tmp/err"
(for _ in $(seq 150); do
	! grep -q 'already running' "$tmp/err" 2>/dev/null || break
	sleep 0.2
done; docker restart -t 1 "$prefix-hand" >/dev/null) &
record -c "$prefix-hand" -d 6s
wait
is by-hand "$status $(advised)" '0 [["hand",true,""]]'
is by-hand-before "$("$captrim" advise --format json "$tmp/recording" | jq -c '.workloads[0] | [.container.ran_before,
	(.advice.why | test("had run before"))]')" '[true,true]'

# What is not there, or cannot be restarted.
record -c "$prefix-no-such" --restart
is unknown "$status" 1
says unknown-text "$tmp/err" 'no container "'
record --project "$prefix-no-such" --restart
is no-project "$status" 1
says no-project-text "$tmp/err" 'no container of project'
record -p 1 --restart
is pid "$status" 2
docker rm -f "$prefix-db" >/dev/null
docker create --name "$prefix-refused" -v /proc/captrim/no-such:/x "$image" true >/dev/null 2>"$tmp/err" ||
	docker create --name "$prefix-refused" "$image" /no/such/program >/dev/null
before=$(started web)
record -c "$prefix-refused" -c "$prefix-web" --restart
is refused "$status" 1
says refused-text "$tmp/err" "$prefix-refused could not be restarted, and may not run now"
is refused-others "$(started web)" "$before"

# Ctrl-C while it is being stopped: it runs again, and no other was touched.
serve slow "trap '' TERM" --stop-timeout 3
before=$(started web)
"$captrim" record -o "$tmp/none" -c "$prefix-slow" -c "$prefix-web" --restart 2>"$tmp/err" &
recorder=$!
for _ in $(seq 100); do
	grep -q '^captrim: restarting' "$tmp/err" && break
	sleep 0.1
done
sleep 0.5
kill -INT $recorder
wait $recorder
is aborted $? 1
says aborted-text "$tmp/err" 'waiting for the restart in progress to finish'
is aborted-running "$(docker inspect -f '{{.State.Status}}' "$prefix-slow")" running
is aborted-others "$(started web)" "$before"
is aborted-nothing "$(ls "$tmp/none" 2>/dev/null)" ''
