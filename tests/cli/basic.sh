#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What needs no root: options, messages, exit statuses, reading recordings.
set -u
# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

quiet() {
	if [ -s "$tmp/$1" ]; then
		fail "$2" "it said $(head -c 300 "$tmp/$1")"
	else
		pass "$2"
	fi
}

run 0 version --version
says out 'version names itself' '^captrim [0-9]+\.[0-9]+'
says out 'version lists the optional libraries' '^[+-]POSTGRES [+-]MICROHTTPD [+-]NCURSES$'
run 0 help --help
says out 'help lists the commands' '^ +advise '
quiet err 'help is not an error'
run 0 'help on a command' help run
says out 'help on a command: it is that' '^Usage: captrim run'
run 2 'help on nothing known' help frobnicate
run 2 'no command'
quiet out 'no command: nothing on standard output'
run 2 'unknown command' frobnicate
says err 'unknown command is named' "frobnicate"
for command in $("$captrim" --dump-options | awk -F '\t' '$1 == "command" { print $2 }'); do
	run 0 "$command --help" "$command" --help
	says out "$command --help shows usage" "^Usage: captrim $command"
	run 2 "$command: unknown option" "$command" --frobnicate
	says err "$command: unknown option is named" 'frobnicate'
done
run 2 'misspelt option' advise --fromat json x
says err 'misspelt option: the right one is offered' '--format'
run 2 'unknown format' advise --format xyz x
says err 'unknown format is named' 'xyz'
run 2 'bad duration' record -d soon -o /dev/null
says err 'bad duration is named' 'soon'
run 2 'bad selector' record -l '!app=web' -o /dev/null
says err 'bad selector is named' '!app=web'
# A script may hand over the name of a container, which is anybody's.
for words in monitor record top trace 'advise --without-rule'; do
	# shellcheck disable=SC2086 # words
	run 2 "hostile word: $words" $words $'x\033[2J' "$0"
	says err "hostile word is made printable: $words" "'x.x1b\[2J'"
done
# The first is that of process 1, if only 32 bits of it are looked at.
for pid in 4294967297 12x -1 0; do
	for words in "trace -p $pid" "record -o /dev/null -p $pid" "rehearse --cap-add none -p $pid" "whose -- $pid"; do
		# shellcheck disable=SC2086 # words
		run 2 "no process id: $words" $words
		says err "no process id is named: $words" "'$pid' is n"
	done
done
for words in '-c web' '-p 1' '-u ssh' '--project shop' '-n space' '--pod web' '-l app=web'; do
	# shellcheck disable=SC2086 # words
	run 2 "everything and $words" record --all $words -o /dev/null
	says err "everything and $words: it is said" '--all records everything'
done
for command in 'verify -- true' 'rehearse --cap-add none -c web'; do
	# shellcheck disable=SC2086 # words
	run 2 "a blank check: $command" ${command%% *} --check ' ' ${command#* }
	says err "a blank check is named: $command" '--check needs a command'
done
run 2 'another command of docker' verify -- docker ps
says err 'another command of docker: which can' "can repeat only 'docker run', not 'docker ps'"
run 2 'no runs' verify --max-runs 0 -- true
says err 'no runs: it is said' '--max-runs is between 1 and 10000'
run 2 'no runs of a set' verify --runs-per-set 0 -- true
says err 'no runs of a set: it is said' '--runs-per-set is between 1 and 100'
run 2 'run without a command' run
run 2 'advise without a recording' advise
run 2 'strict and generous' advise --strict --generous x

run 0 'explain everything' explain
says out 'explain lists SYS_ADMIN' '^SYS_ADMIN .*HOST'
for name in CHOWN chown cap_chown CAP_CHOWN; do
	run 0 "explain $name" explain "$name"
	says out "explain $name tells what it allows" 'owner'
done
run 0 'explain a number' explain 21
says out 'explain a number: it is that capability' '^SYS_ADMIN \(capability 21\)'
says out 'explain: what is left out is counted' 'things more: captrim explain -v SYS_ADMIN'
lines=$(wc -l <"$tmp/out")
run 0 'explain all of it' explain -v SYS_ADMIN
if [ "$lines" -lt 100 ] && [ "$(wc -l <"$tmp/out")" -gt 500 ]; then
	pass 'explain is short, unless asked for all'
else
	fail 'explain is short, unless asked for all' "$lines lines, then $(wc -l <"$tmp/out")"
fi
run 0 'explain a call site' explain setattr_prepare
run 2 'explain an unknown name' explain CHWON
says err 'explain offers the nearest' 'CHOWN'
run 2 'explain two names' explain CHOWN KILL

# A recording of one command, made by hand: enough for a judgement.
recording=$tmp/recording
cat >"$recording" <<'END'
{"schema":"captrim.recording/1","captrim":"0.1.0","kernel":"6.18.0","arch":"x86_64","backend":"tp_btf","cgroup":2,"boot_id":"x","start_ms":1795513841465,"start_ns":1,"cap_last":40,"outcomes":false,"syscalls":true,"clock":"monotonic"}
{"type":"workload","id":"command","kind":"command","runtime":"none","command":"chown 1 f","first_ns":1,"last_ns":2,"start_seen":true,"end_seen":true,"configured":"0xa80425fb"}
{"type":"kind","workload":0,"cap_name":"CHOWN","granted":true,"cap":0,"syscall":"fchownat","nr":260,"flags":1,"site":"0x1","count":3,"first_ns":1,"last_ns":2,"stack":["security_capable","capable_wrt_inode_uidgid","setattr_prepare","ext4_setattr","notify_change","chown_common","do_fchownat","__x64_sys_fchownat","do_syscall_64"]}
END
# Of optional ones: the default leaves them out, and keeps them in an advice that was made generous.
rec=tests/golden/recordings/dnsmasq-dhcp.rec
has() {
	if [ "$(jq '.workloads[0].advice.cap_add | index("SYS_PTRACE") != null' "$tmp/out")" = "$2" ]; then
		pass "$1"
	else
		fail "$1" 'SYS_PTRACE tells'
	fi
}
run 0 'generous' advise --generous --format json "$rec"
has 'generous keeps an optional one' true
cp "$tmp/out" "$tmp/generous.json"
run 0 'a generous advice' advise --format json "$tmp/generous.json"
has 'a generous advice is kept' true
run 0 'a generous advice, strict' advise --strict --format json "$tmp/generous.json"
has 'a generous advice, strict: it is left out' false
run 0 'a recording' advise --format json "$rec"
cp "$tmp/out" "$tmp/default.json"
run 0 'a recording, strict' advise --strict --format json "$rec"
if cmp -s "$tmp/out" "$tmp/default.json"; then
	pass 'of a recording strict is the default'
else
	fail 'of a recording strict is the default' 'they differ'
fi

run 0 'advise' advise --format json "$recording"
if [ "$(jq -c '.workloads[0].advice.cap_add' "$tmp/out" 2>/dev/null)" = '["CHOWN"]' ]; then
	pass 'advise says CHOWN'
else
	fail 'advise says CHOWN' "$(head -c 500 "$tmp/out" | tr '\n' ' ')"
fi
for format in $("$captrim" --dump-options |
	awk -F '\t' '$2 == "advise" && $4 == "format" { gsub(",", " ", $6); print $6 }'); do
	run 0 "advise as $format" advise --format "$format" "$recording"
	says out "advise as $format names CHOWN" '(CHOWN|chown)'
done
run 0 'the same recording twice' advise --format json "$recording" "$recording"
run 0 'no colour when asked' advise --color never "$recording"
if grep -q "$(printf '\033')" "$tmp/out"; then
	fail 'no escape sequences' 'there are some'
else
	pass 'no escape sequences'
fi
# An advice may come from anybody.
run 0 'an advice to be changed' advise --format json "$recording"
jq '.workloads[0].verified = {runs: 1, result: "minimal", check: "c\u001b[31m",
	list: [{set: [], ending: "works\u001b[31m", why: "w\u001b[31m"}]}' "$tmp/out" >"$tmp/hostile.json"
run 0 'advise, from a hostile advice' advise "$tmp/hostile.json"
says out 'a hostile advice is shown' 'works\\x1b\[31m under no capability: w\\x1b\[31m'
if grep -q "$(printf '\033')" "$tmp/out"; then
	fail 'a hostile advice is printable' 'an escape sequence came through'
else
	pass 'a hostile advice is printable'
fi

# Recordings of real workloads, judged as on the day they were made.
for file in tests/golden/recordings/*.rec; do
	name=$(basename "$file" .rec)
	run 0 "advise $name" advise --format json "$file"
	if [ "$(jq -r '.workloads[0].advice.cap_add | join(",")' "$tmp/out")" = "$(cat "${file%.rec}.caps")" ]; then
		pass "judged $name"
	else
		fail "judged $name" "$(jq -c '.workloads[0].advice.cap_add' "$tmp/out")"
	fi
done

# The same recording twice says the same, and that it was twice; rules can be switched off.
ping=tests/golden/recordings/ping-packaged
run 0 'advise twice' advise --format json $ping.rec $ping.rec
if jq -e '.workloads | length == 1 and .[0].recordings == 2 and .[0].advice.cap_add == ["NET_RAW"] and
	(.[0].capabilities[] | select(.name == "NET_RAW").seen_in) == 2' "$tmp/out" >/dev/null; then
	pass 'advise twice: one workload, two recordings'
else
	fail 'advise twice: one workload, two recordings' "$(head -c 300 "$tmp/out")"
fi
run 0 'advise without a rule' advise --format docker --without-rule bprm_caps_from_vfs_caps --without-rule cap_capset $ping.rec
says out 'advise without a rule: it makes a difference' '^--cap-drop ALL$'
run 2 'advise without an unknown rule' advise --without-rule nobody $ping.rec
says err 'advise without an unknown rule: it is named' "'nobody'"

for file in tests/golden/recordings/*.jsonl; do
	[ -e "$file" ] || continue
	run 0 "advise ${file##*/}" advise --format json "$file"
	if jq -e '.schema == "captrim.advice/1"' "$tmp/out" >/dev/null 2>&1; then
		pass "advise ${file##*/}: JSON"
	else
		fail "advise ${file##*/}: JSON" 'not of the schema'
	fi
done

run 1 'recording is not there' advise "$tmp/missing"
says err 'a missing recording is named' "missing.*No such file"
mkdir "$tmp/directory"
run 1 'recording is a directory' advise "$tmp/directory"
if [ "$(id -u)" -ne 0 ]; then
	install -m 000 "$recording" "$tmp/secret"
	run 1 'unreadable recording' advise "$tmp/secret"
	says err 'unreadable recording: why' 'Permission denied'
fi
: >"$tmp/empty"
run 1 'empty recording' advise "$tmp/empty"
says err 'empty recording is named' 'empty'
echo 'this is no JSON' >"$tmp/text"
run 1 'no JSON' advise "$tmp/text"
says err 'no JSON: the file is named' "$tmp/text"
echo '{"schema":"captrim.recording/99"}' >"$tmp/future"
run 1 'unknown schema' advise "$tmp/future"
says err 'known schema is named' 'captrim.recording/1'
head -c 100000 /dev/urandom >"$tmp/noise"
run 1 'noise' advise "$tmp/noise"
head -c -20 "$recording" >"$tmp/cut"
run 0 'recording cut off' advise "$tmp/cut"
if grep -qiE 'cut off|truncated|incomplete' "$tmp/out" "$tmp/err"; then
	pass 'recording cut off: it is said'
else
	fail 'recording cut off: it is said' "$(cat "$tmp/err")"
fi

run 1 'a full disk' advise -o /dev/full "$recording"
says err 'a full disk: why' 'No space left'
"$captrim" advise "$recording" >/dev/full 2>"$tmp/err"
status=$?
if [ $status -eq 1 ] && grep -q 'No space left' "$tmp/err"; then
	pass 'a full disk behind standard output'
else
	fail 'a full disk behind standard output' "exit status $status, $(cat "$tmp/err")"
fi
run 1 'a directory that is not there' advise -o "$tmp/no/where" "$recording"
run 0 'output to a file' advise --format docker -o "$tmp/file" "$recording"
quiet out 'output to a file: nothing on standard output'
if grep -q CHOWN "$tmp/file"; then pass 'the file'; else fail 'the file' 'lacks CHOWN'; fi
echo old >"$tmp/kept"
run 1 'failure' advise -o "$tmp/kept" "$tmp/text"
if [ "$(cat "$tmp/kept")" = old ]; then
	pass 'failure leaves the old file'
else
	fail 'failure leaves the old file' 'it was changed'
fi

# More than a pipe holds, to one who goes away at once.
for words in explain "advise --format html $recording"; do
	# shellcheck disable=SC2086 # words
	{ "$captrim" $words 2>"$tmp/err"; } | head -n 1 >/dev/null
	quiet err "broken pipe: no noise (${words%% *})"
done

if [ "$(id -u)" -ne 0 ]; then
	run 125 'run without privilege' run -- true
	says err 'run without privilege: the cure' 'root|sudo'
fi
exit $failed
