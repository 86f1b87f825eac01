/* SPDX-License-Identifier: GPL-2.0-only */
/* The same in {flow: style}, JSON included; and anchors that lose their value. */
#include <errno.h>
#include <string.h>

#include "edit/change_priv.h"

static void add_word(const struct ct_change *c, struct ct_str *s, const char *word)
{
	ct_str__addf(s, ct_text__is_json(c->y) ? "\"%s\"" : "%s", word);
}

/* A comment ends its line, so that each item needs one of its own. */
static void add_flow_value(const struct ct_change *c, struct ct_str *s,
			   const struct ct_change_value *v, int indent)
{
	bool lines = !ct_text__is_json(c->y) && !v->brief;
	const char *eol = ct_text__eol(c->y);

	if (v->word) {
		ct_str__add(s, v->word);
		return;
	}
	ct_str__add(s, "[");
	for (size_t i = 0; i < v->nitems; i++) {
		const struct ct_change_item *item = &v->items[i];
		const char *comma = i + 1 < v->nitems ? "," : "";

		if (lines)
			ct_str__addf(s, "%s%*s", eol, indent + 4, "");
		add_word(c, s, item->text);
		if (lines && item->comment)
			ct_str__addf(s, "%s  # %s", comma, item->comment);
		else
			ct_str__addf(s, "%s%s", comma, *comma && !lines ? " " : "");
	}
	if (lines && v->nitems)
		ct_str__addf(s, "%s%*s", eol, indent + 2, "");
	ct_str__add(s, "]");
}

void ct_change__add_flow_entry(const struct ct_change *c, struct ct_str *s,
			       const struct ct_change_value *v, int indent)
{
	add_word(c, s, v->key);
	ct_str__add(s, ": ");
	add_flow_value(c, s, v, indent);
}

static int line_indent(const struct ct_change *c, size_t pos)
{
	return (int)strspn(c->y->text + ct_text__line_start(c->y, pos), " ");
}

int ct_change__replace_flow(struct ct_change *c, const struct ct_yaml_node *old,
			    const struct ct_change_value *v)
{
	struct ct_str s = {};

	if (old->props == old->end)
		return ct_yaml__error(c->y, old->start, c->err,
				      "%s without a value: write one, or use --override", v->key);
	if (old->tag && !strcmp(old->tag, "!override"))
		ct_str__add(&s, "!override ");
	add_flow_value(c, &s, v, line_indent(c, old->parent->start));
	ct_change__goes(c, old);
	ct_change__splice(c, old->props, old->end, s.s);
	return 0;
}

int ct_change__insert_flow(struct ct_change *c, const struct ct_yaml_node *map,
			   struct ct_change_value *const *values, size_t n)
{
	const struct ct_yaml_node *key = map->nitems ? map->items[map->nitems - 2] : NULL;
	const struct ct_yaml_node *last = map->nitems ? map->items[map->nitems - 1] : NULL;
	size_t key_line = key ? ct_text__line_start(c->y, key->props) : 0;
	ct_autofree char *sep = NULL;
	struct ct_str s = {};
	int indent = line_indent(c, map->start);

	if (!n)
		return 0;
	/* One entry a line, if the last one has a line of its own. */
	if (key && key_line > map->start && ct_text__blank(c->y, key_line, key->props)) {
		sep = ct_xasprintf(",%s%.*s", ct_text__eol(c->y), (int)(key->props - key_line),
				   c->y->text + key_line);
		indent = (int)(key->props - key_line) - 2;
		indent = indent < 0 ? 0 : indent;
	} else {
		sep = ct_xstrdup(", ");
	}
	/* Behind a last value that has bytes, else in front of everything. */
	if (last && last->end > last->props) {
		for (size_t i = 0; i < n; i++) {
			ct_str__add(&s, sep);
			ct_change__add_flow_entry(c, &s, values[i], indent);
		}
		ct_change__splice(c, last->end, last->end, s.s);
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		ct_change__add_flow_entry(c, &s, values[i], indent);
		ct_str__add(&s, i + 1 < n || key ? ", " : "");
	}
	ct_change__splice(c, map->start + 1, map->start + 1, s.s);
	return 0;
}

/* ---- anchors ---- */

static const struct ct_yaml_node *find_alias(const struct ct_change *c,
					     const struct ct_yaml_node *in,
					     const struct ct_yaml_node *target)
{
	const struct ct_yaml_node *found = NULL;

	if (in->kind == CT_YAML_ALIAS && in->target == target &&
	    !ct_splices__touch(&c->splices, in->start, in->end))
		return in;
	for (size_t i = 0; i < in->nitems && !found; i++)
		found = find_alias(c, in->items[i], target);
	return found;
}

/* A scalar's bytes, if they mean the same between the brackets of a list. */
static bool add_scalar(const struct ct_change *c, const struct ct_yaml_node *n, struct ct_str *s)
{
	ct_autofree char *text = ct_xstrndup(c->y->text + n->start, n->end - n->start);

	if (n->kind != CT_YAML_SCALAR || n->style == CT_YAML_LITERAL || n->tag ||
	    strpbrk(text, "\r\n") || (n->style == CT_YAML_PLAIN && strpbrk(text, ",[]{}#:?")))
		return false;
	ct_str__add(s, text);
	return *text;
}

static bool add_gone(const struct ct_change *c, const struct ct_yaml_node *n, struct ct_str *s)
{
	if (n->tag)
		return false;
	if (n->kind != CT_YAML_SEQ)
		return add_scalar(c, n, s);
	ct_str__add(s, "[");
	for (size_t i = 0; i < n->nitems; i++) {
		ct_str__add(s, i ? ", " : "");
		if (n->items[i]->anchor || !add_scalar(c, n->items[i], s))
			return false;
	}
	ct_str__add(s, "]");
	return true;
}

int ct_change__unshare(struct ct_change *c)
{
	for (size_t i = 0; i < c->ngone; i++) {
		const struct ct_yaml_node *n = c->gone[i], *alias;
		ct_autofree char *shown = ct_printable(n->anchor);
		struct ct_str s = {};

		alias = find_alias(c, c->y->root, n);
		if (!alias)
			continue;
		ct_str__addf(&s, "&%s ", n->anchor);
		if (!add_gone(c, n, &s)) {
			ct_str__free(&s);
			return ct_yaml__error(
				c->y, n->props, c->err,
				"what &%s marks is used elsewhere and cannot be moved "
				"there: write it out, or use --override",
				shown);
		}
		ct_change__splice(c, alias->start, alias->end, s.s);
	}
	return 0;
}
