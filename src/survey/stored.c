/* SPDX-License-Identifier: GPL-2.0-only */
#include "survey/stored.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/index.h"
#include "base/util.h"

/* Rows are found again by host, store and key. */
struct reading {
	struct ct_survey rows;
	struct ct_index index;
};

struct owner {
	const char *host, *store, *key;
};

static char *copy(const char *s)
{
	return s && *s ? ct_xstrdup(s) : NULL;
}

/* A name of a newer captrim is none of ours. */
static int known(int value)
{
	return value < 0 ? 0 : value;
}

static int named(const char *const *names, const char *name)
{
	for (int i = 0; names[i]; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

/* Every name is a bit, and one that is not known stands for a gap as well. */
static unsigned int parse_gaps(const char *text)
{
	unsigned int gaps = 0;

	while (text && *text) {
		size_t n = strcspn(text, " ");
		ct_autofree char *name = ct_xstrndup(text, n);
		int bit = named(ct_gap_names, name);

		if (n)
			gaps |= bit < 0 ? CT_GAP_LOST : 1u << bit;
		text += n + strspn(text + n, " ");
	}
	return gaps;
}

static enum ct_confidence parse_confidence(const char *name)
{
	for (int c = CT_CONF_PROVED; c > CT_CONF_LOW; c--)
		if (!strcmp(ct_confidence__name((enum ct_confidence)c), name))
			return (enum ct_confidence)c;
	return CT_CONF_LOW;
}

static int add_workload(const struct ct_store_workload_row *w, void *arg)
{
	struct reading *r = arg;
	struct ct_survey_row *row = ct_survey__add(&r->rows);

	row->key = copy(w->key);
	row->label = copy(w->label);
	row->host = copy(w->host);
	row->store = copy(w->store);
	row->kind = (enum ct_workload_kind)known(ct_workload_kind__parse(w->kind));
	row->runtime = (enum ct_runtime)known(ct_runtime__parse(w->runtime));
	row->image = copy(w->image);
	row->digest = copy(w->image_digest);
	row->project = copy(w->project);
	row->service = copy(w->service);
	row->space = copy(w->namespace_);
	row->container = copy(w->container);
	row->holds_known = w->configured_known;
	row->holds = w->configured;
	row->judged = w->confidence && *w->confidence;
	row->checks = w->checks;
	row->watched_ns = w->watched_ms * CT_NS_PER_MS;
	row->first_ms = w->first_ms;
	row->last_ms = w->last_ms;
	if (!row->judged)
		return 0;
	row->needs = w->cap_add;
	row->optional = w->optional & ~w->cap_add;
	row->gaps = parse_gaps(w->gaps);
	row->confidence = parse_confidence(w->confidence);
	return 0;
}

static uint32_t hash_of(const struct owner *o)
{
	ct_autofree char *text = ct_xasprintf("%s\n%s\n%s", o->host ? o->host : "",
					      o->store ? o->store : "", o->key ? o->key : "");

	return ct_hash32(text, strlen(text));
}

static bool equal(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

static bool is_owner(const void *items, size_t i, const void *wanted)
{
	const struct ct_survey_row *row = &((const struct ct_survey_row *)items)[i];
	const struct owner *o = wanted;

	return equal(row->host, o->host) && equal(row->store, o->store) && equal(row->key, o->key);
}

static void make_index(struct reading *r)
{
	ct_index__init(&r->index, r->rows.len);
	for (size_t i = 0; i < r->rows.len; i++) {
		const struct ct_survey_row *row = &r->rows.rows[i];

		ct_index__put(&r->index,
			      hash_of(&(struct owner){ row->host, row->store, row->key }), i);
	}
}

static int verdict_of(const char *name)
{
	for (int v = CT_UNNEEDED; v <= CT_REQUIRED; v++)
		if (!strcmp(ct_verdict__name((enum ct_verdict)v), name))
			return v;
	return -1; /* "unused" */
}

static enum ct_scope scope_of(const char *name)
{
	for (int s = CT_SCOPE_NONE; s <= CT_SCOPE_HOST; s++)
		if (!strcmp(ct_scope__name((enum ct_scope)s), name))
			return (enum ct_scope)s;
	return CT_SCOPE_HOST;
}

static int add_need(const struct ct_store_need_row *n, void *arg)
{
	struct reading *r = arg;
	const struct owner o = { n->host, n->store, n->key };
	size_t i = ct_index__find(&r->index, hash_of(&o), is_owner, r->rows.rows, &o);
	int verdict = verdict_of(n->verdict), cap = ct_cap__parse(n->capability);
	struct ct_survey_cap *c;

	/* A workload that came in between is in the next reading. */
	if (i == CT_INDEX_NONE || verdict < 0 || cap < 0)
		return 0;
	c = ct_survey_row__cap(&r->rows.rows[i], cap);
	if (c->text || c->site)
		return 0;
	c->verdict = (enum ct_verdict)verdict;
	c->chosen = n->chosen;
	c->scope = scope_of(n->scope);
	c->granted = n->granted;
	c->denied = n->denied;
	c->first_ms = n->first_ms;
	c->last_ms = n->last_ms;
	c->since_ms = n->since_ms;
	c->site = copy(n->site);
	c->syscall = copy(n->syscall);
	c->process = copy(n->process);
	c->text = copy(n->reason);
	return 0;
}

int ct_survey__read(struct ct_store *s, const struct ct_store_query *q, bool needs,
		    struct ct_survey *sv, struct ct_err *err)
{
	struct reading r = {};
	int ret = ct_store__each_workload(s, q, add_workload, &r, err);

	make_index(&r);
	if (!ret && needs)
		ret = ct_store__each_need(s, q, add_need, &r, err);
	ct_index__free(&r.index);
	if (ret) {
		ct_survey__free(&r.rows);
		return ret;
	}
	for (size_t i = 0; i < r.rows.len; i++)
		*CT_PUSH(sv->rows, sv->len, sv->cap) = r.rows.rows[i];
	free(r.rows.rows);
	return 0;
}
