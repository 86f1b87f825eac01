/* SPDX-License-Identifier: GPL-2.0-only */
#include "record/userns.h"

#include <string.h>

#include "base/host_root.h"
#include "base/util.h"
#include "cgroup/dir.h"
#include "runtime/runtime.h"

struct container_search {
	const char *id;
	char *path; /* of the container's own cgroup */
};

static void look(void *arg, const char *path, bool inside)
{
	struct container_search *s = arg;
	struct ct_cgroup_name name;

	(void)inside;
	if (s->path || !strstr(path, s->id))
		return;
	ct_runtimes__classify(path, &name);
	if (name.kind == CT_WL_CONTAINER && !strcmp(name.id, s->id))
		s->path = ct_xstrndup(path, name.root_len);
}

static void note_process(void *arg, int pid)
{
	enum ct_tristate *has = arg;
	ino_t ns = ct_host__ns(pid, "user");

	/* A process may have made a namespace for itself, so one in the host's own decides. */
	if (ns && *has != CT_NO)
		*has = ns == CT_INIT_USERNS ? CT_NO : CT_YES;
}

/* Goes by the user namespace in which the entry point was executed. */
static bool settle_by_start(struct ct_workload *w)
{
	for (size_t i = 0; i < w->nexecs; i++)
		if (ct_exec__is_entry_point(&w->execs[i])) {
			w->container.userns = w->execs[i].creds.userns_level ? CT_YES : CT_NO;
			return true;
		}
	return false;
}

void ct_userns__settle(const struct ct_cgroups *c, struct ct_workload *w)
{
	struct container_search s = { .id = w->id };
	enum ct_tristate has = CT_UNKNOWN;
	ct_autofree char *path = NULL, *dir = NULL;
	uint64_t id;

	if (w->kind != CT_WL_CONTAINER || settle_by_start(w))
		return;
	if (w->cgroup_path)
		s.path = ct_xstrdup(w->cgroup_path);
	else
		ct_cgroups__each(c, look, &s);
	path = s.path;
	if (!path || ct_cgroups__find(c, path, &dir, &id))
		return;
	ct_cgroup_dir__each(dir, note_process, &has);
	if (has != CT_UNKNOWN)
		w->container.userns = has;
}
