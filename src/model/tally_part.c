/* SPDX-License-Identifier: GPL-2.0-only */
/* Adding up what was seen of a workload under one setting. */
#include <jansson.h>
#include <string.h>

#include "base/util.h"
#include "model/content.h"
#include "model/tally.h"
#include "model/tally_priv.h"

/* Two parts that become one, and the recordings of each and of both. */
struct sum {
	struct ct_workload *to, *from;
	struct ct_ranges in_to, in_from, all;
	bool same_clock; /* both are of one recording */
};

/* Settles in which recordings something is; if in all of the part's, that is left empty. */
static void settle_in(struct ct_ranges *in, const struct ct_ranges *in_part, const struct sum *s)
{
	if (!in->len)
		ct_ranges__copy(in, in_part);
	if (ct_ranges__equal(in, &s->all))
		ct_ranges__free(in);
}

static void join_in(struct ct_ranges *to, const struct ct_ranges *from, const struct sum *s)
{
	if (!to->len)
		ct_ranges__copy(to, &s->in_to);
	ct_ranges__join(to, from->len ? from : &s->in_from);
	settle_in(to, to, s);
}

/* Is something in the part's own recording? */
static bool is_own(const struct ct_ranges *in, const struct ct_workload *part)
{
	return !in->len || ct_ranges__has(in, (uint32_t)part->recording);
}

/*
 * Any sample can stand for all. One of the part's own recording is the one to show, and the choice
 * among others does not depend on the order in which they come.
 */
static bool has_better_sample(const struct ct_kind *a, const struct ct_kind *b, const struct sum *s)
{
	int order;

	if (a->sampled != b->sampled)
		return a->sampled;
	if (is_own(&b->in, s->to))
		return false;
	order = strncmp(a->proc.comm, b->proc.comm, sizeof(a->proc.comm));
	if (!order)
		order = memcmp(&a->creds, &b->creds, sizeof(a->creds));
	if (!order)
		order = memcmp(a->args, b->args, sizeof(a->args));
	if (!order)
		order = memcmp(&a->proc, &b->proc, sizeof(a->proc));
	return order < 0;
}

static void add_kind(void *mine, void *other, const void *arg)
{
	struct ct_kind *to = mine, *from = other;
	const struct sum *s = arg;

	if (has_better_sample(from, to, s)) {
		to->sampled = from->sampled;
		to->proc = from->proc;
		to->creds = from->creds;
		memcpy(to->args, from->args, sizeof(to->args));
	}
	to->times = ct_kind__times(to) + ct_kind__times(from);
	to->count += from->count;
	if (s->same_clock && from->first_ns && (!to->first_ns || from->first_ns < to->first_ns))
		to->first_ns = from->first_ns;
	if (s->same_clock && from->last_ns > to->last_ns)
		to->last_ns = from->last_ns;
	ct_outcome__add(&to->outcome, &from->outcome);
	join_in(&to->in, &from->in, s);
}

/* Times of different boots cannot be compared. */
static void bring_kind(void *item, const void *arg)
{
	struct ct_kind *k = item;
	const struct sum *s = arg;

	settle_in(&k->in, &s->in_from, s);
	if (!s->same_clock)
		k->first_ns = k->last_ns = 0;
}

static void add_act(void *mine, void *other, const void *arg)
{
	struct ct_act *to = mine, *from = other;
	const struct sum *s = arg;

	to->count += from->count;
	if (from->proc.pid &&
	    (!to->proc.pid || (!is_own(&to->in, s->to) &&
			       memcmp(from->proc.comm, to->proc.comm, sizeof(to->proc.comm)) < 0)))
		to->proc = from->proc;
	join_in(&to->in, &from->in, s);
}

static void bring_act(void *item, const void *arg)
{
	const struct sum *s = arg;

	settle_in(&((struct ct_act *)item)->in, &s->in_from, s);
}

static void add_exec(void *mine, void *other, const void *arg)
{
	struct ct_exec *to = mine, *from = other;

	to->count += from->count;
	join_in(&to->in, &from->in, arg);
}

static void bring_exec(void *item, const void *arg)
{
	struct ct_exec *x = item;
	const struct sum *s = arg;

	settle_in(&x->in, &s->in_from, s);
	if (!s->same_clock)
		x->ns = 0;
}

static void add_exit(void *to, void *from, const void *arg)
{
	(void)to;
	(void)from;
	(void)arg;
}

static void bring_exit(void *item, const void *arg)
{
	if (!((const struct sum *)arg)->same_clock)
		((struct ct_exit *)item)->ns = 0;
}

static const struct ct_adding kinds = { sizeof(struct ct_kind), ct_kind__hash, ct_kind__by_finding,
					add_kind, bring_kind };
static const struct ct_adding acts = { sizeof(struct ct_act), ct_act__hash, ct_act__by_finding,
				       add_act, bring_act };
static const struct ct_adding execs = { sizeof(struct ct_exec), ct_exec__hash, ct_exec__by_finding,
					add_exec, bring_exec };
static const struct ct_adding exits = { sizeof(struct ct_exit), ct_exit__hash, ct_exit__by_finding,
					add_exit, bring_exit };

/*
 * Sorts items: those of the part's own recording come first, in the order that they have there,
 * then the others, in an order that depends on nothing but them. in: the offset of the member `in`.
 */
static void sort_items(struct ct_items a, const struct ct_adding *how,
		       const struct ct_workload *part, size_t in)
{
	ct_autofree char *others = ct_xzalloc(*a.len * how->size + 1);
	char *items = *a.items;
	size_t own = 0, n = 0;

	for (size_t i = 0; i < *a.len; i++) {
		char *item = items + i * how->size;
		bool is = is_own((struct ct_ranges *)(item + in), part);

		memmove(is ? items + own++ * how->size : others + n++ * how->size, item, how->size);
	}
	if (!n)
		return;
	qsort(others, n, how->size, how->compare);
	memcpy(items + own * how->size, others, n * how->size);
}

/* Adds an array, and settles in which recordings those of `to` are that got no addition. */
static void add_items(struct ct_items to, struct ct_items from, const struct ct_adding *how,
		      const struct sum *s, size_t in)
{
	size_t old = *to.len;
	ct_autofree bool *joined = ct_xzalloc(old + 1);

	ct_items__add(to, from, how, s, joined);
	for (size_t i = 0; i < old; i++)
		if (!joined[i])
			settle_in((struct ct_ranges *)((char *)*to.items + i * how->size + in),
				  &s->in_to, s);
	sort_items(to, how, s->to, in);
}

/* First notes what process ids tell, since they mean nothing next to those of another boot. */
static void forget_boot(struct ct_workload *w)
{
	for (size_t i = 0; i < w->nacts; i++) {
		struct ct_act *a = &w->acts[i];

		if (!a->key.ok)
			a->went_on = ct_act__went_on(a, w) ? CT_YES : CT_NO;
	}
	ct_workload__forget_boot(w);
}

static void add_told(struct ct_exercised *to, const struct ct_exercised *from)
{
	to->kinds += from->kinds;
	to->ns += from->ns;
	to->phases |= from->phases;
	ct_watched__keep_longer(&to->longest, &from->longest);
}

static void add_runs(struct ct_workload *to, const struct ct_workload *from)
{
	to->starts = ct_part__starts(to) + ct_part__starts(from);
	to->ends = ct_part__ends(to) + ct_part__ends(from);
}

/* To be called before the items are added up: how long each was watched is worked out from them. */
static void add_total(struct ct_workload *to, const struct ct_workload *from)
{
	struct ct_total sum = ct_workload__total(to), more = ct_workload__total(from);

	sum.parts += more.parts;
	sum.ns += more.ns;
	sum.whole |= more.whole;
	ct_watched__keep_longer(&sum.longest, &more.longest);
	to->total = sum;
	add_told(&to->told, &from->told);
}

static void add_facts(struct ct_workload *to, const struct ct_workload *from)
{
	to->lost += from->lost;
	ct_workload__add_unwatched(to, from->unwatched_ns, from->unwatched_until_ms);
	to->compat += from->compat;
	to->left_out |= from->left_out;
	if (from->reload_seen > to->reload_seen)
		to->reload_seen = from->reload_seen;
	ct_names__add(&to->sent, from->sent);
	if (from->others && !to->others)
		to->others = json_array();
	json_array_extend(to->others, from->others);
}

void ct_part__add(struct ct_workload *to, struct ct_workload *from)
{
	const struct ct_ranges none = {};
	struct sum s = { .to = to,
			 .from = from,
			 .in_to = ct_workload__in(to, &none),
			 .in_from = ct_workload__in(from, &none),
			 .same_clock = to->recording == from->recording };

	ct_ranges__copy(&s.all, &s.in_to);
	ct_ranges__join(&s.all, &s.in_from);
	forget_boot(to);
	forget_boot(from);
	add_runs(to, from);
	add_total(to, from);
	add_facts(to, from);
	add_items(CT_KINDS_OF(to), CT_KINDS_OF(from), &kinds, &s, offsetof(struct ct_kind, in));
	add_items(CT_ACTS_OF(to), CT_ACTS_OF(from), &acts, &s, offsetof(struct ct_act, in));
	add_items(CT_EXECS_OF(to), CT_EXECS_OF(from), &execs, &s, offsetof(struct ct_exec, in));
	ct_items__add(CT_EXITS_OF(to), CT_EXITS_OF(from), &exits, &s, NULL);
	if (to->nexits)
		qsort(to->exits, to->nexits, sizeof(*to->exits), ct_exit__by_finding);
	ct_ranges__copy(&to->in, &s.all);
	ct_ranges__free(&s.in_to);
	ct_ranges__free(&s.in_from);
	ct_ranges__free(&s.all);
}

#define NEWER(a, b)     \
	if ((a) != (b)) \
	return (a) > (b)

/* Of replicas in one recording, the first one counts as the newest. */
bool ct_part__is_newer(const struct ct_workload *a, const struct ct_workload *b)
{
	int order;

	NEWER(a->since_ms, b->since_ms);
	NEWER(b->place, a->place);
	order = ct_content__compare_text(a->container.name, b->container.name);
	if (!order)
		order = strcmp(a->id, b->id);
	if (order)
		return order < 0;
	NEWER(b->first_ns, a->first_ns);
	NEWER(b->last_ns, a->last_ns);
	return ct_content__compare_text(a->setting, b->setting) < 0;
}

void ct_part__swap(struct ct_workload *a, struct ct_workload *b)
{
	struct ct_workload was = *a;

	*a = *b;
	*b = was;
	b->more = a->more;
	b->nmore = a->nmore;
	b->more_cap = a->more_cap;
	a->more = was.more;
	a->nmore = was.nmore;
	a->more_cap = was.more_cap;
}
