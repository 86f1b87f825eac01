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

/* "key: value" for a flow mapping on a line indented so far; lists take lines of their own. */
void ct_change__add_flow_entry(const struct ct_change *c, struct ct_str *s,
			       const struct ct_change_value *v, int indent);

int ct_change__replace_flow(struct ct_change *c, const struct ct_yaml_node *old,
			    const struct ct_change_value *v);
int ct_change__insert_flow(struct ct_change *c, const struct ct_yaml_node *map,
			   struct ct_change_value *const *values, size_t n);

#endif
