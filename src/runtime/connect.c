/* SPDX-License-Identifier: GPL-2.0-only */
/* Finding an engine that answers. */
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "runtime/runtime.h"

char *ct_runtimes__engines(const char *sep)
{
	struct ct_str titles = { 0 };

	ct_runtimes__for_each(type) {
		if (type->engine)
			ct_str__addf(&titles, "%s%s", titles.len ? sep : "", type->facts.title);
	}
	return titles.s;
}

/* At the socket that a variable of the environment names. Returns 1 if none is set. */
static int open_named(struct ct_engine **e, struct ct_err *err)
{
	static const char scheme[] = "unix://";

	ct_runtimes__for_each(type) {
		const char *host = type->engine && type->host_env ? getenv(type->host_env) : NULL;
		ct_autofree char *shown = NULL;

		if (!host || !*host)
			continue;
		if (!strncmp(host, scheme, strlen(scheme)))
			return type->engine->open(host + strlen(scheme), e, err);
		shown = ct_printable(host);
		return ct_err__set(err, EPROTONOSUPPORT,
				   "%s=%s is not a socket on this host; write unix://PATH",
				   type->host_env, shown);
	}
	return 1;
}

static bool is_absent(int ret)
{
	return ret == -ENOENT || ret == -ECONNREFUSED;
}

/* Engines that are absent are passed over; any other error is reported. */
static int open_usual(struct ct_engine **e, struct ct_err *err)
{
	struct ct_str tried = { 0 };
	int ret = -ENOENT;

	ct_runtimes__for_each(type) {
		ct_autoerr struct ct_err why = { 0 };

		if (!type->engine)
			continue;
		ret = type->engine->open(type->socket, e, &why);
		if (!is_absent(ret)) {
			ct_str__free(&tried);
			return ret ? ct_err__set(err, -ret, "%s", why.msg) : 0;
		}
		ct_str__addf(&tried, tried.len ? " nor %s at %s" : "neither %s answers at %s",
			     type->facts.title, type->socket);
	}
	ct_err__set(err, -ret, "%s%s", tried.s ?: "no engine is known", ct_engine__cure(-ret));
	ct_str__free(&tried);
	return ret;
}

/* The caller does not say whose socket it is: take the first runtime that understands it. */
static int open_at(const char *socket, struct ct_engine **e, struct ct_err *err)
{
	const struct ct_engine_ops *last = NULL;
	ct_autoerr struct ct_err why = { 0 };
	int ret = -EPROTONOSUPPORT;

	ct_runtimes__for_each(type) {
		if (!type->engine || type->engine == last)
			continue;
		ret = type->engine->open(socket, e, last ? NULL : &why);
		if (!ret)
			return 0;
		last = type->engine;
	}
	return ct_err__set(err, -ret, "%s", why.msg);
}

int ct_runtimes__connect(const char *socket, struct ct_engine **e, struct ct_err *err)
{
	int ret;

	if (socket)
		return open_at(socket, e, err);
	ret = open_named(e, err);
	return ret == 1 ? open_usual(e, err) : ret;
}
