/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs, for people: what is new first, with the reason. */
#include <string.h>

#include "base/moment.h"
#include "emit/common.h"
#include "survey/changes.h"
#include "survey/listing.h"
#include "view/phrases.h"

#define WIDEST 120

struct sheet {
	FILE *out;
	const struct ct_term *term;
	const struct ct_changes *c;
	int width;
};

/* "host web1", "2026-11-02 00:00 (monday)"; printable, the caller frees. */
static char *side_text(const struct ct_side *s)
{
	ct_autofree char *shown = ct_printable(s->text), *when = NULL;

	switch (s->kind) {
	case CT_SIDE_HOST: return ct_xasprintf("host %s", shown);
	case CT_SIDE_IMAGE: return ct_xasprintf("image %s", shown);
	case CT_SIDE_FILE: return ct_steal(shown);
	case CT_SIDE_TIME: break;
	}
	when = ct_moment__text(s->ms);
	return strncmp(when, shown, strlen(shown)) ? ct_xasprintf("%s (%s)", when, shown) :
						     ct_steal(when);
}

static const struct ct_survey_cap *cap_of(const struct ct_survey_row *row, int cap)
{
	for (size_t i = 0; row && i < row->ncaps; i++)
		if (row->caps[i].cap == cap)
			return &row->caps[i];
	return NULL;
}

static bool are_times(const struct sheet *s)
{
	return s->c->a->kind == CT_SIDE_TIME && s->c->b->kind == CT_SIDE_TIME;
}

/* "  + NET_ADMIN  HOST    why, since when". */
static void put_caps(const struct sheet *s, const char *mark, const char *color, uint64_t set,
		     const struct ct_survey_row *row)
{
	int width = ct_emit__names_width(set);

	ct_caps__for_each(cap, set) {
		const struct ct_survey_cap *c = cap_of(row, cap);
		const struct ct_cap_info *info = ct_cap__info(cap);
		bool host = c ? c->scope == CT_SCOPE_HOST : ct_survey__hostwide(1ull << cap) != 0;
		ct_autofree char *since = c && c->since_ms && are_times(s) ?
						  ct_moment__text(c->since_ms) :
						  NULL;
		ct_autofree char *why = c ? ct_survey_cap__why(c) : ct_xstrdup("needed");
		ct_autofree char *raw = ct_xasprintf("%s%s%s", why, since ? ", since " : "",
						     since ? since : "");
		ct_autofree char *safe = ct_printable(raw), *next = NULL;
		int at = fprintf(s->out, "  %s %-*s  ", mark, width, ct_cap__name(cap));

		fprintf(s->out, "%s%-6s%s  ", host ? color : "",
			host ? "HOST" :
			info ? ct_risk__name(info->risk) :
			       "high",
			host && *color ? ct_term__reset(s->term) : "");
		at += 8;
		next = ct_xasprintf("%*s", at, "");
		ct_emit__fold(s->out, safe, s->width, at, next);
	}
}

static void put_line(const struct sheet *s, const char *label, uint64_t set)
{
	ct_autofree char *names = ct_survey__set_text(set, 0), *next = NULL;
	int at;

	if (!set)
		return;
	at = fprintf(s->out, "  %s: ", label);
	next = ct_xasprintf("%*s", at, "");
	ct_emit__fold(s->out, names, s->width, at, next);
}

/* The row whose name is shown: the file's, if one side is a file. */
static const struct ct_survey_row *titled(const struct sheet *s, const struct ct_survey_change *c)
{
	if (c->a && c->b)
		return s->c->a->kind == CT_SIDE_FILE ? c->a : c->b;
	return c->b ? c->b : c->a;
}

static void put_heading(const struct sheet *s, const struct ct_survey_change *c)
{
	const struct ct_survey_row *row = titled(s, c);
	ct_autofree char *label = ct_printable(row->label ? row->label : "?"), *why = NULL;
	const struct ct_side *only = c->kind == CT_CHANGE_ONLY_A ? s->c->a : s->c->b;
	const struct ct_side *other = c->kind == CT_CHANGE_ONLY_A ? s->c->b : s->c->a;

	fprintf(s->out, "%s%s%s", ct_term__bold(s->term), label, ct_term__reset(s->term));
	if (c->kind == CT_CHANGE_ONLY_A && are_times(s) && row->last_ms) {
		ct_autofree char *last = ct_moment__text(row->last_ms);

		why = ct_xasprintf("not seen since %s", last);
	} else if (c->kind == CT_CHANGE_ONLY_B && are_times(s)) {
		why = ct_xstrdup("new");
	} else if (c->kind != CT_CHANGE_OTHER && c->kind != CT_CHANGE_SAME) {
		ct_autofree char *where = side_text(only);

		why = only->kind != CT_SIDE_FILE ?
			      ct_xasprintf("only on %s", where) :
		      other->kind == CT_SIDE_FILE ?
			      ct_xasprintf("only in %s", where) :
			      ct_xasprintf("in %s, but not in the store", where);
	}
	fprintf(s->out, "%s%s\n", why ? ": " : "", why ? why : "");
}

/* The row that knows the workload's needs, the second side's if both do; NULL: neither does. */
static const struct ct_survey_row *judged_of(const struct ct_survey_change *c)
{
	if (c->b && c->b->judged)
		return c->b;
	return c->a && c->a->judged ? c->a : NULL;
}

static void put_change(const struct sheet *s, const struct ct_survey_change *c)
{
	const char *bad = ct_term__bad(s->term);
	const struct ct_survey_row *seen = judged_of(c);
	const struct ct_survey_row *only = c->kind == CT_CHANGE_ONLY_B ? c->b : NULL;

	put_heading(s, c);
	if (c->b && seen && seen->gaps) {
		ct_autofree char *gaps = ct_survey__gaps_text(seen->gaps);

		fprintf(s->out, "  INCOMPLETE: %s; it may need more\n", gaps);
	}
	if (c->a && c->b) {
		put_caps(s, "lacks", bad, c->lacks, seen);
		put_line(s, "given needlessly", c->spare);
		put_caps(s, "+", bad, c->needs_added, c->b);
		put_caps(s, "-", "", c->needs_gone, c->a);
		put_line(s, "holds more", c->holds_added);
		put_line(s, "holds no longer", c->holds_gone);
	} else if (only && only->judged) {
		put_caps(s, "+", bad, only->needs, only);
		if (!only->needs)
			fprintf(s->out, "  %s\n",
				only->gaps ? "no need was seen" : "needs no capability");
	}
}

/* Beside a file all else of a host is only counted: its own services are what is asked about. */
static bool is_beside_file(const struct sheet *s, const struct ct_survey_change *c)
{
	return (c->kind == CT_CHANGE_ONLY_A && s->c->b->kind == CT_SIDE_FILE &&
		s->c->a->kind != CT_SIDE_FILE) ||
	       (c->kind == CT_CHANGE_ONLY_B && s->c->a->kind == CT_SIDE_FILE &&
		s->c->b->kind != CT_SIDE_FILE);
}

static void put_count(FILE *out, const char **sep, size_t n, const char *text)
{
	if (n)
		fprintf(out, "%s%zu %s", *sep, n, text);
	if (n)
		*sep = ", ";
}

static void put_summary(const struct sheet *s)
{
	size_t kinds[4] = { 0 }, incomplete = 0, beside = 0;
	const char *sep = "";
	bool times = are_times(s);

	for (size_t i = 0; i < s->c->len; i++) {
		const struct ct_survey_row *seen = judged_of(&s->c->items[i]);

		if (is_beside_file(s, &s->c->items[i])) {
			beside++;
			continue;
		}
		kinds[s->c->items[i].kind]++;
		incomplete += seen && seen->gaps;
	}
	fputs(ct_term__dim(s->term), s->out);
	put_count(s->out, &sep, kinds[CT_CHANGE_OTHER], times ? "changed" : "differ");
	put_count(s->out, &sep, beside, "not in the file");
	put_count(s->out, &sep, kinds[CT_CHANGE_ONLY_B], times ? "new" : "only in the second");
	put_count(s->out, &sep, kinds[CT_CHANGE_ONLY_A],
		  times ? "not seen any more" : "only in the first");
	put_count(s->out, &sep, kinds[CT_CHANGE_SAME], times ? "unchanged" : "alike");
	if (!*sep)
		fputs("nothing to compare", s->out);
	if (incomplete)
		fprintf(s->out,
			incomplete == 1 ? "; %zu is incomplete: it may need more than was seen" :
					  "; %zu are incomplete: they may need more than was seen",
			incomplete);
	fprintf(s->out, "%s\n", ct_term__reset(s->term));
}

void ct_changes__text(const struct ct_changes *c, FILE *out, const struct ct_term *term)
{
	struct sheet s = { out, term, c, term->width < 40 ? 40 : term->width };
	ct_autofree char *a = side_text(c->a), *b = side_text(c->b);

	if (s.width > WIDEST)
		s.width = WIDEST;
	fprintf(out, "From %s to %s:\n\n", a, b);
	for (size_t i = 0; i < c->len; i++) {
		if (c->items[i].kind == CT_CHANGE_SAME || is_beside_file(&s, &c->items[i]))
			continue;
		put_change(&s, &c->items[i]);
		fputc('\n', out);
	}
	put_summary(&s);
}
