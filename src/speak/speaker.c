/* SPDX-License-Identifier: GPL-2.0-only */
#include "speak/speaker.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/human.h"
#include "deploy/yaml_fields.h"
#include "speak/speaker_priv.h"

#define BUCKETS	  4096
#define SAID	  4096		       /* ids of events that are remembered */
#define SUM_UP_NS (30 * CT_NS_PER_SEC) /* from the first event held back to the summary */
#define SUMMED	  16		       /* at most so many summaries at once, and one of the rest */

#define DAY_NS (24 * 3600 * CT_NS_PER_SEC)

static const struct speaker_config defaults = {
	.learning_ns = DAY_NS,
	.expire_ns = 30 * DAY_NS,
	.heartbeat_ns = 3600 * CT_NS_PER_SEC,
	.burst = 5,
	.refill_ns = 3600 * CT_NS_PER_SEC,
};

#define FIELD(label, kind, member)                                \
	{                                                         \
		.name = (label), .type = CT_YAML_##kind,          \
		.offset = offsetof(struct speaker_config, member) \
	}
static const struct ct_yaml_field fields[] = {
	FIELD("learning", TIME_OR_NONE, learning_ns),
	FIELD("unused_for", TIME_OR_NONE, unused_for_ns),
	FIELD("expire", TIME_OR_NONE, expire_ns),
	FIELD("heartbeat", TIME_OR_NONE, heartbeat_ns),
	FIELD("burst", UINT, burst),
	FIELD("refill", DURATION, refill_ns),
	{ .name = NULL },
};

/* ---- what was said ---- */

static bool was_said(const struct ct_speaker *s, const char *id)
{
	size_t n = s->nsaid < SAID ? s->nsaid : SAID;

	for (size_t i = 0; i < n; i++)
		if (!strcmp(s->said[i], id))
			return true;
	return false;
}

static void note_said(struct ct_speaker *s, const char *id)
{
	memcpy(s->said[s->nsaid++ % SAID], id, CT_NOTICE_ID_LEN + 1);
}

/* ---- passing on ---- */

static void pass_on(struct ct_speaker *s, const struct ct_notice *e)
{
	s->st.said[e->kind]++;
	ct_sinks__send(s->sinks, e);
}

static struct ct_notice *new_summary(struct ct_speaker *s, const char *code, uint64_t count)
{
	struct ct_notice *e = ct_notice__new(CT_NOTICE_SUPPRESSED, s->host, ct_clock__wall_ms());

	e->code = ct_xstrdup(code);
	e->count = count;
	e->last_ms = e->time_ms;
	return e;
}

static void sum_up(void *arg, const struct ct_throttle_held *held)
{
	struct ct_speaker *s = arg;
	ct_autonotice struct ct_notice *e = new_summary(s, "throttled", held->count);
	ct_autofree char *n = ct_human__count(held->count, "event", "events");
	const char *how = held->count == 1 ?
				  "was held back to limit the rate; it is in the store" :
				  "were held back to limit the rate; all are in the store";

	if (held->example) {
		const struct ct_notice *x = held->example;
		ct_autofree char *names = ct_caps__join(x->caps, ", ", "");

		e->workload.key = x->workload.key ? ct_xstrdup(x->workload.key) : NULL;
		e->workload.label = x->workload.label ? ct_xstrdup(x->workload.label) : NULL;
		e->caps = x->caps;
		e->verdict = x->verdict;
		e->scope = x->scope;
		e->text = ct_xasprintf("%s about %s%s%s%s %s", n, x->workload.label ?: "this host",
				       *names ? " (" : "", names, *names ? ")" : "", how);
	} else {
		e->text = ct_xasprintf("%s about other workloads %s", n, how);
	}
	ct_notice__identify(e);
	pass_on(s, e);
}

static uint64_t dropped_by_sinks(const struct ct_speaker *s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < ct_sinks__count(s->sinks); i++)
		n += ct_sinks__status(s->sinks, i).dropped;
	return n;
}

static void sum_up_drops(struct ct_speaker *s)
{
	uint64_t n = dropped_by_sinks(s);
	ct_autonotice struct ct_notice *e = NULL;
	ct_autofree char *what = NULL;

	if (n > s->dropped) {
		e = new_summary(s, "dropped", n - s->dropped);
		what = ct_human__count(e->count, "event was", "events were");
		e->text = ct_xasprintf("%s dropped by sinks whose receivers did not take them; "
				       "all are in the store",
				       what);
		ct_notice__identify(e);
		pass_on(s, e);
	}
	/* Events that a full queue dropped because of the summary itself need no other one. */
	s->dropped = dropped_by_sinks(s);
}

static void on_summary(void *arg)
{
	struct ct_speaker *s = arg;

	ct_loop__remove(s->loop, &s->summary);
	ct_throttle__collect(s->throttle, SUMMED, sum_up, s);
	sum_up_drops(s);
}

static void want_summary(struct ct_speaker *s)
{
	if (!s->summary)
		(void)ct_loop__add_timer(s->loop, SUM_UP_NS, 0, on_summary, s, &s->summary);
}

static void on_result(void *arg, const struct ct_sink_status *sink, const struct ct_notice *e,
		      int error, const char *why)
{
	struct ct_speaker *s = arg;

	(void)e;
	(void)why;
	if (error && sink->dropped && dropped_by_sinks(s) > s->dropped)
		want_summary(s);
}

void ct_speaker__say(struct ct_speaker *s, const struct ct_notices *l)
{
	for (size_t i = 0; i < l->len; i++) {
		const struct ct_notice *e = l->items[i];

		if (was_said(s, e->id))
			continue;
		note_said(s, e->id);
		if (ct_notice__is_finding(e))
			ct_speaker__add_standing(s, e->id, e->workload.key,
						 ct_speaker__expires_ms(s, e));
		if (ct_throttle__admit(s->throttle, e, ct_clock__now_ns()))
			pass_on(s, e);
		else
			want_summary(s);
	}
	if (dropped_by_sinks(s) > s->dropped)
		want_summary(s);
}

/* ---- the heartbeat ---- */

static void on_heartbeat(void *arg)
{
	struct ct_speaker *s = arg;
	ct_autonotice struct ct_notice *e = ct_notice__new(CT_NOTICE_HEARTBEAT, s->host,
							   ct_clock__wall_ms());
	size_t watched = s->watched ? s->watched(s->watched_arg) : 0;
	ct_autofree char *n = ct_human__count(watched, "workload", "workloads");
	ct_autofree char *open = ct_human__count(ct_speaker__count_standing(s), "finding",
						 "findings");

	e->count = watched;
	e->text = ct_xasprintf("captrim watches %s; %s not acknowledged", n, open);
	ct_notice__identify(e);
	pass_on(s, e);
}

void ct_speaker__count_by(struct ct_speaker *s, size_t (*fn)(void *arg), void *arg)
{
	s->watched = fn;
	s->watched_arg = arg;
}

/* ---- settings ---- */

int ct_speaker__new(struct ct_loop *l, struct ct_sinks *sinks, const char *host,
		    struct ct_speaker **out, struct ct_err *err)
{
	struct ct_speaker *s = ct_xzalloc(sizeof(*s));

	s->loop = l;
	s->sinks = sinks;
	s->host = host ? ct_xstrdup(host) : NULL;
	s->said = ct_xzalloc(SAID * sizeof(*s->said));
	ct_sinks__on_result(sinks, on_result, s);
	if (ct_speaker__configure(s, NULL, NULL, NULL, err)) {
		ct_speaker__free(s);
		return -EINVAL;
	}
	*out = s;
	return 0;
}

void ct_speaker__free(struct ct_speaker *s)
{
	if (!s)
		return;
	/* Sum up what was held back so far. */
	if (s->throttle)
		on_summary(s);
	ct_sinks__on_result(s->sinks, NULL, NULL);
	ct_loop__remove(s->loop, &s->summary);
	ct_loop__remove(s->loop, &s->heartbeat);
	ct_throttle__free(s->throttle);
	ct_declared__free(s->declared);
	ct_speaker__free_standing(s);
	free(s->said);
	free(s->host);
	free(s);
}

static int read_config(const struct ct_yaml *y, const struct ct_yaml_node *events,
		       const struct ct_strings *policies, struct speaker_config *c,
		       struct ct_declared **d, struct ct_err *err)
{
	static const struct ct_strings none;
	int ret;

	*c = defaults;
	ret = events ? ct_yaml_fields__read(y, events, fields, "events", c, err) : 0;
	if (!ret && (!c->burst || c->burst > 1000))
		ret = ct_yaml__error(y, ct_yaml__get(ct_yaml__resolve(events), "burst")->start, err,
				     "burst must be from 1 to 1000 events");
	if (!ret && c->refill_ns < CT_NS_PER_SEC)
		ret = ct_yaml__error(y, ct_yaml__get(ct_yaml__resolve(events), "refill")->start,
				     err, "refill must be 1s at least");
	if (!ret && c->heartbeat_ns && c->heartbeat_ns < CT_NS_PER_SEC)
		ret = ct_yaml__error(y, ct_yaml__get(ct_yaml__resolve(events), "heartbeat")->start,
				     err, "heartbeat must be 1s at least, or none");
	return ret ? ret : ct_declared__load(policies ? policies : &none, d, err);
}

int ct_speaker__configure(struct ct_speaker *s, const struct ct_yaml *y,
			  const struct ct_yaml_node *events, const struct ct_strings *policies,
			  struct ct_err *err)
{
	struct ct_declared *declared;
	struct speaker_config c;
	int ret = read_config(y, events, policies, &c, &declared, err);

	if (ret)
		return ret;
	if (!s->throttle || c.burst != s->c.burst || c.refill_ns != s->c.refill_ns) {
		if (s->throttle)
			on_summary(s);
		ct_throttle__free(s->throttle);
		s->throttle = ct_throttle__new(BUCKETS, (unsigned int)c.burst, c.refill_ns);
	}
	if (c.heartbeat_ns != s->c.heartbeat_ns)
		ct_loop__remove(s->loop, &s->heartbeat);
	if (c.heartbeat_ns && !s->heartbeat)
		(void)ct_loop__add_timer(s->loop, c.heartbeat_ns, c.heartbeat_ns, on_heartbeat, s,
					 &s->heartbeat);
	ct_declared__free(s->declared);
	s->declared = declared;
	s->c = c;
	/* With a sink that was removed, what it had dropped is gone from the sum. */
	if (dropped_by_sinks(s) < s->dropped)
		s->dropped = dropped_by_sinks(s);
	return 0;
}

int ct_speaker__check(const struct ct_yaml *y, const struct ct_yaml_node *events,
		      const struct ct_strings *policies, struct ct_err *err)
{
	ct_autodeclared struct ct_declared *declared = NULL;
	struct speaker_config c;

	return read_config(y, events, policies, &c, &declared, err);
}

struct ct_speaker_status ct_speaker__status(const struct ct_speaker *s)
{
	struct ct_speaker_status st = s->st;

	st.held_back = ct_throttle__held(s->throttle);
	st.standing = ct_speaker__count_standing(s);
	return st;
}
