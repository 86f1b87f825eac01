/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the two halves of the parser: the text, and the tree built from it. */
#ifndef CT_DEPLOY_YAML_BUILD_H
#define CT_DEPLOY_YAML_BUILD_H

#include "deploy/yaml.h"

/*
 * Runs libfyaml's parser once over shown, which is y->text except for what is hidden from libfyaml,
 * and sets y->root. Returns 0, -ENOMEM, or -EINVAL with a message. *hidden is the place of a block
 * scalar or comment that must be hidden before another run, or SIZE_MAX.
 */
int ct_yaml_build__run(struct ct_yaml *y, const char *shown, size_t *hidden, struct ct_err *err);

void ct_yaml_node__free(struct ct_yaml_node *n);

#endif
