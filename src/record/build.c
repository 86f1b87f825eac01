/* SPDX-License-Identifier: GPL-2.0-only */
/* From what was gathered to a session. */
#include <string.h>
#include <seccomp.h>

#include "cgroup/name.h"
#include "kern/selectors.h"
#include "record/collect_priv.h"
#include "record/origin.h"

/* The workload of a cgroup, decided once; NULL: not wanted. */
struct home {
	uint64_t cgroup;
	struct ct_workload *w;
	UT_hash_handle hh;
};

/* Kinds that differ in cgroup or fingerprint only are one. */
struct merged {
	struct {
		struct ct_workload *w;
		struct ct_key key; /* cgroup 0, site a hash of the names */
	} id;
	size_t index; /* in w->kinds */
	UT_hash_handle hh;
};

struct builder {
	struct ct_collect *c;
	struct ct_session *s;
	ct_choose_fn choose;
	void *arg;
	struct home *homes;
	struct merged *merged;
	struct ct_origins *origins;
};

static struct ct_workload *home_of(void *arg, uint64_t cgroup)
{
	struct builder *b = arg;
	const char *path = ct_cgroups__path(b->c->cgroups, cgroup);
	struct ct_cgroup_name name;
	struct home *h;

	HASH_FIND(hh, b->homes, &cgroup, sizeof(cgroup), h);
	if (h)
		return h->w;
	h = ct_xzalloc(sizeof(*h));
	h->cgroup = cgroup;
	HASH_ADD(hh, b->homes, cgroup, sizeof(h->cgroup), h); /* now, for senders may form a ring */
	if (path) {
		ct_collect__classify(b->c, path, &name);
		h->w = b->choose(b->arg, b->s, &name, path,
				 ct_cgroups__inside(b->c->cgroups, cgroup));
	}
	if (!h->w && path && !ct_cgroup_name__has_own_set(&name))
		h->w = ct_origins__sender_to(b->origins, cgroup);
	return h->w;
}

static uint64_t hash_names(char **names, size_t len)
{
	uint64_t h = 0xcbf29ce484222325ull;

	for (size_t i = 0; i < len; i++)
		for (size_t k = 0; k <= strlen(names[i]); k++) /* the NUL ends a name */
			h = (h ^ (unsigned char)names[i][k]) * 0x100000001b3ull;
	return h;
}

static char *syscall_name(const struct ct_key *key)
{
	if (key->nr < 0)
		return NULL;
	if (key->flags & CT_F_COMPAT)
		return seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86, key->nr);
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

static struct ct_kind *new_kind(struct builder *b, struct ct_workload *w, const struct ct_key *key,
				char **stack, size_t len)
{
	struct ct_kind *k = ct_workload__add_kind(w);

	k->key = *key;
	k->syscall = syscall_name(key);
	k->stack = stack;
	k->stack_len = len;
	if (!stack)
		b->s->losses.stacks++;
	return k;
}

static void free_names(char **names, size_t len)
{
	for (size_t i = 0; i < len; i++)
		free(names[i]);
	free(names);
}

/* Finds or makes the kind; takes over stack. */
static struct ct_kind *kind_of(struct builder *b, struct ct_workload *w, const struct ct_key *key,
			       char **stack, size_t len)
{
	struct merged *m, *found;

	m = ct_xzalloc(sizeof(*m));
	m->id.w = w;
	m->id.key = *key;
	m->id.key.cgroup = 0;
	m->id.key.site = hash_names(stack, len);
	HASH_FIND(hh, b->merged, &m->id, sizeof(m->id), found);
	if (found) {
		free(m);
		free_names(stack, len);
		return &w->kinds[found->index];
	}
	m->index = w->nkinds;
	HASH_ADD(hh, b->merged, id, sizeof(m->id), m);
	return new_kind(b, w, &m->id.key, stack, len);
}

static void add_count(struct ct_workload *w, struct ct_kind *k, uint64_t count, uint64_t last_ns)
{
	k->count += count;
	if (last_ns < k->first_ns) /* the tick before the sample */
		last_ns = k->first_ns;
	if (last_ns > k->last_ns)
		k->last_ns = last_ns;
	if (k->first_ns && (!w->first_ns || k->first_ns < w->first_ns))
		w->first_ns = k->first_ns;
	if (k->last_ns > w->last_ns)
		w->last_ns = k->last_ns;
}

/* entry: what the key's is in the end. */
static void count_for(struct builder *b, struct ct_workload *w, const struct ct_key *key,
		      uint32_t entry, uint64_t count, uint64_t last_ns)
{
	struct ct_key resolved = *key;
	struct ct_seen *seen;
	struct ct_outcome o;
	struct ct_kind *k;
	char **stack = NULL;
	size_t len = 0;

	resolved.entry = entry;
	ct_probe__stack(b->c->probe, key->site, &stack, &len);
	k = kind_of(b, w, &resolved, stack, len);
	HASH_FIND(hh, b->c->seen, key, sizeof(*key), seen);
	if (seen && seen->sample.h.ns && (!k->sampled || seen->sample.h.ns < k->first_ns))
		fill_sample(k, &seen->sample);
	add_count(w, k, count, last_ns);
	ct_probe__outcome(b->c->probe, key, &o);
	ct_outcome__add(&k->outcome, &o);
}

static void on_count(void *arg, const struct ct_key *key, uint64_t count, uint64_t last_ns)
{
	struct builder *b = arg;
	struct ct_workload *w = home_of(b, key->cgroup);
	struct ct_workload *sender = ct_origins__sender(b->origins, key->cgroup, key->entry);

	if (!w && !ct_cgroups__path(b->c->cgroups, key->cgroup))
		b->s->losses.unattributed += count;
	if (w && count)
		count_for(b, w, key, ct_origins__entry(b->origins, key->cgroup, key->entry), count,
			  last_ns);
	/* What prepares another workload does so with what its own one has. */
	if (sender && count)
		count_for(b, sender, key, CT_ENTRY_MAIN, count, last_ns);
}

static void on_overcommit(void *arg, const struct ct_key *key, uint64_t count, uint64_t last_ns)
{
	struct builder *b = arg;
	struct ct_workload *w = home_of(b, key->cgroup);
	char **stack = NULL;
	size_t len = 0, cap = 0;

	(void)last_ns;
	if (!w)
		return;
	*CT_PUSH(stack, len, cap) = ct_xstrdup("cap_vm_enough_memory");
	kind_of(b, w, key, stack, len)->count += count;
}

/* Does this cgroup belong to the workload, too? Of one that is not known: no. */
static bool is_inside(const struct builder *b, const struct ct_workload *w, uint64_t cgroup)
{
	const char *path = ct_cgroups__path(b->c->cgroups, cgroup);
	struct ct_cgroup_name name;

	if (!path)
		return false;
	ct_collect__classify(b->c, path, &name);
	if (!strcmp(name.id, w->id))
		return true;
	return name.kind == CT_WL_CGROUP && w->cgroup_path && w->cgroup_path[0] &&
	       w->cgroup_path[1] && ct_cgroup_path__below(path, w->cgroup_path);
}

/* Of other processes it does not matter which cgroups they are in. */
static struct ct_act *act_of(struct ct_workload *w, struct ct_act_key key)
{
	struct ct_act *a;

	key.cgroup = 0;
	if (key.type == CT_ACT_TARGET) {
		key.b = 0;
		for (size_t i = 0; i < w->nacts; i++)
			if (!memcmp(&w->acts[i].key, &key, sizeof(key)))
				return &w->acts[i];
	}
	a = ct_workload__add_act(w);
	a->key = key;
	a->syscall = ct_syscall__name(key.nr);
	return a;
}

/* entry: what the key's is in the end; w may be NULL. */
static void add_act(struct builder *b, struct ct_workload *w, const struct ct_act_key *key,
		    uint32_t entry, uint64_t count, const struct ct_seen_act *seen)
{
	struct ct_act_key resolved = *key;
	struct ct_act *a;

	/* A runtime's own are many, and nobody's need. */
	if (!w || entry == CT_ENTRY_SETUP)
		return;
	/* What the workload's own processes hold shrinks along with what the caller holds. */
	if (key->type == CT_ACT_TARGET && is_inside(b, w, key->b))
		return;
	resolved.entry = entry;
	a = act_of(w, resolved);
	a->count += count;
	if (seen && !a->proc.pid)
		a->proc = seen->proc;
	if (entry == CT_ENTRY_ENTERED)
		a->held = ct_origins__held(b->origins, key->cgroup, key->entry);
}

static void on_act(void *arg, const struct ct_act_key *key, uint64_t count)
{
	struct builder *b = arg;
	struct ct_workload *w = home_of(b, key->cgroup);
	struct ct_seen_act *seen;

	if (w && key->type == CT_ACT_RELOAD) {
		w->reload_seen = CT_YES;
		return;
	}
	HASH_FIND(hh, b->c->acts, key, sizeof(*key), seen);
	if (seen) {
		count += seen->count;
		seen->count = 0;
	}
	add_act(b, w, key, ct_origins__entry(b->origins, key->cgroup, key->entry), count, seen);
	add_act(b, ct_origins__sender(b->origins, key->cgroup, key->entry), key, CT_ENTRY_MAIN,
		count, seen);
}

static void add_drained(struct builder *b)
{
	struct ct_seen *seen, *tmp;

	HASH_ITER(hh, b->c->seen, seen, tmp)
	on_count(b, &seen->key, seen->count, seen->last_ns);
}

static void add_drained_acts(struct builder *b)
{
	struct ct_seen_act *act, *tmp;

	HASH_ITER(hh, b->c->acts, act, tmp)
	if (act->count)
		on_act(b, &act->key, 0);
}

/* One whose cgroup cannot be named may be any workload's. */
static void on_loss(void *arg, uint64_t cgroup, uint64_t lost)
{
	struct builder *b = arg;
	struct ct_workload *w = home_of(b, cgroup);

	if (w)
		w->lost += lost;
	else if (!ct_cgroups__path(b->c->cgroups, cgroup))
		b->s->losses.kinds += lost;
}

/* What the entry point's execve tells of the container. */
static void learn_start(struct ct_workload *w, const struct ct_exec_event *e, uint32_t was)
{
	bool userns = e->creds.userns_level > 0;

	if (was != CT_ENTRY_SETUP || e->entry != CT_ENTRY_MAIN || w->start_seen == CT_YES)
		return;
	w->start_seen = CT_YES;
	w->from_ns = e->h.ns;
	w->configured = e->creds.bounding;
	w->configured_known = true;
	w->sysctls = (struct ct_sysctls){ e->port_start != ~0u, e->port_start, e->ping_low,
					  e->ping_high };
	if (w->container.userns == CT_UNKNOWN)
		w->container.userns = userns ? CT_YES : CT_NO;
	if (w->container.no_new_privs == CT_UNKNOWN)
		w->container.no_new_privs = e->creds.no_new_privs ? CT_YES : CT_NO;
	if (w->container.seccomp == CT_SECCOMP_UNKNOWN && !e->creds.seccomp)
		w->container.seccomp = CT_SECCOMP_NONE;
}

static bool same_exec(const struct ct_exec *a, const struct ct_exec *b)
{
	return a->entry == b->entry && a->was == b->was && a->fcaps == b->fcaps &&
	       a->fcaps_effective == b->fcaps_effective && a->setuid == b->setuid &&
	       a->creds.euid == b->creds.euid && a->creds.no_new_privs == b->creds.no_new_privs &&
	       !strcmp(a->file, b->file) && (a->was != CT_ENTRY_SETUP || !strcmp(a->argv, b->argv));
}

static void add_exec(struct builder *b, const struct ct_seen_exec *x)
{
	uint64_t cgroup = x->event.h.cgroup;
	struct ct_workload *w = home_of(b, cgroup);
	struct ct_exec exec = x->exec, *e;

	if (!w)
		return;
	exec.was = ct_origins__entry(b->origins, x->event.entered, x->exec.was);
	exec.entry = ct_origins__entry(b->origins, cgroup, x->exec.entry);
	learn_start(w, &x->event, exec.was);
	w->lost += x->unread ? x->exec.count : 0;
	w->compat += x->event.flags & CT_EXEC_F_32BIT ? x->exec.count : 0;
	/* Keep only entering tasks and what changes privileges; ordinary programs add nothing. */
	if (exec.was != CT_ENTRY_SETUP && !exec.fcaps && !exec.setuid)
		return;
	for (size_t i = 0; i < w->nexecs; i++)
		if (same_exec(&w->execs[i], &exec)) {
			w->execs[i].count += exec.count;
			return;
		}
	e = ct_workload__add_exec(w);
	*e = exec;
	e->file = ct_xstrdup(x->exec.file);
	e->argv = ct_xstrdup(x->exec.argv);
}

static void add_exit(struct builder *b, const struct ct_exit_event *x)
{
	struct ct_workload *w = home_of(b, x->h.cgroup);
	struct ct_exit *e;

	if (!w)
		return;
	/*
	 * What ended before its start that we saw was an earlier run of it, and the first program
	 * in a cgroup that the workload made for a worker is not its own.
	 */
	if (x->is_main && x->h.ns >= w->from_ns && !ct_origins__is_own(b->origins, x->h.cgroup)) {
		w->end_seen = CT_YES;
		w->end_code = x->code;
		w->to_ns = x->h.ns;
	}
	e = ct_workload__add_exit(w);
	e->entry = ct_origins__entry(b->origins, x->h.cgroup, x->entry);
	e->ns = x->h.ns;
	e->code = x->code;
	e->pid = x->proc.pid;
	e->comm = ct_xstrndup(x->proc.comm, sizeof(x->proc.comm));
}

#define ORDER(a, b, f)        \
	if ((a)->f != (b)->f) \
	return (a)->f < (b)->f ? -1 : 1

static int by_key(const void *x, const void *y)
{
	const struct ct_key *a = &((const struct ct_kind *)x)->key;
	const struct ct_key *b = &((const struct ct_kind *)y)->key;

	ORDER(a, b, cap);
	ORDER(a, b, flags);
	ORDER(a, b, nr);
	ORDER(a, b, sel);
	ORDER(a, b, entry);
	ORDER(a, b, level);
	ORDER(a, b, from);
	ORDER(a, b, effective);
	ORDER(a, b, after);
	ORDER(a, b, site);
	return 0;
}

static int by_act(const void *x, const void *y)
{
	return memcmp(&((const struct ct_act *)x)->key, &((const struct ct_act *)y)->key,
		      sizeof(struct ct_act_key));
}

/* No SIGHUP is unseen, unless acts were lost. */
static void conclude_reloads(struct ct_session *s)
{
	for (size_t i = 0; i < s->nworkloads && !s->losses.acts; i++)
		if (s->workloads[i]->reload_seen == CT_UNKNOWN && !s->workloads[i]->lost)
			s->workloads[i]->reload_seen = CT_NO;
}

static void sort_all(struct ct_session *s)
{
	for (size_t i = 0; i < s->nworkloads; i++) {
		struct ct_workload *w = s->workloads[i];

		if (w->nkinds)
			qsort(w->kinds, w->nkinds, sizeof(*w->kinds), by_key);
		if (w->nacts)
			qsort(w->acts, w->nacts, sizeof(*w->acts), by_act);
	}
}

static void free_builder(struct builder *b)
{
	struct merged *m, *mtmp;
	struct home *h, *htmp;

	ct_origins__free(b->origins);
	HASH_ITER(hh, b->merged, m, mtmp)
	{
		HASH_DEL(b->merged, m);
		free(m);
	}
	HASH_ITER(hh, b->homes, h, htmp)
	{
		HASH_DEL(b->homes, h);
		free(h);
	}
}

void ct_collect__build(struct ct_collect *c, struct ct_session *s, ct_choose_fn choose, void *arg)
{
	struct builder b = { .c = c, .s = s, .choose = choose, .arg = arg };

	ct_probe__losses(c->probe, &s->losses);
	s->losses.events += c->dropped;
	ct_probe__each_entered(c->probe, ct_collect__keep_entered, c);
	b.origins = ct_origins__new(c, home_of, &b);
	ct_probe__each_loss(c->probe, on_loss, &b);
	for (size_t i = 0; i < c->nexecs; i++)
		add_exec(&b, &c->execs[i]);
	ct_probe__each_kind(c->probe, on_count, &b);
	add_drained(&b);
	ct_probe__each_overcommit(c->probe, on_overcommit, &b);
	ct_probe__each_act(c->probe, on_act, &b);
	add_drained_acts(&b);
	for (size_t i = 0; i < c->nexits; i++)
		add_exit(&b, &c->exits[i]);
	ct_origins__note_sent(b.origins);
	conclude_reloads(s);
	sort_all(s);
	free_builder(&b);
}
