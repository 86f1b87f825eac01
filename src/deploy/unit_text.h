/* SPDX-License-Identifier: GPL-2.0-only */
/* The syntax of unit files, as systemd and Quadlet read it: lines, sections, settings, words. */
#ifndef CT_DEPLOY_UNIT_TEXT_H
#define CT_DEPLOY_UNIT_TEXT_H

#include "base/err.h"
#include "base/util.h"
#include "deploy/place.h"

/* Quadlet has a reader of its own, which mimics systemd's but differs in places. */
enum ct_unit_syntax { CT_UNIT_SYSTEMD, CT_UNIT_QUADLET };

/* Where a line of the file begins in the text joined from several lines. */
struct ct_unit_part {
	size_t offset;
	unsigned int line, column;
};

/* A logical line, joined from lines that end with a backslash. */
struct ct_unit_line {
	const char *file;
	struct ct_str text;
	struct ct_unit_part *parts;
	size_t nparts, cap;
};

/* The place in the file of p, which points into the line's text. */
struct ct_place ct_unit_line__place(const struct ct_unit_line *l, const char *p);

/* Takes a setting; key and value point into the line's text. */
typedef void ct_unit_fn(void *arg, const struct ct_unit_line *l, const char *section,
			const char *key, const char *value);

/*
 * Calls fn for each setting of a section, in order. systemd skips lines that it cannot read;
 * Quadlet refuses the file, which is -EINVAL here, with file and line.
 */
int ct_unit_text__read(enum ct_unit_syntax syntax, const char *file, const char *text,
		       ct_unit_fn *fn, void *arg, struct ct_err *err);

enum ct_unit_words {
	CT_WORDS_SYSTEMD,     /* quotes removed, a backslash makes the next character plain */
	CT_WORDS_QUADLET,     /* quotes removed, a backslash is an ordinary character */
	CT_WORDS_PODMAN_ARGS, /* quotes removed, C's escapes resolved */
};

/*
 * Takes the next word from *p. Returns 1 with *at pointing to its start and *word, which the caller
 * frees; 2: the same, but a quote is not closed; 0: there is no further word; -EINVAL: an escape is
 * wrong, so the rest cannot be read.
 */
int ct_unit_text__word(enum ct_unit_words kind, const char **p, char **word, const char **at);

/* The value without one pair of quotes, as Quadlet reads a single word; the caller frees. */
char *ct_unit_text__unquoted(const char *value);

#endif
