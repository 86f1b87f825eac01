/* SPDX-License-Identifier: GPL-2.0-only */
/* An event for what is not JSON: a line for people, and its members by name. */
#ifndef CT_SINK_SINK_TEXT_H
#define CT_SINK_SINK_TEXT_H

#include "event/notice.h"

/* As syslog has it: 0 the worst, 7 the least. */
int ct_sink_text__severity(enum ct_notice_kind kind);
const char *ct_sink_text__severity_name(enum ct_notice_kind kind); /* "warning", "info" ... */

/* One printable line; the caller frees. */
char *ct_sink_text__line(const struct ct_notice *e);

/*
 * Calls fn with each member that is known and has one value: "workload", "capability" ... The
 * values are raw.
 */
typedef void (*ct_sink_text_fn)(void *arg, const char *name, const char *value);
void ct_sink_text__members(const struct ct_notice *e, ct_sink_text_fn fn, void *arg);

#endif
