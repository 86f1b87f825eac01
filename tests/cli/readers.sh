#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Reading a store: list and diff, and advise, patch and check in place of recordings.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
[ -x "$captrim" ] || { skip all "captrim is not built"; exit 0; }
export TZ=UTC

recordings=$here/tests/golden/recordings
store=$tmp/captrim.db

fill() {
	"$captrim" store import --store "$store" --host build1 "$recordings"/*.rec >"$tmp/out" 2>&1 ||
		{ fail 'import' "$(head -c 300 "$tmp/out")"; exit 0; }
}

# reads NAME STATUS WORD...: leaves $tmp/out and $tmp/err.
reads() {
	local name=$1 wanted=$2

	shift 2
	"$captrim" "$@" >"$tmp/out" 2>"$tmp/err"
	is "$name: exit status" $? "$wanted"
}

# names FILTER: what jq finds in $tmp/out, in a line
names() { jq -r "$1" "$tmp/out" | tr '\n' ' '; }

list() {
	reads 'list' 0 list --store "$store"
	is 'list: what can go, most first' "$(head -n 4 "$tmp/out")" \
		"$(cat <<-'END'
			WORKLOAD            HOLDS  NEEDS      CAN GO
			g-dnsmasq-dhcp         37  4          32, 13 HOST: all but SETGID SETUID NET_ADMIN NET_RAW SYS_PTRACE
			g-open-by-handle       37  2, 2 HOST  35, 12 HOST: all but DAC_READ_SEARCH SYS_ADMIN
			g-ping-packaged        14  1          13, 1 HOST: AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE SYS_CHROOT MKNOD SETFCAP
		END
		)"
	says 'list: the sum' "$tmp/out" '^4 workloads; 4 hold 92 capabilities needlessly, 26 of them open the whole host$'
	reads 'list of one' 0 list --store "$store" g-ping-packaged
	says 'list of one: what it needs' "$tmp/out" '^  needs     NET_RAW$'
	says 'list of one: why' "$tmp/out" '^  NET_RAW  required  medium  capset\(\) asks for this'
	is 'list of one: no other' "$(grep -c '^  needs ' "$tmp/out")" 1
	reads 'list as JSON' 0 list --store "$store" --format json --sort name
	is 'list as JSON: schema and order' "$(names '.schema, .workloads[].name')" \
		'captrim.list/1 g-cron-reboot-root g-dnsmasq-dhcp g-open-by-handle g-ping-packaged '
	is 'list as JSON: a workload' "$(jq -c '.workloads[3] | [.host, .needs, .optional, (.unused | length), .complete,
		(.capabilities[] | select(.verdict == "required").name)]' "$tmp/out")" '["build1",["NET_RAW"],[],13,true,"NET_RAW"]'
	reads 'list into a file' 0 list --store "$store" -o "$tmp/list"
	"$captrim" list --store "$store" | cmp -s - "$tmp/list" || fail 'list into a file' 'differs'
	reads 'list since a time' 0 list --store "$store" --since 2026-11-24T10:05
	is 'list since a time: what was seen' "$(grep -o '^g-[a-z-]*' "$tmp/out" | tr '\n' ' ')" 'g-dnsmasq-dhcp '
	reads 'list: a reader that goes away' 0 list --store "$store" --since 1m
	is 'list: nothing' "$(cat "$tmp/out")" 'no workloads'
}

# The same as for the recording as a file, in every format.
advise() {
	local name rec format differs=

	for name in cron-reboot-root dnsmasq-dhcp open-by-handle ping-packaged; do
		rec=$recordings/$name.rec
		for format in $("$captrim" --dump-options |
			awk -F '\t' '$2 == "advise" && $4 == "format" { gsub(",", " ", $6); print $6 }'); do
			cmp -s <("$captrim" advise --format "$format" "$rec") \
				<("$captrim" advise --store "$store" -c "g-$name" --format "$format") ||
				differs+=" $name/$format"
		done
	done
	is 'advise says the same as for recordings' "$differs" ''
	is 'advise of all' "$("$captrim" advise --store "$store" --format json |
		jq -c '[.workloads[] | [.container.name, .advice]] | sort')" \
		"$("$captrim" advise --format json "$recordings"/*.rec |
			jq -c '[.workloads[] | [.container.name, .advice]] | sort')"
	is 'advise --generous' "$("$captrim" advise --store "$store" -c g-dnsmasq-dhcp --generous --format label)" \
		"$("$captrim" advise --generous --format label "$recordings/dnsmasq-dhcp.rec")"
}

deployed() {
	cat >"$tmp/compose.yaml" <<-'END'
		services:
		  ping:
		    container_name: g-ping-packaged
		    image: workloads:bookworm
		    cap_drop: [ALL]
		    cap_add: [KILL]
		  other:
		    image: other
	END
	reads 'check' 1 check --store "$store" -c g-ping-packaged --against "$tmp/compose.yaml"
	cmp -s "$tmp/out" <("$captrim" check "$recordings/ping-packaged.rec" --against "$tmp/compose.yaml") ||
		fail check 'says another thing than for the recording'
	reads 'patch' 0 patch -f "$tmp/compose.yaml" --service ping --store "$store" -c g-ping-packaged
	says 'patch: the diff' "$tmp/out" '^\+ *cap_add: \[NET_RAW\]|^\+ *- NET_RAW'
	reads 'diff with a file' 0 diff --store "$store" "$tmp/compose.yaml" now
	says 'diff with a file: what lacks' "$tmp/out" '^  lacks NET_RAW  medium  capset'
	says 'diff with a file: what is for nothing' "$tmp/out" '^  given needlessly: KILL$'
	says 'diff with a file: not in the store' "$tmp/out" '^other: in .*compose.yaml, but not in the store$'
	says 'diff with a file: the sum' "$tmp/out" '^1 differ, 3 not in the file, 1 only in the first$'
	is 'diff with a file: no other is named' "$(grep -c ', but not in the file' "$tmp/out")" 0
	reads 'diff of a file and an image' 0 diff --store "$store" --format json image:workloads "$tmp/compose.yaml"
	is 'diff of a file and an image: as JSON' \
		"$(jq -c '.workloads[] | select(.name == "ping") | [.change, .lacks, .unused]' "$tmp/out")" \
		'["changed",["NET_RAW"],["KILL"]]'
	reads 'diff of files' 0 diff "$tmp/compose.yaml" "$tmp/compose.yaml"
	says 'diff of files: alike' "$tmp/out" '^2 alike$'
}

diff_times() {
	reads 'diff of times' 0 diff --store "$store" '2026-11-24T10:05' now
	says 'diff of times: new' "$tmp/out" '^g-dnsmasq-dhcp: new$'
	says 'diff of times: why' "$tmp/out" '^  \+ SETGID     medium  changing to another group'
	is 'diff of times: no other' "$(grep -c ': new$' "$tmp/out")" 1
	reads 'diff of times as JSON' 0 diff --store "$store" --format json 2026-11-01 2026-11-24T10:05Z
	is 'diff of times as JSON: what was new then' "$(names '.schema, (.workloads[] | select(.change == "only-to") | .name)')" \
		'captrim.diff/1 g-cron-reboot-root g-open-by-handle g-ping-packaged '
	"$captrim" store import --store "$store" --host build2 "$recordings/ping-packaged.rec" >/dev/null 2>&1
	reads 'diff of hosts' 0 diff --store "$store" host:build1 host:build2
	says 'diff of hosts: the sum' "$tmp/out" '^3 only in the first, 1 alike$'
	reads 'list of hosts' 0 list --store "$store"
	says 'list of hosts: how many agree' "$tmp/out" '^g-ping-packaged .* 2/2  '
}

# refused NAME STATUS MESSAGE WORD...
refused() {
	local name=$1 wanted=$2 message=$3

	shift 3
	reads "$name" "$wanted" "$@"
	says "$name: message" "$tmp/err" "$message"
	is "$name: no output" "$(wc -c <"$tmp/out")" 0
}

wrong() {
	refused 'an unknown workload' 1 "no workload is called 'ping'; g-ping-packaged has it in its name or image" \
		list --store "$store" ping
	refused 'an unknown workload, advise' 1 "no workload is called 'ping'; g-ping-packaged has" advise --store "$store" -c ping
	refused 'an unknown workload, check' 2 "no workload is called 'ping'; g-ping-packaged has" \
		check --store "$store" -c ping --against "$tmp/compose.yaml"
	refused 'an unknown host' 1 "no host 'build9'; it has build1" list --store "$store" --host build9
	refused 'an unknown project' 1 "no project 'x'; it has none" advise --store "$store" --project x
	refused 'an unknown image' 1 "nothing in the store ran the image 'x'; it has workloads:bookworm" \
		diff --store "$store" image:x image:y
	refused 'no store' 1 "cannot open the store $tmp/none: No such file" list --store "$tmp/none"
	echo 'not a database' >"$tmp/broken"
	refused 'a broken store' 1 "$tmp/broken" list --store "$tmp/broken"
	is 'a broken store is kept' "$(cat "$tmp/broken")" 'not a database'
	refused 'a wrong time' 2 'neither a time .* nor host:NAME, image:NAME' diff --store "$store" later now
	refused 'a wrong --since' 2 '^captrim: --since soon: not a time' list --store "$store" --since soon
	refused 'times in the wrong order' 2 'the earlier time comes first: captrim diff 7d now' diff now 7d
	refused 'a time to come' 2 'lies in the future' diff 2099-01-01 now
	refused 'a time and a host' 2 'a time and a host cannot be compared' diff now host:x
	refused 'one side' 2 'diff compares two things' diff now
	refused 'a file and a store' 2 'not both: leave out FILE, or --store' advise --store "$store" "$tmp/compose.yaml"
	refused 'a file and a project' 2 'not both: leave out FILE, or --project' advise --project x "$tmp/compose.yaml"
	refused 'neither' 2 'advise needs a recording: .* captrim advise -c NAME' advise
}

others() {
	if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
		chmod 711 "$tmp"
		chmod 640 "$store"
		cp "$captrim" "$tmp/captrim"
		chmod 755 "$tmp/captrim"
		setpriv --reuid 65534 --regid 65534 --clear-groups "$tmp/captrim" list --store "$store" >"$tmp/out" 2>"$tmp/err"
		is 'a store of others: exit status' $? 1
		says 'a store of others: the cure' "$tmp/err" "$store: .*([Pp]ermission|group)"
	else
		skip 'a store of others' 'needs root and setpriv'
	fi
	# Somebody writes to it.
	python3 - "$store" <<-'END' >"$tmp/writer" 2>&1 &
		import sqlite3, sys, time
		db = sqlite3.connect(sys.argv[1], isolation_level=None)
		db.execute("BEGIN IMMEDIATE")
		db.execute("UPDATE workload SET label = 'half written'")
		print("writing", flush=True)
		time.sleep(60)
	END
	writer=$!
	for _ in $(seq 300); do grep -q writing "$tmp/writer" && break; sleep 0.1; done
	reads 'while somebody writes' 0 list --store "$store"
	says 'while somebody writes: what was there before' "$tmp/out" '^g-ping-packaged '
	kill "$writer"
	wait "$writer" 2>/dev/null
}

hostile() {
	local evil=$tmp/evil.db

	sed 's/g-ping-packaged/\\u001b[31mred\\n\\u202e/g' "$recordings/ping-packaged.rec" >"$tmp/evil.rec"
	"$captrim" store import --store "$evil" "$tmp/evil.rec" >/dev/null 2>&1
	for words in list 'list -v' 'diff 2026-01-01 now' "advise -c x"; do
		# shellcheck disable=SC2086 # several words
		"$captrim" ${words%% *} --store "$evil" ${words#"${words%% *}"} >>"$tmp/shown" 2>&1
	done
	is 'a hostile name is shown' "$(grep -c 'x1b\[31mred' "$tmp/shown")" 4
	if LC_ALL=C grep -q $'[\x1b\x07]' "$tmp/shown" || grep -q $'\u202e' "$tmp/shown"; then
		fail 'a hostile name is printable' 'an escape sequence came through'
	else
		pass 'a hostile name is printable'
	fi
}

"$captrim" store --help >/dev/null 2>&1 || { skip all 'there is no captrim store'; exit 0; }
fill
list
advise
deployed
diff_times
wrong
others
hostile
