/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes changes as a unified diff. Their places are known, so other lines are not compared. */
#include <string.h>

#include "edit/splice.h"

#define CONTEXT 3
#define MAX_LCS 1000 /* lines of one block */

/* Whole lines that are replaced, and those that replace them. */
struct block {
	size_t old_first, old_n, new_first, new_n;
};

struct lines {
	const char *text;
	size_t *starts; /* n + 1 of them */
	size_t n, cap;
};

static void split(struct lines *l, const char *text, size_t len)
{
	size_t pos = 0;

	l->text = text;
	while (pos < len) {
		const char *nl = memchr(text + pos, '\n', len - pos);

		*CT_PUSH(l->starts, l->n, l->cap) = pos;
		pos = nl ? (size_t)(nl - text) + 1 : len;
	}
	*CT_PUSH(l->starts, l->n, l->cap) = len;
	l->n--;
}

static size_t line_of(const struct lines *l, size_t pos)
{
	size_t lo = 0, hi = l->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (l->starts[mid + 1] <= pos)
			lo = mid + 1;
		else
			hi = mid;
	}
	/* The end of a text belongs to its last line if that has no line feed. */
	return lo == l->n && lo && l->text[l->starts[lo] - 1] != '\n' ? lo - 1 : lo;
}

static bool same_line(const struct lines *a, size_t i, const struct lines *b, size_t k)
{
	size_t n = a->starts[i + 1] - a->starts[i];

	return n == b->starts[k + 1] - b->starts[k] &&
	       !memcmp(a->text + a->starts[i], b->text + b->starts[k], n);
}

struct blocks {
	struct block *items;
	size_t len, cap;
};

/* common[i][k]: how many lines the old ones from i on and the new ones from k on share. */
static void split_block(struct blocks *out, const struct block *b, const struct lines *old,
			const struct lines *new, const uint16_t *common)
{
	size_t width = b->new_n + 1, i = 0, k = 0;
	struct block part = { b->old_first, 0, b->new_first, 0 };

	while (i < b->old_n || k < b->new_n) {
		bool more_old = i < b->old_n, more_new = k < b->new_n;

		if (more_old && more_new &&
		    same_line(old, b->old_first + i, new, b->new_first + k)) {
			if (part.old_n || part.new_n)
				*CT_PUSH(out->items, out->len, out->cap) = part;
			i++, k++;
			part = (struct block){ b->old_first + i, 0, b->new_first + k, 0 };
		} else if (more_old && (!more_new ||
					common[(i + 1) * width + k] >= common[i * width + k + 1])) {
			i++, part.old_n++;
		} else {
			k++, part.new_n++;
		}
	}
	if (part.old_n || part.new_n)
		*CT_PUSH(out->items, out->len, out->cap) = part;
}

/* Leaves out the lines that a change touches but does not alter. */
static void add_block(struct blocks *out, const struct block *b, const struct lines *old,
		      const struct lines *new)
{
	size_t width = b->new_n + 1;
	ct_autofree uint16_t *common = NULL;

	if (b->old_n > MAX_LCS || b->new_n > MAX_LCS) {
		*CT_PUSH(out->items, out->len, out->cap) = *b;
		return;
	}
	common = ct_xzalloc((b->old_n + 1) * width * sizeof(*common));
	for (size_t i = b->old_n; i-- > 0;)
		for (size_t k = b->new_n; k-- > 0;) {
			uint16_t down = common[(i + 1) * width + k];
			uint16_t right = common[i * width + k + 1];

			common[i * width + k] = same_line(old, b->old_first + i, new,
							  b->new_first + k) ?
							common[(i + 1) * width + k + 1] + 1 :
						down > right ? down :
							       right;
		}
	split_block(out, b, old, new, common);
}

/* Finds the lines that each change touches; changes on a common line share a block. */
static void make_blocks(const struct ct_splices *s, const struct lines *old,
			const struct lines *new, struct blocks *out)
{
	ct_autofree struct block *blocks = ct_xzalloc((s->len + 1) * sizeof(*blocks));
	size_t n = 0, end = 0;
	ssize_t shift = 0; /* in bytes, by the changes before */

	for (size_t i = 0; i < s->len; i++) {
		const struct ct_splice *p = &s->items[i];
		size_t first = line_of(old, p->start), last = line_of(old, p->end);
		size_t begin = p->start + shift, new_first, new_last;

		new_first = line_of(new, begin);
		new_last = line_of(new, begin + strlen(p->text));
		shift += (ssize_t)strlen(p->text) - (ssize_t)(p->end - p->start);
		last = last < old->n ? last + 1 : old->n;
		new_last = new_last < new->n ? new_last + 1 : new->n;
		if (n && first < end) {
			blocks[n - 1].old_n = last - blocks[n - 1].old_first;
			blocks[n - 1].new_n = new_last - blocks[n - 1].new_first;
		} else {
			blocks[n++] = (struct block){ first, last - first, new_first,
						      new_last - new_first };
		}
		end = last;
	}
	for (size_t i = 0; i < n; i++)
		add_block(out, &blocks[i], old, new);
}

/* For a terminal; a comment between two documents may have any character. */
static void put_visibly(FILE *out, const char *text, size_t n)
{
	for (size_t i = 0, len; i < n; i += len) {
		uint32_t c = 0;

		len = ct_utf8__decode(text + i, &c);
		if (len && (c == '\t' || !ct_utf8__is_unsafe(c))) {
			fwrite(text + i, 1, len, out);
			continue;
		}
		len = len ? len : 1;
		for (size_t k = i; k < i + len && c != '\r'; k++)
			fprintf(out, "\\x%02x", (unsigned char)text[k]);
	}
}

static void put_line(FILE *out, const struct ct_term *t, const struct lines *l, size_t i, char sign)
{
	const char *text = l->text + l->starts[i];
	size_t n = l->starts[i + 1] - l->starts[i];
	bool ends = n && text[n - 1] == '\n';

	fputs(sign == '+' ? ct_term__good(t) : sign == '-' ? ct_term__bad(t) : "", out);
	fputc(sign, out);
	if (t->color || isatty(fileno(out)))
		put_visibly(out, text, n - ends);
	else
		fwrite(text, 1, n - ends, out);
	fputs(sign == ' ' ? "" : ct_term__reset(t), out);
	fputs(ends ? "\n" : "\n\\ No newline at end of file\n", out);
}

static void put_range(FILE *out, char sign, size_t first, size_t n)
{
	/* An empty range is given by the line before it. */
	fprintf(out, " %c%zu,%zu", sign, n ? first + 1 : first, n);
}

/* Writes n blocks that are near each other as one hunk. */
static void put_hunk(FILE *out, const struct ct_term *t, const struct lines *old,
		     const struct lines *new, const struct block *b, size_t n)
{
	size_t before = b[0].old_first < CONTEXT ? b[0].old_first : CONTEXT;
	size_t start = b[0].old_first - before, end = b[n - 1].old_first + b[n - 1].old_n;
	size_t after = old->n - end < CONTEXT ? old->n - end : CONTEXT, at = start;

	fprintf(out, "%s@@", ct_term__bold(t));
	put_range(out, '-', start, end + after - start);
	put_range(out, '+', b[0].new_first - before,
		  b[n - 1].new_first + b[n - 1].new_n + after - (b[0].new_first - before));
	fprintf(out, " @@%s\n", ct_term__reset(t));
	for (size_t i = 0; i < n; i++) {
		for (; at < b[i].old_first; at++)
			put_line(out, t, old, at, ' ');
		for (; at < b[i].old_first + b[i].old_n; at++)
			put_line(out, t, old, at, '-');
		for (size_t k = 0; k < b[i].new_n; k++)
			put_line(out, t, new, b[i].new_first + k, '+');
	}
	for (; at < end + after; at++)
		put_line(out, t, old, at, ' ');
}

void ct_diff__write(FILE *out, const struct ct_term *term, const char *name, const char *old,
		    size_t old_len, const char *new_text, size_t new_len,
		    const struct ct_splices *s)
{
	ct_autofree char *shown = ct_printable(name);
	/* patch(1) takes a name with blanks only as far as the first, unless a tab ends it. */
	const char *end = strchr(shown, ' ') ? "\t" : "";
	struct lines a = {}, b = {};
	struct blocks all = {};
	size_t to;

	split(&a, old, old_len);
	split(&b, new_text, new_len);
	make_blocks(s, &a, &b, &all);
	if (all.len)
		fprintf(out, "%s--- %s%s\n+++ %s%s%s\n", ct_term__bold(term), shown, end, shown,
			end, ct_term__reset(term));
	for (size_t i = 0; i < all.len; i = to) {
		const struct block *p = all.items;

		for (to = i + 1; to < all.len; to++)
			if (p[to].old_first - (p[to - 1].old_first + p[to - 1].old_n) > 2 * CONTEXT)
				break;
		put_hunk(out, term, &a, &b, p + i, to - i);
	}
	free(all.items);
	free(a.starts);
	free(b.starts);
}
