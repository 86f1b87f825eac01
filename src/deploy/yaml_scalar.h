/* SPDX-License-Identifier: GPL-2.0-only */
/* What a YAML scalar means, from its bytes in the file. */
#ifndef CT_DEPLOY_YAML_SCALAR_H
#define CT_DEPLOY_YAML_SCALAR_H

#include "base/util.h"

/*
 * The text of a plain or quoted scalar, with lines folded and escapes resolved (YAML 1.2, 7.3). raw
 * includes the quotes. libfyaml 0.7.12 finds where such a scalar begins and ends, but unescapes
 * some wrongly. The caller frees. NULL: it is malformed, and *wrong, a static text, says why.
 */
char *ct_yaml_scalar__text(const char *raw, size_t len, const char **wrong);

/* The key that a block scalar is the value of. is false: the scalar is an item of a list. */
struct ct_yaml_key {
	bool is;
	size_t start, end;
};

/*
 * After an empty block scalar ("a: |") in a nested mapping or list, libfyaml takes lines for its
 * text although they are indented no deeper than what holds the scalar. Is [start, end) of text
 * such a mistake? Returns where the scalar's "|" or ">" is, or SIZE_MAX if not.
 */
size_t ct_yaml_scalar__swallows(const char *text, size_t start, size_t end, struct ct_yaml_key key);

/*
 * The text of a block scalar (YAML 1.2, 8.1), which libfyaml folds wrongly where the indentation of
 * lines differs. start is where its lines begin, or its "|" or ">". The caller frees. NULL: its
 * place does not tell how far it is indented.
 */
char *ct_yaml_scalar__block(const char *text, size_t start, struct ct_yaml_key key);

#endif
