/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process that comes into a cgroup is judged by where it came from. One of a runtime or a service
 * manager comes from outside and executes the workload's program; a worker that the workload puts
 * into a cgroup below its own is the workload. And a process keeps its bounding set wherever it
 * goes, so what it does elsewhere is a need of the workload that it came from, unless a container
 * runtime or a service manager gave it another set there.
 */
#include "record/origin.h"

#include <string.h>

#include "cgroup/path.h"
#include "record/collect_priv.h"
#include "runtime/runtime.h"

#define MAX_SENT 1000 /* characters of names in a warning */

struct ct_origins {
	struct ct_collect *c;
	ct_home_fn home;
	void *arg;
};

struct ct_origins *ct_origins__new(struct ct_collect *c, ct_home_fn home, void *arg)
{
	struct ct_origins *o = ct_xzalloc(sizeof(*o));

	o->c = c;
	o->home = home;
	o->arg = arg;
	return o;
}

void ct_origins__free(struct ct_origins *o)
{
	free(o);
}

static const struct ct_entered *slot_of(const struct ct_origins *o, uint64_t cgroup, uint32_t slot)
{
	const struct ct_slot_id id = { .cgroup = cgroup, .slot = slot };
	struct ct_seen_entered *seen;

	/* uthash reads the key byte by byte, which the analyzer cannot follow. */
	/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
	HASH_FIND(hh, o->c->entered, &id, sizeof(id), seen);
	return seen ? &seen->entered : NULL;
}

static bool is_own(const struct ct_origins *o, uint64_t cgroup, const struct ct_entered *e)
{
	struct ct_workload *w = e->from ? o->home(o->arg, e->from) : NULL;

	return w && w == o->home(o->arg, cgroup);
}

/* systemd's manager runs in its own scope, "init.scope", and starts units in cgroups beside it. */
static bool is_started_by_manager(const char *from, const char *path)
{
	const char *slash = from ? strrchr(from, '/') : NULL;
	ct_autofree char *dir = NULL;
	struct ct_cgroup_name name;

	if (!slash || strcmp(slash, "/init.scope") != 0 || !path)
		return false;
	dir = ct_xstrndup(from, slash - from);
	ct_runtimes__classify(path, &name);
	return name.kind == CT_WL_UNIT && ct_cgroup_path__below(path, dir);
}

/*
 * The entry of tasks whose set-up no execve is known to have ended, as when a recording ends during
 * a health check's set-up. Those that came with more capabilities than the workload was ever given
 * do not descend from it.
 */
static uint32_t without_execve(struct ct_origins *o, uint64_t cgroup, const struct ct_entered *e)
{
	const struct ct_workload *w = o->home(o->arg, cgroup);

	return e && w && w->configured_known && e->held != ~0ull && e->held & ~w->configured ?
		       CT_ENTRY_SETUP :
		       CT_ENTRY_ENTERED;
}

static uint32_t entry_of_slot(struct ct_origins *o, uint64_t cgroup, const struct ct_entered *e)
{
	if (!e || e->mixed)
		return without_execve(o, cgroup, e);
	if (is_own(o, cgroup, e))
		return CT_ENTRY_MAIN;
	if (!e->from || e->alive || e->unclosed)
		return without_execve(o, cgroup, e);
	/*
	 * A program that moves itself into the cgroup counts as itself, and not as set-up. Only
	 * systemd's executor is known to be set-up.
	 */
	if (e->how & CT_CAME_BY_ITSELF &&
	    !is_started_by_manager(ct_cgroups__path(o->c->cgroups, e->from),
				   ct_cgroups__path(o->c->cgroups, cgroup)))
		return without_execve(o, cgroup, e);
	return CT_ENTRY_SETUP;
}

void ct_origins__note_own(struct ct_origins *o, struct ct_living *g)
{
	for (size_t i = 0; i < g->nexecs; i++) {
		const struct ct_held_exec *x = &g->execs[i];
		const struct ct_entered *e = slot_of(o, x->entered, CT_SLOT_OF(x->exec.was));

		if (CT_IS_PENDING(x->exec.was) && !CT_IS_PENDING(x->exec.entry) &&
		    x->exec.entry != CT_ENTRY_MAIN && e && is_own(o, g->cgroup, e))
			ct_living__add_own(g, x->exec.entry);
	}
}

uint32_t ct_origins__entry(struct ct_origins *o, uint64_t cgroup, uint32_t entry)
{
	if (entry == CT_ENTRY_MAIN || entry == CT_ENTRY_SETUP)
		return entry;
	if (CT_IS_PENDING(entry))
		return entry_of_slot(o, cgroup, slot_of(o, cgroup, CT_SLOT_OF(entry)));
	return ct_living__is_own(ct_livings__find(&o->c->living, cgroup), entry) ? CT_ENTRY_MAIN :
										   entry;
}

bool ct_origins__is_settled(struct ct_origins *o, uint64_t cgroup, uint32_t entry)
{
	const struct ct_entered *e = slot_of(o, cgroup, CT_SLOT_OF(entry));
	const struct ct_workload *w;

	if (!e)
		return true;
	if (e->alive)
		return false;
	if (e->held == ~0ull || entry_of_slot(o, cgroup, e) != CT_ENTRY_ENTERED)
		return true;
	/* What the workload was given may decide, see without_execve(). */
	w = o->home(o->arg, cgroup);
	return !w || w->configured_known;
}

struct ct_workload *ct_origins__sender(struct ct_origins *o, uint64_t cgroup, uint32_t entry)
{
	const struct ct_entered *e;
	struct ct_workload *w;

	if (!CT_IS_PENDING(entry))
		return NULL;
	e = slot_of(o, cgroup, CT_SLOT_OF(entry));
	if (!e || !e->from || e->mixed)
		return NULL;
	w = o->home(o->arg, e->from);
	return w == o->home(o->arg, cgroup) ? NULL : w;
}

uint64_t ct_origins__held(struct ct_origins *o, uint64_t cgroup, uint32_t entry)
{
	const struct ct_entered *e = CT_IS_PENDING(entry) ? slot_of(o, cgroup, CT_SLOT_OF(entry)) :
							    NULL;

	return e ? e->held : 0;
}

bool ct_origins__is_own(struct ct_origins *o, uint64_t cgroup)
{
	bool own = false;

	for (uint32_t slot = 1; slot <= CT_SLOTS; slot++) {
		const struct ct_entered *e = slot_of(o, cgroup, slot);

		if (e && !is_own(o, cgroup, e))
			return false;
		own |= e != NULL;
	}
	return own;
}

struct ct_workload *ct_origins__sender_to(struct ct_origins *o, uint64_t cgroup)
{
	for (uint32_t slot = 1; slot <= CT_SLOTS; slot++) {
		const struct ct_entered *e = slot_of(o, cgroup, slot);
		struct ct_workload *w = e && e->from ? o->home(o->arg, e->from) : NULL;

		if (w)
			return w;
	}
	return NULL;
}

/* The list is in alphabetical order, so that it does not depend on who was met first. */
static void note_name(struct ct_workload *w, const char *name)
{
	ct_autofree char *old = w->sent;
	struct ct_str list = {};
	bool placed = false;

	w->sent = NULL;
	for (const char *p = old; p && *p;) {
		const char *end = strstr(p, ", ");
		ct_autofree char *one = ct_xstrndup(p, end ? (size_t)(end - p) : strlen(p));
		int order = strcmp(one, name);

		p = end ? end + strlen(", ") : NULL;
		if (!placed && order > 0 && strlen(old) <= MAX_SENT)
			ct_str__addf(&list, "%s%s", list.len ? ", " : "", name);
		placed |= order >= 0;
		ct_str__addf(&list, "%s%s", list.len ? ", " : "", one);
	}
	if (!placed && list.len <= MAX_SENT)
		ct_str__addf(&list, "%s%s", list.len ? ", " : "", name);
	w->sent = list.s;
}

/* Notes in the sending workload where its processes went. */
static void note_slot(struct ct_origins *o, struct ct_seen_entered *seen)
{
	const char *path = ct_cgroups__path(o->c->cgroups, seen->id.cgroup);
	struct ct_workload *w = seen->entered.from ? o->home(o->arg, seen->entered.from) : NULL;
	struct ct_workload *to = o->home(o->arg, seen->id.cgroup);
	struct ct_cgroup_name name;
	ct_autofree char *shown = NULL;

	if (!w || w == to || !path)
		return;
	ct_collect__classify(o->c, path, &name);
	if (!ct_cgroup_name__has_own_set(&name))
		return;
	shown = ct_printable(to ? ct_workload__label(to) : name.id);
	note_name(w, shown);
}

void ct_origins__note_sent(struct ct_origins *o, bool all)
{
	struct ct_seen_entered *seen, *tmp;

	HASH_ITER(hh, o->c->entered, seen, tmp)
	{
		if (seen->noted || (!all && !ct_collect__is_gone(o->c, seen->id.cgroup)))
			continue;
		note_slot(o, seen);
		seen->noted = true;
	}
}
