/* SPDX-License-Identifier: GPL-2.0-only */
/* Block scalars that libfyaml 0.7.12 reads wrongly. */
#include <string.h>

#include "deploy/yaml_scalar.h"

static size_t line_start(const char *text, size_t pos)
{
	while (pos && text[pos - 1] != '\n')
		pos--;
	return pos;
}

/* The "|" or ">" in the line at start that has nothing but indicators and a comment behind it. */
static size_t find_header(const char *text, size_t start)
{
	for (size_t at = start; text[at] && text[at] != '\n'; at++) {
		const char *end = text + at + 1;

		if (!strchr("|>", text[at]) || (at > start && !strchr(" \t", text[at - 1])))
			continue;
		end += strspn(end, "+-123456789");
		if (*end == '#')
			continue;
		end += strspn(end, " \t\r");
		if (*end == '\n' || *end == '#' || !*end)
			return at;
	}
	return SIZE_MAX;
}

/* The column of the last dash before the line's first word; -1: there is none. */
static int dash_column(const char *text, size_t start)
{
	size_t at = start + strspn(text + start, " ");
	int column = -1;

	while (text[at] == '-' && strchr(" \t", text[at + 1])) {
		column = (int)(at - start);
		at += 1 + strspn(text + at + 1, " \t");
	}
	return column;
}

/* A block scalar, located from its "|" or ">" or from the line after it, where its text begins. */
struct block_scalar {
	size_t header; /* where its "|" or ">" is */
	int outer;     /* the column of what holds the scalar */
};

static bool locate(const char *text, size_t start, struct ct_yaml_key key, struct block_scalar *b)
{
	bool shown = start && text[start - 1] == '\n';
	size_t line = line_start(text, shown ? start - 1 : start);

	b->outer = -1;
	b->header = !shown && text[start] && strchr("|>", text[start]) ? start :
									 find_header(text, line);
	if (!key.is)
		b->outer = dash_column(text, line);
	else if (text[key.end + strspn(text + key.end, " \t")] == ':' && key.start >= line)
		b->outer = (int)(key.start - line) -
			   (!line && !strncmp(text, "\xef\xbb\xbf", 3) ? 3 : 0);
	return b->outer >= 0 && b->header != SIZE_MAX;
}

size_t ct_yaml_scalar__swallows(const char *text, size_t start, size_t end, struct ct_yaml_key key)
{
	size_t at = start, indent = 0;
	struct block_scalar b;

	if (!start || text[start - 1] != '\n' || !locate(text, start, key, &b))
		return SIZE_MAX;
	while (at < end) {
		indent = strspn(text + at, " ");
		if (!strchr("\r\n", text[at + indent]))
			break;
		at += indent + strcspn(text + at + indent, "\n") + 1;
	}
	return at < end && (int)indent <= b.outer ? b.header : SIZE_MAX;
}

/* ---- the text ---- */

/* Skips empty lines, each a line feed in breaks, then up to limit spaces. Returns the column. */
static size_t skip_empty(const char **p, size_t limit, size_t *deepest, struct ct_str *breaks)
{
	for (;;) {
		size_t column = strspn(*p, " ");

		column = column < limit ? column : limit;
		*p += column;
		*deepest = column > *deepest ? column : *deepest;
		if (**p != '\n' && strncmp(*p, "\r\n", 2) != 0)
			return column;
		*p += **p == '\r' ? 2 : 1;
		ct_str__add(breaks, "\n");
	}
}

static const char *string(const struct ct_str *s)
{
	return s->s ? s->s : "";
}

/* Takes the lines indented by indent columns, and folds the line ends between them if folded. */
static void take_lines(const char *p, size_t indent, bool folded, char chomp, struct ct_str *breaks,
		       struct ct_str *out)
{
	size_t deepest = 0, column = skip_empty(&p, indent, &deepest, breaks);
	const char *line_end = "";

	while (column == indent && *p) {
		bool deeper = *p == ' ' || *p == '\t';
		size_t len = strcspn(p, "\n"), cut = len && p[len - 1] == '\r' && p[len];

		ct_str__add(out, string(breaks));
		ct_str__free(breaks);
		ct_str__addn(out, p, len - cut);
		p += len;
		line_end = *p ? "\n" : "";
		p += *p != '\0';
		column = skip_empty(&p, indent, &deepest, breaks);
		if (column != indent || !*p)
			break;
		if (!folded || deeper || *p == ' ' || *p == '\t')
			ct_str__add(out, line_end);
		else if (!breaks->len)
			ct_str__add(out, " ");
	}
	if (chomp != '-')
		ct_str__add(out, line_end);
	if (chomp == '+')
		ct_str__add(out, string(breaks));
}

char *ct_yaml_scalar__block(const char *text, size_t start, struct ct_yaml_key key)
{
	struct ct_str out = { 0 }, breaks = { 0 };
	char chomp = '\0';
	size_t indent = 0;
	struct block_scalar b;
	const char *p;

	if (!locate(text, start, key, &b))
		return NULL;
	for (p = text + b.header + 1; *p && strchr("+-123456789", *p); p++)
		if (*p == '+' || *p == '-')
			chomp = *p;
		else
			indent = (size_t)b.outer + (size_t)(*p - '0');
	p += strcspn(p, "\n");
	p += *p == '\n';
	if (!indent) {
		const char *q = p;

		skip_empty(&q, SIZE_MAX, &indent, &breaks);
		ct_str__free(&breaks);
		indent = indent > (size_t)b.outer ? indent : (size_t)b.outer + 1;
	}
	ct_str__add(&out, "");
	take_lines(p, indent, text[b.header] == '>', chomp, &breaks, &out);
	ct_str__free(&breaks);
	return out.s;
}
