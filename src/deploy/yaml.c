/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <string.h>

#include "deploy/yaml_build.h"

#define MAX_HIDDEN 256 /* empty block scalars and comments that are hidden from libfyaml */

void ct_yaml__free(struct ct_yaml *y)
{
	if (!y)
		return;
	ct_yaml_node__free(y->root);
	free(y->name);
	free(y->text);
	free(y->lines);
	free(y);
}

/* Every value of every service gets a place: counting lines from the start would take too long. */
static void find_lines(struct ct_yaml *y)
{
	*CT_PUSH(y->lines, y->nlines, y->lines_cap) = 0;
	for (size_t i = 0; i < y->len; i++)
		if (y->text[i] == '\n')
			*CT_PUSH(y->lines, y->nlines, y->lines_cap) = i + 1;
}

/* Accepts only characters that YAML allows and that all its readers treat alike. */
static int check_text(const struct ct_yaml *y, struct ct_err *err)
{
	for (size_t i = 0, n; i < y->len; i += n) {
		uint32_t c = 0;

		n = ct_utf8__decode(y->text + i, &c);
		if (!n)
			return ct_yaml__error(y, i, err, "not UTF-8: convert the file");
		if (c == '\r' && y->text[i + 1] != '\n')
			return ct_yaml__error(
				y, i, err, "a carriage return alone: end lines with LF or CR LF");
		/* These end a line in YAML 1.1, but not in 1.2. */
		if (c == 0x85 || c == 0x2028 || c == 0x2029)
			return ct_yaml__error(y, i, err,
					      "a line separator (U+%04X) that not every reader of "
					      "YAML takes for one: remove it",
					      c);
		if ((c < 0x20 && !strchr("\t\n\r", (int)c)) || c == 0 || c == 0x7f ||
		    (c > 0x7f && c < 0xa0) || (c == 0xfeff && i))
			return ct_yaml__error(y, i, err, "a control character (U+%04X): remove it",
					      c);
	}
	return 0;
}

/* Replaces what libfyaml misreads by something of the same length that it reads correctly. */
static void hide(char *shown, size_t at)
{
	if (shown[at] == '#')
		memset(shown + at, ' ', strcspn(shown + at, "\r\n"));
	else
		shown[at] = '~';
}

int ct_yaml__parse_part(const char *name, const char *text, size_t len, size_t before,
			struct ct_yaml **out, struct ct_err *err)
{
	ct_autoyaml struct ct_yaml *y = ct_xzalloc(sizeof(*y));
	ct_autofree char *shown = NULL;
	size_t hidden;
	int ret;

	y->name = ct_xstrdup(name);
	y->text = ct_xzalloc(len + 1);
	memcpy(y->text, text, len);
	y->len = len;
	y->before = before;
	find_lines(y);
	ret = check_text(y, err);
	if (ret)
		return ret;
	shown = ct_xzalloc(len + 1);
	memcpy(shown, text, len);
	for (int i = 0; i <= MAX_HIDDEN; i++) {
		ret = ct_yaml_build__run(y, shown, &hidden, err);
		if (!ret || hidden == SIZE_MAX)
			break;
		hide(shown, hidden);
		ct_yaml_node__free(y->root);
		y->root = NULL;
		ret = ct_yaml__error(y, hidden, err,
				     "too many empty block scalars, or comments without a space "
				     "before them: write '' for those, and a space");
	}
	if (!ret)
		*out = ct_steal(y);
	return ret;
}

int ct_yaml__parse(const char *name, const char *text, size_t len, struct ct_yaml **y,
		   struct ct_err *err)
{
	return ct_yaml__parse_part(name, text, len, 0, y, err);
}
