/* SPDX-License-Identifier: GPL-2.0-only */
#include "edit/text.h"

#include <string.h>

size_t ct_text__line_start(const struct ct_yaml *y, size_t pos)
{
	while (pos && y->text[pos - 1] != '\n')
		pos--;
	if (!pos && !strncmp(y->text, "\xef\xbb\xbf", 3))
		return 3;
	return pos;
}

size_t ct_text__line_end(const struct ct_yaml *y, size_t pos)
{
	while (pos < y->len && y->text[pos] != '\n')
		pos++;
	return pos && pos < y->len && y->text[pos - 1] == '\r' ? pos - 1 : pos;
}

size_t ct_text__next_line(const struct ct_yaml *y, size_t pos)
{
	while (pos < y->len && y->text[pos] != '\n')
		pos++;
	return pos < y->len ? pos + 1 : pos;
}

bool ct_text__blank(const struct ct_yaml *y, size_t from, size_t to)
{
	for (; from < to; from++)
		if (y->text[from] != ' ' && y->text[from] != '\t')
			return false;
	return true;
}

bool ct_text__rest_free(const struct ct_yaml *y, size_t pos)
{
	size_t end = ct_text__line_end(y, pos), at = pos;

	while (at < end && strchr(" \t", y->text[at]))
		at++;
	/* A '#' right behind a quote or a bracket begins a comment, too. */
	return at == end ||
	       (y->text[at] == '#' && (at > pos || (pos && strchr("[]{},\"'", y->text[pos - 1]))));
}

const char *ct_text__eol(const struct ct_yaml *y)
{
	const char *nl = strchr(y->text, '\n');

	return nl && nl > y->text && nl[-1] == '\r' ? "\r\n" : "\n";
}

char *ct_text__indent(const struct ct_yaml *y, size_t pos)
{
	size_t start = ct_text__line_start(y, pos);

	return ct_xstrndup(y->text + start, strspn(y->text + start, " "));
}

static int column(const struct ct_yaml *y, const struct ct_yaml_node *n)
{
	return (int)(n->start - ct_text__line_start(y, n->start));
}

size_t ct_text__first_dash(const struct ct_yaml *y, const struct ct_yaml_node *list)
{
	/* The start of a list with an anchor is not at its first dash. */
	size_t pos = list->anchor || list->tag ? ct_text__props_end(y, list) : list->start;

	while (pos < list->items[0]->props && y->text[pos] != '-')
		pos = y->text[pos] == '#' ? ct_text__line_end(y, pos) : pos + 1;
	return pos;
}

int ct_text__dash(const struct ct_yaml *y, const struct ct_yaml_node *list)
{
	size_t start = ct_text__line_start(y, ct_text__first_dash(y, list));

	return (int)strspn(y->text + start, " ");
}

static int find_list_step(const struct ct_yaml *y, const struct ct_yaml_node *n)
{
	int found = -1;

	for (size_t i = 0; i < n->nitems && found < 0; i++) {
		const struct ct_yaml_node *item = n->items[i];

		if (n->kind == CT_YAML_MAP && i % 2 && item->kind == CT_YAML_SEQ && !item->flow &&
		    item->nitems)
			found = ct_text__dash(y, item) - column(y, n->items[i - 1]);
		else
			found = find_list_step(y, item);
	}
	return found;
}

int ct_text__list_step(const struct ct_yaml *y)
{
	int step = y->root ? find_list_step(y, y->root) : -1;

	return step >= 0 && step <= 8 ? step : ct_text__map_step(y);
}

int ct_text__map_step(const struct ct_yaml *y)
{
	for (size_t i = 1; y->root && i < y->root->nitems; i += 2) {
		const struct ct_yaml_node *n = y->root->items[i];

		if (n->kind == CT_YAML_MAP && !n->flow && n->nitems) {
			int step = column(y, n->items[0]) - column(y, y->root->items[i - 1]);

			if (step > 0 && step <= 8)
				return step;
		}
	}
	return 2;
}

bool ct_text__is_json(const struct ct_yaml *y)
{
	size_t n = strlen(y->name);

	return n > 5 && !strcmp(y->name + n - 5, ".json");
}

size_t ct_text__props_end(const struct ct_yaml *y, const struct ct_yaml_node *n)
{
	size_t pos = n->props, end = pos;

	while (pos < y->len && (y->text[pos] == '&' || y->text[pos] == '!') &&
	       (n->anchor || n->tag)) {
		pos += strcspn(y->text + pos, " \t\r\n");
		end = pos;
		pos += strspn(y->text + pos, " \t\r\n");
	}
	return end;
}

/* The last node within a block value. */
static const struct ct_yaml_node *last_of(const struct ct_yaml_node *n)
{
	while ((n->kind == CT_YAML_MAP || n->kind == CT_YAML_SEQ) && !n->flow && n->nitems)
		n = n->items[n->nitems - 1];
	return n;
}

/* Where an empty value ends: behind the colon of its key. False: it is in a list. */
static bool after_colon(const struct ct_yaml *y, const struct ct_yaml_node *n, size_t *end)
{
	const struct ct_yaml_node *in = n->parent;

	if (!in || in->kind != CT_YAML_MAP)
		return false;
	for (size_t i = 1; i < in->nitems; i += 2)
		if (in->items[i] == n)
			*end = in->items[i - 1]->end;
	*end += strspn(y->text + *end, " \t");
	return y->text[(*end)++] == ':';
}

bool ct_text__after(const struct ct_yaml *y, const struct ct_yaml_node *value, size_t *pos)
{
	const struct ct_yaml_node *last = last_of(value);
	size_t end = last->end;

	if (last->kind == CT_YAML_SCALAR && last->style == CT_YAML_LITERAL)
		return false;
	if (last->kind == CT_YAML_SCALAR && last->start == last->end && !last->anchor &&
	    !last->tag && !after_colon(y, last, &end))
		return false;
	*pos = ct_text__line_end(y, end);
	return ct_text__rest_free(y, end);
}
