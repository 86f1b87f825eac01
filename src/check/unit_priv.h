/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the readers of units and of Quadlet files. */
#ifndef CT_CHECK_UNIT_PRIV_H
#define CT_CHECK_UNIT_PRIV_H

#include "check/target.h"
#include "check/unit_text.h"

struct ct_unit_kind {
	enum ct_unit_syntax syntax;
	enum ct_target_kind target;
	size_t size; /* of what it keeps while it reads; zeroed */
	ct_unit_fn *take;
	void (*decide)(void *state);
};

/* What both keep first. */
struct ct_unit {
	struct ct_target *t;
	const char *suffix; /* of the file's name, with its dot */
};

extern const struct ct_unit_kind ct_unit_systemd, ct_unit_quadlet;

#endif
