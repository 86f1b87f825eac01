// SPDX-License-Identifier: GPL-2.0-only
/* systemd units and Quadlet's .container files, each with its drop-ins. */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "check/unit_priv.h"

#define MAX_FILE (1u << 20)

struct reading {
	struct ct_targets *all;
	const struct ct_unit_kind *kind;
	void *state;
	struct ct_err *err;
};

static int read_text(const struct reading *r, const char *path, const char *text)
{
	return ct_unit__read(r->kind->syntax, ct_targets__file(r->all, path), text, r->kind->take,
			     r->state, r->err);
}

/* ---- drop-ins ---- */

struct dropin {
	char *name, *path;
};

struct dropins {
	struct dropin *items;
	size_t len, cap;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct dropin *)a)->name, ((const struct dropin *)b)->name);
}

/* A file of the same name in a directory that was read before stands for it. */
static void add_dropin(struct dropins *l, const char *dir, const char *name)
{
	size_t len = strlen(name);

	if (*name == '.' || len < 6 || strcmp(name + len - 5, ".conf") != 0)
		return;
	for (size_t i = 0; i < l->len; i++)
		if (!strcmp(l->items[i].name, name))
			return;
	*CT_PUSH(l->items, l->len, l->cap) = (struct dropin){ ct_xstrdup(name),
							      ct_xasprintf("%s/%s", dir, name) };
}

/* The .conf files of DIR/PREFIX + SUFFIX + ".d". */
static void add_dropins(struct dropins *l, const char *path, int prefix, const char *suffix)
{
	ct_autofree char *dir = ct_xasprintf("%.*s%s.d", prefix, path, suffix);
	DIR *d = opendir(dir);
	const struct dirent *e;

	while (d && (e = readdir(d)))
		add_dropin(l, dir, e->d_name);
	if (d)
		closedir(d);
}

/*
 * Directories beside the file, the nearest first, as unit_file_find_dropin_paths() of systemd has
 * them: for a-b@x.service those of itself, a-b@.service, a-.service and service.
 */
static void find_dropins(struct dropins *l, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *suffix = strrchr(base, '.'), *at = strchr(base, '@');
	int dir = (int)(base - path);

	add_dropins(l, path, (int)strlen(path), "");
	if (at && at < suffix) {
		if (at + 1 < suffix)
			add_dropins(l, path, (int)(at + 1 - path), suffix);
	} else {
		at = suffix;
	}
	for (const char *p = at; p > base; p--)
		if (p[-1] == '-' && p < suffix)
			add_dropins(l, path, (int)(p - path), suffix);
	add_dropins(l, path, dir, suffix + 1);
	if (l->len)
		qsort(l->items, l->len, sizeof(*l->items), by_name);
}

static int read_dropins(const struct reading *r, const char *path)
{
	struct dropins l = { 0 };
	int ret = 0;

	find_dropins(&l, path);
	for (size_t i = 0; i < l.len; i++) {
		ct_autofree char *text = NULL, *shown = ct_printable(l.items[i].path);

		if (!ret) {
			ret = ct_read_file(l.items[i].path, MAX_FILE, &text, NULL);
			ret = ret ? ct_err__set(r->err, -ret, "cannot read %s: %s", shown,
						strerror(-ret)) :
				    read_text(r, l.items[i].path, text);
		}
		free(l.items[i].name);
		free(l.items[i].path);
	}
	free(l.items);
	return ret;
}

int ct_targets__unit(struct ct_targets *t, const char *path, const char *text, struct ct_err *err)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');
	bool quadlet = dot && !strcmp(dot, ".container");
	struct reading r = { .all = t,
			     .kind = quadlet ? &ct_unit_quadlet : &ct_unit_systemd,
			     .err = err };
	ct_autofree char *name = ct_xstrndup(base, quadlet ? (size_t)(dot - base) : strlen(base));
	struct ct_unit *u = r.state = ct_xzalloc(r.kind->size);
	int ret;

	u->suffix = dot ? dot : "";
	u->t = ct_targets__add(t, r.kind->target, name);
	u->t->at = (struct ct_place){ ct_targets__file(t, path), 1, 1 };
	ret = read_text(&r, path, text);
	if (!ret && dot)
		ret = read_dropins(&r, path);
	r.kind->decide(r.state);
	free(r.state);
	return ret;
}
