/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One self-contained page, which loads nothing: it may be mailed, archived and opened from disk.
 * Names in it come from containers, so every string goes through ct_html__text(), and the page's
 * Content-Security-Policy allows only the one script whose hash it names.
 */
#include "view/html.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/human.h"
#include "emit/common.h"
#include "view/phrases.h"
#include "view/view.h"

static void put_advice(FILE *out, const struct ct_report *r, size_t n)
{
	const struct ct_advice *a = &r->advices[n];
	ct_autofree char *about = ct_view__about(a);

	fprintf(out, "<section aria-labelledby=\"w%zu\">\n<h3 id=\"w%zu\">", n, n);
	ct_html__text(out, ct_workload__label(a->workload));
	fputs("</h3>\n", out);
	ct_html__element(out, "p", "dim", about);
	ct_html__gaps(out, a);
	ct_html__confidence(out, a);
	ct_html__snippet(out, r, n);
	ct_html__warnings(out, a);
	if (!ct_html__many(r))
		ct_html__more_snippets(out, r, n);
	fputs("</section>\n", out);
}

/* What can be taken away from which workload, ahead of the details of each. */
static void put_overview(FILE *out, const struct ct_report *r)
{
	ct_html__overview_begin(out, false, false);
	for (size_t i = 0; i < r->nadvices; i++) {
		const struct ct_advice *a = &r->advices[i];
		ct_autofree char *href = ct_xasprintf("#w%zu", i);
		struct ct_html_row row = {
			.href = href,
			.label = ct_workload__label(a->workload),
			.about = a->workload->container.image,
			.confidence = ct_confidence__name(a->confidence),
			.judged = true,
			.needs = a->cap_add,
			.spare = a->removed,
			.hostwide = ct_advice__hostwide(a),
			.incomplete = a->gaps != 0,
		};

		row.holds_known = ct_workload__configured(a->workload, &row.holds);
		ct_html__overview_row(out, &row, false, false);
	}
	ct_html__overview_end(out);
}

/* "web needs 5 of the 14 capabilities that it ran with; SYS_TIME reaches beyond the container." */
static char *headline_of_one(const struct ct_advice *a)
{
	ct_autofree char *names = ct_caps__join(ct_advice__hostwide(a), " and ", "");
	ct_autofree char *name = ct_emit__name(a->workload), *safe = ct_printable(name);
	int n = ct_caps__count(a->cap_add);
	ct_autofree char *needed = ct_human__count((uint64_t)n, "capability", "capabilities");
	struct ct_str str = { 0 };
	uint64_t held = 0;

	if (a->gaps) {
		ct_str__addf(&str, "INCOMPLETE: %s needs %s%s.", safe,
			     n ? needed : "perhaps more than was seen",
			     n ? ", and perhaps more" : "");
		return str.s;
	}
	if (ct_workload__configured(a->workload, &held) && held && !(a->cap_add & ~held)) {
		ct_str__addf(&str, n ? "%s needs %d" : "%s needs none", safe, n);
		ct_str__addf(&str, " of the %d capabilities that it ran with",
			     ct_caps__count(held));
	} else if (n) {
		ct_str__addf(&str, "%s needs %s", safe, needed);
	} else {
		ct_str__addf(&str, "%s needs no capability", safe);
	}
	if (*names)
		ct_str__addf(&str, "; %s %s beyond the container", names,
			     strchr(names, ' ') ? "reach" : "reaches");
	ct_str__add(&str, ".");
	return str.s;
}

char *ct_html__headline(const struct ct_report *r)
{
	size_t needy = 0, host = 0, gaps = 0;
	struct ct_str str = { 0 };
	uint64_t all = 0;

	if (!r->nadvices)
		return ct_xstrdup("No workload asked for a capability.");
	if (r->nadvices == 1)
		return headline_of_one(&r->advices[0]);
	for (size_t i = 0; i < r->nadvices; i++) {
		needy += r->advices[i].cap_add != 0;
		gaps += r->advices[i].gaps != 0;
		host += ct_advice__hostwide(&r->advices[i]) != 0;
		all |= r->advices[i].cap_add;
	}
	if (gaps)
		ct_str__addf(&str, "INCOMPLETE for %zu of them: ", gaps);
	if (!needy && !gaps)
		return ct_xasprintf("None of the %zu workloads needs a capability.", r->nadvices);
	ct_str__addf(&str, "%zu of %zu workloads %s capabilities, %d different %s in all", needy,
		     r->nadvices, needy == 1 ? "needs" : "need", ct_caps__count(all),
		     ct_caps__count(all) == 1 ? "one" : "ones");
	if (host)
		ct_str__addf(&str, "; %zu of them %s one that reaches beyond the container", host,
			     host == 1 ? "needs" : "need");
	ct_str__add(&str, ".");
	return str.s;
}

static void put_head(FILE *out)
{
	fprintf(out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n"
		"<title>captrim report</title>\n<style>%s</style>\n</head>\n<body>\n",
		ct_html_style_hash, ct_html_script_hash, ct_html_style);
}

static void put_header(FILE *out, const struct ct_report *r)
{
	const struct ct_host *h = &r->session->host;
	ct_autofree char *headline = ct_html__headline(r);
	time_t start = (time_t)(h->start_ms / 1000);
	char when[64] = "";
	struct tm tm;

	if (start && gmtime_r(&start, &tm))
		strftime(when, sizeof(when), ", recorded %Y-%m-%d %H:%M UTC", &tm);
	fputs("<header>\n", out);
	ct_html__element(out, "h1", NULL, headline);
	fputs("<p class=\"dim\">captrim report: kernel ", out);
	ct_html__text(out, h->kernel ? h->kernel : "unknown");
	fputs(h->arch ? ", " : "", out);
	ct_html__text(out, h->arch);
	fputs(h->backend ? ", probe " : "", out);
	ct_html__text(out, h->backend);
	fprintf(out,
		"%s, judged by captrim %s</p>\n"
		"<nav aria-label=\"Contents\"><a href=\"#use\">What to use</a> \u00b7 "
		"<a href=\"#matrix\">Overview</a> \u00b7 <a href=\"#time\">Time line</a> \u00b7 "
		"<a href=\"#why\">Evidence</a> \u00b7 <a href=\"#trust\">Losses and "
		"confidence</a></nav>\n</header>\n<main%s>\n",
		when, CT_VERSION, ct_html__many(r) ? " class=\"many\"" : "");
}

void ct_view__html(const struct ct_report *r, FILE *out)
{
	put_head(out);
	put_header(out, r);
	fputs("<h2 id=\"use\">What to use</h2>\n", out);
	if (r->nadvices > 1)
		put_overview(out, r);
	for (size_t i = 0; i < r->nadvices; i++)
		put_advice(out, r, i);
	if (r->nadvices) {
		ct_html__matrix(out, r);
		ct_html__timelines(out, r);
		ct_html__evidence(out, r);
	} else {
		fputs("<p>Nothing was seen: no workload asked for a capability while captrim "
		      "watched.</p>\n",
		      out);
	}
	ct_html__trust(out, r);
	fprintf(out, "</main>\n<script>%s</script>\n</body>\n</html>\n", ct_html_script);
}
