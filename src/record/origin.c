/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process that comes into a cgroup is judged by where it came from. A runtime's or a service
 * manager's comes from outside and executes the workload's program; a worker that the workload puts
 * into a cgroup below its own is the workload. And a process keeps its bounding set wherever it
 * goes, so what it does elsewhere is a need of the workload that it came from, unless a container
 * runtime or a service manager gave it another set there.
 */
#include "record/origin.h"

#include <string.h>

#include "record/collect_priv.h"

#define MAX_SENT 1000 /* characters of names in a warning */

/* The command lines that were executed by those whom a workload moved itself. */
struct own_entry {
	struct {
		uint64_t cgroup;
		uint32_t entry, pad;
	} id;
	UT_hash_handle hh;
};

struct ct_origins {
	const struct ct_collect *c;
	ct_home_fn home;
	void *arg;
	struct own_entry *own;
	bool own_known; /* the table above is filled */
};

struct ct_origins *ct_origins__new(const struct ct_collect *c, ct_home_fn home, void *arg)
{
	struct ct_origins *o = ct_xzalloc(sizeof(*o));

	o->c = c;
	o->home = home;
	o->arg = arg;
	return o;
}

void ct_origins__free(struct ct_origins *o)
{
	struct own_entry *own, *tmp;

	HASH_ITER(hh, o->own, own, tmp)
	{
		HASH_DEL(o->own, own);
		free(own);
	}
	free(o);
}

static const struct ct_entered *slot_of(const struct ct_origins *o, uint64_t cgroup, uint32_t slot)
{
	const struct ct_slot_id id = { .cgroup = cgroup, .slot = slot };
	struct ct_seen_entered *seen;

	HASH_FIND(hh, o->c->entered, &id, sizeof(id), seen);
	return seen ? &seen->entered : NULL;
}

static bool is_own(const struct ct_origins *o, uint64_t cgroup, const struct ct_entered *e)
{
	struct ct_workload *w = e->from ? o->home(o->arg, e->from) : NULL;

	return w && w == o->home(o->arg, cgroup);
}

/* systemd's manager in its own scope, "init.scope", starts units in the cgroups beside it. */
static bool is_started_by_manager(const char *from, const char *path)
{
	const char *slash = from ? strrchr(from, '/') : NULL;
	ct_autofree char *dir = NULL;
	struct ct_cgroup_name name;

	if (!slash || strcmp(slash, "/init.scope") != 0 || !path)
		return false;
	dir = ct_xstrndup(from, slash - from);
	ct_cgroup_name__classify(path, &name);
	return name.kind == CT_WL_UNIT && ct_cgroup_path__below(path, dir);
}

/*
 * No execve is known to have ended it, as where the recording ends during a health check's set-up.
 * Those who came with more than the workload was ever given do not descend from it.
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
	/* A program that moves itself is what it is. Only systemd's executor is known to be none.
	 */
	if (e->how & CT_CAME_BY_ITSELF &&
	    !is_started_by_manager(ct_cgroups__path(o->c->cgroups, e->from),
				   ct_cgroups__path(o->c->cgroups, cgroup)))
		return without_execve(o, cgroup, e);
	return CT_ENTRY_SETUP;
}

static void find_own_entries(struct ct_origins *o)
{
	if (o->own_known)
		return;
	o->own_known = true;
	for (size_t i = 0; i < o->c->nexecs; i++) {
		const struct ct_exec_event *x = &o->c->execs[i].event;
		const struct ct_entered *e = slot_of(o, x->entered, CT_SLOT_OF(x->was));
		struct own_entry *own, *found;

		if (!CT_IS_PENDING(x->was) || CT_IS_PENDING(x->entry) ||
		    x->entry == CT_ENTRY_MAIN || !e || !is_own(o, x->h.cgroup, e))
			continue;
		own = ct_xzalloc(sizeof(*own));
		own->id.cgroup = x->h.cgroup;
		own->id.entry = x->entry;
		HASH_FIND(hh, o->own, &own->id, sizeof(own->id), found);
		if (found)
			free(own);
		else
			HASH_ADD(hh, o->own, id, sizeof(own->id), own);
	}
}

uint32_t ct_origins__entry(struct ct_origins *o, uint64_t cgroup, uint32_t entry)
{
	struct own_entry like = { .id = { .cgroup = cgroup, .entry = entry } }, *own;

	if (entry == CT_ENTRY_MAIN || entry == CT_ENTRY_SETUP)
		return entry;
	if (CT_IS_PENDING(entry))
		return entry_of_slot(o, cgroup, slot_of(o, cgroup, CT_SLOT_OF(entry)));
	find_own_entries(o);
	HASH_FIND(hh, o->own, &like.id, sizeof(like.id), own);
	return own ? CT_ENTRY_MAIN : entry;
}

struct ct_workload *ct_origins__sender(struct ct_origins *o, uint64_t cgroup, uint32_t entry)
{
	const struct ct_entered *e;
	struct ct_workload *w;

	if (entry == CT_ENTRY_SETUP || !CT_IS_PENDING(entry))
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

static void note_name(struct ct_workload *w, const char *name)
{
	ct_autofree char *list = w->sent ? ct_xasprintf(", %s, ", w->sent) : ct_xstrdup("");
	ct_autofree char *one = ct_xasprintf(", %s, ", name), *old = w->sent;

	if (strstr(list, one) || strlen(list) > MAX_SENT) {
		ct_steal(old);
		return;
	}
	w->sent = old ? ct_xasprintf("%s, %s", old, name) : ct_xstrdup(name);
}

void ct_origins__note_sent(struct ct_origins *o)
{
	struct ct_seen_entered *seen, *tmp;

	HASH_ITER(hh, o->c->entered, seen, tmp)
	{
		const char *path = ct_cgroups__path(o->c->cgroups, seen->id.cgroup);
		struct ct_workload *w = seen->entered.from ? o->home(o->arg, seen->entered.from) :
							     NULL;
		struct ct_workload *to = o->home(o->arg, seen->id.cgroup);
		struct ct_cgroup_name name;
		ct_autofree char *shown = NULL;

		if (!w || w == to || !path)
			continue;
		ct_collect__classify(o->c, path, &name);
		if (!ct_cgroup_name__has_own_set(&name))
			continue;
		shown = ct_printable(to ? ct_workload__label(to) : name.id);
		note_name(w, shown);
	}
}
