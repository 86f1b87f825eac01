/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes in {flow: style}, JSON included; and anchors whose value goes. */
#include <errno.h>
#include <string.h>

#include "edit/change_priv.h"

static void add_word(const struct ct_change *c, struct ct_str *s, const char *word)
{
	ct_str__addf(s, ct_text__is_json(c->y) ? "\"%s\"" : "%s", word);
}

/*
 * A comment ends its line, so each item needs a line of its own. indent is that of the line in
 * which the value begins; the rest of the line behind the list gets it again, so that a second
 * patch finds every mapping that begins there on a line of the same indentation.
 */
static void add_flow_value(const struct ct_change *c, struct ct_str *s,
			   const struct ct_change_value *v, int indent)
{
	bool lines = !ct_text__is_json(c->y) && (!v->brief || v->head || v->tail);
	const char *eol = ct_text__eol(c->y);

	if (v->word) {
		ct_str__add(s, v->word);
		return;
	}
	ct_str__add(s, "[");
	ct_change__add_lines(c, s, v->head, indent + 2);
	for (size_t i = 0; i < v->nitems; i++) {
		const struct ct_change_item *item = &v->items[i];
		const char *comma = i + 1 < v->nitems ? "," : "";

		ct_change__add_lines(c, s, item->above, indent + 2);
		if (lines)
			ct_str__addf(s, "%s%*s", eol, indent + 2, "");
		add_word(c, s, item->text);
		if (lines && item->comment)
			ct_str__addf(s, "%s  # %s", comma, item->comment);
		else
			ct_str__addf(s, "%s%s", comma, *comma && !lines ? " " : "");
	}
	ct_change__add_lines(c, s, v->tail, indent + 2);
	if (lines && (v->nitems || v->head || v->tail))
		ct_str__addf(s, "%s%*s", eol, indent, "");
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

/* Does only white space or a comma follow pos on its line? *end: behind the comma, or pos. */
static bool ends_line(const struct ct_change *c, size_t pos, size_t *end)
{
	const char *text = c->y->text;

	*end = pos + strspn(text + pos, " \t");
	*end = text[*end] == ',' ? *end + 1 : pos;
	return ct_text__blank(c->y, *end, ct_text__line_end(c->y, *end));
}

/* Does the last entry begin a line of its own? */
static bool begins_line(const struct ct_change *c, const struct ct_yaml_node *map)
{
	size_t key = map->items[map->nitems - 2]->props, start = ct_text__line_start(c->y, key);

	return start > map->start && ct_text__blank(c->y, start, key);
}

bool ct_change__is_one_line(const struct ct_change *c, const struct ct_yaml_node *map)
{
	if (map->kind == CT_YAML_ALIAS)
		return map->parent && map->parent->flow;
	return map->flow && !memchr(c->y->text + map->start, '\n', map->end - map->start);
}

/* Does a comment follow pos on its line, with at most a comma between? */
static bool has_remark(const struct ct_change *c, size_t pos)
{
	pos += strspn(c->y->text + pos, " \t");
	pos += c->y->text[pos] == ',';
	pos += strspn(c->y->text + pos, " \t");
	return c->y->text[pos] == '#';
}

/* Does the list have v's items in the same order, each with a comment if there is room? */
static bool is_done(const struct ct_change *c, const struct ct_yaml_node *old,
		    const struct ct_change_value *v)
{
	bool remarks = !v->brief && !ct_text__is_json(c->y);

	if (v->word || old->kind != CT_YAML_SEQ || old->anchor || old->nitems != v->nitems ||
	    (old->tag && strcmp(old->tag, "!override") != 0))
		return false;
	for (size_t i = 0; i < v->nitems; i++)
		if (ct_change__index(v, old->items[i]) != (ssize_t)i || old->items[i]->anchor ||
		    old->items[i]->kind != CT_YAML_SCALAR ||
		    (remarks && !has_remark(c, old->items[i]->end)))
			return false;
	return true;
}

int ct_change__replace_flow(struct ct_change *c, const struct ct_yaml_node *old,
			    struct ct_change_value *v)
{
	const struct ct_yaml_node *map = old->parent;
	struct ct_str s = {};
	size_t end;

	if (old->props == old->end)
		return ct_yaml__error(c->y, old->start, c->err,
				      "%s without a value: write one, or use --override", v->key);
	if (old->tag && !strcmp(old->tag, "!override"))
		ct_str__add(&s, "!override ");
	if (is_done(c, old, v)) {
		ct_str__free(&s);
	} else {
		ct_change__keep_remarks(c, old, old->start + 1, v);
		add_flow_value(c, &s, v, line_indent(c, old->props));
		ct_change__goes(c, old);
		ct_change__splice(c, old->props, old->end, s.s);
	}
	/* What goes behind the last value is left to ct_change__insert_flow(). */
	if (v->comment && !ct_text__is_json(c->y) && old != map->items[map->nitems - 1] &&
	    ends_line(c, old->end, &end))
		ct_change__splice(c, end, end, ct_xasprintf("  # %s", v->comment));
	return 0;
}

/*
 * The white space between a flow mapping's entries: a line end with indentation, or a space. Sets
 * *indent to that of the line where a new entry begins.
 */
static char *separator(const struct ct_change *c, const struct ct_yaml_node *map, bool own,
		       bool lines, int *indent)
{
	size_t key = map->items[map->nitems - 2]->props, start = ct_text__line_start(c->y, key);

	if (own) {
		*indent = (int)(key - start);
		return ct_xasprintf("%s%.*s", ct_text__eol(c->y), *indent, c->y->text + start);
	}
	*indent = lines ? line_indent(c, map->start) + 2 :
			  line_indent(c, map->items[map->nitems - 1]->end);
	return lines ? ct_xasprintf("%s%*s", ct_text__eol(c->y), *indent, "") : ct_xstrdup(" ");
}

/* Inserts entries behind the last value. If it has a comment, only the comma goes before that. */
static void insert_behind(struct ct_change *c, const struct ct_yaml_node *map,
			  struct ct_change_value *const *values, size_t n, const char *why)
{
	const struct ct_yaml_node *last = map->items[map->nitems - 1];
	bool own = begins_line(c, map), json = ct_text__is_json(c->y), remark, comma;
	size_t end, at = last->end;
	ct_autofree char *sep = NULL;
	struct ct_str s = {};
	int indent;

	remark = !ends_line(c, at, &end) && ct_text__rest_free(c->y, end);
	comma = end > at;
	sep = separator(c, map, own, own || remark, &indent);
	if (remark) {
		if (!comma)
			ct_change__splice(c, at, at, ct_xstrdup(","));
		at = ct_text__line_end(c->y, end);
	} else {
		ct_str__add(&s, ",");
		if (own && why && !json)
			ct_str__addf(&s, "  # %s", why);
	}
	for (size_t i = 0; i < n; i++) {
		ct_str__add(&s, sep);
		ct_change__add_flow_entry(c, &s, values[i], indent);
		ct_str__add(&s, i + 1 < n ? "," : "");
		if ((own || remark) && i + 1 < n && values[i]->comment && !json)
			ct_str__addf(&s, "  # %s", values[i]->comment);
	}
	ct_change__splice(c, at, at, s.s);
}

int ct_change__insert_flow(struct ct_change *c, const struct ct_yaml_node *map,
			   struct ct_change_value *const *values, size_t n, const char *why)
{
	const struct ct_yaml_node *last = map->nitems ? map->items[map->nitems - 1] : NULL;
	int indent = line_indent(c, map->start);
	struct ct_str s = {};

	if (!n)
		return 0;
	/* Behind the last value unless it is empty, else before all entries. */
	if (last && last->end > last->props) {
		insert_behind(c, map, values, n, why);
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		ct_change__add_flow_entry(c, &s, values[i], indent);
		ct_str__add(&s, i + 1 < n || last ? ", " : "");
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

/* Adds a scalar's bytes, if they mean the same between the brackets of a list. */
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
