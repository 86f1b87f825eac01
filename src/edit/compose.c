/* SPDX-License-Identifier: GPL-2.0-only */
/* The files of a project, and what they say together. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "edit/layers.h"

#define MAX_FILE_SIZE ((size_t)4 << 20)
#define MAX_FILES     64
#define MAX_INCLUDES  16 /* one in the other */

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

char *ct_layers__path(const struct ct_layers *l, const struct ct_yaml *from, const char *path)
{
	const char *bases[] = { from->name, l->nfiles ? l->files[0].y->name : NULL };
	ct_autofree char *first = NULL;

	if (*path == '/')
		return ct_xstrdup(path);
	for (size_t i = 0; i < CT_ARRAY_SIZE(bases) && bases[i]; i++) {
		const char *slash = strrchr(bases[i], '/');
		ct_autofree char *full = ct_xasprintf(
			"%.*s%s", slash ? (int)(slash - bases[i]) + 1 : 0, bases[i], path);

		if (!access(full, F_OK))
			return ct_steal(full);
		if (!first)
			first = ct_steal(full);
	}
	return ct_steal(first);
}

static int read_text(const struct ct_layers *l, const char *path, const char *real, char **text,
		     size_t *len, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(path);
	struct stat st;
	int ret;

	for (size_t i = 0; i < l->noverlays; i++)
		if (!strcmp(l->overlays[i].real, real)) {
			*len = l->overlays[i].len;
			*text = ct_xzalloc(*len + 1);
			memcpy(*text, l->overlays[i].text, *len);
			return 0;
		}
	if (stat(real, &st))
		return ct_err__set(err, errno, "cannot read %s: %s", shown, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return ct_err__set(err, EINVAL, "%s is no regular file", shown);
	ret = ct_read_file(real, MAX_FILE_SIZE, text, len);
	return ret ? ct_err__set(err, -ret, "cannot read %s: %s", shown, strerror(-ret)) : 0;
}

ssize_t ct_layers__read(struct ct_layers *l, const char *path, struct ct_err *err)
{
	ct_autofree char *real = realpath(path, NULL), *text = NULL, *shown = ct_printable(path);
	struct ct_layer_file file = {};
	size_t len = 0;
	int ret;

	/* A text may stand for a file that does not exist. */
	for (size_t i = 0; i < l->noverlays && !real; i++)
		if (!strcmp(l->overlays[i].real, path))
			real = ct_xstrdup(path);
	if (!real)
		return ct_err__set(err, errno, "cannot read %s: %s", shown, strerror(errno));
	for (size_t i = 0; i < l->nfiles; i++)
		if (!strcmp(l->files[i].real, real))
			return (ssize_t)i;
	if (l->nfiles == MAX_FILES)
		return ct_err__set(err, EINVAL, "%s: more than %d files", shown, MAX_FILES);
	ret = read_text(l, path, real, &text, &len, err);
	if (!ret)
		ret = ct_yaml__parse(path, text, len, &file.y, err);
	if (!ret && file.y->root && file.y->root->kind != CT_YAML_MAP &&
	    !ct_yaml__is_null(file.y->root)) {
		ret = ct_yaml__error(file.y, file.y->root->start, err,
				     "no Compose file: it begins with no mapping");
		ct_yaml__free(file.y);
	}
	if (ret)
		return ret;
	file.real = ct_steal(real);
	*CT_PUSH(l->files, l->nfiles, l->files_cap) = file;
	return (ssize_t)l->nfiles - 1;
}

static int add_file(struct ct_layers *l, const char *path, int depth, struct ct_err *err);

static int include_path(struct ct_layers *l, const struct ct_yaml *y, const struct ct_yaml_node *n,
			int depth, struct ct_err *err)
{
	const struct ct_yaml_node *r = ct_yaml__resolve(n);
	ct_autofree char *path = NULL, *shown = NULL;

	if (r->kind == CT_YAML_SEQ) {
		for (size_t i = 0; i < r->nitems; i++) {
			int ret = depth > MAX_INCLUDES ?
					  0 :
					  include_path(l, y, r->items[i], depth + 1, err);

			if (ret)
				return ret;
		}
		return 0;
	}
	if (r->kind != CT_YAML_SCALAR)
		return ct_yaml__error(y, n->start, err, "include: a path must be here");
	shown = ct_printable(r->text);
	if (strchr(r->text, '$') || strstr(r->text, "://") || !strncmp(r->text, "git@", 4) ||
	    !strncmp(r->text, "oci:", 4)) {
		ct_layers__note(l, y, n->start, "'%s' is not followed: give the file with -f",
				shown);
		return 0;
	}
	path = ct_layers__path(l, y, r->text);
	if (add_file(l, path, depth + 1, err))
		return ct_err__prefix(err, "included from %s", y->name);
	return 0;
}

static int add_includes(struct ct_layers *l, const struct ct_yaml *y, int depth, struct ct_err *err)
{
	const struct ct_yaml_node *list = ct_yaml__get(y->root, "include");

	if (!list || ct_yaml__is_null(list))
		return 0;
	if (list->kind != CT_YAML_SEQ)
		return ct_yaml__error(y, list->start, err, "include must be a list");
	for (size_t i = 0; i < list->nitems; i++) {
		const struct ct_yaml_node *item = ct_yaml__resolve(list->items[i]);
		const struct ct_yaml_node *path = item;
		int ret;

		if (item->kind == CT_YAML_MAP)
			path = ct_yaml__get(item, "path");
		if (!path)
			return ct_yaml__error(y, item->start, err, "include without a path");
		ret = include_path(l, y, path, depth, err);
		if (ret)
			return ret;
	}
	return 0;
}

static int add_file(struct ct_layers *l, const char *path, int depth, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(path);
	ssize_t at;
	int ret;

	if (depth > MAX_INCLUDES)
		return ct_err__set(err, EINVAL,
				   "%s: included too deep: do files include each other?", shown);
	at = ct_layers__read(l, path, err);
	if (at < 0)
		return (int)at;
	ret = add_includes(l, l->files[at].y, depth, err);
	if (ret)
		return ret;
	if (l->norder >= (size_t)MAX_FILES * 2)
		return ct_err__set(err, EINVAL, "%s: too many files", shown);
	*CT_PUSH(l->order, l->norder, l->order_cap) = at;
	return 0;
}

/* ---- services ---- */

static struct ct_compose_service *find(const struct ct_compose *c, const char *name)
{
	for (size_t i = 0; i < c->nservices; i++)
		if (!strcmp(c->services[i].name, name))
			return &c->services[i];
	return NULL;
}

const struct ct_compose_service *ct_compose__service(const struct ct_compose *c, const char *name)
{
	return find(c, name);
}

static int take_service(struct ct_compose *c, const struct ct_yaml *y,
			const struct ct_yaml_node *key, struct ct_err *err)
{
	struct ct_compose_service *s = find(c, key->text);

	if (!s) {
		s = CT_PUSH(c->services, c->nservices, c->services_cap);
		*s = (struct ct_compose_service){ .name = key->text, .at = ct_yaml__at(y, key) };
	}
	return ct_layers__take(c->layers, y, key->text, s, err);
}

/* depth bounds merge keys within merge keys. */
static int take_services(struct ct_compose *c, const struct ct_yaml *y,
			 const struct ct_yaml_node *map, int depth, struct ct_err *err)
{
	map = ct_yaml__resolve(map);
	if (!map || ct_yaml__is_null(map) || !depth)
		return 0;
	if (map->kind != CT_YAML_MAP)
		return ct_yaml__error(y, map->start, err, "services must be a mapping");
	for (size_t i = 0; i + 1 < map->nitems; i += 2) {
		const struct ct_yaml_node *key = ct_yaml__resolve(map->items[i]);
		const struct ct_yaml_node *value = ct_yaml__resolve(map->items[i + 1]);
		int ret = 0;

		if (!ct_yaml__is_merge(map->items[i]))
			ret = take_service(c, y, key, err);
		else if (value->kind == CT_YAML_MAP)
			ret = take_services(c, y, value, depth - 1, err);
		if (ret)
			return ret;
	}
	return 0;
}

static int take_layers(struct ct_compose *c, struct ct_err *err)
{
	struct ct_layers *l = c->layers;

	for (size_t i = 0; i < l->norder; i++) {
		/* The array of files may grow meanwhile, what it points to stays. */
		const struct ct_yaml *y = l->files[l->order[i]].y;
		const struct ct_yaml_node *name = ct_yaml__get(y->root, "name");
		int ret = take_services(c, y, ct_yaml__get(y->root, "services"), 4, err);

		if (ret)
			return ret;
		if (name && name->kind == CT_YAML_SCALAR && !ct_yaml__is_null(name))
			c->name = (struct ct_compose_text){ name->text, ct_yaml__at(y, name) };
	}
	return 0;
}

int ct_compose__load_with(const struct ct_strlist *files, const struct ct_overlay *overlays,
			  size_t noverlays, struct ct_compose **out, struct ct_err *err)
{
	ct_autocompose struct ct_compose *c = ct_xzalloc(sizeof(*c));
	struct ct_layers *l;
	int ret = 0;

	c->layers = l = ct_xzalloc(sizeof(*l));
	l->notes = &c->notes;
	l->overlays = overlays;
	l->noverlays = noverlays;
	for (size_t i = 0; i < files->len && !ret; i++)
		ret = add_file(l, files->items[i], 0, err);
	if (!ret)
		ret = take_layers(c, err);
	if (!ret && !c->nservices) {
		ct_autofree char *shown = ct_printable(files->len ? files->items[0] : "");

		ret = ct_err__set(err, EINVAL,
				  "%s: no services: at the top level: is it a Compose file?",
				  shown);
	}
	l->overlays = NULL; /* borrowed */
	l->noverlays = 0;
	if (!ret)
		*out = ct_steal(c);
	return ret;
}

int ct_compose__load(const struct ct_strlist *files, struct ct_compose **c, struct ct_err *err)
{
	return ct_compose__load_with(files, NULL, 0, c, err);
}

void ct_compose__free(struct ct_compose *c)
{
	struct ct_layers *l;

	if (!c)
		return;
	l = c->layers;
	for (size_t i = 0; i < l->nfiles; i++) {
		ct_yaml__free(l->files[i].y);
		free(l->files[i].real);
	}
	free(l->files);
	free(l->order);
	free(l);
	for (size_t i = 0; i < c->nservices; i++)
		ct_compose_service__clear(&c->services[i]);
	free(c->services);
	for (size_t i = 0; i < c->notes.len; i++)
		free((char *)c->notes.items[i]);
	ct_strlist__free(&c->notes);
	free(c);
}

char *ct_compose__names(const struct ct_compose *c)
{
	struct ct_str s = {};

	ct_str__add(&s, "");
	for (size_t i = 0; i < c->nservices; i++) {
		ct_autofree char *shown = ct_printable(c->services[i].name);

		ct_str__addf(&s, "%s%s", i ? ", " : "", shown);
	}
	return s.s;
}

/* ---- values ---- */

enum ct_tristate ct_compose__truth(const struct ct_compose_text *t)
{
	static const char *const yes[] = { "true", "yes", "on", "y", "1" };

	if (!t->text)
		return CT_NO;
	if (strchr(t->text, '$'))
		return CT_UNKNOWN;
	for (size_t i = 0; i < CT_ARRAY_SIZE(yes); i++)
		if (!strcasecmp(t->text, yes[i]))
			return CT_YES;
	return CT_NO;
}

enum ct_tristate ct_compose__nonroot(const struct ct_compose_text *user)
{
	size_t len = user->text ? strcspn(user->text, ":") : 0;

	if (!len || strchr(user->text, '$'))
		return CT_UNKNOWN;
	return !((len == 1 && *user->text == '0') || (len == 4 && !strncmp(user->text, "root", 4)));
}

int ct_compose__cap(const char *name, uint64_t *set)
{
	/* "CAP_51" is our way of writing what we have no name for, and no engine's. */
	if (!strcasecmp(name, "CAP_ALL") || strcspn(name, "0123456789") < strlen(name))
		return -EINVAL;
	return ct_caps__parse_one(name, set) ? -EINVAL : 0;
}

const struct ct_compose_text *ct_compose__caps(const struct ct_compose_list *l, uint64_t *set)
{
	const struct ct_compose_text *unknown = NULL;

	*set = 0;
	for (size_t i = 0; i < l->len; i++) {
		uint64_t one;

		if (!l->items[i].text || ct_compose__cap(l->items[i].text, &one)) {
			if (!unknown)
				unknown = &l->items[i];
		} else {
			*set |= one;
		}
	}
	return unknown;
}
