/* SPDX-License-Identifier: GPL-2.0-only */
/* The sections of captrim.yaml for what is served over HTTP: metrics and ui. */
#ifndef CT_HTTP_HTTP_CONFIG_H
#define CT_HTTP_HTTP_CONFIG_H

#include "base/strings.h"
#include "deploy/yaml.h"

enum ct_http_section { CT_HTTP_METRICS, CT_HTTP_UI };

struct ct_http_config {
	char *listen, *token_file; /* NULL: not given */
	struct ct_strings hosts;
	uint64_t max_series; /* of metrics; 0: not given */
};

/*
 * Reads the section n; if it is NULL, c is empty. Addresses are checked, files are not opened.
 * Returns 0, or -EINVAL with file:line:column and the cure; c is then untouched.
 */
int ct_http_config__read(const struct ct_yaml *y, const struct ct_yaml_node *n,
			 enum ct_http_section section, struct ct_http_config *c,
			 struct ct_err *err);
bool ct_http_config__equal(const struct ct_http_config *a, const struct ct_http_config *b);
void ct_http_config__free(struct ct_http_config *c); /* what it holds */
#define ct_autohttpconfig __attribute__((cleanup(ct_http_config__free)))

#endif
