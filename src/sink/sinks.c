/* SPDX-License-Identifier: GPL-2.0-only */
/* All sinks: who gets what, when it is tried again, and what is counted. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "sink/sink_priv.h"
#include "sink/sink_spool.h"

#define REFUSALS      3	   /* after which an event that the receiver refuses is given up */
#define LONGEST_ASKED 3600 /* seconds: the longest pause that a receiver may ask for */

struct ct_sinks {
	struct ct_loop *loop;
	char *state;
	struct ct_sink **items;
	size_t len, cap;
	ct_sink_result_fn on_result;
	void *arg;
};

int ct_sinks__new(struct ct_loop *l, const char *state, struct ct_sinks **out, struct ct_err *err)
{
	struct ct_sinks *s = ct_xzalloc(sizeof(*s));

	(void)err;
	s->loop = l;
	s->state = state ? ct_xstrdup(state) : NULL;
	*out = s;
	return 0;
}

/* ---- one sink ---- */

static struct ct_sink_status status_of(const struct ct_sink *s)
{
	struct ct_sink_status st = s->st;

	st.name = s->c.name;
	st.type = s->type->name;
	st.queued = s->queue.len;
	st.problem = s->problem;
	return st;
}

static void tell_result(struct ct_sink *s, const struct ct_notice *e, int error, const char *why)
{
	struct ct_sink_status st = status_of(s);

	if (s->all->on_result)
		s->all->on_result(s->all->arg, &st, e, error, why);
}

/* Warns once when a sink begins to fail, and once when it works again. */
static void note_problem(struct ct_sink *s, char *problem)
{
	if (problem && !s->problem)
		ct_warn("the sink '%s' does not take events and will be tried again: %s", s->c.name,
			problem);
	else if (!problem && s->problem)
		ct_warn("the sink '%s' takes events again", s->c.name);
	free(s->problem);
	s->problem = problem;
}

static void pump(struct ct_sink *s);

static void try_again(void *arg)
{
	struct ct_sink *s = arg;

	ct_loop__remove(s->loop, &s->timer);
	pump(s);
}

static void wait_a_while(struct ct_sink *s, uint64_t asked_s)
{
	uint64_t ns, asked = asked_s > LONGEST_ASKED ? LONGEST_ASKED : asked_s;
	uint32_t random = 0;

	(void)!getrandom(&random, sizeof(random), GRND_NONBLOCK);
	ns = ct_sink__backoff_ns(s->attempts, random);
	if (asked * CT_NS_PER_SEC > ns)
		ns = asked * CT_NS_PER_SEC + random % CT_NS_PER_SEC;
	(void)ct_loop__add_timer(s->loop, ns, 0, try_again, s, &s->timer);
}

/* Drops the events that have waited too long, and the first one in any case if "first" is true. */
static void give_up(struct ct_sink *s, bool first)
{
	uint64_t now = ct_clock__now_ns();

	while (s->queue.len && (first || now - s->queue.items[0].since_ns > s->c.max_age_ns)) {
		ct_sink_queue__drop_first(&s->queue);
		s->st.dropped++;
		s->stale = true;
		s->attempts = 0;
		first = false;
	}
}

/* Makes the spool hold the queue and nothing else, unless it does already. */
static void keep(struct ct_sink *s)
{
	if (s->kept && !s->stale)
		return;
	ct_sink_spool__keep(s->all->state, s->c.name, &s->queue);
	s->kept = s->queue.len;
	s->stale = false;
}

static void note_failure(struct ct_sink *s, const struct ct_sink_result *r)
{
	s->st.failed++;
	s->st.failed_ms = ct_clock__wall_ms();
	note_problem(s, ct_printable(r->why ? r->why : strerror(-r->error)));
}

static void done(struct ct_sink *s, const struct ct_sink_result *r)
{
	ct_autonotice struct ct_notice *e = NULL;

	if (!s->sending) {
		if (r->error)
			note_failure(s, r);
		else if (!s->attempts)
			note_problem(s, NULL);
		return;
	}
	e = ct_notice__hold(s->queue.items[0].e);
	s->sending = false;
	if (!r->error) {
		ct_sink_queue__drop_first(&s->queue);
		s->attempts = 0;
		s->stale = true;
		s->st.sent++;
		s->st.sent_ms = ct_clock__wall_ms();
		note_problem(s, NULL);
		if (!s->queue.len) {
			ct_sink_spool__forget(s->all->state, s->c.name);
			s->kept = false;
		}
	} else {
		s->attempts++;
		note_failure(s, r);
		give_up(s, r->refused && s->attempts >= REFUSALS);
		wait_a_while(s, r->retry_after_s);
		/*
		 * The first failure writes the whole queue, and put() appends what comes until it
		 * is empty. ct_sinks__free() writes what waits although nothing has failed.
		 */
		keep(s);
	}
	tell_result(s, e, r->error, s->problem);
	pump(s);
}

/* Sends the queued events one after the other until one of them does not succeed at once. */
static void pump(struct ct_sink *s)
{
	if (s->pumping)
		return;
	s->pumping = true;
	while (s->queue.len && !s->sending && !s->timer) {
		ct_autoerr struct ct_err err = { 0 };
		struct ct_sink_result r = { 0 };

		s->sending = true;
		r.error = s->type->send(s, s->queue.items[0].e, &err);
		if (r.error == -EINPROGRESS)
			break;
		r.why = err.msg;
		done(s, &r);
	}
	s->pumping = false;
}

static void put(struct ct_sink *s, const struct ct_notice *e)
{
	bool dropped = ct_sink_queue__put(&s->queue, e, s->c.queue, s->sending, ct_clock__now_ns());
	/* Or was it this one that was dropped? */
	bool queued = s->queue.len && s->queue.items[s->queue.len - 1].e == e;

	s->st.dropped += dropped;
	s->stale |= dropped;
	if (s->kept && queued)
		ct_sink_spool__add(s->all->state, s->c.name, e);
	pump(s);
}

static void close_sink(struct ct_sink *s)
{
	ct_loop__remove(s->loop, &s->timer);
	if (s->type->close)
		s->type->close(s);
	s->own = NULL;
	s->sending = false;
}

static void free_sink(struct ct_sink *s)
{
	if (!s)
		return;
	close_sink(s);
	ct_sink_queue__free(&s->queue);
	ct_sink_config__free(&s->c);
	free(s->problem);
	free(s);
}

/* Takes over what *c holds, even on failure. */
static int new_sink(struct ct_sinks *all, struct ct_sink_config *c, struct ct_sink **out,
		    struct ct_err *err)
{
	struct ct_sink *s = ct_xzalloc(sizeof(*s));
	int ret;

	s->all = all;
	s->loop = all->loop;
	s->done = done;
	s->c = *c;
	*c = (struct ct_sink_config){ 0 };
	s->type = ct_sink_types[s->c.type];
	ret = s->type->open ? s->type->open(s, err) : 0;
	if (ret)
		free_sink(s);
	else
		*out = s;
	return ret;
}

/* ---- all of them ---- */

static struct ct_sink *find(const struct ct_sinks *s, const char *name)
{
	for (size_t i = 0; i < s->len; i++)
		if (!strcmp(s->items[i]->c.name, name))
			return s->items[i];
	return NULL;
}

/* Moves queue and counters to the new sink. An event that was just being sent is sent again. */
static void inherit(struct ct_sink *to, struct ct_sink *from)
{
	close_sink(from);
	to->queue = from->queue;
	to->st = from->st;
	to->problem = ct_steal(from->problem);
	to->kept = from->kept;
	to->stale = from->stale;
	from->queue = (struct ct_sink_queue){ 0 };
	while (to->queue.len > to->c.queue) {
		ct_sink_queue__drop_first(&to->queue);
		to->st.dropped++;
		to->stale = true;
	}
}

/* Takes up what an earlier run could not deliver. */
static void load(struct ct_sink *s)
{
	size_t lost = ct_sink_spool__load(s->all->state, s->c.name, &s->queue, s->c.queue);

	for (size_t i = 0; i < s->queue.len; i++)
		s->queue.items[i].past = true;
	s->st.dropped += lost;
	s->kept = s->queue.len;
	s->stale = lost;
}

/* Makes a sink for each configuration. Its place in fresh stays NULL if nothing changed in it. */
static int open_all(struct ct_sinks *s, struct ct_sink_configs *l, struct ct_sink **fresh,
		    const struct ct_yaml *y, const struct ct_yaml_node *list, struct ct_err *err)
{
	int ret = 0;

	for (size_t i = 0; i < l->len && !ret; i++) {
		ct_autoerr struct ct_err why = { 0 };
		const struct ct_sink *old = find(s, l->items[i].name);

		if (old && old->given) {
			free(l->items[i].name);
			l->items[i].name = ct_xasprintf("%s-configured", old->c.name);
			old = find(s, l->items[i].name);
		}
		if (old && ct_sink_config__equal(&old->c, &l->items[i]))
			continue;
		ret = new_sink(s, &l->items[i], &fresh[i], &why);
		if (ret)
			(void)ct_yaml__error(y, ct_yaml__resolve(list)->items[i]->start, err, "%s",
					     why.msg);
	}
	return ret;
}

/* Makes the unchanged and the new sinks current, in the order of the configuration. */
static void exchange(struct ct_sinks *s, const struct ct_sink_configs *l, struct ct_sink **fresh)
{
	struct ct_sinks old = *s;

	s->items = NULL;
	s->len = s->cap = 0;
	for (size_t i = 0; i < old.len; i++)
		if (old.items[i]->given)
			*CT_PUSH(s->items, s->len, s->cap) = ct_steal(old.items[i]);
	for (size_t i = 0; i < l->len; i++) {
		const char *name = fresh[i] ? fresh[i]->c.name : l->items[i].name;
		struct ct_sink *sink = fresh[i];

		for (size_t k = 0; k < old.len; k++) {
			if (!old.items[k] || strcmp(old.items[k]->c.name, name) != 0)
				continue;
			if (!sink)
				sink = ct_steal(old.items[k]);
			else if (sink->type == old.items[k]->type)
				inherit(sink, old.items[k]);
		}
		if (fresh[i] && !fresh[i]->queue.len)
			load(sink);
		*CT_PUSH(s->items, s->len, s->cap) = sink;
	}
	for (size_t i = 0; i < old.len; i++) {
		if (old.items[i] && old.items[i]->queue.len)
			ct_warn("the sink '%s' was removed or changed; %zu undelivered events are "
				"lost",
				old.items[i]->c.name, old.items[i]->queue.len);
		if (old.items[i] && !find(s, old.items[i]->c.name))
			ct_sink_spool__forget(s->state, old.items[i]->c.name);
		free_sink(old.items[i]);
	}
	free(old.items);
}

int ct_sinks__configure(struct ct_sinks *s, const struct ct_yaml *y,
			const struct ct_yaml_node *list, struct ct_err *err)
{
	struct ct_sink_configs l = { 0 };
	struct ct_sink **fresh = NULL;
	int ret = ct_sink_configs__read(y, list, &l, err);

	if (ret)
		return ret;
	fresh = ct_xzalloc((l.len + 1) * sizeof(*fresh));
	ret = open_all(s, &l, fresh, y, list, err);
	if (!ret)
		exchange(s, &l, fresh);
	for (size_t i = 0; i < l.len && ret; i++)
		free_sink(fresh[i]);
	free(fresh);
	ct_sink_configs__free(&l);
	if (!ret) {
		ct_sinks__reopen(s);
		for (size_t i = 0; i < s->len; i++)
			pump(s->items[i]);
	}
	return ret;
}

int ct_sinks__add_file(struct ct_sinks *s, const char *path, struct ct_err *err)
{
	struct ct_sink_config c;
	struct ct_sink *sink;
	int ret;

	ct_sink_config__of_file(path, &c);
	ret = new_sink(s, &c, &sink, err);
	if (ret)
		return ret;
	sink->given = true;
	*CT_PUSH(s->items, s->len, s->cap) = sink;
	load(sink);
	pump(sink);
	return 0;
}

void ct_sinks__free(struct ct_sinks *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->len; i++) {
		ct_sink_spool__keep(s->state, s->items[i]->c.name, &s->items[i]->queue);
		free_sink(s->items[i]);
	}
	free(s->items);
	free(s->state);
	free(s);
}

void ct_sinks__send(struct ct_sinks *s, const struct ct_notice *e)
{
	for (size_t i = 0; i < s->len; i++)
		if (ct_sink_config__wants(&s->items[i]->c, e))
			put(s->items[i], e);
}

void ct_sinks__send_to(struct ct_sinks *s, const char *name, const struct ct_notice *e)
{
	struct ct_sink *sink = find(s, name);

	if (sink)
		put(sink, e);
}

void ct_sinks__stands(struct ct_sinks *s, const struct ct_notice *e)
{
	for (size_t i = 0; i < s->len; i++)
		if (s->items[i]->type->stands && ct_sink_config__wants(&s->items[i]->c, e))
			s->items[i]->type->stands(s->items[i], e);
}

bool ct_sinks__care_what_stands(const struct ct_sinks *s)
{
	for (size_t i = 0; i < s->len; i++)
		if (s->items[i]->type->stands)
			return true;
	return false;
}

void ct_sinks__settled(struct ct_sinks *s, const char *id)
{
	for (size_t i = 0; i < s->len; i++) {
		struct ct_sink *sink = s->items[i];

		if (!sink->type->settled)
			continue;
		for (size_t k = 0; k < sink->queue.len; k++)
			if (!strcmp(sink->queue.items[k].e->id, id))
				sink->queue.items[k].past = true;
		sink->type->settled(sink, id);
	}
}

size_t ct_sinks__count(const struct ct_sinks *s)
{
	return s->len;
}

struct ct_sink_status ct_sinks__status(const struct ct_sinks *s, size_t i)
{
	return status_of(s->items[i]);
}

size_t ct_sinks__pending(const struct ct_sinks *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->len; i++)
		n += s->items[i]->queue.len;
	return n;
}

void ct_sinks__on_result(struct ct_sinks *s, ct_sink_result_fn fn, void *arg)
{
	s->on_result = fn;
	s->arg = arg;
}

void ct_sinks__reopen(struct ct_sinks *s)
{
	for (size_t i = 0; i < s->len; i++) {
		ct_autoerr struct ct_err err = { 0 };
		struct ct_sink *sink = s->items[i];

		if (sink->type->reopen && sink->type->reopen(sink, &err))
			ct_warn("%s", err.msg);
	}
}
