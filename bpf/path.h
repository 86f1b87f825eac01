/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where in the kernel a check was asked. Each call path has a fingerprint, made of the return
 * addresses above cap_capable, and its stack is taken once.
 */
#ifndef CT_BPF_PATH_H
#define CT_BPF_PATH_H

#include "maps.h"
#include "select.h"
#include "task.h"

/* What an attach type may do beyond reading memory. */
enum way {
	WAY_PROBE,
	WAY_BTF,	  /* follow BTF pointers */
	WAY_BTF_IMPL_CALL /* the same, with the older prototype in call_back() */
};

/* What the attach types know of a check. */
struct check {
	const struct cred *cred;
	struct user_namespace *target;
	int cap;
	bool granted;
	bool opts_known;
	__u32 opts;	    /* CAP_OPT_NOAUDIT 2, CAP_OPT_INSETID 4 (5.1) */
	bool unwinds;	    /* the whole call path can be taken, where that is needed */
	const void *window; /* where cap_capable's return address lies, or NULL */
	__u64 caller, site; /* if it was looked at before: that address, and the fingerprint */
	__u32 fresh;	    /* is it the first of its kind? */
};

/* 1 if lo <= word < lo + len, without a branch: the verifier follows both ways of every one. */
static __always_inline __u64 within(__u64 word, __u64 lo, __u64 len)
{
	__u64 off = word - lo, in = ((off - len) & ~off) >> 63;

	barrier_var(in); /* or clang makes a branch of it */
	return in;
}

static __always_inline __u64 is_text(__u64 word)
{
	return within(word, cfg_text_lo, cfg_text_len) |
	       within(word, cfg_module_lo, cfg_module_len);
}

/*
 * Fingerprint of the call path: the words of the stack above cap_capable that are addresses of
 * kernel code. Saved registers and locals are not, so what remains are return addresses. It ends
 * where the system call began: beyond lies the random gap of randomize_kstack_offset, full of stale
 * words. A stale address inside a frame costs a second kind for the same path, nothing worse. A
 * deep path is longer than the window, so the system call is mixed in: otherwise the path could be
 * shown with the outer frames of another call's. For link see unwind(). Returns 0 if the stack
 * cannot be read.
 */
static __noinline __u64 fingerprint(const void *window, int nr, __u64 link)
{
	__u64 entry = cfg_entry_lo, entry_len = cfg_entry_len, word[CT_WINDOW], sum;

	if (!window || bpf_probe_read_kernel(word, sizeof(word), window))
		return 0;
	/*
	 * The first word is always a return address, and a start value that the verifier does not
	 * know lets it prune: with a constant it took 0.4 s over the 24 branches.
	 */
	sum = link ? link : word[0];

#pragma unroll
	for (int i = 1; i < CT_WINDOW; i++) {
		if (is_text(word[i]))
			sum = (sum << 7 | sum >> 57) ^ word[i];
		if (word[i] - entry < entry_len)
			break;
	}
	return sum ^ (__u64)(__u32)nr << 48;
}

/*
 * Number of the system call that the task is in, negative if it is in none; CT_NR_OTHER for numbers
 * that do not fit into a key.
 */
static __always_inline int nr_of(bool btf, struct task_struct *task, struct pt_regs *regs)
{
	int nr = FIELD(btf, task, flags) & PF_IO_WORKER ? CT_NR_NONE : regs_nr(btf, regs);

	return nr > CT_NR_OTHER ? CT_NR_OTHER : nr;
}

/* The same, but for a 32-bit call the number of the native one that it is recorded as. */
static __always_inline int told_nr(bool btf, struct task_struct *task, struct pt_regs *regs)
{
	int nr = nr_of(btf, task, regs), native;
	enum abi abi;

	if (nr < 0 || !is_compat(btf, task))
		return nr;
	native = native_of(regs, nr, &abi);
	return native < 0 ? nr : native;
}

/*
 * link: the caller's address, if no frame holds it yet, so that the kernel's unwinder leaves it
 * out; else 0. NULL: the kernel's buffer is in use by code that this program interrupted.
 */
static __always_inline struct ct_stack *unwind(void *ctx, __u64 link)
{
	__u32 zero = 0;
	struct ct_stack *st = bpf_map_lookup_elem(&scratch, &zero);
	long n;

	if (!st)
		return NULL;
	if (link) {
		n = bpf_get_stack(ctx, st->addr + 1, sizeof(st->addr) - sizeof(st->addr[0]), 0);
		st->addr[0] = st->addr[1];
		st->addr[1] = link;
		n += n > 0 ? sizeof(st->addr[0]) : 0;
	} else {
		n = bpf_get_stack(ctx, st->addr, sizeof(st->addr), 0);
	}
	if (n <= 0)
		return NULL;
	st->depth = n / sizeof(st->addr[0]);
	return st;
}

static __always_inline __u32 window_offset(void)
{
	return cfg_window[window_shape & 1] & 511;
}

/*
 * A tracepoint calls a single program directly, but several through a loop, whose frame then lies
 * between us and cap_capable: as others attach and detach, the window moves. This is noticed here,
 * where the true call path is at hand.
 */
static __always_inline void follow_window(void *ctx, const struct ct_stack *st)
{
	__u64 caller = 0, word = 0;

	if (cfg_window[1] < 0)
		return;
#pragma unroll
	for (int i = 0; i < 6; i++)
		if (st->addr[i] - 1 - cfg_cap_lo < cfg_cap_len)
			caller = st->addr[i + 1];
	if (!caller || bpf_probe_read_kernel(&word, sizeof(word), ctx + window_offset()) ||
	    word == caller)
		return;
	if (!bpf_probe_read_kernel(&word, sizeof(word),
				   ctx + (cfg_window[!(window_shape & 1)] & 511)) &&
	    word == caller)
		window_shape = !(window_shape & 1);
}

/*
 * With less detail no call path is taken that would show a move of the window. So one is taken
 * here, at most once a jiffy, for a check whose caller is in question.
 */
static __always_inline bool window_moved(void *ctx)
{
	__u64 now = bpf_jiffies64();
	__u32 shape = window_shape;
	struct ct_stack *st;

	if (cfg_window[1] < 0 || now == window_looked)
		return false;
	window_looked = now;
	st = unwind(ctx, 0);
	if (!st)
		return false;
	follow_window(ctx, st);
	return window_shape != shape;
}

static __always_inline void put_stack(__u64 site, const struct ct_stack *st)
{
	/* Another processor may have been first; if not, the map is full. */
	if (bpf_map_update_elem(&stacks, &site, st, BPF_NOEXIST) &&
	    !bpf_map_lookup_elem(&stacks, &site))
		lost(CT_LOSS_STACKS);
}

/* Keeps the call path under its fingerprint; for link see unwind(). false: not this time. */
static __always_inline bool keep_stack(void *ctx, __u64 site, __u64 link)
{
	struct ct_stack *st;

	if (bpf_map_lookup_elem(&stacks, &site))
		return true;
	st = unwind(ctx, link);
	if (!st)
		return false;
	follow_window(ctx, st);
	put_stack(site, st);
	return true;
}

/* Of the path that was unwound last. A function without parameters, like this, is verified once. */
__noinline __u64 hash_of_unwound(void)
{
	__u32 zero = 0;
	struct ct_stack *st = bpf_map_lookup_elem(&scratch, &zero);
	__u64 sum = 1;

	/* Beyond its depth are zeros (__bpf_get_stack). */
	for (int i = 0; st && i < CT_STACK_DEPTH; i++)
		sum = (sum << 7 | sum >> 57) ^ st->addr[i];
	return sum;
}

/*
 * Makes the fingerprint from the unwound path: exact, but forty times as expensive. Without a
 * window this is done for every check, and user space says so.
 */
static __always_inline __u64 site_of_stack(void *ctx, int nr, __u64 link)
{
	struct ct_stack *st = unwind(ctx, link);
	__u64 site;

	if (!st)
		return 0;
	site = hash_of_unwound() ^ (__u64)(__u32)nr << 48;
	if (!bpf_map_lookup_elem(&stacks, &site))
		put_stack(site, st);
	return site;
}

/* The address to which cap_capable returns, 0 if it is not known. */
static __always_inline __u64 caller_of(bool btf, const void *stack, const struct check *c)
{
	__u64 caller = c->caller;

	if (btf)
		return stack ? word_at(stack) : 0;
	if (c->window)
		bpf_probe_read_kernel(&caller, sizeof(caller), c->window);
	return caller;
}

/*
 * Does the stack match the slot's cached return addresses? Each one tells the function it returns
 * to and so where the next must lie: equal words at the same places are the same path, and
 * stale words need not be looked at.
 */
static __always_inline bool is_on(const void *stack, const struct ct_slot *slot)
{
	__u32 n = slot->words;

	for (__u32 i = 0; i < CT_PATH_WORDS; i++) {
		if (i >= n)
			break;
		if (word_at(stack + slot->at[i] * sizeof(__u64)) != slot->word[i])
			return false;
	}
	return n > 0;
}

/*
 * Puts the path that the words of the stack make into the slot. Returns the number of words kept;
 * 0: there are too many.
 */
static __noinline int remember(struct ct_slot *slot, const void *stack)
{
	__u64 n = 0, word[CT_WINDOW];

	if (!slot || !stack || bpf_probe_read_kernel(word, sizeof(word), stack))
		return 0;
#pragma unroll
	for (int i = 0; i < CT_WINDOW; i++) {
		__u64 address = i ? is_text(word[i]) : 1;

		if (n < CT_PATH_WORDS) {
			/* If this is not a return address, the next one overwrites it. */
			slot->at[n] = i;
			slot->word[n] = word[i];
			n += address;
		} else if (address) {
			return 0;
		}
		if (word[i] - cfg_entry_lo < cfg_entry_len)
			break;
	}
	return n;
}

#define WHOLE_WORDS 240 /* of a stack that are searched for a whole path */

/* Where in the call path is the return address of cap_capable? */
static __always_inline __u32 start_of(const struct ct_stack *st)
{
	__u32 start = 0;

#pragma unroll
	for (int i = 0; i < 6; i++)
		if (st->addr[i] - 1 - cfg_cap_lo < cfg_cap_len)
			start = i + 1;
	return start;
}

/* The search for a call path's addresses on the stack. */
struct search {
	struct ct_slot *slot;
	const struct ct_stack *path;
	const void *stack;
	__u64 last;
	__u32 start, found;
	bool twice, ended; /* ended: all of the path that is kept was found */
};

/* One word of the stack. 1: the search is over. */
static long look_at_word(__u32 i, void *arg)
{
	struct search *s = arg;
	__u64 word = word_at(s->stack + i * sizeof(word));
	__u32 n = s->found, at = s->start + n;

	if (n >= CT_PATH_WORDS)
		return 1;
	/* The path ends there, or is deeper than what is kept of it. */
	if (at >= CT_STACK_DEPTH || !s->path->addr[at]) {
		s->ended = true;
		return 1;
	}
	s->twice |= n && word == s->last;
	if (word != s->path->addr[at])
		return 0;
	s->slot->at[n] = i;
	s->slot->word[n] = word;
	s->last = word;
	s->found = n + 1;
	s->ended = word - cfg_entry_lo < cfg_entry_len;
	return s->ended;
}

/*
 * The same as remember(), for the path that was unwound last, as far as the system call's entry:
 * finds where each true return address lies on the stack. Also returns 0 if the path is not found
 * to its end, or if an address is found twice before the next one, because then either may be the
 * stale one.
 */
static __noinline int remember_whole(struct ct_slot *slot, const void *stack)
{
	__u32 zero = 0;
	struct search s = { .slot = slot, .stack = stack };

	s.path = bpf_map_lookup_elem(&scratch, &zero);
	if (!slot || !stack || !s.path)
		return 0;
	s.start = start_of(s.path);
	bpf_loop(WHOLE_WORDS, look_at_word, &s, 0);
	return s.ended && !s.twice ? s.found : 0;
}

#endif
