/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines of a YAML text, and the style that it is written in. */
#ifndef CT_EDIT_TEXT_H
#define CT_EDIT_TEXT_H

#include "deploy/yaml.h"

size_t ct_text__line_start(const struct ct_yaml *y, size_t pos);
size_t ct_text__line_end(const struct ct_yaml *y, size_t pos); /* before its CR LF or LF */
size_t ct_text__next_line(const struct ct_yaml *y, size_t pos);

/* Is there nothing but spaces and tabs in [from, to)? */
bool ct_text__blank(const struct ct_yaml *y, size_t from, size_t to);

/* Is there nothing but white space, and maybe a comment, from pos to the end of its line? */
bool ct_text__rest_free(const struct ct_yaml *y, size_t pos);

const char *ct_text__eol(const struct ct_yaml *y); /* of the first line: "\n" or "\r\n" */

/* The spaces with which the line of pos begins; the caller frees. */
char *ct_text__indent(const struct ct_yaml *y, size_t pos);

/* Where the first dash of a block list is; its item may begin on a later line. */
size_t ct_text__first_dash(const struct ct_yaml *y, const struct ct_yaml_node *list);

/* Spaces before the dashes of a block list, which must have items. */
int ct_text__dash(const struct ct_yaml *y, const struct ct_yaml_node *list);

/* Columns between a key and the dashes of its list in this file. */
int ct_text__list_step(const struct ct_yaml *y);

/* Columns between a mapping and the one that holds it, in this file; 2 if unknown. */
int ct_text__map_step(const struct ct_yaml *y);

/* Is it JSON, which has no comments and quotes every word? */
bool ct_text__is_json(const struct ct_yaml *y);

/* Where the anchor and tag before a node's own bytes end. */
size_t ct_text__props_end(const struct ct_yaml *y, const struct ct_yaml_node *n);

/*
 * Sets *pos to where a line can be added behind an entry of a block mapping: the end of its value's
 * last line. False if that is not certain (block scalars).
 */
bool ct_text__after(const struct ct_yaml *y, const struct ct_yaml_node *value, size_t *pos);

#endif
