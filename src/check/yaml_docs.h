/* SPDX-License-Identifier: GPL-2.0-only */
/* A stream of YAML documents, each a tree of its own that knows its lines in the file. */
#ifndef CT_CHECK_YAML_DOCS_H
#define CT_CHECK_YAML_DOCS_H

#include "edit/yaml.h"

struct ct_yaml_docs {
	struct ct_yaml **items; /* none of them empty */
	size_t len, cap;
};

/* -EINVAL with file, line and cure; what was parsed before that is there to be freed. */
int ct_yaml_docs__parse(const char *path, const char *text, size_t len, struct ct_yaml_docs *docs,
			struct ct_err *err);
void ct_yaml_docs__free(struct ct_yaml_docs *docs);

#endif
