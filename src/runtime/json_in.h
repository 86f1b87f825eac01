/* SPDX-License-Identifier: GPL-2.0-only */
/* Small helpers for JSON that others wrote. */
#ifndef CT_RUNTIME_JSON_IN_H
#define CT_RUNTIME_JSON_IN_H

#include <jansson.h>

#include "base/util.h"

/* A string member, or NULL. */
static inline const char *ct_json_in__str(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static inline void ct_json_in__cleanup(json_t **j)
{
	json_decref(*j);
}
#define ct_autojson __attribute__((cleanup(ct_json_in__cleanup)))

/*
 * Loads a JSON text that others wrote. What is legal in JSON must not make all of it unreadable: a
 * NUL in a string is read as U+FFFD, and a whole number above INT64_MAX, such as the limit
 * RLIM_INFINITY in the configurations of runtimes, as INT64_MAX; both are changed in the text
 * itself, of which a copy may be large. The caller frees. NULL: it is not JSON, with the place in
 * *bad, which may be NULL.
 */
json_t *ct_json_in__load(char *text, size_t len, json_error_t *bad);

/* Replaces *dst with a copy of value; NULL, a member that is missing, leaves it alone. */
static inline void ct_json_in__take(char **dst, const char *value)
{
	if (!value)
		return;
	free(*dst);
	*dst = ct_xstrdup(value);
}

#endif
