/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Alertmanager's API, version 2. Alertmanager forgets an alert that is not sent again, so those
 * that stand are repeated every few minutes, until somebody acknowledges them or they expire.
 */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/moment.h"
#include "sink/post.h"
#include "sink/sink_text.h"

#define MAX_STANDING 1000
#define MIN_RESEND   (10 * CT_NS_PER_SEC)
#define BRIEF_MS     (15 * 60 * 1000ll) /* for how long an alert that does not stand is shown */

struct out_alertmanager {
	struct ct_post *post;
	struct ct_source *timer;
	struct ct_notices standing, settled;
	bool busy;   /* a request is in progress */
	size_t told; /* how many of the settled ones are in it: the first ones */
	bool full;   /* it was said that no more can stand */
};

static const char *alert_name(enum ct_notice_kind kind)
{
	static const char *const names[] = {
		[CT_NOTICE_NEW_NEED] = "CaptrimNewNeed",
		[CT_NOTICE_HOST_SCOPE] = "CaptrimHostScope",
		[CT_NOTICE_DENIED] = "CaptrimDenied",
		[CT_NOTICE_UNUSED_FOR] = "CaptrimUnusedFor",
		[CT_NOTICE_GAP] = "CaptrimGap",
		[CT_NOTICE_HEARTBEAT] = "CaptrimHeartbeat",
		[CT_NOTICE_SUPPRESSED] = "CaptrimSuppressed",
		[CT_NOTICE_SELF_TEST] = "CaptrimSelfTest",
	};

	return names[kind];
}

static void put_label(void *arg, const char *name, const char *value)
{
	static const char *const labels[] = { "kind",  "host",	     "workload", "capability",
					      "scope", "generation", "code" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(labels); i++)
		if (!strcmp(name, labels[i]))
			ct_json__str(arg, name, value);
}

static void put_annotation(void *arg, const char *name, const char *value)
{
	static const char *const notes[] = { "id",   "label",	"container", "image", "reason",
					     "site", "syscall", "process",   "count" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(notes); i++)
		if (!strcmp(name, notes[i]))
			ct_json__str(arg, name, value);
}

static void put_alert(struct ct_json *j, const struct ct_notice *e, int64_t end_ms)
{
	ct_autofree char *start = ct_moment__utc(e->time_ms < end_ms ? e->time_ms : end_ms);
	ct_autofree char *end = ct_moment__utc(end_ms);

	ct_json__object(j, NULL);
	ct_json__object(j, "labels");
	ct_json__str(j, "alertname", alert_name(e->kind));
	ct_json__str(j, "severity", ct_sink_text__severity_name(e->kind));
	ct_sink_text__members(e, put_label, j);
	ct_json__end_object(j);
	ct_json__object(j, "annotations");
	ct_json__str(j, "summary", e->text ? e->text : "");
	ct_sink_text__members(e, put_annotation, j);
	ct_json__end_object(j);
	ct_json__str(j, "startsAt", start);
	ct_json__str(j, "endsAt", end);
	ct_json__end_object(j);
}

/*
 * Those settled since the last success, all alerts that stand, and e unless it is NULL. The settled
 * ones come first: one that stands may have the same labels, or may be the same one, whose
 * acknowledgement was taken back.
 */
static char *body_of(const struct ct_sink *s, const struct ct_notice *e)
{
	const struct out_alertmanager *a = s->own;
	int64_t now = ct_clock__wall_ms(), later = now + (int64_t)(4 * s->c.resend_ns / 1000000);
	bool known = false;
	char *body = NULL;
	size_t len;
	FILE *f = ct_xmemstream(&body, &len);
	struct ct_json j = CT_JSON(f, 0);

	ct_json__array(&j, NULL);
	for (size_t i = 0; i < a->settled.len; i++)
		put_alert(&j, a->settled.items[i], now);
	for (size_t i = 0; i < a->standing.len; i++) {
		put_alert(&j, a->standing.items[i], later);
		known |= e && !strcmp(a->standing.items[i]->id, e->id);
	}
	if (e && !known)
		put_alert(&j, e, now + BRIEF_MS);
	ct_json__end_array(&j);
	ct_xmemstream_end(f, &body);
	return body;
}

static int post(struct ct_sink *s, const struct ct_notice *e, struct ct_err *err)
{
	static const char *const headers[] = { "Content-Type: application/json", NULL };
	struct out_alertmanager *a = s->own;
	ct_autofree char *body = body_of(s, e);
	int ret = ct_post__send(a->post, headers, body, strlen(body), err);

	a->busy = ret == -EINPROGRESS;
	a->told = a->settled.len;
	return ret;
}

/* Waits for the request in progress, whose end sends what it does not say. */
static void send_standing(void *arg)
{
	struct ct_sink *s = arg;
	const struct out_alertmanager *a = s->own;

	if (!a->busy && a->standing.len + a->settled.len)
		(void)post(s, NULL, NULL);
}

static void forget_told(struct out_alertmanager *a)
{
	size_t left = a->settled.len - a->told;

	for (size_t i = 0; i < a->told; i++)
		ct_notice__free(a->settled.items[i]);
	if (a->told && left)
		memmove(a->settled.items, a->settled.items + a->told,
			left * sizeof(*a->settled.items));
	a->settled.len = left;
}

static void on_answer(struct ct_sink *s, const struct ct_sink_result *r, const char *answer)
{
	struct out_alertmanager *a = s->own;

	(void)answer;
	a->busy = false;
	if (!r->error)
		forget_told(a);
	ct_sink__done(s, r);
	if (!r->error && a->settled.len)
		send_standing(s);
}

static size_t place_of(const struct ct_notices *l, const char *id)
{
	size_t i = 0;

	while (i < l->len && strcmp(l->items[i]->id, id) != 0)
		i++;
	return i;
}

static void stands(struct ct_sink *s, const struct ct_notice *e)
{
	struct out_alertmanager *a = s->own;

	if (!ct_notice__is_finding(e) || place_of(&a->standing, e->id) < a->standing.len)
		return;
	if (a->standing.len >= MAX_STANDING) {
		if (!a->full)
			ct_warn("the sink '%s' repeats %d findings, and no others: Alertmanager "
				"will show those as resolved; captrim ack accepts findings",
				s->c.name, MAX_STANDING);
		a->full = true;
		return;
	}
	a->full = false;
	ct_notices__take(&a->standing, ct_notice__hold(e));
}

static void settled(struct ct_sink *s, const char *id)
{
	struct out_alertmanager *a = s->own;
	size_t i = place_of(&a->standing, id);

	if (i == a->standing.len)
		return;
	ct_notices__take(&a->settled, a->standing.items[i]);
	a->standing.items[i] = a->standing.items[--a->standing.len];
	send_standing(s);
}

static int send_event(struct ct_sink *s, const struct ct_notice *e, struct ct_err *err)
{
	/* Nobody would ever say again that what was settled before is settled. */
	if (!s->queue.items[0].past)
		stands(s, e);
	return post(s, e, err);
}

static void close_alertmanager(struct ct_sink *s)
{
	struct out_alertmanager *a = s->own;

	if (!a)
		return;
	ct_loop__remove(s->loop, &a->timer);
	ct_post__free(a->post);
	ct_notices__free(&a->standing);
	ct_notices__free(&a->settled);
	free(a);
}

static int open_alertmanager(struct ct_sink *s, struct ct_err *err)
{
	struct out_alertmanager *a = s->own = ct_xzalloc(sizeof(*a));
	int ret = ct_post__new(s, "/api/v2/alerts", on_answer, &a->post, err);

	if (!ret)
		ret = ct_loop__add_timer(s->loop, s->c.resend_ns, s->c.resend_ns, send_standing, s,
					 &a->timer);
	return ret;
}

static int reopen_alertmanager(struct ct_sink *s, struct ct_err *err)
{
	const struct out_alertmanager *a = s->own;

	return ct_post__reload(a->post, err);
}

static int check_alertmanager(const struct ct_sink_config *c, struct ct_err *err)
{
	if (c->resend_ns < MIN_RESEND)
		return ct_err__set(err, EINVAL, "resend must be 10s at least");
	return ct_post__check(c, err);
}

static const struct ct_yaml_field fields[] = {
	CT_SINK_COMMON_FIELDS,
	CT_SINK_HTTP_FIELDS,
	CT_SINK_FIELD("resend", DURATION, resend_ns),
	{ .name = NULL },
};

const struct ct_sink_type ct_sink_alertmanager = {
	.name = "alertmanager",
	.quiet = true,
	.fields = fields,
	.check = check_alertmanager,
	.look = ct_post__look,
	.open = open_alertmanager,
	.close = close_alertmanager,
	.reopen = reopen_alertmanager,
	.send = send_event,
	.stands = stands,
	.settled = settled,
};
