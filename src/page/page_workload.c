/* SPDX-License-Identifier: GPL-2.0-only */
/* One workload: what can be taken away from it, what it needs and why, and what to paste. */
#include <inttypes.h>
#include <string.h>

#include "base/human.h"
#include "page/page_priv.h"
#include "view/html.h"

static void put_fact(FILE *out, const char *name, const char *value)
{
	if (!value)
		return;
	fprintf(out, "<div><dt>%s</dt><dd>", name);
	ct_html__text(out, value);
	fputs("</dd></div>\n", out);
}

static void put_time_fact(FILE *out, const char *name, int64_t ms)
{
	fprintf(out, "<div><dt>%s</dt><dd>", name);
	ct_page__time(out, ms);
	fputs("</dd></div>\n", out);
}

static void put_facts(FILE *out, const struct ct_survey_row *r)
{
	ct_autofree char *watched = ct_human__duration(r->watched_ns);
	ct_autofree char *checks = ct_human__count(r->checks, "check", "checks");

	fputs("<dl class=\"facts\">\n", out);
	put_fact(out, "Image", r->image);
	put_fact(out, "Runs by", r->runtime ? ct_runtime__name(r->runtime) : NULL);
	put_fact(out, "Project", r->project);
	put_fact(out, "Namespace", r->space);
	put_fact(out, "Known as", r->key);
	put_fact(out, "Checks", checks);
	put_fact(out, "Watched for", watched);
	put_time_fact(out, "First seen", r->first_ms);
	put_time_fact(out, "Last seen", r->last_ms);
	fputs("</dl>\n", out);
}

/* The answer that most visitors come for. */
static void put_answer(FILE *out, const struct ct_survey_row *r)
{
	uint64_t spare = ct_survey_row__spare(r);

	fputs("<section class=\"answer\">\n", out);
	if (!r->judged) {
		fputs("<p>It was not judged yet.</p>\n</section>\n", out);
		return;
	}
	if (!r->holds_known)
		fputs("<h2>What it holds is not known</h2>\n", out);
	else
		fprintf(out, "<h2>%s %d of %d</h2>\n<p>",
			r->gaps ? "Perhaps it can do without" : "It can do without",
			ct_caps__count(spare), ct_caps__count(r->holds));
	if (r->holds_known)
		ct_html__caps(out, spare, ct_survey__hostwide(spare), 0);
	fprintf(out, "</p>\n<h2>It needs %s</h2>\n<p>", r->needs ? "these" : "none");
	ct_html__caps(out, r->needs, ct_survey_row__host_needs(r), 0);
	if (r->optional & ~r->needs) {
		fputs("</p>\n<p class=\"dim\">Used, but programs manage without: ", out);
		ct_html__caps(out, r->optional & ~r->needs, 0, 0);
	}
	fputs("</p>\n</section>\n", out);
}

static void put_open_events(FILE *out, const struct ct_page_data *d)
{
	size_t open = 0;

	for (size_t i = 0; i < d->nevents; i++)
		open += ct_page_event__is_open(&d->events[i], d->now_ms);
	if (!open)
		return;
	fprintf(out, "<section class=\"warn\"><h2>%zu open event%s</h2>\n<ul class=\"events\">\n",
		open, open == 1 ? "" : "s");
	for (size_t i = 0; i < d->nevents; i++)
		if (ct_page_event__is_open(&d->events[i], d->now_ms))
			ct_page__event(out, d, &d->events[i], false);
	fputs("</ul></section>\n", out);
}

static void put_old_events(FILE *out, const struct ct_page_data *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->nevents; i++) {
		if (ct_page_event__is_open(&d->events[i], d->now_ms))
			continue;
		if (!n++)
			fputs("<h2 id=\"events\">Events that are settled</h2>\n<ul "
			      "class=\"events\">\n",
			      out);
		ct_page__event(out, d, &d->events[i], false);
	}
	if (n)
		fputs("</ul>\n", out);
}

static void put_use(FILE *out, const struct ct_page_data *d, size_t hosts, const char *key,
		    const char *host)
{
	const struct ct_report *r = d->report;
	ct_autofree char *url = ct_page__workload_url(key, host);

	if (!r || !r->nadvices)
		return;
	fputs("<h2 id=\"use\">What to use</h2>\n", out);
	if (d->recorded_on)
		fprintf(out,
			"<p class=\"dim\">Made from the recordings of %zu of %zu hosts: of those "
			"with the same needs, the ones that were watched longest. It covers what "
			"the other hosts need, too. The advice as JSON is made from the "
			"recordings of all hosts.</p>\n",
			d->recorded_on, hosts);
	ct_html__gaps(out, &r->advices[0]);
	ct_html__confidence(out, &r->advices[0]);
	ct_html__snippet(out, r, 0);
	ct_html__warnings(out, &r->advices[0]);
	ct_html__more_snippets(out, r, 0);
	fputs("<p><a href=\"/raw?", out);
	ct_html__text(out, url + strlen("/w?"));
	fputs("\">The advice as JSON</a>, for <code>captrim patch</code> and <code>captrim "
	      "check</code></p>\n",
	      out);
}

static void put_reason(FILE *out, const struct ct_survey_cap *c)
{
	ct_autofree char *granted = ct_human__count(c->granted, "granted", "granted");

	ct_html__text(out, c->text);
	fputs("<br><span class=\"dim\">", out);
	if (c->site) {
		fputs("at <code>", out);
		ct_html__text(out, c->site);
		fputs("</code>", out);
	}
	if (c->syscall) {
		fputs(", system call <code>", out);
		ct_html__text(out, c->syscall);
		fputs("</code>", out);
	}
	if (c->process) {
		fputs(", process <code>", out);
		ct_html__text(out, c->process);
		fputs("</code>", out);
	}
	fprintf(out, ": %s, %" PRIu64 " refused</span>", granted, c->denied);
}

/* The needs from the survey, which are still there when the recording has been removed. */
static void put_needs(FILE *out, const struct ct_survey_row *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->ncaps; i++) {
		const struct ct_survey_cap *c = &r->caps[i];

		if (!c->chosen)
			continue;
		if (!n++)
			fputs("<h2 id=\"needs\">Why it needs them</h2>\n<table "
			      "class=\"needs\"><thead>"
			      "<tr><th scope=\"col\">Capability</th><th scope=\"col\">What for</th>"
			      "<th scope=\"col\">Since</th></tr></thead><tbody>\n",
			      out);
		fprintf(out, "<tr><th scope=\"row\">");
		ct_html__caps(out, 1ull << c->cap, c->scope == CT_SCOPE_HOST ? 1ull << c->cap : 0,
			      0);
		fputs("</th><td>", out);
		put_reason(out, c);
		fputs("</td><td>", out);
		ct_page__time(out, c->since_ms ? c->since_ms : c->first_ms);
		fputs("</td></tr>\n", out);
	}
	if (n)
		fputs("</tbody></table>\n", out);
}

static void put_hosts(FILE *out, const struct ct_survey *sv)
{
	if (sv->len < 2)
		return;
	fputs("<h2 id=\"hosts\">On each host</h2>\n<table class=\"overview\"><thead><tr>"
	      "<th scope=\"col\">Host</th><th scope=\"col\">Needs</th>"
	      "<th scope=\"col\">Last seen</th></tr></thead><tbody>\n",
	      out);
	for (size_t i = 0; i < sv->len; i++) {
		const struct ct_survey_row *r = &sv->rows[i];
		ct_autofree char *url = ct_page__workload_url(r->key, r->host);

		fputs("<tr><th scope=\"row\"><a href=\"", out);
		ct_html__text(out, url);
		fputs("\">", out);
		ct_html__text(out, r->host);
		fputs("</a></th><td data-label=\"Needs\">", out);
		ct_html__caps(out, r->needs, ct_survey_row__host_needs(r), 0);
		fputs("</td><td data-label=\"Last seen\">", out);
		ct_page__time(out, r->last_ms);
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table>\n", out);
}

static void put_gaps(FILE *out, const struct ct_page_data *d)
{
	if (!d->ngaps)
		return;
	fputs("<h2 id=\"gaps\">When it was not watched</h2>\n<ul>\n", out);
	for (size_t i = 0; i < d->ngaps; i++) {
		fputs("<li>", out);
		ct_page__time(out, d->gaps[i].from_ms);
		fputs(" \u2013 ", out);
		ct_page__time(out, d->gaps[i].to_ms);
		fputs(": ", out);
		ct_html__text(out, d->gaps[i].text ? d->gaps[i].text : d->gaps[i].why);
		fputs("</li>\n", out);
	}
	fputs("</ul>\n", out);
}

/* The result in one sentence, or the name alone if there is no advice. */
static void put_heading(FILE *out, const struct ct_page_data *d, const struct ct_survey_row *r)
{
	ct_autofree char *headline = NULL;

	if (d->report && d->report->nadvices == 1)
		headline = ct_html__headline(d->report);
	ct_html__element(out, "h1", NULL, headline ? headline : r->label ? r->label : r->key);
}

bool ct_page__workload(FILE *out, struct ct_page_data *d, const char *key, const char *host)
{
	struct ct_survey_row *r = d->survey.rows;

	if (!d->survey.len) {
		fputs("<h1>There is no such workload</h1>\n<p>The store has none that is called ",
		      out);
		ct_html__text(out, key);
		fputs(". It may have been removed by age. <a href=\"/\">All workloads</a></p>\n",
		      out);
		return false;
	}
	put_heading(out, d, r);
	if (d->survey.len > 1)
		put_hosts(out, &d->survey);
	ct_survey__join(&d->survey);
	r = d->survey.rows;
	put_open_events(out, d);
	put_answer(out, r);
	put_use(out, d, r->hosts, key, host);
	put_needs(out, r);
	ct_page__timeline(out, d, r);
	if (d->report && d->report->nadvices)
		ct_html__evidence(out, d->report);
	put_old_events(out, d);
	put_gaps(out, d);
	fputs("<h2 id=\"facts\">What it is</h2>\n", out);
	put_facts(out, r);
	return true;
}
