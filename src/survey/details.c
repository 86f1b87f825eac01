/* SPDX-License-Identifier: GPL-2.0-only */
/* All that a survey knows of single workloads, for people. */
#include <string.h>

#include "base/human.h"
#include "base/moment.h"
#include "emit/common.h"
#include "survey/listing.h"
#include "view/phrases.h"

#define LABEL_WIDTH 12
#define LABEL_NEXT  "            "
#define WIDEST	    120

struct page {
	FILE *out;
	const struct ct_term *term;
	int width;
};

static void put(const struct page *p, const char *label, const char *color, const char *raw)
{
	ct_autofree char *safe = ct_printable(raw);

	fprintf(p->out, "%s  %-8s  %s", color, label, *color ? ct_term__reset(p->term) : "");
	ct_emit__fold(p->out, safe, p->width, LABEL_WIDTH, LABEL_NEXT);
}

static char *about(const struct ct_survey_row *row)
{
	struct ct_str s = {};

	if (row->image)
		ct_str__addf(&s, "%s, ", row->image);
	ct_str__add(&s, row->runtime ? ct_runtime__name(row->runtime) :
				       ct_workload_kind__name(row->kind));
	if (row->hosts > 1)
		ct_str__addf(&s, ", on %zu hosts, %zu of which need%s all of this", row->hosts,
			     row->agree, row->agree == 1 ? "s" : "");
	else if (row->host)
		ct_str__addf(&s, ", on host %s", row->host);
	if (row->watched_ns) {
		ct_autofree char *len = ct_human__duration(row->watched_ns);

		ct_str__addf(&s, ", watched for %s", len);
	}
	if (row->last_ms) {
		ct_autofree char *last = ct_moment__text(row->last_ms);

		ct_str__addf(&s, ", last seen %s", last);
	}
	return s.s;
}

static void put_spare(const struct page *p, const struct ct_survey_row *row)
{
	uint64_t spare = ct_survey_row__spare(row), wide = ct_survey__hostwide(spare);
	ct_autofree char *names = ct_survey__set_text(spare, 0);
	ct_autofree char *all = ct_survey_row__spare_text(row, 0), *text = NULL;
	const char *color = row->gaps || wide ? ct_term__bad(p->term) : "";

	if (row->judged && row->gaps && row->holds_known)
		text = ct_xasprintf("not known yet (%s); no need for %s was seen so far", all,
				    spare ? names : "anything else");
	put(p, "can go", color, text ? text : all);
}

static void put_cap(const struct page *p, const struct ct_survey_cap *c, int name_width)
{
	const struct ct_cap_info *info = ct_cap__info(c->cap);
	bool host = c->scope == CT_SCOPE_HOST;
	struct ct_str s = {};
	ct_autofree char *why = ct_survey_cap__why(c), *safe = NULL, *next = NULL;
	int at;

	ct_str__add(&s, why);
	if (c->first_ms && c->last_ms) {
		ct_autofree char *first = ct_moment__text(c->first_ms);
		ct_autofree char *last = ct_moment__text(c->last_ms);

		if (strcmp(first, last) != 0)
			ct_str__addf(&s, ", first %s, last %s", first, last);
		else
			ct_str__addf(&s, ", seen %s", first);
	}
	safe = ct_printable(s.s);
	ct_str__free(&s);
	at = fprintf(p->out, "  %-*s  %-8s  ", name_width, ct_cap__name(c->cap),
		     ct_verdict__name(c->verdict));
	fprintf(p->out, "%s%-6s%s  ", host ? ct_term__bad(p->term) : "",
		host ? "HOST" :
		info ? ct_risk__name(info->risk) :
		       "high",
		host ? ct_term__reset(p->term) : "");
	at += 8;
	next = ct_xasprintf("%*s", at, "");
	ct_emit__fold(p->out, safe, p->width, at, next);
}

static void put_caps(const struct page *p, const struct ct_survey_row *row, uint64_t set)
{
	int width = ct_emit__names_width(set);
	bool any = false;

	for (size_t i = 0; i < row->ncaps; i++) {
		if (!(set >> row->caps[i].cap & 1))
			continue;
		if (!any)
			fputc('\n', p->out);
		any = true;
		put_cap(p, &row->caps[i], width);
	}
}

static void put_row(const struct page *p, const struct ct_survey_row *row)
{
	ct_autofree char *label = ct_printable(row->label ? row->label : "?"), *what = about(row);
	ct_autofree char *safe = ct_printable(what), *holds = ct_view__set(row->holds);
	ct_autofree char *needs = row->judged ? ct_view__set(row->needs) :
						ct_xstrdup("not judged yet");
	ct_autofree char *optional = ct_view__set(row->optional);
	ct_autofree char *lacks = ct_view__set(ct_survey_row__lacks(row));

	fprintf(p->out, "%s%s%s\n  ", ct_term__bold(p->term), label, ct_term__reset(p->term));
	ct_emit__fold(p->out, safe, p->width, 2, "  ");
	fputc('\n', p->out);
	put(p, "holds", "", row->holds_known ? holds : "not known");
	put(p, "needs", ct_term__good(p->term), needs);
	if (ct_survey_row__lacks(row))
		put(p, "lacks", ct_term__bad(p->term), lacks);
	if (row->optional)
		put(p, "optional", "", optional);
	put_spare(p, row);
	put_caps(p, row, row->needs | row->optional);
	if (row->judged)
		fprintf(p->out, "\n  confidence  %s\n", ct_confidence__name(row->confidence));
}

void ct_survey__details(const struct ct_survey *sv, FILE *out, const struct ct_term *term)
{
	struct page p = { out, term, term->width < 40 ? 40 : term->width };

	if (p.width > WIDEST)
		p.width = WIDEST;
	for (size_t i = 0; i < sv->len; i++) {
		if (i)
			fputc('\n', out);
		put_row(&p, &sv->rows[i]);
	}
}
