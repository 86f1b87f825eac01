/* SPDX-License-Identifier: GPL-2.0-only */
/* The second half of the HTML report: why, and how far to trust it. */
#include <inttypes.h>
#include <string.h>

#include "base/human.h"
#include "emit/common.h"
#include "view/html.h"
#include "view/phrases.h"

static void put_code(FILE *out, const char *sep, const char *code)
{
	if (!code)
		return;
	fprintf(out, "%s<code>", sep);
	ct_html__text(out, code);
	fputs("</code>", out);
}

static const char *phase_words(const char *phase)
{
	if (!phase || !strcmp(phase, "main"))
		return "";
	if (!strcmp(phase, "exec"))
		return " <span class=\"tag\">run by exec</span>";
	if (!strcmp(phase, "health"))
		return " <span class=\"tag\">health check</span>";
	return " <span class=\"tag\">set-up</span>";
}

static void put_reason(FILE *out, const struct ct_reason *r)
{
	ct_autofree char *granted = ct_human__count(r->granted, "granted", "granted");
	ct_autofree char *denied = ct_human__count(r->denied, "refused", "refused");
	ct_autofree char *outcome = ct_view__outcome(&r->outcome);

	fprintf(out, "<li><span class=\"tag%s\">%s%s</span>%s%s%s ",
		r->verdict == CT_REQUIRED ? " good" : "", ct_verdict__name(r->verdict),
		r->doubtful ? ", doubtful" : "",
		r->scope == CT_SCOPE_HOST ? " <span class=\"tag bad\">HOST</span>" : "",
		r->known ? "" : " <span class=\"tag bad\">unknown call site</span>",
		phase_words(r->phase));
	ct_html__text(out, r->text ? r->text : "");
	fputs("<br><span class=\"dim\">", out);
	put_code(out, "at ", r->site);
	put_code(out, ", system call ", r->syscall);
	put_code(out, ", process ", r->process);
	fprintf(out, ": %s, %s%s", granted, denied, outcome);
	if (ct_caps__count(r->any_of) > 1) {
		ct_autofree char *any = ct_caps__join(r->any_of, " or ", "");

		fprintf(out, "; satisfied by %s", any);
	}
	fputs("</span>", out);
	if (r->source) {
		fputs("<br><span class=\"src\">Source: ", out);
		ct_html__text(out, r->source);
		fputs("</span>", out);
	}
	fputs("</li>\n", out);
}

static void put_sentence(FILE *out, const char *start, const char *rest)
{
	if (!rest)
		return;
	fprintf(out, "<p>%s ", start);
	ct_html__text(out, rest);
	fputs("</p>\n", out);
}

static void put_about(FILE *out, const struct ct_cap_verdict *cv)
{
	const struct ct_cap_info *info = ct_cap__info(cv->cap);
	ct_autofree char *other = ct_caps__join(cv->alternatives, ", ", "");

	if (info)
		put_sentence(out, "Allows to", info->allows);
	if (info && cv->chosen)
		put_sentence(out, "Danger:", info->danger);
	if (info && cv->chosen)
		put_sentence(out, "A safer way:", info->instead);
	if (*other)
		fprintf(out, "<p>Could stand in for it: <span class=\"cap\">%s</span></p>\n",
			other);
}

static void put_cap(FILE *out, const struct ct_cap_verdict *cv)
{
	ct_autofree char *n = ct_human__count(cv->granted + cv->denied, "check", "checks");

	fprintf(out,
		"<details><summary><span class=\"cap\">%s</span> <span class=\"tag%s\">%s</span>%s"
		" <span class=\"dim\">%s risk, %s</span></summary>\n",
		ct_cap__name(cv->cap), cv->chosen ? " good" : "", ct_view__verdict_word(cv),
		cv->scope == CT_SCOPE_HOST ? " <span class=\"tag bad\">HOST</span>" : "",
		ct_risk__name(cv->risk), n);
	put_about(out, cv);
	fputs("<ul class=\"reasons\">\n", out);
	for (size_t i = 0; i < cv->nreasons; i++)
		put_reason(out, &cv->reasons[i]);
	fputs("</ul></details>\n", out);
}

static void put_workload(FILE *out, const struct ct_advice *a, bool brief)
{
	uint64_t unneeded = 0;
	ct_autofree char *names = NULL;

	ct_html__element(out, "h3", NULL, ct_workload__label(a->workload));
	if (!a->ncaps)
		fputs("<p>It never asked for a capability.</p>\n", out);
	for (size_t i = 0; i < a->ncaps; i++) {
		if (brief && a->caps[i].verdict == CT_UNNEEDED)
			unneeded |= 1ull << a->caps[i].cap;
		else
			put_cap(out, &a->caps[i]);
	}
	names = ct_caps__join(unneeded, ", ", "");
	if (unneeded)
		fprintf(out,
			"<p class=\"dim\">Asked for, and nothing needs it: %s. <code>captrim "
			"advise "
			"-v</code> says why.</p>\n",
			names);
}

void ct_html__evidence(FILE *out, const struct ct_report *r)
{
	fputs("<h2 id=\"why\">Evidence</h2>\n", out);
	for (size_t i = 0; i < r->nadvices; i++) {
		fputs("<section>\n", out);
		put_workload(out, &r->advices[i], ct_html__many(r));
		fputs("</section>\n", out);
	}
}

static void put_confidence(FILE *out, const struct ct_advice *a)
{
	fputs("<li><strong>", out);
	ct_html__text(out, ct_workload__label(a->workload));
	fprintf(out, "</strong>: %s", ct_confidence__name(a->confidence));
	if (a->why && *a->why) {
		fputs(", ", out);
		ct_html__text(out, a->why);
	}
	if (a->verified.result) {
		ct_autofree char *verified = ct_view__verified(&a->verified);

		fputs("; verified: ", out);
		ct_html__text(out, verified);
	}
	fputs("</li>\n", out);
}

void ct_html__trust(FILE *out, const struct ct_report *r)
{
	ct_autofree char *lost = ct_view__losses(r);

	fputs("<h2 id=\"trust\">Losses and confidence</h2>\n", out);
	if (lost)
		ct_html__element(out, "p", "warn", lost);
	else
		fputs("<p>Nothing was lost.</p>\n", out);
	fputs("<ul>\n", out);
	for (size_t i = 0; i < r->nadvices; i++)
		put_confidence(out, &r->advices[i]);
	fputs("</ul>\n<p class=\"dim\">A recording shows what was done while it ran. What was not "
	      "exercised then (a backup at night, a reload, an upgrade) is not in it; "
	      "<code>captrim verify</code> proves a set by running under it.</p>\n",
	      out);
}
