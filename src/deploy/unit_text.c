/* SPDX-License-Identifier: GPL-2.0-only */
#include "deploy/unit_text.h"

#include <errno.h>
#include <string.h>

#define BLANKS " \t\n\r"
#define BOM    "\xef\xbb\xbf"

struct ct_place ct_unit_line__place(const struct ct_unit_line *l, const char *p)
{
	size_t offset = (size_t)(p - l->text.s), i = l->nparts;

	while (i > 1 && l->parts[i - 1].offset > offset)
		i--;
	return (struct ct_place){ l->file, l->parts[i - 1].line,
				  l->parts[i - 1].column +
					  (unsigned int)(offset - l->parts[i - 1].offset) };
}

struct line_reader {
	enum ct_unit_syntax syntax;
	struct ct_unit_line line;
	char *section; /* NULL: before the first */
	ct_unit_fn *fn;
	void *arg;
	struct ct_err *err;
};

static int refuse(const struct line_reader *r, const char *what)
{
	ct_autofree char *shown = ct_printable(r->line.file);

	return ct_err__set(r->err, EINVAL, "%s:%u: Quadlet refuses %s", shown,
			   r->line.parts[0].line, what);
}

static void read_section(struct line_reader *r, const char *text, size_t len)
{
	free(r->section);
	r->section = ct_xstrndup(text, len);
}

/* Reads a line that begins with '['. Its end is the last ']' to systemd, the first to Quadlet. */
static int read_header(struct line_reader *r, char *text)
{
	const char *end = r->syntax == CT_UNIT_QUADLET ? strchr(text, ']') : strrchr(text, ']');

	if (end && !end[1 + strspn(end + 1, BLANKS)]) {
		read_section(r, text + 1, (size_t)(end - text) - 1);
		return 0;
	}
	return r->syntax == CT_UNIT_QUADLET ? refuse(r, "a section without ]") : 0;
}

static int read_setting(struct line_reader *r, char *key)
{
	char *value = strchr(key, '='), *end = value;

	if (!value || value == key || !r->section)
		return r->syntax == CT_UNIT_SYSTEMD ?
			       0 :
			       refuse(r, value && value != key ?
						 "a setting before the first [Section]" :
						 "a line that is not KEY=VALUE, [Section] or a "
						 "comment");
	while (end > key && strchr(BLANKS, end[-1]))
		end--;
	*end = '\0';
	value++;
	r->fn(r->arg, &r->line, r->section, key, value + strspn(value, BLANKS));
	return 0;
}

/* Reads the joined line, and empties it. */
static int read_line(struct line_reader *r)
{
	char *text = r->line.text.s, *end;
	int ret = 0;

	if (!text)
		return 0;
	for (end = text + r->line.text.len; end > text && strchr(BLANKS, end[-1]);)
		*--end = '\0';
	text += strspn(text, BLANKS);
	if (*text == '[')
		ret = read_header(r, text);
	else if (*text)
		ret = read_setting(r, text);
	ct_str__free(&r->line.text);
	r->line.nparts = 0;
	return ret;
}

/* Does a backslash at the end join the line to the next? systemd wants an odd number of them. */
static bool is_continued(enum ct_unit_syntax syntax, const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[len - 1 - n] == '\\')
		n++;
	return syntax == CT_UNIT_QUADLET ? n > 0 : n % 2;
}

static bool is_comment(enum ct_unit_syntax syntax, const char *s, size_t len)
{
	return len ? *s == '#' || *s == ';' : syntax == CT_UNIT_QUADLET;
}

/* Takes one line of the file, without its line end. */
static int take_line(struct line_reader *r, unsigned int number, const char *s, size_t len,
		     bool last)
{
	size_t blanks = strspn(s, " \t"), text_len;
	bool quadlet = r->syntax == CT_UNIT_QUADLET, more;

	blanks = blanks < len ? blanks : len;
	for (text_len = len - blanks; text_len && strchr(" \t", s[blanks + text_len - 1]);)
		text_len--;
	if (is_comment(r->syntax, s + blanks, text_len))
		return 0;
	/* Quadlet strips the white space around lines that it joins, systemd keeps it. */
	if (quadlet) {
		s += blanks;
		len = text_len;
	}
	more = is_continued(r->syntax, s, len) && !(quadlet && last);
	if (!r->line.text.s)
		ct_str__add(&r->line.text, "");
	*CT_PUSH(r->line.parts, r->line.nparts,
		 r->line.cap) = (struct ct_unit_part){ r->line.text.len, number,
						       quadlet ? (unsigned int)blanks + 1 : 1 };
	ct_str__addn(&r->line.text, s, len - is_continued(r->syntax, s, len));
	if (!more)
		return read_line(r);
	if (!quadlet)
		ct_str__add(&r->line.text, " ");
	return 0;
}

int ct_unit_text__read(enum ct_unit_syntax syntax, const char *file, const char *text,
		       ct_unit_fn *fn, void *arg, struct ct_err *err)
{
	struct line_reader r = { .syntax = syntax, .fn = fn, .arg = arg, .err = err };
	unsigned int number = 1;
	int ret = 0;

	r.line.file = file;
	if (syntax == CT_UNIT_SYSTEMD && !strncmp(text, BOM, 3))
		text += 3;
	for (; *text && !ret; number++) {
		/* To systemd, a carriage return alone ends a line. */
		size_t len = strcspn(text, syntax == CT_UNIT_SYSTEMD ? "\r\n" : "\n");
		const char *next = text + len;

		if (*next == '\r' && next[1] == '\n')
			next++;
		next += *next != '\0';
		while (syntax == CT_UNIT_QUADLET && len && text[len - 1] == '\r')
			len--;
		ret = take_line(&r, number, text, len, !*next);
		text = next;
	}
	/* Quadlet (Podman 5.4) ignores a line whose continuation is missing. */
	if (!ret && syntax == CT_UNIT_SYSTEMD)
		ret = read_line(&r);
	ct_str__free(&r.line.text);
	free(r.line.parts);
	free(r.section);
	return ret;
}

/* ---- words ---- */

/* Decodes a C escape at p, behind its backslash. Returns its length, or 0 if it is not one. */
static size_t unescape(const char *p, struct ct_str *s)
{
	static const char letters[] = "abfnrtv\\\"'s", meant[] = "\a\b\f\n\r\t\v\\\"' ";
	const char *at = *p ? strchr(letters, *p) : NULL;
	size_t digits = *p == 'x' ? 2 : *p >= '0' && *p <= '7' ? 3 : 0;
	char number[4] = { 0 }, c;
	unsigned long value;

	if (at) {
		ct_str__addn(s, &meant[at - letters], 1);
		return 1;
	}
	/* \u and \U are left out: no capability, option or user has a name beyond ASCII. */
	if (!digits || strlen(p) < digits + (*p == 'x'))
		return 0;
	memcpy(number, p + (*p == 'x'), digits);
	if (strspn(number, *p == 'x' ? "0123456789abcdefABCDEF" : "01234567") != digits)
		return 0;
	value = strtoul(number, NULL, *p == 'x' ? 16 : 8);
	if (!value || value > 255)
		return 0;
	c = (char)value;
	ct_str__addn(s, &c, 1);
	return digits + (*p == 'x');
}

/* Takes a backslash and what it escapes. Returns 0 or -EINVAL. */
static int take_escape(enum ct_unit_words kind, const char **p, struct ct_str *s)
{
	size_t n = 1;

	++*p;
	if (kind == CT_WORDS_PODMAN_ARGS) {
		n = unescape(*p, s);
		if (!n && **p)
			return -EINVAL;
	} else if (**p) {
		ct_str__addn(s, *p, 1);
	} else {
		return -EINVAL;
	}
	*p += **p ? n : 0;
	return 0;
}

int ct_unit_text__word(enum ct_unit_words kind, const char **p, char **word, const char **at)
{
	struct ct_str s = { 0 };
	char quote = '\0';
	int ret = 0;

	*p += strspn(*p, BLANKS);
	if (!**p)
		return 0;
	*at = *p;
	ct_str__add(&s, "");
	while (!ret && **p && (quote || !strchr(BLANKS, **p))) {
		char c = **p;

		if (c == '\\' && kind != CT_WORDS_QUADLET) {
			ret = take_escape(kind, p, &s);
			continue;
		}
		if (quote ? c == quote : c == '"' || c == '\'')
			quote = quote ? '\0' : c;
		else
			ct_str__addn(&s, *p, 1);
		++*p;
	}
	/* To Quadlet, an empty word ends the value. */
	if (ret || (kind != CT_WORDS_SYSTEMD && !s.len)) {
		ct_str__free(&s);
		return ret;
	}
	*word = s.s;
	return quote ? 2 : 1;
}

/* As Quadlet's UnitFile.Lookup(), which removes one pair of quotes. */
char *ct_unit_text__unquoted(const char *value)
{
	size_t len = strlen(value);
	bool quoted = len > 1 && *value == '"' && value[len - 1] == '"';

	return ct_xstrndup(value + quoted, len - 2u * quoted);
}
