/* SPDX-License-Identifier: GPL-2.0-only */
/* Asks the store what was told before, how long a workload was watched, and what still stands. */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "model/identity.h"
#include "speak/speaker_priv.h"

#define RECONCILE_NS (60 * CT_NS_PER_SEC)
#define SELDOM_NS    (600 * CT_NS_PER_SEC) /* when nothing stands, as far as is known here */

static uint32_t hash_of(const char *key)
{
	return key ? ct_hash32(key, strlen(key)) : 0;
}

void ct_speaker__add_standing(struct ct_speaker *s, const char *id, const char *key,
			      int64_t expires_ms)
{
	struct standing *st;

	HASH_FIND_STR(s->standing, id, st);
	if (!st) {
		st = ct_xzalloc(sizeof(*st));
		snprintf(st->id, sizeof(st->id), "%s", id);
		HASH_ADD_STR(s->standing, id, st);
	}
	st->whose = hash_of(key);
	st->expires_ms = expires_ms;
	st->seen = true;
}

static void drop_standing(struct ct_speaker *s, struct standing *st)
{
	HASH_DEL(s->standing, st);
	free(st);
}

size_t ct_speaker__count_standing(const struct ct_speaker *s)
{
	return HASH_COUNT(s->standing);
}

void ct_speaker__free_standing(struct ct_speaker *s)
{
	while (s->standing)
		drop_standing(s, s->standing);
}

static bool has_standing(const struct ct_speaker *s, const char *key)
{
	uint32_t whose = hash_of(key);

	for (const struct standing *st = s->standing; st; st = st->hh.next)
		if (st->whose == whose)
			return true;
	return false;
}

int64_t ct_speaker__expires_ms(const struct ct_speaker *s, const struct ct_notice *e)
{
	return s->c.expire_ns ? e->time_ms + (int64_t)(s->c.expire_ns / CT_NS_PER_MS) : 0;
}

/* ---- one workload ---- */

/* What the store knows of one workload's past. */
struct past {
	const char *key;
	int64_t now_ms;
	struct ct_drift_told *told;
	size_t ntold, told_cap;
	struct ct_notice_learned learned;
};

static uint64_t caps_of(const char *names)
{
	ct_autofree char *list = ct_xstrdup(names ? names : "");
	uint64_t set = 0;
	char *rest = list;

	for (char *name; (name = strsep(&rest, ","));) {
		int cap = *name ? ct_cap__parse(name) : -EINVAL;

		set |= cap < 0 ? 0 : 1ull << cap;
	}
	return set;
}

static int take_event(const struct ct_store_event *row, void *arg)
{
	struct past *p = arg;
	int kind = row->kind ? ct_notice_kind__parse(row->kind) : -EINVAL;
	struct ct_drift_told *t;

	if (kind < 0 || !row->id || !ct_str_equal(row->key, p->key))
		return 0;
	t = CT_PUSH(p->told, p->ntold, p->told_cap);
	*t = (struct ct_drift_told){
		.kind = (enum ct_notice_kind)kind,
		.caps = caps_of(row->capability),
		/* An event that has expired counts as accepted: nobody objected in time. */
		.accepted = row->acked_ms || (row->expires_ms && row->expires_ms <= p->now_ms),
	};
	snprintf(t->id, sizeof(t->id), "%s", row->id);
	return 0;
}

static int take_workload(const struct ct_store_workload_row *row, void *arg)
{
	struct past *p = arg;

	if (ct_str_equal(row->key, p->key))
		p->learned = (struct ct_notice_learned){
			.first_ms = row->first_ms,
			.watched_ms = row->watched_ms,
			.starts = row->starts,
			.ends = row->ends,
			.reloads = row->reloads,
		};
	return 0;
}

static int ask(struct ct_speaker *s, struct ct_store *store, struct past *p, struct ct_err *err)
{
	const struct ct_store_query q = { .host = s->host, .names = &p->key, .nnames = 1 };
	int ret = ct_store__each_workload(store, &q, take_workload, p, err);

	return ret ? ret : ct_store__each_event(store, &q, take_event, p, err);
}

static void describe_takes(struct ct_drift_in *in, const struct ct_speaker_news *n)
{
	const char *digest = NULL;

	for (size_t i = 0; i < n->ntakes; i++) {
		in->asked |= ct_drift__asked(n->takes[i]);
		if (n->takes[i]->container.image_digest)
			digest = n->takes[i]->container.image_digest;
	}
	in->generation = digest;
}

/*
 * Could there be anything to say? Unless a finding stands, or unused capabilities are to be told,
 * what the store knows of the past can only silence news. If there are none without it, the two
 * queries are saved.
 */
static bool is_worth_asking(const struct ct_speaker *s, const struct ct_drift_in *in,
			    const char *key)
{
	ct_autonotices struct ct_notices found = { 0 };
	struct ct_drift_in loud = *in;

	if (has_standing(s, key) || (in->opts.unused_for_ms && in->advice->removed))
		return true;
	loud.opts.learning_ms = 0;
	ct_drift__compare(&loud, &found);
	return found.len;
}

struct ct_notice *ct_speaker__gap(const struct ct_speaker *s, const char *code,
				  const struct ct_workload *w, int64_t from_ms, int64_t to_ms,
				  uint64_t count, const char *text)
{
	struct ct_notice *e = ct_notice__new(CT_NOTICE_GAP, s->host, ct_clock__wall_ms());

	if (w)
		ct_notice__about(e, w);
	e->code = ct_xstrdup(code);
	e->text = ct_xstrdup(text);
	e->first_ms = from_ms;
	e->last_ms = to_ms;
	e->count = count;
	ct_notice__identify(e);
	return e;
}

/* ---- rows ---- */

void ct_speaker__rows(const struct ct_speaker *s, const struct ct_notices *l,
		      struct ct_speaker_rows *rows)
{
	rows->items = ct_xzalloc((l->len + 1) * sizeof(*rows->items));
	rows->texts = ct_xzalloc((2 * l->len + 1) * sizeof(*rows->texts));
	rows->len = l->len;
	for (size_t i = 0; i < l->len; i++) {
		const struct ct_notice *e = l->items[i];
		char *json = rows->texts[2 * i] = ct_notice__text(e);
		char *caps = rows->texts[2 * i + 1] = ct_caps__join(e->caps, ",", "");

		rows->items[i] = (struct ct_store_event){
			.id = e->id,
			.kind = ct_notice_kind__name(e->kind),
			.host = e->host,
			.key = e->workload.key,
			.label = e->workload.label,
			.capability = e->caps ? caps : NULL,
			.verdict = e->caps ? ct_verdict__name(e->verdict) : NULL,
			.scope = e->caps ? ct_scope__name(e->scope) : NULL,
			.generation = e->generation,
			.text = e->text,
			.json = json,
			.time_ms = e->time_ms,
			.expires_ms = ct_notice__is_finding(e) ? ct_speaker__expires_ms(s, e) : 0,
		};
	}
}

void ct_speaker__free_rows(struct ct_speaker_rows *rows)
{
	for (size_t i = 0; i < 2 * rows->len; i++)
		free(rows->texts[i]);
	free(rows->texts);
	free(rows->items);
	*rows = (struct ct_speaker_rows){ 0 };
}

/* ---- what stands ---- */

struct reconciling {
	struct ct_speaker *s;
	int64_t now_ms;
	bool tell; /* sinks what stands */
};

static int take_standing(const struct ct_store_event *row, void *arg)
{
	const struct reconciling *r = arg;
	ct_autonotice struct ct_notice *e = NULL;
	struct standing *st = NULL;

	if (row->acked_ms || (row->expires_ms && row->expires_ms <= r->now_ms) || !row->json ||
	    !ct_str_equal(row->host, r->s->host))
		return 0;
	/* Most are known: reading thousands of them again would hold up the event loop. */
	if (!r->tell && row->id)
		HASH_FIND_STR(r->s->standing, row->id, st);
	if (st) {
		st->expires_ms = row->expires_ms;
		st->seen = true;
		return 0;
	}
	if (ct_notice__read(row->json, strlen(row->json), &e, NULL) || !ct_notice__is_finding(e))
		return 0;
	ct_speaker__add_standing(r->s, e->id, e->workload.key, row->expires_ms);
	ct_sinks__stands(r->s->sinks, e);
	return 0;
}

int ct_speaker__reconcile(struct ct_speaker *s, struct ct_store *store, bool first,
			  struct ct_err *err)
{
	struct reconciling r = { s, ct_clock__wall_ms(), ct_sinks__care_what_stands(s->sinks) };
	const struct ct_store_query q = {
		.host = s->host,
		.since_ms = s->c.expire_ns ? r.now_ms - (int64_t)(s->c.expire_ns / CT_NS_PER_MS) :
					     0,
	};
	uint64_t now = ct_clock__now_ns();
	struct standing *st, *next;
	int ret;

	if (!first && now - s->reconciled_ns < (s->standing ? RECONCILE_NS : SELDOM_NS))
		return 0;
	s->reconciled_ns = now;
	for (st = s->standing; st; st = st->hh.next)
		st->seen = false;
	ret = ct_store__each_event(store, &q, take_standing, &r, err);
	for (st = s->standing; st && !ret; st = next) {
		next = st->hh.next;
		if (st->seen)
			continue;
		ct_sinks__settled(s->sinks, st->id);
		drop_standing(s, st);
	}
	return ret;
}

/* ---- what is found ---- */

int ct_speaker__look(struct ct_speaker *s, struct ct_store *store, const struct ct_speaker_news *n,
		     struct ct_notices *out, struct ct_err *err)
{
	struct past p = { .key = n->key, .now_ms = n->now_ms };
	struct ct_drift_in in = {
		.host = s->host,
		.now_ms = n->now_ms,
		.advice = n->advice,
		.session = n->session,
		.before = ct_drift__known(n->before),
		.opts = { .learning_ms = s->c.learning_ns / CT_NS_PER_MS,
			  .unused_for_ms = s->c.unused_for_ns / CT_NS_PER_MS },
	};
	int ret;

	if (!s->reconciled_ns)
		(void)ct_speaker__reconcile(s, store, true, NULL);
	describe_takes(&in, n);
	(void)ct_declared__of(s->declared, n->advice, &in.declared, &in.declared_by);
	if (!is_worth_asking(s, &in, n->key))
		return 0;
	ret = ask(s, store, &p, err);
	in.told = p.told;
	in.ntold = p.ntold;
	in.learned = p.learned;
	ct_drift__compare(&in, out);
	free(p.told);
	return ret;
}
