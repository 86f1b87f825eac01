/* SPDX-License-Identifier: GPL-2.0-only */
/* Our process as the programs in the kernel see it. */
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <unistd.h>

#include "kern/probe_priv.h"

__u32 ct_self__tgid(void)
{
	/* return bpf_get_current_pid_tgid() >> 32 */
	static const struct bpf_insn program[] = {
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_get_current_pid_tgid },
		{ .code = BPF_ALU64 | BPF_RSH | BPF_K, .dst_reg = BPF_REG_0, .imm = 32 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_test_run_opts, run);
	int fd = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "ct_self", "GPL", program,
			       CT_ARRAY_SIZE(program), NULL);
	__u32 tgid = getpid();

	if (fd >= 0 && !bpf_prog_test_run_opts(fd, &run))
		tgid = run.retval;
	if (fd >= 0)
		close(fd);
	return tgid;
}
