/* SPDX-License-Identifier: GPL-2.0-only */
/* A YAML document, parsed by libfyaml into a tree in which every node knows its bytes. */
#ifndef CT_DEPLOY_YAML_H
#define CT_DEPLOY_YAML_H

#include "base/err.h"
#include "deploy/place.h"

enum ct_yaml_kind { CT_YAML_SCALAR, CT_YAML_MAP, CT_YAML_SEQ, CT_YAML_ALIAS };
enum ct_yaml_style { CT_YAML_PLAIN, CT_YAML_QUOTED, CT_YAML_LITERAL };

struct ct_yaml_node {
	enum ct_yaml_kind kind;
	enum ct_yaml_style style; /* scalars; LITERAL stands for folded ones, too */
	bool flow;		  /* collections: {} or [] */
	char *text;		  /* of a scalar; of an alias, the anchor's name */
	char *tag;		  /* as written: "!override"; NULL: none */
	char *anchor;		  /* without &; NULL: none */
	size_t props;		  /* where the node begins, anchor and tag included */
	size_t start, end;	  /* its own bytes; a block collection ends with its last item */
	struct ct_yaml_node *parent;
	struct ct_yaml_node **items; /* of a mapping: key, value, key, value ... */
	size_t nitems, items_cap;
	size_t merged; /* how many mappings a mapping takes keys from by merge keys, itself too */
	const struct ct_yaml_node *target; /* of an alias, never NULL */
};

struct ct_yaml {
	char *name; /* of the file, raw */
	char *text; /* NUL-terminated, len bytes */
	size_t len;
	size_t *lines; /* where each begins */
	size_t nlines, lines_cap;
	size_t before;		   /* lines of the file before text, which are counted in places */
	struct ct_yaml_node *root; /* NULL: an empty document */
};

/*
 * Parses one document in UTF-8. Refuses what readers of YAML disagree about (duplicate keys, lone
 * carriage returns, aliases to a node that is not complete), and merge keys that nest so much that
 * looking up one key would take long. text need not outlive the call.
 * Returns 0, or -EINVAL with file:line:column and cure in the message and *y untouched.
 */
int ct_yaml__parse(const char *name, const char *text, size_t len, struct ct_yaml **y,
		   struct ct_err *err);
/* The same for a part of a file, before which the file has so many lines. */
int ct_yaml__parse_part(const char *name, const char *text, size_t len, size_t before,
			struct ct_yaml **y, struct ct_err *err);
void ct_yaml__free(struct ct_yaml *y);

/* The line and column of the byte at pos, counted from 1; the column in characters. */
void ct_yaml__place(const struct ct_yaml *y, size_t pos, unsigned int *line, unsigned int *column);

struct ct_place ct_yaml__at(const struct ct_yaml *y, const struct ct_yaml_node *n);

/* "file:line:column: message"; the caller frees. */
char *ct_yaml__message(const struct ct_yaml *y, size_t pos, const char *fmt, va_list ap)
	CT_PRINTF(3, 0);

/* Sets err to such a message. Returns -EINVAL. */
int ct_yaml__error(const struct ct_yaml *y, size_t pos, struct ct_err *err, const char *fmt, ...)
	CT_PRINTF(4, 5);

/* What an alias stands for, else the node itself; NULL stays NULL. */
const struct ct_yaml_node *ct_yaml__resolve(const struct ct_yaml_node *n);

/* The value of a mapping's own key, merge keys ignored, an alias not resolved; or NULL. */
const struct ct_yaml_node *ct_yaml__own(const struct ct_yaml_node *map, const char *key);

/*
 * The same, with aliases resolved and merge keys followed: an own key has precedence over merged
 * ones, an earlier merged mapping over a later one. NULL when n is not a mapping or lacks the key.
 */
const struct ct_yaml_node *ct_yaml__get(const struct ct_yaml_node *n, const char *key);

/* The value that merge keys alone would give; NULL: none. */
const struct ct_yaml_node *ct_yaml__merged(const struct ct_yaml_node *n, const char *key);

/* An empty plain scalar, "~" or "null". */
bool ct_yaml__is_null(const struct ct_yaml_node *n);

/* Is it the merge key, <<? */
bool ct_yaml__is_merge(const struct ct_yaml_node *key);

static inline void ct_yaml__cleanup(struct ct_yaml **y)
{
	ct_yaml__free(*y);
}
#define ct_autoyaml __attribute__((cleanup(ct_yaml__cleanup)))

#endif
