/* SPDX-License-Identifier: GPL-2.0-only */
#include "record/inner.h"

#include <string.h>

#include "base/util.h"
#include "cgroup/dir.h"
#include "cgroup/path.h"
#include "record/believe.h"
#include "record/recorder_priv.h"
#include "runtime/inner_state.h"
#include "runtime/runtime.h"

#define SHORT_ID 12 /* digits, as clients show ids */

/* Does the host's engine, or another cgroup, have a container of that id? */
static bool is_anothers(struct ct_recorder *r, const struct ct_cgroup_name *name)
{
	const struct ct_workload *known = ct_session__find(r->session, name->id);
	struct ct_cgroup_name outer;

	if (known && known->cgroup_path)
		return !ct_inner__is(known, &outer); /* asked before */
	return ct_recorder__is_roots(r, name->id);
}

bool ct_recorder__inner(struct ct_recorder *r, const char *path, struct ct_cgroup_name *name)
{
	struct ct_cgroup_name inner;

	if (!ct_runtimes__innermost(path, &inner) || is_anothers(r, &inner))
		return false;
	*name = inner;
	return true;
}

bool ct_inner__is(const struct ct_workload *w, struct ct_cgroup_name *outer)
{
	if (w->kind != CT_WL_CONTAINER || !w->cgroup_path)
		return false;
	ct_runtimes__classify(w->cgroup_path, outer);
	return outer->kind == CT_WL_CONTAINER && outer->root_len < strlen(w->cgroup_path);
}

/* Finds a process of the outer container itself, which sees that container's root. */
static void look(void *arg, int pid)
{
	ct_autofree char *path = NULL;
	struct ct_cgroup_name name;
	int *found = arg;

	if (!*found && !ct_cgroup_path__of_pid(pid, &path) && !ct_runtimes__innermost(path, &name))
		*found = pid;
}

bool ct_inner__read(const struct ct_cgroups *c, struct ct_workload *w)
{
	ct_autofree char *dir = NULL, *path = NULL;
	struct ct_cgroup_name outer;
	uint64_t id;
	int pid = 0;

	if (!ct_inner__is(w, &outer))
		return false;
	path = ct_xstrndup(w->cgroup_path, outer.root_len);
	if (!ct_cgroups__find(c, path, &dir, &id))
		ct_cgroup_dir__each(dir, look, &pid);
	return pid && ct_inner_state__read(pid, w->cgroup_path, w);
}

/* The outer container's name. If only its id is known: as much of it as clients show. */
static char *outer_name(struct ct_recorder *r, const char *id)
{
	const struct ct_workload *known = ct_session__find(r->session, id);
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *told = ct_session__add(s, id);
	ct_autoerr struct ct_err err = {};

	if (known && known->container.name)
		return ct_xstrdup(known->container.name);
	if (r->engine && !ct_engine__inspect(r->engine, id, told, &err) && told->container.name)
		return ct_xstrdup(told->container.name);
	return ct_xstrndup(id, SHORT_ID);
}

static bool was_read(const struct ct_workload *w)
{
	return w->container.name || w->container.network;
}

void ct_recorder__note_inner(struct ct_recorder *r, const char *path, bool inside)
{
	struct ct_cgroup_name outer, inner;
	const struct ct_workload *known;
	struct ct_workload *w;

	if (!ct_runtimes__innermost(path, &inner))
		return;
	w = r->inner ? ct_session__find(r->inner, inner.id) : NULL;
	/* The look before the execve may come too early. */
	if (w && !was_read(w))
		(void)ct_inner__read(ct_collect__cgroups(r->collect), w);
	if (w)
		return;
	/* A health check, or another program that came in: nobody would take what is noted. */
	known = ct_session__find(r->session, inner.id);
	if (known && known->container.name)
		return;
	ct_runtimes__classify(path, &outer);
	if (!inside && !r->opts.all && !known && !ct_session__find(r->session, outer.id))
		return;
	if (!r->inner)
		r->inner = ct_session__new();
	w = ct_session__add(r->inner, inner.id);
	w->kind = inner.kind;
	w->runtime = inner.runtime;
	w->cgroup_path = ct_xstrndup(path, inner.root_len);
	(void)ct_inner__read(ct_collect__cgroups(r->collect), w);
}

/* What the entry point showed is more reliable than the container's files. */
static void exchange(struct ct_container *c, struct ct_container *noted)
{
	struct ct_container was = *c;

	*c = *noted;
	*noted = was;
	if (was.userns != CT_UNKNOWN)
		c->userns = was.userns;
	if (was.no_new_privs != CT_UNKNOWN)
		c->no_new_privs = was.no_new_privs;
	if (was.seccomp != CT_SECCOMP_UNKNOWN)
		c->seccomp = was.seccomp;
}

/* Takes what was read at the container's start, since its files may be gone by now. */
static bool take_noted(struct ct_recorder *r, struct ct_workload *w)
{
	bool found = false;

	for (size_t i = 0; r->inner && i < r->inner->nworkloads; i++) {
		struct ct_workload *noted = r->inner->workloads[i];

		if (strcmp(noted->id, w->id) != 0)
			continue;
		if (ct_str_equal(noted->cgroup_path, w->cgroup_path)) {
			found = was_read(noted);
			exchange(&w->container, &noted->container);
			if (!w->configured_known) {
				w->configured = noted->configured;
				w->configured_known = noted->configured_known;
			}
		}
		ct_session__remove(r->inner, i);
		break;
	}
	return found;
}

bool ct_recorder__describe_inner(struct ct_recorder *r, struct ct_workload *w)
{
	ct_autofree char *name = NULL, *own = NULL;
	struct ct_cgroup_name outer;

	if (!ct_inner__is(w, &outer))
		return false;
	if (w->container.name)
		return true;
	if (!take_noted(r, w) && !ct_inner__read(ct_collect__cgroups(r->collect), w))
		r->session->losses.lookups++;
	if (!w->container.id)
		w->container.id = ct_xstrdup(w->id);
	name = outer_name(r, outer.id);
	own = ct_steal(w->container.name);
	w->container.name = ct_xasprintf("%s/%s", name, own ?: w->id);
	return true;
}
