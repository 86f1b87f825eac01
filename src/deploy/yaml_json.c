/* SPDX-License-Identifier: GPL-2.0-only */
#include "deploy/yaml_json.h"

#include <string.h>

#define MAX_NODES 1000000 /* nested aliases multiply them */
#define MAX_DEPTH 2000

struct converter {
	long nodes;
	int depth;
};

static json_t *convert(struct converter *c, const struct ct_yaml_node *n);

static json_t *convert_scalar(const struct ct_yaml_node *n)
{
	json_t *word;

	if (ct_yaml__is_null(n))
		return json_null();
	if (n->style == CT_YAML_PLAIN && !n->tag && strchr("-0123456789tf", *n->text)) {
		word = json_loads(n->text, JSON_DECODE_ANY, NULL);
		if (json_is_number(word) || json_is_boolean(word))
			return word;
		json_decref(word);
	}
	return json_string(n->text);
}

static int add_merged(struct converter *c, json_t *object, const struct ct_yaml_node *from)
{
	json_t *merged;
	int ret = 0;

	from = ct_yaml__resolve(from);
	for (size_t i = 0; from->kind == CT_YAML_SEQ && i < from->nitems && !ret; i++)
		ret = add_merged(c, object, from->items[i]);
	if (from->kind != CT_YAML_MAP)
		return ret;
	merged = convert(c, from);
	ret = merged ? json_object_update_missing(object, merged) : -1;
	json_decref(merged);
	return ret;
}

static int add_pair(struct converter *c, json_t *object, const struct ct_yaml_node *key,
		    const struct ct_yaml_node *value)
{
	/* jansson refuses NULL, which fails the whole conversion. */
	return json_object_set_new(object, ct_yaml__resolve(key)->text, convert(c, value));
}

static json_t *convert_map(struct converter *c, const struct ct_yaml_node *n)
{
	json_t *object = json_object();
	int ret = 0;

	for (size_t i = 0; i + 1 < n->nitems && !ret; i += 2)
		if (!ct_yaml__is_merge(n->items[i]))
			ret = add_pair(c, object, n->items[i], n->items[i + 1]);
	for (size_t i = 0; i + 1 < n->nitems && !ret; i += 2)
		if (ct_yaml__is_merge(n->items[i]))
			ret = add_merged(c, object, n->items[i + 1]);
	if (!ret)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *convert_list(struct converter *c, const struct ct_yaml_node *n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n->nitems; i++)
		if (json_array_append_new(list, convert(c, n->items[i]))) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *convert(struct converter *c, const struct ct_yaml_node *n)
{
	json_t *made;

	n = ct_yaml__resolve(n);
	if (++c->nodes > MAX_NODES || c->depth == MAX_DEPTH)
		return NULL;
	c->depth++;
	made = n->kind == CT_YAML_MAP ? convert_map(c, n) :
	       n->kind == CT_YAML_SEQ ? convert_list(c, n) :
					convert_scalar(n);
	c->depth--;
	return made;
}

json_t *ct_yaml__json(const struct ct_yaml *y)
{
	struct converter c = { 0 };

	return y->root ? convert(&c, y->root) : NULL;
}
