#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make demo where no Docker daemon answers: a daemon of its own, a patched file, and nothing left
# behind, also after Ctrl-C; and what is said where something is missing.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
command -v dockerd >/dev/null || { skip all 'no dockerd to start'; exit 0; }

export DOCKER_HOST=unix:///nonexistent/docker.sock DEMO_FILE=$tmp/compose.yaml TMPDIR=$tmp/t
mkdir "$TMPDIR"
# left: files, mounts and daemons
left() {
	echo "$(find "$TMPDIR" -mindepth 1 | wc -l)" "$(grep -c "$TMPDIR" /proc/self/mountinfo)" \
		"$(pgrep -fc "^dockerd.*$TMPDIR")"
}

"$here/scripts/demo" >"$tmp/out" 2>&1
is status $? 0
says container "$tmp/out" '^  captrim-demo, docker, watched for [1-9]'
says proved "$tmp/out" '^It is\.'
is file "$(grep -oE 'captrim-demo:|cap_drop: \[ALL\]|- (CHOWN|SETGID|SETUID)' "$DEMO_FILE" | xargs)" \
	'captrim-demo: cap_drop: [ALL] - CHOWN - SETGID - SETUID'
is nothing-left "$(left)" '0 0 0'

# Interrupted at once, while the daemon starts, and later.
for seconds in 0.3 1 3; do
	env --default-signal=INT setsid "$here/scripts/demo" >"$tmp/out" 2>&1 &
	demo=$!
	sleep $seconds
	kill -INT -- -$demo
	wait $demo
	is "interrupted-after-$seconds" "$? $(left)" '130 0 0 0'
done

# A plain command is called by its program's name.
"$captrim" run -q --format compose -o "$tmp/advice" -- env X=1 setpriv --no-new-privs "$(command -v sleep)" 0.1
is name "$(sed -n 's/^  \([a-z].*\):$/\1/p' "$tmp/advice")" sleep

# No network: apt's words and what to do about it.
if unshare -n true 2>/dev/null && command -v apt-get >/dev/null; then
	unshare -n "$here/scripts/packages" unpack "$tmp/unpacked" sl >"$tmp/out" 2>&1
	is no-network $? 1
	says no-network-text "$tmp/out" 'cannot download: sl'
	says no-network-cure "$tmp/out" 'is there a network'
else
	skip no-network 'no network namespace or no apt'
fi
# Copied, for another user may not reach this directory.
cp "$here/scripts/packages" "$tmp/packages"
chmod 755 "$tmp" "$tmp/packages"
su nobody -s /bin/sh -c "$tmp/packages install captrim-no-such-package" >"$tmp/out" 2>&1
is not-root $? 1
says not-root-text "$tmp/out" 'sudo apt-get install'
