/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Refuses capabilities to one cgroup and what is below it, as if they had been dropped. The hook
 * runs after the kernel itself has granted the check. Nothing is pinned: the refusing ends with the
 * process that holds the link, or with the lease if that process hangs.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#include "entering.h"
#include "task.h"

char LICENSE[] SEC("license") = "GPL";

#define SET_UP_NS 10000000000ull /* the most that a runtime's set-up may take */

const volatile __u64 cfg_cgroup;	/* its id, with CT_CGROUP_V1 as everywhere */
const volatile __u64 cfg_refused;	/* set of capabilities */
const volatile __u32 cfg_userns;	/* the workload's, by inode number */
const volatile __u64 cfg_host_bounding; /* what the mounter of an overlay holds */
const volatile __u64 cfg_given; /* what the workload was given: its main process's bounding set */
/* Numbers of the calls that end a set-up with no more than was given; -1: of none. */
const volatile int cfg_starts[2] = { -1, -1 };

__u64 lease_ns; /* refuse until then (CLOCK_MONOTONIC); 0: not at all */
__u64 lapsed;	/* granted because the lease was over */
bool called;	/* the hook has seen a check of our own */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32); /* capability */
	__type(value, struct ct_refused);
} refused SEC(".maps");

/*
 * Is it a runtime that sets up an exec'd-in process, and drops capabilities when it is done? It
 * came from outside and finishes soon: what the workload moved itself, or what works on here, is
 * the workload.
 */
static __always_inline bool is_set_up(struct task_struct *task, __u32 tgid)
{
	struct ct_entering *n = bpf_map_lookup_elem(&entering, &tgid);

	return n && CT_IS_PENDING(n->entry) && bpf_ktime_get_ns() - n->since < SET_UP_NS &&
	       !is_within(BPF_CORE_READ(task, real_parent), cfg_cgroup);
}

/*
 * The execve that ends the set-up of a process in a container is made with what the container was
 * given: without a capability that it needs the program does not start (judge/judge.h).
 */
static __always_inline bool starts_the_program(struct task_struct *task, const struct cred *cred)
{
	int nr = regs_nr(false, regs_of(false, task));

	return nr >= 0 && (nr == cfg_starts[0] || nr == cfg_starts[1]) && !is_compat(false, task) &&
	       !(CAPS_OF(cred, cap_effective) & ~cfg_given);
}

/*
 * Would dropping have reached these credentials? Yes, if they are the task's own, or others that
 * hold no more than the workload was given, such as those of a descriptor's opener or of an
 * io_uring personality. If the workload was given everything, those of an overlay's mounter look
 * the same, so others than the task's own are left alone.
 */
static __always_inline bool are_its_own(struct task_struct *task, const struct cred *cred)
{
	/* In a user namespace that it made itself it holds everything, whatever was dropped. */
	if (BPF_CORE_READ(cred, user_ns, ns.inum) != cfg_userns)
		return false;
	return cred == BPF_CORE_READ(task, real_cred) ||
	       (cfg_host_bounding & ~cfg_given && !(CAPS_OF(cred, cap_effective) & ~cfg_given));
}

static __always_inline void count(struct task_struct *task, __u32 cap)
{
	struct ct_refused *r = bpf_map_lookup_elem(&refused, &cap);

	if (!r)
		return;
	__sync_fetch_and_add(&r->count, 1);
	r->last_ns = bpf_ktime_get_ns();
	r->pid = BPF_CORE_READ(task, tgid);
	r->nr = regs_nr(false, regs_of(false, task));
	bpf_core_read(r->comm, sizeof(r->comm), &task->comm);
}

SEC("lsm/capable")
int BPF_PROG(refuse, const struct cred *cred, struct user_namespace *target, int cap)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	__u64 until = lease_ns;

	if (!called && tgid == cfg_self)
		called = true;
	if (!until || !(cfg_refused >> (cap & 63) & 1) || !is_within(task, cfg_cgroup))
		return 0;
	if (BPF_CORE_READ(task, flags) & PF_KTHREAD || !are_its_own(task, cred) ||
	    owns(cred, target))
		return 0;
	if (is_set_up(task, tgid) && !starts_the_program(task, cred))
		return 0;
	if (bpf_ktime_get_ns() >= until) {
		__sync_fetch_and_add(&lapsed, 1);
		return 0;
	}
	count(task, cap);
	return -EPERM;
}
