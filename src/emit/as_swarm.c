/* SPDX-License-Identifier: GPL-2.0-only */
/* Options for `docker service create`, which has fewer than `docker run`. */
#include "emit/common.h"
#include "emit/emit.h"

static const struct ct_idiom idiom = {
	.net_host = "--network host",
	.user = "--user",
	.low_ports = true,
	.engine = true,
};

void ct_emit__swarm(const struct ct_report *r, FILE *out)
{
	for (size_t i = 0; i < r->nadvices; i++) {
		const struct ct_advice *a = &r->advices[i];
		const char *image = a->workload->container.image;
		ct_autofree char *word = ct_emit__shell(image ? image : "IMAGE");

		if (i)
			fputc('\n', out);
		ct_emit__heading(a, out, "");
		ct_emit__reasons(a, out, "");
		ct_emit__notes(a, &idiom, out, "");
		ct_emit__note(out, "",
			      "of a service that runs: docker service update with the same "
			      "options and its name");
		fputs("docker service create \\\n    --cap-drop ALL", out);
		ct_caps__for_each(cap, a->cap_add)
			fprintf(out, " \\\n    --cap-add %s", ct_cap__name(cap));
		fprintf(out, " \\\n    %s\n", word);
	}
}
