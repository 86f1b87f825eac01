/* SPDX-License-Identifier: GPL-2.0-only */
#include "check/policy.h"

#include <string.h>

static const char *const scopes[] = { "none", "namespace", "host", NULL };
static const char *const risks[] = { "low", "medium", "high", NULL };
static const char *const confidences[] = { "low", "medium", "high", "proved", NULL };
static const char *const keys[] = { "forbid", "allow",		"max_scope", "max_risk",
				    "schema", "min_confidence", "workloads" };

#define SCHEMA "captrim.policy/1"

struct policy_reader {
	const struct ct_yaml *y;
	const char *file;
	struct ct_policy *p;
	struct ct_err *err;
};

static bool is_key(const char *s)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(keys); i++)
		if (!strcmp(s, keys[i]))
			return true;
	return false;
}

bool ct_policy__is(const struct ct_yaml_node *root)
{
	if (!root || root->kind != CT_YAML_MAP)
		return false;
	for (size_t i = 0; i + 1 < root->nitems; i += 2)
		if (root->items[i]->kind == CT_YAML_SCALAR && is_key(root->items[i]->text))
			return true;
	return false;
}

static struct ct_place place(const struct policy_reader *r, const struct ct_yaml_node *n)
{
	struct ct_place at = { .file = r->file };

	ct_yaml__place(r->y, n->start, &at.line, &at.column);
	return at;
}

static int read_caps(const struct policy_reader *r, const char *key,
		     const struct ct_yaml_node *list, uint64_t *set)
{
	if (ct_yaml__is_null(list))
		return 0;
	if (list->kind != CT_YAML_SEQ)
		return ct_yaml__error(r->y, list->start, r->err,
				      "%s must be a list of capabilities", key);
	for (size_t i = 0; i < list->nitems; i++) {
		const struct ct_yaml_node *n = ct_yaml__resolve(list->items[i]);
		uint64_t one;

		if (n->kind != CT_YAML_SCALAR || ct_caps__parse_one(n->text, &one)) {
			ct_autofree char *shown = ct_printable(n->text ? n->text : "");

			return ct_yaml__error(r->y, n->start, r->err, "unknown capability '%s'",
					      shown);
		}
		*set |= one;
	}
	return 0;
}

static int read_word(const struct policy_reader *r, const char *key, const struct ct_yaml_node *n,
		     const char *const *words, int *value)
{
	struct ct_str known = { 0 };
	int ret;

	for (int i = 0; words[i]; i++) {
		if (n->kind == CT_YAML_SCALAR && !strcmp(n->text, words[i])) {
			*value = i;
			ct_str__free(&known);
			return 0;
		}
		ct_str__addf(&known, "%s%s", i ? ", " : "", words[i]);
	}
	ret = ct_yaml__error(r->y, n->start, r->err, "%s is not one of %s", key, known.s);
	ct_str__free(&known);
	return ret;
}

static int read_workload(const struct policy_reader *r, const struct ct_yaml_node *key,
			 const struct ct_yaml_node *value)
{
	struct ct_policy *p = r->p;
	const struct ct_yaml_node *allow = ct_yaml__get(value, "allow");
	struct ct_policy_list *l;

	if (!allow || value->nitems != 2)
		return ct_yaml__error(r->y, key->start, r->err,
				      "a workload can only have 'allow:' with a list");
	l = CT_PUSH(p->workloads, p->len, p->cap);
	*l = (struct ct_policy_list){ .name = ct_xstrdup(key->text), .at = place(r, key) };
	return read_caps(r, "allow", allow, &l->allow);
}

static int read_workloads(const struct policy_reader *r, const struct ct_yaml_node *map)
{
	int ret = 0;

	if (ct_yaml__is_null(map))
		return 0;
	if (map->kind != CT_YAML_MAP)
		return ct_yaml__error(r->y, map->start, r->err,
				      "workloads must be a mapping of names");
	for (size_t i = 0; i + 1 < map->nitems && !ret; i += 2)
		ret = read_workload(r, ct_yaml__resolve(map->items[i]),
				    ct_yaml__resolve(map->items[i + 1]));
	return ret;
}

static int read_key(const struct policy_reader *r, const struct ct_yaml_node *key,
		    const struct ct_yaml_node *value)
{
	struct ct_policy *p = r->p;
	ct_autofree char *shown = ct_printable(key->text ? key->text : "");
	struct ct_place at = place(r, key);

	if (!strcmp(shown, "schema"))
		return value->kind == CT_YAML_SCALAR && !strcmp(value->text, SCHEMA) ?
			       0 :
			       ct_yaml__error(r->y, value->start, r->err,
					      "the policy has another format than " SCHEMA);
	if (!strcmp(shown, "forbid")) {
		p->forbid_at = at;
		return read_caps(r, shown, value, &p->forbid);
	}
	if (!strcmp(shown, "allow")) {
		p->has_allow = true;
		p->allow.at = at;
		return read_caps(r, shown, value, &p->allow.allow);
	}
	if (!strcmp(shown, "max_scope")) {
		p->scope_at = at;
		return read_word(r, shown, value, scopes, &p->max_scope);
	}
	if (!strcmp(shown, "max_risk")) {
		p->risk_at = at;
		return read_word(r, shown, value, risks, &p->max_risk);
	}
	if (!strcmp(shown, "min_confidence")) {
		p->confidence_at = at;
		return read_word(r, shown, value, confidences, &p->min_confidence);
	}
	if (!strcmp(shown, "workloads"))
		return read_workloads(r, value);
	return ct_yaml__error(r->y, key->start, r->err,
			      "a policy has no '%s'; it has forbid, allow, max_scope, max_risk, "
			      "min_confidence and workloads",
			      shown);
}

int ct_policy__read(const struct ct_yaml *y, const char *file, struct ct_policy *p,
		    struct ct_err *err)
{
	const struct policy_reader r = { .y = y, .file = file, .p = p, .err = err };
	int ret = 0;

	p->max_scope = p->max_risk = p->min_confidence = -1;
	for (size_t i = 0; i + 1 < y->root->nitems && !ret; i += 2)
		ret = read_key(&r, ct_yaml__resolve(y->root->items[i]),
			       ct_yaml__resolve(y->root->items[i + 1]));
	return ret;
}

void ct_policy__free(struct ct_policy *p)
{
	for (size_t i = 0; i < p->len; i++)
		free(p->workloads[i].name);
	free(p->workloads);
	*p = (struct ct_policy){ 0 };
}
