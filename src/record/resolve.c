/* SPDX-License-Identifier: GPL-2.0-only */
/* Resolves a user-supplied name to a running workload. */
#include "record/resolve.h"

#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "cgroup/name.h"
#include "model/identity.h"
#include "record/inner.h"
#include "runtime/describe.h"
#include "runtime/oci.h"
#include "runtime/runtime.h"

#define SHORT_ID 6 /* digits of an id that suffice */

struct name_search {
	const struct ct_cgroups *cgroups;
	const char *name;
	const char *outer; /* id of the container around it; NULL: any or none */
	enum ct_workload_kind kind;
	size_t len; /* length of its beginning that must agree; 0: all of it */
	bool users; /* compare only what follows the name of a user's systemd */
	char *id;   /* the first found */
	bool ambiguous;
};

static void compare(struct name_search *s, const struct ct_cgroup_name *name)
{
	const char *id = name->id;

	if (s->users) {
		id = strncmp(id, "user@", strlen("user@")) ? NULL : strchr(id, '/');
		if (!id)
			return;
		id++;
	}
	if (name->kind != s->kind || (s->len ? strncmp(id, s->name, s->len) : strcmp(id, s->name)))
		return;
	if (s->id)
		s->ambiguous |= strcmp(s->id, name->id) != 0;
	else
		s->id = ct_xstrdup(name->id);
}

static void look(void *arg, const char *path, bool inside)
{
	struct ct_cgroup_name name;

	(void)inside;
	ct_runtimes__classify(path, &name);
	compare(arg, &name);
	if (ct_runtimes__innermost(path, &name))
		compare(arg, &name);
}

/*
 * LXC and nspawn name cgroups by containers' names, all others by ids, which may be abbreviated. A
 * user's container counts only if root has none of that name.
 */
static char *find_by_cgroup(const struct ct_cgroups *c, const char *name, bool *ambiguous)
{
	struct name_search s = { .name = name, .kind = CT_WL_CONTAINER };
	size_t len = strspn(name, "0123456789abcdef");

	ct_cgroups__each(c, look, &s);
	if (!s.id && len >= SHORT_ID && !name[len]) {
		s.len = len;
		ct_cgroups__each(c, look, &s);
		s.len = 0;
	}
	if (!s.id) {
		s.users = true;
		ct_cgroups__each(c, look, &s);
	}
	*ambiguous = s.ambiguous;
	if (s.ambiguous)
		free(ct_steal(s.id));
	return s.id;
}

/* Notes the container in w if this name of it is the one that is looked for. */
static void compare_told(struct name_search *s, const struct ct_workload *w, const char *name)
{
	if (!ct_str_equal(name, s->name) || ct_str_equal(s->id, w->id))
		return;
	if (s->id)
		s->ambiguous = true;
	else
		s->id = ct_xstrdup(w->id);
}

/* Finds a container by the name in its bundle, such as one of a user's Podman without an API. */
static void look_into_bundle(struct name_search *s, const char *path)
{
	ct_autosession struct ct_session *told = ct_session__new();
	ct_autofree char *config = NULL, *root = NULL;
	ct_autoerr struct ct_err err = {};
	struct ct_cgroup_name name;
	struct ct_workload *w;

	ct_runtimes__classify(path, &name);
	if (name.kind != CT_WL_CONTAINER || s->outer)
		return;
	root = ct_xstrndup(path, name.root_len);
	config = ct_oci__find(name.runtime, name.id, root, NULL);
	w = ct_session__add(told, name.id);
	if (config && !ct_oci__read(config, root, w, &err))
		compare_told(s, w, w->container.name);
}

/* Finds a container within another one by the name in its engine's files. */
static void look_within(struct name_search *s, const char *path)
{
	ct_autosession struct ct_session *told = ct_session__new();
	struct ct_cgroup_name outer, name;
	struct ct_workload *w;

	ct_runtimes__classify(path, &outer);
	if (!ct_runtimes__innermost(path, &name) || (s->outer && strcmp(s->outer, outer.id) != 0))
		return;
	w = ct_session__add(told, name.id);
	w->kind = name.kind;
	w->runtime = name.runtime;
	w->cgroup_path = ct_xstrndup(path, name.root_len);
	if (ct_inner__read(s->cgroups, w))
		compare_told(s, w, w->container.name);
}

static void look_into_files(void *arg, const char *path, bool inside)
{
	(void)inside;
	look_into_bundle(arg, path);
	look_within(arg, path);
}

static char *find_by_files(const struct ct_cgroups *c, const char *outer, const char *name,
			   bool *ambiguous)
{
	struct name_search s = { .cgroups = c, .outer = outer, .name = name };

	ct_cgroups__each(c, look_into_files, &s);
	*ambiguous = s.ambiguous;
	if (s.ambiguous)
		free(ct_steal(s.id));
	return s.id;
}

/* ---- by the key of its identity ---- */

struct key_search {
	const struct ct_cgroups *cgroups;
	struct ct_engine *engine;
	const char *name;
	const char *key;	/* identity that is looked for; NULL: all containers of that name */
	struct ct_strings seen; /* ids */
	struct ct_strings keys; /* of the containers that match, */
	struct ct_strings ids;	/* and their ids */
};

/* Describes the container as a recording would. */
static void describe(const struct key_search *s, struct ct_workload *w,
		     const struct ct_cgroup_name *name, const char *root)
{
	ct_autofree char *config = NULL;

	w->kind = name->kind;
	w->runtime = name->runtime;
	w->cgroup_path = ct_xstrdup(root);
	w->container.engine_uid = ct_cgroups__user_of(s->cgroups, root);
	(void)ct_describe__container(s->engine, ct_workload__plain_id(w), w, &config);
}

static void compare_key(void *arg, const char *path, bool inside)
{
	ct_autosession struct ct_session *told = ct_session__new();
	ct_autoidentity struct ct_identity identity = {};
	ct_autofree char *root = NULL;
	struct key_search *s = arg;
	struct ct_cgroup_name name;
	struct ct_workload *w;
	bool meant;

	(void)inside;
	ct_runtimes__classify(path, &name);
	if (name.kind != CT_WL_CONTAINER || ct_strings__find(&s->seen, name.id))
		return;
	ct_strings__add(&s->seen, name.id);
	root = ct_xstrndup(path, name.root_len);
	w = ct_session__add(told, name.id);
	describe(s, w, &name, root);
	ct_identity__of(w, &identity);
	meant = s->key ? !strcmp(identity.key, s->key) :
			 ct_str_equal(w->container.name, s->name) ||
				 !strcmp(ct_workload__plain_id(w), s->name);
	if (!meant)
		return;
	ct_strings__add(&s->keys, identity.key);
	ct_strings__add(&s->ids, name.id);
}

static void free_keys(struct key_search *s)
{
	ct_strings__free(&s->seen);
	ct_strings__free(&s->keys);
	ct_strings__free(&s->ids);
}

/* NULL: none has that key, or several have it, as replicas do. */
static char *find_by_key(struct ct_engine *e, const struct ct_cgroups *c, const char *key,
			 bool *ambiguous)
{
	struct key_search s = { .cgroups = c, .engine = e, .key = key };
	char *id = NULL;

	if (!strchr(key, ':'))
		return NULL;
	ct_cgroups__each(c, compare_key, &s);
	*ambiguous = s.ids.len > 1;
	if (s.ids.len == 1)
		id = ct_xstrdup(s.ids.items[0]);
	free_keys(&s);
	return id;
}

/* Lists all containers of that name by what tells them apart. */
static int say_several(struct ct_engine *e, const struct ct_cgroups *c, const char *name,
		       struct ct_err *err)
{
	struct key_search s = { .cgroups = c, .engine = e, .name = name };
	ct_autofree char *shown = ct_printable(name);
	struct ct_str keys = {};
	bool differ = true;
	int ret;

	ct_cgroups__each(c, compare_key, &s);
	for (size_t i = 0; i < s.keys.len; i++) {
		ct_autofree char *key = ct_printable(s.keys.items[i]);

		for (size_t k = 0; k < i; k++)
			differ &= strcmp(s.keys.items[i], s.keys.items[k]) != 0;
		ct_str__addf(&keys, "%s%s", keys.len ? ", " : "", key);
	}
	if (differ && s.keys.len > 1)
		ret = ct_err__set(err, ENOTUNIQ,
				  "several containers are called %s: give one of %s, or an id",
				  shown, keys.s);
	else
		ret = ct_err__set(err, ENOTUNIQ,
				  "several containers are called %s: give the id of one", shown);
	ct_str__free(&keys);
	free_keys(&s);
	return ret;
}

/* Finds OUTER/NAME, as reports call a container within another one. */
static char *find_within(struct ct_engine *e, const struct ct_cgroups *c, const char *name,
			 bool *ambiguous)
{
	const char *slash = strchr(name, '/');
	ct_autofree char *outer = NULL, *id = NULL;
	ct_autoerr struct ct_err err = {};

	if (!slash || slash == name)
		return NULL;
	outer = ct_xstrndup(name, (size_t)(slash - name));
	if (ct_resolve__container(e, c, outer, &id, &err))
		return NULL;
	return find_by_files(c, id, slash + 1, ambiguous);
}

/* Asks once more, to say why nobody answers. */
static int no_engine(const char *shown, struct ct_err *err)
{
	ct_autofree char *engines = ct_runtimes__engines(" or ");
	ct_autoerr struct ct_err why = {};
	struct ct_engine *e = NULL;

	if (!ct_runtimes__connect(NULL, &e, &why))
		ct_engine__close(e);
	return ct_err__set(err, ENOENT,
			   "no container with the id %s runs, and names cannot be looked up: no %s "
			   "API answered%s%s",
			   shown, engines, why.msg ? ": " : "", why.msg ? why.msg : "");
}

int ct_resolve__container(struct ct_engine *e, const struct ct_cgroups *c, const char *name,
			  char **id, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(name);
	ct_autoerr struct ct_err why = {};
	bool ambiguous;
	char *found;
	int pid, ret = e ? ct_engine__find(e, name, id, &pid, &why) : -ENOTCONN;

	if (!ret)
		return 0;
	if (ret == -ENOTUNIQ)
		return say_several(e, c, name, err);
	found = find_by_cgroup(c, name, &ambiguous);
	if (ambiguous && strspn(name, "0123456789abcdef") == strlen(name))
		return ct_err__set(err, ENOTUNIQ, "the ids of several containers begin with %s",
				   shown);
	if (!found && !ambiguous)
		found = find_by_files(c, NULL, name, &ambiguous);
	if (!found && !ambiguous)
		found = find_within(e, c, name, &ambiguous);
	if (!found && !ambiguous)
		found = find_by_key(e, c, name, &ambiguous);
	if (found) {
		*id = found;
		return 0;
	}
	if (ambiguous)
		return say_several(e, c, name, err);
	if (e)
		return ct_err__set(err, -ret, "%s", why.msg);
	return no_engine(shown, err);
}

bool ct_resolve__unit(const struct ct_cgroups *c, const char *unit)
{
	struct name_search s = { .name = unit, .kind = CT_WL_UNIT };

	ct_autofree char *id = NULL;

	ct_cgroups__each(c, look, &s);
	id = s.id;
	return id != NULL;
}
