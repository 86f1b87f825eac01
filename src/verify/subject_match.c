/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a recording is of the workload that is verified. */
#include <string.h>

#include "ct/event.h"
#include "model/identity.h"
#include "verify/subject.h"

static const char *kind_name(enum ct_workload_kind kind)
{
	switch (kind) {
	case CT_WL_CONTAINER: return "a container";
	case CT_WL_UNIT: return "a unit";
	case CT_WL_COMMAND: return "a command";
	default: return "a control group";
	}
}

static bool same_image(const char *a, const char *b)
{
	size_t n, m;

	a = ct_image__short(a, &n);
	b = ct_image__short(b, &m);
	return n == m && !strncmp(a, b, n);
}

/* The entry point's command line, joined by spaces; NULL: it was not seen, or not all of it. */
static const char *entry_of(const struct ct_workload *w)
{
	for (size_t i = 0; i < w->nexecs; i++) {
		const struct ct_exec *e = &w->execs[i];

		if (ct_exec__is_entry_point(e) && e->argv)
			return strlen(e->argv) < CT_TEXT_LEN - 1 ? e->argv : NULL;
	}
	return NULL;
}

/*
 * Does the line end with these words? The image's entry point, or a script's interpreter and
 * directory, may precede them.
 */
static bool ends_with(const char *line, const char *words)
{
	size_t n = strlen(line), m = strlen(words);

	return n >= m && !strcmp(line + n - m, words) && (n == m || strchr(" /", line[n - m - 1]));
}

static char *differ(const char *what, const char *theirs, const char *ours)
{
	ct_autofree char *a = ct_printable(theirs), *b = ct_printable(ours);

	return ct_xasprintf("its %s is '%s', not '%s'", what, a, b);
}

char *ct_subject__difference(struct ct_subject *t, const struct ct_workload *w)
{
	const char *entry = entry_of(w), *image = t->image ? t->image(t) : NULL;
	const char *command = t->command ? t->command(t) : NULL;

	if (w->kind != t->kind)
		return ct_xasprintf("it is of %s, not of %s", kind_name(w->kind),
				    kind_name(t->kind));
	if (t->unit && strcmp(w->id, t->unit) != 0)
		return differ("unit", w->id, t->unit);
	if (t->service && strcmp(w->container.service ? w->container.service : "", t->service) != 0)
		return differ("service",
			      w->container.service ? w->container.service : "none of Compose's",
			      t->service);
	if (image && w->container.image && !same_image(w->container.image, image))
		return differ("image", w->container.image, image);
	if (command && w->kind == CT_WL_COMMAND && w->command && strcmp(w->command, command) != 0)
		return differ("command", w->command, command);
	if (command && w->kind == CT_WL_CONTAINER && entry && !ends_with(entry, command))
		return differ("command", entry, command);
	return NULL;
}
