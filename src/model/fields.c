/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/fields.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/util.h"
#include "model/names.h"
#include "model/session.h"

void ct_fields__hex(struct ct_json *j, const char *key, uint64_t value)
{
	char buf[20];

	snprintf(buf, sizeof(buf), "0x%" PRIx64, value);
	ct_json__str(j, key, buf);
}

int ct_fields__to_uint(const json_t *value, uint64_t *n)
{
	const char *s = json_string_value(value);
	uint64_t result = 0;

	if (json_is_integer(value)) {
		if (json_integer_value(value) < 0)
			return -EINVAL;
		*n = json_integer_value(value);
		return 0;
	}
	if (!s || strncmp(s, "0x", 2))
		return -EINVAL;
	s += 2;
	if (!*s || strlen(s) > 16 || strspn(s, "0123456789abcdefABCDEF") != strlen(s))
		return -EINVAL;
	result = strtoull(s, NULL, 16);
	*n = result;
	return 0;
}

static uint64_t get_uint(const struct ct_field *f, const void *p)
{
	switch (f->size) {
	case 1: return *(const uint8_t *)p;
	case 2: return *(const uint16_t *)p;
	case 4: return *(const uint32_t *)p;
	}
	return *(const uint64_t *)p;
}

static void set_uint(const struct ct_field *f, void *p, uint64_t n)
{
	switch (f->size) {
	case 1: *(uint8_t *)p = n; break;
	case 2: *(uint16_t *)p = n; break;
	case 4: *(uint32_t *)p = n; break;
	default: *(uint64_t *)p = n;
	}
}

static int64_t get_int(const struct ct_field *f, const void *p)
{
	switch (f->size) {
	case 2: return *(const int16_t *)p;
	case 4: return *(const int32_t *)p;
	default: return *(const int64_t *)p;
	}
}

/*
 * The text must fit its array again when it is read, so broken UTF-8 (mostly a character that the
 * kernel cut in two) must not become longer.
 */
static void write_text(const struct ct_field *f, const char *text, struct ct_json *j)
{
	ct_autofree char *copy = ct_xstrndup(text, f->size - 1);

	for (char *p = copy; *p;) {
		uint32_t c;
		size_t n = ct_utf8__decode(p, &c);

		if (!n)
			*p = '?';
		p += n ? n : 1;
	}
	if (*copy)
		ct_json__str(j, f->name, copy);
}

static void write_uint(const struct ct_field *f, uint64_t n, struct ct_json *j)
{
	if (!n && !f->keep)
		return;
	if (f->type == CT_FIELD_HEX || n > INT64_MAX)
		ct_fields__hex(j, f->name, n);
	else
		ct_json__uint(j, f->name, n);
}

static void write_ranges(const struct ct_field *f, const struct ct_ranges *r, struct ct_json *j)
{
	ct_autofree char *text = r->len ? ct_ranges__text(r) : NULL;

	ct_json__opt_str(j, f->name, text);
}

static void write_field(const struct ct_field *f, const void *p, struct ct_json *j)
{
	switch (f->type) {
	case CT_FIELD_STR: ct_json__opt_str(j, f->name, *(char *const *)p); break;
	case CT_FIELD_TEXT: write_text(f, p, j); break;
	case CT_FIELD_UINT:
	case CT_FIELD_HEX: write_uint(f, get_uint(f, p), j); break;
	case CT_FIELD_INT:
		if (get_int(f, p) || f->keep)
			ct_json__int(j, f->name, get_int(f, p));
		break;
	case CT_FIELD_BOOL:
		if (*(const bool *)p || f->keep)
			ct_json__bool(j, f->name, *(const bool *)p);
		break;
	case CT_FIELD_TRI:
		if (*(const enum ct_tristate *)p != CT_UNKNOWN)
			ct_json__bool(j, f->name, *(const enum ct_tristate *)p == CT_YES);
		break;
	case CT_FIELD_NAME:
		ct_json__str(j, f->name, ct_names__get(f->names, (int)get_int(f, p)));
		break;
	case CT_FIELD_RANGES: write_ranges(f, p, j); break;
	}
}

void ct_fields__write(const struct ct_field *fields, const void *obj, struct ct_json *j)
{
	for (const struct ct_field *f = fields; f->name; f++)
		write_field(f, (const char *)obj + f->offset, j);
}

static int wrong_type(const struct ct_field *f, const char *want, struct ct_err *err)
{
	return ct_err__set(err, EINVAL, "\"%s\" is not %s", f->name, want);
}

static int read_str(const struct ct_field *f, char **p, const json_t *v, struct ct_err *err)
{
	if (!json_is_string(v))
		return wrong_type(f, "a string", err);
	free(*p);
	*p = ct_xstrdup(json_string_value(v));
	return 0;
}

static int read_text(const struct ct_field *f, char *p, const json_t *v, struct ct_err *err)
{
	if (!json_is_string(v))
		return wrong_type(f, "a string", err);
	if (json_string_length(v) >= f->size)
		return ct_err__set(err, EINVAL, "\"%s\" is longer than %u bytes", f->name,
				   f->size - 1);
	memcpy(p, json_string_value(v), json_string_length(v) + 1);
	return 0;
}

static int read_uint(const struct ct_field *f, void *p, const json_t *v, struct ct_err *err)
{
	uint64_t max = f->max ? f->max : UINT64_MAX >> (64 - 8 * f->size);
	uint64_t n;

	if (ct_fields__to_uint(v, &n) || n > max)
		return ct_err__set(err, EINVAL, "\"%s\" is not a number from 0 to %" PRIu64,
				   f->name, max);
	set_uint(f, p, n);
	return 0;
}

static int read_int(const struct ct_field *f, void *p, const json_t *v, struct ct_err *err)
{
	json_int_t n = json_integer_value(v);

	if (!json_is_integer(v))
		return wrong_type(f, "a whole number", err);
	if ((f->size == 2 && (n < INT16_MIN || n > INT16_MAX)) ||
	    (f->size == 4 && (n < INT32_MIN || n > INT32_MAX)))
		return ct_err__set(err, EINVAL, "\"%s\" is out of range", f->name);
	set_uint(f, p, (uint64_t)n);
	return 0;
}

static int read_name(const struct ct_field *f, void *p, const json_t *v, struct ct_err *err)
{
	const char *s = json_string_value(v);
	ct_autofree char *word = s ? ct_printable(s) : NULL;
	int n;

	if (!s)
		return wrong_type(f, "a string", err);
	n = ct_names__find(f->names, s);
	if (n < 0)
		return ct_err__set(err, EINVAL, "\"%s\": '%.40s' is not known", f->name, word);
	set_uint(f, p, (uint64_t)n);
	return 0;
}

static int read_ranges(const struct ct_field *f, struct ct_ranges *r, const json_t *v,
		       struct ct_err *err)
{
	uint32_t max = f->max ? (uint32_t)f->max : UINT32_MAX - 1;

	if (!json_is_string(v) || ct_ranges__parse(json_string_value(v), max, r))
		return ct_err__set(
			err, EINVAL,
			"\"%s\" must be a list of ascending numbers up to %u, such as \"0-3,5\"",
			f->name, max);
	return 0;
}

static int read_field(const struct ct_field *f, void *p, const json_t *v, struct ct_err *err)
{
	switch (f->type) {
	case CT_FIELD_STR: return read_str(f, p, v, err);
	case CT_FIELD_TEXT: return read_text(f, p, v, err);
	case CT_FIELD_UINT:
	case CT_FIELD_HEX: return read_uint(f, p, v, err);
	case CT_FIELD_INT: return read_int(f, p, v, err);
	case CT_FIELD_NAME: return read_name(f, p, v, err);
	case CT_FIELD_RANGES: return read_ranges(f, p, v, err);
	case CT_FIELD_BOOL:
	case CT_FIELD_TRI: break;
	}
	if (!json_is_boolean(v))
		return wrong_type(f, "true or false", err);
	if (f->type == CT_FIELD_BOOL)
		*(bool *)p = json_is_true(v);
	else
		*(enum ct_tristate *)p = json_is_true(v) ? CT_YES : CT_NO;
	return 0;
}

int ct_fields__read(const struct ct_field *fields, void *obj, json_t *json, struct ct_err *err)
{
	for (const struct ct_field *f = fields; f->name; f++) {
		const json_t *v = json_object_get(json, f->name);
		int ret;

		if (!v)
			continue;
		ret = read_field(f, (char *)obj + f->offset, v, err);
		if (ret)
			return ret;
		json_object_del(json, f->name);
	}
	return 0;
}
