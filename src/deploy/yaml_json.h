/* SPDX-License-Identifier: GPL-2.0-only */
/* A YAML document as JSON. */
#ifndef CT_DEPLOY_YAML_JSON_H
#define CT_DEPLOY_YAML_JSON_H

#include <jansson.h>

#include "deploy/yaml.h"

/*
 * Resolves aliases and merge keys. A plain scalar that JSON can express as a literal or a number
 * becomes one, any other a string. The caller drops the reference. NULL: the document is empty, or
 * becomes too large by nested aliases.
 */
json_t *ct_yaml__json(const struct ct_yaml *y);

#endif
