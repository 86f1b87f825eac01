/* SPDX-License-Identifier: GPL-2.0-only */
/* Keys of one mapping set, added or taken out in the text, in the style that is there. */
#ifndef CT_EDIT_CHANGE_H
#define CT_EDIT_CHANGE_H

#include "deploy/yaml.h"
#include "edit/splice.h"

/* One value of a list: printable text, and why, on one line. */
struct ct_change_item {
	char *text, *comment;
	char *above; /* lines of the user's, each beginning with '#'; or NULL */
};

/* What a key is to say: a list, or one word with a comment of its own. */
struct ct_change_value {
	const char *key;
	struct ct_change_item *items;
	size_t nitems;
	bool brief;    /* a list: on the key's line where it is new */
	char *word;    /* NULL: it is a list */
	char *comment; /* of a word, or of a brief list; may be NULL */
	/* The user's comments in a flow list that is written anew, as above. */
	char *head, *tail;
};

/* A file being changed. */
struct ct_change {
	const struct ct_yaml *y;
	struct ct_splices splices;
	/* Anchored values that went; their aliases have to be given a value of their own. */
	const struct ct_yaml_node **gone;
	size_t ngone, gone_cap;
	struct ct_err *err;
};

/*
 * Sets values in the mapping of a service: map is what stands behind its key, an alias
 * included. Returns 0, or -EINVAL with the place and the cure.
 */
int ct_change__set(struct ct_change *c, const struct ct_yaml_node *map,
		   struct ct_change_value *const *values, size_t n);

/* Is it a flow mapping in one line, or an alias in one: no comment fits between its keys? */
bool ct_change__is_one_line(const struct ct_change *c, const struct ct_yaml_node *map);

/* Takes an own key out; a mapping that would be empty keeps it, set to [] or false. */
int ct_change__remove(struct ct_change *c, const struct ct_yaml_node *map, const char *key,
		      const char *why);

/* A comment behind a value of a block mapping, if there is none yet. */
void ct_change__remark(struct ct_change *c, const struct ct_yaml_node *value, const char *text);

/* At the end: gives each alias that is left without its anchor a value of its own. */
int ct_change__unshare(struct ct_change *c);

void ct_change__free(struct ct_change *c);
void ct_change_value__free(struct ct_change_value *v);

#endif
