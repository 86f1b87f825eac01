/* SPDX-License-Identifier: GPL-2.0-only */
/* When each capability was first and last used, by the wall clock. */
#include "page/page_priv.h"
#include "view/html.h"

#define UNITS	  1000 /* the width of a bar's drawing */
#define NARROWEST 8    /* so that a single use is still visible */

struct lifetime {
	int64_t from, to;
};

static bool is_dated(const struct ct_survey_cap *c)
{
	return c->first_ms && c->last_ms && c->verdict != CT_UNNEEDED;
}

static void widen(struct lifetime *s, int64_t from, int64_t to)
{
	s->from = !s->from || from < s->from ? from : s->from;
	s->to = to > s->to ? to : s->to;
}

static int units(const struct lifetime *all, int64_t ms)
{
	int64_t length = all->to - all->from;

	return length > 0 ? (int)((double)(ms - all->from) / (double)length * UNITS) : 0;
}

static void put_bar(FILE *out, const struct lifetime *all, const struct ct_survey_cap *c)
{
	int x = units(all, c->first_ms), width = units(all, c->last_ms) - x;
	const char *class = !c->chosen ? " faint" : c->scope == CT_SCOPE_HOST ? " hostbar" : "";

	width = width < NARROWEST ? NARROWEST : width;
	x = x > UNITS - width ? UNITS - width : x;
	fprintf(out,
		"<svg viewBox=\"0 0 %d 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
		"<rect class=\"all\" width=\"%d\" height=\"10\"/>"
		"<rect class=\"use%s\" x=\"%d\" width=\"%d\" height=\"10\"/></svg>",
		UNITS, UNITS, class, x, width);
}

/* Sorts by the first use, so that what is new is at the end. */
static int by_first(const void *a, const void *b)
{
	const struct ct_survey_cap *x = *(const struct ct_survey_cap *const *)a;
	const struct ct_survey_cap *y = *(const struct ct_survey_cap *const *)b;

	if (x->first_ms != y->first_ms)
		return x->first_ms < y->first_ms ? -1 : 1;
	return x->cap - y->cap;
}

void ct_page__timeline(FILE *out, const struct ct_page_data *d, const struct ct_survey_row *row)
{
	ct_autofree const struct ct_survey_cap **caps =
		ct_xzalloc((row->ncaps + 1) * sizeof(*caps));
	struct lifetime all = { row->first_ms, row->last_ms };
	size_t n = 0;

	for (size_t i = 0; i < row->ncaps; i++) {
		if (!is_dated(&row->caps[i]))
			continue;
		caps[n++] = &row->caps[i];
		widen(&all, row->caps[i].first_ms, row->caps[i].last_ms);
	}
	if (!n)
		return;
	qsort(caps, n, sizeof(caps[0]), by_first);
	fputs("<h2 id=\"time\">When it needed what</h2>\n<p>From its first check, ", out);
	ct_page__time(out, all.from);
	fputs(", to its last, ", out);
	ct_page__time(out, all.to ? all.to : d->now_ms);
	fputs(". What was needed first is above.</p>\n<table class=\"time\"><thead><tr>"
	      "<th scope=\"col\">Capability</th><th scope=\"col\">Used</th>"
	      "<th scope=\"col\">First and last</th></tr></thead><tbody>\n",
	      out);
	for (size_t i = 0; i < n; i++) {
		fprintf(out, "<tr><th scope=\"row\" class=\"cap\">%s%s</th><td>",
			ct_cap__name(caps[i]->cap),
			caps[i]->chosen ? "" : " <span class=\"dim\">optional</span>");
		put_bar(out, &all, caps[i]);
		fputs("</td><td>", out);
		ct_page__time(out, caps[i]->first_ms);
		/* Times are shown in minutes: within one, both would read the same. */
		if (caps[i]->last_ms / 60000 != caps[i]->first_ms / 60000) {
			fputs(" \u2013 ", out);
			ct_page__time(out, caps[i]->last_ms);
		}
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table>\n", out);
}
