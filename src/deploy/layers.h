/* SPDX-License-Identifier: GPL-2.0-only */
/* The files behind a ct_compose, for those who change them. */
#ifndef CT_DEPLOY_LAYERS_H
#define CT_DEPLOY_LAYERS_H

#include "deploy/compose.h"
#include "deploy/yaml_docs.h"

/* Text to take for a file's, known by its real path. Borrowed. */
struct ct_overlay {
	const char *real;
	const char *text;
	size_t len;
};

/* A document of a file; most files have one. */
struct ct_layer_file {
	struct ct_yaml *y; /* of several documents: with white space in place of the others */
	char *real;	   /* its real path; as text, shared with the file's other documents */
	char *text;
	size_t len;
	size_t documents; /* of the file, from this one on; they follow one another */
	bool open;	  /* its `include` is being followed */
};

/* Included files come before the file that includes them, later ones override. */
struct ct_layers {
	struct ct_layer_file *files; /* every file read once, those extended from, too */
	size_t nfiles, files_cap;
	size_t *order; /* indices of files */
	size_t norder, order_cap;
	const struct ct_overlay *overlays;
	size_t noverlays;
	struct ct_strings *notes;
};

/* As ct_compose__load, with other texts for some files. */
int ct_compose__load_with(const struct ct_strlist *files, const struct ct_overlay *overlays,
			  size_t noverlays, struct ct_compose **c, struct ct_err *err);

/*
 * Each document of a Compose file (Compose 2 takes the later ones over the earlier), with the
 * places that its nodes have in the file; at least one, maybe empty.
 */
int ct_layers__parse(const char *name, const char *text, size_t len, struct ct_yaml_docs *docs,
		     struct ct_err *err);

/* Takes a file, and those that it includes before it, as layers. */
int ct_layers__add(struct ct_layers *l, const char *path, struct ct_err *err);
void ct_layers__free_files(struct ct_layers *l);

/* Reads path, or finds it among those read: the index of its first document, or a negative errno.
 */
ssize_t ct_layers__read(struct ct_layers *l, const char *path, struct ct_err *err);

/* path, relative to the directory of the file or else to that of the first file. */
char *ct_layers__path(const struct ct_layers *l, const struct ct_yaml *from, const char *path);

/* What cannot be followed, reported once. fmt's strings must be printable. */
void ct_layers__note(struct ct_layers *l, const struct ct_yaml *y, size_t pos, const char *fmt, ...)
	CT_PRINTF(4, 5);

/* A service of one file: the value under its name, merge keys followed, aliases not. */
const struct ct_yaml_node *ct_layers__service(const struct ct_yaml *y, const char *name);

/*
 * Does what a file says of a service, or of all of them, take the place of what the files before
 * it say (Compose's !override and !reset)? name NULL: of all of them.
 */
bool ct_layers__replaces(const struct ct_yaml *y, const char *name);

/* What one file says of a service, taken over what is in *s. */
int ct_layers__take(struct ct_layers *l, const struct ct_yaml *y, const char *name,
		    struct ct_compose_service *s, struct ct_err *err);

/* What a service of that file has by `extends` alone; *s starts empty, the caller clears it. */
int ct_layers__inherited(struct ct_layers *l, const struct ct_yaml *y, const char *name,
			 struct ct_compose_service *s, struct ct_err *err);

void ct_compose_service__clear(struct ct_compose_service *s);

#endif
