/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which cgroups are gone for good, and what must outlive their directories: a process that was
 * moved to the root of the hierarchy still counts for the cgroup that it left, processes are judged
 * by the cgroup that they came from, and the target of a comparison may belong to the workload
 * itself.
 */
#include <string.h>

#include "record/collect_priv.h"
#include "runtime/runtime.h"

/* A set of cgroups. */
struct member {
	uint64_t cgroup;
	UT_hash_handle hh;
};

static bool has(struct member *set, uint64_t cgroup)
{
	struct member *m;

	HASH_FIND(hh, set, &cgroup, sizeof(cgroup), m);
	return m;
}

static bool add(struct member **set, uint64_t cgroup)
{
	struct member *m;

	if (has(*set, cgroup))
		return false;
	m = ct_xzalloc(sizeof(*m));
	m->cgroup = cgroup;
	HASH_ADD(hh, *set, cgroup, sizeof(m->cgroup), m);
	return true;
}

void ct_collect__look_for_gone(struct ct_collect *c)
{
	ct_cgroups__each_gone(c->cgroups, ct_collect__mark_gone, c);
}

static void hold(void *arg, uint64_t cgroup, bool counts)
{
	struct ct_living *g = ct_livings__find(&((struct ct_collect *)arg)->living, cgroup);

	if (g && counts)
		g->counted_for = true;
}

void ct_collect__look_for_mentions(struct ct_collect *c)
{
	struct ct_living *g, *tmp;

	HASH_ITER(hh, c->living.table, g, tmp)
	g->counted_for = false;
	ct_probe__each_mention(c->probe, hold, c);
}

bool ct_collect__is_gone(const struct ct_collect *c, uint64_t cgroup)
{
	const struct ct_living *g = ct_livings__find(&c->living, cgroup);

	return g && g->gone && !g->counted_for;
}

struct mentions {
	const struct ct_collect *c;
	struct member *set;
};

static void mention(void *arg, uint64_t cgroup, bool counts)
{
	struct mentions *m = arg;

	(void)counts;
	add(&m->set, cgroup);
}

/* Is the cgroup kept? Then so are the cgroups that its processes came from. */
static bool stays(const struct mentions *m, uint64_t cgroup)
{
	const struct ct_living *g = ct_livings__find(&m->c->living, cgroup);

	return !g || !g->drained || has(m->set, cgroup);
}

static void mention_senders(struct mentions *m)
{
	struct ct_seen_entered *e, *tmp;
	bool more = true;

	while (more) {
		more = false;
		HASH_ITER(hh, m->c->entered, e, tmp)
		if (e->entered.from && stays(m, e->id.cgroup))
			more |= add(&m->set, e->entered.from);
	}
}

bool ct_collect__was_roots(const struct ct_collect *c, const char *id)
{
	return ct_hashes__have(&c->past, id);
}

static void note_past(struct ct_collect *c, uint64_t cgroup)
{
	const char *path = ct_cgroups__path(c->cgroups, cgroup);
	struct ct_cgroup_name name;

	if (!path)
		return;
	ct_runtimes__classify(path, &name);
	if (name.kind == CT_WL_CONTAINER && !ct_cgroups__user_of(c->cgroups, path))
		ct_hashes__add(&c->past, name.id);
}

static void forget_cgroup(struct ct_collect *c, struct ct_living *g)
{
	struct ct_slot_id id = { .cgroup = g->cgroup };
	struct ct_seen_entered *e;

	note_past(c, g->cgroup);
	for (id.slot = 1; id.slot <= CT_SLOTS; id.slot++) {
		/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
		HASH_FIND(hh, c->entered, &id, sizeof(id), e);
		if (!e)
			continue;
		HASH_DEL(c->entered, e);
		free(e);
	}
	ct_cgroups__forget(c->cgroups, g->cgroup);
	ct_livings__forget(&c->living, g);
}

/* A sample that has no entry in a map is not forgotten along with one, but here. */
static void forget_samples(struct ct_collect *c)
{
	struct ct_seen *seen, *tmp;
	struct ct_seen_act *act, *atmp;

	HASH_ITER(hh, c->seen, seen, tmp)
	if (ct_collect__is_gone(c, seen->key.cgroup))
		ct_seen__free(c, seen);
	HASH_ITER(hh, c->acts, act, atmp)
	{
		if (!ct_collect__is_gone(c, act->key.cgroup))
			continue;
		HASH_DEL(c->acts, act);
		free(act);
	}
}

void ct_collect__forget(struct ct_collect *c)
{
	struct mentions m = { .c = c };
	struct ct_living *g, *tmp;

	forget_samples(c);
	c->ngone = 0;
	HASH_ITER(hh, c->living.table, g, tmp)
	{
		g->drained = ct_collect__is_gone(c, g->cgroup);
		c->ngone += g->gone && !g->drained;
	}
	ct_probe__each_mention(c->probe, mention, &m);
	mention_senders(&m);
	HASH_ITER(hh, c->living.table, g, tmp)
	if (g->drained && !has(m.set, g->cgroup))
		forget_cgroup(c, g);
	CT_HASH_FREE(m.set);
}
