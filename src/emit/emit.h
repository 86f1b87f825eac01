/* SPDX-License-Identifier: GPL-2.0-only */
/* The advice in the language of each tool that people deploy with. */
#ifndef CT_EMIT_EMIT_H
#define CT_EMIT_EMIT_H

#include <stdio.h>

#include "base/err.h"
#include "base/term.h"
#include "judge/judge.h"

enum ct_format {
	CT_FMT_TEXT,
	CT_FMT_JSON,
	CT_FMT_COMPOSE,
	CT_FMT_DOCKER,
	CT_FMT_PODMAN,
	CT_FMT_KUBERNETES,
	CT_FMT_SYSTEMD,
	CT_FMT_QUADLET,
	CT_FMT_OCI,
	CT_FMT_NOMAD,
	CT_FMT_HELM,
	CT_FMT_KUSTOMIZE,
	CT_FMT_LABEL,
	CT_FMT_ANSIBLE,
	CT_FMT_TERRAFORM,
	CT_FMT_TERRAFORM_KUBERNETES,
	CT_FMT_SWARM,
	CT_FMT_HTML,
	CT_FMT_MAX,
};
extern const char *const ct_format_choices[]; /* names, NULL-terminated, in enum order */

struct ct_emit_opts {
	enum ct_format format;
	enum ct_color color; /* text only */
	bool verbose;	     /* text only: evidence */
};

/*
 * One file for each format: src/emit/as_NAME.c (helm and kustomize: as_kubernetes.c; text and
 * html: src/view/).
 */
void ct_emit__json(const struct ct_report *r, FILE *out);
void ct_emit__compose(const struct ct_report *r, FILE *out);
void ct_emit__docker(const struct ct_report *r, FILE *out);
void ct_emit__podman(const struct ct_report *r, FILE *out);
void ct_emit__kubernetes(const struct ct_report *r, FILE *out);
/* The lines that give a unit exactly this set, whatever lines come before them. */
void ct_emit__unit_sets(uint64_t set, bool ambient, FILE *out);
void ct_emit__systemd(const struct ct_report *r, FILE *out);
void ct_emit__quadlet(const struct ct_report *r, FILE *out);
void ct_emit__oci(const struct ct_report *r, FILE *out);
void ct_emit__nomad(const struct ct_report *r, FILE *out);
void ct_emit__helm(const struct ct_report *r, FILE *out);
void ct_emit__kustomize(const struct ct_report *r, FILE *out);
void ct_emit__label(const struct ct_report *r, FILE *out);
void ct_emit__ansible(const struct ct_report *r, FILE *out);
void ct_emit__terraform(const struct ct_report *r, FILE *out);
void ct_emit__terraform_kubernetes(const struct ct_report *r, FILE *out);
void ct_emit__swarm(const struct ct_report *r, FILE *out);

#endif
