/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs once before the probe, to find the way from a program's context to the stack of the function
 * that asked. It is an object of its own, without CO-RE, since reading the kernel's BTF once more
 * would take most of the start-up time.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "ct/event.h"

char LICENSE[] SEC("license") = "GPL";

const volatile __u32 cfg_self; /* only our own check counts */

/* Raw words above the context, and the true call path. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ct_calibration);
} calibration SEC(".maps");

static __always_inline int calibrate(void *ctx)
{
	__u32 zero = 0;
	struct ct_calibration *c = bpf_map_lookup_elem(&calibration, &zero);
	long n;

	if (!c || c->depth || (__u32)(bpf_get_current_pid_tgid() >> 32) != cfg_self)
		return 0;
	/* Word by word: the stack may end before the last. */
	for (int i = 0; i < CT_CALIBRATION_WORDS; i++)
		bpf_probe_read_kernel(&c->word[i], sizeof(c->word[i]),
				      ctx + i * sizeof(c->word[i]));
	n = bpf_get_stack(ctx, c->addr, sizeof(c->addr), 0);
	c->depth = n < 0 ? n : n / sizeof(c->addr[0]);
	return 0;
}

/* Runs in the same frames as under tp_btf, without BTF. */
SEC("raw_tp/cap_capable")
int calibrate_tp(void *ctx)
{
	return calibrate(ctx);
}

/* Attached beside the first, to show the stack of a tracepoint with several programs. */
SEC("raw_tp/cap_capable")
int calibrate_beside(void *ctx)
{
	return 0;
}

SEC("fexit/cap_capable")
int calibrate_fexit(void *ctx)
{
	return calibrate(ctx);
}
