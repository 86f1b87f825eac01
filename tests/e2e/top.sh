#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# captrim top on a terminal: tmux shows what is on it.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
[ -x "$captrim" ] || { skip all "captrim is not built"; exit 0; }
command -v tmux >/dev/null || { skip all "tmux is not installed"; exit 0; }
"$captrim" --version | grep -q -- -NCURSES && { skip all "captrim was built without ncurses"; exit 0; }
"$captrim" store --help >/dev/null 2>&1 || { skip all 'there is no captrim store'; exit 0; }

export TMUX_TMPDIR=$tmp LC_ALL=C.UTF-8 TZ=UTC
unset TMUX NO_COLOR
store=$tmp/captrim.db
servers=0
# One tmux for each window, for one that is asked to end may still be there when the next begins.
tm() { tmux -L "t$servers" -f /dev/null "$@"; }
trap 'tm kill-server 2>/dev/null; [ -z "${group:-}" ] || rmdir "$group"; rm -rf "$tmp"' EXIT

# begin COLUMNS LINES WORD...: captrim top with these, in a window of that size; its exit status is in $run/status then.
begin() {
	local width=$1 height=$2

	shift 2
	tm kill-server 2>/dev/null
	servers=$((servers + 1))
	# Of its own, for what the last one ran may still be ending.
	run=$tmp/run.$servers
	mkdir "$run"
	cat >"$run/script" <<-END
		stty -g >$run/stty.before
		$* 2>$run/said & echo \$! >$run/pid; fg >/dev/null 2>&1
		echo \$? >$run/status
		stty -g >$run/stty.after
		sleep 100
	END
	tm new-session -d -x "$width" -y "$height" "bash -m $run/script"
}

# screen: what is on it, in $tmp/screen
screen() { tm capture-pane -p >"$tmp/screen" 2>/dev/null || : >"$tmp/screen"; }

# shows NAME REGEX: some line of the screen matches, within half a minute
shows() {
	for _ in $(seq 150); do
		screen
		grep -qE -- "$2" "$tmp/screen" && break
		sleep 0.2
	done
	says "$1" "$tmp/screen" "$2"
}

keys() { tm send-keys "$@"; }

# ends NAME STATUS: captrim ends with it, and leaves the terminal as it was
ends() {
	for _ in $(seq 150); do [ -s "$run/stty.after" ] && [ -s "$run/status" ] && break; sleep 0.2; done
	is "$1: exit status" "$(cat "$run/status" 2>/dev/null)" "$2"
	cmp -s "$run/stty.before" "$run/stty.after" || fail "$1" 'the terminal is not as it was'
}

top="$captrim top --store $store -i 200ms"

stored() {
	"$captrim" store import --store "$store" --host build1 "$here"/tests/golden/recordings/[!p]*.rec >/dev/null 2>&1
	begin 80 24 "$top"
	shows 'the list' '^g-dnsmasq-dhcp +37 +4 .* 32, 13 HOST: '
	is '80 columns, 24 lines: the first' "$(head -n 1 "$tmp/screen")" "captrim top: $store"
	is '80 columns, 24 lines: the last' "$(sed -n 24p "$tmp/screen")" \
		'Enter why  s sort: gain  / filter  p pause  h help  q quit'
	keys s
	shows 'another order' 's sort: name'
	keys s s s
	shows 'the first order again' 's sort: gain'
	keys Down Enter
	shows 'the detail: its site and process' '^ +do_handle_open +open_by_handl~ python3 '
	keys PageDown
	shows 'the detail: further down' ' 23-44 of '
	keys Escape
	shows 'back' '^WORKLOAD '
	keys / c r o n Enter
	shows 'filter' '^filter: cron  \(1 of 3\)$'
	is 'filter: only that' "$(grep -c '^g-' "$tmp/screen")" 1
	keys Escape
	shows 'no filter' '^g-dnsmasq-dhcp '
	keys h
	shows 'help' '^/ +filter by name'
	keys h
	# The daemon writes.
	"$captrim" store import --store "$store" --host build1 "$here/tests/golden/recordings/ping-packaged.rec" >/dev/null 2>&1
	shows 'what was stored since' '^g-ping-packaged '
	keys p
	shows 'pause' 'PAUSED'
	keys p
}

sizes() {
	tm resize-window -x 40 -y 8
	shows 'small: the last line' '^Enter why  s sort: gain  / filter  p '
	is 'small: lines' "$(wc -l <"$tmp/screen")" 8
	tm resize-window -x 132 -y 40
	shows 'large: more names' '32, 13 HOST: all but SETGID SETUID NET_ADMIN NET_RAW SYS_PTRACE$'
	keys q
	ends quit 0
}

ends_by_signal() {
	begin 80 24 "$top"
	shows 'again' '^WORKLOAD '
	kill -TERM "$(cat "$run/pid")"
	ends SIGTERM 0
	begin 80 24 "$top"
	shows 'and again' '^WORKLOAD '
	keys C-c
	ends 'Ctrl-C' 0
}

# colored NAME WANTED: does the screen have colours, or none?
colored() {
	if tm capture-pane -p -e | grep -q $'\x1b\\[[0-9;]*3[0-8]'; then
		is "$1" colours "$2"
	else
		is "$1" none "$2"
	fi
}

colors() {
	begin 80 24 "$top"
	shows 'in colour' '^WORKLOAD '
	shows 'in colour' '^g-'
	colored 'colours' colours
	keys q
	ends 'in colour' 0
	begin 80 24 "NO_COLOR=1 $top"
	shows 'NO_COLOR' '^g-'
	colored 'NO_COLOR' none
	keys q
	begin 80 24 "TERM=vt100 $top"
	shows 'a terminal without colours' '^g-'
	colored 'a terminal without colours' none
	keys q
	begin 80 24 "TERM=nothing-like-that $top"
	ends 'an unknown terminal' 1
	says 'an unknown terminal: message' "$run/said" "the terminal 'nothing-like-that' is not known here; set TERM"
	"$captrim" top --store "$store" </dev/null >"$tmp/out" 2>"$tmp/err"
	is 'no terminal' $? 1
	says 'no terminal: message' "$tmp/err" 'top needs a terminal'
}

live() {
	if [ "$(id -u)" != 0 ] || ! "$captrim" doctor >/dev/null 2>&1; then
		skip 'live' 'needs root, and an attach type that works'
		return
	fi
	group=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)/captrim-top-$$
	mkdir "$group" 2>/dev/null || { group=; skip 'live' 'no cgroup can be made'; return; }
	begin 80 24 "$captrim top --live -i 500ms"
	shows 'live: attached' 'CHECKS/S'
	shows 'live: rows' '^[1-9][0-9]* workloads?, '
	for _ in 1 2 3 4 5 6 7 8 9; do
		sh -c 'echo $$ >"$0/cgroup.procs" && exec chown 1:1 "$1"' "$group" "$run/said"
		sleep 0.5
	done
	keys / c a p t r i m - t o p Enter
	shows 'live: another workload' "captrim-top-$$"
	keys Enter
	shows 'live: its detail' '^ +setattr_prepare +f?chown(at)? +chown '
	keys q
	ends 'live' 0
}

stored
sizes
ends_by_signal
colors
live
