/* SPDX-License-Identifier: GPL-2.0-only */
/* A table with a row for each workload: what it holds, needs, and could do without. */
#include "view/html.h"

#define MOST_NAMES 8 /* in one cell */

static void put_cap(FILE *out, int cap, bool host)
{
	fprintf(out, "<span class=\"chip%s\">%s%s</span> ", host ? " host" : "", ct_cap__name(cap),
		host ? " HOST" : "");
}

void ct_html__caps(FILE *out, uint64_t set, uint64_t hostwide, int most)
{
	int left = most ? most : CT_CAP_MAX, n = ct_caps__count(set);

	if (n == left + 1) /* "and 1 more" would be as long as its name */
		left++;
	for (int host = 1; host >= 0; host--)
		ct_caps__for_each(cap, host ? set & hostwide : set & ~hostwide)
			if (left-- > 0)
				put_cap(out, cap, host);
	if (left < 0)
		fprintf(out, "<span class=\"dim\">and %d more</span>", -left);
}

void ct_html__overview_begin(FILE *out, bool hosts, bool events)
{
	fprintf(out,
		"<table class=\"overview\"><thead><tr><th scope=\"col\">Workload</th>"
		"<th scope=\"col\">Can be taken away</th><th scope=\"col\">Needs</th>"
		"<th scope=\"col\">Confidence</th>%s%s</tr></thead>\n<tbody>\n",
		events ? "<th scope=\"col\">Events</th>" : "",
		hosts ? "<th scope=\"col\">Hosts</th>" : "");
}

static void put_spare(FILE *out, const struct ct_html_row *row)
{
	fputs("<td data-label=\"Can be taken away\">", out);
	if (!row->judged || !row->holds_known)
		fputs("<span class=\"dim\">not known</span>", out);
	else if (row->incomplete)
		fprintf(out, "<strong>%d</strong> of %d <span class=\"tag bad\">perhaps</span>",
			ct_caps__count(row->spare), ct_caps__count(row->holds));
	else if (!row->spare)
		fputs("<span class=\"dim\">nothing</span>", out);
	else
		fprintf(out, "<strong>%d</strong> of %d", ct_caps__count(row->spare),
			ct_caps__count(row->holds));
	fputs("</td>", out);
}

static void put_needs(FILE *out, const struct ct_html_row *row)
{
	fputs("<td data-label=\"Needs\">", out);
	if (row->judged && row->needs)
		ct_html__caps(out, row->needs, row->hostwide, MOST_NAMES);
	else
		fprintf(out, "<span class=\"dim\">%s</span>",
			row->judged ? "none" : "not judged yet");
	fputs("</td>", out);
}

void ct_html__overview_row(FILE *out, const struct ct_html_row *row, bool hosts, bool events)
{
	fputs("<tr><th scope=\"row\"><a href=\"", out);
	ct_html__text(out, row->href);
	fputs("\">", out);
	ct_html__text(out, row->label);
	fputs("</a>", out);
	if (row->about) {
		fputs(" <span class=\"dim\">", out);
		ct_html__text(out, row->about);
		fputs("</span>", out);
	}
	fputs("</th>", out);
	put_spare(out, row);
	put_needs(out, row);
	fputs("<td data-label=\"Confidence\">", out);
	ct_html__text(out, row->judged ? row->confidence : "");
	fputs(row->incomplete ? " <span class=\"tag bad\">INCOMPLETE</span></td>" : "</td>", out);
	if (events && row->events)
		fprintf(out,
			"<td data-label=\"Events\"><span class=\"tag bad\">%zu open</span></td>",
			row->events);
	else if (events)
		fputs("<td data-label=\"Events\"><span class=\"dim\">none</span></td>", out);
	if (hosts)
		fprintf(out, "<td data-label=\"Hosts\">%zu%s</td>", row->hosts,
			row->agree < row->hosts ? " <span class=\"tag bad\">differ</span>" : "");
	fputs("</tr>\n", out);
}

void ct_html__overview_end(FILE *out)
{
	fputs("</tbody></table>\n", out);
}
