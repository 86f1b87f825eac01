#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# captrim store: recordings in and out, copies, damage, and what is refused.
set -u

cd "$(dirname "$0")/../.." || exit 1
captrim=$PWD/captrim
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
failed=0
db=$tmp/captrim.db
ping=tests/golden/recordings/ping-packaged.rec
cron=tests/golden/recordings/cron-reboot-root.rec

pass() { echo "PASS $1"; }
fail() {
	echo "FAIL $1: $2"
	failed=1
}

# run STATUS NAME WORD...: leaves $tmp/out and $tmp/err
run() {
	local wanted=$1 name=$2 status=0

	shift 2
	"$captrim" store "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
	if [ "$status" -eq "$wanted" ]; then
		pass "store/$name: exit status $wanted"
	else
		fail "store/$name: exit status $wanted" "it was $status: $(head -c 300 "$tmp/err")"
	fi
}

# says out|err NAME PATTERN
says() {
	if grep -qE -e "$3" "$tmp/$1"; then
		pass "store/$2"
	else
		fail "store/$2" "no '$3' in: $(head -c 300 "$tmp/$1" | tr '\n' ' ')"
	fi
}

same() { # NAME FILE FILE
	if cmp -s "$2" "$3"; then
		pass "store/$1"
	else
		fail "store/$1" "$(diff "$2" "$3" | head -n 5)"
	fi
}

run 2 'no action'
run 2 'unknown action' frobnicate
says err 'an unknown action is named' "cannot 'frobnicate'"
run 2 'backup without a file' backup
run 2 'too many words' check more
run 1 'not there' --store "$db" status
says err 'who makes it is said' "captrim monitor' makes it"
run 1 'a URL of something else' --store http://x/y status
says err 'what can be given is said' 'postgresql://HOST/DATABASE'
run 1 'no directory' --store "$tmp/none/captrim.db" init
says err 'the directory is asked for' 'make its directory first'

run 0 init --store "$db" init
stat -c %a "$db" >"$tmp/out"
says out 'its group may read it, others may not' '^640$'
run 0 import --store "$db" --host alpha import "$ping" "$cron"
says out 'import counts' '^tests/.*ping-packaged.rec: 1 workload$'
run 1 'no recording' --store "$db" import "$captrim"
run 0 status --store "$db" status
says out 'status counts' '^2 workloads, 0 events, 0 gaps, [0-9]+ KiB$'
says out 'status lists hosts' '^  alpha  1 workload, Linux '
run 0 again --store "sqlite://$db" --host alpha import "$ping" "$cron"
run 0 'status after the same again' --store "$db" status
says out 'the same again changes nothing' '^2 workloads, '

# What is judged of the export is what is judged of the recordings.
run 0 export --store "$db" export -o "$tmp/all.rec"
"$captrim" advise --format docker "$tmp/all.rec" 2>/dev/null | sort >"$tmp/of-export"
"$captrim" advise --format docker "$cron" "$ping" 2>/dev/null | sort >"$tmp/of-files"
same 'export advises the same' "$tmp/of-export" "$tmp/of-files"
run 1 'nothing matches' --store "$db" export --host beta
says err 'nothing matches: where to look' 'captrim list'

# With the tool that people have, and the queries of the documentation.
if command -v sqlite3 >/dev/null; then
	sqlite3 -readonly "$db" "SELECT host FROM who_needs WHERE capability = 'NET_RAW'" >"$tmp/out" 2>"$tmp/err"
	says out 'a view names who needs NET_RAW' '^alpha$'
	awk '/^```sql/ { on = 1; next } /^```/ { on = 0 } on' docs/store.md >"$tmp/queries"
	if sqlite3 -readonly "$db" <"$tmp/queries" >"$tmp/out" 2>"$tmp/err" && [ ! -s "$tmp/err" ] && [ -s "$tmp/queries" ]; then
		pass 'store/the queries of docs/store.md run'
	else
		fail 'store/the queries of docs/store.md run' "$(head -n 3 "$tmp/err")"
	fi
else
	echo 'SKIP store/views: sqlite3 is not installed'
fi

run 0 check --store "$db" check
run 0 backup --store "$db" backup "$tmp/copy.db"
run 1 'no backup over a file' --store "$db" backup "$tmp/copy.db"
says err 'a new name is asked for' 'give the name of a new file'
run 0 'check of the backup' --store "$tmp/copy.db" check
run 0 'export of the backup' --store "$tmp/copy.db" export -o "$tmp/copy.rec"
same 'the backup holds the same' "$tmp/copy.rec" "$tmp/all.rec"
run 0 vacuum --store "$db" vacuum
run 0 'rebuild of a sound one' --store "$db" rebuild
run 0 'status after that' --store "$db" status
says out 'a sound one stays' '^2 workloads'

# A file is damaged in the middle: refused, kept, and a new one begun.
dd if=/dev/urandom of="$db" bs=4096 seek=1 count=20 conv=notrunc status=none
cp "$db" "$tmp/broken.db"
run 1 'check of a damaged one' --store "$db" check
says err 'the cure is said' 'captrim store rebuild'
same 'a damaged one is left as it is' "$db" "$tmp/broken.db"
run 0 rebuild --store "$db" rebuild
says err 'where the damaged one is' 'is kept as .*captrim.db.broken-'
same 'the damaged one is kept' "$(echo "$db".broken-*[0-9])" "$tmp/broken.db"
run 0 'status of the new one' --store "$db" status
says out 'the new one is empty' '^0 workloads'

exit $failed
