/* SPDX-License-Identifier: GPL-2.0-only */
/* Finding an engine that answers. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/host_root.h"
#include "base/util.h"
#include "runtime/runtime.h"
#include "runtime/several.h"

#define ENGINES_MAX	  16
#define USERS_PATIENCE_MS 500

char *ct_runtimes__engines(const char *sep)
{
	struct ct_str titles = { 0 };

	ct_runtimes__for_each(type) {
		if (type->engine)
			ct_str__addf(&titles, "%s%s", titles.len ? sep : "", type->facts.title);
	}
	return titles.s;
}

/* Opens the engine that the words or the environment name. Returns 1 if they name none. */
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
 * Absent engines are passed over; any other error is reported. The engine of the client, if there
 * is one, is tried first.
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

/* The words have an address but no runtime: the first runtime that understands it is taken. */
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

struct engines {
	struct ct_engine *all[ENGINES_MAX];
	size_t n;
};

/* Adds a user's engine, which is given less time to answer, since anything may listen there. */
static void add_users(struct engines *to, const struct ct_runtime_type *type, const char *path)
{
	ct_autofree char *there = ct_host__path(path);
	unsigned int owner;
	struct stat st;

	if (sscanf(path, "/run/user/%u/", &owner) != 1 || stat(there, &st) ||
	    !S_ISSOCK(st.st_mode) || st.st_uid != owner || !owner || to->n == ENGINES_MAX)
		return;
	if (!type->engine->open(&(struct ct_endpoint){ .socket = there,
						       .uid = owner,
						       .patience_ms = USERS_PATIENCE_MS },
				&to->all[to->n], NULL))
		to->n++;
}

/* Adds root's engines of the other runtimes. */
static void add_others(struct engines *to, enum ct_runtime first)
{
	ct_runtimes__for_each(type) {
		ct_autofree char *socket = type->engine ? ct_host__path(type->socket) : NULL;

		if (socket && type != ct_runtimes[first] && to->n < ENGINES_MAX &&
		    !type->engine->open(&(struct ct_endpoint){ .socket = socket }, &to->all[to->n],
					NULL))
			to->n++;
	}
}

/*
 * Nobody named an engine: adds all others that answer, those of users included. ret and *e are the
 * result of looking for the first one. Returns what the caller is to return.
 */
static int with_others(int ret, struct ct_engine **e, struct ct_err *err)
{
	struct engines all = { .all = { *e }, .n = !ret };

	if (ret && !is_absent(ret))
		return ret;
	if (!ret)
		add_others(&all, all.all[0]->runtime);
	ct_runtimes__for_each(type) {
		ct_autostrings struct ct_strings paths = {};

		if (type->engine && type->users_socket)
			ct_host__glob(type->users_socket, &paths);
		for (size_t i = 0; i < paths.len; i++)
			add_users(&all, type, paths.items[i]);
	}
	if (!all.n)
		return ret;
	if (err)
		ct_err__free(err);
	/* A user's engine is wrapped even if it is the only one, to answer for that user alone. */
	*e = all.n > 1 || all.all[0]->uid ? ct_several__new(all.all, all.n) : all.all[0];
	return 0;
}

int ct_runtimes__connect(const struct ct_engine_words *words, struct ct_engine **e,
			 struct ct_err *err)
{
	static const struct ct_engine_words none;
	struct ct_engine *first = NULL;
	int ret;

	words = words ?: &none;
	if (words->address && !words->type)
		return open_at(words, e, err);
	ret = open_named(words, &first, err);
	/* A named engine that does not answer is an error, even where others would answer. */
	if (ret && ret != 1)
		return ret;
	if (ret == 1)
		ret = open_usual(words->type, &first, err);
	if (!words->type)
		ret = with_others(ret, &first, err);
	if (!ret)
		*e = first;
	return ret;
}

int ct_runtimes__connect_usual(struct ct_engine **e, struct ct_err *err)
{
	struct ct_engine *first = NULL;
	int ret = with_others(open_usual(NULL, &first, err), &first, err);

	if (!ret)
		*e = first;
	return ret;
}

int ct_runtimes__check_here(const struct ct_engine_words *words, struct ct_err *err)
{
	ct_autoerr struct ct_err why = { 0 };
	struct ct_engine *e = NULL;
	int ret = ct_runtimes__connect(words, &e, &why);

	ct_engine__close(e);
	return ret == -EREMOTE ? ct_err__set(err, EREMOTE, "%s", why.msg) : 0;
}
