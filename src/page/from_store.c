/* SPDX-License-Identifier: GPL-2.0-only */
#include "page/from_store.h"

#include <string.h>

#include "base/clock.h"
#include "survey/stored.h"

static char *copy(const char *s)
{
	return s && *s ? ct_xstrdup(s) : NULL;
}

static int add_event(const struct ct_store_event *row, void *arg)
{
	struct ct_page_data *d = arg;

	*CT_PUSH(d->events, d->nevents, d->events_cap) = (struct ct_page_event){
		.id = copy(row->id),
		.kind = copy(row->kind),
		.host = copy(row->host),
		.key = copy(row->key),
		.label = copy(row->label),
		.capability = copy(row->capability),
		.verdict = copy(row->verdict),
		.scope = copy(row->scope),
		.text = copy(row->text),
		.time_ms = row->time_ms,
		.expires_ms = row->expires_ms,
		.acked_ms = row->acked_ms,
		.acked_by = copy(row->acked_by),
		.note = copy(row->note),
	};
	return 0;
}

static int add_gap(const struct ct_store_gap *row, void *arg)
{
	struct ct_page_data *d = arg;

	*CT_PUSH(d->gaps, d->ngaps, d->gaps_cap) = (struct ct_page_gap){
		.host = copy(row->host),
		.key = copy(row->key),
		.why = copy(row->why),
		.text = copy(row->text),
		.from_ms = row->from_ms,
		.to_ms = row->to_ms,
	};
	return 0;
}

/* A host whose store was begun anew has a row for each of its stores, one after the other. */
static int add_host(const struct ct_store_host_row *row, void *arg)
{
	struct ct_page_data *d = arg;
	struct ct_page_host *before = d->nhosts ? &d->hosts[d->nhosts - 1] : NULL;

	if (before && ct_str_equal(before->name, row->name)) {
		before->workloads += row->workloads;
		before->first_ms = row->first_ms < before->first_ms ? row->first_ms :
								      before->first_ms;
		before->last_ms = row->last_ms > before->last_ms ? row->last_ms : before->last_ms;
		return 0;
	}
	*CT_PUSH(d->hosts, d->nhosts, d->hosts_cap) = (struct ct_page_host){
		.name = copy(row->name),
		.kernel = copy(row->kernel),
		.arch = copy(row->arch),
		.backend = copy(row->backend),
		.captrim = copy(row->captrim),
		.first_ms = row->first_ms,
		.last_ms = row->last_ms,
		.workloads = row->workloads,
	};
	return 0;
}

static int newest_event(const void *a, const void *b)
{
	const struct ct_page_event *x = a, *y = b;

	if (x->time_ms != y->time_ms)
		return x->time_ms < y->time_ms ? 1 : -1;
	return strcmp(x->id ? x->id : "", y->id ? y->id : "");
}

static int newest_gap(const void *a, const void *b)
{
	const struct ct_page_gap *x = a, *y = b;

	if (x->from_ms != y->from_ms)
		return x->from_ms < y->from_ms ? 1 : -1;
	return strcmp(x->why ? x->why : "", y->why ? y->why : "");
}

static int load_all(struct ct_store *s, const struct ct_store_query *q, struct ct_page_data *d,
		    struct ct_err *err)
{
	int ret = ct_store__load(s, q, &d->session, err);

	if (!ret)
		d->report = ct_judge__session(d->session, CT_MODE_DEFAULT);
	return ret;
}

/* ---- some hosts for all ---- */

#define MANY  50 /* hosts whose recordings can be read while somebody waits for the page */
#define ALIKE 3	 /* hosts that stand for all that are alike */

static bool is_alike(const struct ct_survey_row *a, const struct ct_survey_row *b)
{
	return a->needs == b->needs && a->optional == b->optional && a->gaps == b->gaps &&
	       a->judged == b->judged && a->holds == b->holds && a->holds_known == b->holds_known &&
	       ct_str_equal(a->digest, b->digest);
}

/* Is it one of the ALIKE that were watched longest among those like it? A host counts once. */
static bool is_chosen(const struct ct_survey *sv, size_t i)
{
	const struct ct_survey_row *row = &sv->rows[i];
	size_t before = 0;

	for (size_t k = 0; k < sv->len && before < ALIKE; k++) {
		const struct ct_survey_row *other = &sv->rows[k];

		if (k < i && ct_str_equal(row->host, other->host))
			return false;
		before += (other->watched_ns > row->watched_ns ||
			   (other->watched_ns == row->watched_ns && k < i)) &&
			  is_alike(row, other);
	}
	return before < ALIKE;
}

/* Does the advice contain the needs of every host, so that it is enough for each of them? */
static bool is_enough(const struct ct_report *r, const struct ct_survey *sv)
{
	uint64_t needs = 0;

	for (size_t i = 0; i < sv->len; i++)
		needs |= sv->rows[i].needs;
	return r->nadvices == 1 && !(needs & ~r->advices[0].cap_add);
}

/* Returns 0 without making a report if some hosts cannot stand for all. */
static int load_some(struct ct_store *s, const struct ct_store_query *q, struct ct_page_data *d,
		     struct ct_err *err)
{
	const char *hosts[MANY];
	ct_autosession struct ct_session *sum = NULL;
	ct_autoreport struct ct_report *report = NULL;
	size_t n = 0;
	int ret;

	for (size_t i = 0; i < d->survey.len; i++) {
		if (!is_chosen(&d->survey, i))
			continue;
		if (n == MANY)
			return 0;
		hosts[n++] = d->survey.rows[i].host;
	}
	ret = ct_store__load_hosts(s, q, hosts, n, &sum, err);
	if (ret)
		return ret;
	report = ct_judge__session(sum, CT_MODE_DEFAULT);
	if (!is_enough(report, &d->survey))
		return 0;
	d->session = ct_steal(sum);
	d->report = ct_steal(report);
	d->recorded_on = n;
	return 0;
}

static int load_one(struct ct_store *s, const struct ct_store_query *q,
		    const struct ct_page_want *want, struct ct_page_data *d, struct ct_err *err)
{
	int ret = !want->whole && d->survey.len > MANY ? load_some(s, q, d, err) : 0;

	return ret || d->report ? ret : load_all(s, q, d, err);
}

/* The page of a workload shows each host; the first page only how far the needs of each reach. */
static int read_survey(struct ct_store *s, const struct ct_store_query *q,
		       const struct ct_page_want *want, struct ct_page_data *d, struct ct_err *err)
{
	if (want->key)
		return ct_survey__read(s, q, want->needs, &d->survey, err);
	return ct_survey__read_joined(s, q, want->needs ? CT_DEPTH_REACH : CT_DEPTH_ROWS,
				      &d->survey, err);
}

static int load_from(struct ct_store *s, const struct ct_page_want *want, struct ct_page_data *d,
		     struct ct_err *err)
{
	struct ct_store_query q = { .host = want->host };
	struct ct_store_query all = { 0 };
	int ret = ct_store__each_host(s, &all, add_host, d, err);

	if (want->key) {
		q.names = &want->key;
		q.nnames = 1;
	}
	if (!ret && want->survey)
		ret = read_survey(s, &q, want, d, err);
	if (!ret && want->events)
		ret = ct_store__each_event(s, &q, add_event, d, err);
	if (!ret && want->gaps)
		ret = ct_store__each_gap(s, &q, add_gap, d, err);
	if (!ret && want->key)
		ret = load_one(s, &q, want, d, err);
	return ret;
}

int ct_page__load(void *arg, const struct ct_page_want *want, struct ct_page_data *d,
		  struct ct_err *err)
{
	ct_autopagedata struct ct_page_data got = { .now_ms = ct_clock__wall_ms() };
	ct_autostore struct ct_store *s = NULL;
	int ret = ct_store__open(arg, CT_STORE_READ, &s, err);

	if (!ret)
		ret = load_from(s, want, &got, err);
	if (ret)
		return ret;
	if (got.nevents)
		qsort(got.events, got.nevents, sizeof(got.events[0]), newest_event);
	if (got.ngaps)
		qsort(got.gaps, got.ngaps, sizeof(got.gaps[0]), newest_gap);
	*d = got;
	got = (struct ct_page_data){ 0 };
	return 0;
}
