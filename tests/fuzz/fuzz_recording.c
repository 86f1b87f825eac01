/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Any bytes are read without harm; and what was read, written, reads the same
 * again, to the byte.
 */
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "model/recording.h"

static struct ct_session *read_bytes(const void *data, size_t size)
{
	ct_autofclose FILE *f = fmemopen((void *)data, size, "r");
	ct_autoerr struct ct_err err = { 0 };
	struct ct_session *s = NULL;
	int ret;

	if (!f)
		return NULL;
	ret = ct_recording__read_stream(f, "fuzz", &s, &err);
	if ((ret == 0) != (s != NULL) || (ret == 0) != (err.msg == NULL))
		abort();
	return s;
}

static char *write_bytes(const struct ct_session *s, size_t *len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	if (!f || ct_recording__write_stream(s, f) || fclose(f))
		abort();
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ct_autosession struct ct_session *s = NULL, *back = NULL;
	ct_autofree char *first = NULL, *second = NULL;
	size_t first_len = 0, second_len = 0;

	if (!size)
		return 0;
	s = read_bytes(data, size);
	if (!s)
		return 0;
	for (size_t i = 0; i < s->nworkloads; i++) {
		ct_workload__label(s->workloads[i]);
		for (size_t n = 0; n < s->workloads[i]->nkinds; n++)
			ct_workload__phase(s->workloads[i], s->workloads[i]->kinds[n].key.entry);
	}
	first = write_bytes(s, &first_len);
	back = read_bytes(first, first_len);
	if (!back)
		abort();
	second = write_bytes(back, &second_len);
	if (first_len != second_len || memcmp(first, second, first_len))
		abort();
	return 0;
}
