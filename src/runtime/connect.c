/* SPDX-License-Identifier: GPL-2.0-only */
/* Finding an engine that answers. */
#include <errno.h>
#include <string.h>

#include "base/host_root.h"
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

/* What the words or the environment name. Returns 1 if that is nothing. */
static int open_named(const struct ct_engine_words *w, struct ct_engine **e, struct ct_err *err)
{
	ct_runtimes__for_each(type) {
		ct_autoendpoint struct ct_endpoint at = {};
		int ret;

		if (!type->named || (w->type ? w->type != type : !type->by_environment))
			continue;
		ret = type->named(w, &at, err);
		if (!ret)
			ret = type->engine->open(&at, e, err);
		if (ret != 1)
			return ret;
	}
	return 1;
}

static bool is_absent(int ret)
{
	return ret == -ENOENT || ret == -ECONNREFUSED;
}

/*
 * Engines that are absent are passed over; any other error is reported. That of the client, if
 * there is one, comes first.
 */
static int open_usual(const struct ct_runtime_type *first, struct ct_engine **e, struct ct_err *err)
{
	struct ct_str tried = { 0 };
	int ret = -ENOENT;

	for (size_t i = 0; i < 2; i++)
		ct_runtimes__for_each(type) {
			ct_autofree char *socket = type->socket ? ct_host__path(type->socket) :
								  NULL;
			const struct ct_endpoint at = { .socket = socket };
			ct_autoerr struct ct_err why = { 0 };

			if (!type->engine || (type == first) != (i == 0))
				continue;
			ret = type->engine->open(&at, e, &why);
			if (!is_absent(ret)) {
				ct_str__free(&tried);
				return ret ? ct_err__set(err, -ret, "%s", why.msg) : 0;
			}
			ct_str__addf(&tried,
				     tried.len ? " nor %s at %s" : "neither %s answers at %s",
				     type->facts.title, socket);
		}
	ct_err__set(err, -ret, "%s%s", tried.s ?: "no engine is known", ct_engine__cure(-ret));
	ct_str__free(&tried);
	return ret;
}

/* The words do not say whose address it is: take the first runtime that understands it. */
static int open_at(const struct ct_engine_words *w, struct ct_engine **e, struct ct_err *err)
{
	const struct ct_engine_ops *last = NULL;
	ct_autoerr struct ct_err why = { 0 };
	int ret = -EPROTONOSUPPORT;

	ct_runtimes__for_each(type) {
		ct_autoendpoint struct ct_endpoint at = {};

		if (!type->engine || type->engine == last)
			continue;
		ret = type->named(w, &at, last ? NULL : &why);
		if (!ret)
			ret = type->engine->open(&at, e, last ? NULL : &why);
		if (!ret)
			return 0;
		last = type->engine;
	}
	return ct_err__set(err, -ret, "%s", why.msg);
}

int ct_runtimes__connect(const struct ct_engine_words *words, struct ct_engine **e,
			 struct ct_err *err)
{
	static const struct ct_engine_words none;
	int ret;

	words = words ?: &none;
	if (words->address && !words->type)
		return open_at(words, e, err);
	ret = open_named(words, e, err);
	return ret == 1 ? open_usual(words->type, e, err) : ret;
}

int ct_runtimes__connect_usual(struct ct_engine **e, struct ct_err *err)
{
	return open_usual(NULL, e, err);
}

int ct_runtimes__check_here(const struct ct_engine_words *words, struct ct_err *err)
{
	ct_autoerr struct ct_err why = { 0 };
	struct ct_engine *e = NULL;
	int ret = ct_runtimes__connect(words, &e, &why);

	ct_engine__close(e);
	return ret == -EREMOTE ? ct_err__set(err, EREMOTE, "%s", why.msg) : 0;
}
