#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# hidden.sh: a host that shows nobody the kernel's addresses (kernel.kptr_restrict=2), or that has no BTF.
. "$(dirname "$0")/../lib/common.sh"

need_probe
sed 's/^[0-9a-f]*/0000000000000000/' /proc/kallsyms >"$tmp/kallsyms"
: >"$tmp/file"

# hidden COMMAND...: what /proc/kallsyms shows there is all zeros
hidden() {
	# shellcheck disable=SC2016 # the inner shell's
	unshare -m sh -c 'mount --bind "$0" /proc/kallsyms && exec "$@"' "$tmp/kallsyms" "$@"
}

if ! hidden true 2>"$tmp/err"; then
	skip all "cannot mount over /proc/kallsyms: $(head -n 1 "$tmp/err")"
	exit 0
fi
case $(uname -r) in
5.*)
	hidden "$captrim" run -q -- true 2>"$tmp/err"
	is status $? 1
	says cure "$tmp/err" 'kernel.kptr_restrict'
	;;
*)
	hidden "$captrim" run -q --format json -o "$tmp/advice" -- chown 1 "$tmp/file" 2>"$tmp/err"
	is status $? 0
	is advice "$(jq -c '.workloads[0].advice.cap_add' "$tmp/advice")" '["CHOWN"]'
	# A call path has names.
	is sites "$(jq -c '.losses.unknown_sites' "$tmp/advice")" 0
	;;
esac

# A file with the types in place of the kernel's own.
: >"$tmp/empty"
"$captrim" run -q --btf "$tmp/empty" -- true 2>"$tmp/err"
is btf-status $? 125
says btf-empty "$tmp/err" 'empty holds no BTF'
"$captrim" run -q --btf "$tmp/missing" -- true 2>"$tmp/err"
says btf-missing "$tmp/err" 'cannot read .*/missing: No such file'
"$captrim" run -q --btf /sys/kernel/btf/vmlinux --format json -o "$tmp/advice" -- chown 2 "$tmp/file" 2>"$tmp/err"
is btf-advice "$(jq -c '.workloads[0].advice.cap_add' "$tmp/advice")" '["CHOWN"]'
# shellcheck disable=SC2016 # the inner shell's
unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec "$@"' sh "$captrim" run -q -- true 2>"$tmp/err"
says btf-cure "$tmp/err" 'has no BTF .*--btf FILE'
