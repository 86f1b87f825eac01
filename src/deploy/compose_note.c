/* SPDX-License-Identifier: GPL-2.0-only */
/* Notes about the files of a project. */
#include <stdarg.h>

#include "deploy/layers.h"

const char *ct_layers__note(struct ct_layers *l, const struct ct_yaml *y, size_t pos,
			    const char *fmt, ...)
{
	const char *there;
	char *note;
	va_list ap;

	va_start(ap, fmt);
	note = ct_yaml__message(y, pos, fmt, ap);
	va_end(ap);
	there = ct_strings__find(l->notes, note);
	if (there)
		free(note);
	else
		ct_strings__take(l->notes, note);
	return there ? there : note;
}
