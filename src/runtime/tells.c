/* SPDX-License-Identifier: GPL-2.0-only */
#include "runtime/tells.h"

#include <stdint.h>
#include <string.h>

#include "base/strings.h"
#include "base/util.h"
#include "model/unit_name.h"

static void copy(char *dst, size_t size, const char *s, size_t len)
{
	snprintf(dst, size, "%.*s", (int)len, s);
}

static struct ct_cgroup_part rest_of(const struct ct_cgroup_part *p, const char *from)
{
	return (struct ct_cgroup_part){ from, (size_t)(p->s + p->len - from), p->end };
}

/* The manifest of a static pod may give it a uid that is anything. */
static bool is_given(const struct ct_cgroup_part *uid)
{
	static const char safe[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	return uid->len && uid->len < CT_TELLS_WORD && strspn(uid->s, safe) >= uid->len;
}

/* systemd takes a '-' for a slice within a slice: so the kubelet writes uids with '_'. */
static bool take_uid(struct ct_cgroup_part uid, bool in_kubepods, char *pod)
{
	if (!ct_cgroup_part__is_uuid(&uid, '-') && !ct_cgroup_part__is_uuid(&uid, '_') &&
	    !(in_kubepods && is_given(&uid)))
		return false;
	copy(pod, CT_TELLS_WORD, uid.s, uid.len);
	for (char *c = pod; *c; c++)
		*c = *c == '_' ? '-' : *c;
	return true;
}

/*
 * podUID below kubepods, or anywhere if it is a uuid; kubepods-QOS-podUID.slice, or that as the
 * first word of systemd's notation.
 */
static bool is_pod(const struct ct_cgroup_part *p, bool in_kubepods, char *pod)
{
	static const char mark[] = "-pod";
	const char *colon = memchr(p->s, ':', p->len), *found = NULL;
	struct ct_cgroup_part slice = *p, uid = *p;

	ct_cgroup_part__cut_suffix(&uid, ".slice");
	if (ct_cgroup_part__cut_prefix(&uid, "pod") && take_uid(uid, in_kubepods, pod))
		return true;
	if (colon)
		slice.len = (size_t)(colon - p->s);
	if (!ct_cgroup_part__cut_suffix(&slice, ".slice") || !ct_cgroup_part__is_kubepods(&slice))
		return false;
	for (const char *at = slice.s; at + strlen(mark) <= slice.s + slice.len; at++)
		if (!memcmp(at, mark, strlen(mark)))
			found = at + strlen(mark);
	return found && take_uid(rest_of(&slice, found), true, pod);
}

static const char *qos_of(const struct ct_cgroup_part *p)
{
	static const char *const classes[] = { "burstable", "besteffort" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(classes); i++)
		if (memmem(p->s, p->len, classes[i], strlen(classes[i])))
			return classes[i];
	return NULL;
}

const char *ct_tells__qos(const char *path)
{
	struct ct_cgroup_part whole = { path, strlen(path), 0 };

	return qos_of(&whole);
}

/* Looks for a pod in the components between two offsets of the path. */
static void find_pod(const char *path, size_t from, size_t to, struct ct_tells_level *l)
{
	struct ct_cgroup_part p;
	bool in_kubepods = false;
	const char *qos = NULL;

	l->pod[0] = '\0';
	l->qos = NULL;
	for (size_t pos = from; ct_cgroup_part__next(path, &pos, &p) && p.end <= to;) {
		bool here = ct_cgroup_part__is_kubepods(&p);

		if (is_pod(&p, in_kubepods, l->pod)) {
			if (here || in_kubepods)
				l->qos = (here ? qos_of(&p) : NULL) ?: qos ?: "guaranteed";
			return;
		}
		qos = in_kubepods || here ? qos_of(&p) ?: qos : NULL;
		in_kubepods |= here;
	}
}

void ct_tells__pod(const char *path, char uid[CT_TELLS_WORD])
{
	struct ct_tells_level l = { 0 };

	find_pod(path, 0, strlen(path), &l);
	copy(uid, CT_TELLS_WORD, l.pod, strlen(l.pod));
}

/* Finds the pod or task whose own cgroup, which the runtime made, is right above the container. */
static void find_runtimes_pod(const char *path, const struct ct_cgroup_owner *const *owners,
			      size_t n, struct ct_tells *t)
{
	ct_autofree char *above = ct_xstrndup(path, t->outer.name.root_len);
	struct ct_cgroup_beside beside;
	char *slash = strrchr(above, '/');

	if (!slash)
		return;
	*slash = '\0';
	if (!ct_cgroup_name__beside(above, owners, n, &beside) || beside.role != CT_ROLE_POD)
		return;
	if (beside.name.runtime == CT_RT_PODMAN)
		copy(t->outer.pod, sizeof(t->outer.pod), beside.name.id, strlen(beside.name.id));
	else
		copy(t->task, sizeof(t->task), beside.name.id, strlen(beside.name.id));
}

static bool take_uid_number(struct ct_cgroup_part p, long *number)
{
	*number = 0;
	for (size_t i = 0; i < p.len; i++) {
		if (p.s[i] < '0' || p.s[i] > '9' || i > 9)
			return false;
		*number = *number * 10 + (p.s[i] - '0');
	}
	/* UINT32_MAX stands for no user. */
	return *number < UINT32_MAX;
}

static long uid_of(const char *path, size_t len)
{
	struct ct_cgroup_part p;
	long uid;

	for (size_t pos = 0; ct_cgroup_part__next(path, &pos, &p) && p.end <= len;) {
		struct ct_cgroup_part slice = p, manager = p;

		if (((ct_cgroup_part__cut_prefix(&slice, "user-") &&
		      ct_cgroup_part__cut_suffix(&slice, ".slice")) &&
		     take_uid_number(slice, &uid)) ||
		    ((ct_cgroup_part__cut_prefix(&manager, "user@") &&
		      ct_cgroup_part__cut_suffix(&manager, ".service")) &&
		     take_uid_number(manager, &uid)))
			return uid;
	}
	return -1;
}

/* The unit above a container, if it is not just the scope that the container is in. */
static void find_unit_above(const char *path, struct ct_tells *t)
{
	ct_autofree char *above = ct_xstrndup(path, t->outer.name.root_len);
	struct ct_cgroup_name name;
	char *slash = strrchr(above, '/');

	/* Systemd's notation names its own slice: a unit above it is there only by mistake. */
	if (!slash || strchr(slash, ':'))
		return;
	*slash = '\0';
	ct_cgroup_name__classify_plain(above, &name);
	if (name.kind != CT_WL_UNIT || ct_unit_name__is_manager(name.id))
		return;
	copy(t->unit, sizeof(t->unit), name.id, strlen(name.id));
	t->shares_unit = name.root_len == strlen(above);
}

/* /NAMESPACE/NAME */
static void find_space(const char *path, struct ct_tells *t)
{
	struct ct_cgroup_part space, id, slice;
	size_t pos = 0;

	if (t->outer.name.runtime != CT_RT_CONTAINERD || t->relative ||
	    !ct_cgroup_part__next(path, &pos, &space) || !ct_cgroup_part__next(path, &pos, &id) ||
	    id.end != t->outer.name.root_len)
		return;
	slice = space;
	/* Above systemd's notation is a parent that somebody has configured, and no namespace. */
	if (memchr(id.s, ':', id.len))
		return;
	if (!ct_cgroup_part__cut_suffix(&slice, ".slice") && !ct_cgroup_part__is_kubepods(&space))
		copy(t->space, sizeof(t->space), space.s, space.len);
}

static const char *sub_of(const char *path, const struct ct_cgroup_name *name)
{
	const char *sub = path + name->root_len;

	sub += strspn(sub, "/");
	/* crun puts the processes that it starts into a cgroup "container" below. */
	if ((name->runtime == CT_RT_CRIO || name->runtime == CT_RT_PODMAN) &&
	    !strncmp(sub, "container", strlen("container")) &&
	    (!sub[strlen("container")] || sub[strlen("container")] == '/')) {
		sub += strlen("container");
		sub += strspn(sub, "/");
	}
	return sub;
}

/* The kernel writes ".." for what is above the reader's own root; "..x" is a name. */
static bool is_relative(const char *path)
{
	struct ct_cgroup_part p;
	size_t pos = 0;

	return ct_cgroup_part__next(path, &pos, &p) && ct_cgroup_part__is(&p, "..");
}

void ct_tells__of(const char *path, const struct ct_cgroup_owner *const *owners, size_t n,
		  struct ct_tells *t)
{
	struct ct_tells_level level = { 0 };

	*t = (struct ct_tells){ .uid = -1, .relative = is_relative(path) };
	ct_cgroup_name__classify(path, owners, n, &t->outer.name);
	ct_cgroup_name__job(path, &t->job);
	t->uid = uid_of(path, t->outer.name.root_len);
	if (t->job.user.len && !take_uid_number(t->job.user, &t->uid))
		t->uid = -1;
	find_pod(path, 0, t->outer.name.root_len, &t->outer);
	if (t->outer.name.kind != CT_WL_CONTAINER) {
		if (!ct_cgroup_name__beside(path, owners, n, &t->aside)) {
			t->aside.role = t->outer.pod[0] ? CT_ROLE_POD : CT_ROLE_WORKLOAD;
			t->aside.name.runtime = CT_RT_NONE;
		}
		if (t->aside.role == CT_ROLE_MONITOR)
			find_runtimes_pod(path, owners, n, t);
		t->sub = sub_of(path, &t->outer.name);
		return;
	}
	find_unit_above(path, t);
	find_runtimes_pod(path, owners, n, t);
	find_space(path, t);
	level.name = t->outer.name;
	while (ct_cgroup_name__find(path, level.name.root_len, owners, n, &level.name)) {
		find_pod(path, t->inner.name.root_len ?: t->outer.name.root_len,
			 level.name.root_len, &level);
		t->inner = level;
	}
	t->sub = sub_of(path, t->inner.name.id[0] ? &t->inner.name : &t->outer.name);
}
