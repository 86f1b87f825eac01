/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the files of a project, each once: splits them into documents and follows `include`. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/input.h"
#include "deploy/layers.h"

#define MAX_FILE_SIZE ((size_t)4 << 20)
#define MAX_FILES     1024 /* counted in documents; an include list may name a hundred */
#define MAX_DOCUMENTS 64   /* of one file; each keeps a copy of the file up to its end */
#define MAX_INCLUDES  16   /* nested */

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
	for (size_t i = 0; i < l->noverlays; i++)
		if (!strcmp(l->overlays[i].real, real)) {
			*len = l->overlays[i].len;
			*text = ct_xzalloc(*len + 1);
			memcpy(*text, l->overlays[i].text, *len);
			return 0;
		}
	return ct_input__read(path, MAX_FILE_SIZE, "split the file", text, len, err);
}

static int add_parsed(struct ct_yaml_docs *docs, const char *name, const char *text, size_t len,
		      size_t before, struct ct_err *err)
{
	struct ct_yaml *y = NULL;
	int ret = ct_yaml__parse_part(name, text, len, before, &y, err);

	if (!ret)
		*CT_PUSH(docs->items, docs->len, docs->cap) = y;
	return ret;
}

/*
 * Spaces replace what is before the document, so that its nodes keep their places: one line of
 * them, since lines would be kept, and read, for each document again.
 */
static int add_document(struct ct_yaml_docs *docs, const char *name, const char *text,
			const struct ct_yaml_range *range, struct ct_err *err)
{
	size_t from = range->lines ? range->start - 1 : 0; /* with the line end before it */
	ct_autofree char *blanked = ct_xzalloc(range->end + 1);

	from -= from && text[from - 1] == '\r';
	memset(blanked, ' ', from);
	memcpy(blanked + from, text + from, range->end - from);
	return add_parsed(docs, name, blanked, range->end, range->lines ? range->lines - 1 : 0,
			  err);
}

int ct_layers__parse(const char *name, const char *text, size_t len, struct ct_yaml_docs *docs,
		     struct ct_err *err)
{
	struct ct_yaml_ranges ranges = {};
	struct ct_yaml_docs found = {};
	int ret = 0;

	ct_yaml_docs__split(text, len, &ranges);
	if (ranges.len > MAX_DOCUMENTS) {
		ct_autofree char *shown = ct_printable(name);

		ret = ct_err__set(err, EINVAL, "%s: more than %d documents: split the file at ---",
				  shown, MAX_DOCUMENTS);
	} else if (ranges.len < 2) {
		ret = add_parsed(&found, name, text, len, 0, err);
	}
	for (size_t i = 0; ranges.len > 1 && i < ranges.len && !ret; i++)
		ret = add_document(&found, name, text, &ranges.items[i], err);
	free(ranges.items);
	if (ret)
		ct_yaml_docs__free(&found);
	else
		*docs = found;
	return ret;
}

static bool is_mapping(const struct ct_yaml *y)
{
	return !y->root || y->root->kind == CT_YAML_MAP || ct_yaml__is_null(y->root);
}

/* Keeps a file's documents; on success l owns real and text, too. */
static int keep(struct ct_layers *l, struct ct_yaml_docs *docs, char *real, char *text, size_t len,
		struct ct_err *err)
{
	for (size_t i = 0; i < docs->len; i++)
		if (!is_mapping(docs->items[i]))
			return ct_yaml__error(docs->items[i], docs->items[i]->root->start, err,
					      "not a Compose file: its top level is not a mapping");
	if (l->nfiles + docs->len > MAX_FILES) {
		ct_autofree char *shown = ct_printable(docs->items[0]->name);

		return ct_err__set(err, EINVAL,
				   "%s: more than %d files: give those with the services alone",
				   shown, MAX_FILES);
	}
	for (size_t i = 0; i < docs->len; i++) {
		*CT_PUSH(l->files, l->nfiles,
			 l->files_cap) = (struct ct_layer_file){ docs->items[i], real, text, len,
								 docs->len - i,	 false };
	}
	docs->len = 0;
	return 0;
}

ssize_t ct_layers__read(struct ct_layers *l, const char *path, struct ct_err *err)
{
	ct_autofree char *real = realpath(path, NULL), *text = NULL, *shown = ct_printable(path);
	struct ct_yaml_docs docs = {};
	size_t len = 0, at = l->nfiles;
	int ret;

	/* An overlay may stand for a file that does not exist. */
	for (size_t i = 0; i < l->noverlays && !real; i++)
		if (!strcmp(l->overlays[i].real, path))
			real = ct_xstrdup(path);
	if (!real)
		return ct_err__set(err, errno, "cannot read %s: %s", shown, strerror(errno));
	for (size_t i = 0; i < l->nfiles; i++)
		if (!strcmp(l->files[i].real, real))
			return (ssize_t)i;
	ret = read_text(l, path, real, &text, &len, err);
	if (!ret)
		ret = ct_layers__parse(path, text, len, &docs, err);
	if (!ret)
		ret = keep(l, &docs, real, text, len, err);
	ct_yaml_docs__free(&docs);
	if (ret)
		return ret;
	real = text = NULL;
	return (ssize_t)at;
}

void ct_layers__free_files(struct ct_layers *l)
{
	for (size_t i = 0; i < l->nfiles; i++) {
		ct_yaml__free(l->files[i].y);
		/* The last document of a file frees what they share. */
		if (l->files[i].documents == 1) {
			free(l->files[i].real);
			free(l->files[i].text);
		}
	}
	free(l->files);
}

static int add_file(struct ct_layers *l, const char *path, int depth, struct ct_err *err);

static int include_path(struct ct_layers *l, const struct ct_yaml *y, const struct ct_yaml_node *n,
			int depth, struct ct_err *err)
{
	const struct ct_yaml_node *r = ct_yaml__resolve(n);
	ct_autofree char *path = NULL, *shown = NULL, *by = ct_printable(y->name);
	int ret = 0;

	if (r->kind == CT_YAML_SEQ) {
		for (size_t i = 0; i < r->nitems && !ret && depth <= MAX_INCLUDES; i++)
			ret = include_path(l, y, r->items[i], depth + 1, err);
		return ret;
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
	ret = add_file(l, path, depth + 1, err);
	/* The include path would add nothing to the message that a file includes itself. */
	return ret && ret != -ELOOP ? ct_err__prefix(err, "included from %s", by) : ret;
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
	int ret = 0;

	if (depth > MAX_INCLUDES)
		return ct_err__set(err, EINVAL, "%s: included too deep", shown);
	at = ct_layers__read(l, path, err);
	if (at < 0)
		return (int)at;
	if (l->files[at].open)
		return ct_err__set(err, ELOOP,
				   "%s: the file includes itself: take it out of its include list",
				   shown);
	l->files[at].open = true;
	for (size_t i = 0, n = l->files[at].documents; i < n && !ret; i++) {
		ret = add_includes(l, l->files[at + (ssize_t)i].y, depth, err);
		if (!ret && l->norder >= (size_t)MAX_FILES * 2)
			ret = ct_err__set(err, EINVAL, "%s: too many files", shown);
		if (!ret)
			*CT_PUSH(l->order, l->norder, l->order_cap) = (size_t)at + i;
	}
	l->files[at].open = false;
	return ret;
}

int ct_layers__add(struct ct_layers *l, const char *path, struct ct_err *err)
{
	return add_file(l, path, 0, err);
}
