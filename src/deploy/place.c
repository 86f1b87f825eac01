/* SPDX-License-Identifier: GPL-2.0-only */
#include "deploy/place.h"

#include "base/util.h"

char *ct_place__text(const struct ct_place *at)
{
	ct_autofree char *name = ct_printable(at->file ? at->file : "?");

	return ct_xasprintf("%s:%u:%u", name, at->line, at->column);
}
