/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds out, by checks of our own, where the call path lies on the stack at each attach type. */
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

#include "kern/probe_priv.h"

int ct_probe__caller(const struct ct_ksyms *syms, const __u64 *addr, int depth, bool may_jump)
{
	uint64_t lo, size;
	int first = -1;

	ct_ksyms__text(syms, &lo, &size);
	for (int i = 0; i < depth && i < CT_STACK_DEPTH; i++) {
		const char *name = ct_ksyms__name(syms, addr[i]);

		if (name && !strcmp(name, "cap_capable"))
			return i + 1;
		if (first < 0 && addr[i] - lo < size)
			first = i;
	}
	return may_jump ? first : -1;
}

/*
 * Where above the context can cap_capable's return address lie? The true call
 * path, taken by the unwinder, is searched for in the raw words. Returns a set of
 * positions: a stale word may look the same.
 */
static uint64_t find_return(const struct ct_calibration *c, const struct ct_ksyms *syms, bool tp)
{
	int caller = ct_probe__caller(syms, c->addr, c->depth, !tp);
	uint64_t found = 0;

	if (caller < 0 || caller >= c->depth || caller >= CT_STACK_DEPTH)
		return 0;
	for (int i = 0; i < CT_CALIBRATION_WORDS; i++)
		if (c->word[i] == c->addr[caller])
			found |= 1ull << i;
	return found;
}

/*
 * Checks of our own that change nothing: the kernel asks before it looks at the (invalid) number or
 * address, and no filter of a service or container keeps this system call back.
 */
void ct_probe__provoke(void)
{
	prctl(PR_CAPBSET_DROP, 63, 0, 0, 0);
}

static void provoke_another(void)
{
	prctl(PR_SET_MM, PR_SET_MM_START_CODE, 0, 0, 0);
}

/* The position that two different call paths agree on, in bytes; -1 if there is none. */
static int find_window(struct calibrate_bpf *s, const struct ct_ksyms *syms, bool tp)
{
	static void (*const provoke[])(void) = { ct_probe__provoke, provoke_another };
	uint64_t found = ~0ull;
	__u32 zero = 0;

	for (size_t i = 0; i < CT_ARRAY_SIZE(provoke); i++) {
		struct ct_calibration c = {};

		if (bpf_map__update_elem(s->maps.calibration, &zero, sizeof(zero), &c, sizeof(c),
					 0))
			return -1;
		provoke[i]();
		if (bpf_map__lookup_elem(s->maps.calibration, &zero, sizeof(zero), &c, sizeof(c),
					 0))
			return -1;
		found &= find_return(&c, syms, tp);
	}
	return found ? __builtin_ctzll(found) * (int)sizeof(__u64) : -1;
}

/* The last of n words that equals addr, or -1. */
static int last_word(const struct ct_calibration *c, int n, uint64_t addr)
{
	while (--n >= 0 && c->word[n] != addr)
		;
	return n;
}

/*
 * Computes the window without a tracepoint's loop from the one with it, which is given: without the
 * loop the probe is called from cap_capable itself. -1 if that cannot be determined.
 */
static int window_without_loop(struct calibrate_bpf *s, const struct ct_ksyms *syms, int window)
{
	struct ct_calibration c = {};
	__u32 zero = 0;
	int here, in_cap, in_loop;

	if (bpf_map__lookup_elem(s->maps.calibration, &zero, sizeof(zero), &c, sizeof(c), 0))
		return -1;
	for (int i = 1; i < c.depth && i < CT_STACK_DEPTH; i++) {
		const char *name = ct_ksyms__name(syms, c.addr[i]);

		if (!name || strcmp(name, "cap_capable"))
			continue;
		here = window / (int)sizeof(__u64);
		in_cap = last_word(&c, here, c.addr[i]);
		in_loop = last_word(&c, in_cap, c.addr[i - 1]);
		return in_loop < 0 ? -1 : (in_loop + here - in_cap) * (int)sizeof(__u64);
	}
	return -1;
}

/* Finds the window as it is, and as it will be when others attach or, if there are some, detach. */
static void find_windows(struct ct_probe *p, struct calibrate_bpf *s, bool tp)
{
	struct bpf_link *link;
	int beside;

	p->window[0] = find_window(s, p->syms, tp);
	if (!tp || p->window[0] < 0)
		return;
	link = bpf_program__attach(s->progs.calibrate_beside);
	if (!link)
		return;
	beside = find_window(s, p->syms, tp);
	p->window[1] = beside != p->window[0] ? beside : window_without_loop(s, p->syms, beside);
	bpf_link__destroy(link);
}

void ct_probe__calibrate(struct ct_probe *p, const char *backend, int *err, const char **step)
{
	struct calibrate_bpf *s = calibrate_bpf__open();
	bool tp = !strcmp(backend, "tp_btf");

	if (!s) {
		*err = errno;
		*step = "open";
		return;
	}
	bpf_program__set_autoload(s->progs.calibrate_tp, tp);
	bpf_program__set_autoload(s->progs.calibrate_beside, tp);
	bpf_program__set_autoattach(s->progs.calibrate_beside, false);
	bpf_program__set_autoload(s->progs.calibrate_fexit, !tp);
	s->rodata->cfg_self = p->self;
	*step = "load";
	*err = -calibrate_bpf__load(s);
	if (!*err) {
		*step = "attach";
		*err = -calibrate_bpf__attach(s);
	}
	if (!*err)
		find_windows(p, s, tp);
	calibrate_bpf__destroy(s);
}
