/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads "sinks:" in the configuration. */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "sink/sink_priv.h"

#define QUEUE	   1000
#define MAX_QUEUE  100000
#define MAX_AGE_NS (24 * 3600 * CT_NS_PER_SEC)
#define TIMEOUT_NS (10 * CT_NS_PER_SEC)
#define RESEND_NS  (5 * 60 * CT_NS_PER_SEC)

const struct ct_sink_type *const ct_sink_types[] = {
	&ct_sink_file,	  &ct_sink_stdout,	 &ct_sink_journal, &ct_sink_syslog,
	&ct_sink_webhook, &ct_sink_alertmanager, &ct_sink_otlp,	   NULL,
};

/* The fields of all types, for freeing and comparing any configuration. */
static const struct ct_yaml_field all_fields[] = {
	CT_SINK_COMMON_FIELDS,
	CT_SINK_HTTP_FIELDS,
	CT_SINK_FIELD("path", TEXT, path),
	CT_SINK_FIELD("address", TEXT, address),
	CT_SINK_FIELD("socket", TEXT, socket),
	CT_SINK_FIELD("secret_file", TEXT, secret_file),
	CT_SINK_FIELD("resend", DURATION, resend_ns),
	{ .name = NULL },
};

void ct_sink_config__default(struct ct_sink_config *c)
{
	*c = (struct ct_sink_config){
		.queue = QUEUE,
		.max_age_ns = MAX_AGE_NS,
		.timeout_ns = TIMEOUT_NS,
		.resend_ns = RESEND_NS,
	};
}

void ct_sink_config__free(struct ct_sink_config *c)
{
	ct_yaml_fields__free(all_fields, c);
}

void ct_sink_configs__free(struct ct_sink_configs *l)
{
	for (size_t i = 0; i < l->len; i++)
		ct_sink_config__free(&l->items[i]);
	free(l->items);
	*l = (struct ct_sink_configs){ 0 };
}

static bool texts_equal(const struct ct_strings *a, const struct ct_strings *b)
{
	if (a->len != b->len)
		return false;
	for (size_t i = 0; i < a->len; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}

bool ct_sink_config__equal(const struct ct_sink_config *a, const struct ct_sink_config *b)
{
	bool equal = a->type == b->type;

	for (const struct ct_yaml_field *f = all_fields; f->name && equal; f++) {
		const void *x = (const char *)a + f->offset, *y = (const char *)b + f->offset;

		if (f->type == CT_YAML_TEXT)
			equal = ct_str_equal(*(char *const *)x, *(char *const *)y);
		else if (f->type == CT_YAML_TEXTS)
			equal = texts_equal(x, y);
		else if (f->type != CT_YAML_NODE)
			equal = *(const uint64_t *)x == *(const uint64_t *)y;
	}
	return equal;
}

bool ct_sink_config__wants(const struct ct_sink_config *c, const struct ct_notice *e)
{
	if (!c->kinds.len && ct_sink_types[c->type]->quiet)
		return e->kind != CT_NOTICE_HEARTBEAT;
	return !c->kinds.len || e->kind == CT_NOTICE_SELF_TEST ||
	       ct_strings__find(&c->kinds, ct_notice_kind__name(e->kind));
}

/* ---- reading ---- */

static int unknown_type(const struct ct_yaml *y, const struct ct_yaml_node *at, struct ct_err *err)
{
	struct ct_str known = { 0 };
	int ret;

	for (size_t i = 0; ct_sink_types[i]; i++)
		ct_str__addf(&known, "%s%s", i ? ", " : "", ct_sink_types[i]->name);
	ret = ct_yaml__error(y, at->start, err, "a sink needs 'type:', which is one of %s",
			     known.s);
	ct_str__free(&known);
	return ret;
}

static int find_type(const struct ct_yaml_node *n)
{
	const struct ct_yaml_node *type = ct_yaml__get(n, "type");

	for (int i = 0; type && type->kind == CT_YAML_SCALAR && ct_sink_types[i]; i++)
		if (!strcmp(type->text, ct_sink_types[i]->name))
			return i;
	return -EINVAL;
}

static int check_common(const struct ct_yaml *y, const struct ct_yaml_node *n,
			const struct ct_sink_config *c, struct ct_err *err)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "_.-";

	for (size_t i = 0; i < c->kinds.len; i++)
		if (ct_notice_kind__parse(c->kinds.items[i]) < 0) {
			ct_autofree char *shown = ct_printable(c->kinds.items[i]);

			return ct_yaml__error(y, ct_yaml__get(n, "kinds")->start, err,
					      "kinds: there is no event of kind '%s'; there are "
					      "new-need, host-scope, denied, unused-for, gap, "
					      "heartbeat, suppressed",
					      shown);
		}
	if (!c->queue || c->queue > MAX_QUEUE)
		return ct_yaml__error(y, ct_yaml__get(n, "queue")->start, err,
				      "queue must be from 1 to %d events", MAX_QUEUE);
	/* It becomes the label of a metric, and the name of a file. */
	if (c->name && (!*c->name || strlen(c->name) > 64 || *c->name == '.' ||
			strspn(c->name, plain) != strlen(c->name)))
		return ct_yaml__error(y, ct_yaml__get(n, "name")->start, err,
				      "name must be of letters, digits, '_', '.' and '-', 64 at "
				      "most");
	return 0;
}

static int read_one(const struct ct_yaml *y, const struct ct_yaml_node *n, struct ct_sink_config *c,
		    struct ct_err *err)
{
	ct_autoerr struct ct_err why = { 0 };
	const struct ct_sink_type *type;
	int ret;

	if (n->kind != CT_YAML_MAP)
		return unknown_type(y, n, err);
	c->type = find_type(n);
	if (c->type < 0)
		return unknown_type(y, ct_yaml__get(n, "type") ?: n, err);
	type = ct_sink_types[c->type];
	ret = ct_yaml_fields__read(y, n, type->fields, type->name, c, err);
	c->type_node = NULL;
	if (!ret)
		ret = check_common(y, n, c, err);
	if (!ret && type->check && type->check(c, &why))
		ret = ct_yaml__error(y, n->start, err, "%s: %s", type->name, why.msg);
	return ret;
}

static bool is_taken(const struct ct_sink_configs *l, size_t except, const char *name)
{
	for (size_t i = 0; i < l->len; i++)
		if (i != except && l->items[i].name && !strcmp(l->items[i].name, name))
			return true;
	return false;
}

/* "webhook", "webhook-2": numbered in their order, so that a reload gives the same names. */
static void name_them(struct ct_sink_configs *l)
{
	for (size_t i = 0; i < l->len; i++) {
		struct ct_sink_config *c = &l->items[i];
		const char *type = ct_sink_types[c->type]->name;
		char *name = c->name ? NULL : ct_xstrdup(type);

		for (int n = 2; name && is_taken(l, i, name); n++) {
			free(name);
			name = ct_xasprintf("%s-%d", type, n);
		}
		if (name)
			c->name = name;
	}
}

static int check_names(const struct ct_yaml *y, const struct ct_yaml_node *list,
		       const struct ct_sink_configs *l, struct ct_err *err)
{
	for (size_t i = 0; i < l->len; i++)
		if (l->items[i].name && is_taken(l, i, l->items[i].name))
			return ct_yaml__error(y, list->items[i]->start, err,
					      "two sinks have the name '%s'", l->items[i].name);
	return 0;
}

int ct_sink_configs__read(const struct ct_yaml *y, const struct ct_yaml_node *list,
			  struct ct_sink_configs *out, struct ct_err *err)
{
	struct ct_sink_configs l = { 0 };
	int ret = 0;

	list = ct_yaml__resolve(list);
	if (list && !ct_yaml__is_null(list) && list->kind != CT_YAML_SEQ)
		return ct_yaml__error(y, list->start, err,
				      "sinks must be a list, such as \"- type: journal\"");
	for (size_t i = 0; list && i < list->nitems && !ret; i++) {
		struct ct_sink_config *c = CT_PUSH(l.items, l.len, l.cap);

		ct_sink_config__default(c);
		ret = read_one(y, ct_yaml__resolve(list->items[i]), c, err);
	}
	if (!ret)
		ret = check_names(y, list, &l, err);
	if (ret) {
		ct_sink_configs__free(&l);
		return ret;
	}
	name_them(&l);
	*out = l;
	return 0;
}

void ct_sink_config__of_file(const char *path, struct ct_sink_config *c)
{
	ct_sink_config__default(c);
	for (c->type = 0;
	     ct_sink_types[c->type] != (strcmp(path, "-") != 0 ? &ct_sink_file : &ct_sink_stdout);)
		c->type++;
	c->path = ct_xstrdup(path);
	c->name = ct_xstrdup("events");
}

int ct_sinks__check(const struct ct_yaml *y, const struct ct_yaml_node *list, struct ct_err *err)
{
	struct ct_sink_configs l = { 0 };
	int ret = ct_sink_configs__read(y, list, &l, err);

	if (!ret)
		ct_sink_configs__free(&l);
	return ret;
}

static int look(const struct ct_sink_config *c, struct ct_err *err)
{
	const struct ct_sink_type *type = ct_sink_types[c->type];

	return type->look ? type->look(c, err) : 0;
}

int ct_sinks__look(const struct ct_yaml *y, const struct ct_yaml_node *list, const char *given,
		   struct ct_err *err)
{
	struct ct_sink_configs l = { 0 };
	int ret = ct_sink_configs__read(y, list, &l, err);

	for (size_t i = 0; !ret && i < l.len; i++) {
		ct_autoerr struct ct_err why = { 0 };

		ret = look(&l.items[i], &why);
		if (ret)
			(void)ct_yaml__error(y, ct_yaml__resolve(list)->items[i]->start, err, "%s",
					     why.msg);
	}
	ct_sink_configs__free(&l);
	if (!ret && given) {
		struct ct_sink_config c;

		ct_sink_config__of_file(given, &c);
		ret = look(&c, err);
		ct_sink_config__free(&c);
	}
	return ret;
}
