/* SPDX-License-Identifier: GPL-2.0-only */
#include "deploy/yaml_fields.h"

#include <string.h>

#include "base/amount.h"
#include "base/opt.h"

struct fields_reader {
	const struct ct_yaml *y;
	void *into;
	struct ct_err *err;
};

static int wrong(const struct fields_reader *r, const struct ct_yaml_field *f,
		 const struct ct_yaml_node *n, const char *wanted)
{
	ct_autofree char *shown = ct_printable(n->kind == CT_YAML_SCALAR ? n->text : "");

	if (n->kind != CT_YAML_SCALAR)
		return ct_yaml__error(r->y, n->start, r->err, "%s must be %s", f->name, wanted);
	return ct_yaml__error(r->y, n->start, r->err, "%s: '%s' is not %s", f->name, shown, wanted);
}

static int read_bool(const struct fields_reader *r, const struct ct_yaml_field *f,
		     const struct ct_yaml_node *n, bool *value)
{
	if (n->kind == CT_YAML_SCALAR && !strcmp(n->text, "true"))
		*value = true;
	else if (n->kind == CT_YAML_SCALAR && !strcmp(n->text, "false"))
		*value = false;
	else
		return wrong(r, f, n, "true or false");
	return 0;
}

static int read_uint(const struct fields_reader *r, const struct ct_yaml_field *f,
		     const struct ct_yaml_node *n, uint64_t *value)
{
	size_t len = n->kind == CT_YAML_SCALAR ? strlen(n->text) : 0;

	if (!len || len > 18 || strspn(n->text, "0123456789") != len)
		return wrong(r, f, n, "a whole number");
	*value = strtoull(n->text, NULL, 10);
	return 0;
}

static int read_amount(const struct fields_reader *r, const struct ct_yaml_field *f,
		       const struct ct_yaml_node *n, uint64_t *value,
		       int (*parse)(const char *s, uint64_t *value), const char *wanted)
{
	if (n->kind != CT_YAML_SCALAR || parse(n->text, value))
		return wrong(r, f, n, wanted);
	return 0;
}

static int parse_time_or_none(const char *s, uint64_t *ns)
{
	if (strcmp(s, "none") != 0)
		return ct_duration__parse(s, ns);
	*ns = 0;
	return 0;
}

static int read_choice(const struct fields_reader *r, const struct ct_yaml_field *f,
		       const struct ct_yaml_node *n, int *value)
{
	struct ct_str known = {};
	int ret;

	for (int i = 0; f->choices[i]; i++) {
		if (n->kind == CT_YAML_SCALAR && !strcmp(n->text, f->choices[i])) {
			*value = i;
			ct_str__free(&known);
			return 0;
		}
		ct_str__addf(&known, "%s%s", i ? ", " : "one of ", f->choices[i]);
	}
	ret = wrong(r, f, n, known.s);
	ct_str__free(&known);
	return ret;
}

static int read_texts(const struct fields_reader *r, const struct ct_yaml_field *f,
		      const struct ct_yaml_node *n, struct ct_strings *list)
{
	if (n->kind == CT_YAML_SCALAR) {
		ct_strings__add(list, n->text);
		return 0;
	}
	if (n->kind != CT_YAML_SEQ)
		return wrong(r, f, n, "a list of texts");
	for (size_t i = 0; i < n->nitems; i++) {
		const struct ct_yaml_node *item = ct_yaml__resolve(n->items[i]);

		if (item->kind != CT_YAML_SCALAR)
			return wrong(r, f, item, "a list of texts");
		ct_strings__add(list, item->text);
	}
	return 0;
}

static int read_value(const struct fields_reader *r, const struct ct_yaml_field *f,
		      const struct ct_yaml_node *n)
{
	void *value = (char *)r->into + f->offset;

	switch (f->type) {
	case CT_YAML_TEXT:
		if (n->kind != CT_YAML_SCALAR)
			return wrong(r, f, n, "a text");
		free(*(char **)value);
		*(char **)value = ct_xstrdup(n->text);
		return 0;
	case CT_YAML_BOOL: return read_bool(r, f, n, value);
	case CT_YAML_UINT: return read_uint(r, f, n, value);
	case CT_YAML_DURATION:
		return read_amount(r, f, n, value, ct_duration__parse,
				   "a duration; write 500ms, 30s, 5m, 2h or 1d");
	case CT_YAML_TIME_OR_NONE:
		return read_amount(r, f, n, value, parse_time_or_none,
				   "a duration; write 30s, 5m, 2h, 1d or none");
	case CT_YAML_SIZE:
		return read_amount(r, f, n, value, ct_size__parse, "a size; write 512K, 64M or 2G");
	case CT_YAML_SHARE:
		return read_amount(r, f, n, value, ct_share__parse, "a share; write 2% or 0.5%");
	case CT_YAML_CHOICE: return read_choice(r, f, n, value);
	case CT_YAML_TEXTS: return read_texts(r, f, n, value);
	case CT_YAML_NODE: *(const struct ct_yaml_node **)value = n; return 0;
	case CT_YAML_SECTION: break;
	}
	return ct_yaml_fields__read(r->y, n, f->fields, f->name, r->into, r->err);
}

static const struct ct_yaml_field *find(const struct ct_yaml_field *fields, const char *name)
{
	for (const struct ct_yaml_field *f = fields; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

static int unknown_key(const struct fields_reader *r, const struct ct_yaml_field *fields,
		       const char *what, const struct ct_yaml_node *key)
{
	ct_autofree char *shown = ct_printable(key->kind == CT_YAML_SCALAR ? key->text : "");
	struct ct_str known = {};
	int ret;

	for (const struct ct_yaml_field *f = fields; f->name; f++)
		ct_str__addf(&known, "%s%s", f == fields ? "" : ", ", f->name);
	ret = ct_yaml__error(r->y, key->start, r->err, "%s has no '%s'; it has %s", what, shown,
			     known.s);
	ct_str__free(&known);
	return ret;
}

int ct_yaml_fields__read(const struct ct_yaml *y, const struct ct_yaml_node *n,
			 const struct ct_yaml_field *fields, const char *what, void *into,
			 struct ct_err *err)
{
	const struct fields_reader r = { y, into, err };
	int ret = 0;

	n = ct_yaml__resolve(n);
	if (ct_yaml__is_null(n))
		return 0;
	if (n->kind != CT_YAML_MAP)
		return ct_yaml__error(y, n->start, err, "%s must be a mapping of keys", what);
	for (size_t i = 0; i + 1 < n->nitems && !ret; i += 2) {
		const struct ct_yaml_node *key = ct_yaml__resolve(n->items[i]);
		const struct ct_yaml_node *value = ct_yaml__resolve(n->items[i + 1]);
		const struct ct_yaml_field *f = key->kind == CT_YAML_SCALAR ?
							find(fields, key->text) :
							NULL;

		if (!f)
			return unknown_key(&r, fields, what, key);
		if (!ct_yaml__is_null(value))
			ret = read_value(&r, f, value);
	}
	return ret;
}

void ct_yaml_fields__free(const struct ct_yaml_field *fields, void *of)
{
	for (const struct ct_yaml_field *f = fields; f->name; f++) {
		void *value = (char *)of + f->offset;

		if (f->type == CT_YAML_TEXT)
			free(ct_steal(*(char **)value));
		else if (f->type == CT_YAML_TEXTS)
			ct_strings__free(value);
		else if (f->type == CT_YAML_SECTION)
			ct_yaml_fields__free(f->fields, of);
	}
}
