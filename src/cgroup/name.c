/* SPDX-License-Identifier: GPL-2.0-only */
#include "cgroup/name.h"

#include <string.h>

#include "base/util.h"
#include "model/unit_name.h"

/* Tools shorten the ids of containers to this many digits, not further. */
#define MIN_ID 12

#define UUID_LEN 36

bool ct_cgroup_part__next(const char *path, size_t *pos, struct ct_cgroup_part *p)
{
	*pos += strspn(path + *pos, "/");
	p->s = path + *pos;
	p->len = strcspn(p->s, "/");
	*pos += p->len;
	p->end = *pos;
	return p->len > 0;
}

bool ct_cgroup_part__is(const struct ct_cgroup_part *p, const char *word)
{
	return p->len == strlen(word) && !memcmp(p->s, word, p->len);
}

bool ct_cgroup_part__cut_prefix(struct ct_cgroup_part *p, const char *prefix)
{
	size_t n = strlen(prefix);

	if (p->len <= n || memcmp(p->s, prefix, n) != 0)
		return false;
	p->s += n;
	p->len -= n;
	return true;
}

bool ct_cgroup_part__cut_suffix(struct ct_cgroup_part *p, const char *suffix)
{
	size_t n = strlen(suffix);

	if (p->len <= n || memcmp(p->s + p->len - n, suffix, n) != 0)
		return false;
	p->len -= n;
	return true;
}

static bool is_hex(const struct ct_cgroup_part *p, size_t min, size_t max)
{
	if (p->len < min || p->len > max)
		return false;
	for (size_t i = 0; i < p->len; i++)
		if (!((p->s[i] >= '0' && p->s[i] <= '9') || (p->s[i] >= 'a' && p->s[i] <= 'f')))
			return false;
	return true;
}

bool ct_cgroup_part__is_hex(const struct ct_cgroup_part *p, size_t len)
{
	return is_hex(p, len, len);
}

bool ct_cgroup_part__is_id(const struct ct_cgroup_part *p)
{
	return ct_cgroup_part__is_hex(p, CT_CGROUP_ID);
}

bool ct_cgroup_part__is_uuid(const struct ct_cgroup_part *p, char between)
{
	static const size_t lengths[] = { 8, 4, 4, 4, 12 };
	struct ct_cgroup_part digits = { p->s, 0, 0 };

	if (p->len != UUID_LEN)
		return false;
	for (size_t i = 0; i < CT_ARRAY_SIZE(lengths); i++) {
		digits.len = lengths[i];
		if (!ct_cgroup_part__is_hex(&digits, lengths[i]))
			return false;
		digits.s += lengths[i];
		if (i + 1 < CT_ARRAY_SIZE(lengths) && *digits.s++ != between)
			return false;
	}
	return true;
}

bool ct_cgroup_part__is_base36(const struct ct_cgroup_part *p, size_t len)
{
	for (size_t i = 0; i < p->len; i++)
		if (!((p->s[i] >= '0' && p->s[i] <= '9') || (p->s[i] >= 'a' && p->s[i] <= 'z')))
			return false;
	return p->len == len;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char *ct_cgroup_part__unescape(const struct ct_cgroup_part *p)
{
	char *out = ct_xzalloc(p->len + 1), *o = out;
	const char *s = p->s;

	for (size_t i = 0; i < p->len; i++) {
		bool escape = i + 3 < p->len && s[i] == '\\' && s[i + 1] == 'x';
		int high = escape ? hex_digit(s[i + 2]) : -1;
		int low = escape ? hex_digit(s[i + 3]) : -1;

		if (high < 0 || low < 0 || high + low == 0) {
			*o++ = s[i];
			continue;
		}
		*o++ = high << 4 | low;
		i += 3;
	}
	return out;
}

void ct_cgroup_name__set_id(struct ct_cgroup_name *name, const char *s, size_t len)
{
	const size_t max = sizeof(name->id) - 1, tail = strlen("~01234567");

	if (len <= max) {
		memcpy(name->id, s, len);
		name->id[len] = '\0';
		return;
	}
	memcpy(name->id, s, max - tail);
	/* Two long paths must not become one id. */
	snprintf(name->id + max - tail, tail + 1, "~%08x", ct_hash32(s, len));
}

static bool take_id(const struct ct_cgroup_part *id, struct ct_cgroup_name *name)
{
	if (!is_hex(id, MIN_ID, CT_CGROUP_ID))
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

/* Components that carry the runtime's name and an id: docker-ID.scope, libpod-ID ... */
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
 * "SLICE:PREFIX:ID", systemd's notation taken for a path: what runc makes when the kubelet thinks
 * of systemd and the runtime of cgroupfs. prefix NULL: any.
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

/* Where a daemon takes its own cgroup for the root: SERVICE/PARENT/ID. */
static bool is_in_own_service(const struct ct_cgroup_owner *o, const struct ct_cgroup_at *at)
{
	if (at->below_service != 2 || !ct_cgroup_part__is(&at->parent, o->parent ?: ""))
		return false;
	for (size_t i = 0; o->services && o->services[i]; i++)
		if (ct_cgroup_part__is(&at->grandparent, o->services[i]))
			return true;
	return false;
}

static bool owns(const struct ct_cgroup_owner *o, const struct ct_cgroup_at *at,
		 struct ct_cgroup_name *name)
{
	if ((o->split && has_prefix(&at->part, o->split, name)) ||
	    (o->notation && is_notation(o->notation, &at->part, name)))
		return true;
	if (is_in_own_service(o, at) && take_id(&at->part, name))
		return true;
	if (at->below_service && !o->divides_services)
		return false;
	return is_prefixed(o, at, name) ||
	       (o->parent && ct_cgroup_part__is(&at->parent, o->parent) &&
		take_id(&at->part, name)) ||
	       (o->is_own && o->is_own(at, name));
}

/*
 * RUNTIME-ID.scope: what a low-level runtime makes where nobody told it a path. The id may be any
 * name that people gave it.
 */
static bool is_low_level(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	static const char *const prefixes[] = { "runc-", "crun-", "runsc-", "youki-" };
	struct ct_cgroup_part id = at->part;

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
 * ENGINE-ID.scope: systemd's name for what an engine that is not known by its own calls
 * SLICE:ENGINE:ID (iSulad, and others that ask runc or crun for systemd's cgroups).
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
 * Nothing but a container is named by 64 hex digits: elsewhere it is a --cgroup-parent. A uuid is
 * often one (Mesos, parents of one's own), but not always.
 */
static bool is_nameless(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	if (is_notation(NULL, &at->part, name))
		return true;
	if (at->below_service)
		return false;
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
 * Below a system service an engine puts no containers but those that divide the service with it
 * (--cgroups=split) or that it knows by systemd's notation. What else is named so there is the
 * service's own. A user's systemd is a service, too, with units and containers below; services of
 * a user's may be engines that run without root.
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

bool ct_cgroup_part__is_kubepods(const struct ct_cgroup_part *p)
{
	static const char word[] = "kubepods";
	const char *at = memmem(p->s, p->len, word, strlen(word));

	return at && (at == p->s || at[-1] == '-');
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

/* Walks on; false at the path's end. */
static bool at__next(struct ct_cgroup_at *at, const char *path, size_t *pos)
{
	if (at->part.len) {
		if (at->below_service || (is_service(at->part) && !at->manager.len))
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

/* A name within a user's own systemd is that user's, and not root's, which may be the same. */
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
	/* The last ones are the more particular ones, which matters for guesses alone. */
	for (size_t rt = n; rt-- > 0;) {
		name->kind = CT_WL_CONTAINER;
		name->runtime = rt;
		name->guessed = false;
		if (owners[rt] && owns(owners[rt], at, name) && name->guessed == guess) {
			if (owners[rt]->by_name)
				name_after_user(at, name);
			return true;
		}
	}
	return false;
}

/* Is this very component a container, for sure or as a guess? */
static bool is_container(const struct ct_cgroup_at *at, const struct ct_cgroup_owner *const *owners,
			 size_t n, bool guess, struct ct_cgroup_name *name)
{
	struct ct_cgroup_beside beside;

	for (size_t rt = 0; rt < n; rt++)
		if (owners[rt] && is_beside(owners[rt], at, &beside))
			return false;
	name->root_len = at->part.end;
	/* A uuid is more of a container than a mere place in the tree. */
	if (!guess && is_owned(at, owners, n, guess, name))
		return true;
	name->kind = CT_WL_CONTAINER;
	name->runtime = CT_RT_NONE;
	name->guessed = false;
	if (is_nameless(at, name))
		return name->guessed == guess;
	return guess && is_owned(at, owners, n, guess, name);
}

bool ct_cgroup_name__find(const char *path, size_t pos, const struct ct_cgroup_owner *const *owners,
			  size_t n, struct ct_cgroup_name *name)
{
	const size_t from = pos;

	/* What is sure counts before all guesses: a container in a directory of any name. */
	for (int guess = 0; guess < (from ? 1 : 2); guess++) {
		struct ct_cgroup_at at = { .nested = from > 0 };

		for (pos = from; at__next(&at, path, &pos);)
			if (is_container(&at, owners, n, guess, name))
				return true;
	}
	return false;
}

/* The one of whichever runtime made this very component. */
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

	/* What looks after a container of a pod lies in the pod's own cgroup. */
	while (at__next(&at, path, &pos) && (!found || beside->role == CT_ROLE_POD))
		found |= made_beside(&at, owners, n, beside);
	return found;
}

bool ct_cgroup_part__is_unit(const struct ct_cgroup_part *p)
{
	return ct_unit_name__has_type(p->s, p->len);
}

/*
 * The outermost unit; but a user's own systemd, user@UID.service, has units of
 * its own, which are named after it since two users may both have a foo.service.
 */
static bool find_unit(const char *path, struct ct_cgroup_name *name)
{
	struct ct_cgroup_part p, manager = { 0 };
	size_t pos = 0;

	while (ct_cgroup_part__next(path, &pos, &p)) {
		struct ct_cgroup_part rest = p;
		ct_autofree char *id = NULL;

		if (!ct_cgroup_part__is_unit(&p))
			continue;
		if (!manager.len && ct_cgroup_part__cut_prefix(&rest, "user@")) {
			manager = p;
			continue;
		}
		if (manager.len && ct_cgroup_part__is(&p, "init.scope"))
			break;
		name->root_len = p.end;
		if (manager.len)
			id = ct_xasprintf("%.*s/%.*s", (int)manager.len, manager.s, (int)p.len,
					  p.s);
		ct_cgroup_name__set_id(name, id ? id : p.s, id ? strlen(id) : p.len);
		return true;
	}
	if (!manager.len)
		return false;
	name->root_len = manager.end;
	ct_cgroup_name__set_id(name, manager.s, manager.len);
	return true;
}

void ct_cgroup_name__classify(const char *path, const struct ct_cgroup_owner *const *owners,
			      size_t n, struct ct_cgroup_name *name)
{
	if (!ct_cgroup_name__find(path, 0, owners, n, name))
		ct_cgroup_name__classify_plain(path, name);
}

void ct_cgroup_name__classify_plain(const char *path, struct ct_cgroup_name *name)
{
	name->guessed = false;
	if (find_unit(path, name)) {
		name->kind = CT_WL_UNIT;
		name->runtime = CT_RT_SYSTEMD;
		return;
	}
	name->kind = CT_WL_CGROUP;
	name->runtime = CT_RT_NONE;
	name->root_len = strlen(path);
	if (*path)
		ct_cgroup_name__set_id(name, path, name->root_len);
	else
		ct_cgroup_name__set_id(name, "/", 1);
}

bool ct_cgroup_name__has_own_set(const struct ct_cgroup_name *name)
{
	static const char service[] = ".service";

	return name->kind == CT_WL_CONTAINER ||
	       (name->kind == CT_WL_UNIT && ct_str_ends(name->id, service) &&
		strcmp(name->id, service) != 0);
}
