/* SPDX-License-Identifier: GPL-2.0-only */
#include "sink/sink_text.h"

#include <inttypes.h>
#include <syslog.h>

int ct_sink_text__severity(enum ct_notice_kind kind)
{
	switch (kind) {
	case CT_NOTICE_HOST_SCOPE:
	case CT_NOTICE_DENIED:
	case CT_NOTICE_GAP:
	case CT_NOTICE_SUPPRESSED: return LOG_WARNING;
	case CT_NOTICE_NEW_NEED: return LOG_NOTICE;
	default: return LOG_INFO;
	}
}

const char *ct_sink_text__severity_name(enum ct_notice_kind kind)
{
	int severity = ct_sink_text__severity(kind);

	return severity == LOG_WARNING ? "warning" : severity == LOG_NOTICE ? "notice" : "info";
}

char *ct_sink_text__line(const struct ct_notice *e)
{
	ct_autofree char *text = ct_printable(e->text ? e->text : "");

	return ct_xasprintf("%s%s%s", ct_notice_kind__name(e->kind), *text ? ": " : "", text);
}

void ct_sink_text__members(const struct ct_notice *e, ct_sink_text_fn fn, void *arg)
{
	ct_autofree char *caps = ct_caps__join(e->caps, ",", "");
	ct_autofree char *count = ct_xasprintf("%" PRIu64, e->count);
	const struct ct_notice_workload *w = &e->workload;
	const struct ct_notice_reason *r = &e->reason;
	const struct {
		const char *name, *value;
	} members[] = {
		{ "id", e->id },
		{ "kind", ct_notice_kind__name(e->kind) },
		{ "host", e->host },
		{ "workload", w->key },
		{ "label", w->label },
		{ "container", w->container },
		{ "image", w->image },
		{ "project", w->project },
		{ "service", w->service },
		{ "capability", e->caps ? caps : NULL },
		{ "verdict", e->caps ? ct_verdict__name(e->verdict) : NULL },
		{ "scope", e->caps ? ct_scope__name(e->scope) : NULL },
		{ "generation", e->generation },
		{ "site", r->site },
		{ "syscall", r->syscall },
		{ "process", r->process },
		{ "reason", r->text },
		{ "code", e->code },
		{ "count", count },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(members); i++)
		if (members[i].value && *members[i].value)
			fn(arg, members[i].name, members[i].value);
}
