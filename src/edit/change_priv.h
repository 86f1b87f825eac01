/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the parts of a change: block style, flow style, anchors. */
#ifndef CT_EDIT_CHANGE_PRIV_H
#define CT_EDIT_CHANGE_PRIV_H

#include "edit/change.h"
#include "edit/text.h"
#include "model/caps.h"

/* Takes ownership of text. */
void ct_change__splice(struct ct_change *c, size_t start, size_t end, char *text);

/* Remembers a value that goes, if it has an anchor, for ct_change__unshare(). */
void ct_change__goes(struct ct_change *c, const struct ct_yaml_node *n);

/*
 * Puts into v the user's comments in a list that v replaces as a whole, except those of items that
 * go. A block list is replaced only if it becomes empty; just the comments above its first item are
 * kept. from: where the comments may begin, behind the key or the bracket.
 */
void ct_change__keep_remarks(const struct ct_change *c, const struct ct_yaml_node *old, size_t from,
			     struct ct_change_value *v);

/*
 * Where the last commented-out item of a list ("# - KILL") between from, a line's end, and to ends;
 * from if there is none.
 */
size_t ct_change__taken_out(const struct ct_change *c, size_t from, size_t to);

/*
 * Is there a comment between a value, or what tags and anchors it, and its key, whose colon ends at
 * colon? The functions below leave it where it is.
 */
bool ct_change__is_apart(const struct ct_change *c, const struct ct_yaml_node *old, size_t colon);
/* Where a value begins, behind its anchor and tag and the comments there. */
size_t ct_change__value_start(const struct ct_change *c, const struct ct_yaml_node *old);
/* Puts tag ("": none) behind the colon, removes the old props. Returns where the rest begins. */
size_t ct_change__take_props(struct ct_change *c, const struct ct_yaml_node *old, size_t colon,
			     const char *tag);
/* Replaces the value by tag and word; NULL: by nothing. */
void ct_change__replace_apart(struct ct_change *c, const struct ct_yaml_node *old, size_t colon,
			      const char *tag, const char *word);
/* Replaces key and value, which ends at end, by the comment why. */
void ct_change__remove_apart(struct ct_change *c, const struct ct_yaml_node *key,
			     const struct ct_yaml_node *old, size_t colon, size_t end,
			     const char *why);

/* The index in v of the item with the same text or capability, or -1. */
ssize_t ct_change__index(const struct ct_change_value *v, const struct ct_yaml_node *item);

/* Adds each of the lines (NULL: none) behind a line end and indent spaces. */
void ct_change__add_lines(const struct ct_change *c, struct ct_str *s, const char *lines,
			  int indent);

/* Adds "key: value" for a flow mapping on a line indented by indent; lists may take more lines. */
void ct_change__add_flow_entry(const struct ct_change *c, struct ct_str *s,
			       const struct ct_change_value *v, int indent);

/* Replaces an existing value. */
int ct_change__replace_flow(struct ct_change *c, const struct ct_yaml_node *old,
			    struct ct_change_value *v);
/* Adds new entries. why: the comment for the last value if that was replaced; or NULL. */
int ct_change__insert_flow(struct ct_change *c, const struct ct_yaml_node *map,
			   struct ct_change_value *const *values, size_t n, const char *why);

#endif
