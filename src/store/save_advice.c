/* SPDX-License-Identifier: GPL-2.0-only */
/* The advice for a workload, and a row for each capability that it holds or asked for. */
#include <errno.h>
#include <string.h>

#include "emit/emit.h"
#include "judge/questions.h"
#include "store/save.h"

/* ---- needs ---- */

/* A capability that was configured and that no check asked for. */
static const struct ct_cap_verdict unused = { .verdict = CT_UNNEEDED };

static int save_need(struct ct_saving *sv, const char *key, int cap,
		     const struct ct_cap_verdict *cv, bool held)
{
	static const struct ct_reason none = {};
	const struct ct_reason *r = cv->nreasons ? &cv->reasons[0] : &none;
	const struct ct_cap_info *info = ct_cap__info(cap);
	bool asked = cv != &unused;

	return ct_db__exec(
		sv->db,
		"INSERT INTO need (host, store, key, capability, verdict, scope, risk, chosen,"
		" held, granted, denied, first_ms, last_ms, since_ms, site, syscall, process,"
		" reason, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12,"
		" $12, $13, $14, $15, $16, $17)"
		" ON CONFLICT (host, store, key, capability) DO UPDATE SET"
		" verdict = excluded.verdict, scope = excluded.scope, risk = excluded.risk,"
		" chosen = excluded.chosen, held = excluded.held,"
		" granted = greatest(need.granted, excluded.granted),"
		" denied = greatest(need.denied, excluded.denied),"
		" last_ms = CASE WHEN excluded.granted > need.granted"
		" OR excluded.denied > need.denied THEN greatest(need.last_ms, excluded.last_ms)"
		" ELSE need.last_ms END,"
		" since_ms = CASE WHEN excluded.verdict <> need.verdict THEN excluded.since_ms"
		" ELSE need.since_ms END,"
		" site = excluded.site, syscall = excluded.syscall, process = excluded.process,"
		" reason = excluded.reason, version = excluded.version"
		" WHERE (need.verdict, need.scope, need.chosen, need.held, need.granted,"
		" need.denied, need.site, need.syscall, need.process, need.reason)"
		" <> (excluded.verdict, excluded.scope, excluded.chosen, excluded.held,"
		" excluded.granted, excluded.denied, excluded.site, excluded.syscall,"
		" excluded.process, excluded.reason)",
		CT_VALUES(CT_TEXT(sv->host), CT_TEXT(sv->store), CT_TEXT(key),
			  CT_TEXT(ct_cap__name(cap)),
			  CT_TEXT(asked ? ct_verdict__name(cv->verdict) : "unused"),
			  CT_TEXT(ct_scope__name(asked ? cv->scope : CT_SCOPE_NONE)),
			  CT_TEXT(ct_risk__name(info ? info->risk : CT_RISK_HIGH)),
			  CT_INT(cv->chosen), CT_INT(held), CT_INT(cv->granted), CT_INT(cv->denied),
			  CT_INT(sv->now_ms), CT_TEXT(r->site), CT_TEXT(r->syscall),
			  CT_TEXT(r->process), CT_TEXT(r->text), CT_INT(ct_save__version(sv))),
		sv->err);
}

/* Removes the rows of capabilities that are not held and not asked for any more. */
static int remove_others(struct ct_saving *sv, const char *key, uint64_t rows)
{
	ct_autofree char *names = ct_caps__join(rows, " ", "");
	ct_autofree char *list = ct_xasprintf(" %s ", names);

	return ct_db__exec(
		sv->db,
		"DELETE FROM need WHERE host = $1 AND store = $2 AND key = $3"
		" AND $4 NOT LIKE '% ' || capability || ' %'",
		CT_VALUES(CT_TEXT(sv->host), CT_TEXT(sv->store), CT_TEXT(key), CT_TEXT(list)),
		sv->err);
}

static int save_needs(struct ct_saving *sv, const char *key, const struct ct_store_workload *sw)
{
	uint64_t held = 0, rows;
	int ret = 0;

	if (!ct_workload__configured(sw->w, &held))
		held = 0;
	rows = held;
	for (size_t i = 0; i < sw->advice->ncaps && !ret; i++) {
		const struct ct_cap_verdict *cv = &sw->advice->caps[i];

		rows |= 1ull << cv->cap;
		ret = save_need(sv, key, cv->cap, cv, held & (1ull << cv->cap));
	}
	ct_caps__for_each(cap, held)
		if (!ret && !ct_advice__cap(sw->advice, cap))
			ret = save_need(sv, key, cap, &unused, true);
	return ret ? ret : remove_others(sv, key, rows);
}

/* ---- the advice ---- */

static char *gap_names(const struct ct_advice *a)
{
	struct ct_str names = {};

	ct_str__add(&names, "");
	for (size_t i = 0; ct_gap_names[i]; i++)
		if (a->gaps & (1u << i))
			ct_str__addf(&names, "%s%s", names.len ? " " : "", ct_gap_names[i]);
	return names.s;
}

static char *as_json(const struct ct_store_workload *sw)
{
	struct ct_advice advice = *sw->advice;
	struct ct_report alone = { .session = sw->session,
				   .advices = &advice,
				   .nadvices = 1,
				   .unknown_sites = advice.unknown_sites };
	char *json = NULL;
	size_t len = 0;
	FILE *out = ct_xmemstream(&json, &len);

	ct_emit__json(&alone, out);
	ct_xmemstream_end(out, &json);
	return json;
}

int ct_save__advice(struct ct_saving *sv, const char *key, const struct ct_store_workload *sw)
{
	const struct ct_advice *a = sw->advice;
	ct_autofree char *json = as_json(sw), *gaps = gap_names(a), *caps = NULL;
	int ret = save_needs(sv, key, sw);

	if (ret)
		return ret;
	caps = ct_caps__join(a->cap_add, " ", "");
	return ct_db__exec(
		sv->db,
		"INSERT INTO advice (host, store, key, caps, cap_add, required, optional, removed,"
		" confidence, gaps, time_ms, json, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8,"
		" $9, $10, $11, $12, $13)"
		" ON CONFLICT (host, store, key) DO UPDATE SET caps = excluded.caps,"
		" cap_add = excluded.cap_add, required = excluded.required,"
		" optional = excluded.optional, removed = excluded.removed,"
		" confidence = excluded.confidence, gaps = excluded.gaps,"
		" time_ms = excluded.time_ms, json = excluded.json, version = excluded.version"
		" WHERE advice.json <> excluded.json",
		CT_VALUES(CT_TEXT(sv->host), CT_TEXT(sv->store), CT_TEXT(key), CT_TEXT(caps),
			  CT_INT(a->cap_add), CT_INT(a->required), CT_INT(a->optional),
			  CT_INT(a->removed), CT_TEXT(ct_confidence__name(a->confidence)),
			  CT_TEXT(gaps), CT_INT(sv->now_ms), CT_TEXT(json),
			  CT_INT(ct_save__version(sv))),
		sv->err);
}
