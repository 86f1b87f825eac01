/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One self-contained page, which loads nothing: it may be mailed, archived and opened from disk.
 * Names in it come from containers, so every string goes through ct_html__text(), and no script
 * runs but the one whose hash the page's policy names.
 */
#include "view/html.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/human.h"
#include "emit/common.h"
#include "view/phrases.h"
#include "view/view.h"

/* What another format says of one workload, to be pasted. */
static void put_snippet(FILE *out, const struct ct_report *r, size_t n,
			void (*emit)(const struct ct_report *, FILE *))
{
	struct ct_report one = { .session = r->session, .advices = &r->advices[n], .nadvices = 1 };
	ct_autofree char *text = NULL;
	ct_autofclose FILE *mem = NULL;
	size_t len;

	mem = open_memstream(&text, &len);
	if (!mem)
		return;
	emit(&one, mem);
	if (fflush(mem))
		return;
	fputs("<div class=\"snippet\"><button type=\"button\" class=\"copy\" hidden>Copy</button>"
	      "<pre tabindex=\"0\"><code>",
	      out);
	/* ct_html__text() would make the line ends visible. */
	for (char *line = text, *end; *line; line = end + 1) {
		end = strchrnul(line, '\n');
		if (!*end)
			break;
		*end = '\0';
		ct_html__text(out, line);
		fputc('\n', out);
	}
	fputs("</code></pre></div>\n", out);
}

static void put_more_formats(FILE *out, const struct ct_report *r, size_t n)
{
	static const struct {
		const char *name;
		void (*emit)(const struct ct_report *, FILE *);
	} formats[] = {
		{ "docker run", ct_emit__docker },     { "podman run", ct_emit__podman },
		{ "Kubernetes", ct_emit__kubernetes }, { "Compose", ct_emit__compose },
		{ "systemd unit", ct_emit__systemd },  { "Quadlet", ct_emit__quadlet },
		{ "Helm values", ct_emit__helm },      { "kustomize", ct_emit__kustomize },
		{ "OCI config.json", ct_emit__oci },   { "Nomad", ct_emit__nomad },
	};
	bool unit = r->advices[n].workload->kind == CT_WL_UNIT;

	fputs("<details class=\"more\"><summary>The same for docker, Podman, Kubernetes, systemd "
	      "and others</summary>\n",
	      out);
	for (size_t i = 0; i < CT_ARRAY_SIZE(formats); i++) {
		/* That one is above already. */
		if (formats[i].emit == (unit ? ct_emit__systemd : ct_emit__compose))
			continue;
		fputs("<details>", out);
		ct_html__element(out, "summary", NULL, formats[i].name);
		put_snippet(out, r, n, formats[i].emit);
		fputs("</details>\n", out);
	}
	fputs("</details>\n", out);
}

static void put_advice(FILE *out, const struct ct_report *r, size_t n)
{
	const struct ct_advice *a = &r->advices[n];
	bool unit = a->workload->kind == CT_WL_UNIT, sure = a->confidence >= CT_CONF_HIGH;
	ct_autofree char *about = ct_view__about(a), *gaps = ct_advice__gaps_text(a);

	fprintf(out, "<section aria-labelledby=\"w%zu\">\n<h3 id=\"w%zu\">", n, n);
	ct_html__text(out, ct_workload__label(a->workload));
	fputs("</h3>\n", out);
	ct_html__element(out, "p", "dim", about);
	if (gaps) {
		fputs("<p class=\"warn\"><strong>INCOMPLETE:</strong> ", out);
		ct_html__text(out, gaps);
		fputs("</p>\n", out);
	}
	fprintf(out, "<p>Confidence: <span class=\"tag %s\">%s</span> ", sure ? "good" : "bad",
		ct_confidence__name(a->confidence));
	ct_html__text(out, a->why);
	fputs("</p>\n", out);
	put_snippet(out, r, n, unit ? ct_emit__systemd : ct_emit__compose);
	for (size_t i = 0; i < a->nwarnings; i++) {
		fputs(ct_warning__is_note(&a->warnings[i]) ?
			      "<p class=\"dim\">Note: " :
			      "<p class=\"warn\"><strong>Warning:</strong> ",
		      out);
		ct_html__text(out, a->warnings[i].text);
		fputs("</p>\n", out);
	}
	if (!ct_html__many(r))
		put_more_formats(out, r, n);
	fputs("</section>\n", out);
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
