/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Signals on their way to a process, after permission was given (kernel/signal.c). The kernel asks
 * for KILL before it looks whether SIGCONT stays within a session, which is always allowed, so that
 * is found out here. And a SIGHUP tells of a reload.
 */
#ifndef CT_BPF_SIGNAL_H
#define CT_BPF_SIGNAL_H

#include "outcome.h"

#define SIGHUP	    1
#define SIGCONT	    18
#define PIDTYPE_SID 3 /* linux/pid.h, 4.19 to 7.3 */
#define SIG_DFL	    0ul
#define SIG_IGN	    1ul

#define SEND_SIG_PRIV	     1ul /* linux/sched/signal.h: instead of a siginfo, the kernel's own */
#define TRACE_SIGNAL_IGNORED 1	 /* trace/events/signal.h */

/*
 * Each task's last check of KILL, whose signal may follow. If the LRU forgets one, no more is known
 * of that check.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32); /* tid */
	__type(value, struct ct_key);
} kills SEC(".maps");

/*
 * Which signal it was is looked at later: looking here would keep the verifier from pruning the
 * paths of a check.
 */
static __noinline int remember_kill(const struct ct_key *key)
{
	__u32 tid = bpf_get_current_pid_tgid();

	return key ? bpf_map_update_elem(&kills, &tid, key, BPF_ANY) : 0;
}

static __always_inline struct pid *session_of(struct task_struct *task)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	struct pid *pid = NULL;

	bpf_core_read(&pid, sizeof(pid), &signal->pids[PIDTYPE_SID]);
	return pid;
}

static __always_inline void on_continue(struct task_struct *target)
{
	struct task_struct *sender = (struct task_struct *)bpf_get_current_task();
	__u32 tid = bpf_get_current_pid_tgid();
	struct pid *session = session_of(target);
	struct ct_key *last = bpf_map_lookup_elem(&kills, &tid), key;
	struct ct_results *r;

	if (!last)
		return;
	key = *last;
	bpf_map_delete_elem(&kills, &tid);
	if (key.sel != SIGCONT || !(key.flags & CT_F_GRANTED))
		return;
	r = results_of(&key);
	/* A process that is gone already has no session, and the signal is let through as well. */
	if (r)
		__sync_fetch_and_add(!session || session == session_of(sender) ? &r->same_session :
										 &r->other_session,
				     1);
}

/*
 * Servers read their configuration anew on a SIGHUP, in a handler or, if they block it, by sigwait
 * or signalfd. A process that does neither ends. The SIGHUP of a terminal comes from the kernel and
 * does not count.
 */
static __always_inline bool is_handled_hangup(struct kernel_siginfo *info,
					      struct task_struct *target, int result)
{
	struct sighand_struct *hand = BPF_CORE_READ(target, sighand);
	unsigned long handler = (unsigned long)BPF_CORE_READ(hand,
							     action[SIGHUP - 1].sa.sa_handler);
	unsigned long blocked = BPF_CORE_READ(target, blocked.sig[0]) |
				BPF_CORE_READ(target, real_blocked.sig[0]);

	if (result == TRACE_SIGNAL_IGNORED || (unsigned long)info == SEND_SIG_PRIV)
		return false;
	return handler == SIG_DFL ? blocked & 1ul << (SIGHUP - 1) : handler != SIG_IGN;
}

#endif
