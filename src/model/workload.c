/* SPDX-License-Identifier: GPL-2.0-only */
/* What a recording says of a workload as a whole. */
#include <string.h>

#include "model/session.h"
#include "model/unit_name.h"

static const struct ct_exec *entry_point(const struct ct_workload *w)
{
	for (size_t i = 0; i < w->nexecs; i++)
		if (ct_exec__is_entry_point(&w->execs[i]))
			return &w->execs[i];
	return NULL;
}

bool ct_user__is_root(const char *user)
{
	size_t len = strcspn(user, ":");

	return (len == 1 && *user == '0') || (len == 4 && !strncmp(user, "root", 4));
}

enum ct_tristate ct_workload__nonroot(const struct ct_workload *w)
{
	const struct ct_exec *entry = entry_point(w);
	const char *user = w->container.user;

	/* In a user namespace the ids of the credentials are the host's. */
	if (entry && w->container.userns != CT_YES && !entry->creds.userns_level)
		return entry->creds.uid ? CT_YES : CT_NO;
	if (!user)
		return CT_UNKNOWN;
	return !*user || *user == ':' || ct_user__is_root(user) ? CT_NO : CT_YES;
}

bool ct_workload__is_unconfined(const struct ct_workload *w)
{
	return w->kind == CT_WL_CONTAINER && w->container.seccomp == CT_SECCOMP_NONE &&
	       w->container.privileged != CT_YES;
}

static bool is_host(const char *mode)
{
	return mode && !strcmp(mode, "host");
}

bool ct_workload__shares_host(const struct ct_workload *w)
{
	const struct ct_container *c = &w->container;

	return is_host(c->network) || is_host(c->pid_mode) || is_host(c->ipc_mode);
}

bool ct_workload__id_is_users(const char *id)
{
	static const char prefix[] = "user@", suffix[] = ".service";
	const char *slash = strchr(id, '/');
	const size_t least = strlen(prefix) + strlen(suffix);

	return slash && !strncmp(id, prefix, strlen(prefix)) && (size_t)(slash - id) > least &&
	       !strncmp(slash - strlen(suffix), suffix, strlen(suffix));
}

const char *ct_workload__plain_id(const struct ct_workload *w)
{
	return w->kind == CT_WL_CONTAINER && ct_workload__id_is_users(w->id) ?
		       strchr(w->id, '/') + 1 :
		       w->id;
}

uint32_t ct_workload__engine_uid(const struct ct_workload *w)
{
	if (w->kind != CT_WL_CONTAINER || w->container.engine_uid)
		return w->container.engine_uid;
	return w->cgroup_path ? ct_unit_name__manager_uid(w->cgroup_path) : 0;
}

bool ct_workload__is_users_unit(const struct ct_workload *w)
{
	return w->kind == CT_WL_UNIT && ct_workload__id_is_users(w->id);
}
