/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the drop-ins of a unit: beside it, or wherever its manager looks. */
#include <dirent.h>
#include <limits.h>
#include <string.h>

#include "deploy/unit_priv.h"

/*
 * The directories of each manager, in order of precedence: systemd's for the system and for users
 * (systemd.unit(5), lookup_paths_init()), and Quadlet's (podman-systemd.unit(5)).
 */
static const char *const system_dirs[] = {
	"/etc/systemd/system.control", "/run/systemd/system.control",
	"/run/systemd/transient",      "/run/systemd/generator.early",
	"/etc/systemd/system",	       "/etc/systemd/system.attached",
	"/run/systemd/system",	       "/run/systemd/system.attached",
	"/run/systemd/generator",      "/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system",     "/lib/systemd/system",
	"/run/systemd/generator.late", NULL,
};
static const char *const user_dirs[] = {
	"/etc/systemd/user",
	"/run/systemd/user",
	"/usr/local/share/systemd/user",
	"/usr/share/systemd/user",
	"/usr/local/lib/systemd/user",
	"/usr/lib/systemd/user",
	NULL,
};
static const char *const quadlet_dirs[] = {
	"/run/containers/systemd",
	"/etc/containers/systemd",
	"/usr/share/containers/systemd",
	NULL,
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct ct_dropin *)a)->name, ((const struct ct_dropin *)b)->name);
}

/* A file is hidden by one of the same name in a directory that was read earlier. */
static void add_dropin(struct ct_dropins *l, const char *dir, const char *name)
{
	if (*name == '.' || !ct_str_ends(name, ".conf"))
		return;
	for (size_t i = 0; i < l->len; i++)
		if (!strcmp(l->items[i].name, name))
			return;
	*CT_PUSH(l->items, l->len, l->cap) = (struct ct_dropin){ ct_xstrdup(name),
								 ct_xasprintf("%s/%s", dir, name) };
}

/* The .conf files of in + prefix bytes of base + suffix + ".d"; in is empty or ends with '/'. */
static void add_dropins(struct ct_dropins *l, const char *in, const char *base, size_t prefix,
			const char *suffix)
{
	ct_autofree char *dir = ct_xasprintf("%s%.*s%s.d", in, (int)prefix, base, suffix);
	DIR *d = opendir(dir);
	const struct dirent *e;

	while (d && (e = readdir(d)))
		add_dropin(l, dir, e->d_name);
	if (d)
		closedir(d);
}

/*
 * Adds the drop-ins for the unit's own name, the most specific first, as systemd's
 * unit_file_find_dirs() does: for a-b@x.service its own, those of a-b@.service and of a-.service.
 */
static void add_own(struct ct_dropins *l, const char *in, const char *base)
{
	const char *suffix = strrchr(base, '.'), *at = strchr(base, '@');

	add_dropins(l, in, base, strlen(base), "");
	if (at && at < suffix) {
		if (at + 1 < suffix)
			add_dropins(l, in, base, (size_t)(at + 1 - base), suffix);
	} else {
		at = suffix;
	}
	for (const char *p = at; p > base; p--)
		if (p[-1] == '-' && p < suffix)
			add_dropins(l, in, base, (size_t)(p - base), suffix);
}

/*
 * dirs if real, the file's directory, is one of them, maybe below another root such as an unpacked
 * image or a package's tree; else NULL. *root is the length of that root in real.
 */
static const char *const *dirs_of(const char *real, const char *const *dirs, size_t *root)
{
	for (size_t i = 0; dirs[i]; i++) {
		if (!ct_str_ends(real, dirs[i]))
			continue;
		*root = strlen(real) - strlen(dirs[i]);
		return dirs;
	}
	return NULL;
}

void ct_dropins__find(struct ct_dropins *l, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *suffix = strrchr(base, '.') + 1;
	ct_autofree char *in = ct_xstrndup(path, (size_t)(base - path));
	ct_autofree char *real = realpath(*in ? in : ".", NULL);
	bool quadlet = !strcmp(suffix, "container") || !strcmp(suffix, "kube") ||
		       !strcmp(suffix, "pod");
	const char *const *dirs = NULL;
	ct_autostrings struct ct_strings places = { 0 };
	size_t root = 0;

	if (real && quadlet)
		dirs = dirs_of(real, quadlet_dirs, &root);
	else if (real && !(dirs = dirs_of(real, system_dirs, &root)))
		dirs = dirs_of(real, user_dirs, &root);
	if (!dirs)
		ct_strings__add(&places, in);
	for (; dirs && *dirs; dirs++) {
		ct_autofree char *place = ct_xasprintf("%.*s%s", (int)root, real, *dirs);
		bool same = !strcmp(place, real);

		ct_strings__take(&places, same ? ct_xstrdup(in) : ct_xasprintf("%s/", place));
	}
	/* systemd takes a type's drop-ins (service.d) last of all, Quadlet with each directory. */
	for (size_t i = 0; i < places.len; i++) {
		add_own(l, places.items[i], base);
		if (quadlet)
			add_dropins(l, places.items[i], suffix, strlen(suffix), "");
	}
	for (size_t i = 0; i < places.len && !quadlet; i++)
		add_dropins(l, places.items[i], suffix, strlen(suffix), "");
	if (l->len)
		qsort(l->items, l->len, sizeof(*l->items), by_name);
}

void ct_dropins__free(struct ct_dropins *l)
{
	for (size_t i = 0; i < l->len; i++) {
		free(l->items[i].name);
		free(l->items[i].path);
	}
	free(l->items);
	*l = (struct ct_dropins){ 0 };
}
