/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs that were executed, and how processes ended. */
#include <string.h>

#include "record/take_priv.h"

static bool is_start(const struct ct_held_exec *x, uint32_t was)
{
	return was == CT_ENTRY_SETUP && x->exec.entry == CT_ENTRY_MAIN;
}

/* What the entry point's execve tells of the container. */
static void learn_start(const struct ct_collect *c, struct ct_workload *w,
			const struct ct_held_exec *x)
{
	const struct ct_exec *e = &x->exec;
	bool userns = e->creds.userns_level > 0;

	if (w->start_seen == CT_YES && e->ns >= w->from_ns)
		return;
	w->start_seen = CT_YES;
	w->from_ns = e->ns;
	w->configured = e->creds.bounding;
	w->configured_known = true;
	w->sysctls = x->sysctls;
	if (w->container.userns == CT_UNKNOWN)
		w->container.userns = userns ? CT_YES : CT_NO;
	if (w->container.no_new_privs == CT_UNKNOWN)
		w->container.no_new_privs = e->creds.no_new_privs ? CT_YES : CT_NO;
	if (w->container.seccomp == CT_SECCOMP_UNKNOWN && !e->creds.seccomp)
		w->container.seccomp = CT_SECCOMP_NONE;
	/*
	 * A running container always has its cgroup, or one of the same path: if that existed at
	 * the beginning, the container ran before.
	 */
	if (w->kind == CT_WL_CONTAINER && w->cgroup_path &&
	    ct_hashes__have(&c->found, w->cgroup_path))
		w->container.ran_before = CT_YES;
}

static bool same_exec(const struct ct_exec *a, const struct ct_exec *b)
{
	return a->entry == b->entry && a->was == b->was && a->fcaps == b->fcaps &&
	       a->fcaps_effective == b->fcaps_effective && a->setuid == b->setuid &&
	       a->creds.euid == b->creds.euid && a->creds.no_new_privs == b->creds.no_new_privs &&
	       !strcmp(a->file, b->file) && (a->was != CT_ENTRY_SETUP || !strcmp(a->argv, b->argv));
}

/* o: the origins as they are for w. */
static void add_exec(const struct ct_collect *c, struct ct_origins *o, struct ct_workload *w,
		     struct ct_living *g, const struct ct_held_exec *x, enum ct_counted_run run)
{
	struct ct_exec exec = x->exec, *e;

	exec.was = ct_origins__entry(o, x->entered, x->exec.was);
	exec.entry = ct_origins__entry(o, g->cgroup, x->exec.entry);
	if (is_start(x, exec.was)) {
		w->starts += !(g->runs & run);
		g->runs |= run;
		learn_start(c, w, x);
	}
	/* Keep only entering tasks and what changes privileges; ordinary programs add nothing. */
	if (exec.was != CT_ENTRY_SETUP && !exec.fcaps && !exec.setuid)
		return;
	for (size_t i = 0; i < w->nexecs; i++)
		if (same_exec(&w->execs[i], &exec)) {
			w->execs[i].count += exec.count;
			if (exec.ns < w->execs[i].ns)
				w->execs[i].ns = exec.ns;
			return;
		}
	e = ct_workload__add_exec(w);
	*e = exec;
	e->file = ct_xstrdup(x->exec.file);
	e->argv = ct_xstrdup(x->exec.argv);
}

/*
 * Does the cgroup go on without its entry point's process? A daemon's first process ends once it
 * has left another one behind, and what ExecStartPre= starts is a unit's first program.
 */
static bool goes_on(const struct ct_taking *t, uint64_t cgroup)
{
	return !ct_collect__is_gone(t->c, cgroup) &&
	       ct_cgroups__processes_of(t->c->cgroups, cgroup) > 0;
}

static void add_exit(const struct ct_taking *t, struct ct_origins *o, struct ct_workload *w,
		     uint64_t cgroup, const struct ct_held_exit *x)
{
	struct ct_exit *e;

	/* In a worker's cgroup, made by the workload, the first program is not its entry point. */
	if (x->is_main && !ct_origins__is_own(o, cgroup) && !goes_on(t, cgroup)) {
		w->ends++;
		if (x->ns >= w->to_ns) {
			w->end_seen = CT_YES;
			w->end_code = x->code;
			w->to_ns = x->ns;
		}
	}
	e = ct_workload__add_exit(w);
	e->entry = ct_origins__entry(o, cgroup, x->entry);
	e->ns = x->ns;
	e->code = x->code;
	e->pid = x->pid;
	e->comm = ct_xstrndup(x->comm, sizeof(x->comm));
}

static bool execs_are_decided(const struct ct_taking *t, const struct ct_living *g,
			      const struct ct_held_exec *x)
{
	return ct_taking__is_final(t, g->cgroup) ||
	       (ct_taking__is_decided(t, x->entered, x->exec.was) &&
		ct_taking__is_decided(t, g->cgroup, x->exec.entry));
}

/* Marks what can be told now; returns whether there is anything. */
static bool mark_programs(const struct ct_taking *t, struct ct_living *g)
{
	bool any = g->ran || g->unread || g->compat || g->dropped;

	for (size_t i = 0; i < g->nexecs; i++) {
		g->execs[i].told = execs_are_decided(t, g, &g->execs[i]);
		any |= g->execs[i].told;
	}
	for (size_t i = 0; i < g->nexits; i++) {
		struct ct_held_exit *x = &g->exits[i];

		x->told = ct_taking__is_final(t, g->cgroup) ||
			  (!x->replaced && !x->is_main &&
			   ct_taking__is_decided(t, g->cgroup, x->entry));
		any |= x->told;
	}
	return any;
}

static void unmark_programs(struct ct_living *g)
{
	for (size_t i = 0; i < g->nexecs; i++)
		g->execs[i].told = false;
	for (size_t i = 0; i < g->nexits; i++)
		g->exits[i].told = false;
}

/* w may be NULL. */
static void add_flaws(struct ct_workload *w, const struct ct_living *g)
{
	if (!w)
		return;
	w->lost += g->unread + g->dropped;
	w->compat += g->compat;
}

static void add_programs(struct ct_taking *t, struct ct_living *g)
{
	struct ct_workload *w = ct_taking__home(t, g->cgroup);
	struct ct_workload *inner = ct_taking__inner(t, g->cgroup);

	if (!w && !inner && !ct_taking__is_final(t, g->cgroup)) {
		unmark_programs(g);
		return;
	}
	add_flaws(w, g);
	add_flaws(inner, g);
	/* As in on_loss(): they may be any workload's. */
	if (!w && !inner && !ct_cgroups__path(t->c->cgroups, g->cgroup))
		t->s->losses.events += g->dropped;
	g->unread = g->compat = g->dropped = 0;
	g->ran = false;
	for (size_t i = 0; i < g->nexecs; i++) {
		if (g->execs[i].told && w)
			add_exec(t->c, t->origins, w, g, &g->execs[i], CT_RUN_HOME);
		if (g->execs[i].told && inner)
			add_exec(t->c, t->inner, inner, g, &g->execs[i], CT_RUN_INNER);
	}
}

void ct_taking__exits(struct ct_taking *t, struct ct_living *g)
{
	for (size_t i = 0; i < g->nexits; i++) {
		struct ct_workload *w, *inner;

		if (!g->exits[i].told)
			continue;
		w = ct_taking__home(t, g->cgroup);
		inner = ct_taking__inner(t, g->cgroup);
		if (w)
			add_exit(t, t->origins, w, g->cgroup, &g->exits[i]);
		if (inner)
			add_exit(t, t->inner, inner, g->cgroup, &g->exits[i]);
	}
	ct_living__sweep(&t->c->living, g);
}

void ct_taking__programs(struct ct_taking *t, struct ct_living *g)
{
	if (mark_programs(t, g))
		add_programs(t, g);
}
