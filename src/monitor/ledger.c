/* SPDX-License-Identifier: GPL-2.0-only */
#include "monitor/ledger.h"

#include <jansson.h>
#include <string.h>

#include "base/clock.h"
#include "base/util.h"
#include "model/content.h"
#include "model/tally.h"

#define MINUTE_NS    (60 * CT_NS_PER_SEC)
#define SOON_NS	     (30 * CT_NS_PER_SEC) /* after the last news: then a workload is quiet */
#define COUNTS_NS    (15 * MINUTE_NS)
#define LONGEST_NS   (24 * 60 * MINUTE_NS)
#define TOGETHER_NS  (10 * MINUTE_NS) /* what is due within that time is stored, too */
#define EXECS_OF_ONE 256	      /* whose command lines are kept */

struct ct_ledger *ct_ledger__new(void)
{
	struct ct_ledger *l = ct_xzalloc(sizeof(*l));

	l->key = ct_sipkey__random();
	l->news = ct_session__new();
	l->batch = 1;
	l->jitter_ns = l->key.k0 % (2 * MINUTE_NS);
	return l;
}

void ct_ledger__forget(struct ct_ledger *l, struct ct_instance *i)
{
	HASH_DEL(l->instances, i);
	ct_marks__free(&i->marks);
	free(i->pids);
	free(i->id);
	free(i->key);
	free(i);
}

void ct_ledger__free(struct ct_ledger *l)
{
	struct ct_instance *i, *tmp;

	if (!l)
		return;
	HASH_ITER(hh, l->instances, i, tmp)
	ct_ledger__forget(l, i);
	ct_session__free(l->news);
	free(l->fresh.items);
	free(l);
}

struct ct_instance *ct_ledger__find(const struct ct_ledger *l, const char *id)
{
	struct ct_instance *i;

	HASH_FIND_STR(l->instances, id, i);
	return i;
}

static struct ct_instance *new_instance(struct ct_ledger *l, const char *id)
{
	struct ct_instance *i = ct_xzalloc(sizeof(*i));

	i->id = ct_xstrdup(id);
	HASH_ADD_KEYPTR(hh, l->instances, i->id, strlen(i->id), i);
	return i;
}

/* ---- what is known of it ---- */

static bool is_refused_pid(const struct ct_instance *i, uint32_t pid)
{
	for (size_t n = 0; n < i->npids; n++)
		if (i->pids[n] == pid)
			return true;
	return false;
}

/* Of a refused call it matters whether the process went on (ct_act__went_on). */
static void note_pid(struct ct_instance *i, const struct ct_act *a)
{
	if (!a->key.ok && a->proc.pid && !is_refused_pid(i, a->proc.pid))
		*CT_PUSH(i->pids, i->npids, i->pids_cap) = a->proc.pid;
}

static uint64_t exit_hash(const struct ct_ledger *l, const struct ct_instance *i,
			  const struct ct_exit *e)
{
	return ct_mark__of_exit(&l->key, e, is_refused_pid(i, e->pid) ? e->pid : 0);
}

static uint64_t sent_hash(const struct ct_ledger *l, const struct ct_workload *w)
{
	return w->sent ? ct_siphash(&l->key, w->sent, strlen(w->sent)) : 0;
}

/* Calls fn with the mark of everything that the workload did, and its count. */
typedef void (*did_fn)(void *arg, uint64_t hash, uint64_t *count);

static void each_did(const struct ct_ledger *l, const struct ct_instance *i, struct ct_workload *w,
		     did_fn fn, void *arg)
{
	for (size_t n = 0; n < w->nkinds; n++)
		fn(arg, ct_mark__of_kind(&l->key, &w->kinds[n]), &w->kinds[n].count);
	for (size_t n = 0; n < w->nacts; n++)
		fn(arg, ct_mark__of_act(&l->key, &w->acts[n]), &w->acts[n].count);
	for (size_t n = 0; n < w->nexecs; n++)
		fn(arg, ct_mark__of_exec(&l->key, &w->execs[n]), &w->execs[n].count);
	for (size_t n = 0; n < w->nexits; n++)
		fn(arg, exit_hash(l, i, &w->exits[n]), NULL);
}

/* ---- is it news? ---- */

struct news_look {
	struct ct_instance *i;
	bool news, full;
	uint32_t now_s;
};

static void look_for_news(void *arg, uint64_t hash, uint64_t *count)
{
	struct news_look *look = arg;
	const struct ct_mark *m = ct_marks__find(&look->i->marks, hash);

	(void)count;
	look->news |= !m;
	look->full |= m && ct_mark__is_full(m);
}

static void mark(void *arg, uint64_t hash, uint64_t *count)
{
	(void)count;
	ct_marks__add(&((struct news_look *)arg)->i->marks, hash);
}

static void count(void *arg, uint64_t hash, uint64_t *n)
{
	struct news_look *look = arg;
	struct ct_mark *m = ct_marks__find(&look->i->marks, hash);

	if (!m || !n || !*n)
		return;
	m->count = *n > UINT32_MAX - m->count ? UINT32_MAX : m->count + (uint32_t)*n;
	m->last_s = look->now_s;
	look->i->counted = true;
}

/* How calls end is watched for the first ones only: whatever is known of it is news. */
static bool has_outcomes(const struct ct_workload *w)
{
	for (size_t n = 0; n < w->nkinds; n++)
		if (ct_outcome__is_known(&w->kinds[n].outcome))
			return true;
	return false;
}

static bool tells_facts(const struct ct_ledger *l, const struct ct_instance *i,
			const struct ct_workload *w)
{
	return !w->open || (w->start_seen == CT_YES && w->from_ns != i->start_ns) ||
	       w->end_seen == CT_YES || (w->reload_seen == CT_YES && !i->reloaded) ||
	       (w->lost && !i->has_lost) || (w->compat && !i->has_compat) ||
	       (w->sent && sent_hash(l, w) != i->sent) || ct_mark__of_facts(&l->key, w) != i->facts;
}

static void note_facts(const struct ct_ledger *l, struct ct_instance *i,
		       const struct ct_workload *w)
{
	i->facts = ct_mark__of_facts(&l->key, w);
	if (w->start_seen == CT_YES)
		i->start_ns = w->from_ns;
	if (w->sent)
		i->sent = sent_hash(l, w);
	i->reloaded |= w->reload_seen == CT_YES;
	i->has_lost |= w->lost > 0;
	i->has_compat |= w->compat > 0;
}

/*
 * A workload may execute another command line each time, without end. Those that come late are
 * known by their file alone.
 */
static void cut_execs(const struct ct_ledger *l, struct ct_instance *i, struct ct_workload *w)
{
	for (size_t n = 0; n < w->nexecs; n++) {
		if (ct_marks__find(&i->marks, ct_mark__of_exec(&l->key, &w->execs[n])))
			continue;
		if (i->nexecs < EXECS_OF_ONE)
			i->nexecs++;
		else
			free(ct_steal(w->execs[n].argv));
	}
}

/* Sets since when and until when the workload was watched, which a take alone does not know. */
static void set_times(const struct ct_instance *i, struct ct_workload *w, uint64_t now_ns)
{
	if (w->start_seen != CT_YES)
		w->from_ns = i->from_ns;
	if (w->end_seen != CT_YES)
		w->to_ns = now_ns;
	w->since_ms = i->since_ms;
}

/* A session that knows nothing of its host. */
static struct ct_session nothing(void)
{
	return (struct ct_session){ .host = { .outcomes = CT_UNKNOWN, .syscalls = CT_UNKNOWN },
				    .continues = true,
				    .recordings = 1 };
}

/*
 * Adds everything at once, because each addition looks at all news that waits: one by one, the time
 * for a burst would grow with its square, and a daemon that falls behind would never catch up.
 */
static void add_fresh(struct ct_ledger *l)
{
	struct ct_session all = nothing();

	if (!l->fresh.len)
		return;
	for (size_t i = 0; i < l->fresh.len; i++)
		*CT_PUSH(all.workloads, all.nworkloads, all.workloads_cap) = l->fresh.items[i];
	l->fresh.len = 0;
	l->batch++;
	ct_tally__add(l->news, &all);
	free(all.workloads);
}

static void add_news(struct ct_ledger *l, struct ct_instance *i, struct ct_workload *w)
{
	/* ct_tally__add() finds workloads of one id in the news, but not within one batch. */
	if (i->batch == l->batch)
		add_fresh(l);
	i->batch = l->batch;
	*CT_PUSH(l->fresh.items, l->fresh.len, l->fresh.cap) = w;
}

/*
 * Makes an instance of a workload that was not known yet. If its start was not seen, it has run
 * since we began.
 */
static struct ct_instance *meet(struct ct_ledger *l, const struct ct_workload *w,
				const struct ct_host *host, const struct ct_now *now)
{
	struct ct_instance *i = new_instance(l, w->id);

	i->kind = w->kind;
	i->runtime = w->runtime;
	i->met_ns = now->ns;
	i->from_ns = w->start_seen == CT_YES ? w->from_ns : host->start_ns;
	if (!i->from_ns || i->from_ns > now->ns)
		i->from_ns = now->ns;
	i->since_ms = now->wall_ms - (int64_t)((now->ns - i->from_ns) / CT_NS_PER_MS);
	return i;
}

/* An exit that is known already tells nothing more. */
static void drop_known_exits(const struct ct_ledger *l, const struct ct_instance *i,
			     struct ct_workload *w)
{
	size_t n = 0;

	for (size_t k = 0; k < w->nexits; k++) {
		if (!ct_marks__find(&i->marks, exit_hash(l, i, &w->exits[k]))) {
			w->exits[n++] = w->exits[k];
			continue;
		}
		free(w->exits[k].comm);
		json_decref(w->exits[k].rest);
	}
	w->nexits = n;
}

static uint64_t rows_of(const struct ct_workload *w)
{
	return w->nkinds + w->nacts + w->nexecs + w->nexits;
}

/* Moves what was lost and is not stored yet to what will be stored. */
static void add_lost(struct ct_instance *i, struct ct_workload *w)
{
	w->lost += i->lost;
	w->compat += i->compat;
	i->lost = i->compat = 0;
}

/* Returns true if w was news, and was moved to l->fresh. */
static bool absorb(struct ct_ledger *l, struct ct_workload *w, const struct ct_host *host,
		   const struct ct_now *now)
{
	struct ct_instance *i = ct_ledger__find(l, w->id);
	struct news_look look = { .now_s = (uint32_t)(now->ns / CT_NS_PER_SEC) };

	if (!i)
		i = meet(l, w, host, now);
	look.i = i;
	ct_workload__forget_boot(w); /* marks leave out ids of one boot */
	cut_execs(l, i, w);
	for (size_t n = 0; n < w->nacts; n++)
		note_pid(i, &w->acts[n]);
	drop_known_exits(l, i, w);
	each_did(l, i, w, look_for_news, &look);
	for (size_t n = 0; n < w->nkinds; n++)
		l->checks += w->kinds[n].count;
	if (!look.news && !look.full && !has_outcomes(w) && !tells_facts(l, i, w)) {
		l->kinds_known += w->nkinds;
		each_did(l, i, w, count, &look);
		i->lost += w->lost;
		i->compat += w->compat;
		if (i->counted && i->due_ns > now->ns + COUNTS_NS + l->jitter_ns)
			i->due_ns = now->ns + COUNTS_NS + l->jitter_ns;
		return false;
	}
	l->kinds += w->nkinds;
	each_did(l, i, w, mark, &look);
	add_lost(i, w);
	note_facts(l, i, w);
	set_times(i, w, now->ns);
	i->due_ns = UINT64_MAX; /* decided when it is stored */
	add_news(l, i, w);
	return true;
}

/* Adds news that says only that time has passed, and perhaps that the workload ended. */
static void add_times(struct ct_ledger *l, struct ct_instance *i, const struct ct_workload *end,
		      uint64_t now_ns)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, i->id);

	w->kind = i->kind;
	w->runtime = i->runtime;
	w->open = !end;
	if (end) {
		w->end_seen = end->end_seen;
		w->end_code = end->end_code;
		w->to_ns = end->to_ns;
	}
	add_lost(i, w);
	set_times(i, w, now_ns);
	s->nworkloads = 0;
	i->due_ns = UINT64_MAX;
	add_news(l, i, w);
}

static void add_nothing(struct ct_ledger *l, struct ct_instance *i, uint64_t now_ns)
{
	add_times(l, i, NULL, now_ns);
}

void ct_ledger__skip(struct ct_ledger *l, const struct ct_workload *w, uint64_t ns, uint64_t now_ns)
{
	struct ct_instance *i = ct_ledger__find(l, w->id);

	if (!i)
		return;
	i->unwatched_ns += ns;
	i->unwatched_until_ms = i->since_ms + (int64_t)((now_ns - i->from_ns) / CT_NS_PER_MS);
	if (!i->skipped || !w->open)
		add_times(l, i, w->open ? NULL : w, now_ns);
	add_fresh(l);
	i->skipped = true;
}

/* Nobody knows whose the lost observations were: any may have been a need of anything that runs. */
static void spread_losses(struct ct_ledger *l, const struct ct_losses *lost, uint64_t now_ns)
{
	uint64_t n = lost->events + lost->kinds + lost->acts + lost->missed;
	struct ct_instance *i, *tmp;

	if (!n)
		return;
	HASH_ITER(hh, l->instances, i, tmp)
	{
		i->lost += n;
		if (!i->has_lost)
			add_nothing(l, i, now_ns);
		i->has_lost = true;
	}
}

void ct_ledger__give_up(struct ct_ledger *l, const struct ct_workload *w, bool damaged,
			uint64_t now_ns)
{
	struct ct_instance *i = ct_ledger__find(l, w->id);

	l->dropped += rows_of(w);
	if (!i)
		return;
	ct_marks__free(&i->marks);
	i->nexecs = 0;
	i->facts = i->sent = 0;
	i->lost += rows_of(w) + w->lost;
	i->has_lost = i->counted = false;
	/* Nothing can be stored of an instance without a key before it is seen again. */
	if (i->key && !damaged)
		add_times(l, i, w->open ? NULL : w, now_ns);
	else if (!w->open)
		ct_ledger__forget(l, i);
	else if (i->key)
		i->due_ns = now_ns + COUNTS_NS + l->jitter_ns;
}

/* Gives up all news if too much of it waits, because the store failed for long. */
static void keep_within(struct ct_ledger *l, uint64_t now_ns)
{
	ct_autosession struct ct_session *news = NULL;
	uint64_t n = 0;

	for (size_t i = 0; i < l->news->nworkloads; i++)
		n += rows_of(l->news->workloads[i]) + CT_LEDGER_WORKLOAD;
	if (n <= CT_LEDGER_ROOM)
		return;
	news = ct_steal(l->news);
	l->news = ct_session__new();
	for (size_t i = 0; i < news->nworkloads; i++)
		ct_ledger__give_up(l, news->workloads[i], false, now_ns);
	add_fresh(l);
}

void ct_ledger__absorb(struct ct_ledger *l, struct ct_session *take, const struct ct_now *now)
{
	struct ct_session about = nothing();
	size_t n = take->nworkloads;

	ct_session__copy_host(&about.host, &take->host);
	about.losses.acts = take->losses.acts;
	about.losses.missed = take->losses.missed;
	ct_tally__add(l->news, &about);
	ct_session__free_host(&about.host);
	l->news->losses = (struct ct_losses){};
	take->nworkloads = 0;
	for (size_t i = 0; i < n; i++)
		if (!absorb(l, take->workloads[i], &take->host, now))
			ct_workload__free(take->workloads[i]);
	add_fresh(l);
	spread_losses(l, &take->losses, now->ns);
	add_fresh(l);
	keep_within(l, now->ns);
}

/* ---- what is due ---- */

void ct_ledger__look_for_due(struct ct_ledger *l, uint64_t now_ns)
{
	struct ct_instance *i, *tmp;

	if (ct_ledger__next_due(l) > now_ns)
		return;
	HASH_ITER(hh, l->instances, i, tmp)
	if (i->due_ns <= now_ns || (i->step_ns && i->due_ns <= now_ns + TOGETHER_NS))
		add_nothing(l, i, now_ns);
	add_fresh(l);
}

void ct_ledger__all_due(struct ct_ledger *l, uint64_t now_ns)
{
	struct ct_instance *i, *tmp;

	HASH_ITER(hh, l->instances, i, tmp)
	if (!ct_session__find(l->news, i->id))
		add_nothing(l, i, now_ns);
	add_fresh(l);
}

uint64_t ct_ledger__next_due(const struct ct_ledger *l)
{
	uint64_t next = UINT64_MAX;

	for (const struct ct_instance *i = l->instances; i; i = i->hh.next)
		if (i->due_ns < next)
			next = i->due_ns;
	return next;
}

void ct_ledger__stored(struct ct_ledger *l, struct ct_instance *i, uint64_t now_ns, bool with_news)
{
	ct_marks__settle(&i->marks);
	i->counted = false;
	if (with_news)
		i->step_ns = 0;
	else
		i->step_ns = !i->step_ns		 ? COUNTS_NS :
			     i->step_ns * 2 > LONGEST_NS ? LONGEST_NS :
							   i->step_ns * 2;
	i->due_ns = now_ns + (i->step_ns ? i->step_ns + l->jitter_ns : SOON_NS);
}

/* ---- what was known before the daemon began ---- */

void ct_ledger__recall(struct ct_ledger *l, struct ct_instance *i, const struct ct_workload *part)
{
	struct news_look look = { .i = i };

	for (size_t n = 0; n < part->nacts; n++)
		note_pid(i, &part->acts[n]);
	each_did(l, i, (struct ct_workload *)part, mark, &look);
	note_facts(l, i, part);
	i->nexecs += (uint32_t)part->nexecs;
	i->resumed = true;
	i->kind = part->kind;
	i->runtime = part->runtime;
	i->from_ns = part->from_ns;
	i->since_ms = part->since_ms;
}

struct ct_instance *ct_ledger__resume(struct ct_ledger *l, const struct ct_workload *part,
				      uint64_t now_ns)
{
	struct ct_instance *i = new_instance(l, part->id);

	ct_ledger__recall(l, i, part);
	i->due_ns = now_ns; /* the time in which nobody watched it is to be stored */
	return i;
}
