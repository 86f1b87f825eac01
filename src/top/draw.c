/* SPDX-License-Identifier: GPL-2.0-only */
/* The screen of captrim top. The list fits into 80 columns and 24 lines. */
#include <string.h>

#include "base/columns.h"
#include "base/human.h"
#include "base/util.h"
#include "survey/listing.h"
#include "top/state.h"

#define LABEL_LEAST 14
#define LABEL_MOST  40
#define HOLDS	    5
#define NEEDS	    9
#define NEEDS_MOST  20 /* "10, 3 HOST, lacks 2" */
#define WIDE	    80 /* columns; on a narrower screen NEEDS is cut off */
#define RATE	    9
#define SEEN	    6
#define NARROW	    60 /* columns; on a narrower screen the rate is left out */

struct layout {
	int label, holds, needs, rate, spare; /* widths; 0: left out */
};

static struct layout layout_of(const struct ct_top *t)
{
	struct layout l = {
		.label = LABEL_LEAST, .holds = HOLDS, .needs = NEEDS, .rate = t->live ? RATE : SEEN
	};
	int others, third = t->width / 3;

	for (size_t i = 0; i < t->nshown; i++) {
		const char *label = t->rows.rows[t->shown[i]].label;
		ct_autofree char *safe = ct_printable(label ? label : "?");
		ct_autofree char *needs = ct_survey_row__needs_text(&t->rows.rows[t->shown[i]]);
		int n = ct_columns__of(safe), m = ct_columns__of(needs);

		l.label = n > l.label ? n : l.label;
		l.needs = m > l.needs ? m : l.needs;
	}
	if (t->width < WIDE)
		l.needs = NEEDS;
	if (l.needs > NEEDS_MOST)
		l.needs = NEEDS_MOST;
	if (l.label > third)
		l.label = third < LABEL_LEAST ? LABEL_LEAST : third;
	if (l.label > LABEL_MOST)
		l.label = LABEL_MOST;
	if (t->width < NARROW)
		l.rate = 0;
	others = l.label + l.holds + l.needs + l.rate + (l.rate ? 8 : 6);
	l.spare = t->width - others;
	if (l.spare < 1) {
		l.spare = 0;
		l.label = t->width < l.label ? t->width : l.label;
	}
	return l;
}

/* "3 s", "2 min", "5 h" or "12 d", so that it fits into a narrow column. */
static char *ago(int64_t ms)
{
	int64_t s = ms < 0 ? 0 : ms / 1000;

	if (s < 60)
		return ct_xasprintf("%d s", (int)s);
	if (s < 3600)
		return ct_xasprintf("%d min", (int)(s / 60));
	if (s < 48 * 3600)
		return ct_xasprintf("%d h", (int)(s / 3600));
	return ct_xasprintf("%d d", (int)(s / 86400));
}

static char *rate_text(const struct ct_top *t, const struct ct_survey_row *row, int64_t now_ms)
{
	if (!t->live)
		return row->last_ms ? ago(now_ms - row->last_ms) : ct_xstrdup("");
	if (row->per_sec >= 1e6)
		return ct_xasprintf("%.1fM", row->per_sec / 1e6);
	if (row->per_sec >= 1e4)
		return ct_xasprintf("%.0fk", row->per_sec / 1e3);
	return ct_xasprintf(row->per_sec && row->per_sec < 10 ? "%.1f" : "%.0f", row->per_sec);
}

/* A right-aligned cell, with the gap to the next one. */
static void add_right(struct ct_canvas *f, enum ct_ink ink, int width, const char *text)
{
	ct_autofree char *cut = ct_columns__cut(text, width);
	ct_autofree char *cell = ct_xasprintf("%*s%s  ", width - ct_columns__of(cut), "", cut);

	ct_canvas__add(f, ink, 0, cell);
}

static void draw_row(const struct ct_top *t, const struct layout *l, size_t i, int64_t now_ms,
		     struct ct_canvas *f)
{
	const struct ct_survey_row *row = &t->rows.rows[t->shown[i]];
	ct_autofree char *holds = ct_survey_row__holds_text(row);
	ct_autofree char *needs = ct_survey_row__needs_text(row);
	ct_autofree char *spare = ct_survey_row__spare_text(row, l->spare);
	ct_autofree char *rate = rate_text(t, row, now_ms);
	bool bar = i == t->at, wide = ct_survey__hostwide(ct_survey_row__spare(row)) || row->gaps;
	enum ct_ink ink = bar ? CT_INK_BAR : CT_INK_PLAIN;

	ct_canvas__line(f);
	ct_canvas__add(f, ink, l->label, row->label ? row->label : "?");
	if (!l->spare)
		return;
	ct_canvas__add(f, ink, 2, "");
	add_right(f, ink, l->holds, holds);
	ct_canvas__add(f,
		       bar			      ? ink :
		       ct_survey_row__host_needs(row) ? CT_INK_BAD :
							ink,
		       l->needs + 2, needs);
	if (l->rate)
		add_right(f, ink, l->rate, rate);
	ct_canvas__add(f, bar ? ink : wide ? CT_INK_BAD : ink, l->spare, spare);
}

static void draw_heading(const struct ct_top *t, const struct layout *l, struct ct_canvas *f)
{
	ct_canvas__line(f);
	ct_canvas__add(f, CT_INK_BOLD, l->label, "WORKLOAD");
	if (!l->spare)
		return;
	ct_canvas__add(f, CT_INK_BOLD, 2, "");
	add_right(f, CT_INK_BOLD, l->holds, "HOLDS");
	ct_canvas__add(f, CT_INK_BOLD, l->needs + 2, "NEEDS");
	if (l->rate)
		add_right(f, CT_INK_BOLD, l->rate, t->live ? "CHECKS/S" : "SEEN");
	ct_canvas__add(f, CT_INK_BOLD, l->spare, "CAN GO");
}

/* Text on the left, and on the right if there is room for it. */
static void draw_edge(const struct ct_top *t, enum ct_ink ink, const char *left, const char *right,
		      struct ct_canvas *f)
{
	int room = t->width - ct_columns__of(right);

	ct_canvas__line(f);
	if (!*right || room < 20) {
		ct_canvas__add(f, ink, t->width, left);
		return;
	}
	ct_canvas__add(f, ink, room, left);
	ct_canvas__add(f, ink, 0, right);
}

static char *summary(const struct ct_top *t)
{
	size_t caps = 0, wide = 0, incomplete = 0;

	for (size_t i = 0; i < t->rows.len; i++) {
		const struct ct_survey_row *row = &t->rows.rows[i];
		uint64_t spare = row->gaps ? 0 : ct_survey_row__spare(row);

		caps += (size_t)ct_caps__count(spare);
		wide += (size_t)ct_caps__count(ct_survey__hostwide(spare));
		incomplete += row->judged && row->gaps;
	}
	return ct_xasprintf("%zu workload%s, %zu capabilit%s can go, %zu of them host-wide; %zu "
			    "incomplete",
			    t->rows.len, t->rows.len == 1 ? "" : "s", caps, caps == 1 ? "y" : "ies",
			    wide, incomplete);
}

static void draw_top(const struct ct_top *t, int64_t now_ms, struct ct_canvas *f)
{
	ct_autofree char *left = ct_xasprintf("captrim top: %s", t->title);
	ct_autofree char *age = t->taken_ms ? ago(now_ms - t->taken_ms) : NULL;
	ct_autofree char *right = t->paused	    ? ct_xstrdup(" PAUSED") :
				  t->problem && age ? ct_xasprintf(" %s old", age) :
						      ct_xstrdup("");

	draw_edge(t, CT_INK_BOLD, left, right, f);
}

static void draw_status(const struct ct_top *t, struct ct_canvas *f)
{
	ct_autofree char *text = NULL;

	if (t->problem)
		text = ct_xasprintf("cannot read: %s", t->problem);
	else if (t->typing || *t->filter)
		text = ct_xasprintf("filter: %s%s  (%zu of %zu)", t->filter, t->typing ? "_" : "",
				    t->nshown, t->rows.len);
	else
		text = summary(t);
	ct_canvas__line(f);
	ct_canvas__add(f, t->problem ? CT_INK_BAD : CT_INK_DIM, t->width, text);
}

static void fill(const struct ct_top *t, struct ct_canvas *f, int lines)
{
	while ((int)f->len < lines)
		ct_canvas__line(f);
	while ((int)f->len > t->height) {
		struct ct_canvas_line *last = &f->lines[--f->len];

		for (size_t i = 0; i < last->len; i++)
			free(last->spans[i].text);
		free(last->spans);
	}
}

static void draw_list(const struct ct_top *t, int64_t now_ms, struct ct_canvas *f)
{
	struct layout l = layout_of(t);
	ct_autofree char *keys =
		ct_xasprintf("Enter why  s sort: %s  / filter  p pause  h help  q quit",
			     ct_survey_orders[t->order]);

	draw_top(t, now_ms, f);
	draw_status(t, f);
	ct_canvas__line(f);
	draw_heading(t, &l, f);
	for (size_t i = t->first; i < t->nshown && (int)f->len < t->height - 1; i++)
		draw_row(t, &l, i, now_ms, f);
	if (!t->nshown) {
		ct_canvas__line(f);
		ct_canvas__add(f, CT_INK_DIM, t->width,
			       !t->taken_ms ? "looking ..." :
			       *t->filter   ? "nothing has that name; Esc shows all" :
			       t->live	    ? "nothing was seen yet" :
					      "the store has no workload yet: is captrim monitor "
					      "running?");
	}
	fill(t, f, t->height - 1);
	draw_edge(t, CT_INK_BAR, keys, "", f);
}

static void copy_line(const struct ct_canvas_line *line, struct ct_canvas *f)
{
	ct_canvas__line(f);
	for (size_t i = 0; i < line->len; i++)
		ct_canvas__add(f, line->spans[i].ink, 0, line->spans[i].text);
}

static void draw_detail(const struct ct_top *t, int64_t now_ms, struct ct_canvas *f)
{
	size_t end = t->detail_first + (size_t)(t->height > 2 ? t->height - 2 : 1);
	ct_autofree char *where = NULL;

	end = end > t->detail.len ? t->detail.len : end;
	where = end - t->detail_first < t->detail.len ?
			ct_xasprintf(" %zu-%zu of %zu", t->detail_first + 1, end, t->detail.len) :
			ct_xstrdup("");
	draw_top(t, now_ms, f);
	for (size_t i = t->detail_first; i < end; i++)
		copy_line(&t->detail.lines[i], f);
	fill(t, f, t->height - 1);
	draw_edge(t, CT_INK_BAR, "Esc back  up/down scroll  p pause  q quit", where, f);
}

static void draw_help(const struct ct_top *t, int64_t now_ms, struct ct_canvas *f)
{
	static const char *const lines[] = {
		"",
		"HOLDS   how many capabilities it was given (its bounding set)",
		"NEEDS   how many it needs; HOST: its use reaches the whole host",
		"        lacks: it needs them, too, but was refused them",
		"CAN GO  what it holds but does not need, what reaches the whole host first",
		"        INCOMPLETE: it may need more than was seen, so nothing is named",
		"",
		"Enter          why each capability is needed: call sites, processes",
		"up down j k    select; PgUp PgDn Home End",
		"s              sort by gain, name, needs, or what was seen last",
		"/              filter by name, image, host, or capability; Esc shows all",
		"p              pause and go on",
		"r              read again now",
		"q              quit",
		"",
		"captrim advise -c NAME says what to write, in any format.",
	};

	draw_top(t, now_ms, f);
	for (size_t i = 0; i < CT_ARRAY_SIZE(lines) && (int)f->len < t->height - 1; i++) {
		ct_canvas__line(f);
		ct_canvas__add(f, CT_INK_PLAIN, t->width, lines[i]);
	}
	fill(t, f, t->height - 1);
	draw_edge(t, CT_INK_BAR, "any key goes back", "", f);
}

void ct_top__draw(const struct ct_top *t, int64_t now_ms, struct ct_canvas *f)
{
	switch (t->view) {
	case CT_TOP_LIST: draw_list(t, now_ms, f); break;
	case CT_TOP_DETAIL: draw_detail(t, now_ms, f); break;
	case CT_TOP_HELP: draw_help(t, now_ms, f); break;
	}
	fill(t, f, t->height);
}
