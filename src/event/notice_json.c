/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim.event/1. Members may be added; renaming or removing one needs a new number. */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/moment.h"
#include "event/notice.h"
#include "model/fields.h"

#define W(type, path, name) CT_FIELD(struct ct_notice_workload, type, path, name)
static const struct ct_field workload_fields[] = {
	W(STR, key, "key"),	    W(STR, id, "id"),
	W(STR, kind, "kind"),	    W(STR, runtime, "runtime"),
	W(STR, label, "label"),	    W(STR, container, "container"),
	W(STR, image, "image"),	    W(STR, project, "project"),
	W(STR, service, "service"), {}
};

#define R(type, path, name) CT_FIELD(struct ct_notice_reason, type, path, name)
static const struct ct_field reason_fields[] = { R(STR, site, "site"),
						 R(STR, syscall, "syscall"),
						 R(STR, process, "process"),
						 R(STR, text, "text"),
						 {} };

#define L(type, path, name) CT_FIELD(struct ct_notice_learned, type, path, name, .keep = true)
static const struct ct_field learned_fields[] = { L(UINT, watched_ms, "watched_ms"),
						  L(UINT, starts, "starts"),
						  L(UINT, ends, "ends"),
						  L(UINT, reloads, "reloads"),
						  {} };

static const char *const verdicts[] = { "unneeded", "optional", "required", NULL };
static const char *const scopes[] = { "none", "namespace", "host", NULL };

#define E(type, path, name, ...) CT_FIELD(struct ct_notice, type, path, name, ##__VA_ARGS__)
static const struct ct_field event_fields[] = {
	E(TEXT, id, "id"),
	E(STR, host, "host"),
	E(NAME, verdict, "verdict", .names = verdicts),
	E(NAME, scope, "scope", .names = scopes),
	E(STR, generation, "generation"),
	E(STR, code, "code"),
	E(STR, text, "text"),
	E(UINT, count, "count", .max = INT64_MAX),
	E(BOOL, acknowledged, "acknowledged"),
	{},
};

static void put_time(struct ct_json *j, const char *key, int64_t ms)
{
	ct_autofree char *text = ms ? ct_moment__utc(ms) : NULL;

	ct_json__str(j, key, text);
}

static void put_object(struct ct_json *j, const char *key, const struct ct_field *fields,
		       const void *obj)
{
	ct_json__object(j, key);
	ct_fields__write(fields, obj, j);
	ct_json__end_object(j);
}

static void put_caps(struct ct_json *j, const struct ct_notice *e)
{
	int one = ct_notice__cap(e);

	ct_json__str(j, "capability", one < 0 ? NULL : ct_cap__name(one));
	ct_json__array(j, "capabilities");
	ct_caps__for_each(cap, e->caps)
		ct_json__str(j, NULL, ct_cap__name(cap));
	ct_json__end_array(j);
	ct_json__str(j, "verdict", e->caps ? ct_verdict__name(e->verdict) : NULL);
	ct_json__str(j, "scope", e->caps ? ct_scope__name(e->scope) : NULL);
}

static void put_learned(struct ct_json *j, const struct ct_notice_learned *l)
{
	if (!l->first_ms)
		return;
	ct_json__object(j, "learned");
	put_time(j, "since", l->first_ms);
	ct_fields__write(learned_fields, l, j);
	ct_json__end_object(j);
}

/* Most readers' whole numbers end at 2^63. */
static uint64_t readable(uint64_t n)
{
	return n > INT64_MAX ? INT64_MAX : n;
}

void ct_notice__put(struct ct_json *j, const char *key, const struct ct_notice *e)
{
	const struct ct_notice_reason *r = &e->reason;

	ct_json__object(j, key);
	ct_json__str(j, "schema", CT_NOTICE_SCHEMA);
	ct_json__str(j, "id", e->id);
	put_time(j, "time", e->time_ms);
	ct_json__str(j, "host", e->host);
	ct_json__str(j, "kind", ct_notice_kind__name(e->kind));
	if (e->workload.key)
		put_object(j, "workload", workload_fields, &e->workload);
	else
		ct_json__str(j, "workload", NULL);
	put_caps(j, e);
	if (r->site || r->syscall || r->process || r->text)
		put_object(j, "reason", reason_fields, r);
	else
		ct_json__str(j, "reason", NULL);
	ct_json__str(j, "generation", e->generation);
	ct_json__opt_str(j, "code", e->code);
	put_time(j, "first", e->first_ms);
	put_time(j, "last", e->last_ms);
	ct_json__uint(j, "count", readable(e->count));
	put_learned(j, &e->learned);
	ct_json__bool(j, "acknowledged", e->acknowledged);
	ct_json__str(j, "text", e->text);
	ct_json__end_object(j);
}

char *ct_notice__text(const struct ct_notice *e)
{
	char *text = NULL;
	size_t len;
	FILE *f = ct_xmemstream(&text, &len);
	struct ct_json j = CT_JSON(f, 0);

	ct_notice__put(&j, NULL, e);
	ct_xmemstream_end(f, &text);
	return text;
}

/* ---- reading ---- */

/* A member that is null counts as missing. */
static void drop_nulls(json_t *object)
{
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(object, next, key, value)
		if (json_is_null(value))
			json_object_del(object, key);
}

/* The object under key, NULL if there is none. */
static int get_object(json_t *json, const char *key, json_t **object, struct ct_err *err)
{
	*object = json_object_get(json, key);
	if (*object && !json_is_object(*object))
		return ct_err__set(err, EINVAL, "\"%s\" is not an object", key);
	drop_nulls(*object);
	return 0;
}

static int read_object(json_t *json, const char *key, const struct ct_field *fields, void *obj,
		       struct ct_err *err)
{
	json_t *object;
	int ret = get_object(json, key, &object, err);

	if (ret || !object)
		return ret;
	return ct_fields__read(fields, obj, object, err) ? ct_err__prefix(err, "\"%s\"", key) : 0;
}

static int read_time(json_t *json, const char *key, int64_t *ms, struct ct_err *err)
{
	const json_t *v = json_object_get(json, key);

	if (!v)
		return 0;
	if (!json_is_string(v) || ct_moment__parse_utc(json_string_value(v), ms))
		return ct_err__set(err, EINVAL, "\"%s\" is not a time such as 2026-01-31T12:00:00Z",
				   key);
	return 0;
}

static int read_caps(json_t *json, struct ct_notice *e, struct ct_err *err)
{
	const json_t *list = json_object_get(json, "capabilities"), *item;
	size_t i;

	if (!list)
		return 0;
	if (!json_is_array(list))
		return ct_err__set(err, EINVAL, "\"capabilities\" is not an array");
	json_array_foreach(list, i, item) {
		const char *name = json_string_value(item);
		int cap = name ? ct_cap__parse(name) : -EINVAL;

		if (cap < 0)
			return ct_err__set(err, EINVAL, "\"capabilities\": unknown capability");
		e->caps |= 1ull << cap;
	}
	return 0;
}

static int read_learned(json_t *json, struct ct_notice *e, struct ct_err *err)
{
	json_t *object;
	int ret = get_object(json, "learned", &object, err);

	if (!ret && object)
		ret = read_time(object, "since", &e->learned.first_ms, err);
	return ret ? ret : read_object(json, "learned", learned_fields, &e->learned, err);
}

static int read_head(json_t *json, struct ct_notice *e, struct ct_err *err)
{
	const char *schema = json_string_value(json_object_get(json, "schema"));
	const char *kind = json_string_value(json_object_get(json, "kind"));
	int number = kind ? ct_notice_kind__parse(kind) : -EINVAL;

	if (!schema || strcmp(schema, CT_NOTICE_SCHEMA))
		return ct_err__set(err, EINVAL, "this is not an event (" CT_NOTICE_SCHEMA ")");
	if (number < 0)
		return ct_err__set(err, EINVAL, "\"kind\" is not the name of a kind of event");
	e->kind = (enum ct_notice_kind)number;
	return 0;
}

static int read_event(json_t *json, struct ct_notice *e, struct ct_err *err)
{
	int ret = read_head(json, e, err);

	if (!ret)
		ret = read_time(json, "time", &e->time_ms, err);
	if (!ret)
		ret = read_time(json, "first", &e->first_ms, err);
	if (!ret)
		ret = read_time(json, "last", &e->last_ms, err);
	if (!ret)
		ret = read_caps(json, e, err);
	if (!ret)
		ret = read_learned(json, e, err);
	if (!ret)
		ret = read_object(json, "workload", workload_fields, &e->workload, err);
	if (!ret)
		ret = read_object(json, "reason", reason_fields, &e->reason, err);
	return ret ? ret : ct_fields__read(event_fields, e, json, err);
}

int ct_notice__read(const char *text, size_t len, struct ct_notice **out, struct ct_err *err)
{
	json_error_t why;
	json_t *json = json_loadb(text, len, 0, &why);
	struct ct_notice *e;
	int ret;

	if (!json_is_object(json)) {
		json_decref(json);
		return ct_err__set(err, EINVAL, "this is not an event (" CT_NOTICE_SCHEMA ")");
	}
	drop_nulls(json);
	e = ct_notice__new(CT_NOTICE_GAP, NULL, 0);
	ret = read_event(json, e, err);
	json_decref(json);
	if (ret)
		ct_notice__free(e);
	else
		*out = e;
	return ret;
}
