/* SPDX-License-Identifier: GPL-2.0-only */
/* What is noted about the files of a project. */
#include <stdarg.h>
#include <string.h>

#include "deploy/layers.h"

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
	if (ct_strings__find(l->notes, note))
		free(note);
	else
		ct_strings__take(l->notes, note);
}
