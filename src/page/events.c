/* SPDX-License-Identifier: GPL-2.0-only */
/* Drift events, who has acknowledged them, and the gaps in watching. */
#include <inttypes.h>
#include <string.h>

#include "base/human.h"
#include "emit/common.h"
#include "page/page_priv.h"
#include "view/html.h"

#define MOST 500 /* events or gaps on a page */

static bool is_grave(const char *kind)
{
	return kind && (!strcmp(kind, "host-scope") || !strcmp(kind, "denied"));
}

/* Who has acknowledged it, or that it has expired, or how to acknowledge it. */
static void put_state(FILE *out, const struct ct_page_data *d, const struct ct_page_event *e)
{
	if (e->acked_ms) {
		fputs("<span class=\"tag good\">acknowledged</span> ", out);
		ct_page__time(out, e->acked_ms);
		if (e->acked_by) {
			fputs(" by ", out);
			ct_html__text(out, e->acked_by);
		}
		if (e->note) {
			fputs(": ", out);
			ct_html__text(out, e->note);
		}
	} else if (!ct_page_event__is_open(e, d->now_ms)) {
		fputs("<span class=\"tag\">expired</span> ", out);
		ct_page__time(out, e->expires_ms);
	} else if (e->key) {
		ct_autofree char *key = ct_emit__shell(e->key);
		ct_autofree char *cap = ct_emit__shell(e->capability ? e->capability : "");
		ct_autofree char *line = ct_xasprintf("captrim ack %s%s%s", key,
						      e->capability ? " " : "",
						      e->capability ? cap : "");

		fputs("<span class=\"tag bad\">open</span> accept it with <code>", out);
		ct_html__text(out, line);
		fputs("</code>", out);
	}
}

void ct_page__event(FILE *out, const struct ct_page_data *d, const struct ct_page_event *e,
		    bool link)
{
	ct_autofree char *url = ct_page__workload_url(e->key, NULL);

	fputs("<li>", out);
	ct_page__time(out, e->time_ms);
	fprintf(out, " <span class=\"tag%s\">", is_grave(e->kind) ? " bad" : "");
	ct_html__text(out, e->kind);
	fputs("</span> ", out);
	if (link && e->key) {
		fputs("<a href=\"", out);
		ct_html__text(out, url);
		fputs("\">", out);
		ct_html__text(out, e->label ? e->label : e->key);
		fputs("</a> ", out);
	}
	if (e->capability) {
		fputs("<span class=\"cap\">", out);
		ct_html__text(out, e->capability);
		fputs("</span> ", out);
	}
	if (link && d->nhosts > 1 && e->host) {
		fputs("<span class=\"dim\">on ", out);
		ct_html__text(out, e->host);
		fputs("</span>", out);
	}
	fputs("<br>", out);
	ct_html__text(out, e->text);
	fputs("<br>", out);
	put_state(out, d, e);
	fputs("</li>\n", out);
}

void ct_page__events(FILE *out, const struct ct_page_data *d, bool all)
{
	size_t open = 0, shown = 0, n = 0;
	ct_autofree char *text = NULL;

	for (size_t i = 0; i < d->nevents; i++)
		open += ct_page_event__is_open(&d->events[i], d->now_ms);
	text = ct_human__count(open, "open event", "open events");
	fprintf(out, "<h1>%s</h1>\n<p>", open ? text : "No open event");
	fputs("There is one event for each workload, capability, verdict and reach. It stays "
	      "open until it is acknowledged, it expires, or the workload gets another "
	      "image.</p>\n<p>",
	      out);
	if (all)
		fputs("All are shown. <a href=\"/events\">Only the open ones</a></p>\n", out);
	else
		fprintf(out, "<a href=\"/events?all=1\">Show all %zu</a></p>\n", d->nevents);
	fputs("<ul class=\"events\">\n", out);
	for (size_t i = 0; i < d->nevents; i++) {
		const struct ct_page_event *e = &d->events[i];

		if (!all && !ct_page_event__is_open(e, d->now_ms))
			continue;
		n++;
		if (shown == MOST)
			continue;
		shown++;
		ct_page__event(out, d, e, true);
	}
	fputs("</ul>\n", out);
	if (n > shown)
		fprintf(out,
			"<p>%zu older ones are not shown; the view <code>events</code> of the "
			"store has "
			"them.</p>\n",
			n - shown);
}

static void put_host_gaps(FILE *out, const struct ct_page_data *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->ngaps && n < MOST; i++) {
		const struct ct_page_gap *g = &d->gaps[i];

		if (!n++)
			fputs("<h2 id=\"gaps\">What was not watched</h2>\n<ul>\n", out);
		fputs("<li>", out);
		ct_page__time(out, g->from_ms);
		fputs(" \u2013 ", out);
		ct_page__time(out, g->to_ms);
		fputs(" <span class=\"dim\">on ", out);
		ct_html__text(out, g->host);
		fputs("</span> ", out);
		if (g->key) {
			ct_html__text(out, g->key);
			fputs(": ", out);
		}
		ct_html__text(out, g->text ? g->text : g->why);
		fputs("</li>\n", out);
	}
	if (n)
		fputs("</ul>\n", out);
}

void ct_page__hosts(FILE *out, const struct ct_page_data *d)
{
	ct_autofree char *text = ct_human__count(d->nhosts, "host", "hosts");

	ct_html__element(out, "h1", NULL, text);
	fputs("<table class=\"overview\"><thead><tr><th scope=\"col\">Host</th>"
	      "<th scope=\"col\">Workloads</th><th scope=\"col\">Kernel</th>"
	      "<th scope=\"col\">Probe</th><th scope=\"col\">captrim</th>"
	      "<th scope=\"col\">Last news</th></tr></thead><tbody>\n",
	      out);
	for (size_t i = 0; i < d->nhosts; i++) {
		const struct ct_page_host *h = &d->hosts[i];
		struct ct_str url = { 0 };

		ct_str__add(&url, "/?host=");
		ct_http__add_url(&url, h->name ? h->name : "");
		fputs("<tr><th scope=\"row\"><a href=\"", out);
		ct_html__text(out, url.s);
		fputs("\">", out);
		ct_html__text(out, h->name);
		fprintf(out, "</a></th><td data-label=\"Workloads\">%" PRIu64 "</td>",
			h->workloads);
		fputs("<td data-label=\"Kernel\">", out);
		ct_html__text(out, h->kernel);
		fputs("</td><td data-label=\"Probe\">", out);
		ct_html__text(out, h->backend);
		fputs("</td><td data-label=\"captrim\">", out);
		ct_html__text(out, h->captrim);
		fputs("</td><td data-label=\"Last news\">", out);
		ct_page__time(out, h->last_ms);
		fputs("</td></tr>\n", out);
		ct_str__free(&url);
	}
	fputs("</tbody></table>\n", out);
	put_host_gaps(out, d);
}
