/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the readers of units and of Quadlet files. */
#ifndef CT_DEPLOY_UNIT_PRIV_H
#define CT_DEPLOY_UNIT_PRIV_H

#include "deploy/deployed.h"
#include "deploy/unit_text.h"

struct ct_unit_kind {
	enum ct_unit_syntax syntax;
	enum ct_deployed_kind target;
	size_t size; /* of what it keeps while it reads; zeroed */
	ct_unit_fn *take;
	void (*decide)(void *state);
};

/* What both keep first. */
struct ct_unit_read {
	struct ct_deployed *t;
	const char *suffix; /* of the file's name, with its dot */
};

struct ct_dropin {
	char *name, *path;
};

struct ct_dropins {
	struct ct_dropin *items;
	size_t len, cap;
};

/*
 * The drop-ins of a unit, in the order in which they count. A unit in a directory of systemd's or
 * Quadlet's has those of all its directories, another one those beside it.
 */
void ct_dropins__find(struct ct_dropins *l, const char *path);
void ct_dropins__free(struct ct_dropins *l);

/* Calls take for each setting of a unit, whose text is given, and then for those of its drop-ins.
 */
int ct_unit_read__files(struct ct_deployment *d, enum ct_unit_syntax syntax, const char *path,
			const char *text, ct_unit_fn *take, void *arg, struct ct_err *err);

extern const struct ct_unit_kind ct_unit_systemd, ct_unit_quadlet;

#endif
