/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the parts of a change: block style, flow style, anchors. */
#ifndef CT_EDIT_CHANGE_PRIV_H
#define CT_EDIT_CHANGE_PRIV_H

#include "edit/change.h"
#include "edit/text.h"
#include "model/caps.h"

/* Takes text. */
void ct_change__splice(struct ct_change *c, size_t start, size_t end, char *text);

/* A value goes: if it is anchored, its aliases are looked after in the end. */
void ct_change__goes(struct ct_change *c, const struct ct_yaml_node *n);

/*
 * Takes the user's comments out of a list that v replaces as a whole, those of items that go apart:
 * of a block list, that is emptied, what stands above its first item. from: where its key ends.
 */
void ct_change__keep_remarks(const struct ct_change *c, const struct ct_yaml_node *old, size_t from,
			     struct ct_change_value *v);

/* The index in v of what a list's item says, or -1. */
ssize_t ct_change__index(const struct ct_change_value *v, const struct ct_yaml_node *item);

/* Adds each of the lines (NULL: none) behind a line end and so many spaces. */
void ct_change__add_lines(const struct ct_change *c, struct ct_str *s, const char *lines,
			  int indent);

/* "key: value" for a flow mapping on a line indented so far; lists take lines of their own. */
void ct_change__add_flow_entry(const struct ct_change *c, struct ct_str *s,
			       const struct ct_change_value *v, int indent);

/* Sets a value that is there. */
int ct_change__replace_flow(struct ct_change *c, const struct ct_yaml_node *old,
			    struct ct_change_value *v);
/* why: the last value was replaced, and this is to be its comment; or NULL. */
int ct_change__insert_flow(struct ct_change *c, const struct ct_yaml_node *map,
			   struct ct_change_value *const *values, size_t n, const char *why);

#endif
