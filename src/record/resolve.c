/* SPDX-License-Identifier: GPL-2.0-only */
/* Resolves a user-supplied name to a running workload. */
#include "record/resolve.h"

#include <errno.h>
#include <string.h>

#include "cgroup/name.h"
#include "runtime/oci.h"
#include "runtime/runtime.h"

#define SHORT_ID 6 /* digits of an id that are enough */

struct name_search {
	const char *name;
	enum ct_workload_kind kind;
	size_t len; /* of its beginning that must agree; 0: all of it */
	char *id;   /* the first found */
	bool ambiguous;
};

static void look(void *arg, const char *path, bool inside)
{
	struct name_search *s = arg;
	struct ct_cgroup_name name;

	(void)inside;
	ct_runtimes__classify(path, &name);
	if (name.kind != s->kind ||
	    (s->len ? strncmp(name.id, s->name, s->len) : strcmp(name.id, s->name)))
		return;
	if (s->id)
		s->ambiguous |= strcmp(s->id, name.id) != 0;
	else
		s->id = ct_xstrdup(name.id);
}

/* Containers of LXC and nspawn go by their names, all others by ids that may be cut. */
static char *find_by_cgroup(const struct ct_cgroups *c, const char *name, bool *ambiguous)
{
	struct name_search s = { .name = name, .kind = CT_WL_CONTAINER };
	size_t len = strspn(name, "0123456789abcdef");

	ct_cgroups__each(c, look, &s);
	if (!s.id && len >= SHORT_ID && !name[len]) {
		s.len = len;
		ct_cgroups__each(c, look, &s);
	}
	*ambiguous = s.ambiguous;
	if (s.ambiguous)
		free(ct_steal(s.id));
	return s.id;
}

/* A container whose bundle has this name, as a user's Podman that has no API. */
static void look_into_bundle(void *arg, const char *path, bool inside)
{
	struct name_search *s = arg;
	ct_autosession struct ct_session *told = NULL;
	ct_autofree char *config = NULL, *root = NULL;
	ct_autoerr struct ct_err err = {};
	struct ct_cgroup_name name;
	struct ct_workload *w;

	(void)inside;
	ct_runtimes__classify(path, &name);
	if (name.kind != CT_WL_CONTAINER || ct_str_equal(s->id, name.id))
		return;
	root = ct_xstrndup(path, name.root_len);
	config = ct_oci__find(name.runtime, name.id, root, NULL);
	told = ct_session__new();
	w = ct_session__add(told, name.id);
	if (!config || ct_oci__read(config, root, w, &err) ||
	    !ct_str_equal(w->container.name, s->name))
		return;
	if (s->id)
		s->ambiguous = true;
	else
		s->id = ct_xstrdup(name.id);
}

static char *find_by_bundle(const struct ct_cgroups *c, const char *name, bool *ambiguous)
{
	struct name_search s = { .name = name };

	ct_cgroups__each(c, look_into_bundle, &s);
	*ambiguous = s.ambiguous;
	if (s.ambiguous)
		free(ct_steal(s.id));
	return s.id;
}

int ct_resolve__container(struct ct_engine *e, const struct ct_cgroups *c, const char *name,
			  char **id, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(name), *engines = ct_runtimes__engines(" or ");
	ct_autoerr struct ct_err why = {};
	bool ambiguous;
	char *found;
	int pid, ret = e ? ct_engine__find(e, name, id, &pid, &why) : -ENOTCONN;

	if (!ret)
		return 0;
	found = find_by_cgroup(c, name, &ambiguous);
	if (ambiguous)
		return ct_err__set(err, ENOTUNIQ, "the ids of several containers begin with %s",
				   shown);
	if (!found)
		found = find_by_bundle(c, name, &ambiguous);
	if (found) {
		*id = found;
		return 0;
	}
	if (ambiguous)
		return ct_err__set(err, ENOTUNIQ,
				   "several containers are called %s: give the id of one", shown);
	if (e)
		return ct_err__set(err, -ret, "%s", why.msg);
	return ct_err__set(err, ENOENT,
			   "no container with the id %s runs, and names cannot be looked up: no %s "
			   "API answers (is the daemon running? --socket names another one)",
			   shown, engines);
}

bool ct_resolve__unit(const struct ct_cgroups *c, const char *unit)
{
	struct name_search s = { .name = unit, .kind = CT_WL_UNIT };

	ct_autofree char *id = NULL;

	ct_cgroups__each(c, look, &s);
	id = s.id;
	return id != NULL;
}
