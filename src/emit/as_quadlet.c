/* SPDX-License-Identifier: GPL-2.0-only */
/* The [Container] section of a Quadlet file (Podman 4.4 or newer). */
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
	fputs("[Container]\nDropCapability=all\n", out);
	ct_caps__for_each(cap, a->cap_add) {
		ct_autofree char *name = ct_emit__cap_prefixed(cap);

		fprintf(out, "AddCapability=%s\n", name);
	}
	if (nnp == CT_NNP_YES)
		fputs("NoNewPrivileges=true\n", out);
}

void ct_emit__quadlet(const struct ct_report *r, FILE *out)
{
	for (size_t i = 0; i < r->nadvices; i++) {
		if (i)
			fputc('\n', out);
		put_container(r, &r->advices[i], out);
	}
}
