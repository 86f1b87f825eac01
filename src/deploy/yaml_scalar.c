/* SPDX-License-Identifier: GPL-2.0-only */
#include "deploy/yaml_scalar.h"

#include <string.h>

/* The unread rest of a scalar, and its text so far. */
struct scalar_reader {
	const char *at, *end;
	struct ct_str text;
	size_t keep; /* bytes of text that are not trimmed as white space at a line's end */
	const char *wrong;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void skip_blanks(struct scalar_reader *r)
{
	while (r->at < r->end && is_blank(*r->at))
		r->at++;
}

/* Takes LF or CR LF. False: the line does not end here. */
static bool take_line_end(struct scalar_reader *r)
{
	if (r->end - r->at >= 2 && *r->at == '\r' && r->at[1] == '\n')
		r->at++;
	if (r->at == r->end || *r->at != '\n')
		return false;
	r->at++;
	return true;
}

/* Skips empty lines, adding a line feed for each, and the next line's indentation. */
static size_t skip_empty_lines(struct scalar_reader *r)
{
	size_t empty = 0;

	for (skip_blanks(r); take_line_end(r); skip_blanks(r)) {
		ct_str__add(&r->text, "\n");
		empty++;
	}
	return empty;
}

/* Folds a line end and white space around it into a space, or a line feed for each empty line. */
static bool fold(struct scalar_reader *r)
{
	if (!take_line_end(r))
		return false;
	while (r->text.len > r->keep && is_blank(r->text.s[r->text.len - 1]))
		r->text.s[--r->text.len] = '\0';
	if (!skip_empty_lines(r))
		ct_str__add(&r->text, " ");
	r->keep = r->text.len;
	return true;
}

static void add_utf8(struct scalar_reader *r, uint32_t c)
{
	char s[4];
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		s[i] = (char)(0x80 | (c & 0x3f));
	s[0] = (char)(n == 1 ? c : (0xf00u >> n & 0xff) | c);
	ct_str__addn(&r->text, s, n);
}

static void take_hex(struct scalar_reader *r, int digits)
{
	uint32_t c = 0;

	for (; digits > 0; digits--, r->at++) {
		const char *hex = "0123456789abcdef";
		const char *digit = r->at < r->end && *r->at ?
					    strchr(hex, *r->at >= 'A' && *r->at <= 'F' ?
								*r->at - 'A' + 'a' :
								*r->at) :
					    NULL;

		if (!digit) {
			r->wrong = "an escape needs more hexadecimal digits";
			return;
		}
		c = c << 4 | (uint32_t)(digit - hex);
	}
	if (!c)
		r->wrong = "a NUL character: remove it";
	else if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		r->wrong = "an escape that does not stand for a character";
	else
		add_utf8(r, c);
}

/* Takes what follows a backslash between double quotes. */
static void take_escape(struct scalar_reader *r)
{
	static const struct {
		char sign;
		uint32_t c;
	} escapes[] = {
		{ 'a', 7 },	 { 'b', 8 },	  { 't', 9 },	  { '\t', 9 },	 { 'n', 10 },
		{ 'v', 11 },	 { 'f', 12 },	  { 'r', 13 },	  { 'e', 27 },	 { ' ', ' ' },
		{ '"', '"' },	 { '/', '/' },	  { '\\', '\\' }, { 'N', 0x85 }, { '_', 0xa0 },
		{ 'L', 0x2028 }, { 'P', 0x2029 },
	};
	char sign;

	if (take_line_end(r)) {
		skip_empty_lines(r);
		r->keep = r->text.len;
		return;
	}
	sign = r->at < r->end ? *r->at++ : '\0';
	if (sign == 'x' || sign == 'u' || sign == 'U') {
		take_hex(r, sign == 'x' ? 2 : sign == 'u' ? 4 : 8);
	} else if (sign == '0') {
		r->wrong = "a NUL character: remove it";
	} else {
		r->wrong = "an escape that YAML does not have";
		for (size_t i = 0; i < CT_ARRAY_SIZE(escapes); i++)
			if (escapes[i].sign == sign) {
				r->wrong = NULL;
				add_utf8(r, escapes[i].c);
			}
	}
	r->keep = r->text.len;
}

static void take(struct scalar_reader *r, char quote)
{
	while (r->at < r->end && !r->wrong) {
		if (fold(r))
			continue;
		if (quote == '"' && *r->at == '\\') {
			r->at++;
			take_escape(r);
			continue;
		}
		if (quote == '\'' && *r->at == '\'') {
			if (r->end - r->at < 2 || r->at[1] != '\'')
				r->wrong = "a quote alone between single quotes: write it twice";
			r->at++;
		} else if (quote && *r->at == quote) {
			r->wrong = "a quote between quotes";
		}
		ct_str__addn(&r->text, r->at++, 1);
	}
}

char *ct_yaml_scalar__text(const char *raw, size_t len, const char **wrong)
{
	char quote = len && strchr("'\"", *raw) ? *raw : '\0';
	struct scalar_reader r = { .at = raw + (quote != '\0'),
				   .end = raw + len - (quote != '\0') };

	ct_str__add(&r.text, "");
	if (quote && (len < 2 || raw[len - 1] != quote))
		r.wrong = "a quote is missing";
	else
		take(&r, quote);
	if (!r.wrong)
		return r.text.s;
	ct_str__free(&r.text);
	*wrong = r.wrong;
	return NULL;
}
