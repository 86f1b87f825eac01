/* SPDX-License-Identifier: GPL-2.0-only */
/* An advice in JSON, read back: the other half of as_json.c. */
#ifndef CT_EMIT_JSON_READ_H
#define CT_EMIT_JSON_READ_H

#include "base/err.h"
#include "judge/judge.h"

#define CT_ADVICE_SCHEMA "captrim.advice/1"

/* Does this text, the whole of a file, call itself an advice of captrim's, of whatever number? */
bool ct_advice_json__is(const char *text, size_t len);

/*
 * Reads captrim.advice/1; name is for messages. Written again it gives the same bytes. The
 * session has workloads without kinds of checks. Both are the caller's, the report to be freed
 * first. -EINVAL with a message that names the file, the place in it and the cure; both are
 * untouched then. Unknown fields are ignored.
 */
int ct_advice_json__read(const char *text, size_t len, const char *name, struct ct_session **s,
			 struct ct_report **r, struct ct_err *err);

#endif
