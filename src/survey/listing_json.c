/* SPDX-License-Identifier: GPL-2.0-only */
/* The list of workloads for programs: captrim.list/1. */
#include "base/clock.h"
#include "base/json.h"
#include "base/moment.h"
#include "emit/common.h"
#include "survey/listing.h"

static void put_time(struct ct_json *j, const char *key, int64_t ms)
{
	ct_autofree char *text = ms ? ct_moment__utc(ms) : NULL;

	ct_json__opt_str(j, key, text);
}

static void put_set(struct ct_json *j, const char *key, bool known, uint64_t set)
{
	if (known)
		ct_emit__json_caps(j, key, set);
	else
		ct_json__str(j, key, NULL);
}

static void put_cap(struct ct_json *j, const struct ct_survey_cap *c)
{
	ct_json__object(j, NULL);
	ct_json__str(j, "name", ct_cap__name(c->cap));
	ct_json__str(j, "verdict", ct_verdict__name(c->verdict));
	ct_json__str(j, "scope", ct_scope__name(c->scope));
	ct_json__uint(j, "granted", c->granted);
	ct_json__uint(j, "denied", c->denied);
	put_time(j, "first", c->first_ms);
	put_time(j, "last", c->last_ms);
	put_time(j, "since", c->since_ms);
	if (c->site || c->text) {
		ct_json__object(j, "reason");
		ct_json__opt_str(j, "site", c->site);
		ct_json__opt_str(j, "syscall", c->syscall);
		ct_json__opt_str(j, "process", c->process);
		ct_json__opt_str(j, "text", c->text);
		ct_json__end_object(j);
	}
	ct_json__end_object(j);
}

static void put_sets(struct ct_json *j, const struct ct_survey_row *row)
{
	put_set(j, "holds", row->holds_known, row->holds);
	put_set(j, "needs", row->judged, row->needs);
	put_set(j, "optional", row->judged, row->optional);
	put_set(j, "unused", row->judged && row->holds_known, ct_survey_row__spare(row));
	put_set(j, "host_needs", row->judged, ct_survey_row__host_needs(row));
	ct_json__bool(j, "complete", row->judged && !row->gaps);
	ct_json__array(j, "gaps");
	for (size_t i = 0; ct_gap_names[i]; i++)
		if (row->gaps >> i & 1)
			ct_json__str(j, NULL, ct_gap_names[i]);
	ct_json__end_array(j);
	if (row->judged)
		ct_json__str(j, "confidence", ct_confidence__name(row->confidence));
}

static void put_row(struct ct_json *j, const struct ct_survey_row *row)
{
	ct_json__object(j, NULL);
	ct_json__str(j, "key", row->key);
	ct_json__str(j, "name", row->label);
	if (row->hosts == 1)
		ct_json__opt_str(j, "host", row->host);
	ct_json__uint(j, "hosts", row->hosts);
	ct_json__uint(j, "hosts_agree", row->agree);
	ct_json__str(j, "kind", ct_workload_kind__name(row->kind));
	ct_json__str(j, "runtime", ct_runtime__name(row->runtime));
	ct_json__opt_str(j, "image", row->image);
	ct_json__opt_str(j, "image_digest", row->digest);
	ct_json__opt_str(j, "project", row->project);
	ct_json__opt_str(j, "service", row->service);
	ct_json__opt_str(j, "namespace", row->space);
	put_sets(j, row);
	ct_json__uint(j, "checks", row->checks);
	ct_json__uint(j, "watched_ms", row->watched_ns / CT_NS_PER_MS);
	put_time(j, "first", row->first_ms);
	put_time(j, "last", row->last_ms);
	ct_json__array(j, "capabilities");
	for (size_t i = 0; i < row->ncaps; i++)
		put_cap(j, &row->caps[i]);
	ct_json__end_array(j);
	ct_json__end_object(j);
}

void ct_survey__json(const struct ct_survey *sv, FILE *out)
{
	struct ct_json j = CT_JSON(out, 2);

	ct_json__object(&j, NULL);
	ct_json__str(&j, "schema", CT_LIST_SCHEMA);
	ct_json__str(&j, "captrim", CT_VERSION);
	ct_json__array(&j, "workloads");
	for (size_t i = 0; i < sv->len; i++)
		put_row(&j, &sv->rows[i]);
	ct_json__end_array(&j);
	ct_json__end_object(&j);
	fputc('\n', out);
}
