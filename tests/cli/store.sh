#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# captrim store: recordings in and out, copies, damage, and what is refused.
set -u
# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"
db=$tmp/captrim.db
ping=tests/golden/recordings/ping-packaged.rec
cron=tests/golden/recordings/cron-reboot-root.rec

# store STATUS NAME WORD...: captrim store with these words
store() {
	local wanted=$1 name=$2

	shift 2
	run "$wanted" "store/$name" store "$@"
}

same() { # NAME FILE FILE
	if cmp -s "$2" "$3"; then
		pass "store/$1"
	else
		fail "store/$1" "$(diff "$2" "$3" | head -n 5)"
	fi
}

store 2 'no action'
store 2 'unknown action' frobnicate
says err 'store/an unknown action is named' "unknown action 'frobnicate'"
store 2 'backup without a file' backup
store 2 'too many words' check more
store 1 'not there' --store "$db" status
says err 'store/who makes it is said' "captrim monitor' makes it"
store 1 'a URL of something else' --store http://x/y status
says err 'store/what can be given is said' 'postgresql://HOST/DATABASE'
store 1 'no directory' --store "$tmp/none/captrim.db" init
says err 'store/the directory is asked for' 'make its directory first'

store 0 init --store "$db" init
stat -c %a "$db" >"$tmp/out"
says out 'store/its group may read it, others may not' '^640$'
store 0 import --store "$db" --host alpha import "$ping" "$cron"
says out 'store/import counts' '^tests/.*ping-packaged.rec: 1 workload$'
store 1 'no recording' --store "$db" import "$captrim"
store 0 status --store "$db" status
says out 'store/status counts' '^2 workloads, 0 events, 0 gaps, [0-9]+ KiB$'
says out 'store/status lists hosts' '^  alpha  1 workload, Linux '
store 0 again --store "sqlite://$db" --host alpha import "$ping" "$cron"
store 0 'status after the same again' --store "$db" status
says out 'store/the same again changes nothing' '^2 workloads, '

# What is judged of the export is what is judged of the recordings.
store 0 export --store "$db" export -o "$tmp/all.rec"
"$captrim" advise --format docker "$tmp/all.rec" 2>/dev/null | sort >"$tmp/of-export"
"$captrim" advise --format docker "$cron" "$ping" 2>/dev/null | sort >"$tmp/of-files"
same 'export advises the same' "$tmp/of-export" "$tmp/of-files"
store 0 'export of one' --store "$db" export -c g-ping-packaged
store 1 'export of one that is there and one that is not' --store "$db" export -c g-ping-packaged -c g-pong -o "$tmp/part.rec"
says err 'store/which is not is said' 'g-pong'
store 1 'export of no name' --store "$db" export -c ''
store 1 'nothing matches' --store "$db" export --host beta
says err 'store/nothing matches: where to look' 'captrim list'

# With the tool that people have, and the queries of the documentation.
if command -v sqlite3 >/dev/null; then
	sqlite3 -readonly "$db" "SELECT host FROM who_needs WHERE capability = 'NET_RAW'" >"$tmp/out" 2>"$tmp/err"
	says out 'store/a view names who needs NET_RAW' '^alpha$'
	awk '/^```sql/ { on = 1; next } /^```/ { on = 0 } on' docs/store.md >"$tmp/queries"
	if sqlite3 -readonly "$db" <"$tmp/queries" >"$tmp/out" 2>"$tmp/err" && [ ! -s "$tmp/err" ] && [ -s "$tmp/queries" ]; then
		pass 'store/the queries of docs/store.md run'
	else
		fail 'store/the queries of docs/store.md run' "$(head -n 3 "$tmp/err")"
	fi
else
	echo 'SKIP store/views: sqlite3 is not installed'
fi

store 0 check --store "$db" check
store 0 backup --store "$db" backup "$tmp/copy.db"
store 1 'no backup over a file' --store "$db" backup "$tmp/copy.db"
says err 'store/a new name is asked for' 'give the name of a new file'
store 0 'check of the backup' --store "$tmp/copy.db" check
store 0 'export of the backup' --store "$tmp/copy.db" export -o "$tmp/copy.rec"
same 'the backup holds the same' "$tmp/copy.rec" "$tmp/all.rec"
store 0 vacuum --store "$db" vacuum
store 0 'rebuild of a sound one' --store "$db" rebuild
store 0 'status after that' --store "$db" status
says out 'store/a sound one stays' '^2 workloads'

# A file is damaged in the middle: refused, kept, and a new one begun.
dd if=/dev/urandom of="$db" bs=4096 seek=1 count=20 conv=notrunc status=none
cp "$db" "$tmp/broken.db"
store 1 'check of a damaged one' --store "$db" check
says err 'store/the cure is said' 'captrim store rebuild'
same 'a damaged one is left as it is' "$db" "$tmp/broken.db"
store 0 rebuild --store "$db" rebuild
says err 'store/where the damaged one is' 'is kept as .*captrim.db.broken-'
same 'the damaged one is kept' "$(echo "$db".broken-*[0-9])" "$tmp/broken.db"
store 0 'status of the new one' --store "$db" status
says out 'store/the new one is empty' '^0 workloads'

# By a link: the file behind it is the store, and what belongs to it stands beside that.
mkdir "$tmp/disk"
ln -s disk/real.db "$tmp/link.db"
store 1 'a link to nothing' --store "$tmp/link.db" init
says err 'store/a link to nothing is said to be one' 'link\.db is a link to what is not there'
head -c 100000 /dev/urandom >"$tmp/disk/real.db"
cp "$tmp/disk/real.db" "$tmp/broken.db"
store 0 'rebuild by a link' --store "$tmp/link.db" rebuild
same 'the damaged one is kept where it was' "$(echo "$tmp"/disk/real.db.broken-*[0-9])" "$tmp/broken.db"
if [ -L "$tmp/link.db" ] && [ -s "$tmp/disk/real.db" ] && [ ! -e "$tmp/link.db.lock" ]; then
	pass 'store/the link stays'
else
	fail 'store/the link stays' "$(find "$tmp" -name '*.db*' | tr '\n' ' ')"
fi

# A copy where nobody may write, for one who is not root.
as=
[ "$(id -u)" -ne 0 ] || as='setpriv --reuid=65534 --regid=65534 --clear-groups'
mkdir "$tmp/closed"
cp "$db" "$tmp/closed/copy.db"
chmod 755 "$tmp"
chmod 644 "$tmp/closed/copy.db"
chmod 555 "$tmp/closed"
if [ -z "$as" ] || { command -v setpriv >/dev/null && $as "$captrim" --version >"$tmp/out" 2>&1; }; then
	$as "$captrim" store --store "$tmp/closed/copy.db" status >"$tmp/out" 2>"$tmp/err"
	says err 'store/where nobody may write' 'SQLite must create files beside it: .* copy it to a directory of your own'
else
	echo 'SKIP store/where nobody may write: no setpriv, or others may not start captrim'
fi
chmod 755 "$tmp/closed"

exit $failed
