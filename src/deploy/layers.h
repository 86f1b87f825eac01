/* SPDX-License-Identifier: GPL-2.0-only */
/* The files behind a struct ct_compose, for code that edits them. */
#ifndef CT_DEPLOY_LAYERS_H
#define CT_DEPLOY_LAYERS_H

#include "deploy/compose.h"
#include "deploy/yaml_docs.h"

/* Text to read in place of the file at a real path. All of it is borrowed. */
struct ct_overlay {
	const char *real;
	const char *text;
	size_t len;
};

/* A document of a file; most files have one. */
struct ct_layer_file {
	struct ct_yaml *y; /* spaces stand in for the file's documents before it */
	char *real;	   /* the file's real path; this and text are shared by all its documents */
	char *text;
	size_t len;
	size_t documents; /* of the file, from this one on; they are consecutive */
	bool open;	  /* its `include` is being followed */
};

/* Included files come before the file that includes them; later files override earlier ones. */
struct ct_layers {
	struct ct_layer_file *files; /* each is read once; also those only extended from */
	size_t nfiles, files_cap;
	size_t *order; /* indices of files */
	size_t norder, order_cap;
	const struct ct_overlay *overlays;
	size_t noverlays;
	struct ct_strings *notes;
};

/* As ct_compose__load(), but overlays replace the texts of some files. */
int ct_compose__load_with(const struct ct_strlist *files, const struct ct_overlay *overlays,
			  size_t noverlays, struct ct_compose **c, struct ct_err *err);

/*
 * Parses each document of a Compose file (in Compose 2, later ones override earlier ones), with
 * the places that its nodes have in the file. There is at least one document, maybe an empty one.
 */
int ct_layers__parse(const char *name, const char *text, size_t len, struct ct_yaml_docs *docs,
		     struct ct_err *err);

/* Adds a file as a layer, after the files that it includes. */
int ct_layers__add(struct ct_layers *l, const char *path, struct ct_err *err);
void ct_layers__free_files(struct ct_layers *l);

/* Reads path unless it was read. Returns the index of its first document or a negative errno. */
ssize_t ct_layers__read(struct ct_layers *l, const char *path, struct ct_err *err);

/*
 * path if absolute, else below the directory of from, or of the first file if it exists only there.
 * The caller frees.
 */
char *ct_layers__path(const struct ct_layers *l, const struct ct_yaml *from, const char *path);

/*
 * Notes what cannot be followed, without repetitions. fmt's strings must be printable. Returns the
 * note.
 */
const char *ct_layers__note(struct ct_layers *l, const struct ct_yaml *y, size_t pos,
			    const char *fmt, ...) CT_PRINTF(4, 5);

/* The value under a service's name in one file: merge keys are followed, an own alias is not. */
const struct ct_yaml_node *ct_layers__service(const struct ct_yaml *y, const char *name);

/*
 * Does a file replace what the files before it say about a service, or about all services if name
 * is NULL (Compose's !override and !reset)?
 */
bool ct_layers__replaces(const struct ct_yaml *y, const char *name);

/* Reads what one file says about a service over what is in *s. */
int ct_layers__take(struct ct_layers *l, const struct ct_yaml *y, const char *name,
		    struct ct_compose_service *s, struct ct_err *err);

/* What a service of that file gets by `extends` alone; *s starts empty, the caller clears it. */
int ct_layers__inherited(struct ct_layers *l, const struct ct_yaml *y, const char *name,
			 struct ct_compose_service *s, struct ct_err *err);

void ct_compose_service__clear(struct ct_compose_service *s);

#endif
