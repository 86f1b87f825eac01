/* SPDX-License-Identifier: GPL-2.0-only */
/* The documents of a YAML stream. */
#ifndef CT_DEPLOY_YAML_DOCS_H
#define CT_DEPLOY_YAML_DOCS_H

#include "deploy/yaml.h"

/* The bytes of a document that is not empty, and the number of lines before it. */
struct ct_yaml_range {
	size_t start, end, lines;
};

struct ct_yaml_ranges {
	struct ct_yaml_range *items;
	size_t len, cap;
};

/* Splits at "---" and "..."; the caller frees ranges->items. */
void ct_yaml_docs__split(const char *text, size_t len, struct ct_yaml_ranges *ranges);

struct ct_yaml_docs {
	struct ct_yaml **items; /* none of them empty */
	size_t len, cap;
};

/* -EINVAL with file, line and cure; what was parsed before that is there to be freed. */
int ct_yaml_docs__parse(const char *path, const char *text, size_t len, struct ct_yaml_docs *docs,
			struct ct_err *err);
void ct_yaml_docs__free(struct ct_yaml_docs *docs);

#endif
