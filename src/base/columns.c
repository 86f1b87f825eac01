/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/columns.h"

#include "base/util.h"

/* East Asian wide characters and emoji take two columns, combining marks none. */
static int columns_of(uint32_t c)
{
	static const struct {
		uint32_t first, last;
		int columns;
	} special[] = {
		{ 0x300, 0x36f, 0 },	 { 0x483, 0x489, 0 },	  { 0x591, 0x5bd, 0 },
		{ 0x610, 0x61a, 0 },	 { 0x64b, 0x65f, 0 },	  { 0x900, 0x902, 0 },
		{ 0x1100, 0x115f, 2 },	 { 0x1ab0, 0x1aff, 0 },	  { 0x1dc0, 0x1dff, 0 },
		{ 0x20d0, 0x20ff, 0 },	 { 0x2e80, 0x303e, 2 },	  { 0x3041, 0xa4cf, 2 },
		{ 0xac00, 0xd7a3, 2 },	 { 0xf900, 0xfaff, 2 },	  { 0xfe00, 0xfe0f, 0 },
		{ 0xfe20, 0xfe2f, 0 },	 { 0xfe30, 0xfe6f, 2 },	  { 0xff00, 0xff60, 2 },
		{ 0xffe0, 0xffe6, 2 },	 { 0x1f300, 0x1f64f, 2 }, { 0x1f680, 0x1f6ff, 2 },
		{ 0x1f900, 0x1faff, 2 }, { 0x20000, 0x3fffd, 2 }, { 0xe0100, 0xe01ef, 0 },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(special); i++)
		if (c >= special[i].first && c <= special[i].last)
			return special[i].columns;
	return 1;
}

/* Moves *s past a character, or past a byte of broken UTF-8. Returns the columns it takes. */
static int step(const char **s)
{
	uint32_t c = 0;
	size_t n = ct_utf8__decode(*s, &c);

	*s += n ? n : 1;
	return n ? columns_of(c) : 1;
}

int ct_columns__of(const char *printable)
{
	int columns = 0;

	while (*printable)
		columns += step(&printable);
	return columns;
}

char *ct_columns__cut(const char *printable, int width)
{
	const char *end = printable, *next = printable;
	int at = 0;

	if (ct_columns__of(printable) <= width)
		return ct_xstrdup(printable);
	if (width < 1)
		return ct_xstrdup("");
	/* The last column is for the "~". */
	for (;;) {
		at += step(&next);
		if (at >= width)
			break;
		end = next;
	}
	return ct_xasprintf("%.*s~", (int)(end - printable), printable);
}
