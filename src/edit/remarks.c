/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeps the user's comments in a list that is rewritten. */
#include <string.h>

#include "edit/change_priv.h"

void ct_change__add_lines(const struct ct_change *c, struct ct_str *s, const char *lines,
			  int indent)
{
	while (lines && *lines) {
		size_t len = strcspn(lines, "\n");

		ct_str__addf(s, "%s%*s%.*s", ct_text__eol(c->y), indent, "", (int)len, lines);
		lines += len + (lines[len] == '\n');
	}
}

static void add_line(char **lines, const char *text, size_t len)
{
	char *joined = ct_xasprintf("%s%s%.*s", *lines ? *lines : "", *lines ? "\n" : "", (int)len,
				    text);

	free(*lines);
	*lines = joined;
}

/* The user's comment, without its '#', replaces the reason. */
static void keep_behind(struct ct_change_item *item, const char *text, size_t len)
{
	size_t skip = len > 1 && text[1] == ' ' ? 2 : 1;

	free(item->comment);
	item->comment = ct_xstrndup(text + skip, len - skip);
}

/*
 * Takes the comments in [from, to), which holds nothing else but white space and a comma. A comment
 * on the first line belongs to the item before it, if there is one (has_last): to last, which is
 * NULL if that item goes.
 */
static void take_gap(const struct ct_change *c, size_t from, size_t to, bool has_last,
		     struct ct_change_item *last, char **lines)
{
	bool first = true;

	for (size_t at = from; at < to; at++) {
		const char *text = c->y->text + at;
		size_t len;

		first &= *text != '\n';
		if (*text != '#')
			continue;
		len = ct_text__line_end(c->y, at) - at;
		if (!first || !has_last)
			add_line(lines, text, len);
		else if (last)
			keep_behind(last, text, len);
		at += len - 1;
	}
}

/* Is the line that begins at pos an item that somebody took out by a '#' before its dash? */
static bool is_taken_out(const struct ct_change *c, size_t pos)
{
	const char *text = c->y->text + pos;
	ct_autofree char *name = NULL;
	uint64_t set;

	text += strspn(text, " \t");
	if (*text != '#')
		return false;
	text += strspn(text, "# \t");
	if (*text != '-')
		return false;
	text += 1 + strspn(text + 1, " \t\"'");
	name = ct_xstrndup(text, strcspn(text, " \t\r\n\"'#"));
	return !ct_caps__parse_one(name, &set);
}

size_t ct_change__taken_out(const struct ct_change *c, size_t from, size_t to)
{
	size_t end = from;

	for (size_t at = ct_text__next_line(c->y, from); at < to; at = ct_text__next_line(c->y, at))
		if (is_taken_out(c, at))
			end = ct_text__line_end(c->y, at);
	return end;
}

void ct_change__keep_remarks(const struct ct_change *c, const struct ct_yaml_node *old, size_t from,
			     struct ct_change_value *v)
{
	struct ct_change_item *last = NULL;

	if (old->kind != CT_YAML_SEQ)
		return;
	if (!old->flow) {
		take_gap(c, from, old->items[0]->props, false, NULL, &v->head);
		return;
	}
	for (size_t i = 0; i < old->nitems; i++) {
		const struct ct_yaml_node *n = old->items[i];
		ssize_t at = ct_change__index(v, n);
		struct ct_change_item *item = at >= 0 ? &v->items[at] : NULL;
		char *gone = NULL, **lines = !i ? &v->head : item ? &item->above : &gone;

		take_gap(c, from, n->props, i, last, lines);
		free(gone);
		last = item;
		from = n->end;
	}
	take_gap(c, from, old->end - 1, old->nitems, last, &v->tail);
}
