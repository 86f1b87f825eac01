/* SPDX-License-Identifier: GPL-2.0-only */
#include "cgroup/name.h"

#include <string.h>

#include "base/util.h"

static bool take_id(const struct ct_cgroup_part *id, struct ct_cgroup_name *name)
{
	if (!ct_cgroup_part__is_short_id(id))
		return false;
	ct_cgroup_name__set_id(name, id->s, id->len);
	return true;
}

static bool has_prefix(const struct ct_cgroup_part *p, const char *prefix,
		       struct ct_cgroup_name *name)
{
	struct ct_cgroup_part id = *p;

	return ct_cgroup_part__cut_prefix(&id, prefix) && take_id(&id, name);
}

/* Components with the runtime's name and an id: docker-ID.scope, libpod-ID ... */
static bool is_prefixed(const struct ct_cgroup_owner *o, const struct ct_cgroup_at *at,
			struct ct_cgroup_name *name)
{
	struct ct_cgroup_part part = at->part;

	ct_cgroup_part__cut_suffix(&part, ".scope");
	for (size_t i = 0; o->prefixes && o->prefixes[i]; i++)
		if (has_prefix(&part, o->prefixes[i], name))
			return true;
	return false;
}

/*
 * "SLICE:PREFIX:ID", systemd's notation taken for a path: runc makes such a directory when the
 * kubelet is set to systemd's cgroups and the runtime to cgroupfs. A prefix of NULL matches any.
 */
static bool is_notation(const char *prefix, const struct ct_cgroup_part *p,
			struct ct_cgroup_name *name)
{
	const char *first = memchr(p->s, ':', p->len), *last = memrchr(p->s, ':', p->len);
	struct ct_cgroup_part before, id;

	if (first == last)
		return false;
	before = (struct ct_cgroup_part){ first + 1, last - first - 1, 0 };
	id = (struct ct_cgroup_part){ last + 1, p->s + p->len - last - 1, 0 };
	return (!prefix || ct_cgroup_part__is(&before, prefix)) && take_id(&id, name);
}

/* Compares with a name in which a '*' stands for any word. */
static bool is_like(const struct ct_cgroup_part *p, const char *pattern)
{
	const char *any = strchr(pattern, '*');
	ct_autofree char *before = any ? ct_xstrndup(pattern, (size_t)(any - pattern)) : NULL;
	struct ct_cgroup_part rest = *p;

	if (!any)
		return ct_cgroup_part__is(p, pattern);
	return ct_cgroup_part__cut_prefix(&rest, before) &&
	       ct_cgroup_part__cut_suffix(&rest, any + 1);
}

static bool is_engines(const struct ct_cgroup_part *service,
		       const struct ct_cgroup_owner *const *owners, size_t n)
{
	for (size_t rt = 0; rt < n; rt++)
		for (size_t i = 0; owners[rt] && owners[rt]->services && owners[rt]->services[i];
		     i++)
			if (is_like(service, owners[rt]->services[i]))
				return true;
	return false;
}

/* PARENT/ID, perhaps with systemd's suffix ".scope". */
static bool is_in_parent(const struct ct_cgroup_owner *o, const struct ct_cgroup_at *at,
			 struct ct_cgroup_name *name)
{
	struct ct_cgroup_part part = at->part;

	if (!o->parent || !ct_cgroup_part__is(&at->parent, o->parent))
		return false;
	if (ct_cgroup_part__cut_suffix(&part, ".scope") && part.len != CT_CGROUP_ID)
		return false;
	return take_id(&part, name);
}

static bool owns_outside(const struct ct_cgroup_owner *o, const struct ct_cgroup_at *at,
			 struct ct_cgroup_name *name)
{
	return is_prefixed(o, at, name) || is_in_parent(o, at, name) ||
	       (o->is_own && o->is_own(at, name));
}

/*
 * Decides below a service. An engine that takes its own cgroup for the root makes its containers
 * there. But anybody to whom a cgroup is delegated may make what he likes in it. Elsewhere,
 * therefore, it is a guess if it looks like a pod's container, if the runtime's name precedes a
 * whole id (Podman makes such cgroups in the service that is its --cgroup-parent), or if nobody
 * would choose the id by hand. Otherwise it is not taken for a container.
 */
static bool owns_in_service(const struct ct_cgroup_owner *o, const struct ct_cgroup_at *at,
			    struct ct_cgroup_name *name)
{
	struct ct_cgroup_at outside = *at;
	struct ct_cgroup_name its;

	outside.below_service = 0;
	if (o->by_name || !owns_outside(o, &outside, name))
		return false;
	name->in_service = !at->in_engines;
	name->guessed |= name->in_service;
	return at->in_engines || o->ids_are_random ||
	       (strlen(name->id) == CT_CGROUP_ID && (at->in_kubepods || is_prefixed(o, at, &its)));
}

static bool owns(const struct ct_cgroup_owner *o, const struct ct_cgroup_at *at,
		 struct ct_cgroup_name *name)
{
	if ((o->split && has_prefix(&at->part, o->split, name)) ||
	    (o->notation && is_notation(o->notation, &at->part, name)))
		return true;
	if (at->below_service && !o->divides_services)
		return owns_in_service(o, at, name);
	return owns_outside(o, at, name);
}

/*
 * RUNTIME-ID.scope: what a low-level runtime makes if nobody gave it a path. The id may be any name
 * that people chose.
 */
static bool is_low_level(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	static const char *const prefixes[] = { "runc-", "crun-", "runsc-", "youki-",
						"singularity-oci-" };
	struct ct_cgroup_part id = at->part;

	/* With cgroupfs, youki uses systemd's notation, which then becomes a path. */
	if (!at->depth && ct_cgroup_part__cut_prefix(&id, ":youki:")) {
		ct_cgroup_name__set_id(name, id.s, id.len);
		name->guessed = true;
		return true;
	}
	if (!ct_cgroup_part__cut_suffix(&id, ".scope"))
		return false;
	for (size_t i = 0; i < CT_ARRAY_SIZE(prefixes); i++)
		if (ct_cgroup_part__cut_prefix(&id, prefixes[i])) {
			name->guessed = !take_id(&id, name);
			if (name->guessed)
				ct_cgroup_name__set_id(name, id.s, id.len);
			return true;
		}
	return false;
}

/*
 * ENGINE-ID.scope: systemd's name for SLICE:ENGINE:ID of an engine that is not known by its own
 * name (iSulad, and others that ask runc or crun for systemd's cgroups).
 */
static bool is_anybodys_scope(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	struct ct_cgroup_part id = at->part, before = at->part;

	if (!ct_cgroup_part__cut_suffix(&id, ".scope") || id.len < CT_CGROUP_ID + 2)
		return false;
	before.len = id.len - CT_CGROUP_ID;
	id.s += before.len;
	id.len = CT_CGROUP_ID;
	return before.s[before.len - 1] == '-' && !ct_cgroup_part__cut_suffix(&before, "conmon-") &&
	       take_id(&id, name);
}

/*
 * A name of 64 hex digits is always a container's, in whatever --cgroup-parent it lies. A UUID is
 * often one's (Mesos, or a parent of somebody's own), but not always.
 */
static bool is_nameless(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	if (is_notation(NULL, &at->part, name))
		return true;
	if (at->below_service) {
		name->in_service = name->guessed = !at->in_engines;
		return (at->in_engines || at->in_kubepods) && ct_cgroup_part__is_id(&at->part) &&
		       take_id(&at->part, name);
	}
	if (is_low_level(at, name) || is_anybodys_scope(at, name))
		return true;
	if (!at->nested && ct_cgroup_part__is_uuid(&at->part, '-')) {
		name->guessed = true;
		ct_cgroup_name__set_id(name, at->part.s, at->part.len);
		return true;
	}
	return ct_cgroup_part__is_id(&at->part) && take_id(&at->part, name);
}

/*
 * A user's systemd, user@UID.service, does not count, because units and containers lie below it;
 * nor do a user's services, which may be rootless engines.
 */
static bool is_service(struct ct_cgroup_part p)
{
	return ct_cgroup_part__cut_suffix(&p, ".service") &&
	       !ct_cgroup_part__cut_prefix(&p, "user@");
}

static bool is_manager(struct ct_cgroup_part p)
{
	return ct_cgroup_part__cut_suffix(&p, ".service") &&
	       ct_cgroup_part__cut_prefix(&p, "user@");
}

static bool is_beside(const struct ct_cgroup_owner *o, const struct ct_cgroup_at *at,
		      struct ct_cgroup_beside *beside)
{
	struct ct_cgroup_part part = at->part;

	beside->role = CT_ROLE_MONITOR;
	ct_cgroup_part__cut_suffix(&part, ".scope");
	for (size_t i = 0; o->monitors && o->monitors[i]; i++)
		if (has_prefix(&part, o->monitors[i], &beside->name))
			return true;
	beside->role = CT_ROLE_MOUNT;
	part = at->part;
	if (ct_cgroup_part__cut_suffix(&part, ".mount"))
		for (size_t i = 0; o->prefixes && o->prefixes[i]; i++)
			if (has_prefix(&part, o->prefixes[i], &beside->name))
				return true;
	return o->is_beside && o->is_beside(at, beside);
}

/* Goes on to the next component; false at the path's end. */
static bool at__next(struct ct_cgroup_at *at, const char *path, size_t *pos)
{
	if (at->part.len) {
		if (!at->below_service && is_service(at->part) && !at->manager.len)
			at->service = at->part;
		if (at->service.len)
			at->below_service++;
		if (is_manager(at->part) && !at->below_service && !at->manager.len)
			at->manager = at->part;
		at->in_kubepods |= ct_cgroup_part__is_kubepods(&at->part);
		at->depth++;
		at->grandparent = at->parent;
		at->parent = at->part;
		at->part = at->next;
	} else {
		at->grandparent.s = at->parent.s = "";
		ct_cgroup_part__next(path, pos, &at->part);
		at->first = at->part;
	}
	ct_cgroup_part__next(path, pos, &at->next);
	return at->part.len;
}

/* A name below a user's own systemd is that user's: root may have given the same one. */
static void name_after_user(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	ct_autofree char *id = NULL;

	if (!at->manager.len || ct_cgroup_part__is(&at->manager, "user@0.service"))
		return;
	id = ct_xasprintf("%.*s/%s", (int)at->manager.len, at->manager.s, name->id);
	ct_cgroup_name__set_id(name, id, strlen(id));
}

static bool is_owned(const struct ct_cgroup_at *at, const struct ct_cgroup_owner *const *owners,
		     size_t n, bool guess, struct ct_cgroup_name *name)
{
	/* The later runtimes are the more specific ones. The order matters only for guesses. */
	for (size_t rt = n; rt-- > 0;) {
		name->kind = CT_WL_CONTAINER;
		name->runtime = rt;
		name->guessed = name->in_service = false;
		if (owners[rt] && owns(owners[rt], at, name) && name->guessed == guess) {
			if (owners[rt]->by_name)
				name_after_user(at, name);
			return true;
		}
	}
	return false;
}

/* Is this very component a container: for certain, or, if guess is set, as a guess? */
static bool is_container(struct ct_cgroup_at *at, const struct ct_cgroup_owner *const *owners,
			 size_t n, bool guess, struct ct_cgroup_name *name)
{
	struct ct_cgroup_beside beside;

	at->in_engines = at->below_service && is_engines(&at->service, owners, n);

	for (size_t rt = 0; rt < n; rt++)
		if (owners[rt] && is_beside(owners[rt], at, &beside))
			return false;
	name->root_len = at->part.end;
	/* As a guess, a UUID goes before a mere place in the tree, except below a service. */
	if ((!guess || at->below_service) && is_owned(at, owners, n, guess, name))
		return true;
	name->kind = CT_WL_CONTAINER;
	name->runtime = CT_RT_NONE;
	name->guessed = name->in_service = false;
	if (is_nameless(at, name))
		return name->guessed == guess;
	return guess && is_owned(at, owners, n, guess, name);
}

bool ct_cgroup_name__find(const char *path, size_t pos, const struct ct_cgroup_owner *const *owners,
			  size_t n, struct ct_cgroup_name *name)
{
	const size_t from = pos;

	/* What is certain goes before any guess: a container may lie in a directory of any name. */
	for (int guess = 0; guess < (from ? 1 : 2); guess++) {
		struct ct_cgroup_at at = { .nested = from > 0 };

		for (pos = from; at__next(&at, path, &pos);)
			if (is_container(&at, owners, n, guess, name))
				return true;
	}
	return false;
}

/* Finds the runtime that made this very component beside its containers. */
static bool made_beside(const struct ct_cgroup_at *at, const struct ct_cgroup_owner *const *owners,
			size_t n, struct ct_cgroup_beside *beside)
{
	for (size_t rt = n; rt-- > 0;) {
		struct ct_cgroup_beside its = { .name = { .kind = CT_WL_CONTAINER,
							  .runtime = rt } };

		if (owners[rt] && is_beside(owners[rt], at, &its)) {
			*beside = its;
			return true;
		}
	}
	return false;
}

bool ct_cgroup_name__beside(const char *path, const struct ct_cgroup_owner *const *owners, size_t n,
			    struct ct_cgroup_beside *beside)
{
	struct ct_cgroup_at at = { 0 };
	bool found = false;
	size_t pos = 0;

	/* The monitor of a pod's container lies in the pod's own cgroup. */
	while (at__next(&at, path, &pos) && (!found || beside->role == CT_ROLE_POD))
		found |= made_beside(&at, owners, n, beside);
	return found;
}

void ct_cgroup_name__classify(const char *path, const struct ct_cgroup_owner *const *owners,
			      size_t n, struct ct_cgroup_name *name)
{
	if (!ct_cgroup_name__find(path, 0, owners, n, name))
		ct_cgroup_name__classify_plain(path, name);
}
