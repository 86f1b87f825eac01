#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# captrim ack where there is nothing to acknowledge, and its mistakes; tests/e2e/drift.sh has the rest. Needs no root.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
store=$tmp/captrim.db

# ack NAME STATUS REGEX WORD...: what it says, on whichever stream
ack() {
	local name=$1 status=$2 regex=$3

	shift 3
	"$captrim" ack "$@" >"$tmp/out" 2>&1
	is "$name-status" $? "$status"
	says "$name" "$tmp/out" "$regex"
}

ack no-store 1 "cannot open the store $store: No such file" --store "$store" web
if [ -e "$store" ]; then fail no-store-made "$store is there"; else pass no-store-made; fi
"$captrim" store init --store "$store" >/dev/null 2>"$tmp/err" || fail init "$(cat "$tmp/err")"
ack list 0 '^no finding waits for an acknowledgement$' --store "$store"
ack unknown 1 "there is no unacknowledged finding for web; 'captrim ack' lists" --store "$store" web
ack unknown-capability 1 'finding for web about SYS_TIME' --store "$store" web cap_sys_time
ack withdraw 1 'nothing is acknowledged for web, so there is nothing to take back' --store "$store" --withdraw web
ack hostile 1 'finding for x\\x1b\[2J' --store "$store" $'x\033[2J'
ack no-such-capability 2 "unknown capability 'NOPE'; 'captrim explain' lists them" --store "$store" web NOPE
ack of-which 2 '--withdraw needs a WORKLOAD or --id' --store "$store" --withdraw
ack both 2 'give a WORKLOAD or --id, and not both' --store "$store" --id 0123456 web
ack no-name 2 'the name of the WORKLOAD is empty' --store "$store" ''
ack too-many 2 'one WORKLOAD and one CAPABILITY' --store "$store" a KILL b
ack short-id 1 'at least its first 6 characters' --store "$store" --id 0123
