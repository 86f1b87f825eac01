/* SPDX-License-Identifier: GPL-2.0-only */
/* Which set to try next. */
#include "judge/hitting_set.h"
#include "model/caps.h"
#include "verify/search_priv.h"

/*
 * What these allow is often attempted in passing, by programs that ignore whether it succeeded:
 * kill, unlink, chmod, copying attributes, messages to the audit log.
 */
#define SHRUGGED_OFF                                                                        \
	(CT_CAP(DAC_OVERRIDE) | CT_CAP(DAC_READ_SEARCH) | CT_CAP(FOWNER) | CT_CAP(FSETID) | \
	 CT_CAP(KILL) | CT_CAP(SETFCAP) | CT_CAP(AUDIT_WRITE))

void ct_refusals__add(struct ct_wants *l, const struct ct_want *wants, size_t n,
		      enum ct_verdict least)
{
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		if (wants[i].verdict < least)
			continue;
		while (k < l->len && l->items[k].any_of != wants[i].any_of)
			k++;
		if (k == l->len)
			*CT_PUSH(l->items, l->len, l->cap) = wants[i];
		else if (wants[i].verdict > l->items[k].verdict)
			l->items[k] = wants[i];
	}
}

static bool is_soft(const struct ct_want *w)
{
	return w->doubtful || !(w->any_of & ~SHRUGGED_OFF);
}

/*
 * The capabilities that would have averted a refusal; 0: none. Nearly always the recording had
 * them, since it worked. But where the kernel compares two sets first, it asks only a process that
 * holds less than the other: then it is something that the recording was never asked for.
 */
static uint64_t remedy(const struct state *s, const struct ct_want *w)
{
	uint64_t had = w->any_of & s->q->working & ~s->unable;

	return had || !w->fresh ? had : w->any_of & ~s->unable;
}

uint64_t ct_guess__cheapest(const struct state *s, enum ct_verdict least, bool soft, uint64_t have,
			    const struct ct_wants *refused, enum ct_verdict from)
{
	size_t n = 0, nrefused = refused ? refused->len : 0;
	ct_autofree uint64_t *sets = ct_xzalloc((s->q->nwants + nrefused + 1) * sizeof(*sets));

	for (size_t i = 0; i < s->q->nwants; i++) {
		const struct ct_want *w = &s->q->wants[i];

		if (w->verdict >= least && (soft || !is_soft(w)) && (w->any_of & ~s->unable))
			sets[n++] = w->any_of & ~s->unable;
	}
	for (size_t i = 0; i < nrefused; i++)
		if (refused->items[i].verdict >= from && remedy(s, &refused->items[i]))
			sets[n++] = remedy(s, &refused->items[i]);
	return ct_hitting_set__cheapest(sets, n, have, s->q->asked);
}

uint64_t ct_guess__never_asked(const struct state *s, uint64_t have)
{
	struct ct_wants fresh = {};
	uint64_t set;

	for (size_t i = 0; i < s->latest.len; i++)
		if (!(s->latest.items[i].any_of & s->q->asked))
			*CT_PUSH(fresh.items, fresh.len, fresh.cap) = s->latest.items[i];
	set = ct_guess__cheapest(s, CT_REQUIRED, true, have, &fresh, CT_UNNEEDED);
	free(fresh.items);
	return set;
}

/*
 * What the failed run itself was refused comes first, whatever the rules make of it, the gravest
 * before the rest; then what other runs were refused, then what the recording used.
 */
uint64_t ct_guess__widen(const struct state *s, uint64_t set)
{
	uint64_t next = ct_guess__cheapest(s, CT_REQUIRED, true, set, &s->latest, CT_REQUIRED);

	if (next == set)
		next = ct_guess__cheapest(s, CT_REQUIRED, true, set, &s->latest, CT_OPTIONAL);
	if (next == set)
		next = ct_guess__never_asked(s, set);
	if (next == set)
		next = ct_guess__cheapest(s, CT_REQUIRED, true, set, &s->latest, CT_UNNEEDED);
	if (next == set)
		next = ct_guess__cheapest(s, CT_REQUIRED, true, set, &s->seen, CT_UNNEEDED);
	if (next == set)
		next = ct_guess__cheapest(s, CT_OPTIONAL, true, set, &s->seen, CT_UNNEEDED);
	if (next == set && ct_caps__count(s->q->asked & s->q->working & ~set) <= FEW)
		next = set | (s->q->asked & s->q->working);
	return next;
}

/* What runs that failed were refused, with v as the gravest verdict. */
static uint64_t refused_as(const struct state *s, enum ct_verdict v)
{
	uint64_t set = 0;

	for (size_t i = 0; i < s->seen.len; i++)
		set |= s->seen.items[i].verdict == v ? s->seen.items[i].any_of : 0;
	return set;
}

int ct_guess__by_suspicion(const struct state *s, uint64_t set, int *list)
{
	const uint64_t rounds[] = { refused_as(s, CT_REQUIRED), refused_as(s, CT_OPTIONAL),
				    refused_as(s, CT_UNNEEDED) & ~s->q->asked, s->q->asked, ~0ull };
	uint64_t left = set;
	int n = 0;

	for (size_t i = 0; i < CT_ARRAY_SIZE(rounds); i++) {
		ct_caps__for_each(cap, left & rounds[i])
			list[n++] = cap;
		left &= ~rounds[i];
	}
	return n;
}

uint64_t ct_guess__soft(const struct state *s, uint64_t set)
{
	return set & ~ct_guess__cheapest(s, CT_REQUIRED, false, 0, NULL, CT_REQUIRED);
}
