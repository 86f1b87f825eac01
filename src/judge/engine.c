/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/engine.h"

#include <errno.h>
#include <stdlib.h>

#include "base/util.h"
#include "model/caps.h"

/* moby asks a list of its own which names there are; up to 20.10 it ends with AUDIT_READ. */
#define DOCKER_KNOWS_ALL 23

/* The first number of its version; -ENOENT: not a Docker's, or not known. */
static long docker_major(const struct ct_workload *w)
{
	const char *version = w->container.engine;
	char *end;
	long major;

	if (w->kind != CT_WL_CONTAINER || w->runtime != CT_RT_DOCKER || !version)
		return -ENOENT;
	major = strtol(version, &end, 10);
	return end != version && *end == '.' && major > 0 ? major : -ENOENT;
}

static bool is_old_docker(const struct ct_workload *w)
{
	long major = docker_major(w);

	return major > 0 && major < DOCKER_KNOWS_ALL;
}

uint64_t ct_engine__lacks(const struct ct_workload *w)
{
	ct_workload__for_each(part, w)
		if (is_old_docker(part))
			return CT_CAPS_NEW;
	return 0;
}

bool ct_engine__knows_all(const struct ct_workload *w)
{
	return docker_major(w) >= DOCKER_KNOWS_ALL;
}

bool ct_engine__is_unknown(const struct ct_workload *w)
{
	return w->kind == CT_WL_CONTAINER && w->runtime == CT_RT_DOCKER && docker_major(w) < 0;
}

char *ct_engine__name(const struct ct_workload *w)
{
	ct_workload__for_each(part, w) {
		ct_autofree char *version = NULL;

		if (!is_old_docker(part))
			continue;
		version = ct_printable(part->container.engine);
		return ct_xasprintf("Docker %s", version);
	}
	return ct_xstrdup("Docker");
}
