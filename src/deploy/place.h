/* SPDX-License-Identifier: GPL-2.0-only */
/* A place in a file. */
#ifndef CT_DEPLOY_PLACE_H
#define CT_DEPLOY_PLACE_H

/* line and column count from 1, the column in characters. file NULL: nowhere. */
struct ct_place {
	const char *file; /* as it was given, or found by include and extends */
	unsigned int line, column;
};

/* "compose.yaml:3:5", printable; the caller frees. */
char *ct_place__text(const struct ct_place *at);

#endif
