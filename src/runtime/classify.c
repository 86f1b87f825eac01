/* SPDX-License-Identifier: GPL-2.0-only */
/* Which workload a cgroup belongs to: its path tells, and the files of runtimes confirm guesses. */
#include <string.h>

#include "base/host_root.h"
#include "base/util.h"
#include "runtime/oci.h"
#include "runtime/runtime.h"

#define KEPT	    256
#define MAX_RELEASE (64 << 10)

static const struct ct_cgroup_owner *const owners[] = {
#define CT_RUNTIME(id, object, name) [CT_RT_##id] = &ct_runtime_##object.cgroups,
#include "model/runtimes.def"
#undef CT_RUNTIME
};

/* The paths whose guesses were confirmed last; the oldest is overwritten first. */
static char *kept[KEPT];
static size_t next_kept;

static bool is_kept(const char *root)
{
	for (size_t i = 0; i < KEPT; i++)
		if (ct_str_equal(kept[i], root))
			return true;
	return false;
}

static void keep(const char *root)
{
	free(kept[next_kept]);
	kept[next_kept] = ct_xstrdup(root);
	next_kept = (next_kept + 1) % KEPT;
}

static bool is_system(const char *os)
{
	ct_autofree char *path = ct_host__path("/etc/os-release"), *text = NULL;
	ct_autofree char *line = ct_xasprintf("ID=%s", os);

	if (ct_read_file(path, MAX_RELEASE, &text, NULL))
		return false;
	for (char *save, *at = strtok_r(text, "\n", &save); at; at = strtok_r(NULL, "\n", &save))
		if (!strcmp(at, line))
			return true;
	return false;
}

/*
 * Is the guess right? The bundle must name this cgroup; below a service, the first process must
 * live in it; for the init of a system such as Talos, this must be that system. A confirmed guess
 * stays so for a while, since a container's files go before its last events come.
 */
static bool is_right(const struct ct_cgroup_name *name, const char *path)
{
	ct_autofree char *root = ct_xstrndup(path, name->root_len);
	const char *os = name->runtime != CT_RT_NONE ? ct_runtimes[name->runtime]->os : NULL;
	bool right;

	if (is_kept(root))
		return true;
	if (os)
		right = is_system(os);
	else if (name->in_service)
		right = ct_oci__lives_in(name->runtime, name->id, root);
	else
		right = ct_oci__knows(name->runtime, name->id, root);
	if (!right)
		return false;
	keep(root);
	return true;
}

static bool is_slice(struct ct_cgroup_part p)
{
	return ct_cgroup_part__cut_suffix(&p, ".slice");
}

/*
 * A container that was started by hand may have any name, and its cgroup lies at the root (crun,
 * runsc) or beside that of whoever started it (runc): only the state of the low-level runtime tells
 * it from a plain directory. The search ends at the first unit: units below a container belong to
 * the systemd inside it, and what lies below a unit belongs to the unit.
 */
static bool was_started(const char *path, struct ct_cgroup_name *name)
{
	struct ct_cgroup_part p;

	for (size_t pos = 0;
	     ct_cgroup_part__next(path, &pos, &p) && !ct_cgroup_part__is_unit(&p);) {
		ct_autofree char *root = ct_xstrndup(path, p.end);
		ct_autofree char *id = ct_xstrndup(p.s, p.len);
		struct ct_cgroup_name at = { .kind = CT_WL_CONTAINER, .root_len = p.end };

		if (is_slice(p) || (!is_kept(root) && !ct_oci__started(id, root)))
			continue;
		if (!is_kept(root))
			keep(root);
		ct_cgroup_name__set_id(&at, p.s, p.len);
		*name = at;
		return true;
	}
	return false;
}

void ct_runtimes__tell(const char *path, struct ct_tells *t)
{
	ct_tells__of(path, owners, CT_ARRAY_SIZE(owners), t);
}

void ct_runtimes__classify(const char *path, struct ct_cgroup_name *name)
{
	ct_cgroup_name__classify(path, owners, CT_ARRAY_SIZE(owners), name);
	if (name->guessed && is_right(name, path))
		return;
	if (name->guessed)
		ct_cgroup_name__classify_plain(path, name);
	if (name->kind != CT_WL_CONTAINER)
		(void)was_started(path, name);
}

bool ct_runtimes__may_have_been(const char *path)
{
	struct ct_cgroup_name name;

	ct_cgroup_name__classify(path, owners, CT_ARRAY_SIZE(owners), &name);
	return name.kind == CT_WL_CONTAINER &&
	       (!name.guessed || ct_oci__has_space(name.runtime, name.id));
}

bool ct_runtimes__innermost(const char *path, struct ct_cgroup_name *name)
{
	struct ct_cgroup_name at;
	bool found = false;

	ct_runtimes__classify(path, &at);
	if (at.kind != CT_WL_CONTAINER)
		return false;
	while (ct_cgroup_name__find(path, at.root_len, owners, CT_ARRAY_SIZE(owners), &at)) {
		*name = at;
		found = true;
	}
	return found;
}
