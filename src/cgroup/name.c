/* SPDX-License-Identifier: GPL-2.0-only */
#include "cgroup/name.h"

#include <string.h>

#include "base/util.h"

/* Tools shorten the ids of containers to this many digits, not further. */
#define MIN_ID 12

static bool next_part(const char *path, size_t *pos, struct ct_cgroup_part *p)
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

static bool is_hex(const struct ct_cgroup_part *p, size_t min)
{
	if (p->len < min || p->len > CT_CGROUP_ID)
		return false;
	for (size_t i = 0; i < p->len; i++)
		if (!((p->s[i] >= '0' && p->s[i] <= '9') || (p->s[i] >= 'a' && p->s[i] <= 'f')))
			return false;
	return true;
}

bool ct_cgroup_part__is_id(const struct ct_cgroup_part *p)
{
	return is_hex(p, CT_CGROUP_ID);
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
	if (!is_hex(id, MIN_ID))
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

static bool owns(const struct ct_cgroup_owner *o, const struct ct_cgroup_at *at,
		 struct ct_cgroup_name *name)
{
	if ((o->split && has_prefix(&at->part, o->split, name)) ||
	    (o->notation && is_notation(o->notation, &at->part, name)))
		return true;
	if (at->in_service && !o->divides_services)
		return false;
	return is_prefixed(o, at, name) ||
	       (o->parent && ct_cgroup_part__is(&at->parent, o->parent) &&
		take_id(&at->part, name)) ||
	       (o->is_own && o->is_own(at, name));
}

/* Nothing but a container is named by 64 hex digits: elsewhere it is a --cgroup-parent. */
static bool is_nameless(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	return is_notation(NULL, &at->part, name) ||
	       (!at->in_service && ct_cgroup_part__is_id(&at->part) && take_id(&at->part, name));
}

/*
 * Below a system service an engine puts no containers but those that divide the service with it
 * (--cgroups=split) or that it knows by systemd's notation. What else is named so there is the
 * service's own. A user's systemd is a service, too, with units and containers below.
 */
static bool is_service(struct ct_cgroup_part p)
{
	return ct_cgroup_part__cut_suffix(&p, ".service") &&
	       !ct_cgroup_part__cut_prefix(&p, "user@");
}

static bool is_kubepods(struct ct_cgroup_part p)
{
	return ct_cgroup_part__is(&p, "kubepods") || ct_cgroup_part__cut_prefix(&p, "kubepods");
}

static bool find_container(const char *path, const struct ct_cgroup_owner *const *owners, size_t n,
			   struct ct_cgroup_name *name)
{
	struct ct_cgroup_at at = { 0 };
	size_t pos = 0;

	if (!next_part(path, &pos, &at.part))
		return false;
	for (at.parent.s = ""; at.part.len; at.depth++) {
		next_part(path, &pos, &at.next);
		name->kind = CT_WL_CONTAINER;
		name->root_len = at.part.end;
		for (size_t rt = 0; rt < n; rt++) {
			name->runtime = rt;
			if (owners[rt] && owns(owners[rt], &at, name))
				return true;
		}
		name->runtime = CT_RT_NONE;
		if (is_nameless(&at, name))
			return true;
		at.in_service |= is_service(at.part);
		at.in_kubepods |= is_kubepods(at.part);
		at.parent = at.part;
		at.part = at.next;
	}
	return false;
}

static bool is_unit(struct ct_cgroup_part p)
{
	static const char *const types[] = { ".service", ".scope", ".socket", ".mount", ".swap" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(types); i++)
		if (ct_cgroup_part__cut_suffix(&p, types[i]))
			return true;
	return false;
}

char *ct_unit_name__complete(const char *name, const char *suffix)
{
	struct ct_cgroup_part p = { name, strlen(name), 0 };

	return ct_xasprintf("%s%s", name, is_unit(p) ? "" : suffix);
}

/*
 * The outermost unit; but a user's own systemd, user@UID.service, has units of
 * its own, which are named after it since two users may both have a foo.service.
 */
static bool find_unit(const char *path, struct ct_cgroup_name *name)
{
	struct ct_cgroup_part p, manager = { 0 };
	size_t pos = 0;

	while (next_part(path, &pos, &p)) {
		struct ct_cgroup_part rest = p;
		ct_autofree char *id = NULL;

		if (!is_unit(p))
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
	if (!find_container(path, owners, n, name))
		ct_cgroup_name__classify_plain(path, name);
}

void ct_cgroup_name__classify_plain(const char *path, struct ct_cgroup_name *name)
{
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
