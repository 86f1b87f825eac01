/* SPDX-License-Identifier: GPL-2.0-only */
/* Recordings as text, for tests. */
#ifndef CT_UNIT_SESSIONS_H
#define CT_UNIT_SESSIONS_H

#include <glob.h>

#include "base/util.h"
#include "model/recording.h"
#include "unit.h"

static inline char *session_text(const struct ct_session *s)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	CU_ASSERT_EQUAL(ct_recording__write_stream(s, f), 0);
	fclose(f);
	return text;
}

static inline int session_parse(const char *text, size_t len, struct ct_session **s,
				struct ct_err *err)
{
	ct_autofclose FILE *f = len ? fmemopen((void *)text, len, "r") : fopen("/dev/null", "r");

	return ct_recording__read_stream(f, "rec", s, err);
}

/* The caller frees it with globfree(). */
static inline glob_t golden_recordings(void)
{
	glob_t found = { 0 };

	CU_ASSERT_EQUAL_FATAL(glob("tests/golden/recordings/*.rec", 0, NULL, &found), 0);
	return found;
}

#endif
