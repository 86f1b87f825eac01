#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The page of a store, over HTTP and in a browser: who may see it, that it says what the store knows,
# how it looks on a phone and on a wide screen, light and dark, with the keyboard, without a script,
# and that hostile names stay text. SHOTS=DIR keeps pictures.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
maker=${PAGE_STORE:-$here/.output/page_store}
[ -x "$captrim" ] || { skip all 'captrim is not built'; exit 0; }
[ -x "$maker" ] || { skip all 'the store by hand is not built (make units)'; exit 0; }
"$captrim" --version | grep -q +MICROHTTPD || { skip all 'built without libmicrohttpd'; exit 0; }
for tool in curl jq; do
	command -v $tool >/dev/null || { skip all "no $tool"; exit 0; }
done

server=
clean() {
	[ -z "$server" ] || kill "$server" 2>/dev/null
	wait
	[ ! -d "$tmp/pg" ] || "$here/scripts/postgres" stop "$tmp/pg"
	rm -rf "$tmp"
}
trap clean EXIT

# What ran, and one whose name is markup.
evil='zz<img src=x onerror=evil=1>"'"'"'&\u001b[31m'
cp "$here"/tests/golden/recordings/*.rec "$tmp"
jq -c --arg evil "$(printf '%b' "${evil/\\u001b/\\033}")" \
	'if .type == "workload" then .container.name = $evil else . end' \
	"$here/tests/golden/recordings/ping-packaged.rec" >"$tmp/evil.rec"
"$maker" "$tmp/captrim.db" node1 "$tmp"/*.rec 2>"$tmp/err" || { fail all "no store: $(cat "$tmp/err")"; exit 0; }

# Without a store, or with a token that everybody may read, nothing is served.
timeout 20 "$captrim" page --store "$tmp/none.db" --listen 127.0.0.1:0 2>"$tmp/err"
is 'no store: exit status' $? 1
says 'no store: which' "$tmp/err" 'none\.db'
(umask 077; head -c 24 /dev/urandom | base64 >"$tmp/token")
chmod 644 "$tmp/token"
timeout 20 "$captrim" page --store "$tmp/captrim.db" --token-file "$tmp/token" --listen 127.0.0.1:0 2>"$tmp/err"
is 'an open token: exit status' $? 1
says 'an open token: the cure' "$tmp/err" 'chmod'
chmod 600 "$tmp/token"
token=$(cat "$tmp/token")

# serve STORE: at $url, until $server is ended
serve() {
	: >"$tmp/log"
	"$captrim" page --store "$1" --token-file "$tmp/token" --listen 127.0.0.1:0 2>"$tmp/log" &
	server=$!
	for _ in $(seq 100); do grep -q http: "$tmp/log" && break; sleep 0.1; done
	url=$(sed -n 's/.*\(http:[^,]*\),.*/\1/p' "$tmp/log")
	[ -n "$url" ] || { fail all "it does not start: $(cat "$tmp/log")"; exit 0; }
}
serve "$tmp/captrim.db"

# status OPTION... PATH
status() { curl -s -o /dev/null -w '%{http_code}' "${@:1:$#-1}" "$url${*: -1}"; }
bearer="Authorization: Bearer $token"
is 'a stranger' "$(status /)" 401
is 'a stranger who names a workload' "$(status '/raw?key=name:g-dnsmasq-dhcp')" 401
is 'a token in the URL' "$(status "/?token=$(jq -rn --arg t "$token" '$t | @uri')")" 401
is 'the token' "$(status -H "$bearer" /)" 200
is 'another method' "$(status -H "$bearer" -X DELETE /)" 405
is 'nothing to be posted' "$(status -H "$bearer" -X POST /events)" 405
is 'another name of this host' "$(status -H "$bearer" -H 'Host: evil.example' /)" 421
is 'a form of another site' "$(status -H 'Sec-Fetch-Site: cross-site' --data-urlencode "token=$token" /login)" 403
curl -s -H "$bearer" "$url/raw?key=name:g-dnsmasq-dhcp" >"$tmp/advice.json"
"$captrim" advise --format json "$here/tests/golden/recordings/dnsmasq-dhcp.rec" >"$tmp/recorded.json"
is 'the advice is that of the recording' "$(cap_add "$tmp/advice.json")" "$(cap_add "$tmp/recorded.json")"
is 'a snippet for a program' "$(curl -s -H "$bearer" "$url/raw?key=name:g-dnsmasq-dhcp&format=compose" |
	grep -c 'cap_drop: \[ALL\]')" 1

# The store may be away for a while.
mv "$tmp/captrim.db" "$tmp/away.db"
is 'no store any more' "$(status -H "$bearer" /)" 503
mv "$tmp/away.db" "$tmp/captrim.db"
is 'it is back' "$(status -H "$bearer" /)" 200

if ! command -v python3 >/dev/null; then
	skip browser 'no python3'
elif ! chrome=$(command -v chromium || command -v chromium-browser || command -v google-chrome); then
	skip browser 'no chromium'
else
	python3 "$here/tests/lib/page_browser.py" "$chrome" "$tmp/profile" "$url" "$token" g-dnsmasq-dhcp 'zz'
fi
is 'the token is in no log' "$(grep -cF "$token" "$tmp/log")" 0
is 'and in no argument' "$(tr '\0' ' ' <"/proc/$server/cmdline" | grep -cF "$token")" 0
is 'nothing was complained of' "$(wc -l <"$tmp/log")" 1
kill "$server"
wait "$server"
is 'it ends when told to' $? 0
server=

# ---- a fleet's database ----

"$captrim" --version | grep -q +POSTGRES || { skip fleet 'built without libpq'; exit 0; }
chmod 755 "$tmp" # the server is another user
"$here/scripts/postgres" start "$tmp/pg" >"$tmp/err" 2>&1
case $? in
0) ;;
77) skip fleet 'no PostgreSQL'; exit 0 ;;
*) fail fleet "PostgreSQL does not start: $(tail -n 1 "$tmp/err")"; exit 0 ;;
esac
database=$("$here/scripts/postgres" url "$tmp/pg")
export PUSH=$database
"$maker" "$tmp/node2.db" node2 "$tmp/dnsmasq-dhcp.rec" "$tmp/evil.rec" 2>"$tmp/err"
"$maker" "$tmp/node3.db" node3 "$tmp/dnsmasq-dhcp.rec" 2>>"$tmp/err"
is 'a fleet: two hosts push' "$(cat "$tmp/err")" ''
serve "$database"
curl -s -H "$bearer" "$url/" >"$tmp/page"
is 'a fleet: each workload once' "$(grep -c '<tr><th scope="row">' "$tmp/page")" 2
says 'a fleet: on how many hosts it is' "$tmp/page" 'g-dnsmasq-dhcp.*data-label="Hosts">2<'
says 'a fleet: hosts to choose from' "$tmp/page" '<option value="node3">'
curl -s -H "$bearer" "$url/w?key=name:g-dnsmasq-dhcp" >"$tmp/page"
says 'a fleet: a workload on each host' "$tmp/page" 'href="/w\?key=name%3Ag-dnsmasq-dhcp&amp;host=node2"'
is 'a fleet: events of all hosts' "$(curl -s -H "$bearer" "$url/events?all=1" | grep -c '^<li>')" 6
says 'a fleet: a snippet' "$tmp/page" 'cap_drop: \[ALL\]'
