/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads a recommendation in JSON back: the other half of as_json.c. */
#ifndef CT_EMIT_JSON_READ_H
#define CT_EMIT_JSON_READ_H

#include "base/err.h"
#include "judge/judge.h"

#define CT_ADVICE_SCHEMA "captrim.advice/1"

/* Does this text, a whole file, say that it is a captrim advice of any version, even if damaged? */
bool ct_advice_json__is(const char *text, size_t len);

/*
 * Reads captrim.advice/1; name is for messages. Writing it again gives the same bytes. Unknown
 * fields are ignored. The session's workloads have no kinds of checks. The caller owns *s and *r,
 * and frees *r first. Returns 0, or -EINVAL with both untouched and a message that names the file,
 * the place in it and the cure.
 */
int ct_advice_json__read(const char *text, size_t len, const char *name, struct ct_session **s,
			 struct ct_report **r, struct ct_err *err);

#endif
