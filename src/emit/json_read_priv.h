/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the parts of the reader of advices. A negative errno comes with a message. */
#ifndef CT_EMIT_JSON_READ_PRIV_H
#define CT_EMIT_JSON_READ_PRIV_H

#include <jansson.h>

#include "base/err.h"
#include "judge/judge.h"
#include "model/fields.h"

/* The object or array under key: 1 when there is none. */
int ct_read__get(json_t *o, const char *key, json_type type, json_t **v, struct ct_err *err);

/* The members of the object under key, if there is one. */
int ct_read__nested(json_t *o, const char *key, const struct ct_field *fields, void *obj,
		    struct ct_err *err);

int ct_read__cap(json_t *v, int *cap, struct ct_err *err);

/* Adds the names under key to *set. */
int ct_read__caps(json_t *o, const char *key, uint64_t *set, struct ct_err *err);

/* Every object of an array, with its place put before a message. */
int ct_read__list(json_t *o, const char *key,
		  int (*read)(json_t *item, void *to, struct ct_report *r, struct ct_err *err),
		  void *to, struct ct_report *r, struct ct_err *err);

/* json_read_workload.c: all but what the advice itself says. */
int ct_read__workload(json_t *o, struct ct_workload *w, struct ct_err *err);

#endif
