/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocks for Terraform: for a docker_container (kreuzwerker/docker), and for a container in a
 * resource of hashicorp/kubernetes.
 */
#include <string.h>

#include "emit/common.h"
#include "emit/emit.h"

static const struct ct_idiom docker_idiom = {
	.privileged = "privileged = true",
	.net_host = "network_mode = \"host\"",
	.user = "user",
	.unconfined = "security_opts = [\"seccomp=unconfined\"]",
	.low_ports = true,
	.engine = true,
};

static const struct ct_idiom kubernetes_idiom = {
	.privileged = "privileged = true",
	.net_host = "host_network = true",
	.unconfined = "seccomp_profile { type = \"Unconfined\" }",
};

static void put_names(const struct ct_advice *a, const char *prefix, FILE *out, const char *indent)
{
	int width = ct_emit__names_width(a->cap_add) + (*prefix ? 4 : 0);

	fprintf(out, "%sadd = [%s", indent, a->cap_add ? "\n" : "");
	ct_caps__for_each(cap, a->cap_add) {
		ct_autofree char *why = ct_emit__reason(a, cap);
		/* The name of a capability that is newer than the table has the prefix already. */
		ct_autofree char *prefixed = ct_emit__cap_prefixed(cap);
		const char *name = *prefix ? prefixed : ct_cap__name(cap);

		fprintf(out, "%s  \"%s\",%*s  # %s\n", indent, name, width - (int)strlen(name), "",
			why);
	}
	fprintf(out, "%s]\n", a->cap_add ? indent : "");
}

static void put_head(const struct ct_report *r, const struct ct_advice *a, size_t i,
		     const struct ct_idiom *idiom, const char *nnp, FILE *out)
{
	enum ct_nnp how = ct_advice__nnp(r, a);

	if (i)
		fputc('\n', out);
	ct_emit__heading(a, out, "");
	ct_emit__notes(a, idiom, out, "");
	if (how == CT_NNP_LIKELY)
		ct_emit__note(out, "", "%s is %s", nnp, ct_emit__nnp_text(how));
}

/* Docker stores names with the prefix; without it every plan would show a difference. */
void ct_emit__terraform(const struct ct_report *r, FILE *out)
{
	for (size_t i = 0; i < r->nadvices; i++) {
		const struct ct_advice *a = &r->advices[i];

		put_head(r, a, i, &docker_idiom, "security_opts = [\"no-new-privileges\"]", out);
		fputs("capabilities {\n  drop = [\"ALL\"]\n", out);
		put_names(a, "CAP_", out, "  ");
		fputs("}\n", out);
		if (ct_advice__nnp(r, a) == CT_NNP_YES)
			fputs("security_opts = [\"no-new-privileges\"]\n", out);
	}
}

void ct_emit__terraform_kubernetes(const struct ct_report *r, FILE *out)
{
	for (size_t i = 0; i < r->nadvices; i++) {
		const struct ct_advice *a = &r->advices[i];

		put_head(r, a, i, &kubernetes_idiom, "allow_privilege_escalation = false", out);
		fputs("security_context {\n  capabilities {\n    drop = [\"ALL\"]\n", out);
		put_names(a, "", out, "    ");
		fputs("  }\n", out);
		if (ct_advice__no_escalation(r, a) == CT_NNP_YES)
			fputs("  allow_privilege_escalation = false\n", out);
		fputs("}\n", out);
	}
}
