/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel asks only if the caller holds less than another process
 * (security/commoncap.c:cap_ptrace_access_check, cap_safe_nice). Whether that is so depends on the
 * set that is advised, which depends on what is needed.
 */
#include <linux/capability.h>
#include <string.h>

#include "ct/target_call.h"
#include "judge/hitting_set.h"
#include "judge/judge_priv.h"
#include "judge/rules.h"

static const struct ct_comparison {
	uint32_t kind;
	int cap;
	const char *site, *text, *dropped, *source;
} comparisons[] = {
	{ CT_TARGET_SCHEDULE, CAP_SYS_NICE, "cap_safe_nice",
	  "changing the priority or scheduling of a process outside of the workload that holds "
	  "more than this set; without it: EPERM",
	  "changing the priority or scheduling of a process outside of the workload that holds "
	  "this, too, by one that did not hold SYS_NICE itself; without it: EPERM",
	  "security/commoncap.c:cap_safe_nice, 5.10-7.3" },
	{ CT_TARGET_LOOK, CAP_SYS_PTRACE, "cap_ptrace_access_check",
	  "looking into a process outside of the workload that holds more than this set; "
	  "without it: EACCES or EPERM",
	  "looking into a process outside of the workload that holds this, too, by one that did "
	  "not hold SYS_PTRACE itself; without it: EACCES or EPERM",
	  "security/commoncap.c:cap_ptrace_access_check, 5.10-7.3" },
};

static const struct ct_comparison *comparison_of(uint32_t kind)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(comparisons); i++)
		if (comparisons[i].kind == kind)
			return &comparisons[i];
	return NULL; /* a later version's */
}

const char *ct_target__site(uint32_t kind)
{
	const struct ct_comparison *k = comparison_of(kind);

	return k ? k->site : NULL;
}

uint32_t ct_target__kind(const char *site)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(comparisons); i++)
		if (!strcmp(comparisons[i].site, site))
			return comparisons[i].kind;
	return 0;
}

static bool is_alike(const struct ct_target *a, const struct ct_target *b)
{
	return a->kind == b->kind && a->holds == b->holds && a->phase == b->phase &&
	       ct_str_equal(a->syscall, b->syscall) && ct_str_equal(a->process, b->process);
}

void ct_case__bring_target(struct ct_case *c, struct ct_target *t)
{
	if (!comparison_of(t->kind))
		return;
	for (size_t i = 0; i < c->ntargets; i++) {
		struct ct_target *mine = &c->targets[i];

		if (!is_alike(mine, t))
			continue;
		mine->count += t->count;
		mine->seen_in += t->seen_in;
		ct_ranges__join(&mine->in, &t->in);
		return;
	}
	*CT_PUSH(c->targets, c->ntargets, c->targets_cap) = *t;
	*t = (struct ct_target){};
}

/*
 * Was the workload given the extra capability, while the caller had dropped it, has lowered its own
 * set or became another user? Then it will not have it the next time either.
 */
static bool has_dropped(const struct ct_case *c, const struct ct_act *a, int cap)
{
	uint64_t held = a->key.c ?: a->key.before;

	return held && !(held >> cap & 1) && c->w->configured_known && c->w->configured >> cap & 1;
}

/* Enters that the comparison takes this capability. */
static void say(struct ct_case *c, const struct ct_target *t, int cap, const char *text)
{
	const struct ct_comparison *k = comparison_of(t->kind);
	const struct ct_reason like = {
		.verdict = CT_REQUIRED,
		.any_of = 1ull << cap,
		.site = (char *)k->site,
		.syscall = t->syscall,
		.process = t->process,
		.phase = t->phase,
		.text = (char *)text,
		.source = k->source,
		.known = true,
	};

	ct_case__say(c, cap, &like)->granted += t->count;
	ct_case__need(c, like.any_of, CT_REQUIRED);
}

void ct_case__add_target(struct ct_case *c, const struct ct_act *a)
{
	const struct ct_comparison *k = comparison_of(a->key.sel);
	struct ct_target t = {
		.kind = a->key.sel,
		.holds = a->key.a & CT_CAPS_ALL,
		.phase = ct_workload__phase(c->w, a->key.entry),
		.count = a->count,
	};

	/* In a user namespace of its own making it holds everything, whatever the advice. */
	if (!k || !t.holds || !ct_rules__has(c->rules, k->site) || a->key.level > c->is.base_level)
		return;
	t.syscall = a->syscall ? ct_xstrdup(a->syscall) : NULL;
	if (*a->proc.comm)
		t.process = ct_xstrndup(a->proc.comm, sizeof(a->proc.comm));
	if (has_dropped(c, a, k->cap)) {
		/* Nothing but what the other process holds lets this comparison pass. */
		ct_caps__for_each(cap, t.holds)
			say(c, &t, cap, k->dropped);
	} else {
		ct_ranges__copy(&t.in, &c->now);
		ct_case__bring_target(c, &t);
	}
	ct_target__free(&t);
}

void ct_case__keep_targets(struct ct_case *c, struct ct_advice *a)
{
	a->targets = ct_steal(c->targets);
	a->ntargets = c->ntargets;
	a->targets_cap = c->targets_cap;
	c->ntargets = c->targets_cap = 0;
	for (size_t i = 0; i < a->ntargets; i++)
		if (a->targets[i].in.len)
			a->targets[i].seen_in = ct_ranges__count(&a->targets[i].in);
}

bool ct_targets__gave(const struct ct_target *targets, size_t n, const struct ct_reason *r)
{
	for (size_t i = 0; i < n; i++) {
		const struct ct_comparison *k = comparison_of(targets[i].kind);

		if (k && r->any_of == 1ull << k->cap && !strcmp(r->site, k->site))
			return true;
	}
	return false;
}

/* Does the target hold something that is not in the set, so that the kernel asks? */
static bool exceeds(const struct ct_target *t, uint64_t set)
{
	return t->holds & ~set;
}

static bool all_pass(const struct ct_case *c, uint64_t set)
{
	for (size_t i = 0; i < c->ntargets; i++) {
		const struct ct_target *t = &c->targets[i];

		if (exceeds(t, set) && !(set >> comparison_of(t->kind)->cap & 1))
			return false;
	}
	return true;
}

/*
 * What the comparisons add makes the set larger, and then fewer targets may exceed it. So all ways
 * to meet them are tried, the cheapest first.
 */
static uint64_t extra_for(const struct ct_case *c, const uint64_t *needs, size_t n)
{
	const uint64_t nice = CT_CAP(SYS_NICE), look = CT_CAP(SYS_PTRACE);
	const uint64_t extras[] = { 0, nice, look };

	for (size_t i = 0; i < CT_ARRAY_SIZE(extras); i++)
		if (all_pass(c, ct_hitting_set__cheapest(needs, n, extras[i], c->granted_caps)))
			return extras[i];
	return nice | look;
}

static void see_in(struct ct_case *c, int cap, size_t recordings)
{
	if (recordings > c->seen_in[cap])
		c->seen_in[cap] = recordings;
}

/* Every comparison that fails without the extra capability becomes a reason. */
static void say_all(struct ct_case *c, uint64_t set, uint64_t extra)
{
	for (size_t k = 0; k < CT_ARRAY_SIZE(comparisons); k++) {
		int cap = comparisons[k].cap;

		for (size_t i = 0; i < c->ntargets; i++) {
			const struct ct_target *t = &c->targets[i];

			if (t->kind != comparisons[k].kind ||
			    !exceeds(t, set & ~(extra & 1ull << cap)))
				continue;
			say(c, t, cap, comparisons[k].text);
			ct_ranges__join(&c->seen[cap], &t->in);
			see_in(c, cap, t->seen_in);
		}
		see_in(c, cap, ct_ranges__count(&c->seen[cap]));
	}
}

uint64_t ct_case__cheapest(struct ct_case *c, const uint64_t *needs, size_t n)
{
	uint64_t extra = extra_for(c, needs, n);
	uint64_t set = ct_hitting_set__cheapest(needs, n, extra, c->granted_caps);

	say_all(c, set, extra);
	return set;
}
