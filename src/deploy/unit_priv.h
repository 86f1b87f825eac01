/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the readers of units and of Quadlet files. */
#ifndef CT_DEPLOY_UNIT_PRIV_H
#define CT_DEPLOY_UNIT_PRIV_H

#include "deploy/deployed.h"
#include "deploy/unit_text.h"

struct ct_unit_kind {
	enum ct_unit_syntax syntax;
	enum ct_deployed_kind target;
	size_t size; /* of its state while it reads, which starts zeroed */
	ct_unit_fn *take;
	void (*decide)(void *state);
};

/* Both states begin with this. */
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
 * Finds the drop-ins of a unit, in the order in which they apply. A unit in one of systemd's or
 * Quadlet's directories has the drop-ins of all of these, any other unit only those beside it.
 */
void ct_dropins__find(struct ct_dropins *l, const char *path);
void ct_dropins__free(struct ct_dropins *l);

/* Calls take for each setting in text, a unit's, and then for each one in its drop-ins. */
int ct_unit_read__files(struct ct_deployment *d, enum ct_unit_syntax syntax, const char *path,
			const char *text, ct_unit_fn *take, void *arg, struct ct_err *err);

extern const struct ct_unit_kind ct_unit_systemd, ct_unit_quadlet;

#endif
