/* SPDX-License-Identifier: GPL-2.0-only */
#include "http/http_config.h"

#include <errno.h>
#include <string.h>

#include "deploy/yaml_fields.h"
#include "http/httpd.h"

#define AT(member) offsetof(struct ct_http_config, member)

#define LEAST_SERIES 200 /* room for the metrics of captrim itself */

static const struct ct_yaml_field metrics_fields[] = {
	{ .name = "listen", CT_YAML_TEXT, AT(listen) },
	{ .name = "token_file", CT_YAML_TEXT, AT(token_file) },
	{ .name = "hosts", CT_YAML_TEXTS, AT(hosts) },
	{ .name = "max_series", CT_YAML_UINT, AT(max_series) },
	{ .name = NULL },
};

static const struct ct_yaml_field ui_fields[] = {
	{ .name = "listen", CT_YAML_TEXT, AT(listen) },
	{ .name = "token_file", CT_YAML_TEXT, AT(token_file) },
	{ .name = "hosts", CT_YAML_TEXTS, AT(hosts) },
	{ .name = NULL },
};

static int check(const struct ct_yaml *y, const struct ct_yaml_node *n,
		 const struct ct_http_config *c, struct ct_err *err)
{
	ct_autoerr struct ct_err why = { 0 };

	if (c->listen && (ct_listener__check(c->listen, &why) || ct_httpd__available(&why)))
		return ct_yaml__error(y, ct_yaml__get(n, "listen")->start, err, "%s", why.msg);
	if (c->max_series && c->max_series < LEAST_SERIES)
		return ct_yaml__error(y, ct_yaml__get(n, "max_series")->start, err,
				      "max_series must be %d at least", LEAST_SERIES);
	return 0;
}

int ct_http_config__read(const struct ct_yaml *y, const struct ct_yaml_node *n,
			 enum ct_http_section section, struct ct_http_config *out,
			 struct ct_err *err)
{
	bool metrics = section == CT_HTTP_METRICS;
	ct_autohttpconfig struct ct_http_config c = { 0 };
	int ret = ct_yaml_fields__read(y, n, metrics ? metrics_fields : ui_fields,
				       metrics ? "metrics" : "ui", &c, err);

	if (!ret)
		ret = check(y, n, &c, err);
	if (ret)
		return ret;
	*out = c;
	c = (struct ct_http_config){ 0 };
	return 0;
}

bool ct_http_config__equal(const struct ct_http_config *a, const struct ct_http_config *b)
{
	bool equal = ct_str_equal(a->listen, b->listen) &&
		     ct_str_equal(a->token_file, b->token_file) && a->max_series == b->max_series &&
		     a->hosts.len == b->hosts.len;

	for (size_t i = 0; i < a->hosts.len && equal; i++)
		equal = !strcmp(a->hosts.items[i], b->hosts.items[i]);
	return equal;
}

void ct_http_config__free(struct ct_http_config *c)
{
	ct_yaml_fields__free(metrics_fields, c);
}
