/* SPDX-License-Identifier: GPL-2.0-only */
/* The overview of the HTML report: capabilities by workloads, and when each was used. */
#include <inttypes.h>

#include "base/human.h"
#include "emit/common.h"
#include "view/html.h"
#include "view/phrases.h"

/* What a capability means to a workload: a symbol, a word, and a CSS class for the colour. */
struct cell {
	const char *symbol, *word, *class;
	bool host;
};

static struct cell cell_of(const struct ct_advice *a, int cap)
{
	const struct ct_cap_verdict *cv = ct_advice__cap(a, cap);
	uint64_t bit = 1ull << cap, configured;
	bool host = cv && cv->scope == CT_SCOPE_HOST;

	if (a->cap_add & bit)
		return (struct cell){ "\u25cf", ct_view__verdict_word(cv),
				      host ? "host" : "required", host };
	if (a->optional & bit)
		return (struct cell){ "\u25d0", "optional", "optional", host };
	if (cv && cv->denied && !cv->granted)
		return (struct cell){ "\u2715", "refused", "refused", false };
	if (ct_workload__configured(a->workload, &configured) && configured & bit)
		return (struct cell){ "\u25cb", "unused", "unused", false };
	return (struct cell){ "", "", "", false };
}

static void put_matrix_row(FILE *out, const struct ct_report *r, int cap)
{
	fprintf(out, "<tr><th scope=\"row\" class=\"cap\">%s</th>", ct_cap__name(cap));
	for (size_t i = 0; i < r->nadvices; i++) {
		struct cell c = cell_of(&r->advices[i], cap);

		fprintf(out, "<td class=\"%s\">", c.class);
		if (*c.word)
			fprintf(out, "<span aria-hidden=\"true\">%s</span> %s%s", c.symbol, c.word,
				c.host ? ", HOST" : "");
		fputs("</td>", out);
	}
	fputs("</tr>\n", out);
}

#define WIDE 6 /* workloads that fit beside each other, with words */

static uint64_t mentioned(const struct ct_report *r)
{
	uint64_t any = 0;

	for (size_t i = 0; i < r->nadvices; i++)
		ct_caps__for_each(cap, ~0ull)
			if (*cell_of(&r->advices[i], cap).word)
				any |= 1ull << cap;
	return any;
}

static void put_wide(FILE *out, const struct ct_report *r, uint64_t any)
{
	fputs("<table class=\"matrix\"><thead><tr><th scope=\"col\">Capability</th>", out);
	for (size_t i = 0; i < r->nadvices; i++) {
		fputs("<th scope=\"col\">", out);
		ct_html__text(out, ct_workload__label(r->advices[i].workload));
		fputs("</th>", out);
	}
	fputs("</tr></thead><tbody>\n", out);
	ct_caps__for_each(cap, any)
		put_matrix_row(out, r, cap);
	fputs("</tbody></table>", out);
}

/* A row for each workload: symbols to look at, and words for screen readers. */
static void put_long(FILE *out, const struct ct_report *r, uint64_t any)
{
	fputs("<table class=\"matrix long\"><thead><tr><th scope=\"col\">Workload</th>", out);
	ct_caps__for_each(cap, any)
		fprintf(out, "<th scope=\"col\" class=\"cap\"><span>%s</span></th>",
			ct_cap__name(cap));
	fputs("</tr></thead><tbody>\n", out);
	for (size_t i = 0; i < r->nadvices; i++) {
		fputs("<tr><th scope=\"row\">", out);
		ct_html__text(out, ct_workload__label(r->advices[i].workload));
		fputs("</th>", out);
		ct_caps__for_each(cap, any) {
			struct cell c = cell_of(&r->advices[i], cap);

			if (*c.word)
				fprintf(out, "<td class=\"%s\" aria-label=\"%s%s\">%s%s</td>",
					c.class, c.word, c.host ? ", HOST" : "", c.symbol,
					c.host ? "!" : "");
			else
				fputs("<td></td>", out);
		}
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table>", out);
}

void ct_html__matrix(FILE *out, const struct ct_report *r)
{
	uint64_t any = mentioned(r);
	bool wide = r->nadvices <= WIDE;

	fprintf(out,
		"<h2 id=\"matrix\">Capabilities and workloads</h2>\n<p>"
		"\u25cf required: in the set (doubtful: perhaps not needed, <code>captrim "
		"verify</code> finds out) \u00b7 \u25d0 optional: used, but programs manage "
		"without "
		"\u00b7 \u25cb unused: held, and nothing needs it \u00b7 \u2715 refused: asked "
		"for, "
		"not held, and not missed \u00b7 %s: reaches beyond the container.</p>\n"
		"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"matrix\">",
		wide ? "HOST" : "!");
	if (wide)
		put_wide(out, r, any);
	else
		put_long(out, r, any);
	fputs("</div>\n", out);
}

#define TIME_UNITS 1000 /* width of a bar's drawing */

struct span {
	uint64_t first, last; /* last is 0 if nothing has a date */
};

/* Uses with a weaker verdict do not count: they would hide when those that matter took place. */
static struct span span_of(const struct ct_cap_verdict *cv)
{
	struct span s = { .first = UINT64_MAX };

	for (size_t i = 0; i < cv->nreasons; i++) {
		const struct ct_reason *r = &cv->reasons[i];

		if (!r->last_ns || r->verdict < cv->verdict)
			continue;
		s.first = r->first_ns < s.first ? r->first_ns : s.first;
		s.last = r->last_ns > s.last ? r->last_ns : s.last;
	}
	return s;
}

/* Nanoseconds after the start, as seconds. */
static void put_offset(FILE *out, uint64_t ns)
{
	fprintf(out, "%" PRIu64 ".%03" PRIu64 " s", ns / 1000000000, ns / 1000000 % 1000);
}

static void put_time_row(FILE *out, const struct ct_cap_verdict *cv, struct span all)
{
	struct span s = span_of(cv);
	uint64_t length = all.last - all.first ? all.last - all.first : 1;
	double x = (double)(s.first - all.first) / (double)length * TIME_UNITS;
	double width = (double)(s.last - s.first) / (double)length * TIME_UNITS;
	const char *class = !cv->chosen ? " faint" : cv->scope == CT_SCOPE_HOST ? " hostbar" : "";

	if (width < 6) /* so that an instant is still visible */
		width = 6;
	if (x > TIME_UNITS - width)
		x = TIME_UNITS - width;
	fprintf(out,
		"<tr><th scope=\"row\" class=\"cap\">%s</th><td><svg viewBox=\"0 0 %d 10\" "
		"preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"all\" "
		"width=\"%d\" "
		"height=\"10\"/><rect class=\"use%s\" x=\"%.1f\" width=\"%.1f\" height=\"10\"/>"
		"</svg></td><td>",
		ct_cap__name(cv->cap), TIME_UNITS, TIME_UNITS, class, x, width);
	put_offset(out, s.first - all.first);
	if (s.last != s.first) {
		fputs(" \u2013 ", out);
		put_offset(out, s.last - all.first);
	}
	fprintf(out, " <span class=\"dim\">%s</span></td></tr>\n", ct_view__verdict_word(cv));
}

/* The workload's lifetime, extended to any use outside of it. */
static struct span life_of(const struct ct_advice *a)
{
	struct span all = { a->workload->first_ns, a->workload->last_ns };

	if (!all.last)
		all.first = UINT64_MAX;
	for (size_t i = 0; i < a->ncaps; i++) {
		struct span s = span_of(&a->caps[i]);

		all.first = s.last && s.first < all.first ? s.first : all.first;
		all.last = s.last > all.last ? s.last : all.last;
	}
	return all;
}

static void put_timeline(FILE *out, const struct ct_advice *a, bool brief)
{
	struct span all = life_of(a);
	ct_autofree char *length = ct_human__duration(all.last - all.first);

	fputs("<section>\n", out);
	ct_html__element(out, "h3", NULL, ct_workload__label(a->workload));
	fprintf(out,
		"<table class=\"time\"><thead><tr><th scope=\"col\">Capability</th>"
		"<th scope=\"col\">0 to %s</th><th scope=\"col\">First and last use</th></tr>"
		"</thead><tbody>\n",
		length);
	for (size_t i = 0; i < a->ncaps; i++)
		if (span_of(&a->caps[i]).last && !(brief && a->caps[i].verdict == CT_UNNEEDED))
			put_time_row(out, &a->caps[i], all);
	fputs("</tbody></table>\n</section>\n", out);
}

static bool dated(const struct ct_advice *a, bool brief)
{
	for (size_t i = 0; i < a->ncaps; i++)
		if (span_of(&a->caps[i]).last && !(brief && a->caps[i].verdict == CT_UNNEEDED))
			return true;
	return false;
}

void ct_html__timelines(FILE *out, const struct ct_report *r)
{
	fputs("<h2 id=\"time\">When each was used</h2>\n<p>Seconds after the workload was first "
	      "seen. What is only used at the start is a candidate for an init step of its "
	      "own.</p>\n",
	      out);
	for (size_t i = 0; i < r->nadvices; i++)
		if (dated(&r->advices[i], ct_html__many(r)))
			put_timeline(out, &r->advices[i], ct_html__many(r));
}
