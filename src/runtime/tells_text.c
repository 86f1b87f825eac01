/* SPDX-License-Identifier: GPL-2.0-only */
/* What a cgroup's path tells, in words. */
#include <string.h>

#include "base/util.h"
#include "model/unit_name.h"
#include "runtime/tells.h"

/* What has a space or a quote in it is quoted: a name must not look like several words. */
static void add(struct ct_str *out, const char *key, const char *value)
{
	ct_autofree char *shown = ct_printable(value);
	const char *quote = strpbrk(shown, " \"") ? "\"" : "";

	ct_str__addf(out, "%s%s=%s", out->len ? " " : "", key, quote);
	for (const char *c = shown; *c; c++) {
		if (*quote && *c == '"')
			ct_str__add(out, "\\x22");
		else
			ct_str__addn(out, c, 1);
	}
	ct_str__add(out, quote);
}

static void add_given(struct ct_str *out, const char *key, const char *value)
{
	if (value && *value)
		add(out, key, value);
}

static const char *last_part(const char *path, const struct ct_cgroup_name *name)
{
	const char *at = path + name->root_len;

	while (at > path && at[-1] != '/')
		at--;
	return at;
}

/* The id without the namespace or the user before it, which are words of their own. */
static const char *id_of(const struct ct_tells *t, const struct ct_cgroup_name *name)
{
	bool spaced = name == &t->outer.name && t->space[0];
	const char *slash = spaced || !strncmp(name->id, "user@", strlen("user@")) ?
				    strchr(name->id, '/') :
				    NULL;

	return slash ? slash + 1 : name->id;
}

static void add_level(struct ct_str *out, const struct ct_tells *t, const struct ct_tells_level *l)
{
	if (l->name.runtime != CT_RT_NONE)
		add(out, "runtime", ct_runtime__name(l->name.runtime));
	if (l->name.runtime == CT_RT_NOMAD && strchr(l->name.id, '.')) {
		ct_autofree char *alloc = ct_xstrdup(l->name.id);
		char *task = strchr(alloc, '.');

		*task++ = '\0';
		add(out, "alloc", alloc);
		add(out, "task", task);
	} else {
		add(out, "id", id_of(t, &l->name));
	}
	add_given(out, "pod", l->pod);
	add_given(out, "qos", l->qos);
}

static void add_unknown(struct ct_str *list, bool is, const char *what)
{
	if (is)
		ct_str__addf(list, "%s%s", list->len ? "," : "", what);
}

/* Could LXC have added the number, because a cgroup of the container's name was left over? */
static bool may_be_numbered(const struct ct_cgroup_name *name)
{
	const char *dash = strrchr(name->id, '-');

	return name->runtime == CT_RT_LXC && dash && dash[1] &&
	       strspn(dash + 1, "0123456789") == strlen(dash + 1) && strlen(dash + 1) < 4;
}

static char *unknown_of(const struct ct_tells *t, const char *path)
{
	const struct ct_tells_level *l = t->inner.name.id[0] ? &t->inner : &t->outer;
	const char *last = last_part(path, &l->name);
	struct ct_str list = { 0 };
	bool is_container = t->outer.name.kind == CT_WL_CONTAINER;
	enum ct_runtime rt = l->name.runtime;

	if (is_container) {
		/* With cgroupfs Docker and containerd name the containers of pods alike. */
		add_unknown(&list,
			    rt == CT_RT_NONE ||
				    (rt == CT_RT_CONTAINERD && l->pod[0] && !strchr(last, ':') &&
				     strspn(last, "0123456789abcdef") >= CT_CGROUP_ID),
			    "runtime");
		add_unknown(&list,
			    !l->pod[0] && (rt == CT_RT_CRIO || strstr(path, "kubepods") ||
					   !strcmp(t->space, "k8s.io") ||
					   !strncmp(last, "cri-containerd", 14)),
			    "pod");
		add_unknown(&list, rt == CT_RT_BUILDKIT, "outer");
		add_unknown(&list, may_be_numbered(&l->name), "name");
	} else {
		add_unknown(&list, t->aside.role == CT_ROLE_CLIENT, "container");
		add_unknown(&list,
			    t->outer.name.kind == CT_WL_CGROUP &&
				    t->aside.role == CT_ROLE_WORKLOAD && !t->job.of &&
				    strspn(path, "/") < strlen(path) &&
				    !ct_str_ends(path, ".slice"),
			    "owner");
	}
	add_unknown(&list, t->relative, "above");
	return list.s;
}

/* Is that the template's own slice, which systemd gives to all of its instances? */
static bool is_of_template(const char *app, const char *unit)
{
	const struct ct_cgroup_part p = { app, strlen(app), 0 };
	ct_autofree char *plain = ct_cgroup_part__unescape(&p);
	const char *name = strrchr(unit, '/') ? strrchr(unit, '/') + 1 : unit;
	size_t len = strlen(plain);

	return !strncmp(name, plain, len) && name[len] == '@';
}

/* A desktop gives an application that has several units a slice: app-ID.slice. */
static char *app_of_slice(const char *path, const char *unit)
{
	struct ct_cgroup_part p;

	for (size_t pos = 0; ct_cgroup_part__next(path, &pos, &p);) {
		ct_autofree char *slice = ct_xstrndup(p.s, p.len);

		if (ct_cgroup_part__cut_prefix(&p, "app-") &&
		    ct_cgroup_part__cut_suffix(&p, ".slice")) {
			ct_autofree char *app = ct_unit_name__app(slice);

			return app && !is_of_template(app, unit) ? ct_steal(app) : NULL;
		}
	}
	return NULL;
}

/* A '-' within the application's own name is escaped in the unit's. */
static void add_app(struct ct_str *out, const char *escaped)
{
	static const char snap[] = "snap ";
	struct ct_cgroup_part p = { escaped ?: "", escaped ? strlen(escaped) : 0, 0 };
	ct_autofree char *plain = ct_cgroup_part__unescape(&p);
	const char *app = plain, *dot = strchr(app, '.');

	if (dot && !strncmp(app, snap, strlen(snap))) {
		ct_autofree char *name = ct_xstrndup(app, (size_t)(dot - app));

		add(out, "snap", name + strlen(snap));
		app = dot + 1;
	}
	add_given(out, "app", app);
}

static void add_unit(struct ct_str *out, const struct ct_tells *t, const char *path)
{
	const char *id = t->outer.name.id;
	ct_autofree char *stable = ct_unit_name__stable(id, path);
	ct_autofree char *app = ct_unit_name__app(id) ?: app_of_slice(path, id);
	ct_autofree char *of = NULL, *instance = NULL;

	if (t->outer.name.runtime != CT_RT_SYSTEMD)
		add(out, "runtime", ct_runtime__name(t->outer.name.runtime));
	add(out, "unit", id);
	if (!ct_unit_name__is_manager(id) && ct_unit_name__template(id, &of, &instance))
		add(out, "template", of);
	if (strcmp(stable, id) != 0)
		add(out, "same", stable);
	add_app(out, app);
}

static void add_aside(struct ct_str *out, const struct ct_tells *t)
{
	static const char *const keys[] = {
		"", "monitor-of", "mount-of", "pod", "machine", "client"
	};
	const struct ct_cgroup_beside *a = &t->aside;

	if (a->name.runtime != CT_RT_NONE && a->role != CT_ROLE_MACHINE)
		add(out, "runtime", ct_runtime__name(a->name.runtime));
	if (a->role != CT_ROLE_POD || !t->outer.pod[0])
		add_given(out, keys[a->role], a->name.id);
	add_given(out, "pod", t->outer.pod);
	add_given(out, "qos", t->outer.qos);
	if (t->outer.name.kind == CT_WL_UNIT && a->role != CT_ROLE_POD)
		add(out, "unit", t->outer.name.id);
}

static void add_part(struct ct_str *out, const char *key, const struct ct_cgroup_part *p)
{
	ct_autofree char *word = ct_xstrndup(p->len ? p->s : "", p->len);

	add_given(out, key, word);
}

/* A cgroup that is only known by its path, and perhaps who made it. */
static void add_plain(struct ct_str *out, const struct ct_tells *t, const char *path)
{
	struct ct_cgroup_part p = { path, t->outer.name.root_len, 0 };
	ct_autofree char *plain = ct_cgroup_part__unescape(&p);

	add(out, ct_str_ends(path, ".slice") ? "slice" : "path", *plain ? plain : "/");
	add_given(out, "of", t->job.of);
	add_part(out, "job", &t->job.job);
	add_part(out, "step", &t->job.step);
	add_part(out, "service", &t->job.service);
	if (t->job.of && !strcmp(t->job.of, "kubelet"))
		add_given(out, "qos", ct_tells__qos(path));
}

char *ct_tells__text(const struct ct_tells *t, const char *path)
{
	static const char *const roles[] = { NULL, "monitor", "mount", "pod", "machine", "client" };
	ct_autofree char *unknown = unknown_of(t, path);
	struct ct_str out = { 0 };

	add(&out, "kind", roles[t->aside.role] ?: ct_workload_kind__name(t->outer.name.kind));
	if (t->outer.name.kind == CT_WL_CONTAINER)
		add_level(&out, t, &t->outer);
	else if (t->aside.role != CT_ROLE_WORKLOAD)
		add_aside(&out, t);
	else if (t->outer.name.kind == CT_WL_UNIT)
		add_unit(&out, t, path);
	else
		add_plain(&out, t, path);
	add_given(&out, "namespace", t->space);
	add_given(&out, "ecs-task", t->task);
	add_given(&out, t->shares_unit ? "unit" : "in", t->unit);
	if (t->uid >= 0)
		ct_str__addf(&out, " uid=%ld", t->uid);
	if (t->inner.name.id[0]) {
		ct_str__add(&out, " inner:");
		add_level(&out, t, &t->inner);
	}
	if ((t->outer.name.kind != CT_WL_CGROUP || t->job.of) && t->aside.role == CT_ROLE_WORKLOAD)
		add_given(&out, "sub", t->sub);
	if (t->outer.name.guessed)
		ct_str__add(&out, " guessed");
	add_given(&out, "unknown", unknown);
	return out.s;
}
