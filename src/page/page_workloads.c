/* SPDX-License-Identifier: GPL-2.0-only */
/* The first page: which workload can do without what. */
#include <string.h>
#include <strings.h>

#include "base/human.h"
#include "base/index.h"
#include "page/page_priv.h"
#include "view/html.h"

#define ROWS 200 /* rows on one page */

static const char *const what_choices[] = { "needs", "holds", "spare", NULL };
static const char *const what_texts[] = { "need it", "hold it", "can do without it" };
static const char *const sort_texts[] = { "what can be gained", "name", "what is needed",
					  "when it was seen" };

/* ---- choosing ---- */

static bool has(const char *text, const char *part)
{
	return text && strcasestr(text, part);
}

static bool matches_text(const struct ct_survey_row *r, const char *q)
{
	return has(r->label, q) || has(r->image, q) || has(r->project, q) || has(r->space, q) ||
	       has(r->key, q) || has(r->container, q);
}

static bool matches_cap(const struct ct_survey_row *r, const struct ct_page_filter *f)
{
	int cap = f->cap ? ct_cap__parse(f->cap) : -1;
	uint64_t set = r->needs | r->holds;

	if (!f->cap || cap < 0)
		return true;
	if (ct_str_equal(f->what, "needs"))
		set = r->needs;
	else if (ct_str_equal(f->what, "holds"))
		set = r->holds;
	else if (ct_str_equal(f->what, "spare"))
		set = ct_survey_row__spare(r);
	return set & 1ull << cap;
}

static bool matches(const struct ct_survey_row *r, const struct ct_page_filter *f)
{
	return (!f->q || matches_text(r, f->q)) && matches_cap(r, f);
}

/* How many open events there are for each key of a workload. */
struct tally {
	const struct ct_page_event **first; /* one event of each key, for comparing */
	size_t *counts;
	size_t n;
	struct ct_index index;
};

static bool is_of(const void *items, size_t i, const void *wanted)
{
	return !strcmp(((const struct ct_page_event *const *)items)[i]->key, wanted);
}

static uint32_t hash_of(const char *key)
{
	return ct_hash32(key, strlen(key));
}

static void count_events(const struct ct_page_data *d, struct tally *t)
{
	*t = (struct tally){ .first = ct_xzalloc((d->nevents + 1) * sizeof(*t->first)),
			     .counts = ct_xzalloc((d->nevents + 1) * sizeof(*t->counts)) };
	ct_index__init(&t->index, d->nevents + 1);
	for (size_t i = 0; i < d->nevents; i++) {
		const struct ct_page_event *e = &d->events[i];
		size_t at;

		if (!e->key || !ct_page_event__is_open(e, d->now_ms))
			continue;
		at = ct_index__find(&t->index, hash_of(e->key), is_of, t->first, e->key);
		if (at == CT_INDEX_NONE) {
			at = t->n++;
			t->first[at] = e;
			ct_index__put(&t->index, hash_of(e->key), at);
		}
		t->counts[at]++;
	}
}

static size_t events_of(const struct tally *t, const char *key)
{
	size_t at = ct_index__find(&t->index, hash_of(key), is_of, t->first, key);

	return at == CT_INDEX_NONE ? 0 : t->counts[at];
}

static void free_tally(struct tally *t)
{
	free(t->first);
	free(t->counts);
	ct_index__free(&t->index);
}

/* ---- writing ---- */

static void put_option(FILE *out, const char *value, const char *text, bool selected)
{
	fputs("<option value=\"", out);
	ct_html__text(out, value);
	fprintf(out, "\"%s>", selected ? " selected" : "");
	ct_html__text(out, text);
	fputs("</option>", out);
}

static void put_select_head(FILE *out, const char *name, const char *label)
{
	fprintf(out, "<label>%s <select name=\"%s\">", label, name);
}

static void put_hosts(FILE *out, const struct ct_page_data *d, const char *chosen)
{
	if (d->nhosts < 2)
		return;
	put_select_head(out, "host", "On");
	put_option(out, "", "all hosts", !chosen);
	for (size_t i = 0; i < d->nhosts; i++)
		if (d->hosts[i].name)
			put_option(out, d->hosts[i].name, d->hosts[i].name,
				   ct_str_equal(d->hosts[i].name, chosen));
	fputs("</select></label>\n", out);
}

static void put_form(FILE *out, const struct ct_page_data *d, const struct ct_page_filter *f)
{
	fputs("<form method=\"get\" action=\"/\" role=\"search\" class=\"filter\">\n"
	      "<label class=\"grow\">Find <input type=\"search\" name=\"q\" id=\"find\" "
	      "placeholder=\"name, image, project\" value=\"",
	      out);
	ct_html__text(out, f->q);
	fputs("\"></label>\n", out);
	put_hosts(out, d, f->host);
	put_select_head(out, "what", "Those that");
	put_option(out, "", "need or hold it", !f->what);
	for (int i = 0; what_choices[i]; i++)
		put_option(out, what_choices[i], what_texts[i],
			   ct_str_equal(what_choices[i], f->what));
	fputs("</select></label>\n", out);
	put_select_head(out, "cap", "Capability");
	put_option(out, "", "any", !f->cap);
	for (int cap = 0; cap < CT_CAP_KNOWN; cap++)
		put_option(out, ct_cap__name(cap), ct_cap__name(cap),
			   ct_str_equal(ct_cap__name(cap), f->cap));
	fputs("</select></label>\n", out);
	put_select_head(out, "sort", "Sort by");
	for (int i = 0; ct_survey_orders[i]; i++)
		put_option(out, ct_survey_orders[i], sort_texts[i],
			   ct_str_equal(ct_survey_orders[i], f->sort));
	fputs("</select></label>\n<button>Show</button>\n</form>\n", out);
}

static void put_headline(FILE *out, const struct ct_page_data *d)
{
	size_t gain = 0, host = 0, open = 0;
	ct_autofree char *hosts = ct_human__count(d->nhosts, "host", "hosts");
	ct_autofree char *workloads = ct_human__count(d->survey.len, "workload", "workloads");

	for (size_t i = 0; i < d->survey.len; i++) {
		const struct ct_survey_row *r = &d->survey.rows[i];

		gain += r->judged && !r->gaps && ct_survey_row__spare(r) != 0;
		host += ct_survey_row__host_needs(r) != 0;
	}
	for (size_t i = 0; i < d->nevents; i++)
		open += ct_page_event__is_open(&d->events[i], d->now_ms);
	fprintf(out, "<h1>%zu of %s %s need</h1>\n", gain, workloads,
		gain == 1 ? "holds what it does not" : "hold what they do not");
	fprintf(out,
		"<p class=\"dim\">%zu need%s what reaches the whole host \u00b7 "
		"<a href=\"/events\">%zu open event%s</a> \u00b7 %s</p>\n",
		host, host == 1 ? "s" : "", open, open == 1 ? "" : "s", hosts);
}

static void put_row(FILE *out, const struct ct_survey_row *r, const struct tally *t,
		    const struct ct_page_filter *f, bool hosts)
{
	ct_autofree char *href = ct_page__workload_url(r->key, f->host);
	struct ct_html_row row = {
		.href = href,
		.label = r->label ? r->label : r->key,
		.about = r->image ? r->image : r->project,
		.confidence = ct_confidence__name(r->confidence),
		.judged = r->judged,
		.holds_known = r->holds_known,
		.holds = r->holds,
		.needs = r->needs,
		.spare = ct_survey_row__spare(r),
		.hostwide = ct_survey_row__host_needs(r),
		.incomplete = r->gaps != 0,
		.events = events_of(t, r->key),
		.hosts = r->hosts,
		.agree = r->agree,
	};

	ct_html__overview_row(out, &row, hosts, true);
}

/* "/?q=...&from=200" */
static void put_page_link(FILE *out, const struct ct_page_filter *f, size_t from, const char *text)
{
	const char *const names[] = { "q", "host", "cap", "what", "sort" };
	const char *const values[] = { f->q, f->host, f->cap, f->what, f->sort };
	struct ct_str url = { 0 };

	ct_str__addf(&url, "/?from=%zu", from);
	for (size_t i = 0; i < CT_ARRAY_SIZE(names); i++) {
		if (!values[i])
			continue;
		ct_str__addf(&url, "&%s=", names[i]);
		ct_http__add_url(&url, values[i]);
	}
	fputs("<a href=\"", out);
	ct_html__text(out, url.s);
	fprintf(out, "\">%s</a> ", text);
	ct_str__free(&url);
}

static void put_pages(FILE *out, const struct ct_page_filter *f, size_t from, size_t n)
{
	if (n <= ROWS)
		return;
	fprintf(out, "<p>%zu to %zu of %zu. ", from + 1, from + ROWS < n ? from + ROWS : n, n);
	if (from)
		put_page_link(out, f, from > ROWS ? from - ROWS : 0, "Back");
	if (from + ROWS < n)
		put_page_link(out, f, from + ROWS, "More");
	fputs("</p>\n", out);
}

static enum ct_survey_order order_of(const char *name)
{
	for (int i = 0; name && ct_survey_orders[i]; i++)
		if (!strcmp(ct_survey_orders[i], name))
			return (enum ct_survey_order)i;
	return CT_SURVEY_GAIN;
}

static void put_table(FILE *out, const struct ct_page_data *d, const struct ct_page_filter *f)
{
	size_t from = f->from ? strtoul(f->from, NULL, 10) : 0, n = 0;
	bool hosts = d->nhosts > 1 && !f->host;
	struct tally t;

	count_events(d, &t);
	ct_html__overview_begin(out, hosts, true);
	for (size_t i = 0; i < d->survey.len; i++) {
		if (!matches(&d->survey.rows[i], f))
			continue;
		if (n >= from && n - from < ROWS)
			put_row(out, &d->survey.rows[i], &t, f, hosts);
		n++;
	}
	ct_html__overview_end(out);
	if (!n)
		fputs("<p>No workload is like that.</p>\n", out);
	put_pages(out, f, from, n);
	free_tally(&t);
}

void ct_page__workloads(FILE *out, struct ct_page_data *d, const struct ct_page_filter *f)
{
	ct_survey__join(&d->survey);
	ct_survey__sort(&d->survey, order_of(f->sort));
	put_headline(out, d);
	if (!d->survey.len) {
		fputs("<p>Nothing was seen yet. What runs is stored within seconds; what idles has "
		      "asked for nothing so far.</p>\n",
		      out);
		return;
	}
	put_form(out, d, f);
	put_table(out, d, f);
}
