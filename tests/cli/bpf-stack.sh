#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# scripts/check-bpf-stack adds up frames along calls, as the verifiers up to 6.12 do.
set -u
# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

if ! command -v "${CLANG:-clang}" >/dev/null || ! command -v "${LLVM_OBJDUMP:-llvm-objdump}" >/dev/null; then
	echo "SKIP bpf-stack: no clang or no llvm-objdump"
	exit 0
fi

# object INNER OUTER: a program that calls a function, each with a buffer of so many bytes
object() {
	cat >"$tmp/a.c" <<-END
	extern void fill(void *p, int n) __attribute__((section(".ksyms")));
	static __attribute__((noinline)) int inner(int n)
	{
		char buf[$1];
		fill(buf, n);
		return buf[0];
	}
	__attribute__((section("kprobe"))) int outer(int *n)
	{
		char buf[$2];
		fill(buf, *n);
		return inner(*n) + buf[0];
	}
	END
	"${CLANG:-clang}" -target bpf -O2 -c -o "$tmp/a.o" "$tmp/a.c"
}

if object 64 448 && scripts/check-bpf-stack "$tmp/a.o" >"$tmp/out" 2>&1; then
	pass "bpf-stack 512 bytes fit"
else
	fail "bpf-stack 512 bytes fit" "$(head -n 1 "$tmp/out")"
fi
# 16 more are 32 more when rounded up.
if object 64 464 && scripts/check-bpf-stack "$tmp/a.o" >"$tmp/out" 2>&1; then
	fail "bpf-stack 528 bytes do not" "accepted"
elif grep -q '544 bytes of stack: outer 464 > inner 64' "$tmp/out"; then
	pass "bpf-stack 528 bytes do not"
else
	fail "bpf-stack 528 bytes do not" "$(head -n 1 "$tmp/out")"
fi
exit $failed
