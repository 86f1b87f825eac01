/* SPDX-License-Identifier: GPL-2.0-only */
/* Unit files as systemd and as Quadlet read them: lines, sections, settings, words. */
#ifndef CT_DEPLOY_UNIT_TEXT_H
#define CT_DEPLOY_UNIT_TEXT_H

#include "base/err.h"
#include "base/util.h"
#include "deploy/place.h"

/* Quadlet has a reader of its own, that mimics systemd's and differs from it in places. */
enum ct_unit_syntax { CT_UNIT_SYSTEMD, CT_UNIT_QUADLET };

/* Where a line of the file begins in the text that was joined of several. */
struct ct_unit_part {
	size_t offset;
	unsigned int line, column;
};

/* A logical line: a backslash at the end joins lines. */
struct ct_unit_line {
	const char *file;
	struct ct_str text;
	struct ct_unit_part *parts;
	size_t nparts, cap;
};

/* Where p, that points into the text of the line, stands in its file. */
struct ct_place ct_unit_line__place(const struct ct_unit_line *l, const char *p);

/* A setting: key and value point into the line's text. */
typedef void ct_unit_fn(void *arg, const struct ct_unit_line *l, const char *section,
			const char *key, const char *value);

/*
 * Calls fn for each setting of a section, in order. systemd skips lines that it cannot read;
 * Quadlet refuses the file, which is -EINVAL here, with file and line.
 */
int ct_unit_text__read(enum ct_unit_syntax syntax, const char *file, const char *text,
		       ct_unit_fn *fn, void *arg, struct ct_err *err);

enum ct_unit_words {
	CT_WORDS_SYSTEMD,     /* quotes removed, a backslash makes the next character a plain one */
	CT_WORDS_QUADLET,     /* quotes removed, a backslash is a character like others */
	CT_WORDS_PODMAN_ARGS, /* quotes removed, C's escapes resolved */
};

/*
 * Takes the next word from *p. Returns 1, with *word for the caller to free and *at where it
 * begins; 2: as 1, but a quote is not closed; 0 behind the last word; -EINVAL where an escape is
 * wrong, and what follows cannot be read.
 */
int ct_unit_text__word(enum ct_unit_words kind, const char **p, char **word, const char **at);

/* One pair of quotes is taken off, as Quadlet does it for a value of one word; the caller frees. */
char *ct_unit_text__unquoted(const char *value);

#endif
