/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads members of JSON objects, for both parts of the advice reader. */
#include <errno.h>

#include "emit/json_read_priv.h"

int ct_read__get(json_t *o, const char *key, json_type type, json_t **v, struct ct_err *err)
{
	*v = json_object_get(o, key);
	if (!*v)
		return 1;
	if (json_typeof(*v) != type)
		return ct_err__set(err, EINVAL, "\"%s\" is not an %s", key,
				   type == JSON_ARRAY ? "array" : "object");
	return 0;
}

int ct_read__nested(json_t *o, const char *key, const struct ct_field *fields, void *obj,
		    struct ct_err *err)
{
	json_t *v;
	int ret = ct_read__get(o, key, JSON_OBJECT, &v, err);

	if (ret)
		return ret > 0 ? 0 : ret;
	if (ct_fields__read(fields, obj, v, err))
		return ct_err__prefix(err, "\"%s\"", key);
	return 0;
}

int ct_read__cap(json_t *v, int *cap, struct ct_err *err)
{
	const char *name = json_string_value(v);
	ct_autofree char *shown = ct_printable(name ? name : "");
	int n = name ? ct_cap__parse(name) : -EINVAL;

	if (n < 0)
		return ct_err__set(err, EINVAL, "unknown capability '%.40s'", shown);
	*cap = n;
	return 0;
}

int ct_read__caps(json_t *o, const char *key, uint64_t *set, struct ct_err *err)
{
	json_t *list, *item;
	size_t i;
	int cap = 0, ret = ct_read__get(o, key, JSON_ARRAY, &list, err);

	if (ret)
		return ret > 0 ? 0 : ret;
	json_array_foreach(list, i, item) {
		if (ct_read__cap(item, &cap, err))
			return ct_err__prefix(err, "\"%s\"", key);
		*set |= 1ull << cap;
	}
	return 0;
}

int ct_read__list(json_t *o, const char *key,
		  int (*read)(json_t *item, void *to, struct ct_report *r, struct ct_err *err),
		  void *to, struct ct_report *r, struct ct_err *err)
{
	json_t *list, *item;
	size_t i;
	int ret = ct_read__get(o, key, JSON_ARRAY, &list, err);

	if (ret)
		return ret > 0 ? 0 : ret;
	json_array_foreach(list, i, item) {
		ret = json_is_object(item) ? read(item, to, r, err) :
					     ct_err__set(err, EINVAL, "this is not an object");
		if (ret)
			return ct_err__prefix(err, "%s[%zu]", key, i);
	}
	return 0;
}
