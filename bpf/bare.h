/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The probe's events for kernels without BTF. Such a kernel takes no program that names one of its
 * types, but the same tracepoints pass their arguments to raw tracepoint programs, too. These read
 * structures by the offsets that a file with that kernel's BTF gives.
 */
#ifndef CT_BPF_BARE_H
#define CT_BPF_BARE_H

#define BARE(tracepoint, name)    \
	SEC("raw_tp/" tracepoint) \
	int name(unsigned long long *ctx)

BARE("cgroup_mkdir", bare_cgroup_mkdir)
{
	return ____on_cgroup_mkdir(ctx, (void *)ctx[0], (void *)ctx[1]);
}

BARE("cgroup_rmdir", bare_cgroup_rmdir)
{
	return ____on_cgroup_rmdir(ctx, (void *)ctx[0], (void *)ctx[1]);
}

BARE("cgroup_attach_task", bare_cgroup_attach)
{
	return ____on_cgroup_attach(ctx, (void *)ctx[0], (void *)ctx[1], (void *)ctx[2], ctx[3]);
}

BARE("sched_process_fork", bare_process_fork)
{
	return ____on_process_fork(ctx, (void *)ctx[0], (void *)ctx[1]);
}

BARE("sched_process_exec", bare_process_exec)
{
	return ____on_process_exec(ctx, (void *)ctx[0], ctx[1], (void *)ctx[2]);
}

BARE("sched_process_exit", bare_process_exit)
{
	return ____on_process_exit(ctx, (void *)ctx[0]);
}

BARE("signal_generate", bare_signal)
{
	return ____on_signal(ctx, ctx[0], (void *)ctx[1], (void *)ctx[2], ctx[3], ctx[4]);
}

#endif
