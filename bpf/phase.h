/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which processes of a cgroup are the workload, and which only prepare it?
 *
 * A runtime's process comes into the cgroup from outside, sets things up in the new namespaces and
 * calls execve on the entry point; what it did until then is not the workload's. The same holds for
 * each "docker exec" and health check, and for a service manager's child. Names and binaries say
 * nothing (runc re-executes a copy of itself, crun does not), but this does: the process was moved
 * or cloned out of another workload's cgroup into this one, and an execve followed.
 *
 * Whether a cgroup belongs to another workload is known by its path, and whether an execve follows
 * is known later. So a process that comes into a cgroup is given a slot there, which notes where it
 * came from and what became of it. User space reads the slots in the end: processes that the
 * workload moved itself count as the workload, and what was done without an execve afterwards
 * counts as a need.
 */
#ifndef CT_BPF_PHASE_H
#define CT_BPF_PHASE_H

#include "maps.h"
#include "task.h"

#define S_ARGV_HASHED 256
#define ROOT_ID	      1 /* id of each hierarchy's root (fs/kernfs/dir.c) */

/*
 * Finds the cgroup and the entry that the process's actions count for; *cgroup is the one that it
 * is in, and changes if another one counts.
 */
static __always_inline void whose(__u32 tgid, __u64 *cgroup, __u32 *entry)
{
	struct ct_entering *n = bpf_map_lookup_elem(&entering, &tgid);

	if (!n)
		return;
	*entry = n->entry;
	if (CT_IS_PENDING(n->entry))
		*cgroup = n->cgroup;
	else if (n->home && n->away == *cgroup)
		*cgroup = n->home;
}

/*
 * A task is in its new cgroup before the kernel reports the move (cgroup_attach_task(), 5.10 to
 * 7.3), and until then nothing here tells it from the workload's own: a process that a runtime
 * moves may be in the middle of mounting something. So it counts for its old cgroup until the move
 * is reported, which another processor may be doing just now. Threads other than the main one may
 * be away from their process for good. Nonzero: *cgroup or *entry was changed.
 */
static __noinline int was_moved_untold(struct task_struct *task, __u64 *cgroup, __u32 *entry)
{
	__u32 tgid = BPF_CORE_READ(task, tgid), old_entry;
	__u64 *home, old;

	if (!cgroup || !entry)
		return 0;
	old = *cgroup;
	old_entry = *entry;
	home = bpf_map_lookup_elem(&homes, &tgid);
	if (home && (__u32)BPF_CORE_READ(task, pid) == tgid && old == cgroup_of(false, task))
		*cgroup = *home;
	whose(tgid, cgroup, entry);
	return old != *cgroup || old_entry != *entry;
}

static __always_inline __u32 mntns_of(struct task_struct *task)
{
	return BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
}

/*
 * Takes a process out of its slot, since it executed or ended. Functions that take plain numbers,
 * like these, are verified once, not wherever they are called.
 */
__noinline int leave_slot(__u64 cgroup, __u32 entry, __u32 executed)
{
	struct ct_slot_id id = { .cgroup = cgroup, .slot = CT_SLOT_OF(entry) };
	struct ct_entered *e;

	if (!CT_IS_PENDING(entry))
		return 0;
	e = bpf_map_lookup_elem(&entered, &id);
	if (!e)
		return 0;
	__sync_fetch_and_add(&e->alive, -1);
	/*
	 * Some of a runtime's processes end before the last one executes. Two that leave at once
	 * may both be taken for the last, which errs on the safe side.
	 */
	if (!executed && !*(volatile __u32 *)&e->alive)
		e->unclosed = 1;
	return 0;
}

__noinline int entering_del(__u32 tgid)
{
	struct ct_entering *n = bpf_map_lookup_elem(&entering, &tgid);

	if (!n)
		return 0;
	leave_slot(n->cgroup, n->entry, false);
	if (!bpf_map_delete_elem(&entering, &tgid))
		__sync_fetch_and_sub(&entering_alive, 1);
	return 0;
}

/* The caller counts the process in n's slot. */
static __always_inline void entering_add(__u32 tgid, const struct ct_entering *n)
{
	if (bpf_map_lookup_elem(&entering, &tgid)) {
		bpf_map_update_elem(&entering, &tgid, n, BPF_EXIST);
		return;
	}
	if (bpf_map_update_elem(&entering, &tgid, n, BPF_NOEXIST)) {
		lost(CT_LOSS_PROCS);
		leave_slot(n->cgroup, n->entry, false);
	} else {
		__sync_fetch_and_add(&entering_alive, 1);
	}
}

/*
 * Is it a scope of systemd, with processes that somebody else started and registered, and nothing
 * left to set up (systemd.scope(5))? A container's scope, named by an id of 64 digits, is not.
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

/*
 * Finds a slot for one more process that came this way: one that is free again after an execve, or
 * a new one. Two that come at once may get the same slot, and then share what becomes of it. 0:
 * there is none.
 */
__noinline int take_slot_of(__u64 cgroup, __u64 from, __u32 how)
{
	struct ct_entered fresh = { .from = from, .held = ~0ull, .how = how }, *e;
	struct ct_slot_id id = { .cgroup = cgroup };

	for (__u32 slot = 1; slot <= CT_SLOTS; slot++) {
		id.slot = slot;
		e = bpf_map_lookup_elem(&entered, &id);
		if (!e) {
			bpf_map_update_elem(&entered, &id, &fresh, BPF_NOEXIST);
			e = bpf_map_lookup_elem(&entered, &id);
		}
		if (!e)
			break;
		if (e->from == from && e->how == how && !e->alive && !e->unclosed)
			return slot;
		if (slot == CT_SLOTS) {
			e->mixed = 1;
			return slot;
		}
	}
	lost(CT_LOSS_PROCS);
	return 0;
}

/* Counts one more process in the slot; held: what it may use. */
static __always_inline void hold_slot(__u64 cgroup, __u32 slot, __u64 held)
{
	struct ct_slot_id id = { .cgroup = cgroup, .slot = slot };
	struct ct_entered *e = bpf_map_lookup_elem(&entered, &id);

	if (!e)
		return;
	__sync_fetch_and_add(&e->alive, 1);
	e->held &= held;
}

static __always_inline __u64 came_from(__u64 cgroup, __u32 entry)
{
	struct ct_slot_id id = { .cgroup = cgroup, .slot = CT_SLOT_OF(entry) };
	struct ct_entered *e = bpf_map_lookup_elem(&entered, &id);

	return e ? e->from : 0;
}

static __always_inline bool is_root(__u64 cgroup)
{
	return (cgroup & ~CT_CGROUP_V1) == ROOT_ID;
}

/* How the task came into the cgroup that the current task has put it into: CT_CAME_*. */
static __always_inline __u32 way_of(struct task_struct *task, struct cgroup *to)
{
	struct task_struct *mover = (struct task_struct *)bpf_get_current_task();
	bool forked_only = BPF_CORE_READ(task, flags) & PF_FORKNOEXEC;
	__u32 how = 0;

	if (BPF_CORE_READ(mover, nsproxy, pid_ns_for_children, ns.inum) != cfg_host_pidns)
		how |= CT_CAME_NESTED;
	if (forked_only)
		return how;
	if (BPF_CORE_READ(mover, tgid) == BPF_CORE_READ(task, tgid))
		how |= CT_CAME_BY_ITSELF;
	else if (to && is_plain_scope(to))
		how |= CT_CAME_WHOLE;
	return how;
}

/*
 * A process that went to the root of the hierarchy, which belongs to no workload, still counts for
 * its old cgroup.
 */
static __always_inline void goes_away(__u32 tgid, __u64 from, __u64 away)
{
	struct ct_entering n = { .entry = CT_ENTRY_MAIN, .home = from, .away = away };

	entering_del(tgid);
	if (from && !is_root(from))
		entering_add(tgid, &n);
}

/* The task has come from one cgroup into another; to is NULL if it was cloned into it. */
static __always_inline void enters(struct task_struct *task, __u64 from, __u64 now,
				   struct cgroup *to)
{
	struct ct_entering n = { .cgroup = now, .since = bpf_ktime_get_ns() }, *old;
	__u32 tgid = BPF_CORE_READ(task, tgid), how = way_of(task, to), slot;

	old = bpf_map_lookup_elem(&entering, &tgid);
	if (old && CT_IS_PENDING(old->entry)) {
		/*
		 * It is still on its way: runtimes go through each hierarchy of a hybrid host, and
		 * down. In these two cases it still counts for the cgroup that it came into first.
		 */
		if ((old->cgroup ^ now) & CT_CGROUP_V1 || is_within(task, old->cgroup))
			return;
		from = came_from(old->cgroup, old->entry);
	} else if (old && old->home) {
		from = old->home;
	}
	entering_del(tgid);
	if (from == now)
		return; /* home again */
	slot = take_slot_of(now, from, how);
	if (!slot || how & CT_CAME_WHOLE)
		return;
	/*
	 * A process that has executed already, like runc's init, may do so again before it leaves
	 * the mount namespace of the process that made it. That one is not always the one that
	 * moves it: a user's systemd moves processes for an engine that has a mount namespace of
	 * its own.
	 */
	if (!(BPF_CORE_READ(task, flags) & PF_FORKNOEXEC) && !(how & CT_CAME_BY_ITSELF))
		n.mntns = mntns_of(BPF_CORE_READ(task, real_parent));
	n.entry = CT_ENTRY_SLOT(slot);
	hold_slot(now, slot, CAPS_OF(BPF_CORE_READ(task, real_cred), cap_permitted));
	entering_add(tgid, &n);
}

/* A task was moved. Its process counts as moved only if this is its main thread. */
static __always_inline void on_move(struct task_struct *task, struct cgroup *to)
{
	__u32 tgid = BPF_CORE_READ(task, tgid);
	__u64 now = cgroup_of(false, task), from = 0, *home;

	if ((__u32)BPF_CORE_READ(task, pid) != tgid)
		return;
	home = bpf_map_lookup_elem(&homes, &tgid);
	if (home)
		from = *home;
	if (from == now)
		return;
	if (!BPF_CORE_READ(to, level) || is_root(now))
		goes_away(tgid, from, now);
	else
		enters(task, from, now, to);
	/* Only after it is known how it came, see was_moved_untold(). */
	bpf_map_update_elem(&homes, &tgid, &now, BPF_ANY);
}

static __always_inline void on_fork(struct task_struct *parent, struct task_struct *child)
{
	__u32 ptgid = BPF_CORE_READ(parent, tgid), tgid = BPF_CORE_READ(child, tgid);
	__u64 from, now;
	struct ct_entering *n, copy;
	struct asker *known, asker;

	if (tgid == ptgid)
		return; /* a thread */
	from = cgroup_of(false, parent);
	now = cgroup_of(false, child);
	bpf_map_update_elem(&homes, &tgid, &now, BPF_ANY);
	/* Until it executes something, the child knows what its parent knew. */
	known = bpf_map_lookup_elem(&askers, &ptgid);
	if (known) {
		asker = *known;
		bpf_map_update_elem(&askers, &tgid, &asker, BPF_ANY);
	}
	if (entering_alive) {
		n = bpf_map_lookup_elem(&entering, &ptgid);
		if (n) {
			copy = *n;
			if (CT_IS_PENDING(copy.entry))
				hold_slot(copy.cgroup, CT_SLOT_OF(copy.entry), ~0ull);
			entering_add(tgid, &copy);
		}
	}
	/* CLONE_INTO_CGROUP */
	if (from != now)
		enters(child, from, now, NULL);
}

/* FNV-1a over the command line, with a bit that no other entry has. */
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

/* The entry of the process after an execve; n is what it was before. */
static __always_inline __u32 entry_after_exec(struct task_struct *task, struct ct_entering *n,
					      __u32 hash, bool executor)
{
	__u32 tgid = BPF_CORE_READ(task, tgid);
	__u64 cgroup = cgroup_of(false, task);
	struct ct_slot_id id = { .cgroup = n->cgroup, .slot = CT_SLOT_OF(n->entry) };
	struct ct_entering next = {};
	struct ct_entered *e;
	struct ct_group *g;

	if (!CT_IS_PENDING(n->entry))
		return n->entry;
	if (executor || (n->mntns && mntns_of(task) == n->mntns))
		return n->entry;
	e = bpf_map_lookup_elem(&entered, &id);
	leave_slot(n->cgroup, n->entry, true);
	n->entry = CT_ENTRY_MAIN; /* no slot any more */
	g = bpf_map_lookup_elem(&groups, &cgroup);
	/* Processes that a container moves within itself are the container, one kind for all. */
	if ((e && e->how & CT_CAME_NESTED) || (g && !g->main)) {
		if (g && !g->main)
			g->main = tgid;
		entering_del(tgid);
		return CT_ENTRY_MAIN;
	}
	/* The cgroup has its entry point, or is older than the recording. */
	next.entry = hash;
	entering_add(tgid, &next);
	return next.entry;
}

/*
 * Does the process end with this thread? The main thread may end before others, which go on without
 * it, or one of which executes a program and takes its place. No thread is alive any more when the
 * last one gets here (kernel/exit.c:do_exit, 5.10 to 7.3), but that may hold for several at once.
 */
static __always_inline bool ends_process(struct task_struct *task, __u32 tgid)
{
	bool main = (__u32)BPF_CORE_READ(task, pid) == tgid;
	bool others = BPF_CORE_READ(task, signal, live.counter);

	if (main && !others)
		return true;
	if (main) {
		bpf_map_update_elem(&headless, &tgid, &tgid, BPF_ANY);
		others = BPF_CORE_READ(task, signal, live.counter) &&
			 !(BPF_CORE_READ(task, signal, flags) & SIGNAL_GROUP_EXIT);
	}
	/* Whoever deletes it is the one. */
	return !others && !bpf_map_delete_elem(&headless, &tgid);
}

/* What wait() tells of the process (kernel/exit.c:wait_task_zombie). */
static __always_inline int exit_code_of(struct task_struct *task)
{
	if (BPF_CORE_READ(task, signal, flags) & SIGNAL_GROUP_EXIT)
		return BPF_CORE_READ(task, signal, group_exit_code);
	return BPF_CORE_READ(task, group_leader, exit_code);
}

#endif
