/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lists the kernel's symbols as /proc/kallsyms does, for hosts where kernel.kptr_restrict=2
 * replaces all addresses there with zeros: a program is given the true ones (Linux 6.0). It is an
 * object of its own, loaded only on such hosts.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

/* The fields that are read, wherever they lie. */
struct kallsym_iter {
	unsigned long value;
	char type;
	char name[1];
	char module_name[1];
} __attribute__((preserve_access_index));

struct bpf_iter_meta {
	struct seq_file *seq;
} __attribute__((preserve_access_index));

struct bpf_iter__ksym {
	struct bpf_iter_meta *meta;
	struct kallsym_iter *ksym;
} __attribute__((preserve_access_index));

SEC("iter/ksym")
int list_symbols(struct bpf_iter__ksym *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct kallsym_iter *k = ctx->ksym;

	if (!k)
		return 0;
	if (k->module_name[0])
		BPF_SEQ_PRINTF(seq, "%lx %c %s\t[%s]\n", k->value, k->type, k->name,
			       k->module_name);
	else
		BPF_SEQ_PRINTF(seq, "%lx %c %s\n", k->value, k->type, k->name);
	return 0;
}
