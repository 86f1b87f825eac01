/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/json.h"

#include <inttypes.h>

#include "base/util.h"

static void put_string(FILE *out, const char *s)
{
	fputc('"', out);
	while (*s) {
		uint32_t c = 0xfffd;
		size_t n = ct_utf8__decode(s, &c);

		if (!n) {
			fputs("\xef\xbf\xbd", out);
			n = 1;
		} else if (c == '"' || c == '\\') {
			fprintf(out, "\\%c", (char)c);
		} else if (c == '\n') {
			fputs("\\n", out);
		} else if (c == '\t') {
			fputs("\\t", out);
		} else if (c >= 0x10000 && ct_utf8__is_unsafe(c)) {
			fprintf(out, "\\u%04x\\u%04x", 0xd7c0 + (c >> 10), 0xdc00 + (c & 0x3ff));
		} else if (ct_utf8__is_unsafe(c)) {
			/* Valid JSON as it is, but somebody will cat the file. */
			fprintf(out, "\\u%04x", c);
		} else {
			fwrite(s, 1, n, out);
		}
		s += n;
	}
	fputc('"', out);
}

static void newline(struct ct_json *j)
{
	if (j->indent)
		fprintf(j->out, "\n%*s", j->depth * j->indent, "");
}

/* Writes everything that comes before a value. */
static void lead(struct ct_json *j, const char *key)
{
	if (!j->first)
		fputc(',', j->out);
	j->first = false;
	if (j->depth)
		newline(j);
	if (key) {
		put_string(j->out, key);
		fputs(j->indent ? ": " : ":", j->out);
	}
	/* At the top level every value is a document of its own. */
	if (!j->depth)
		j->first = true;
}

static void open_level(struct ct_json *j, const char *key, char bracket)
{
	lead(j, key);
	fputc(bracket, j->out);
	j->depth++;
	j->first = true;
}

static void close_level(struct ct_json *j, char bracket)
{
	j->depth--;
	if (!j->first)
		newline(j);
	fputc(bracket, j->out);
	j->first = !j->depth;
}

void ct_json__object(struct ct_json *j, const char *key)
{
	open_level(j, key, '{');
}

void ct_json__end_object(struct ct_json *j)
{
	close_level(j, '}');
}

void ct_json__array(struct ct_json *j, const char *key)
{
	open_level(j, key, '[');
}

void ct_json__end_array(struct ct_json *j)
{
	close_level(j, ']');
}

void ct_json__str(struct ct_json *j, const char *key, const char *value)
{
	lead(j, key);
	if (value)
		put_string(j->out, value);
	else
		fputs("null", j->out);
}

void ct_json__int(struct ct_json *j, const char *key, int64_t value)
{
	lead(j, key);
	fprintf(j->out, "%" PRId64, value);
}

void ct_json__uint(struct ct_json *j, const char *key, uint64_t value)
{
	lead(j, key);
	fprintf(j->out, "%" PRIu64, value);
}

void ct_json__bool(struct ct_json *j, const char *key, bool value)
{
	lead(j, key);
	fputs(value ? "true" : "false", j->out);
}

void ct_json__opt_str(struct ct_json *j, const char *key, const char *value)
{
	if (value)
		ct_json__str(j, key, value);
}

void ct_json__opt_uint(struct ct_json *j, const char *key, uint64_t value)
{
	if (value)
		ct_json__uint(j, key, value);
}

void ct_json__raw(struct ct_json *j, const char *key, const char *value)
{
	lead(j, key);
	fputs(value, j->out);
}
