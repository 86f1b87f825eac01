/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel asks only of somebody who holds less than another process
 * (security/commoncap.c:cap_ptrace_access_check, cap_safe_nice). Whether that is so depends on
 * the set that is advised, which depends on what is needed.
 */
#include "judge/hitting_set.h"

#include <linux/capability.h>
#include <string.h>

#include "ct/target_call.h"
#include "judge/judge_priv.h"
#include "judge/rules.h"

static const struct ct_comparison {
	uint32_t kind;
	int cap;
	const char *site, *text, *source;
} comparisons[] = {
	{ CT_TARGET_SCHEDULE, CAP_SYS_NICE, "cap_safe_nice",
	  "changing the priority or scheduling of a process outside of the workload that holds "
	  "more than this set; refused: EPERM",
	  "security/commoncap.c:cap_safe_nice, 5.10-7.3" },
	{ CT_TARGET_LOOK, CAP_SYS_PTRACE, "cap_ptrace_access_check",
	  "looking into a process outside of the workload that holds more than this set; "
	  "refused: EACCES or EPERM",
	  "security/commoncap.c:cap_ptrace_access_check, 5.10-7.3" },
};

static const struct ct_comparison *comparison_of(const struct ct_act *a)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(comparisons); i++)
		if (comparisons[i].kind == a->key.sel)
			return &comparisons[i];
	return NULL; /* a later version's */
}

void ct_case__add_target(struct ct_case *c, const struct ct_act *a)
{
	const struct ct_comparison *k = comparison_of(a);

	/* In a user namespace of its own making it holds everything, whatever the advice. */
	if (!k || !ct_rules__has(c->rules, k->site) || a->key.level > c->is.base_level)
		return;
	*CT_PUSH(c->targets, c->ntargets,
		 c->targets_cap) = (struct ct_target){ .w = c->w, .act = a, .comparison = k };
}

/* Does the target hold something that is not in the set, so that the kernel asks? */
static bool exceeds(const struct ct_act *a, uint64_t set)
{
	return a->key.a & CT_CAPS_ALL & ~set;
}

static bool all_pass(const struct ct_case *c, uint64_t set)
{
	for (size_t i = 0; i < c->ntargets; i++) {
		const struct ct_target *t = &c->targets[i];

		if (exceeds(t->act, set) && !(set >> t->comparison->cap & 1))
			return false;
	}
	return true;
}

/*
 * The set becomes larger by what the comparisons add, and then fewer may be exceeded: so all ways
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

static void say(struct ct_case *c, const struct ct_target *t)
{
	const struct ct_comparison *k = t->comparison;
	const struct ct_act *a = t->act;
	char comm[sizeof(a->proc.comm) + 1] = "";
	const struct ct_reason like = {
		.verdict = CT_REQUIRED,
		.any_of = 1ull << k->cap,
		.site = (char *)k->site,
		.syscall = a->syscall,
		.process = comm,
		.phase = ct_workload__phase(t->w, a->key.entry),
		.text = (char *)k->text,
		.source = k->source,
		.known = true,
	};

	memcpy(comm, a->proc.comm, sizeof(a->proc.comm));
	ct_case__say(c, k->cap, &like)->granted += a->count;
	ct_case__need(c, like.any_of, CT_REQUIRED);
}

/* Every comparison that fails without it becomes a reason. */
static void say_all(struct ct_case *c, uint64_t set, uint64_t extra)
{
	struct ct_ranges in[CT_CAP_MAX] = {}; /* recordings */

	for (size_t i = 0; i < c->ntargets; i++) {
		const struct ct_target *t = &c->targets[i];
		int cap = t->comparison->cap;
		struct ct_ranges seen;

		if (!exceeds(t->act, set & ~(extra & 1ull << cap)))
			continue;
		say(c, t);
		seen = ct_workload__in(t->w, &t->act->in);
		ct_ranges__join(&in[cap], &seen);
		ct_ranges__free(&seen);
	}
	for (int cap = 0; cap < CT_CAP_MAX; cap++) {
		if (ct_ranges__count(&in[cap]) > c->seen_in[cap])
			c->seen_in[cap] = ct_ranges__count(&in[cap]);
		ct_ranges__free(&in[cap]);
	}
}

uint64_t ct_case__cheapest(struct ct_case *c, const uint64_t *needs, size_t n)
{
	uint64_t extra = extra_for(c, needs, n);
	uint64_t set = ct_hitting_set__cheapest(needs, n, extra, c->granted_caps);

	say_all(c, set, extra);
	return set;
}
