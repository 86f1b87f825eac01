/* SPDX-License-Identifier: GPL-2.0-only */
/* Findings for people: by file, in the order of their lines. */
#include <string.h>

#include "check/check.h"
#include "emit/common.h"

static const char *const words[] = { "note", "warning", "error" };

static void put_finding(const struct ct_finding *f, FILE *out, const struct ct_term *term,
			int width)
{
	enum ct_level level = ct_check_rules[f->rule].level;
	const char *color = level == CT_LEVEL_NOTE ? ct_term__dim(term) : ct_term__bad(term);
	ct_autofree char *place = ct_xasprintf("%u:%u", f->at.line, f->at.column);
	ct_autofree char *subject = ct_finding__subject(f);
	ct_autofree char *raw = ct_xasprintf("%s: %s [%s]", subject, f->text,
					     ct_check_rules[f->rule].code);
	ct_autofree char *safe = ct_printable(raw);
	int at = fprintf(out, "  %-7s ", place);
	ct_autofree char *next = ct_xasprintf("%*s", at + 8, "");

	fprintf(out, "%s%-7s%s ", color, words[level], ct_term__reset(term));
	ct_emit__fold(out, safe, width, at + 8, next);
}

static void put_count(FILE *out, const char *sep, size_t n, const char *what)
{
	fprintf(out, "%s%zu %s%s", sep, n, what, n == 1 ? "" : "s");
}

/* Compose has services; a manifest or a unit is another thing. */
static const char *what_checked(const struct ct_deployment *t)
{
	for (size_t i = 0; i < t->len; i++)
		if (t->items[i].kind != CT_DEPLOYED_COMPOSE)
			return "workload";
	return "service";
}

void ct_check__text(const struct ct_check *c, FILE *out, const struct ct_term *term)
{
	int width = term->width < 40 ? 40 : term->width > 120 ? 120 : term->width;
	const char *file = NULL;

	for (size_t i = 0; i < c->targets.notes.len; i++)
		fprintf(out, "%snote: %s%s\n", ct_term__dim(term), c->targets.notes.items[i],
			ct_term__reset(term));
	for (size_t i = 0; i < c->len; i++) {
		const struct ct_finding *f = &c->findings[i];

		if (!file || strcmp(file, f->at.file) != 0) {
			ct_autofree char *safe = ct_printable(f->at.file);

			fprintf(out, "%s%s%s%s\n", file ? "\n" : "", ct_term__bold(term), safe,
				ct_term__reset(term));
			file = f->at.file;
		}
		put_finding(f, out, term, width);
	}
	if (c->len)
		fputc('\n', out);
	put_count(out, "", c->targets.len, what_checked(&c->targets));
	fputs(c->targets.len ? " checked" : ", only the policy", out);
	put_count(out, ": ", ct_check__count(c, CT_LEVEL_ERROR), "error");
	put_count(out, ", ", ct_check__count(c, CT_LEVEL_WARNING), "warning");
	put_count(out, ", ", ct_check__count(c, CT_LEVEL_NOTE), "note");
	fputc('\n', out);
}
