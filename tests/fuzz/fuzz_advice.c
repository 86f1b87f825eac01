/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Any bytes are read without harm; what was read, written, reads the same again, to the
 * byte; and taken together with itself it advises no more.
 */
#include <stdlib.h>
#include <string.h>

#include "emit/emit.h"
#include "emit/json_read.h"

struct advice {
	struct ct_session *s;
	struct ct_report *r;
};

static bool read_bytes(const char *data, size_t size, struct advice *a)
{
	ct_autoerr struct ct_err err = { 0 };
	int ret = ct_advice_json__read(data, size, "fuzz", &a->s, &a->r, &err);

	if ((ret == 0) != (a->s != NULL) || (ret == 0) != (err.msg == NULL))
		abort();
	return ret == 0;
}

static void free_advice(struct advice *a)
{
	ct_report__free(a->r);
	ct_session__free(a->s);
}

static char *write_bytes(const struct ct_report *r, size_t *len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	if (!f)
		abort();
	ct_emit__json(r, f);
	if (fclose(f))
		abort();
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct advice a = { 0 }, b = { 0 };
	ct_autofree char *first = NULL, *second = NULL, *third = NULL;
	size_t first_len = 0, second_len = 0, third_len = 0;

	if (!size)
		return 0;
	ct_advice_json__is((const char *)data, size);
	if (!read_bytes((const char *)data, size, &a))
		return 0;
	first = write_bytes(a.r, &first_len);
	if (!read_bytes(first, first_len, &b))
		abort();
	second = write_bytes(b.r, &second_len);
	if (first_len != second_len || memcmp(first, second, first_len) != 0)
		abort();
	ct_report__merge(a.r, a.s, b.r, b.s, CT_MODE_DEFAULT);
	third = write_bytes(a.r, &third_len);
	ct_report__set_mode(a.r, a.s, CT_MODE_GENEROUS);
	free_advice(&a);
	free_advice(&b);
	return 0;
}
