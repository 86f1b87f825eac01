/* SPDX-License-Identifier: GPL-2.0-only */
/* The list of workloads for a terminal: what can be taken away, at one look. */
#include "survey/listing.h"

#include <string.h>

#include "base/columns.h"
#include "base/util.h"
#include "view/phrases.h"

#define NARROW	    40 /* a narrower table is not tried */
#define LABEL_LEAST 12
#define LABEL_MOST  32
#define GAP	    "  "

char *ct_survey__gaps_text(unsigned int gaps)
{
	struct ct_str s = {};

	for (size_t i = 0; ct_gap_names[i]; i++)
		if (gaps >> i & 1)
			ct_str__addf(&s, "%s%s", s.len ? ", " : "", ct_gap_names[i]);
	for (size_t i = 0; i < s.len; i++)
		if (s.s[i] == '-')
			s.s[i] = ' ';
	return s.s;
}

/* Appends the names of set as long as they fit. Returns those of all that were not appended. */
static uint64_t add_names(struct ct_str *s, uint64_t set, int width, uint64_t all)
{
	uint64_t left = all;

	ct_caps__for_each(cap, set) {
		const char *name = ct_cap__name(cap);
		size_t room = s->len + !!s->len + strlen(name);
		uint64_t after = left & ~(1ull << cap);

		/* " +12" must still fit behind it, unless it is the last. */
		if (width && room + (after ? 4 : 0) > (size_t)width)
			break;
		ct_str__addf(s, "%s%s", s->len ? " " : "", name);
		left = after;
	}
	return left;
}

char *ct_survey__set_text(uint64_t set, int width)
{
	uint64_t wide = ct_survey__hostwide(set), left = set;
	struct ct_str s = {};

	left = add_names(&s, wide, width, left);
	if (!(left & wide))
		left = add_names(&s, set & ~wide, width, left);
	if (left)
		ct_str__addf(&s, s.len ? " +%d" : "%d", ct_caps__count(left));
	return s.s ? s.s : ct_xstrdup("");
}

char *ct_survey_row__holds_text(const struct ct_survey_row *row)
{
	if (!row->holds_known)
		return ct_xstrdup("?");
	if ((row->holds & CT_CAPS_ALL) == CT_CAPS_ALL)
		return ct_xstrdup("all");
	return ct_xasprintf("%d", ct_caps__count(row->holds));
}

char *ct_survey_row__needs_text(const struct ct_survey_row *row)
{
	int wide = ct_caps__count(ct_survey_row__host_needs(row));
	int lacks = ct_caps__count(ct_survey_row__lacks(row));
	struct ct_str s = {};

	if (!row->judged)
		return ct_xstrdup("-");
	ct_str__addf(&s, "%d", ct_caps__count(row->needs));
	if (wide)
		ct_str__addf(&s, ", %d HOST", wide);
	if (lacks)
		ct_str__addf(&s, ", lacks %d", lacks);
	return s.s;
}

/* If many can go, it is shorter to say what stays. */
static char *spare_names(const struct ct_survey_row *row, int width)
{
	uint64_t spare = ct_survey_row__spare(row), stay = row->holds & ~spare;
	ct_autofree char *names = ct_caps__join(stay, " ", ""), *text = NULL;

	if (ct_caps__count(spare) <= CT_VIEW_MANY)
		return ct_survey__set_text(spare, width);
	text = stay ? ct_xasprintf("all but %s", names) : ct_xstrdup("all of them");
	if (!width || ct_columns__of(text) <= width)
		return ct_steal(text);
	return ct_survey__set_text(spare, width);
}

char *ct_survey_row__spare_text(const struct ct_survey_row *row, int width)
{
	uint64_t spare = ct_survey_row__spare(row);
	ct_autofree char *gaps = ct_survey__gaps_text(row->gaps), *head = NULL, *names = NULL;
	int wide = ct_caps__count(ct_survey__hostwide(spare));

	if (!row->judged)
		return ct_xstrdup("not judged yet");
	if (gaps)
		return ct_xasprintf("INCOMPLETE: %s", gaps);
	if (!row->holds_known)
		return ct_xstrdup("what it holds is not known");
	if (!spare)
		return ct_xstrdup("nothing");
	head = wide ? ct_xasprintf("%d, %d HOST: ", ct_caps__count(spare), wide) :
		      ct_xasprintf("%d: ", ct_caps__count(spare));
	if (width && width <= (int)strlen(head) + LABEL_LEAST) {
		head[strlen(head) - 2] = '\0';
		return ct_steal(head);
	}
	names = spare_names(row, width ? width - (int)strlen(head) : 0);
	/* No name fits: the number stands there already. */
	if (*names >= '0' && *names <= '9') {
		head[strlen(head) - 2] = '\0';
		return ct_steal(head);
	}
	return ct_xasprintf("%s%s", head, names);
}

static void put_cell(FILE *out, const char *text, int width)
{
	ct_autofree char *cut = ct_columns__cut(text, width);

	fprintf(out, "%s%*s", cut, width - ct_columns__of(cut), "");
}

struct columns {
	int label, holds, needs, hosts; /* 0: the column is left out */
	int spare;			/* 0: as long as it gets */
};

static int wider(int width, const char *text)
{
	int n = ct_columns__of(text);

	return n > width ? n : width;
}

static struct columns measure(const struct ct_survey *sv, int width)
{
	struct columns c = { .label = LABEL_LEAST, .holds = 5, .needs = 5 };
	int rest;

	for (size_t i = 0; i < sv->len; i++) {
		const struct ct_survey_row *row = &sv->rows[i];
		ct_autofree char *label = ct_printable(row->label ? row->label : "?");
		ct_autofree char *needs = ct_survey_row__needs_text(row);

		c.label = wider(c.label, label);
		c.needs = wider(c.needs, needs);
		if (row->hosts > 1)
			c.hosts = 7;
	}
	if (width && c.label > LABEL_MOST)
		c.label = LABEL_MOST;
	if (width && width < 100 && c.label > 22)
		c.label = 22;
	rest = c.holds + c.needs + c.hosts + (c.hosts ? 8 : 6);
	if (width && c.label > width - rest - LABEL_LEAST)
		c.label = width - rest > 2 * LABEL_LEAST ? width - rest - LABEL_LEAST : LABEL_LEAST;
	rest += c.label;
	c.spare = width ? (width - rest > LABEL_LEAST ? width - rest : LABEL_LEAST) : 0;
	return c;
}

static void put_heading(FILE *out, const struct ct_term *term, const struct columns *c)
{
	fprintf(out, "%s%-*s" GAP "%*s" GAP "%-*s" GAP, ct_term__bold(term), c->label, "WORKLOAD",
		c->holds, "HOLDS", c->needs, "NEEDS");
	if (c->hosts)
		fprintf(out, "%-*s" GAP, c->hosts, "HOSTS");
	fprintf(out, "CAN GO%s\n", ct_term__reset(term));
}

static void put_row(const struct ct_survey_row *row, FILE *out, const struct ct_term *term,
		    const struct columns *c)
{
	ct_autofree char *label = ct_printable(row->label ? row->label : "?");
	ct_autofree char *holds = ct_survey_row__holds_text(row);
	ct_autofree char *needs = ct_survey_row__needs_text(row);
	ct_autofree char *spare = ct_survey_row__spare_text(row, c->spare), *cut = NULL;
	bool wide = !row->gaps && ct_survey__hostwide(ct_survey_row__spare(row));
	const char *color = row->gaps || wide ? ct_term__bad(term) : "";

	put_cell(out, label, c->label);
	fprintf(out, GAP "%*s" GAP "%-*s" GAP, c->holds, holds, c->needs, needs);
	if (c->hosts) {
		ct_autofree char *hosts = ct_xasprintf("%zu/%zu", row->agree, row->hosts);

		fprintf(out, "%-*s" GAP, c->hosts, hosts);
	}
	cut = c->spare ? ct_columns__cut(spare, c->spare) : ct_xstrdup(spare);
	fprintf(out, "%s%s%s\n", color, cut, *color ? ct_term__reset(term) : "");
}

/* What the rows come to in all. */
static void put_summary(const struct ct_survey *sv, FILE *out, const struct ct_term *term)
{
	size_t with = 0, incomplete = 0, caps = 0, wide = 0;

	for (size_t i = 0; i < sv->len; i++) {
		uint64_t spare = sv->rows[i].gaps ? 0 : ct_survey_row__spare(&sv->rows[i]);

		with += !!spare;
		caps += (size_t)ct_caps__count(spare);
		wide += (size_t)ct_caps__count(ct_survey__hostwide(spare));
		incomplete += !!sv->rows[i].gaps;
	}
	fprintf(out, "\n%s%zu workload%s; %zu hold%s %zu capabilit%s needlessly",
		ct_term__dim(term), sv->len, sv->len == 1 ? "" : "s", with, with == 1 ? "s" : "",
		caps, caps == 1 ? "y" : "ies");
	if (wide)
		fprintf(out, ", %zu of them open%s the whole host", wide, wide == 1 ? "s" : "");
	if (incomplete)
		fprintf(out,
			incomplete == 1 ? "; %zu is incomplete: it may need more than was seen" :
					  "; %zu are incomplete: they may need more than was seen",
			incomplete);
	fprintf(out, "%s\n", ct_term__reset(term));
}

void ct_survey__table(const struct ct_survey *sv, FILE *out, const struct ct_term *term, int width)
{
	struct columns c = measure(sv, width && width < NARROW ? NARROW : width);

	if (!sv->len) {
		fputs("no workloads\n", out);
		return;
	}
	put_heading(out, term, &c);
	for (size_t i = 0; i < sv->len; i++)
		put_row(&sv->rows[i], out, term, &c);
	put_summary(sv, out, term);
}
