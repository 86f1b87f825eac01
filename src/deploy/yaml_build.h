/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the two halves of the parser: the text, and the tree that is made of it. */
#ifndef CT_DEPLOY_YAML_BUILD_H
#define CT_DEPLOY_YAML_BUILD_H

#include "deploy/yaml.h"

/*
 * Runs libfyaml's parser once over shown, which has the bytes of y->text but for what is hidden
 * from libfyaml, and sets y->root. -EINVAL with a message; *hidden is where a block scalar or a
 * comment is that has to be hidden before another run, SIZE_MAX if there is none.
 */
int ct_yaml_build__run(struct ct_yaml *y, const char *shown, size_t *hidden, struct ct_err *err);

void ct_yaml_node__free(struct ct_yaml_node *n);

#endif
