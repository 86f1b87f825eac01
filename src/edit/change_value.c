/* SPDX-License-Identifier: GPL-2.0-only */
/* What changes in block and flow style have in common. */
#include <string.h>

#include "edit/change_priv.h"

void ct_change_value__free(struct ct_change_value *v)
{
	for (size_t i = 0; i < v->nitems; i++) {
		free(v->items[i].text);
		free(v->items[i].comment);
		free(v->items[i].above);
	}
	free(v->items);
	free(v->word);
	free(v->comment);
	free(v->head);
	free(v->tail);
	*v = (struct ct_change_value){};
}

void ct_change__free(struct ct_change *c)
{
	ct_splices__free(&c->splices);
	free(c->gone);
	c->gone = NULL;
}

void ct_change__splice(struct ct_change *c, size_t start, size_t end, char *text)
{
	ct_splices__add(&c->splices, c->y->text, start, end, text);
}

void ct_change__goes(struct ct_change *c, const struct ct_yaml_node *n)
{
	if (n->anchor)
		*CT_PUSH(c->gone, c->ngone, c->gone_cap) = n;
}

static bool same_name(const char *a, const char *b)
{
	uint64_t x, y;

	if (!ct_caps__parse_one(a, &x) && !ct_caps__parse_one(b, &y))
		return x == y;
	return !strcmp(a, b);
}

ssize_t ct_change__index(const struct ct_change_value *v, const struct ct_yaml_node *item)
{
	const struct ct_yaml_node *r = ct_yaml__resolve(item);

	for (size_t i = 0; r->kind == CT_YAML_SCALAR && i < v->nitems; i++)
		if (same_name(v->items[i].text, r->text))
			return (ssize_t)i;
	return -1;
}
