/* SPDX-License-Identifier: GPL-2.0-only */
/* A YAML document as JSON. */
#ifndef CT_DEPLOY_YAML_JSON_H
#define CT_DEPLOY_YAML_JSON_H

#include <jansson.h>

#include "deploy/yaml.h"

/*
 * Aliases and merge keys resolved. A plain scalar that JSON has a word or a number for becomes
 * that, any other a string. The caller drops the reference. NULL: aliases within aliases make too
 * much of it, or the document is empty.
 */
json_t *ct_yaml__json(const struct ct_yaml *y);

#endif
