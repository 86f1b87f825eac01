/* SPDX-License-Identifier: GPL-2.0-only */
/* What a flow scalar of YAML means, from its bytes in the file. */
#ifndef CT_EDIT_YAML_SCALAR_H
#define CT_EDIT_YAML_SCALAR_H

#include "base/util.h"

/*
 * The text of a plain scalar, or of one in single or double quotes, the quotes included: lines
 * folded, escapes resolved (YAML 1.2, 7.3). libfyaml 0.7.12 finds where such a scalar begins and
 * ends, but unescapes some of them wrongly. The caller frees. NULL, with *wrong, a static text:
 * it is none.
 */
char *ct_yaml_scalar__text(const char *raw, size_t len, const char **wrong);

#endif
