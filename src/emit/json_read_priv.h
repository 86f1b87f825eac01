/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the parts of the advice reader. A negative errno comes with a message. */
#ifndef CT_EMIT_JSON_READ_PRIV_H
#define CT_EMIT_JSON_READ_PRIV_H

#include <jansson.h>

#include "base/err.h"
#include "judge/judge.h"
#include "model/fields.h"

/* Sets *v to the object or array under key. Returns 1 if there is none. */
int ct_read__get(json_t *o, const char *key, json_type type, json_t **v, struct ct_err *err);

/* Reads the members of the object under key, if there is one. */
int ct_read__nested(json_t *o, const char *key, const struct ct_field *fields, void *obj,
		    struct ct_err *err);

int ct_read__cap(json_t *v, int *cap, struct ct_err *err);

/* Adds the capabilities named under key, if any, to *set. */
int ct_read__caps(json_t *o, const char *key, uint64_t *set, struct ct_err *err);

/* Calls read for every object of the array under key, if any; puts its place before a message. */
int ct_read__list(json_t *o, const char *key,
		  int (*read)(json_t *item, void *to, struct ct_report *r, struct ct_err *err),
		  void *to, struct ct_report *r, struct ct_err *err);

/* json_read_workload.c: reads everything but the advice itself. */
int ct_read__workload(json_t *o, struct ct_workload *w, struct ct_err *err);

#endif
