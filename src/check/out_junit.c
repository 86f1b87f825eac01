/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JUnit's XML, as CI servers read it: a test case for each service, container or unit, and one for
 * each recording that belongs to none. A case without a recording counts as skipped.
 */
#include <string.h>

#include "check/check.h"
#include "view/html.h"

/* One test case: the findings of a target, or of a recommendation without one, or of neither. */
struct group {
	const struct ct_deployed *target;
	const struct ct_advice *advice;
};

static bool belongs(const struct ct_finding *f, const struct group *g)
{
	return g->target ? f->target == g->target : !f->target && f->advice == g->advice;
}

static enum ct_level level_of(const struct ct_finding *f)
{
	return ct_check_rules[f->rule].level;
}

static bool has(const struct ct_check *c, const struct group *g, bool failures)
{
	for (size_t i = 0; i < c->len; i++)
		if (belongs(&c->findings[i], g) &&
		    (!failures || level_of(&c->findings[i]) != CT_LEVEL_NOTE))
			return true;
	return false;
}

static bool is_skipped(const struct ct_check *c, const struct group *g)
{
	for (size_t i = 0; i < c->len; i++)
		if (belongs(&c->findings[i], g) && c->findings[i].rule == CT_CHECK_NO_RECORDING)
			return !has(c, g, true);
	return false;
}

static void put_line(FILE *out, const struct ct_finding *f)
{
	ct_html__text(out, f->at.file);
	fprintf(out, ":%u:%u: ", f->at.line, f->at.column);
	ct_html__text(out, f->text);
}

/* A case passes or fails once: all that is wrong goes into one failure. */
static void put_failure(const struct ct_check *c, const struct group *g, FILE *out)
{
	const struct ct_finding *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < c->len; i++) {
		const struct ct_finding *f = &c->findings[i];

		if (!belongs(f, g) || level_of(f) == CT_LEVEL_NOTE)
			continue;
		n++;
		if (!first || level_of(f) > level_of(first))
			first = f;
	}
	if (!first)
		return;
	fprintf(out, "      <failure type=\"%s\" message=\"", ct_check_rules[first->rule].code);
	ct_html__text(out, first->text);
	if (n > 1)
		fprintf(out, " (and %zu more)", n - 1);
	fputs("\">", out);
	for (size_t i = 0; i < c->len; i++) {
		const struct ct_finding *f = &c->findings[i];

		if (!belongs(f, g) || level_of(f) == CT_LEVEL_NOTE)
			continue;
		put_line(out, f);
		fprintf(out, " [%s]\n", ct_check_rules[f->rule].code);
	}
	fputs("</failure>\n", out);
}

static void put_notes(const struct ct_check *c, const struct group *g, FILE *out)
{
	bool any = false;

	for (size_t i = 0; i < c->len; i++) {
		const struct ct_finding *f = &c->findings[i];

		if (!belongs(f, g) || level_of(f) != CT_LEVEL_NOTE)
			continue;
		fputs(any ? "" : "      <system-out>", out);
		any = true;
		put_line(out, f);
		fputc('\n', out);
	}
	if (any)
		fputs("</system-out>\n", out);
}

static void put_case(const struct ct_check *c, const struct group *g, FILE *out)
{
	struct ct_finding subject = { .target = g->target, .advice = g->advice };
	ct_autofree char *name = ct_finding__subject(&subject);

	fputs("    <testcase classname=\"", out);
	ct_html__text(out, g->target ? g->target->at.file : "captrim");
	fputs("\" name=\"", out);
	ct_html__text(out, name);
	fputs("\" time=\"0\"", out);
	if (!has(c, g, false)) {
		fputs("/>\n", out);
		return;
	}
	fputs(">\n", out);
	if (has(c, g, true))
		put_failure(c, g, out);
	else if (is_skipped(c, g))
		fputs("      <skipped message=\"there is no recording of it\"/>\n", out);
	put_notes(c, g, out);
	fputs("    </testcase>\n", out);
}

/* Every case of the report; the caller frees. */
static struct group *list(const struct ct_check *c, size_t *len)
{
	size_t cap = 0;
	struct group *groups = NULL;

	*len = 0;
	for (size_t i = 0; i < c->targets.len; i++)
		*CT_PUSH(groups, *len, cap) = (struct group){ .target = &c->targets.items[i] };
	for (size_t i = 0; i <= c->report->nadvices; i++) {
		struct group g = { .advice = i < c->report->nadvices ? &c->report->advices[i] :
								       NULL };

		if (has(c, &g, false) || (!c->targets.len && g.advice))
			*CT_PUSH(groups, *len, cap) = g;
	}
	return groups;
}

void ct_check__junit(const struct ct_check *c, FILE *out)
{
	size_t len, failures = 0, skipped = 0;
	ct_autofree struct group *groups = list(c, &len);

	for (size_t i = 0; i < len; i++) {
		failures += has(c, &groups[i], true);
		skipped += is_skipped(c, &groups[i]);
	}
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"captrim check\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
		"time=\"0\">\n"
		"  <testsuite name=\"captrim check\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
		"skipped=\"%zu\" time=\"0\">\n",
		len, failures, len, failures, skipped);
	for (size_t i = 0; i < len; i++)
		put_case(c, &groups[i], out);
	fputs("  </testsuite>\n</testsuites>\n", out);
}
