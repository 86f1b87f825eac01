/* SPDX-License-Identifier: GPL-2.0-only */
/* What the daemon is told by its options and its configuration, at its start and by SIGHUP. */
#include <string.h>

#include "base/clock.h"
#include "http/http_config.h"
#include "monitor/daemon_priv.h"

/* Reads each policy by itself, so that a mistake is told with the line that names the file. */
static int check_policies(const struct ct_config *c, struct ct_err *err)
{
	const struct ct_yaml_node *list =
		c->policies.len ? ct_yaml__resolve(ct_yaml__get(c->yaml->root, "policies")) : NULL;

	for (size_t i = 0; i < c->policies.len; i++) {
		const struct ct_strings one = { .items = &c->policies.items[i], .len = 1 };
		const struct ct_yaml_node *n = list->kind == CT_YAML_SEQ ? list->items[i] : list;
		ct_autoerr struct ct_err why = {};
		int ret = ct_speaker__check(NULL, NULL, &one, &why);

		if (!ret)
			continue;
		(void)ct_yaml__error(c->yaml, n->start, err, "%s", why.msg);
		err->code = -ret;
		return ret;
	}
	return 0;
}

/* Checks the sections that have readers of their own. */
static int check_sections(const struct ct_monitor_opts *o, struct ct_config *c, struct ct_err *err)
{
	static const enum ct_http_section served[] = { CT_HTTP_METRICS, CT_HTTP_UI };
	const struct ct_yaml_node *const nodes[] = { c->metrics, c->ui };
	ct_autostrings struct ct_strings given = {};
	int ret = ct_sinks__check(c->yaml, c->sinks, err);

	for (size_t i = 0; i < CT_ARRAY_SIZE(served) && !ret; i++) {
		ct_autohttpconfig struct ct_http_config h = {};

		ret = ct_http_config__read(c->yaml, nodes[i], served[i], &h, err);
	}
	if (!ret)
		ret = ct_speaker__check(c->yaml, c->events, NULL, err);
	if (!ret)
		ret = check_policies(c, err);
	for (size_t i = 0; o->policies && i < o->policies->len; i++)
		ct_strings__add(&given, o->policies->items[i]);
	if (!ret)
		ret = ct_speaker__check(NULL, NULL, &given, err);
	for (size_t i = 0; i < given.len; i++)
		ct_strings__add(&c->policies, given.items[i]);
	return ret;
}

int ct_daemon__read_config(const struct ct_monitor_opts *o, struct ct_config **out,
			   struct ct_err *err)
{
	ct_autoconfig struct ct_config *c = NULL;
	int ret = ct_config__load(o->config, &c, err);

	if (!ret)
		ret = check_sections(o, c, err);
	if (ret)
		return ret;
	if (o->interval_ns)
		c->interval_ns = o->interval_ns;
	if (o->cpu_ppm)
		c->budget.cpu_ppm = o->cpu_ppm;
	if (o->memory)
		c->budget.memory = o->memory;
	if (o->store) {
		ret = ct_store__check_url(o->store, err);
		if (ret) {
			ct_err__prefix(err, "--store");
			return ret;
		}
		free(c->store.url);
		c->store.url = ct_xstrdup(o->store);
	}
	*out = ct_steal(c);
	return 0;
}

int ct_daemon__apply_config(struct ct_daemon *d, struct ct_err *err)
{
	int ret = ct_sinks__configure(d->sinks, d->config->yaml, d->config->sinks, err);

	if (!ret)
		ret = ct_speaker__configure(d->speaker, d->config->yaml, d->config->events,
					    &d->config->policies, err);
	if (ret)
		return ret;
	ct_loop__set_timer(d->loop, d->on_interval, d->config->interval_ns, d->config->interval_ns);
	ct_budget__set(&d->budget, d->config->budget.cpu_ppm, d->config->budget.memory);
	return 0;
}

/* Is the same served in the same place? Both configurations were checked before. */
static bool is_served_alike(const struct ct_config *old, const struct ct_config *new,
			    enum ct_http_section section)
{
	bool metrics = section == CT_HTTP_METRICS;
	ct_autohttpconfig struct ct_http_config a = {}, b = {};

	ct_http_config__read(old->yaml, metrics ? old->metrics : old->ui, section, &a, NULL);
	ct_http_config__read(new->yaml, metrics ? new->metrics : new->ui, section, &b, NULL);
	return ct_http_config__equal(&a, &b);
}

/* Names what was changed but cannot change while the probe runs. */
static void name_fixed(const struct ct_config *old, const struct ct_config *new)
{
	const struct {
		const char *name;
		bool differs;
	} fixed[] = {
		{ "store", !ct_str_equal(old->store.url, new->store.url) ||
				   !ct_str_equal(old->store.local, new->store.local) },
		{ "outcomes", old->outcomes != new->outcomes },
		{ "syscalls", old->syscalls != new->syscalls },
		{ "socket", !ct_str_equal(old->socket, new->socket) },
		{ "host_root", !ct_str_equal(old->host_root, new->host_root) },
		{ "metrics", !is_served_alike(old, new, CT_HTTP_METRICS) },
		{ "ui", !is_served_alike(old, new, CT_HTTP_UI) },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(fixed); i++)
		if (fixed[i].differs)
			ct_warn("'%s' takes effect at the next start of the daemon", fixed[i].name);
}

void ct_daemon__reload(struct ct_daemon *d)
{
	struct ct_config *old = d->config, *new = NULL;
	ct_autoerr struct ct_err err = {};
	int ret;

	ct_notify__reloading(&d->notify);
	ct_sinks__reopen(d->sinks);
	ret = ct_daemon__read_config(d->opts, &new, &err);
	if (!ret) {
		d->config = new;
		ret = ct_daemon__apply_config(d, &err);
	}
	d->reload_failed = ret != 0;
	if (ret) {
		ct_warn("%s; the previous configuration stays in force", err.msg);
		d->config = old;
		ct_config__free(new);
	} else {
		d->reloaded_ms = ct_clock__wall_ms();
		name_fixed(old, new);
		ct_config__free(old);
		if (d->config->path)
			ct_warn("reloaded %s", d->config->path);
		else
			ct_warn("there is no configuration file to reload: options and defaults "
				"apply");
	}
	ct_notify__say(&d->notify, "READY=1");
}
