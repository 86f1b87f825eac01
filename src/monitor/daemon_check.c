/* SPDX-License-Identifier: GPL-2.0-only */
/* What would keep the daemon from starting, found without starting, opening or making anything. */
#include <errno.h>

#include "base/host_root.h"
#include "http/http_config.h"
#include "http/listen.h"
#include "http/token.h"
#include "monitor/daemon_priv.h"

/* Puts the place of the section's key before the message, and keeps the code. */
static int at(const struct ct_config *c, const struct ct_yaml_node *section, const char *key,
	      int ret, const struct ct_err *why, struct ct_err *err)
{
	const struct ct_yaml_node *n = section ? ct_yaml__get(ct_yaml__resolve(section), key) :
						 NULL;

	if (!n)
		return ct_err__set(err, -ret, "%s", why->msg);
	(void)ct_yaml__error(c->yaml, n->start, err, "%s", why->msg);
	if (err)
		err->code = -ret;
	return ret;
}

static int look_at_token(const char *path, struct ct_err *err)
{
	ct_autofree char *token = NULL;

	return path ? ct_token__read(path, &token, err) : 0;
}

/* Whether the address is free is not looked at: a daemon that runs may have it. */
static int look_at_metrics(const struct ct_monitor_opts *o, const struct ct_config *c,
			   struct ct_err *err)
{
	ct_autohttpconfig struct ct_http_config h = {};
	ct_autoerr struct ct_err why = {};
	int ret = ct_http_config__read(c->yaml, c->metrics, CT_HTTP_METRICS, &h, err);
	const char *address = o->listen ? o->listen : h.listen;

	if (ret || ct_listener__is_inherited("metrics") || !address)
		return ret;
	if (o->listen && ct_listener__check(o->listen, err))
		return -EINVAL;
	ret = look_at_token(h.token_file, &why);
	if (ret)
		return at(c, c->metrics, "token_file", ret, &why, err);
	if (ct_listener__is_local(address) || h.token_file)
		return 0;
	ret = ct_listener__needs_token(address, &why);
	return o->listen ? ct_err__set(err, -ret, "--listen: %s", why.msg) :
			   at(c, c->metrics, "listen", ret, &why, err);
}

/* Without a file named, the page makes its token. */
static int look_at_page(const struct ct_monitor_opts *o, const struct ct_config *c,
			struct ct_err *err)
{
	ct_autohttpconfig struct ct_http_config h = {};
	ct_autoerr struct ct_err why = {};
	int ret = ct_http_config__read(c->yaml, c->ui, CT_HTTP_UI, &h, err);

	if (ret)
		return ret;
	if (o->ui && ct_listener__check(o->ui, err))
		return -EINVAL;
	ret = look_at_token(h.token_file, &why);
	return ret ? at(c, c->ui, "token_file", ret, &why, err) : 0;
}

static int look_at_store(const struct ct_monitor_opts *o, const struct ct_config *c,
			 struct ct_err *err)
{
	bool remote = ct_store__is_remote(c->store.url);
	const struct ct_yaml_node *root = c->yaml ? c->yaml->root : NULL;
	const struct ct_yaml_node *store = root && !o->store ? ct_yaml__get(root, "store") : NULL;
	ct_autoerr struct ct_err why = {};
	int ret = ct_store__look(remote ? c->store.local : c->store.url, &why);

	return ret ? at(c, store, remote ? "local" : "url", ret, &why, err) : 0;
}

static int look_at_root(const struct ct_config *c, struct ct_err *err)
{
	ct_autoerr struct ct_err why = {};
	int ret = c->host_root ? ct_host__use_root(c->host_root, &why) : 0;

	return ret ? at(c, c->yaml->root, "host_root", ret, &why, err) : 0;
}

int ct_monitor__check(const struct ct_monitor_opts *o, struct ct_err *err)
{
	ct_autoconfig struct ct_config *c = NULL;
	int ret = ct_daemon__read_config(o, &c, err);

	if (!ret)
		ret = look_at_root(c, err);
	if (!ret)
		ret = look_at_store(o, c, err);
	if (!ret)
		ret = ct_sinks__look(c->yaml, c->sinks, o->events, err);
	if (!ret)
		ret = look_at_metrics(o, c, err);
	return ret ? ret : look_at_page(o, c, err);
}
