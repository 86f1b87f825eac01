/* SPDX-License-Identifier: GPL-2.0-only */
/* An event for sinks that do not send it whole: a line for people, and its members by name. */
#ifndef CT_SINK_SINK_TEXT_H
#define CT_SINK_SINK_TEXT_H

#include "event/notice.h"

/* As in syslog: 0 is the worst, 7 the least severe. */
int ct_sink_text__severity(enum ct_notice_kind kind);
const char *ct_sink_text__severity_name(enum ct_notice_kind kind); /* "warning", "info" ... */

/* One printable line; the caller frees. */
char *ct_sink_text__line(const struct ct_notice *e);

/*
 * Calls fn with each member whose value is known: "workload", "capability" ... Several capabilities
 * are joined by commas. The values are raw.
 */
typedef void (*ct_sink_text_fn)(void *arg, const char *name, const char *value);
void ct_sink_text__members(const struct ct_notice *e, ct_sink_text_fn fn, void *arg);

#endif
