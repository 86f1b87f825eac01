/* SPDX-License-Identifier: GPL-2.0-only */
#include "top/state.h"

#include <string.h>
#include <strings.h>

#include "base/index.h"
#include "base/util.h"

#define FRAME_LINES  5 /* lines of the list view that are not rows */
#define DETAIL_LINES 2

void ct_top__init(struct ct_top *t, const char *title, bool live)
{
	*t = (struct ct_top){
		.title = ct_printable(title), .live = live, .width = 80, .height = 24
	};
}

void ct_top__free(struct ct_top *t)
{
	free(t->title);
	free(t->shown);
	free(t->selected);
	free(t->problem);
	ct_survey__free(&t->rows);
	ct_canvas__free(&t->detail);
}

static size_t page(const struct ct_top *t)
{
	int lines = t->height - (t->view == CT_TOP_LIST ? FRAME_LINES : DETAIL_LINES);

	return lines < 1 ? 1 : (size_t)lines;
}

/* Keeps the selected row visible, and leaves no free line that a row could fill. */
static void scroll(struct ct_top *t)
{
	size_t lines = page(t);

	if (t->view != CT_TOP_LIST) {
		if (t->detail_first + lines > t->detail.len)
			t->detail_first = t->detail.len > lines ? t->detail.len - lines : 0;
		return;
	}
	if (t->at >= t->nshown)
		t->at = t->nshown ? t->nshown - 1 : 0;
	if (t->first + lines > t->nshown)
		t->first = t->nshown > lines ? t->nshown - lines : 0;
	if (t->at < t->first)
		t->first = t->at;
	if (t->at >= t->first + lines)
		t->first = t->at - lines + 1;
}

const struct ct_survey_row *ct_top__selected(const struct ct_top *t)
{
	return t->at < t->nshown ? &t->rows.rows[t->shown[t->at]] : NULL;
}

static void remember(struct ct_top *t)
{
	const struct ct_survey_row *row = ct_top__selected(t);

	free(t->selected);
	t->selected = row && row->key ? ct_xstrdup(row->key) : NULL;
	scroll(t);
}

static bool has_text(const char *text, const char *part)
{
	return text && strcasestr(text, part);
}

/* Does the filter match one of its names, or a capability that it needs? */
static bool passes(const struct ct_top *t, const struct ct_survey_row *row)
{
	ct_autofree char *needs = NULL;

	if (!*t->filter)
		return true;
	if (has_text(row->label, t->filter) || has_text(row->image, t->filter) ||
	    has_text(row->host, t->filter) || has_text(row->project, t->filter) ||
	    has_text(row->service, t->filter) || has_text(row->space, t->filter))
		return true;
	needs = ct_caps__join(row->needs, " ", "CAP_");
	return has_text(needs, t->filter);
}

/* To be called after any change of the rows, the filter or the order. */
static void arrange(struct ct_top *t)
{
	size_t at = SIZE_MAX;

	ct_survey__sort(&t->rows, t->order);
	free(t->shown);
	t->shown = ct_xzalloc((t->rows.len + 1) * sizeof(*t->shown));
	t->nshown = 0;
	for (size_t i = 0; i < t->rows.len; i++) {
		if (!passes(t, &t->rows.rows[i]))
			continue;
		if (t->selected && ct_str_equal(t->rows.rows[i].key, t->selected))
			at = t->nshown;
		t->shown[t->nshown++] = i;
	}
	if (at != SIZE_MAX)
		t->at = at;
	scroll(t);
	/* A selected key stays selected even while the filter hides its row. */
	if (!t->selected)
		remember(t);
}

void ct_top__resize(struct ct_top *t, int width, int height)
{
	t->width = width < 1 ? 1 : width;
	t->height = height < 1 ? 1 : height;
	scroll(t);
}

static bool has_key(const void *items, size_t i, const void *wanted)
{
	return ct_str_equal(((const struct ct_survey_row *)items)[i].key, wanted);
}

static uint32_t hash_of(const char *key)
{
	return key ? ct_hash32(key, strlen(key)) : 0;
}

static void work_out_rates(const struct ct_survey *was, int64_t was_ms, struct ct_survey *is,
			   int64_t now_ms)
{
	ct_autoindex struct ct_index ix = {};

	ct_index__init(&ix, was->len);
	for (size_t i = 0; i < was->len; i++)
		ct_index__put(&ix, hash_of(was->rows[i].key), i);
	for (size_t i = 0; i < is->len && now_ms > was_ms; i++) {
		struct ct_survey_row *row = &is->rows[i];
		size_t old = ct_index__find(&ix, hash_of(row->key), has_key, was->rows, row->key);

		if (old != CT_INDEX_NONE && row->checks > was->rows[old].checks)
			row->per_sec = (double)(row->checks - was->rows[old].checks) * 1000.0 /
				       (double)(now_ms - was_ms);
	}
}

void ct_top__set_rows(struct ct_top *t, struct ct_survey *sv, int64_t now_ms)
{
	if (t->live && t->taken_ms)
		work_out_rates(&t->rows, t->taken_ms, sv, now_ms);
	ct_survey__free(&t->rows);
	t->rows = *sv;
	*sv = (struct ct_survey){};
	t->taken_ms = now_ms;
	t->passing = false;
	free(ct_steal(t->problem));
	arrange(t);
}

void ct_top__set_problem(struct ct_top *t, const char *problem)
{
	free(t->problem);
	t->problem = ct_printable(problem);
	t->passing = false;
}

void ct_top__set_no_detail(struct ct_top *t, const char *problem)
{
	ct_top__set_problem(t, problem);
	t->passing = true;
	t->view = CT_TOP_LIST;
}

void ct_top__set_detail(struct ct_top *t, struct ct_canvas *detail)
{
	ct_canvas__free(&t->detail);
	t->detail = *detail;
	*detail = (struct ct_canvas){};
	if (t->view != CT_TOP_DETAIL)
		t->detail_first = 0;
	t->view = CT_TOP_DETAIL;
	scroll(t);
}

/* Moves the selection in the list, or scrolls the detail view. */
static void move(struct ct_top *t, int key)
{
	bool list = t->view == CT_TOP_LIST;
	size_t *at = list ? &t->at : &t->detail_first;
	size_t end = list ? t->nshown : t->detail.len, step = page(t);

	switch (key) {
	case CT_KEY_UP:
	case 'k': *at -= *at > 0; break;
	case CT_KEY_DOWN:
	case 'j': *at += *at + 1 < end; break;
	case CT_KEY_PAGE_UP: *at -= *at < step ? *at : step; break;
	case CT_KEY_PAGE_DOWN:
	case ' ': *at = *at + step < end ? *at + step : end ? end - 1 : 0; break;
	case CT_KEY_HOME:
	case 'g': *at = 0; break;
	case CT_KEY_END:
	case 'G': *at = end ? end - 1 : 0; break;
	default: return;
	}
	if (list)
		remember(t);
	else
		scroll(t);
}

/* Adds a character to the filter, in UTF-8, if there is room for all its bytes. */
static void append(struct ct_top *t, uint32_t c)
{
	size_t len = strlen(t->filter), n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	char *end = t->filter + len;

	if (ct_utf8__is_unsafe(c) || len + n >= sizeof(t->filter))
		return;
	end[n] = '\0';
	for (size_t i = n; --i; c >>= 6)
		end[i] = (char)(0x80 | (c & 0x3f));
	*end = (char)(n == 1 ? c : (0xf00u >> n & 0xf0) | c);
}

/* Handles keys while the filter is typed, when letters are text and not commands. */
static enum ct_top_act type(struct ct_top *t, int key)
{
	size_t len = strlen(t->filter);

	if (key == CT_KEY_ENTER) {
		t->typing = false;
	} else if (key == CT_KEY_ESCAPE) {
		t->typing = false;
		*t->filter = '\0';
	} else if (key == CT_KEY_BACKSPACE) {
		/* Remove all bytes of a UTF-8 character. */
		while (len && (t->filter[len - 1] & 0xc0) == 0x80)
			len--;
		t->filter[len ? len - 1 : 0] = '\0';
	} else if (key >= CT_KEY_UP) {
		move(t, key);
	} else {
		append(t, (uint32_t)key);
	}
	arrange(t);
	return CT_TOP_NOTHING;
}

static enum ct_top_act list_key(struct ct_top *t, int key)
{
	switch (key) {
	case CT_KEY_ENTER: return t->nshown ? CT_TOP_OPEN : CT_TOP_NOTHING;
	case 's':
		t->order = ct_survey_orders[t->order + 1] ? t->order + 1 : CT_SURVEY_GAIN;
		arrange(t);
		return CT_TOP_NOTHING;
	case '/': t->typing = true; return CT_TOP_NOTHING;
	case CT_KEY_ESCAPE:
		*t->filter = '\0';
		arrange(t);
		return CT_TOP_NOTHING;
	default: move(t, key); return CT_TOP_NOTHING;
	}
}

enum ct_top_act ct_top__key(struct ct_top *t, int key)
{
	if (t->passing) {
		free(ct_steal(t->problem));
		t->passing = false;
	}
	if (t->typing)
		return type(t, key);
	switch (key) {
	case 'q': return CT_TOP_QUIT;
	case 'p': t->paused = !t->paused; return CT_TOP_NOTHING;
	case 'r': return CT_TOP_REFRESH;
	default: break;
	}
	if (t->view == CT_TOP_HELP) {
		t->view = CT_TOP_LIST;
		scroll(t);
		return CT_TOP_NOTHING;
	}
	if (key == 'h' || key == '?') {
		t->view = CT_TOP_HELP;
		return CT_TOP_NOTHING;
	}
	if (t->view == CT_TOP_LIST)
		return list_key(t, key);
	if (key == CT_KEY_ESCAPE || key == CT_KEY_BACKSPACE || key == CT_KEY_ENTER) {
		t->view = CT_TOP_LIST;
		scroll(t);
	} else {
		move(t, key);
	}
	return CT_TOP_NOTHING;
}
