#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What doctor says of a host to whoever is to mend captrim, and what it must not say. Needs no root.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

[ -x "$captrim" ] || { skip all 'captrim is not built'; exit 0; }
# Its exit status says whether recording works here, which is not asked.
# A host's name that is found in nothing else, where we may give it one.
named=()
if unshare -u true 2>/dev/null; then
	# shellcheck disable=SC2016 # for the shell inside
	named=(unshare -u sh -c 'echo host-of-joe >/proc/sys/kernel/hostname; exec "$@"' sh)
fi
DOCKER_HOST=tcp://joe:hunter2@private.example:1 HTTP_PROXY=http://joe:hunter2@proxy.example SECRET=hunter2 \
	timeout 60 "${named[@]}" "$captrim" doctor --report >"$tmp/out" 2>"$tmp/err"
status=$?
if [ $status -le 1 ]; then pass report; else fail report "exit status $status"; fi
while read -r name regex; do
	says "report-$name" "$tmp/out" "$regex"
done <<LINES
version captrim [0-9]
kernel kernel: $(uname -r | sed 's/[+.]/\\&/g') $(uname -m)
attach backend (tp_btf|fexit|kprobe)
processors processors: [0-9]+ of [0-9]+
rights process: NoNewPrivs: [01]
limit RLIMIT_MEMLOCK: ([0-9]+|unlimited)
btf BTF of the kernel: ([0-9]+ bytes|\()
setting /proc/sys/kernel/unprivileged_bpf_disabled: [012(]
symbols symbols: .
configuration configuration: (CONFIG_|neither)
features features: [+-]POSTGRES
LINES
is report-one-engine "$(grep -c 'container API' "$tmp/out")" 1
for secret in hunter2 joe private.example proxy.example; do
	if grep -qF -- "$secret" "$tmp/out" "$tmp/err"; then
		fail "report-keeps $secret" "$(grep -hF -- "$secret" "$tmp/out" "$tmp/err" | head -n 1)"
	else
		pass "report-keeps $secret"
	fi
done
if [ -r /etc/os-release ]; then
	says report-system "$tmp/out" "system: $(grep -m 1 ^ID= /etc/os-release)"
fi
is report-printable "$(LC_ALL=C tr -d '\n -~' <"$tmp/out" | wc -c)" 0
"$captrim" doctor --report --privileges >"$tmp/out" 2>"$tmp/err"
is exclusive $? 2
says exclusive-message "$tmp/err" 'exclude each other'
"$captrim" doctor --report extra >"$tmp/out" 2>"$tmp/err"
is argument $? 2
# A name is the caller's, but may have come from anywhere.
"$captrim" doctor --btf $'/none/\e[31m' >"$tmp/out" 2>&1
is btf-name "$(LC_ALL=C tr -d '\n -~' <"$tmp/out" | wc -c)" 0
