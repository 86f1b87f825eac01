/* SPDX-License-Identifier: GPL-2.0-only */
/* OpenTelemetry: one log record over OTLP/HTTP with JSON (opentelemetry-proto, logs/v1). */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "base/clock.h"
#include "sink/post.h"
#include "sink/sink_text.h"

/* SEVERITY_NUMBER_INFO, _INFO2, _WARN */
static int severity_number(enum ct_notice_kind kind)
{
	int severity = ct_sink_text__severity(kind);

	return severity <= 4 ? 13 : severity == 5 ? 10 : 9;
}

static void put_attribute(void *arg, const char *name, const char *value)
{
	struct ct_json *j = arg;

	ct_json__object(j, NULL);
	ct_json__str(j, "key", name);
	ct_json__object(j, "value");
	ct_json__str(j, "stringValue", value);
	ct_json__end_object(j);
	ct_json__end_object(j);
}

static void put_member(void *arg, const char *name, const char *value)
{
	ct_autofree char *key = ct_xasprintf("captrim.%s", name);

	put_attribute(arg, key, value);
}

/* Protobuf's JSON writes 64-bit numbers as strings. */
static void put_time(struct ct_json *j, const char *key, int64_t ms)
{
	ct_autofree char *ns = ct_xasprintf("%" PRId64 "000000", ms > 0 ? ms : 0);

	ct_json__str(j, key, ms > 0 ? ns : "0");
}

static void put_resource(struct ct_json *j, const struct ct_notice *e)
{
	ct_json__object(j, "resource");
	ct_json__array(j, "attributes");
	put_attribute(j, "service.name", "captrim");
	put_attribute(j, "service.version", CT_VERSION);
	if (e->host)
		put_attribute(j, "host.name", e->host);
	ct_json__end_array(j);
	ct_json__end_object(j);
}

static void put_record(struct ct_json *j, const struct ct_notice *e)
{
	ct_autofree char *name = ct_xasprintf("captrim.event.%s", ct_notice_kind__name(e->kind));

	ct_json__object(j, NULL);
	put_time(j, "timeUnixNano", e->time_ms);
	put_time(j, "observedTimeUnixNano", ct_clock__wall_ms());
	ct_json__int(j, "severityNumber", severity_number(e->kind));
	ct_json__str(j, "severityText", ct_sink_text__severity_name(e->kind));
	ct_json__str(j, "eventName", name);
	ct_json__object(j, "body");
	ct_json__str(j, "stringValue", e->text ? e->text : "");
	ct_json__end_object(j);
	ct_json__array(j, "attributes");
	ct_sink_text__members(e, put_member, j);
	ct_json__end_array(j);
	ct_json__end_object(j);
}

static char *body_of(const struct ct_notice *e)
{
	char *body = NULL;
	size_t len;
	FILE *f = ct_xmemstream(&body, &len);
	struct ct_json j = CT_JSON(f, 0);

	ct_json__object(&j, NULL);
	ct_json__array(&j, "resourceLogs");
	ct_json__object(&j, NULL);
	put_resource(&j, e);
	ct_json__array(&j, "scopeLogs");
	ct_json__object(&j, NULL);
	ct_json__object(&j, "scope");
	ct_json__str(&j, "name", "captrim");
	ct_json__str(&j, "version", CT_VERSION);
	ct_json__end_object(&j);
	ct_json__array(&j, "logRecords");
	put_record(&j, e);
	ct_json__end_array(&j);
	ct_json__end_object(&j);
	ct_json__end_array(&j);
	ct_json__end_object(&j);
	ct_json__end_array(&j);
	ct_json__end_object(&j);
	ct_xmemstream_end(f, &body);
	return body;
}

/*
 * A receiver may answer with status 200 and still reject the record:
 * {"partialSuccess": {"rejectedLogRecords": "1", ...}}.
 */
static void on_answer(struct ct_sink *s, const struct ct_sink_result *r, const char *answer)
{
	json_t *root = r->error ? NULL : json_loads(answer, 0, NULL);
	const json_t *partial = json_object_get(root, "partialSuccess");
	const json_t *n = json_object_get(partial, "rejectedLogRecords");
	const char *text = json_string_value(n);
	const char *message = json_string_value(json_object_get(partial, "errorMessage"));
	struct ct_sink_result own = *r;
	ct_autofree char *why = NULL;

	if (json_integer_value(n) || (text && strcmp(text, "0") != 0)) {
		why = ct_xasprintf("the record was rejected%s%.200s", message ? ": " : "",
				   message ? message : "");
		own = (struct ct_sink_result){ .error = -EBADMSG, .refused = true, .why = why };
	}
	json_decref(root);
	ct_sink__done(s, &own);
}

static int send_record(struct ct_sink *s, const struct ct_notice *e, struct ct_err *err)
{
	static const char *const headers[] = { "Content-Type: application/json", NULL };
	ct_autofree char *body = body_of(e);

	return ct_post__send(s->own, headers, body, strlen(body), err);
}

static int open_otlp(struct ct_sink *s, struct ct_err *err)
{
	struct ct_post *p;
	int ret = ct_post__new(s, "/v1/logs", on_answer, &p, err);

	if (!ret)
		s->own = p;
	return ret;
}

static int reopen_otlp(struct ct_sink *s, struct ct_err *err)
{
	return ct_post__reload(s->own, err);
}

static void close_otlp(struct ct_sink *s)
{
	ct_post__free(s->own);
}

static const struct ct_yaml_field fields[] = { CT_SINK_COMMON_FIELDS,
					       CT_SINK_HTTP_FIELDS,
					       { .name = NULL } };

const struct ct_sink_type ct_sink_otlp = {
	.name = "otlp",
	.fields = fields,
	.check = ct_post__check,
	.look = ct_post__look,
	.open = open_otlp,
	.close = close_otlp,
	.reopen = reopen_otlp,
	.send = send_record,
};
