/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/strings.h"

#include <string.h>

void ct_strings__take(struct ct_strings *l, char *s)
{
	*CT_PUSH(l->items, l->len, l->cap) = s;
	*CT_PUSH(l->items, l->len, l->cap) = NULL;
	l->len--;
}

void ct_strings__add(struct ct_strings *l, const char *s)
{
	ct_strings__take(l, ct_xstrdup(s));
}

void ct_strings__addf(struct ct_strings *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	ct_strings__take(l, ct_xvasprintf(fmt, ap));
	va_end(ap);
}

void ct_strings__add_all(struct ct_strings *l, const char *const *strings)
{
	for (; *strings; strings++)
		ct_strings__add(l, *strings);
}

const char *ct_strings__find(const struct ct_strings *l, const char *s)
{
	for (size_t i = 0; i < l->len; i++)
		if (!strcmp(l->items[i], s))
			return l->items[i];
	return NULL;
}

void ct_strings__free(struct ct_strings *l)
{
	for (size_t i = 0; i < l->len; i++)
		free(l->items[i]);
	free(l->items);
	*l = (struct ct_strings){ 0 };
}

char *ct_strings__join(char *const *strings, const char *between)
{
	struct ct_str s = { 0 };

	for (size_t i = 0; strings[i]; i++)
		ct_str__addf(&s, "%s%s", i ? between : "", strings[i]);
	return s.s;
}
