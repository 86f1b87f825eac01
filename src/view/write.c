/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes a report in the format that was asked for. */
#include "base/outfile.h"
#include "view/view.h"

const char *const ct_format_choices[] = {
	"text",	  "json",	"compose",   "docker",
	"podman", "kubernetes", "systemd",   "quadlet",
	"oci",	  "nomad",	"helm",	     "kustomize",
	"label",  "ansible",	"terraform", "terraform-kubernetes",
	"swarm",  "html",	NULL,
};
_Static_assert(CT_ARRAY_SIZE(ct_format_choices) == CT_FMT_MAX + 1, "a format without a name");

typedef void (*writer_fn)(const struct ct_report *r, FILE *out);

static const writer_fn writers[CT_FMT_MAX] = {
	[CT_FMT_JSON] = ct_emit__json,
	[CT_FMT_COMPOSE] = ct_emit__compose,
	[CT_FMT_DOCKER] = ct_emit__docker,
	[CT_FMT_PODMAN] = ct_emit__podman,
	[CT_FMT_KUBERNETES] = ct_emit__kubernetes,
	[CT_FMT_SYSTEMD] = ct_emit__systemd,
	[CT_FMT_QUADLET] = ct_emit__quadlet,
	[CT_FMT_OCI] = ct_emit__oci,
	[CT_FMT_NOMAD] = ct_emit__nomad,
	[CT_FMT_HELM] = ct_emit__helm,
	[CT_FMT_KUSTOMIZE] = ct_emit__kustomize,
	[CT_FMT_LABEL] = ct_emit__label,
	[CT_FMT_ANSIBLE] = ct_emit__ansible,
	[CT_FMT_TERRAFORM] = ct_emit__terraform,
	[CT_FMT_TERRAFORM_KUBERNETES] = ct_emit__terraform_kubernetes,
	[CT_FMT_SWARM] = ct_emit__swarm,
	[CT_FMT_HTML] = ct_view__html,
};

struct job {
	const struct ct_report *r;
	const struct ct_emit_opts *opts;
};

static void write_job(FILE *out, void *arg)
{
	const struct job *j = arg;

	if (j->opts->format == CT_FMT_TEXT) {
		struct ct_term term = ct_term__of(out, j->opts->color);

		ct_view__text(j->r, out, &term, j->opts->verbose);
	} else {
		writers[j->opts->format](j->r, out);
	}
}

int ct_view__write(const struct ct_report *r, const struct ct_emit_opts *opts, const char *path,
		   struct ct_err *err)
{
	return ct_outfile__write(path ? path : "-", write_job, &(struct job){ r, opts }, err);
}
