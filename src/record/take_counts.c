/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks and acts: what was counted since the last time, added to what the session has. */
#include <limits.h>
#include <string.h>

#include "cgroup/name.h"
#include "cgroup/path.h"
#include "kern/selectors.h"
#include "model/content.h"
#include "record/take_priv.h"

#define QUIET_TAKES 12

/* A workload of the session whose kinds and acts are in the tables below. */
struct indexed {
	struct ct_workload *w;
	UT_hash_handle hh;
};

/* Kinds that differ only in cgroup or fingerprint are one. */
struct merged {
	struct {
		struct ct_workload *w;
		struct ct_key key; /* cgroup 0, site a hash of the names */
	} id;
	size_t index; /* in w->kinds */
	UT_hash_handle hh;
};

/* Acts that differ only in their cgroups are one. */
struct merged_act {
	struct {
		struct ct_workload *w;
		struct ct_act_key key;
		uint64_t held;
	} id;
	size_t index; /* in w->acts */
	UT_hash_handle hh;
};

static void free_names(char **names, size_t len)
{
	for (size_t i = 0; i < len; i++)
		free(names[i]);
	free(names);
}

/* A call path of this take: many workloads have the same ones. */
struct call_path {
	uint64_t site, hash;
	char **names;
	size_t len;
	UT_hash_handle hh;
};

/*
 * A stale address on the stack gives a path another fingerprint, and its stack would keep its place
 * in the probe's map for as long as the recording lasts.
 */
static void unite_paths(struct ct_collect *c, const struct call_path *p)
{
	struct ct_seen_path *known;

	if (!p->len)
		return;
	HASH_FIND(hh, c->paths, &p->hash, sizeof(p->hash), known);
	if (known) {
		if (known->site != p->site)
			ct_probe__alias(c->probe, p->site, known->site);
		return;
	}
	known = ct_xzalloc(sizeof(*known));
	known->hash = p->hash;
	known->site = p->site;
	HASH_ADD(hh, c->paths, hash, sizeof(known->hash), known);
}

static const struct call_path *path_of(struct ct_taking *t, uint64_t site)
{
	struct call_path *p;

	HASH_FIND(hh, t->paths, &site, sizeof(site), p);
	if (p)
		return p;
	p = ct_xzalloc(sizeof(*p));
	p->site = site;
	ct_probe__stack(t->c->probe, site, &p->names, &p->len);
	p->hash = ct_stack__hash(p->names, p->len);
	HASH_ADD(hh, t->paths, site, sizeof(p->site), p);
	unite_paths(t->c, p);
	return p;
}

static char *syscall_name(const struct ct_key *key)
{
	if (key->nr < 0)
		return NULL;
	if (key->flags & CT_F_COMPAT && !(key->flags & CT_F_AS_NATIVE))
		return ct_syscall__compat_name(key->nr);
	return ct_syscall__name(key->nr);
}

static void fill_sample(struct ct_kind *k, const struct ct_sample *s)
{
	k->sampled = true;
	k->first_ns = s->h.ns;
	k->proc = s->proc;
	k->creds = s->creds;
	memcpy(k->args, s->args, sizeof(k->args));
}

static struct ct_kind *new_kind(struct ct_taking *t, struct ct_workload *w,
				const struct ct_key *key, const struct call_path *path)
{
	struct ct_kind *k = ct_workload__add_kind(w);

	k->key = *key;
	k->syscall = syscall_name(key);
	k->stack = path->len ? ct_xzalloc(path->len * sizeof(*k->stack)) : NULL;
	k->stack_len = path->len;
	for (size_t i = 0; i < path->len; i++)
		k->stack[i] = ct_xstrdup(path->names[i]);
	if (!path->len && !(key->flags & CT_F_NO_SITE))
		t->s->losses.stacks++;
	return k;
}

/* Index of the kind in w->kinds; `next`, under which it is entered then, if it is not there. */
static size_t index_of_kind(struct ct_taking *t, struct ct_workload *w, const struct ct_key *key,
			    size_t next)
{
	const struct merged like = { .id = { .w = w, .key = *key }, .index = next };
	struct merged *m;

	/* uthash reads the key byte by byte, which the analyzer cannot follow. */
	/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
	HASH_FIND(hh, t->merged, &like.id, sizeof(like.id), m);
	if (m)
		return m->index;
	m = ct_xzalloc(sizeof(*m));
	*m = like;
	HASH_ADD(hh, t->merged, id, sizeof(m->id), m);
	return next;
}

/* The same of an act in w->acts. */
static size_t index_of_act(struct ct_taking *t, struct ct_workload *w, const struct ct_act_key *key,
			   uint64_t held, size_t next)
{
	const struct merged_act like = { .id = { .w = w, .key = *key, .held = held },
					 .index = next };
	struct merged_act *m;

	/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
	HASH_FIND(hh, t->merged_acts, &like.id, sizeof(like.id), m);
	if (m)
		return m->index;
	m = ct_xzalloc(sizeof(*m));
	*m = like;
	HASH_ADD(hh, t->merged_acts, id, sizeof(m->id), m);
	return next;
}

/* Enters what an earlier take added to the workload. */
static void index_workload(struct ct_taking *t, struct ct_workload *w)
{
	struct indexed *known;

	HASH_FIND_PTR(t->indexed, &w, known);
	if (known)
		return;
	known = ct_xzalloc(sizeof(*known));
	known->w = w;
	HASH_ADD_PTR(t->indexed, w, known);
	for (size_t i = 0; i < w->nkinds; i++)
		index_of_kind(t, w, &w->kinds[i].key, i);
	for (size_t i = 0; i < w->nacts; i++)
		index_of_act(t, w, &w->acts[i].key, w->acts[i].held, i);
}

/* Finds or makes the kind. */
static struct ct_kind *kind_of(struct ct_taking *t, struct ct_workload *w, const struct ct_key *key,
			       const struct call_path *path)
{
	struct ct_key like = *key;
	size_t i;

	like.cgroup = 0;
	like.site = path->hash;
	index_workload(t, w);
	i = index_of_kind(t, w, &like, w->nkinds);
	return i < w->nkinds ? &w->kinds[i] : new_kind(t, w, &like, path);
}

static void add_count(struct ct_workload *w, struct ct_kind *k, uint64_t count, uint64_t last_ns)
{
	k->count += count;
	if (last_ns < k->first_ns) /* last_ns is that of the tick before the sample */
		last_ns = k->first_ns;
	if (last_ns > k->last_ns)
		k->last_ns = last_ns;
	if (k->first_ns && (!w->first_ns || k->first_ns < w->first_ns))
		w->first_ns = k->first_ns;
	if (k->last_ns > w->last_ns)
		w->last_ns = k->last_ns;
}

/* The event may still be on its way. Such an entry is left to the next take, but only once. */
static bool must_wait(const struct ct_taking *t, uint64_t cgroup, bool came, bool *awaited)
{
	if (came || *awaited || ct_taking__is_final(t, cgroup))
		return false;
	*awaited = true;
	return true;
}

/* What is new of a kind, and what the probe has of it altogether. */
struct news {
	const struct ct_key *key;
	const struct ct_sample *sample; /* NULL: taken already, or lost */
	uint64_t count, last_ns;
	struct ct_outcome outcome;
};

static struct ct_outcome outcome_since(struct ct_outcome now, const struct ct_outcome *taken)
{
	return taken ? ct_outcome__minus(&now, taken) : now;
}

/* entry: what the key's entry is in the end. */
static void count_for(struct ct_taking *t, struct ct_workload *w, const struct news *n,
		      uint32_t entry)
{
	const struct call_path none = { .hash = ct_stack__hash(NULL, 0) };
	bool noted = !(n->key->flags & CT_F_NO_SITE);
	struct ct_key resolved = *n->key;
	struct ct_kind *k;

	resolved.entry = entry;
	k = kind_of(t, w, &resolved, noted ? path_of(t, n->key->site) : &none);
	if (n->sample && (!k->sampled || n->sample->h.ns < k->first_ns))
		fill_sample(k, n->sample);
	add_count(w, k, n->count, n->last_ns);
	ct_outcome__add(&k->outcome, &n->outcome);
}

/* Kinds of a cgroup that is final are forgotten with it. */
static void note_taken(struct ct_taking *t, struct ct_seen *seen, uint64_t count,
		       const struct ct_outcome *outcome)
{
	if (ct_taking__is_final(t, seen->key.cgroup)) {
		ct_seen__free(t->c, seen);
		return;
	}
	free(ct_steal(seen->sample));
	seen->taken = count;
	if (!seen->taken_outcome && ct_outcome__is_known(outcome))
		seen->taken_outcome = ct_xzalloc(sizeof(*outcome));
	if (seen->taken_outcome)
		*seen->taken_outcome = *outcome;
}

static void lose_count(struct ct_taking *t, struct ct_seen *seen, uint64_t count)
{
	const struct ct_outcome none = {};

	t->s->losses.kinds += count > seen->taken ? count - seen->taken : 0;
	note_taken(t, seen, count, &none);
}

static void on_count(void *arg, const struct ct_key *key, uint64_t count, uint64_t last_ns)
{
	struct ct_taking *t = arg;
	struct ct_seen *seen = ct_collect__seen(t->c, key);
	struct news n = { .key = key, .sample = seen->sample, .last_ns = last_ns };
	struct ct_workload *w, *sender, *inner;
	struct ct_outcome outcome;

	if (!ct_collect__accepts_key(key)) {
		lose_count(t, seen, count);
		return;
	}
	if (!ct_taking__is_decided(t, key->cgroup, key->entry) ||
	    must_wait(t, key->cgroup, seen->sampled, &seen->awaited))
		return;
	w = ct_taking__home(t, key->cgroup);
	inner = ct_taking__inner(t, key->cgroup);
	sender = ct_origins__sender(t->origins, key->cgroup, key->entry);
	if (!w && ct_taking__is_final(t, key->cgroup) &&
	    !ct_cgroups__path(t->c->cgroups, key->cgroup))
		t->s->losses.unattributed += count;
	ct_probe__outcome(t->c->probe, key, &outcome);
	n.count = count > seen->taken ? count - seen->taken : 0;
	n.outcome = outcome_since(outcome, seen->taken_outcome);
	seen->quiet = n.count || n.sample ? 0 : seen->quiet + (seen->quiet < UCHAR_MAX);
	if (count && (n.count || n.sample || ct_outcome__is_known(&n.outcome))) {
		if (w)
			count_for(t, w, &n, ct_origins__entry(t->origins, key->cgroup, key->entry));
		if (inner)
			count_for(t, inner, &n,
				  ct_origins__entry(t->inner, key->cgroup, key->entry));
		/* A process that prepares another workload does so with the set of its own. */
		if (sender)
			count_for(t, sender, &n, CT_ENTRY_MAIN);
	}
	/* What nobody wants may be wanted later, as long as its cgroup lives. */
	if (w || inner || sender || ct_taking__is_final(t, key->cgroup))
		note_taken(t, seen, count, &outcome);
}

static void on_overcommit(void *arg, const struct ct_key *key, uint64_t count, uint64_t last_ns)
{
	struct ct_taking *t = arg;
	struct ct_workload *both[] = { ct_taking__home(t, key->cgroup),
				       ct_taking__inner(t, key->cgroup) };
	uint64_t *taken;
	char *name = (char *)"cap_vm_enough_memory";
	const struct call_path path = { .hash = ct_stack__hash(&name, 1),
					.names = &name,
					.len = 1 };

	(void)last_ns;
	taken = &ct_livings__get(&t->c->living, key->cgroup)
			 ->overcommit[key->flags & CT_F_GRANTED ? 1 : 0];
	if ((!both[0] && !both[1]) || count <= *taken)
		return;
	for (size_t i = 0; i < CT_ARRAY_SIZE(both); i++)
		if (both[i])
			kind_of(t, both[i], key, &path)->count += count - *taken;
	*taken = count;
}

/* Does this cgroup belong to the workload, too? A cgroup that is not known does not. */
static bool is_inside(const struct ct_taking *t, const struct ct_workload *w, uint64_t cgroup)
{
	const char *path = ct_cgroups__path(t->c->cgroups, cgroup);
	struct ct_cgroup_name name;

	if (!path)
		return false;
	if (ct_collect__inner(t->c, path, &name) && !strcmp(name.id, w->id))
		return true;
	ct_collect__classify(t->c, path, &name);
	if (!strcmp(name.id, w->id))
		return true;
	return name.kind == CT_WL_CGROUP && w->cgroup_path && w->cgroup_path[0] &&
	       w->cgroup_path[1] && ct_cgroup_path__below(path, w->cgroup_path);
}

/* It does not matter in which cgroups other processes are. */
static struct ct_act *act_of(struct ct_taking *t, struct ct_workload *w, struct ct_act_key key,
			     uint64_t held)
{
	struct ct_act *a;
	size_t i;

	key.cgroup = 0;
	if (key.type == CT_ACT_TARGET)
		key.b = 0;
	index_workload(t, w);
	i = index_of_act(t, w, &key, held, w->nacts);
	if (i < w->nacts)
		return &w->acts[i];
	a = ct_workload__add_act(w);
	a->key = key;
	a->held = held;
	a->syscall = ct_syscall__name(key.nr);
	return a;
}

/* entry: what the key's entry is in the end; w may be NULL. */
static void add_act(struct ct_taking *t, struct ct_workload *w, const struct ct_act_key *key,
		    uint32_t entry, uint64_t count, const struct ct_proc *proc)
{
	struct ct_act_key resolved = *key;
	struct ct_act *a;
	uint64_t held;

	/* A runtime's own acts are many, and not a need of any workload. */
	if (!w || entry == CT_ENTRY_SETUP)
		return;
	/* What the workload's own processes hold shrinks along with what the caller holds. */
	if (key->type == CT_ACT_TARGET && is_inside(t, w, key->b))
		return;
	resolved.entry = entry;
	held = entry == CT_ENTRY_ENTERED ? ct_origins__held(t->origins, key->cgroup, key->entry) :
					   0;
	a = act_of(t, w, resolved, held);
	a->count += count;
	if (!a->proc.pid)
		a->proc = *proc;
}

static void forget_act(struct ct_taking *t, struct ct_seen_act *seen)
{
	HASH_DEL(t->c->acts, seen);
	free(seen);
}

static void lose_act(struct ct_taking *t, struct ct_seen_act *seen, uint64_t count)
{
	t->s->losses.acts += count - seen->taken;
	seen->taken = count;
	if (ct_taking__is_over(t, &seen->key))
		forget_act(t, seen);
}

static void on_act(void *arg, const struct ct_act_key *key, uint64_t count)
{
	struct ct_taking *t = arg;
	struct ct_seen_act *seen = ct_collect__seen_act(t->c, key);
	struct ct_workload *w, *sender, *inner;
	uint64_t fresh = count - seen->taken;
	bool over = ct_taking__is_over(t, key);

	if (!ct_collect__accepts_act(key)) {
		lose_act(t, seen, count);
		return;
	}
	if (!over && (!ct_taking__is_decided(t, key->cgroup, key->entry) || !fresh ||
		      must_wait(t, key->cgroup, seen->proc.pid, &seen->awaited)))
		return;
	w = ct_taking__home(t, key->cgroup);
	inner = ct_taking__inner(t, key->cgroup);
	sender = ct_origins__sender(t->origins, key->cgroup, key->entry);
	if (inner && key->type == CT_ACT_RELOAD)
		inner->reload_seen = CT_YES;
	else if (inner && fresh)
		add_act(t, inner, key, ct_origins__entry(t->inner, key->cgroup, key->entry), fresh,
			&seen->proc);
	if (w && key->type == CT_ACT_RELOAD) {
		w->reload_seen = CT_YES;
	} else if (fresh) {
		add_act(t, w, key, ct_origins__entry(t->origins, key->cgroup, key->entry), fresh,
			&seen->proc);
		add_act(t, sender, key, CT_ENTRY_MAIN, fresh, &seen->proc);
	}
	if (w || inner || sender)
		seen->taken = count;
	if (over)
		forget_act(t, seen);
}

/* A kind that was taken and then quiet for a minute: if it comes again, it is sampled anew. */
bool ct_taking__is_idle(void *arg, const struct ct_key *key)
{
	struct ct_taking *t = arg;
	struct ct_seen *seen;

	HASH_FIND(hh, t->c->seen, key, sizeof(*key), seen);
	if (!seen || !seen->taken || seen->sample || seen->quiet < QUIET_TAKES)
		return false;
	ct_seen__free(t->c, seen);
	return true;
}

void ct_taking__counts(struct ct_taking *t, const struct ct_which *which)
{
	ct_probe__each_kind(t->c->probe, which, on_count, t);
	ct_probe__each_overcommit(t->c->probe, which, on_overcommit, t);
	ct_probe__each_act(t->c->probe, which, on_act, t);
}

void ct_taking__free_counts(struct ct_taking *t)
{
	struct call_path *p, *ptmp;

	HASH_ITER(hh, t->paths, p, ptmp)
	{
		HASH_DEL(t->paths, p);
		free_names(p->names, p->len);
		free(p);
	}
	CT_HASH_FREE(t->merged);
	CT_HASH_FREE(t->merged_acts);
	CT_HASH_FREE(t->indexed);
}
