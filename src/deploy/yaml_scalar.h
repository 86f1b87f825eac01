/* SPDX-License-Identifier: GPL-2.0-only */
/* What a flow scalar of YAML means, from its bytes in the file. */
#ifndef CT_DEPLOY_YAML_SCALAR_H
#define CT_DEPLOY_YAML_SCALAR_H

#include "base/util.h"

/*
 * The text of a plain scalar, or of one in single or double quotes, the quotes included: lines
 * folded, escapes resolved (YAML 1.2, 7.3). libfyaml 0.7.12 finds where such a scalar begins and
 * ends, but unescapes some of them wrongly. The caller frees. NULL, with *wrong, a static text:
 * it is none.
 */
char *ct_yaml_scalar__text(const char *raw, size_t len, const char **wrong);

/* The key whose value a block scalar is; is false: it is an item of a list. */
struct ct_yaml_key {
	bool is;
	size_t start, end;
};

/*
 * libfyaml takes lines for the text of an empty block scalar ("a: |", in a mapping or a list within
 * another) that are not indented any deeper than what holds it. Is [start, end) of text such a
 * scalar's? Returns where its "|" or ">" is, SIZE_MAX: it is none.
 */
size_t ct_yaml_scalar__swallows(const char *text, size_t start, size_t end, struct ct_yaml_key key);

/*
 * The text of a block scalar (YAML 1.2, 8.1); start: where its lines begin, or its sign. libfyaml
 * folds some lines of other indentation wrongly. The caller frees; NULL where it stands in a place
 * that does not say how far it is indented.
 */
char *ct_yaml_scalar__block(const char *text, size_t start, struct ct_yaml_key key);

#endif
