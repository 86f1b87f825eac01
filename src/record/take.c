/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes a session of what was gathered since the last take. */
#include <string.h>

#include "model/content.h"
#include "record/take_priv.h"

/* A loss in a cgroup that cannot be named may be any workload's. */
static void on_loss(void *arg, uint64_t cgroup, uint64_t lost)
{
	struct ct_taking *t = arg;
	struct ct_living *g = ct_livings__get(&t->c->living, cgroup);
	struct ct_workload *w = ct_taking__home(t, cgroup);
	struct ct_workload *inner = ct_taking__inner(t, cgroup);

	if (inner)
		inner->lost += lost - g->lost;
	if (w)
		w->lost += lost - g->lost;
	else if (!ct_cgroups__path(t->c->cgroups, cgroup))
		t->s->losses.kinds += lost - g->lost;
	else if (!inner)
		return;
	g->lost = lost;
}

static int by_key(const void *x, const void *y)
{
	const struct ct_key *a = &((const struct ct_kind *)x)->key;
	const struct ct_key *b = &((const struct ct_kind *)y)->key;
	int order = ct_key__compare(a, b);

	return order ? order : (a->site > b->site) - (a->site < b->site);
}

static int by_act(const void *x, const void *y)
{
	return memcmp(&((const struct ct_act *)x)->key, &((const struct ct_act *)y)->key,
		      sizeof(struct ct_act_key));
}

/* They come nearly in this order. Equal ones keep their order. */
static void sort_execs(struct ct_workload *w)
{
	for (size_t i = 1; i < w->nexecs; i++) {
		struct ct_exec e = w->execs[i];
		size_t k = i;

		for (; k && w->execs[k - 1].ns > e.ns; k--)
			w->execs[k] = w->execs[k - 1];
		w->execs[k] = e;
	}
}

static void sort_exits(struct ct_workload *w)
{
	for (size_t i = 1; i < w->nexits; i++) {
		struct ct_exit e = w->exits[i];
		size_t k = i;

		for (; k && w->exits[k - 1].ns > e.ns; k--)
			w->exits[k] = w->exits[k - 1];
		w->exits[k] = e;
	}
}

static void sort_all(struct ct_session *s)
{
	for (size_t i = 0; i < s->nworkloads; i++) {
		struct ct_workload *w = s->workloads[i];

		if (w->nkinds)
			qsort(w->kinds, w->nkinds, sizeof(*w->kinds), by_key);
		if (w->nacts)
			qsort(w->acts, w->nacts, sizeof(*w->acts), by_act);
		sort_execs(w);
		sort_exits(w);
	}
}

static void each_living(struct ct_taking *t, void (*fn)(struct ct_taking *t, struct ct_living *g))
{
	struct ct_living *g, *tmp;

	HASH_ITER(hh, t->c->living.table, g, tmp)
	if (t->how != CT_TAKE_GONE || ct_taking__is_final(t, g->cgroup))
		fn(t, g);
}

static void note_own(struct ct_taking *t, struct ct_living *g)
{
	ct_origins__note_own(t->origins, g);
}

#define SINCE(l, now, before, f)                 \
	do {                                     \
		(l)->f += (now).f - (before)->f; \
		(before)->f = (now).f;           \
	} while (0)

/*
 * The probe counts losses since it was attached. Returns whether an event was lost since the last
 * take.
 */
static bool take_losses(struct ct_collect *c, struct ct_losses *l)
{
	uint64_t events = c->taken.events;
	struct ct_losses now = {};

	/* Then they are seen the next time. */
	if (ct_probe__losses(c->probe, &now))
		return false;
	now.events += c->unsound;
	SINCE(l, now, &c->taken, events);
	SINCE(l, now, &c->taken, kinds);
	SINCE(l, now, &c->taken, acts);
	SINCE(l, now, &c->taken, procs);
	SINCE(l, now, &c->taken, stacks);
	SINCE(l, now, &c->taken, outcomes);
	SINCE(l, now, &c->taken, missed);
	return now.events != events;
}

static bool is_gone(void *arg, uint64_t cgroup)
{
	const struct ct_taking *t = arg;

	return ct_collect__is_gone(t->c, cgroup);
}

static void add_loss(void *arg, uint64_t cgroup, uint64_t lost)
{
	(void)cgroup;
	*(uint64_t *)arg += lost;
}

/* Has a cgroup lost something, by its own account? It may be that it is gone. */
static bool loses_more(struct ct_collect *c)
{
	const struct ct_which all = { .living = true };
	uint64_t sum = 0, before = c->lost;

	ct_probe__each_loss(c->probe, &all, add_loss, &sum);
	c->lost = sum;
	return sum != before;
}

/*
 * After an event was lost the directories are asked. What they no longer have ended before, so its
 * last events are here by now.
 */
static void look_for_gone(struct ct_taking *t)
{
	bool lost = take_losses(t->c, &t->s->losses), more = loses_more(t->c);

	if (!lost && !more)
		return;
	ct_collect__look_for_gone(t->c);
	ct_collect__consume(t->c);
}

void ct_collect__take(struct ct_collect *c, enum ct_take how, struct ct_session *s,
		      ct_choose_fn choose, void *arg)
{
	struct ct_taking t = { .c = c, .how = how, .s = s, .choose = choose, .arg = arg };
	const struct ct_which slots = { .gone = is_gone, .arg = &t, .living = true };
	const struct ct_which which = { .gone = is_gone,
					.over = ct_taking__is_over,
					.idle = c->endless ? ct_taking__is_idle : NULL,
					.arg = &t,
					.living = how != CT_TAKE_GONE };

	ct_collect__consume(c);
	look_for_gone(&t);
	c->taking = true;
	ct_collect__look_for_mentions(c);
	ct_probe__each_entered(c->probe, &slots, ct_collect__keep_entered, c);
	t.origins = ct_origins__new(c, ct_taking__home, &t);
	t.inner = ct_origins__new(c, ct_taking__inner, &t);
	each_living(&t, note_own);
	each_living(&t, ct_taking__programs);
	ct_taking__counts(&t, &which);
	ct_probe__each_loss(c->probe, &which, on_loss, &t);
	each_living(&t, ct_taking__exits);
	ct_origins__note_sent(t.origins, how == CT_TAKE_LAST);
	sort_all(s);
	ct_origins__free(t.origins);
	ct_origins__free(t.inner);
	ct_taking__free_counts(&t);
	ct_taking__free_homes(&t);
	ct_collect__forget(c);
	c->taking = false;
}

/* Every SIGHUP is seen, unless something was lost. */
static void conclude_reload(struct ct_workload *w, const struct ct_losses *l)
{
	if (!ct_losses__may_hide_acts(l) && w->reload_seen == CT_UNKNOWN && !w->lost)
		w->reload_seen = CT_NO;
}

/* An end before the start that was seen is that of an earlier run. */
static void conclude_end(struct ct_workload *w)
{
	if (w->start_seen != CT_YES || w->end_seen != CT_YES || w->to_ns >= w->from_ns)
		return;
	w->end_seen = CT_UNKNOWN;
	w->end_code = 0;
	w->to_ns = 0;
}

void ct_collect__conclude(struct ct_session *s)
{
	for (size_t i = 0; i < s->nworkloads; i++) {
		conclude_reload(s->workloads[i], &s->losses);
		conclude_end(s->workloads[i]);
	}
}
