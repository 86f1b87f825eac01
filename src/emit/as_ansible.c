/* SPDX-License-Identifier: GPL-2.0-only */
/* A task for Ansible's community.docker.docker_container. */
#include <string.h>

#include "emit/common.h"
#include "emit/emit.h"

static const struct ct_idiom idiom = {
	.privileged = "privileged: true",
	.net_host = "network_mode: host",
	.user = "user:",
	.unconfined = "security_opts: [seccomp=unconfined]",
	.low_ports = true,
	.engine = true,
};

/* Ansible evaluates {{ }} on the controller, so a name with a brace is not written. */
static void put_image(const char *image, FILE *out)
{
	ct_autofree char *word = ct_emit__yaml(image && !strchr(image, '{') ? image : "IMAGE");

	fprintf(out, "    image: %s\n", word);
}

static void put_task(const struct ct_report *r, const struct ct_advice *a, FILE *out)
{
	ct_autofree char *name = ct_emit__key(ct_workload__label(a->workload), "_.-", false);
	int width = ct_emit__names_width(a->cap_add);
	enum ct_nnp nnp = ct_advice__nnp(r, a);

	ct_emit__heading(a, out, "");
	ct_emit__notes(a, &idiom, out, "");
	if (nnp == CT_NNP_LIKELY)
		ct_emit__note(out, "", "security_opts: [no-new-privileges] is %s",
			      ct_emit__nnp_text(nnp));
	fprintf(out, "- name: \"%s\"\n  community.docker.docker_container:\n    name: \"%s\"\n",
		name, name);
	put_image(a->workload->container.image, out);
	fprintf(out, "    cap_drop: [ALL]\n    capabilities:%s\n", a->cap_add ? "" : " []");
	ct_caps__for_each(cap, a->cap_add) {
		ct_autofree char *why = ct_emit__reason(a, cap);

		fprintf(out, "      - %-*s  # %s\n", width, ct_cap__name(cap), why);
	}
	if (nnp == CT_NNP_YES)
		fputs("    security_opts: [no-new-privileges]\n", out);
}

void ct_emit__ansible(const struct ct_report *r, FILE *out)
{
	fputs("---\n", out);
	for (size_t i = 0; i < r->nadvices; i++) {
		if (i)
			fputc('\n', out);
		put_task(r, &r->advices[i], out);
	}
	if (!r->nadvices)
		fputs("[]\n", out);
}
