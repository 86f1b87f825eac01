/* SPDX-License-Identifier: GPL-2.0-only */
/* The network that a Quadlet container has of its pod, or of another container that it joins. */
#include <string.h>

#include "deploy/unit_priv.h"

#define MAX_JOINS 16 /* one after the other; they may join each other in a ring */

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The unit's file among those given, else beside the one that names it; the caller frees. */
static char *find(const struct ct_strlist *given, const char *by, const char *name)
{
	for (size_t i = 0; i < given->len; i++)
		if (!strcmp(base_of(given->items[i]), name))
			return ct_xstrdup(given->items[i]);
	return ct_xasprintf("%.*s%s", (int)(base_of(by) - by), by, name);
}

/* Takes the host's network from what was read of another unit. Returns whether that has it. */
static bool take_network(struct ct_deployment *d, struct ct_settings *to,
			 const struct ct_deployed *from)
{
	for (size_t i = 0; i < from->settings.len; i++) {
		const struct ct_setting *s = &from->settings.items[i];
		struct ct_place at = s->at;

		if (s->kind != CT_SETTING_NET_HOST)
			continue;
		at.file = ct_deployment__file(d, at.file);
		ct_settings__add(to, s->kind, at, ct_xstrdup(s->text));
		return true;
	}
	return false;
}

static void note_unread(struct ct_deployment *d, const struct ct_deployed *t, const char *why)
{
	ct_autofree char *file = ct_printable(t->at.file), *name = ct_printable(t->joins);

	ct_strings__addf(&d->notes,
			 "%s: whether %s, which it joins, has the host's network is not known (%s)",
			 file, name, why);
}

static void join(struct ct_deployment *d, struct ct_deployed *t, const struct ct_strlist *given)
{
	ct_autofree char *by = ct_xstrdup(t->at.file), *name = ct_xstrdup(t->joins);

	for (int i = 0; name && i < MAX_JOINS; i++) {
		ct_autofree char *path = find(given, by, name), *text = NULL;
		ct_autoerr struct ct_err why = { 0 };
		struct ct_deployment other = { 0 };
		size_t len;
		int ret = ct_deployment__read_text(path, &text, &len, &why);

		if (!ret)
			ret = ct_deployment__unit(&other, path, text, &why);
		free(name);
		name = NULL;
		if (ret)
			note_unread(d, t, why.msg);
		else if (!take_network(d, &t->settings, &other.items[0]))
			name = ct_steal(other.items[0].joins);
		ct_deployment__free(&other);
		free(by);
		by = ct_steal(path);
	}
}

void ct_deployment__join_quadlets(struct ct_deployment *d, const struct ct_strlist *given)
{
	for (size_t i = 0; i < d->len; i++)
		if (d->items[i].joins)
			join(d, &d->items[i], given);
}
