/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets, adds or removes keys of a mapping in the text, in the style of the file. */
#ifndef CT_EDIT_CHANGE_H
#define CT_EDIT_CHANGE_H

#include "deploy/yaml.h"
#include "edit/splice.h"

/* An item of a list: printable text, and the reason for it, on one line. */
struct ct_change_item {
	char *text, *comment;
	char *above; /* the user's comment lines, each beginning with '#'; or NULL */
};

/* The new value of a key: a list, or one word with a comment of its own. */
struct ct_change_value {
	const char *key;
	struct ct_change_item *items;
	size_t nitems;
	bool brief;    /* a new list goes on the key's line */
	char *word;    /* NULL: it is a list */
	char *comment; /* for a word or a brief list; may be NULL */
	/* The user's comments in a flow list that is rewritten, in the form of above. */
	char *head, *tail;
};

/* A file being changed. */
struct ct_change {
	const struct ct_yaml *y;
	struct ct_splices splices;
	/* Anchored values that were removed; their aliases need a value of their own. */
	const struct ct_yaml_node **gone;
	size_t ngone, gone_cap;
	struct ct_err *err;
};

/*
 * Sets values in the mapping of a service. map is the value of the service's key, which may be an
 * alias. Returns 0, or -EINVAL with the place and the cure.
 */
int ct_change__set(struct ct_change *c, const struct ct_yaml_node *map,
		   struct ct_change_value *const *values, size_t n);

/* Is it a flow mapping on one line, or an alias in a flow mapping, with no room for comments? */
bool ct_change__is_one_line(const struct ct_change *c, const struct ct_yaml_node *map);

/*
 * Removes an own key, and says why in a comment. Where it cannot go, as from a flow mapping or one
 * that would be empty, it is set to [] or false instead.
 */
int ct_change__remove(struct ct_change *c, const struct ct_yaml_node *map, const char *key,
		      const char *why);

/* Adds a comment behind a value of a block mapping, unless one is there. */
void ct_change__remark(struct ct_change *c, const struct ct_yaml_node *value, const char *text);

/* After all changes: moves each removed anchor, with its value, to the first alias that is left. */
int ct_change__unshare(struct ct_change *c);

void ct_change__free(struct ct_change *c);
void ct_change_value__free(struct ct_change_value *v);

#endif
