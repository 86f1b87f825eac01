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
	bool joined; /* and then by key alone */
	/* What the workload in hand needs on one host, or on many that are alike. */
	struct part_of {
		char *host; /* NULL: hosts that come only once */
		uint64_t needs;
		size_t hosts;
	} * parts;
	size_t nparts, parts_cap;
	size_t row; /* of the workload in hand */
};

struct owner {
	const char *host, *store, *key;
};

static char *copy(const char *s)
{
	return s && *s ? ct_xstrdup(s) : NULL;
}

/* A newer captrim may have names that are not known here: these count as 0. */
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

/* Every name stands for a bit. One that is not known is a gap, too. */
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
		if (ct_str_equal(ct_confidence__name((enum ct_confidence)c), name))
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
	row->hosts = row->agree = w->hosts;
	row->holds_known = w->configured_known;
	row->holds = w->configured;
	row->judged = w->confidence && *w->confidence;
	row->checks = w->checks;
	if (__builtin_mul_overflow(w->watched_ms, CT_NS_PER_MS, &row->watched_ns))
		row->watched_ns = UINT64_MAX;
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

	return equal(row->key, o->key) &&
	       (!o->host || (equal(row->host, o->host) && equal(row->store, o->store)));
}

static struct owner owner_of(const struct reading *r, const char *host, const char *store,
			     const char *key)
{
	return r->joined ? (struct owner){ .key = key } :
			   (struct owner){ host ? host : "", store, key };
}

static void make_index(struct reading *r)
{
	ct_index__init(&r->index, r->rows.len);
	for (size_t i = 0; i < r->rows.len; i++) {
		const struct ct_survey_row *row = &r->rows.rows[i];
		const struct owner o = owner_of(r, row->host, row->store, row->key);

		ct_index__put(&r->index, hash_of(&o), i);
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
	const struct owner o = owner_of(r, n->host, n->store, n->key);
	size_t i = ct_index__find(&r->index, hash_of(&o), is_owner, r->rows.rows, &o);
	int verdict = verdict_of(n->verdict), cap = ct_cap__parse(n->capability);
	struct ct_survey_cap c;

	/* A workload that was stored since then is in the next reading. */
	if (i == CT_INDEX_NONE || verdict < 0 || cap < 0)
		return 0;
	c = (struct ct_survey_cap){
		.cap = cap,
		.verdict = (enum ct_verdict)verdict,
		.chosen = n->chosen,
		.scope = scope_of(n->scope),
		.granted = n->granted,
		.denied = n->denied,
		.first_ms = n->first_ms,
		.last_ms = n->last_ms,
		.since_ms = n->since_ms,
		.site = copy(n->site),
		.syscall = copy(n->syscall),
		.process = copy(n->process),
		.text = copy(n->reason),
	};
	ct_survey_row__join_cap(&r->rows.rows[i], &c);
	ct_survey_cap__free(&c);
	return 0;
}

static int add_reach(const struct ct_store_need_row *n, void *arg)
{
	struct reading *r = arg;
	const struct owner o = owner_of(r, n->host, n->store, n->key);
	size_t i = ct_index__find(&r->index, hash_of(&o), is_owner, r->rows.rows, &o);
	int cap = ct_cap__parse(n->capability);

	if (i != CT_INDEX_NONE && cap >= 0)
		ct_survey_row__join_cap(&r->rows.rows[i],
					&(struct ct_survey_cap){ .cap = cap,
								 .verdict = CT_REQUIRED,
								 .chosen = n->chosen,
								 .scope = scope_of(n->scope) });
	return 0;
}

/* Counts the hosts that need what all of them together need. */
static void end_parts(struct reading *r)
{
	struct ct_survey_row *row;

	if (!r->nparts)
		return;
	row = &r->rows.rows[r->row];
	row->agree = 0;
	for (size_t i = 0; i < r->nparts; i++) {
		if (r->parts[i].needs == row->needs)
			row->agree += r->parts[i].hosts;
		free(r->parts[i].host);
	}
	r->nparts = 0;
}

static int add_advice(const struct ct_store_advice_row *a, void *arg)
{
	struct reading *r = arg;
	const struct owner o = owner_of(r, NULL, NULL, a->key);
	size_t i = ct_index__find(&r->index, hash_of(&o), is_owner, r->rows.rows, &o);
	struct ct_survey_row judged = { .judged = true,
					.needs = a->cap_add,
					.optional = a->optional & ~a->cap_add,
					.gaps = parse_gaps(a->gaps),
					.confidence = parse_confidence(a->confidence) };
	struct part_of *last;

	if (i == CT_INDEX_NONE)
		return 0;
	if (r->nparts && r->row != i)
		end_parts(r);
	r->row = i;
	ct_survey_row__join(&r->rows.rows[i], &judged);
	last = r->nparts ? &r->parts[r->nparts - 1] : NULL;
	if (last && last->host && ct_str_equal(last->host, a->host))
		last->needs |= a->cap_add;
	else
		*CT_PUSH(r->parts, r->nparts,
			 r->parts_cap) = (struct part_of){ copy(a->host), a->cap_add, a->hosts };
	return 0;
}

/* Rows by key, with what was judged of each. */
static int read_alike(struct ct_store *s, const struct ct_store_query *q, struct reading *r,
		      struct ct_err *err)
{
	int ret = ct_store__each_workload(s, q, add_workload, r, err);

	if (ret)
		return ret;
	ct_survey__join(&r->rows);
	make_index(r);
	for (size_t i = 0; i < r->rows.len; i++)
		r->rows.rows[i].agree = 0;
	ret = ct_store__each_advice(s, q, add_advice, r, err);
	end_parts(r);
	free(r->parts);
	return ret;
}

static int read_apart(struct ct_store *s, const struct ct_store_query *q, struct reading *r,
		      struct ct_err *err)
{
	int ret = ct_store__each_workload(s, q, add_workload, r, err);

	make_index(r);
	return ret;
}

static int read_into(struct ct_store *s, const struct ct_store_query *q, enum ct_survey_depth depth,
		     struct reading *r, struct ct_survey *sv, struct ct_err *err)
{
	int ret = r->joined ? read_alike(s, q, r, err) : read_apart(s, q, r, err);

	if (!ret && depth == CT_DEPTH_NEEDS)
		ret = ct_store__each_need(s, q, add_need, r, err);
	if (!ret && depth == CT_DEPTH_REACH)
		ret = ct_store__each_reach(s, q, add_reach, r, err);
	ct_index__free(&r->index);
	for (size_t i = 0; !ret && i < r->rows.len; i++)
		*CT_PUSH(sv->rows, sv->len, sv->cap) = r->rows.rows[i];
	if (ret)
		ct_survey__free(&r->rows);
	else
		free(r->rows.rows);
	return ret;
}

int ct_survey__read(struct ct_store *s, const struct ct_store_query *q, bool needs,
		    struct ct_survey *sv, struct ct_err *err)
{
	struct reading r = {};

	return read_into(s, q, needs ? CT_DEPTH_NEEDS : CT_DEPTH_ROWS, &r, sv, err);
}

int ct_survey__read_joined(struct ct_store *s, const struct ct_store_query *q,
			   enum ct_survey_depth depth, struct ct_survey *sv, struct ct_err *err)
{
	struct ct_store_query alike = q ? *q : (struct ct_store_query){};
	struct reading r = { .joined = ct_store__adds_up(s) };
	ct_autosurvey struct ct_survey read = {};
	int ret;

	alike.alike = true;
	/* A file of one host is read as a whole, whatever is shown. */
	if (!r.joined && depth == CT_DEPTH_REACH)
		depth = CT_DEPTH_NEEDS;
	ret = read_into(s, &alike, depth, &r, &read, err);
	if (ret)
		return ret;
	if (!r.joined)
		ct_survey__join(&read);
	for (size_t i = 0; i < read.len; i++)
		*CT_PUSH(sv->rows, sv->len, sv->cap) = read.rows[i];
	read.len = 0;
	return 0;
}
