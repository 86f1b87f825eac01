/* SPDX-License-Identifier: GPL-2.0-only */
/* What a fuzzer asks of every session that it gets out of its input. */
#ifndef CT_FUZZ_WRITABLE_H
#define CT_FUZZ_WRITABLE_H

#include <stdio.h>
#include <stdlib.h>

#include "model/recording.h"

/* A recording can hold the session, whatever its strings are: written, it can be read again. */
static inline void fuzz_must_be_writable(struct ct_session *s)
{
	ct_autosession struct ct_session *back = NULL;
	ct_autoerr struct ct_err err = { 0 };
	ct_autofree char *text = NULL;
	ct_autofclose FILE *in = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (!f || ct_recording__write_stream(s, f) || fclose(f))
		abort();
	in = fmemopen(text, len, "r");
	if (!in || ct_recording__read_stream(in, "fuzz", &back, &err)) {
		fprintf(stderr, "%s\n%s\n", err.msg, text);
		abort();
	}
	if (back->nworkloads != s->nworkloads)
		abort();
}

#endif
