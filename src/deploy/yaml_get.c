/* SPDX-License-Identifier: GPL-2.0-only */
/* Looks up values by their keys, resolving aliases and following merge keys. */
#include <string.h>

#include "deploy/yaml.h"

const struct ct_yaml_node *ct_yaml__resolve(const struct ct_yaml_node *n)
{
	/* The target of an alias is never an alias itself, since an alias cannot have an anchor. */
	return n && n->kind == CT_YAML_ALIAS ? n->target : n;
}

bool ct_yaml__is_null(const struct ct_yaml_node *n)
{
	static const char *const words[] = { "", "~", "null", "Null", "NULL" };

	if (!n)
		return true;
	if (n->kind != CT_YAML_SCALAR || n->style != CT_YAML_PLAIN)
		return false;
	for (size_t i = 0; i < CT_ARRAY_SIZE(words); i++)
		if (!strcmp(n->text, words[i]))
			return true;
	return false;
}

bool ct_yaml__is_merge(const struct ct_yaml_node *key)
{
	return key->kind == CT_YAML_SCALAR && key->style == CT_YAML_PLAIN &&
	       !strcmp(key->text, "<<");
}

const struct ct_yaml_node *ct_yaml__own(const struct ct_yaml_node *map, const char *key)
{
	if (!map || map->kind != CT_YAML_MAP)
		return NULL;
	for (size_t i = 0; i + 1 < map->nitems; i += 2) {
		const struct ct_yaml_node *k = ct_yaml__resolve(map->items[i]);

		if (k->kind == CT_YAML_SCALAR && !strcmp(k->text, key))
			return map->items[i + 1];
	}
	return NULL;
}

static const struct ct_yaml_node *get_merged(const struct ct_yaml_node *n, const char *key);

static const struct ct_yaml_node *get(const struct ct_yaml_node *n, const char *key)
{
	const struct ct_yaml_node *own = ct_yaml__own(ct_yaml__resolve(n), key);

	return own ? ct_yaml__resolve(own) : get_merged(n, key);
}

/* The parser limits the work, which nested merge keys could multiply. */
static const struct ct_yaml_node *get_merged(const struct ct_yaml_node *n, const char *key)
{
	const struct ct_yaml_node *found = NULL, *from;

	n = ct_yaml__resolve(n);
	if (!n || n->kind != CT_YAML_MAP)
		return NULL;
	for (size_t i = 0; i + 1 < n->nitems && !found; i += 2) {
		if (!ct_yaml__is_merge(n->items[i]))
			continue;
		from = ct_yaml__resolve(n->items[i + 1]);
		if (from->kind == CT_YAML_MAP)
			found = get(from, key);
		for (size_t k = 0; from->kind == CT_YAML_SEQ && k < from->nitems && !found; k++)
			found = get(from->items[k], key);
	}
	return found;
}

const struct ct_yaml_node *ct_yaml__get(const struct ct_yaml_node *n, const char *key)
{
	return get(n, key);
}

const struct ct_yaml_node *ct_yaml__merged(const struct ct_yaml_node *n, const char *key)
{
	return get_merged(n, key);
}
