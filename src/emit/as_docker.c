/* SPDX-License-Identifier: GPL-2.0-only */
/* Options for `docker run`; Podman's are the same. */
#include "emit/common.h"
#include "emit/emit.h"

static const struct ct_idiom docker_idiom = {
	.privileged = "--privileged",
	.net_host = "--network host",
	.user = "--user",
	.unconfined = "--security-opt seccomp=unconfined",
	.low_ports = true,
	.engine = true,
};

static void put_flags(const struct ct_advice *a, FILE *out, const char *sep)
{
	fputs("--cap-drop ALL", out);
	ct_caps__for_each(cap, a->cap_add)
		fprintf(out, "%s--cap-add %s", sep, ct_cap__name(cap));
}

static void put_run(const struct ct_advice *a, const char *tool, FILE *out)
{
	const struct ct_workload *w = a->workload;
	const char *image = w->container.image;
	ct_autofree char *word = ct_emit__shell(image ? image : "IMAGE");

	fprintf(out, "%s run \\\n    ", tool);
	put_flags(a, out, " \\\n    ");
	if (w->container.no_new_privs == CT_YES)
		fputs(" \\\n    --security-opt no-new-privileges", out);
	fprintf(out, " \\\n    %s\n", word);
}

void ct_emit__run_options(const struct ct_report *r, const char *tool, const struct ct_idiom *idiom,
			  FILE *out)
{
	for (size_t i = 0; i < r->nadvices; i++) {
		const struct ct_advice *a = &r->advices[i];
		const char *nnp = ct_emit__nnp_text(ct_advice__nnp(r, a));

		if (i)
			fputc('\n', out);
		ct_emit__heading(a, out, "");
		ct_emit__reasons(a, out, "");
		if (a->workload->container.no_new_privs != CT_YES && nnp)
			ct_emit__note(out, "", "--security-opt no-new-privileges is %s", nnp);
		ct_emit__notes(a, idiom, out, "");
		put_flags(a, out, " ");
		fputs("\n\n", out);
		put_run(a, tool, out);
	}
}

void ct_emit__docker(const struct ct_report *r, FILE *out)
{
	ct_emit__run_options(r, "docker", &docker_idiom, out);
}
