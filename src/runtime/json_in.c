/* SPDX-License-Identifier: GPL-2.0-only */
#include "runtime/json_in.h"

#include <string.h>

/* Replaces a number that is too large by the largest one, and returns the length of the number. */
static size_t tame_number(char *text, size_t len)
{
	static const char largest[] = "9223372036854775807";
	const size_t max = strlen(largest);
	bool whole = text[0] >= '1' && text[0] <= '9';
	size_t n = 0;

	for (; n < len && memchr("0123456789+-.eE", text[n], 15); n++)
		whole &= text[n] >= '0' && text[n] <= '9';
	if (!whole || n < max || (n == max && memcmp(text, largest, max) <= 0))
		return n;
	memset(text, ' ', n);
	memcpy(text, largest, max);
	return n;
}

/* Replaces what Jansson refuses by text of the same length. Returns whether there was a NUL. */
static bool tame(char *text, size_t len)
{
	static const char nul[] = "\\u0000", instead[] = "\\ufffd";
	const size_t n = strlen(nul);
	bool quoted = false, had_nul = false;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"') {
			quoted = !quoted;
		} else if (!quoted && (text[i] == '-' || (text[i] >= '0' && text[i] <= '9'))) {
			i += tame_number(text + i, len - i) - 1;
		} else if (quoted && text[i] == '\\') {
			if (len - i >= n && !memcmp(text + i, nul, n)) {
				memcpy(text + i, instead, n);
				had_nul = true;
			}
			i++;
		}
	}
	return had_nul;
}

json_t *ct_json_in__load(char *text, size_t len, json_error_t *bad)
{
	bool had_nul = tame(text, len);

	/* Two names that differed only in a NUL are the same now: one of them is left out. */
	return json_loadb(text, len, had_nul ? 0 : JSON_REJECT_DUPLICATES, bad);
}
