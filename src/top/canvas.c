/* SPDX-License-Identifier: GPL-2.0-only */
#include "top/canvas.h"

#include <string.h>

#include "base/columns.h"
#include "base/util.h"
#include "emit/common.h"

void ct_canvas__line(struct ct_canvas *f)
{
	*CT_PUSH(f->lines, f->len, f->cap) = (struct ct_canvas_line){};
}

static void add_span(struct ct_canvas *f, enum ct_ink ink, char *text)
{
	struct ct_canvas_line *line = &f->lines[f->len - 1];

	*CT_PUSH(line->spans, line->len, line->cap) = (struct ct_canvas_span){ ink, text };
}

void ct_canvas__add(struct ct_canvas *f, enum ct_ink ink, int width, const char *text)
{
	ct_autofree char *safe = ct_printable(text), *cut = NULL;

	if (!width) {
		add_span(f, ink, ct_steal(safe));
		return;
	}
	cut = ct_columns__cut(safe, width);
	add_span(f, ink, ct_xasprintf("%s%*s", cut, width - ct_columns__of(cut), ""));
}

void ct_canvas__fold(struct ct_canvas *f, enum ct_ink ink, const char *label, const char *text,
		     int width)
{
	ct_autofree char *safe = ct_printable(text), *folded = NULL, *next = NULL;
	int at = ct_columns__of(label);
	size_t len;
	FILE *out = ct_xmemstream(&folded, &len);

	next = ct_xasprintf("%*s", at, "");
	ct_emit__fold(out, safe, width, at, next);
	ct_xmemstream_end(out, &folded);
	for (char *line = folded, *end; *line; line = end) {
		bool first = line == folded;
		ct_autofree char *cut = NULL;

		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		else
			end = line + strlen(line);
		ct_canvas__line(f);
		if (first)
			add_span(f, CT_INK_DIM, ct_xstrdup(label));
		/* A word that is longer than a line is cut. */
		cut = ct_columns__cut(line, first ? width - at : width);
		add_span(f, ink, ct_steal(cut));
	}
}

char *ct_canvas__text(const struct ct_canvas *f)
{
	struct ct_str s = {};

	for (size_t i = 0; i < f->len; i++) {
		for (size_t k = 0; k < f->lines[i].len; k++)
			ct_str__add(&s, f->lines[i].spans[k].text);
		while (s.len && s.s[s.len - 1] == ' ')
			s.s[--s.len] = '\0';
		ct_str__add(&s, "\n");
	}
	return s.s ? s.s : ct_xstrdup("");
}

void ct_canvas__free(struct ct_canvas *f)
{
	for (size_t i = 0; i < f->len; i++) {
		for (size_t k = 0; k < f->lines[i].len; k++)
			free(f->lines[i].spans[k].text);
		free(f->lines[i].spans);
	}
	free(f->lines);
	*f = (struct ct_canvas){};
}
