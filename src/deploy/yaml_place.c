/* SPDX-License-Identifier: GPL-2.0-only */
/* Nodes and their places in a file. */
#include <errno.h>
#include <string.h>

#include "deploy/yaml.h"

void ct_yaml_node__free(struct ct_yaml_node *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < n->nitems; i++)
		ct_yaml_node__free(n->items[i]);
	free(n->items);
	free(n->text);
	free(n->tag);
	free(n->anchor);
	free(n);
}

void ct_yaml__place(const struct ct_yaml *y, size_t pos, unsigned int *line, unsigned int *column)
{
	size_t first = 0, behind = y->nlines, begin;

	*line = *column = 1;
	if (pos > y->len)
		pos = y->len;
	while (behind - first > 1) {
		size_t middle = first + (behind - first) / 2;

		if (y->lines[middle] <= pos)
			first = middle;
		else
			behind = middle;
	}
	*line += (unsigned int)(y->before + first);
	begin = y->lines[first];
	if (!begin && y->len >= 3 && !memcmp(y->text, "\xef\xbb\xbf", 3))
		begin = pos < 3 ? pos : 3;
	for (size_t i = begin; i < pos; i++)
		*column += ((unsigned char)y->text[i] & 0xc0) != 0x80;
}

struct ct_place ct_yaml__at(const struct ct_yaml *y, const struct ct_yaml_node *n)
{
	struct ct_place at = { .file = y->name };

	ct_yaml__place(y, n->start, &at.line, &at.column);
	return at;
}

char *ct_yaml__message(const struct ct_yaml *y, size_t pos, const char *fmt, va_list ap)
{
	ct_autofree char *msg = ct_xvasprintf(fmt, ap), *name = ct_printable(y->name);
	unsigned int line, column;

	ct_yaml__place(y, pos, &line, &column);
	return ct_xasprintf("%s:%u:%u: %s", name, line, column, msg);
}

int ct_yaml__error(const struct ct_yaml *y, size_t pos, struct ct_err *err, const char *fmt, ...)
{
	ct_autofree char *msg = NULL;
	va_list ap;

	va_start(ap, fmt);
	msg = ct_yaml__message(y, pos, fmt, ap);
	va_end(ap);
	return ct_err__set(err, EINVAL, "%s", msg);
}
