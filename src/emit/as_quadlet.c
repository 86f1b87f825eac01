/* SPDX-License-Identifier: GPL-2.0-only */
/* The [Container] section of a Quadlet file (Podman 4.4 or newer). */
#include <string.h>

#include "emit/common.h"
#include "emit/emit.h"

static const struct ct_idiom idiom = {
	.privileged = "PodmanArgs=--privileged",
	.net_host = "Network=host",
	.user = "User=",
	.unconfined = "SeccompProfile=unconfined",
	.ambient = true,
};

static void put_container(const struct ct_report *r, const struct ct_advice *a, FILE *out)
{
	enum ct_nnp nnp = ct_advice__nnp(r, a);

	ct_emit__heading(a, out, "");
	ct_emit__reasons(a, out, "");
	ct_emit__notes(a, &idiom, out, "");
	if (nnp == CT_NNP_LIKELY)
		ct_emit__note(out, "", "NoNewPrivileges=true is %s", ct_emit__nnp_text(nnp));
	/* In a drop-in, the empty value clears what the unit itself adds (LookupAllRaw()). */
	fputs("[Container]\nDropCapability=all\nAddCapability=\n", out);
	ct_caps__for_each(cap, a->cap_add) {
		ct_autofree char *name = ct_emit__cap_prefixed(cap);

		fprintf(out, "AddCapability=%s\n", name);
	}
	if (nnp == CT_NNP_YES)
		fputs("NoNewPrivileges=true\n", out);
}

/* Is it a unit around a reported container, made by Quadlet? Its own work is all Podman's. */
static bool is_around_another(const struct ct_report *r, const struct ct_workload *unit)
{
	size_t len = unit->cgroup_path ? strlen(unit->cgroup_path) : 0;

	if (unit->kind != CT_WL_UNIT || !len)
		return false;
	for (size_t i = 0; i < r->nadvices; i++) {
		const struct ct_workload *w = r->advices[i].workload;

		if (w->kind == CT_WL_CONTAINER && w->cgroup_path &&
		    !strncmp(w->cgroup_path, unit->cgroup_path, len) && w->cgroup_path[len] == '/')
			return true;
	}
	return false;
}

void ct_emit__quadlet(const struct ct_report *r, FILE *out)
{
	const char *between = "";

	for (size_t i = 0; i < r->nadvices; i++) {
		if (is_around_another(r, r->advices[i].workload))
			continue;
		fputs(between, out);
		put_container(r, &r->advices[i], out);
		between = "\n";
	}
}
