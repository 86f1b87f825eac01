/* SPDX-License-Identifier: GPL-2.0-only */
/* Syslog as in RFC 5424: a line for people, and structured data for programs. */
#include <errno.h>
#include <string.h>

#include "base/moment.h"
#include "sink/sink_priv.h"
#include "sink/sink_text.h"
#include "sink/wire.h"

#define ADDRESS	 "unix:/dev/log"
#define FACILITY 3		 /* daemon */
#define SD_ID	 "captrim@32473" /* RFC 5612's number for examples: captrim has none of its own */
#define LONGEST	 400		 /* bytes of a value; receivers take 2048 in all (RFC 5424, 6.1) */

/*
 * Adds a value, escaped for quotes (6.3.3), without control characters, which many receivers take
 * for line ends.
 */
static void add_value(struct ct_str *s, const char *value)
{
	ct_autofree char *shown = ct_printable(value);

	for (const char *p = shown; *p && p - shown < LONGEST;) {
		uint32_t c;
		size_t n = ct_utf8__decode(p, &c);

		if (strchr("\"\\]", *p))
			ct_str__add(s, "\\");
		ct_str__addn(s, p, n ? n : 1);
		p += n ? n : 1;
	}
}

static void add_member(void *arg, const char *name, const char *value)
{
	struct ct_str *s = arg;

	ct_str__addf(s, " %s=\"", name);
	add_value(s, value);
	ct_str__add(s, "\"");
}

/* HOSTNAME may hold only visible ASCII characters, 255 at most. */
static char *host_name(const char *host)
{
	char *name = ct_xstrndup(host && *host ? host : "-", 255);

	for (char *p = name; *p; p++)
		if (*p < 33 || *p > 126)
			*p = '-';
	return name;
}

static struct ct_str message_of(const struct ct_notice *e)
{
	ct_autofree char *host = host_name(e->host), *line = ct_sink_text__line(e);
	int severity = ct_sink_text__severity(e->kind);
	ct_autofree char *time = ct_moment__utc(e->time_ms);
	struct ct_str s = { 0 };

	ct_str__addf(&s, "<%d>1 %s %s captrim %d %s [" SD_ID, FACILITY * 8 + severity, time, host,
		     (int)getpid(), ct_notice_kind__name(e->kind));
	ct_sink_text__members(e, add_member, &s);
	/* A message in UTF-8 begins with a byte order mark (6.4). */
	ct_str__add(&s, "] \xef\xbb\xbf");
	ct_str__add(&s, line);
	return s;
}

static void on_sent(void *arg, int error, const char *why)
{
	const struct ct_sink_result r = { .error = error, .why = why };

	ct_sink__done(arg, &r);
}

static int send_message(struct ct_sink *sink, const struct ct_notice *e, struct ct_err *err)
{
	struct ct_wire *w = sink->own;
	struct ct_str s = message_of(e), framed = { 0 };
	int ret;

	/* Over a stream, each message is preceded by its length (RFC 6587, 3.4.1). */
	if (ct_wire__is_stream(w))
		ct_str__addf(&framed, "%zu ", s.len);
	ct_str__addn(&framed, s.s, s.len);
	ret = ct_wire__send(w, framed.s, framed.len, err);
	ct_str__free(&framed);
	ct_str__free(&s);
	return ret;
}

static int open_syslog(struct ct_sink *sink, struct ct_err *err)
{
	(void)err;
	sink->own = ct_wire__new(sink->loop, sink->c.address ? sink->c.address : ADDRESS, on_sent,
				 sink);
	return 0;
}

static void close_syslog(struct ct_sink *sink)
{
	ct_wire__free(sink->own);
}

static int check_syslog(const struct ct_sink_config *c, struct ct_err *err)
{
	return c->address ? ct_wire__check(c->address, err) : 0;
}

static const struct ct_yaml_field fields[] = { CT_SINK_COMMON_FIELDS,
					       CT_SINK_FIELD("address", TEXT, address),
					       { .name = NULL } };

const struct ct_sink_type ct_sink_syslog = {
	.name = "syslog",
	.fields = fields,
	.check = check_syslog,
	.open = open_syslog,
	.close = close_syslog,
	.send = send_message,
};
