/* SPDX-License-Identifier: GPL-2.0-only */
#include "cmd/stored.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/moment.h"
#include "base/strings.h"
#include "survey/stored.h"

#define MANY 20 /* names in a message */

bool ct_stored__is_wanted(const struct ct_stored *o)
{
	return o->url || o->since || o->host || o->project || o->space || o->names.len;
}

void ct_stored__free(struct ct_stored *o)
{
	ct_strlist__free(&o->names);
}

int ct_stored__query(const struct ct_stored *o, struct ct_store_query *q, struct ct_err *err)
{
	int64_t since = 0;

	if (o->since && ct_moment__parse(o->since, ct_clock__wall_ms(), &since)) {
		ct_autofree char *shown = ct_printable(o->since);

		return ct_err__set(err, EINVAL, "--since %s: not a time; write " CT_MOMENT_FORMS,
				   shown);
	}
	*q = (struct ct_store_query){
		.host = o->host, .project = o->project, .namespace_ = o->space, .since_ms = since
	};
	return 0;
}

static const char *host_of(const struct ct_survey_row *row)
{
	return row->host;
}

static const char *project_of(const struct ct_survey_row *row)
{
	return row->project;
}

static const char *space_of(const struct ct_survey_row *row)
{
	return row->space;
}

char *ct_stored__others(struct ct_store *s, const char *(*of)(const struct ct_survey_row *row))
{
	ct_autosurvey struct ct_survey all = {};
	ct_autostrings struct ct_strings there = {};
	char *names;

	(void)ct_survey__read(s, NULL, false, &all, NULL);
	ct_survey__sort(&all, CT_SURVEY_NAME);
	for (size_t i = 0; i < all.len && there.len < MANY; i++) {
		const char *name = of(&all.rows[i]);
		ct_autofree char *safe = ct_printable(name ? name : "");

		if (*safe && !ct_strings__find(&there, safe))
			ct_strings__add(&there, safe);
	}
	if (there.len == MANY)
		ct_strings__add(&there, "others");
	names = there.len ? ct_strings__join(there.items, ", ") : NULL;
	return names ? names : ct_xstrdup("none");
}

/* A host, project or namespace of which the store has nothing was probably misspelt. */
static int check_there(struct ct_store *s, const struct ct_stored *o, struct ct_err *err)
{
	const struct {
		const char *word, *value;
		const char *(*of)(const struct ct_survey_row *row);
	} parts[] = { { "host", o->host, host_of },
		      { "project", o->project, project_of },
		      { "namespace", o->space, space_of } };

	for (size_t i = 0; i < CT_ARRAY_SIZE(parts); i++) {
		struct ct_store_query q = { .host = i == 0 ? o->host : NULL,
					    .project = i == 1 ? o->project : NULL,
					    .namespace_ = i == 2 ? o->space : NULL };
		ct_autosurvey struct ct_survey some = {};
		ct_autofree char *shown = NULL, *others = NULL;
		int ret;

		if (!parts[i].value)
			continue;
		ret = ct_survey__read_joined(s, &q, CT_DEPTH_ROWS, &some, err);
		if (ret)
			return ret;
		if (some.len)
			continue;
		shown = ct_printable(parts[i].value);
		others = ct_stored__others(s, parts[i].of);
		return ct_err__set(err, ENOENT, "the store has no %s '%s'; it has %s",
				   parts[i].word, shown, others);
	}
	return 0;
}

/* Lets the database find the names, however many workloads there are. */
static int read_named(struct ct_store *s, const struct ct_stored *o, struct ct_store_query *q,
		      const struct ct_survey_want *want, struct ct_survey *sv, struct ct_err *err)
{
	q->names = o->names.items;
	q->nnames = o->names.len;
	return want->apart ? ct_survey__read(s, q, want->depth == CT_DEPTH_NEEDS, sv, err) :
			     ct_survey__read_joined(s, q, want->depth, sv, err);
}

/* -ENOENT with a message if a name, or an option, matches nothing in the store. */
static int check_names(struct ct_store *s, const struct ct_stored *o, struct ct_store_query *q,
		       const struct ct_survey *found, struct ct_err *err)
{
	ct_autosurvey struct ct_survey all = {};
	bool missing = false;
	int ret;

	for (size_t i = 0; i < o->names.len; i++)
		missing |= !ct_survey__has(found, o->names.items[i]);
	if (found->len && !missing)
		return 0;
	q->names = NULL;
	q->nnames = 0;
	ret = ct_survey__read_joined(s, q, CT_DEPTH_ROWS, &all, err);
	if (!ret && !all.len)
		ret = check_there(s, o, err);
	if (ret)
		return ret;
	/* Not for names that were found: in `all` a workload has the name of its first host. */
	for (size_t i = 0; i < o->names.len; i++)
		if (!ct_survey__has(found, o->names.items[i]))
			return ct_survey__choose(&all, &o->names.items[i], 1, err);
	return 0;
}

int ct_stored__survey(struct ct_store *s, const struct ct_stored *o,
		      const struct ct_survey_want *want, struct ct_survey *sv, struct ct_err *err)
{
	ct_autosurvey struct ct_survey some = {};
	struct ct_store_query q;
	int ret = ct_stored__query(o, &q, err);

	if (!ret)
		ret = read_named(s, o, &q, want, &some, err);
	if (!ret)
		ret = check_names(s, o, &q, &some, err);
	if (!ret)
		ret = ct_survey__choose(&some, o->names.items, o->names.len, err);
	if (ret)
		return ret;
	*sv = some;
	some = (struct ct_survey){};
	return 0;
}

int ct_stored__load(struct ct_store *store, const struct ct_stored *o,
		    const struct ct_judge_opts *how, struct ct_session **s, struct ct_report **r,
		    struct ct_err *err)
{
	ct_autosurvey struct ct_survey sv = {};
	ct_autosession struct ct_session *loaded = NULL;
	ct_autofree const char **keys = NULL;
	struct ct_store_query q = {};
	int ret = ct_stored__survey(store, o, &(struct ct_survey_want){ CT_DEPTH_ROWS }, &sv, err);

	if (!ret)
		ret = ct_stored__query(o, &q, err);
	if (!ret && !sv.len)
		ret = ct_err__set(
			err, ENOENT,
			"the store has no such workload%s%s; captrim monitor fills it, and "
			"captrim list shows what is there",
			o->since ? " since " : "", o->since ? o->since : "");
	if (ret)
		return ret;
	/* Loads by key, so that a name means the same to all readers. */
	keys = ct_xzalloc(sv.len * sizeof(*keys));
	for (size_t i = 0; i < sv.len; i++)
		keys[i] = sv.rows[i].key;
	if (o->names.len) {
		q.names = keys;
		q.nnames = sv.len;
	}
	ret = ct_store__load(store, &q, &loaded, err);
	if (ret)
		return ret;
	*r = ct_judge__with(loaded, how);
	*s = ct_steal(loaded);
	return 0;
}

int ct_stored__check(const struct ct_stored *o, const struct ct_strlist *files, const char *what,
		     struct ct_err *err)
{
	if (files->len && ct_stored__is_wanted(o))
		return ct_err__set(
			err, EINVAL,
			"%s takes recordings as files or from the store, not both: leave "
			"out FILE, or %s",
			what,
			o->url	     ? "--store" :
			o->names.len ? "-c" :
			o->since     ? "--since" :
			o->host	     ? "--host" :
			o->project   ? "--project" :
				       "-n");
	if (!files->len && !ct_stored__is_wanted(o))
		return ct_err__set(err, EINVAL,
				   "%s needs a recording: captrim %s FILE; or the store of captrim "
				   "monitor: captrim %s -c NAME",
				   what, what, what);
	return 0;
}

int ct_stored__load_either(const struct ct_stored *o, const struct ct_strlist *files,
			   const struct ct_judge_opts *how, struct ct_session **s,
			   struct ct_report **r, struct ct_err *err)
{
	ct_autostore struct ct_store *store = NULL;
	int ret;

	if (files->len)
		return ct_cmd__load(files, how, s, r, err);
	ret = ct_store__open(o->url, CT_STORE_READ, &store, err);
	return ret ? ret : ct_stored__load(store, o, how, s, r, err);
}
