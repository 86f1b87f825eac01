/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/engine_names.h"

#include <errno.h>
#include <stdlib.h>

#include "base/util.h"
#include "model/caps.h"
#include "runtime/facts.h"

/* The first version of its engine that takes every name; 0: none is known. */
static long first_version(const struct ct_workload *w)
{
	return w->kind == CT_WL_CONTAINER ? ct_runtimes__facts(w->runtime)->names_all_since : 0;
}

/* The first number of its engine's version; -ENOENT: not known. */
static long major_of(const struct ct_workload *w)
{
	const char *version = w->container.engine;
	char *end;
	long major;

	if (!version)
		return -ENOENT;
	major = strtol(version, &end, 10);
	return end != version && *end == '.' && major > 0 ? major : -ENOENT;
}

static bool is_old(const struct ct_workload *w)
{
	long major = major_of(w);

	return major > 0 && major < first_version(w);
}

uint64_t ct_engine_names__lacks(const struct ct_workload *w)
{
	ct_workload__for_each(part, w)
		if (is_old(part))
			return CT_CAPS_NEW;
	return 0;
}

bool ct_engine_names__are_all(const struct ct_workload *w)
{
	return first_version(w) && major_of(w) >= first_version(w);
}

bool ct_engine_names__are_unknown(const struct ct_workload *w)
{
	return first_version(w) && major_of(w) < 0;
}

/* Of several recordings one with an old engine, if there is any. */
static const struct ct_workload *telling_part(const struct ct_workload *w)
{
	ct_workload__for_each(part, w)
		if (is_old(part))
			return part;
	return w;
}

char *ct_engine_names__engine(const struct ct_workload *w)
{
	const struct ct_workload *part = telling_part(w);
	const char *title = ct_runtimes__facts(part->runtime)->title;
	ct_autofree char *version = NULL;

	if (!is_old(part))
		return ct_xstrdup(title);
	version = ct_printable(part->container.engine);
	return ct_xasprintf("%s %s", title, version);
}

char *ct_engine_names__first(const struct ct_workload *w)
{
	const struct ct_workload *part = telling_part(w);

	return ct_xasprintf("%s %ld", ct_runtimes__facts(part->runtime)->title,
			    first_version(part));
}
