/* SPDX-License-Identifier: GPL-2.0-only */
/* Values on a later line than their key, with the user's comments between the two. */
#include <string.h>

#include "edit/change_priv.h"

static bool has_props(const struct ct_change *c, const struct ct_yaml_node *old)
{
	return (old->anchor || old->tag) && ct_text__props_end(c->y, old) > old->props;
}

size_t ct_change__value_start(const struct ct_change *c, const struct ct_yaml_node *old)
{
	const char *text = c->y->text;
	size_t pos = old->start, props = has_props(c, old) ? ct_text__props_end(c->y, old) : pos;

	pos = props > pos ? props : pos;
	while (pos < old->end && strchr(" \t\r\n#", text[pos]))
		pos = text[pos] == '#' ? ct_text__line_end(c->y, pos) : pos + 1;
	return pos;
}

static bool same_line(const struct ct_change *c, size_t a, size_t b)
{
	return ct_text__line_start(c->y, a) == ct_text__line_start(c->y, b);
}

bool ct_change__is_apart(const struct ct_change *c, const struct ct_yaml_node *old, size_t colon)
{
	size_t start = ct_change__value_start(c, old);
	size_t head = has_props(c, old) ? old->props : start;

	if (old->end <= start)
		return false;
	if (memchr(c->y->text + colon, '#', head - colon))
		return true;
	head = has_props(c, old) ? ct_text__props_end(c->y, old) : head;
	return memchr(c->y->text + head, '#', start - head);
}

/* Removes [from, to) and the blanks behind it; whole lines if nothing else is on them. */
static void cut(struct ct_change *c, size_t from, size_t to)
{
	size_t start = ct_text__line_start(c->y, from), end = ct_text__line_end(c->y, to);

	if (ct_text__blank(c->y, start, from) && ct_text__blank(c->y, to, end)) {
		from = ct_text__line_end(c->y, start - 1);
		to = end;
	}
	to += strspn(c->y->text + to, " \t");
	ct_change__splice(c, from, to, ct_xstrdup(""));
}

size_t ct_change__take_props(struct ct_change *c, const struct ct_yaml_node *old, size_t colon,
			     const char *tag)
{
	size_t start = ct_change__value_start(c, old);
	size_t end = ct_text__props_end(c->y, old);

	if (has_props(c, old) && same_line(c, old->props, colon - 1)) {
		ct_change__splice(c, colon, end, ct_xstrdup(tag));
		return start;
	}
	ct_change__splice(c, colon, colon, ct_xstrdup(tag));
	if (!has_props(c, old))
		return start;
	if (same_line(c, old->props, start))
		return old->props;
	cut(c, old->props, end);
	return start;
}

void ct_change__replace_apart(struct ct_change *c, const struct ct_yaml_node *old, size_t colon,
			      const char *tag, const char *word)
{
	size_t start = ct_change__take_props(c, old, colon, tag);

	if (word)
		ct_change__splice(c, start, old->end, ct_xstrdup(word));
	else
		cut(c, start, old->end);
}

void ct_change__remove_apart(struct ct_change *c, const struct ct_yaml_node *key,
			     const struct ct_yaml_node *old, size_t colon, size_t end,
			     const char *why)
{
	ct_change__splice(c, key->props, colon, ct_xasprintf("# %s", why));
	cut(c, ct_change__take_props(c, old, colon, ""), end);
}
