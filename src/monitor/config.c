/* SPDX-License-Identifier: GPL-2.0-only */
#include "monitor/config.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "base/clock.h"
#include "base/input.h"
#include "deploy/yaml_fields.h"
#include "store/store.h"

#define MAX_SIZE    (1 << 20)
#define INTERVAL_NS (5 * CT_NS_PER_SEC)

#define AT(member) offsetof(struct ct_config, member)

static const struct ct_yaml_field store_fields[] = {
	{ .name = "url", CT_YAML_TEXT, AT(store.url) },
	{ .name = "local", CT_YAML_TEXT, AT(store.local) },
	{ .name = "retain_age", CT_YAML_DURATION, AT(store.retain_age_ns) },
	{ .name = "retain_size", CT_YAML_SIZE, AT(store.retain_size) },
	{ .name = NULL },
};

static const struct ct_yaml_field budget_fields[] = {
	{ .name = "cpu", CT_YAML_SHARE, AT(budget.cpu_ppm) },
	{ .name = "memory", CT_YAML_SIZE, AT(budget.memory) },
	{ .name = NULL },
};

static const struct ct_yaml_field fields[] = {
	{ .name = "interval", CT_YAML_DURATION, AT(interval_ns) },
	{ .name = "store", CT_YAML_SECTION, .fields = store_fields },
	{ .name = "budget", CT_YAML_SECTION, .fields = budget_fields },
	{ .name = "watch", CT_YAML_TEXTS, AT(watch) },
	{ .name = "ignore", CT_YAML_TEXTS, AT(ignore) },
	{ .name = "outcomes", CT_YAML_BOOL, AT(outcomes) },
	{ .name = "syscalls", CT_YAML_BOOL, AT(syscalls) },
	{ .name = "socket", CT_YAML_TEXT, AT(socket) },
	{ .name = "host_root", CT_YAML_TEXT, AT(host_root) },
	{ .name = "policies", CT_YAML_TEXTS, AT(policies) },
	{ .name = "events", CT_YAML_NODE, AT(events) },
	{ .name = "sinks", CT_YAML_NODE, AT(sinks) },
	{ .name = "metrics", CT_YAML_NODE, AT(metrics) },
	{ .name = "ui", CT_YAML_NODE, AT(ui) },
	{ .name = NULL },
};

static int check_store(const struct ct_config *c, const struct ct_yaml_node *store,
		       struct ct_err *err)
{
	ct_autoerr struct ct_err why = {};

	if (ct_store__check_url(c->store.url, &why))
		return ct_yaml__error(c->yaml, ct_yaml__get(store, "url")->start, err, "%s",
				      why.msg);
	if (ct_store__is_remote(c->store.local))
		return ct_yaml__error(c->yaml, ct_yaml__get(store, "local")->start, err,
				      "local is a file on this host; a database is \"url\"");
	return 0;
}

static int check_limits(const struct ct_config *c, struct ct_err *err)
{
	const struct ct_yaml_node *root = c->yaml->root, *budget = ct_yaml__get(root, "budget");

	if (c->interval_ns < CT_LEAST_INTERVAL || c->interval_ns > CT_MOST_INTERVAL)
		return ct_yaml__error(c->yaml, ct_yaml__get(root, "interval")->start, err,
				      "interval must be between 1s and 10m");
	if (c->budget.memory && c->budget.memory < CT_LEAST_MEMORY)
		return ct_yaml__error(c->yaml, ct_yaml__get(budget, "memory")->start, err,
				      "budget: memory must be 16M at least");
	return check_store(c, ct_yaml__get(root, "store"), err);
}

static int read_file(struct ct_config *c, struct ct_err *err)
{
	ct_autofree char *text = NULL;
	size_t len;
	int ret = ct_input__read(c->path, MAX_SIZE, NULL, &text, &len, err);

	if (!ret)
		ret = ct_yaml__parse(c->path, text, len, &c->yaml, err);
	if (!ret)
		ret = ct_yaml_fields__read(c->yaml, c->yaml->root, fields, "captrim.yaml", c, err);
	return ret ? ret : check_limits(c, err);
}

int ct_config__load(const char *path, struct ct_config **out, struct ct_err *err)
{
	ct_autoconfig struct ct_config *c = ct_xzalloc(sizeof(*c));
	int ret;

	c->interval_ns = INTERVAL_NS;
	if (!path && !access(CT_CONFIG_PATH, F_OK))
		path = CT_CONFIG_PATH;
	if (path) {
		c->path = ct_xstrdup(path);
		ret = read_file(c, err);
		if (ret)
			return ret;
	}
	*out = ct_steal(c);
	return 0;
}

void ct_config__free(struct ct_config *c)
{
	if (!c)
		return;
	ct_yaml_fields__free(fields, c);
	ct_yaml__free(c->yaml);
	free(c->path);
	free(c);
}

static bool matches(const struct ct_strings *patterns, const char *key, const char *label)
{
	for (size_t i = 0; i < patterns->len; i++)
		if (!fnmatch(patterns->items[i], key, 0) ||
		    (label && !fnmatch(patterns->items[i], label, 0)))
			return true;
	return false;
}

bool ct_config__wants(const struct ct_config *c, const char *key, const char *label)
{
	return (!c->watch.len || matches(&c->watch, key, label)) &&
	       !matches(&c->ignore, key, label);
}
