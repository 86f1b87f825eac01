/* SPDX-License-Identifier: GPL-2.0-only */
/* A drop-in for a service unit. It names the set, never what to leave out ("~"). */
#include <string.h>

#include "emit/common.h"
#include "emit/emit.h"

static const struct ct_idiom idiom = {
	.user = "User=",
	.ambient = true,
};

/* Lines of the same key add up, so an empty one clears those of the unit first. */
static void put_set(const char *key, uint64_t set, FILE *out)
{
	ct_autofree char *names = ct_caps__join(set, " ", "CAP_");

	fprintf(out, "%s=\n", key);
	if (set)
		fprintf(out, "%s=%s\n", key, names);
}

void ct_emit__unit_sets(uint64_t set, bool ambient, FILE *out)
{
	put_set("CapabilityBoundingSet", set, out);
	if (ambient)
		put_set("AmbientCapabilities", set, out);
}

static void put_service(const struct ct_report *r, const struct ct_advice *a, FILE *out)
{
	enum ct_nnp nnp = ct_advice__nnp(r, a);
	const struct ct_workload *w = a->workload;
	bool nonroot = ct_workload__nonroot(w) == CT_YES;

	ct_emit__heading(a, out, "");
	ct_emit__reasons(a, out, "");
	if (w->kind == CT_WL_UNIT) {
		ct_autofree char *unit = ct_emit__shell(ct_workload__is_users_unit(w) ?
								strchr(w->id, '/') + 1 :
								ct_workload__label(w));

		ct_emit__note(out, "", "a drop-in for it: systemctl %sedit %s",
			      ct_workload__is_users_unit(w) ? "--user " : "", unit);
	}
	ct_emit__notes(a, &idiom, out, "");
	if (a->cap_add & (CT_CAPS_NEW | ~CT_CAPS_ALL))
		ct_emit__note(out, "",
			      "an old systemd silently ignores a name that it does not know: see "
			      "systemctl show -p CapabilityBoundingSet");
	if (!nonroot && a->cap_add && !ct_workload__is_users_unit(w))
		ct_emit__note(out, "",
			      "with a User= other than root write the same set to "
			      "AmbientCapabilities=, too");
	if (nnp == CT_NNP_LIKELY)
		ct_emit__note(out, "", "NoNewPrivileges=yes is %s", ct_emit__nnp_text(nnp));
	fputs("[Service]\n", out);
	if (!ct_workload__is_users_unit(w))
		ct_emit__unit_sets(a->cap_add, nonroot && a->cap_add, out);
	if (nnp == CT_NNP_YES)
		fputs("NoNewPrivileges=yes\n", out);
}

void ct_emit__systemd(const struct ct_report *r, FILE *out)
{
	if (r->nadvices > 1)
		ct_emit__comment(out, "",
				 "several services: put each [Service] section into a drop-in of "
				 "its own unit");
	for (size_t i = 0; i < r->nadvices; i++) {
		if (i)
			fputc('\n', out);
		put_service(r, &r->advices[i], out);
	}
}
