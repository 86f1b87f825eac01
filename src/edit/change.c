/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets values in a block mapping, and hands flow mappings and aliases on. */
#include <errno.h>
#include <string.h>

#include "edit/change_priv.h"

static const char *const cure = "write it plainly, or use --override";

/* "word  # comment" */
static void add_commented(struct ct_str *s, const char *word, int width, const char *comment)
{
	if (comment)
		ct_str__addf(s, "%-*s  # %s", width, word, comment);
	else
		ct_str__add(s, word);
}

static int width_of(const struct ct_change_value *v)
{
	int width = 0;

	for (size_t i = 0; i < v->nitems; i++)
		if ((int)strlen(v->items[i].text) > width)
			width = (int)strlen(v->items[i].text);
	return width;
}

/* The line end comes first, so that a file that ends without one still does so afterwards. */
static void add_item(struct ct_str *s, const struct ct_change *c, const struct ct_change_value *v,
		     size_t i, int dash)
{
	ct_change__add_lines(c, s, v->items[i].above, dash);
	ct_str__addf(s, "%s%*s- ", ct_text__eol(c->y), dash, "");
	add_commented(s, v->items[i].text, width_of(v), v->items[i].comment);
}

/* The value as it stands on the key's line; NULL: it is a list that needs lines of its own. */
static char *short_form(const struct ct_change_value *v)
{
	if (v->word)
		return ct_xstrdup(v->word);
	if (!v->nitems)
		return ct_xstrdup("[]");
	return v->brief && !v->head && !v->tail ? ct_xasprintf("[%s]", v->items[0].text) : NULL;
}

/* A whole entry for a block mapping, without the indentation of its first line. */
static void add_entry(struct ct_str *s, const struct ct_change *c, const struct ct_change_value *v,
		      int indent)
{
	ct_autofree char *word = short_form(v), *entry = NULL;

	if (!word) {
		ct_str__addf(s, "%s:", v->key);
		for (size_t i = 0; i < v->nitems; i++)
			add_item(s, c, v, i, indent + ct_text__list_step(c->y));
		return;
	}
	entry = ct_xasprintf("%s: %s", v->key, word);
	add_commented(s, entry, 0, v->comment);
}

/* Adds the lines between from, a line's end, and the list's first dash, if they have a comment. */
static void add_remarks_above(const struct ct_change *c, const struct ct_yaml_node *list,
			      size_t from, struct ct_str *s)
{
	size_t start = ct_text__line_start(c->y, ct_text__first_dash(c->y, list));
	size_t end = start > from ? ct_text__line_end(c->y, start - 1) : from;

	if (memchr(c->y->text + from, '#', end - from))
		ct_str__addn(s, c->y->text + from, end - from);
}

/* Adds the lines from from, a line's end, to the last commented-out item above an item. */
static void add_taken_out(const struct ct_change *c, const struct ct_yaml_node *item, size_t from,
			  struct ct_str *s)
{
	size_t end = ct_change__taken_out(c, from, ct_text__line_start(c->y, item->props));

	ct_str__addn(s, c->y->text + from, end - from);
}

/*
 * The lines of a block list after the change: first the items that stay, unchanged, with the
 * comment lines above them, then the new items. Comments above an item that goes go with it, except
 * those above the first, which may be about the whole list, and items that were commented out.
 */
static int list_lines(struct ct_change *c, const struct ct_yaml_node *old, size_t from,
		      const struct ct_change_value *v, struct ct_str *s)
{
	ct_autofree bool *have = ct_xzalloc(v->nitems + 1);
	int dash = ct_text__dash(c->y, old);

	ct_str__add(s, "");
	for (size_t i = 0; i < old->nitems; i++) {
		const struct ct_yaml_node *item = old->items[i];
		ssize_t at = ct_change__index(v, item);
		size_t end;

		if (!ct_text__after(c->y, item, &end) || end < from)
			return ct_yaml__error(
				c->y, item->start, c->err,
				"this item of %s cannot be separated from its neighbours: %s",
				v->key, cure);
		if (at >= 0 && !have[at]) {
			have[at] = true;
			ct_str__addn(s, c->y->text + from, end - from);
			if (v->items[at].comment && ct_text__blank(c->y, item->end, end))
				ct_str__addf(s, "  # %s", v->items[at].comment);
		} else {
			if (!i)
				add_remarks_above(c, old, from, s);
			else
				add_taken_out(c, item, from, s);
			ct_change__goes(c, item);
		}
		from = end;
	}
	for (size_t i = 0; i < v->nitems; i++)
		if (!have[i])
			add_item(s, c, v, i, dash);
	return 0;
}

static int check_old(struct ct_change *c, const struct ct_yaml_node *old,
		     const struct ct_change_value *v)
{
	const struct ct_yaml_node *r = ct_yaml__resolve(old);

	if (old->tag && !strcmp(old->tag, "!reset"))
		return ct_yaml__error(c->y, old->props, c->err,
				      "%s is !reset here: make it !override with a list, or use "
				      "--override",
				      v->key);
	if (v->word || ct_yaml__is_null(r) || r->kind == CT_YAML_SEQ)
		return 0;
	return ct_yaml__error(c->y, old->start, c->err, "%s must be a list", v->key);
}

/* !override must stay, because it makes Compose replace a list instead of joining it. */
static const char *kept_tag(const struct ct_yaml_node *old)
{
	return old->tag && !strcmp(old->tag, "!override") ? " !override" : "";
}

static int replace_list(struct ct_change *c, const struct ct_yaml_node *old, size_t colon,
			const struct ct_change_value *v)
{
	size_t head = old->anchor || old->tag ? ct_text__props_end(c->y, old) : colon, end;
	size_t from = ct_text__line_end(c->y, head);
	struct ct_str lines = {};
	int ret;

	if (!ct_text__rest_free(c->y, head) || !ct_text__after(c->y, old, &end))
		return ct_yaml__error(c->y, old->start, c->err, "%s: %s", v->key, cure);
	ret = list_lines(c, old, from, v, &lines);
	if (ret) {
		ct_str__free(&lines);
		return ret;
	}
	if (head > colon)
		(void)ct_change__take_props(c, old, colon, kept_tag(old));
	ct_change__splice(c, from, end, lines.s);
	return 0;
}

/* Where the colon of a block mapping's key ends; 0: it is an explicit key. */
static size_t behind_colon(const struct ct_change *c, const struct ct_yaml_node *key)
{
	size_t pos = key->end + strspn(c->y->text + key->end, " \t");

	return c->y->text[pos] == ':' ? pos + 1 : 0;
}

static bool is_block(const struct ct_yaml_node *n)
{
	return (n->kind == CT_YAML_SEQ || n->kind == CT_YAML_MAP) && !n->flow;
}

static const char *space_before(const struct ct_change *c, size_t pos)
{
	return pos < c->y->len && c->y->text[pos] == '#' ? " " : "";
}

/* Replaces the value of an existing entry of a block mapping. */
static int replace_block(struct ct_change *c, const struct ct_yaml_node *key,
			 const struct ct_yaml_node *old, struct ct_change_value *v)
{
	int indent = (int)(key->props - ct_text__line_start(c->y, key->props));
	int dash = indent + ct_text__list_step(c->y);
	size_t colon = behind_colon(c, key), end, eol;
	ct_autofree char *word = NULL;
	bool block = old->kind == CT_YAML_SEQ && !old->flow;
	bool apart = colon && !is_block(old) && ct_change__is_apart(c, old, colon);
	struct ct_str lines = {};

	if (!colon || !ct_text__blank(c->y, key->props - indent, key->props))
		return ct_yaml__error(c->y, key->start, c->err, "%s with an explicit key: %s",
				      v->key, cure);
	ct_change__goes(c, old);
	if (block && v->nitems)
		return replace_list(c, old, colon, v);
	if (!ct_text__after(c->y, old, &eol))
		return ct_yaml__error(c->y, old->start, c->err, "%s: %s", v->key, cure);
	end = old->start == old->end && old->props == old->start ? colon : old->end;
	/* A value of several lines goes with all of them, comments included. */
	if (is_block(old))
		end = eol;
	ct_change__keep_remarks(c, old,
				block ? colon :
				apart ? ct_change__value_start(c, old) + 1 :
					old->start + 1,
				v);
	word = short_form(v);
	/* Directly behind the colon or a word, unlike a bracket, '#' would begin no comment. */
	if (apart)
		ct_change__replace_apart(c, old, colon, kept_tag(old), word);
	else
		ct_change__splice(c, colon, end,
				  ct_xasprintf("%s%s%s%s", kept_tag(old), word ? " " : "",
					       word ? word : "", space_before(c, end)));
	ct_str__add(&lines, "");
	if (word && v->comment && ct_text__blank(c->y, end, eol))
		ct_str__addf(&lines, "  # %s", v->comment);
	ct_change__add_lines(c, &lines, v->head, dash);
	for (size_t i = 0; !word && i < v->nitems; i++)
		add_item(&lines, c, v, i, dash);
	ct_change__add_lines(c, &lines, v->tail, dash);
	ct_change__splice(c, eol, eol, lines.s);
	return 0;
}

/* Inserts new entries before a key. */
static int insert_before(struct ct_change *c, const struct ct_yaml_node *key,
			 struct ct_change_value *const *values, size_t n)
{
	size_t start = ct_text__line_start(c->y, key->props);
	int indent = (int)(key->props - start);
	struct ct_str s = {};

	if (strspn(c->y->text + start, " ") < (size_t)indent)
		return ct_yaml__error(c->y, key->start, c->err,
				      "no line can be added to this mapping: %s", cure);
	for (size_t i = 0; i < n; i++) {
		add_entry(&s, c, values[i], indent);
		ct_str__addf(&s, "%s%*s", ct_text__eol(c->y), indent, "");
	}
	ct_change__splice(c, key->props, key->props, s.s);
	return 0;
}

static int insert_behind(struct ct_change *c, const struct ct_yaml_node *key, size_t pos,
			 struct ct_change_value *const *values, size_t n)
{
	size_t start = ct_text__line_start(c->y, key->props), next;
	int indent = (int)(key->props - start);
	struct ct_str s = {};

	if (strspn(c->y->text + start, " ") < (size_t)indent)
		return ct_yaml__error(c->y, key->start, c->err,
				      "no line can be added to this mapping: %s", cure);
	/* A comment that is indented deeper than the keys belongs to what is above it. */
	while ((next = ct_text__next_line(c->y, pos)) < c->y->len) {
		size_t blanks = strspn(c->y->text + next, " ");

		if (blanks <= (size_t)indent || c->y->text[next + blanks] != '#')
			break;
		pos = ct_text__line_end(c->y, next);
	}
	for (size_t i = 0; i < n; i++) {
		ct_str__addf(&s, "%s%*s", ct_text__eol(c->y), indent, "");
		add_entry(&s, c, values[i], indent);
	}
	ct_change__splice(c, pos, pos, s.s);
	return 0;
}

static bool is_key(const struct ct_yaml_node *n, const char *key)
{
	n = ct_yaml__resolve(n);
	return n->kind == CT_YAML_SCALAR && !strcmp(n->text, key);
}

static int insert_block(struct ct_change *c, const struct ct_yaml_node *map,
			struct ct_change_value *const *values, size_t n)
{
	static const char *const kin[] = { "cap_add", "cap_drop" };
	size_t pos;

	if (!n)
		return 0;
	/* Behind an existing cap_add or cap_drop, else at the end. */
	for (size_t k = 0; k < CT_ARRAY_SIZE(kin); k++)
		for (size_t i = 0; i + 1 < map->nitems; i += 2)
			if (is_key(map->items[i], kin[k]) &&
			    ct_text__after(c->y, map->items[i + 1], &pos))
				return insert_behind(c, map->items[i], pos, values, n);
	for (size_t i = map->nitems; i >= 2; i -= 2)
		if (ct_text__after(c->y, map->items[i - 1], &pos))
			return insert_behind(c, map->items[i - 2], pos, values, n);
	return insert_before(c, map->items[0], values, n);
}

/* "web: *base" becomes a mapping that merges base. */
static int unfold_alias(struct ct_change *c, const struct ct_yaml_node *alias,
			struct ct_change_value *const *values, size_t n)
{
	size_t indent = strspn(c->y->text + ct_text__line_start(c->y, alias->start), " ");
	int inner = (int)indent + ct_text__map_step(c->y);
	size_t eol = ct_text__line_end(c->y, alias->end);
	size_t start = alias->start;
	struct ct_str s = {};

	if (alias->parent->flow) {
		ct_str__addf(&s, "{<<: *%s, ", alias->text);
		for (size_t i = 0; i < n; i++) {
			ct_change__add_flow_entry(c, &s, values[i], (int)indent);
			ct_str__add(&s, i + 1 < n ? ", " : "}");
		}
		ct_change__splice(c, alias->start, alias->end, s.s);
		return 0;
	}
	if (!ct_text__rest_free(c->y, alias->end))
		return ct_yaml__error(c->y, alias->start, c->err, "this service is an alias: %s",
				      cure);
	ct_str__addf(&s, "%s%*s<<: *%s", ct_text__eol(c->y), inner, "", alias->text);
	for (size_t i = 0; i < n; i++) {
		ct_str__addf(&s, "%s%*s", ct_text__eol(c->y), inner, "");
		add_entry(&s, c, values[i], inner);
	}
	while (strchr(" \t", c->y->text[start - 1]))
		start--;
	ct_change__splice(c, start, alias->end, ct_xstrdup(""));
	ct_change__splice(c, eol, eol, s.s);
	return 0;
}

int ct_change__set(struct ct_change *c, const struct ct_yaml_node *map,
		   struct ct_change_value *const *values, size_t n)
{
	ct_autofree struct ct_change_value **fresh =
		ct_xzalloc((n + 1) * sizeof(struct ct_change_value *));
	const char *why = NULL; /* for the mapping's last value, if it was replaced */
	size_t nfresh = 0;

	if (map->kind == CT_YAML_ALIAS && map->target->kind == CT_YAML_MAP)
		return unfold_alias(c, map, values, n);
	if (map->kind != CT_YAML_MAP || (!map->flow && !map->nitems))
		return ct_yaml__error(c->y, map->start, c->err, "a service must be a mapping");
	for (size_t i = 0; i < n; i++) {
		int ret = 0;
		size_t k = 0;

		while (k < map->nitems && !is_key(map->items[k], values[i]->key))
			k += 2;
		if (k >= map->nitems) {
			fresh[nfresh++] = values[i];
			continue;
		}
		ret = check_old(c, map->items[k + 1], values[i]);
		if (!ret)
			ret = map->flow ?
				      ct_change__replace_flow(c, map->items[k + 1], values[i]) :
				      replace_block(c, map->items[k], map->items[k + 1], values[i]);
		if (ret)
			return ret;
		why = k + 2 == map->nitems ? values[i]->comment : why;
	}
	return map->flow ? ct_change__insert_flow(c, map, fresh, nfresh, why) :
			   insert_block(c, map, fresh, nfresh);
}

int ct_change__remove(struct ct_change *c, const struct ct_yaml_node *map, const char *key,
		      const char *why)
{
	const struct ct_yaml_node *old = ct_yaml__own(map, key), *k = NULL;
	struct ct_change_value v = { .key = key };
	size_t end, start, colon;
	int ret;

	for (size_t i = 0; i < map->nitems; i += 2)
		if (map->items[i + 1] == old)
			k = map->items[i];
	if (!k)
		return 0;
	start = ct_text__line_start(c->y, k->props);
	if (!map->flow && map->nitems > 2 && ct_text__blank(c->y, start, k->props) &&
	    ct_text__after(c->y, old, &end)) {
		ct_change__goes(c, old);
		if (old->kind == CT_YAML_SCALAR && old->end > old->start)
			end = old->end; /* a comment behind it stays */
		colon = behind_colon(c, k);
		if (colon && ct_change__is_apart(c, old, colon))
			ct_change__remove_apart(c, k, old, colon, end, why);
		else
			ct_change__splice(c, k->props, end, ct_xasprintf("# %s", why));
		return 0;
	}
	if (strcmp(key, "privileged") == 0)
		v.word = ct_xstrdup("false");
	ret = map->flow ? ct_change__replace_flow(c, old, &v) : replace_block(c, k, old, &v);
	free(v.word);
	return ret;
}

void ct_change__remark(struct ct_change *c, const struct ct_yaml_node *value, const char *text)
{
	size_t end;

	if (!value || value->parent->flow || !ct_text__after(c->y, value, &end) ||
	    !ct_text__blank(c->y, value->end, end))
		return;
	ct_change__splice(c, end, end, ct_xasprintf("  # %s", text));
}
