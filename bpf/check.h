/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One capability check: make its key, count it, and for a new kind send a
 * sample. This runs on every check of the host, so the usual case is a few
 * loads and one comparison.
 */
#ifndef CT_BPF_CHECK_H
#define CT_BPF_CHECK_H

#include "select.h"
#include "outcome.h"
#include "path.h"
#include "phase.h"
#include "signal.h"

/* Capabilities that the kernel asks for after another was refused. */
#define SECOND_CHOICES                                                                       \
	(BIT(DAC_OVERRIDE) | BIT(FOWNER) | BIT(NET_ADMIN) | BIT(NET_RAW) | BIT(SYS_PTRACE) | \
	 BIT(SYS_ADMIN) | BIT(SYS_NICE) | BIT(SYS_RESOURCE) | BIT(PERFMON))

/*
 * A refusal and the check of its alternative are close in time, unless the task loses the processor
 * in between.
 */
#define SAME_CALL_JIFFIES 32

/*
 * What tells one system call of a task from the next: its arguments, by whichever ABI, and where in
 * the program and on its stack it was made.
 */
static __always_inline __u64 call_of(bool btf, struct pt_regs *regs)
{
	__u64 sum = regs_ip(btf, regs) ^ regs_sp(btf, regs) << 17 ^ regs_others(btf, regs);

#pragma unroll
	for (int i = 0; i < CT_ARGS; i++)
		sum = (sum << 9 | sum >> 55) ^ regs_arg(btf, regs, i);
	return sum;
}

/*
 * Was another capability refused to this task in the same call just before? Whether the same
 * function asked for both is left to user space, which has the names of both call paths.
 */
static __always_inline __u8 after_refusal(bool btf, __u32 tid, struct pt_regs *regs,
					  const struct ct_key *key)
{
	bool granted = key->flags & CT_F_GRANTED;
	__u32 index = tid & (REFUSALS - 1);
	struct refusal *r;
	__u64 now, call;
	__u8 after = 0;

	/* Outside of a system call nothing tells one question from the next. */
	if (key->nr < 0)
		return 0;
	r = bpf_map_lookup_elem(&refusals, &index);
	if (!r || (granted && r->tid != tid))
		return 0;
	now = bpf_jiffies64();
	/* The selector is all that is known of what socketcall was given. */
	call = call_of(btf, regs) ^ key->sel;
	if (r->tid == tid && r->nr == key->nr && r->call == call &&
	    now - r->jiffies < SAME_CALL_JIFFIES && r->after != key->cap + 1)
		after = r->after;
	r->tid = granted ? 0 : tid;
	r->nr = key->nr;
	r->call = call;
	r->jiffies = now;
	r->after = key->cap + 1;
	return after;
}

/* kernel_cap_t changed its type in 6.3 (f122a08b197d), never its size. */
static __always_inline __u64 effective_of(bool btf, const struct cred *cred)
{
	return btf ? word_at(&cred->cap_effective) : CAPS_OF(cred, cap_effective);
}

static __always_inline __u8 cred_flags(bool btf, const struct check *c, struct task_struct *task)
{
	const struct cred *own = FIELD(btf, task, real_cred), *cred = c->cred;

	if (cred == own)
		return 0;
	return CAPS_OF(cred, cap_bset) == CAPS_OF(own, cap_bset) ? CT_F_CRED_DERIVED :
								   CT_F_CRED_FOREIGN;
}

static __noinline int send_sample(const struct ct_key *key)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct ct_sample *s;
	struct pt_regs *regs;
	bool compat;

	if (!key)
		return 0;
	compat = key->flags & CT_F_COMPAT;
	s = EVENT_RESERVE(struct ct_sample, key->cgroup);
	if (!s)
		return 0;
	fill_header(&s->h, CT_EV_SAMPLE, sizeof(*s), cgroup_of(false, task));
	s->key = *key;
	fill_proc(&s->proc, task);
	fill_creds(&s->creds, task);
	regs = regs_of(false, task);
	/* Read in place, because the stack has no room for more. */
	for (int i = 0; i < CT_ARGS; i++)
		bpf_probe_read_kernel(&s->args[i], sizeof(s->args[i]),
				      compat ? compat_place(regs, i) : native_place(regs, i));
	for (int i = 0; compat && i < CT_ARGS; i++)
		s->args[i] = (__u32)s->args[i];
	bpf_ringbuf_submit(s, 0);
	return 0;
}

/* Not on the stack, see no_share. */
static const struct ct_count no_count = {};

/* true for the one processor that wins the insertion and sends the sample. */
static __always_inline bool add_kind(const struct ct_key *key)
{
	struct ct_share *share = share_of(key->cgroup);

	if (!may_take(share, CT_POOL_KINDS, CT_KINDS) ||
	    bpf_map_update_elem(&kinds, key, &no_count, BPF_NOEXIST))
		return false;
	took(share, CT_POOL_KINDS);
	return true;
}

/* Flushes what is in the slot and puts the key there. false: the key did not get the slot. */
static __always_inline bool take_slot(void *ctx, struct ct_slot *slot, struct ct_key *key,
				      struct check *c)
{
	struct ct_count *n;

	if (slot->count) {
		n = bpf_map_lookup_elem(&kinds, &slot->key);
		if (n) {
			n->count += slot->count;
			n->last = slot->last;
		}
	}
	slot->count = 0;
	n = bpf_map_lookup_elem(&kinds, key);
	if (!n && was_moved_untold(current_task(false), &key->cgroup, &key->entry))
		n = bpf_map_lookup_elem(&kinds, key);
	if (!n) {
		bool mine = add_kind(key);

		n = bpf_map_lookup_elem(&kinds, key);
		if (!n) {
			lost_by(share_of(key->cgroup), CT_LOSS_KINDS);
			return false; /* the slot's old key stays, with count 0 */
		}
		if (mine)
			c->fresh = 1 + nothing;
	}
	if (!(key->flags & CT_F_NO_SITE) && !keep_stack(ctx, key->site, 0)) {
		/* Counted past the cache, so that the next hit comes here and tries again. */
		n->count++;
		n->last = bpf_jiffies64();
		return false;
	}
	slot->key = *key;
	slot->count = 1;
	slot->last = bpf_jiffies64();
	slot->settled = 0;
	return true;
}

/* stack: NULL if key.site is known already. */
static __always_inline bool counts(struct ct_slot *slot, struct ct_key *key, const void *stack)
{
	const __u64 *k = (const __u64 *)key, *s = (const __u64 *)&slot->key;

	/* The site is the second word. */
	if (s[0] != k[0] || s[2] != k[2] || s[3] != k[3] || s[4] != k[4] || !slot->count)
		return false;
	if (stack ? !is_on(stack, slot) : s[1] != k[1])
		return false;
	key->site = slot->key.site;
	slot->count++;
	slot->last = bpf_jiffies64();
	return true;
}

static __always_inline __u64 site_of(void *ctx, const void *window, int nr)
{
	__u64 site = fingerprint(window, nr, 0);

	return site ? site : site_of_stack(ctx, nr, 0);
}

static __always_inline void know_by_another(struct ct_key *key)
{
	__u64 *site = bpf_map_lookup_elem(&aliases, &key->site);

	if (site)
		key->site = *site;
}

/*
 * Counts a check in the two-way set-associative cache. Where the stack can be read word by word,
 * its words identify the site, and only a new site is given its fingerprint. Returns the key's
 * slot; NULL: it has none.
 */
static __always_inline struct ct_slot *count(bool btf, void *ctx, const void *stack,
					     struct check *c, struct ct_key *key, bool whole)
{
	const __u64 *k = (const __u64 *)key;
	struct ct_slot *slot, *other;
	__u64 mix = k[0] ^ k[2] * 3 ^ k[3] * 5 ^ k[4] * 7;
	__u32 index;

	if (!btf || !stack) {
		key->site = key->flags & CT_F_NO_SITE ? 0 : c->site;
		if (!key->site && !(key->flags & CT_F_NO_SITE))
			key->site = site_of(ctx, whole && c->unwinds ? NULL : c->window, key->nr);
		mix ^= key->site * 11;
		stack = NULL;
	}
	index = bpf_get_smp_processor_id() * CT_CACHE_SLOTS +
		((mix * 0x9e3779b97f4a7c15ull >> 40) & (CT_CACHE_SLOTS - 2));
	slot = bpf_map_lookup_elem(&cache, &index);
	if (!slot || counts(slot, key, btf ? stack : NULL))
		return slot;
	index++;
	other = bpf_map_lookup_elem(&cache, &index);
	if (!other || counts(other, key, btf ? stack : NULL))
		return other;
	if (btf && stack)
		key->site = site_of(ctx, whole ? NULL : stack, key->nr);
	know_by_another(key);
	slot = key->site & 1 ? slot : other;
	/* A path with more words than a slot remembers is recognised by its fingerprint. */
	if (counts(slot, key, NULL))
		return slot;
	if (!take_slot(ctx, slot, key, c))
		return NULL;
	if (btf)
		slot->words = whole ? remember_whole(slot, stack) : remember(slot, stack);
	return slot;
}

static __always_inline bool is_overcommit(__u64 caller)
{
	return caller - cfg_vm_lo[0] < cfg_vm_len[0] || caller - cfg_vm_lo[1] < cfg_vm_len[1];
}

/* With less detail nothing else notices that the window has moved. */
static __always_inline bool asks_overcommit(bool btf, void *ctx, const void **stack,
					    const struct check *c)
{
	if (is_overcommit(caller_of(btf, *stack, c)))
		return true;
	if (!btf || !cfg_detail || !*stack || !window_moved(ctx))
		return false;
	*stack = ctx + window_offset();
	return is_overcommit(caller_of(btf, *stack, c));
}

static __always_inline void count_overcommit(__u64 cgroup, bool granted)
{
	struct ct_vm_count zero = {}, *v = bpf_map_lookup_elem(&overcommit, &cgroup);

	if (!v) {
		bpf_map_update_elem(&overcommit, &cgroup, &zero, BPF_NOEXIST);
		v = bpf_map_lookup_elem(&overcommit, &cgroup);
	}
	if (!v)
		lost(CT_LOSS_KINDS);
	else if (granted) /* to the verifier an index could be any byte */
		v->n[1]++;
	else
		v->n[0]++;
}

/*
 * Counts a check of which nothing else is recorded. It takes plain numbers, so that it is verified
 * only once.
 */
__noinline int count_total(__u64 cgroup, __u32 entry, __u32 cap, __u32 granted)
{
	struct ct_key key = { .cgroup = cgroup,
			      .nr = CT_NR_NONE,
			      .flags = CT_F_NO_SITE | CT_F_TOTAL,
			      .entry = entry,
			      .cap = cap };
	struct ct_count *n;

	if (granted)
		key.flags |= CT_F_GRANTED;
	n = bpf_map_lookup_elem(&kinds, &key);
	if (!n) { /* no stack is left for was_moved_untold() */
		add_kind(&key);
		n = bpf_map_lookup_elem(&kinds, &key);
	}
	if (n) {
		n->count++;
		n->last = bpf_jiffies64();
	} else {
		lost_by(share_of(cgroup), CT_LOSS_KINDS);
	}
	return 0;
}

/*
 * Fills in which call it is, and its selector. A 32-bit call is recorded as the native one that
 * does the same, if there is one.
 */
static __always_inline void describe_call(bool btf, struct task_struct *task, struct pt_regs *regs,
					  struct ct_key *key)
{
	enum abi abi = ABI_NATIVE;
	int native;

	if (is_compat(btf, task)) {
		key->flags |= CT_F_COMPAT;
		native = native_of(regs, key->nr, &abi);
		if (native < 0)
			return;
		key->flags |= CT_F_AS_NATIVE;
		key->nr = native;
	}
	if (key->nr >= 0)
		key->sel = selector_of(btf, abi, task, regs, key->nr);
}

/*
 * stack: where cap_capable's return address lies, for programs that may read it directly; NULL:
 * unknown.
 */
static __always_inline int on_check(enum way way, void *ctx, const void *stack, struct check *c)
{
	const bool btf = way != WAY_PROBE;
	struct task_struct *task = current_task(btf);
	__u32 flags = FIELD(btf, task, flags);
	struct user_namespace *target = c->target;
	const struct cred *cred = c->cred;
	struct ct_key key = {};
	struct ct_slot *slot;
	struct pt_regs *regs;
	__u32 questions;
	bool whole;

	/* Kernel threads and the idle task belong to nobody; our own checks set the clock. */
	if (flags & PF_KTHREAD)
		return 0;
	if ((__u32)FIELD(btf, task, tgid) == cfg_self) {
		clock_jiffies = bpf_jiffies64();
		clock_ns = bpf_ktime_get_ns();
		return 0;
	}
	key.cgroup = cgroup_of(btf, task);
	if (c->cap == CAP_SYS_ADMIN && asks_overcommit(btf, ctx, &stack, c)) {
		count_overcommit(key.cgroup, c->granted);
		return 0;
	}
	if (cfg_detail >= CT_DETAIL_TOTALS) {
		if (entering_alive)
			whose(FIELD(btf, task, tgid), &key.cgroup, &key.entry);
		return count_total(key.cgroup, key.entry, c->cap, c->granted);
	}
	regs = regs_of(btf, task);
	key.nr = nr_of(btf, task, regs);
	key.cap = c->cap;
	key.flags = (c->granted ? CT_F_GRANTED : 0) | cred_flags(btf, c, task) |
		    (FIELD(btf, cred, euid.val) ? 0 : CT_F_EUID0) | CT_F_CREDS;
	key.effective = effective_of(btf, cred);
	key.from = btf ? cred->user_ns->level : BPF_CORE_READ(cred, user_ns, level);
	if (c->opts_known)
		key.flags |= CT_F_OPTS | (c->opts & 2 ? CT_F_NOAUDIT : 0) |
			     (c->opts & 4 ? CT_F_INSETID : 0);
	key.level = FIELD(btf, target, level);
	if (c->granted && key.level > key.from && owns(cred, target))
		key.flags |= CT_F_BY_OWNER;
	if (!(flags & PF_IO_WORKER))
		describe_call(btf, task, regs, &key);
	/*
	 * If the verifier knew what these are on one path and on another, it would have to go
	 * through all that follows for each of them.
	 */
	key.flags += nothing;
	key.nr += nothing;
	key.sel += nothing;
	key.entry += nothing;
	if (entering_alive)
		whose(FIELD(btf, task, tgid), &key.cgroup, &key.entry);
	if (!(key.flags & CT_F_GRANTED) || 1ull << (c->cap & 63) & SECOND_CHOICES)
		key.after = after_refusal(btf, FIELD(btf, task, pid), regs, &key);
	key.after += nothing;
	if (cfg_detail) {
		key.flags |= CT_F_NO_SITE;
		stack = NULL;
	}
	questions = questions_about(key.cap, key.flags, key.nr, key.sel);
	whole = !(key.flags & CT_F_NO_SITE) && needs_whole_path(&key, questions);
	slot = count(btf, ctx, stack, c, &key, whole);
	/* What is known of a kind's calls is given back with the kind, so there must be one. */
	if (btf && cfg_outcomes && !(key.flags & CT_F_NO_SITE) && key.nr >= 0 &&
	    questions & Q_OUTCOME && slot && !slot->settled && is_within_call(regs) &&
	    watch_outcome(way == WAY_BTF_IMPL_CALL, &key, questions, FIELD(btf, task, pid), regs,
			  stack))
		slot->settled = 1;
	if (slot && c->cap == CAP_KILL)
		remember_kill(&key);
	if (cfg_trace || (c->fresh && cfg_detail < CT_DETAIL_KINDS))
		send_sample(&key);
	return 0;
}

#endif
