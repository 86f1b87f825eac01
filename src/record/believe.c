/* SPDX-License-Identifier: GPL-2.0-only */
#include "record/believe.h"

#include <string.h>
#include <sys/stat.h>

#include "base/host_root.h"
#include "cgroup/dir.h"
#include "cgroup/path.h"
#include "record/recorder_priv.h"
#include "runtime/runtime.h"

static uint64_t own_mntns(void)
{
	struct stat st;

	return stat("/proc/self/ns/mnt", &st) ? 0 : st.st_ino;
}

/* Are the processes in this cgroup in another mount namespace than the host's and ours? */
static enum ct_tristate live_apart(struct ct_recorder *r, const char *root)
{
	/* Process 1 cannot be looked at if it has more privileges than we do. */
	const uint64_t host[2] = { own_mntns(), ct_host__ns(1, "mnt") };
	enum ct_tristate seen = ct_collect__lives_apart(r->collect, root, host);
	ct_autofree char *dir = NULL;
	uint64_t its, id;

	if (seen != CT_UNKNOWN ||
	    ct_cgroups__find(ct_collect__cgroups(r->collect), root, &dir, &id))
		return seen;
	its = ct_host__ns(ct_cgroup_dir__process(dir), "mnt");
	if (!its)
		return CT_UNKNOWN;
	return its != host[0] && its != host[1] ? CT_YES : CT_NO;
}

/* Does the engine say that the container's first process is in this cgroup? */
static bool engine_agrees(struct ct_recorder *r, const char *id, const char *root)
{
	ct_autofree char *full = NULL, *path = NULL;
	ct_autoerr struct ct_err err = {};
	int pid = 0;

	return r->engine && !ct_engine__find(r->engine, id, &full, &pid, &err) && pid &&
	       !ct_cgroup_path__of_pid(pid, &path) && ct_cgroup_path__below(path, root);
}

struct rival {
	const struct ct_cgroups *cgroups;
	const char *id;
	bool found;
};

static void look_for_rival(void *arg, const char *path, bool inside)
{
	struct rival *rival = arg;
	struct ct_cgroup_name name;

	(void)inside;
	/* Names of machines are escaped in paths. */
	if (rival->found || (!strstr(path, rival->id) && !strchr(path, '\\')))
		return;
	ct_runtimes__classify(path, &name);
	rival->found = name.kind == CT_WL_CONTAINER && !strcmp(name.id, rival->id) &&
		       !ct_cgroups__user_of(rival->cgroups, path);
}

bool ct_recorder__is_roots(struct ct_recorder *r, const char *id)
{
	struct rival rival = { .cgroups = ct_collect__cgroups(r->collect), .id = id };

	if (r->engine && ct_engine__is_roots(r->engine, id))
		return true;
	if (ct_collect__was_roots(r->collect, id))
		return true;
	ct_cgroups__each(rival.cgroups, look_for_rival, &rival);
	return rival.found;
}

static bool is_believed(struct ct_recorder *r, const char *path, const struct ct_cgroup_name *name)
{
	ct_autofree char *root = ct_xstrndup(path, name->root_len), *config = NULL;
	const struct ct_workload *known = ct_session__find(r->session, name->id);

	if (ct_cgroups__user_of(ct_collect__cgroups(r->collect), root) &&
	    ct_recorder__is_roots(r, name->id))
		return false;
	switch (live_apart(r, root)) {
	case CT_YES: return true;
	case CT_NO: return engine_agrees(r, name->id, root);
	default: break;
	}
	if (known)
		return true;
	config = ct_oci__find(name->runtime, name->id, root, NULL);
	return config != NULL;
}

/*
 * Anybody can make a cgroup with the id of somebody else's container, or copy its state. The first
 * one seen keeps the id; the other is named after its user.
 */
static void tell_apart(struct ct_recorder *r, const char *path, struct ct_cgroup_name *name)
{
	const struct ct_workload *known = ct_session__find(r->session, name->id);
	ct_autofree char *root = NULL, *id = NULL;
	uint32_t uid;

	if (!known || known->kind != CT_WL_CONTAINER || ct_workload__id_is_users(name->id) ||
	    (!known->cgroup_path && !known->container.engine_uid))
		return;
	root = ct_xstrndup(path, name->root_len);
	uid = ct_cgroups__user_of(ct_collect__cgroups(r->collect), root);
	if (uid == ct_workload__engine_uid(known))
		return;
	id = ct_xasprintf("user@%u.service/%s", uid, name->id);
	ct_cgroup_name__set_id(name, id, strlen(id));
}

void ct_recorder__classify(struct ct_recorder *r, const char *path, struct ct_cgroup_name *name)
{
	ct_runtimes__classify(path, name);
	if (name->kind == CT_WL_CONTAINER && r->collect && !is_believed(r, path, name))
		ct_cgroup_name__classify_plain(path, name);
	if (name->kind == CT_WL_CONTAINER && r->collect)
		tell_apart(r, path, name);
}
