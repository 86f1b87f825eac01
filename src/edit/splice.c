/* SPDX-License-Identifier: GPL-2.0-only */
#include "edit/splice.h"

#include <errno.h>
#include <string.h>

/* An insertion at the start of replaced bytes comes before these. */
static bool comes_after(const struct ct_splice *p, size_t start, size_t end)
{
	return p->start > start || (p->start == start && start == end && p->end > start);
}

void ct_splices__add(struct ct_splices *s, const char *old, size_t start, size_t end, char *text)
{
	size_t i;

	if (strlen(text) == end - start && !memcmp(text, old + start, end - start)) {
		free(text);
		return;
	}
	(void)CT_PUSH(s->items, s->len, s->cap);
	for (i = s->len - 1; i > 0 && comes_after(&s->items[i - 1], start, end); i--)
		s->items[i] = s->items[i - 1];
	s->items[i] = (struct ct_splice){ start, end, text };
}

void ct_splices__append(struct ct_splices *s, struct ct_splices *from)
{
	for (size_t i = 0; i < from->len; i++)
		*CT_PUSH(s->items, s->len, s->cap) = from->items[i];
	from->len = 0;
	ct_splices__free(from);
}

void ct_splices__free(struct ct_splices *s)
{
	for (size_t i = 0; i < s->len; i++)
		free(s->items[i].text);
	free(s->items);
	*s = (struct ct_splices){};
}

bool ct_splices__touch(const struct ct_splices *s, size_t start, size_t end)
{
	for (size_t i = 0; i < s->len; i++)
		if (s->items[i].start < end && start < s->items[i].end)
			return true;
	return false;
}

int ct_splices__apply(struct ct_splices *s, const char *old, size_t len, struct ct_str *out)
{
	struct ct_str str = {};
	size_t at = 0;

	ct_str__add(&str, "");
	for (size_t i = 0; i < s->len; i++) {
		const struct ct_splice *p = &s->items[i];

		if (p->start < at || p->end < p->start || p->end > len) {
			ct_str__free(&str);
			return -EINVAL;
		}
		ct_str__addn(&str, old + at, p->start - at);
		ct_str__add(&str, p->text);
		at = p->end;
	}
	ct_str__addn(&str, old + at, len - at);
	*out = str;
	return 0;
}
