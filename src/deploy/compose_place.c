/* SPDX-License-Identifier: GPL-2.0-only */
/* Places in the files of a project, and notes about them. */
#include <stdarg.h>
#include <string.h>

#include "deploy/layers.h"

struct ct_place ct_yaml__at(const struct ct_yaml *y, const struct ct_yaml_node *n)
{
	struct ct_place at = { .file = y->name };

	ct_yaml__place(y, n->start, &at.line, &at.column);
	return at;
}

char *ct_place__text(const struct ct_place *at)
{
	ct_autofree char *name = ct_printable(at->file ? at->file : "?");

	return ct_xasprintf("%s:%u:%u", name, at->line, at->column);
}

void ct_layers__note(struct ct_layers *l, const struct ct_yaml *y, size_t pos, const char *fmt, ...)
{
	ct_autofree char *msg = NULL, *name = ct_printable(y->name);
	unsigned int line, column;
	char *note;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&msg, fmt, ap) < 0)
		msg = ct_xstrdup("out of memory");
	va_end(ap);
	ct_yaml__place(y, pos, &line, &column);
	note = ct_xasprintf("%s:%u:%u: %s", name, line, column, msg);
	for (size_t i = 0; i < l->notes->len; i++)
		if (!strcmp(l->notes->items[i], note)) {
			free(note);
			return;
		}
	*CT_PUSH(l->notes->items, l->notes->len, l->notes->cap) = note;
}
