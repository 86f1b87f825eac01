/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Members of a struct as members of a JSON object: one table says what is
 * written and what is read, so the two cannot drift apart.
 */
#ifndef CT_MODEL_FIELDS_H
#define CT_MODEL_FIELDS_H

#include <jansson.h>

#include "base/err.h"
#include "base/json.h"

enum ct_field_type {
	CT_FIELD_STR,  /* char *, NULL is not written */
	CT_FIELD_TEXT, /* char [n], "" is not written */
	CT_FIELD_UINT, /* unsigned of any size */
	CT_FIELD_HEX,  /* the same, as "0x..." */
	CT_FIELD_INT,  /* int16_t, int32_t, int64_t */
	CT_FIELD_BOOL,
	CT_FIELD_TRI,	 /* enum ct_tristate, CT_UNKNOWN is not written */
	CT_FIELD_NAME,	 /* an enumeration with names */
	CT_FIELD_RANGES, /* struct ct_ranges, as "0-3,5"; an empty one is not written */
};

struct ct_field {
	const char *name; /* NULL ends a table */
	enum ct_field_type type;
	uint32_t offset, size;
	bool keep;    /* written even when 0 or false */
	uint64_t max; /* CT_FIELD_UINT, CT_FIELD_RANGES: largest value, 0: what fits */
	const char *const *names;
};

/* Further members are given like .keep = true. */
#define CT_FIELD(object, kind, path, label, ...)                                            \
	{                                                                                   \
		.name = (label), .type = CT_FIELD_##kind, .offset = offsetof(object, path), \
		.size = sizeof(((object *)NULL)->path), ##__VA_ARGS__                       \
	}

void ct_fields__write(const struct ct_field *fields, const void *obj, struct ct_json *j);

/*
 * Takes the members out of the JSON object, so that only unknown ones are left in it. Members that
 * the object lacks stay as they are in obj. Returns 0, or -EINVAL with a message that names the
 * member; obj is then partly set, and has to be freed as usual.
 */
int ct_fields__read(const struct ct_field *fields, void *obj, json_t *json, struct ct_err *err);

void ct_fields__hex(struct ct_json *j, const char *key, uint64_t value);

/* Reads a number, or "0x..." since most JSON readers stop at 2^63. Returns 0 or -EINVAL. */
int ct_fields__to_uint(const json_t *value, uint64_t *n);

#endif
