/* SPDX-License-Identifier: GPL-2.0-only */
/* A Compose snippet. Existing files are better changed by `captrim patch`. */
#include <string.h>

#include "emit/common.h"
#include "emit/emit.h"

/* YAML limits the length of a key, unless "?" marks it as one. */
#define LONGEST_KEY 1000

static const struct ct_idiom compose_idiom = {
	.privileged = "privileged: true",
	.net_host = "network_mode: host",
	.user = "user:",
	.unconfined = "security_opt: [seccomp:unconfined]",
	.low_ports = true,
	.engine = true,
};

static void put_set(const struct ct_advice *a, FILE *out)
{
	int width = ct_emit__names_width(a->cap_add);

	fputs("    cap_drop: [ALL]\n", out);
	if (a->cap_add)
		fputs("    cap_add:\n", out);
	ct_caps__for_each(cap, a->cap_add) {
		ct_autofree char *why = ct_emit__reason(a, cap);

		fprintf(out, "      - %-*s  # %s\n", width, ct_cap__name(cap), why);
	}
}

static void put_service(const struct ct_report *r, size_t n, FILE *out)
{
	const struct ct_advice *a = &r->advices[n];
	const char *nnp = ct_emit__nnp_text(ct_advice__nnp(r, a));
	ct_autofree char *key = ct_emit__unique_key(r, n, "._-", false);
	ct_autofree char *word = ct_emit__yaml(key);

	if (n)
		fputc('\n', out);
	ct_emit__incomplete(a, out, "  ");
	fprintf(out, strlen(word) > LONGEST_KEY ? "  ? %s\n  :\n" : "  %s:\n", word);
	put_set(a, out);
	if (a->workload->container.no_new_privs == CT_YES) {
		fputs("    security_opt: [\"no-new-privileges:true\"]  # as recorded\n", out);
	} else if (nnp) {
		ct_emit__comment(out, "    ", "no-new-privileges is %s", nnp);
		fputs("    # security_opt: [\"no-new-privileges:true\"]\n", out);
	}
	ct_emit__summary(a, out, "    ");
	ct_emit__notes(a, &compose_idiom, out, "    ");
}

/* For each service, the lines to paste come first and the notes about them after. */
void ct_emit__compose(const struct ct_report *r, FILE *out)
{
	ct_emit__incomplete_first(r, out);
	if (!r->nadvices) {
		fputs("services: {}\n", out);
		return;
	}
	fputs("services:\n", out);
	for (size_t i = 0; i < r->nadvices; i++)
		put_service(r, i, out);
	fputs("\n# In an override file write `cap_add: !override` in place of `cap_add:`, because "
	      "Compose\n# joins lists (Compose 2.24.4 or newer).\n",
	      out);
}
