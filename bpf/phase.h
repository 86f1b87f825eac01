/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who in a cgroup is the workload, and who only prepares it?
 *
 * A runtime's process comes into the cgroup from outside, sets things up in the
 * new namespaces and calls execve on the entry point; what it did until then is
 * not the workload's. The same holds for each "docker exec" and health check, and
 * for a service manager's child. Names and binaries tell nothing (runc re-executes
 * a copy of itself, crun does not), but this does: the process was moved or cloned
 * into the cgroup by somebody in the host's PID namespace, and has not executed
 * anything in a mount namespace of its own since. The host's mount namespace would not
 * do: a daemon may have one of its own, and Podman without root has.
 */
#ifndef CT_BPF_PHASE_H
#define CT_BPF_PHASE_H

#include "maps.h"
#include "task.h"

#define S_ARGV_HASHED 256

static __always_inline __u32 entry_of(__u32 tgid)
{
	struct newcomer *n = bpf_map_lookup_elem(&newcomers, &tgid);

	return n ? n->entry : CT_ENTRY_MAIN;
}

static __always_inline __u32 mntns_of(struct task_struct *task)
{
	return BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
}

static __always_inline void newcomer_add(__u32 tgid, const struct newcomer *n)
{
	if (bpf_map_lookup_elem(&newcomers, &tgid)) {
		bpf_map_update_elem(&newcomers, &tgid, n, BPF_EXIST);
		return;
	}
	if (bpf_map_update_elem(&newcomers, &tgid, n, BPF_NOEXIST))
		lost(CT_LOSS_PROCS);
	else
		__sync_fetch_and_add(&newcomers_alive, 1);
}

static __always_inline void newcomer_del(__u32 tgid)
{
	if (!bpf_map_delete_elem(&newcomers, &tgid))
		__sync_fetch_and_sub(&newcomers_alive, 1);
}

/*
 * A scope of systemd's manager: processes that somebody else started and it was told of, with
 * nothing left to set up (systemd.scope(5)). A container's scope is named by an id of 64 digits.
 */
static __always_inline bool is_plain_scope(struct cgroup *cg)
{
	const char suffix[] = ".scope";
	const char *name = BPF_CORE_READ(cg, kn, name);
	char buf[sizeof(suffix) + 64], end[sizeof(suffix)] = {};
	long len = bpf_probe_read_kernel_str(buf, sizeof(buf), name);

	if (len <= (long)sizeof(suffix) || len >= (long)sizeof(buf))
		return false;
	/* Not from buf: before 5.12 the stack cannot be read at an offset that varies. */
	bpf_probe_read_kernel(end, sizeof(end), name + len - sizeof(end));
	for (int i = 0; i < (int)sizeof(suffix); i++)
		if (end[i] != suffix[i])
			return false;
	return true;
}

/* task came into a cgroup from outside; the current task put it there. */
static __always_inline void enters(struct task_struct *task)
{
	struct task_struct *mover = (struct task_struct *)bpf_get_current_task();
	struct newcomer n = { .entry = CT_ENTRY_SETUP };
	bool forked_only = BPF_CORE_READ(task, flags) & PF_FORKNOEXEC;

	/* Moves inside a container (its init, a nested runtime) are its own affair. */
	if (BPF_CORE_READ(mover, nsproxy, pid_ns_for_children, ns.inum) != cfg_host_pidns)
		return;
	/* A program that moves itself prepares nothing: it is what it is. */
	if (mover == task && !forked_only)
		return;
	/* One that has executed already, like runc's init, may do so again
	 * before it leaves the mount namespace that its maker is in. */
	if (!forked_only)
		n.mntns = mntns_of(mover);
	newcomer_add(BPF_CORE_READ(task, tgid), &n);
}

static __always_inline void on_fork(struct task_struct *parent, struct task_struct *child)
{
	__u32 ptgid = BPF_CORE_READ(parent, tgid), tgid = BPF_CORE_READ(child, tgid);
	struct newcomer *n;

	if (tgid == ptgid)
		return; /* a thread */
	if (newcomers_alive) {
		n = bpf_map_lookup_elem(&newcomers, &ptgid);
		if (n)
			newcomer_add(tgid, n);
	}
	/* CLONE_INTO_CGROUP */
	if (cgroup_of(false, parent) != cgroup_of(false, child))
		enters(child);
}

/* FNV-1a over the command line, never CT_ENTRY_MAIN or CT_ENTRY_SETUP. */
static __always_inline __u32 argv_hash(const char *argv, __u32 len)
{
	__u32 h = 2166136261u;

	for (__u32 i = 0; i < S_ARGV_HASHED; i++) {
		if (i >= len)
			break;
		h = (h ^ (__u8)argv[i]) * 16777619u;
	}
	return h | 2;
}

/* After an execve: the entry of the process from now on. */
static __always_inline __u32 entry_after_exec(struct task_struct *task, __u64 cgroup,
					      const char *argv, __u32 len, bool executor)
{
	__u32 tgid = BPF_CORE_READ(task, tgid);
	struct newcomer *n = bpf_map_lookup_elem(&newcomers, &tgid), next = {};
	struct group *g;

	if (!n)
		return CT_ENTRY_MAIN;
	if (n->entry != CT_ENTRY_SETUP)
		return n->entry;
	if (executor || (n->mntns && mntns_of(task) == n->mntns))
		return CT_ENTRY_SETUP;
	g = bpf_map_lookup_elem(&groups, &cgroup);
	if (g && !g->main) {
		g->main = tgid;
		newcomer_del(tgid);
		return CT_ENTRY_MAIN;
	}
	/* The cgroup has its entry point, or is older than the recording. */
	next.entry = argv_hash(argv, len);
	newcomer_add(tgid, &next);
	return next.entry;
}

#endif
