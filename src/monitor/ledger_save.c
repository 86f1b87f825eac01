/* SPDX-License-Identifier: GPL-2.0-only */
#include "monitor/ledger_save.h"

#include <string.h>

#include "base/clock.h"
#include "base/util.h"
#include "model/identity.h"
#include "model/tally.h"

#define NAMELESS_NS    (8 * CT_NS_PER_SEC) /* that something may wait for its name */
#define CLOCK_SLACK_MS 60000 /* the wall clock may have been changed by so much since the boot */

/* What is new of one of the instances of a workload. */
struct addition {
	struct ct_instance *i;
	const struct ct_workload *d; /* of the news */
};

/* One workload on its way into the store. */
struct saving {
	char *key;
	struct addition *new;
	size_t nnew, new_cap;
	struct ct_session *s;
	struct ct_workload *w;
	struct ct_report *report;
	bool with_news;
};

static void free_saving(struct saving *v)
{
	ct_report__free(v->report);
	ct_session__free(v->s);
	free(v->new);
	free(v->key);
}

/* ---- what was left open ---- */

/* Was the part left by a daemon before us, in this boot? */
static bool is_of_this_boot(const struct ct_saver *s, const struct ct_workload *part)
{
	return s->gap_from.wall_ms && part->since_ms >= s->boot_ms - CLOCK_SLACK_MS;
}

/* Does an instance still add to the part: one that was stored, or taken over, since we began? */
static bool is_in_use(const struct ct_saver *s, const struct ct_workload *part)
{
	const struct ct_instance *i = ct_ledger__find(s->ledger, part->id);

	return i && i->key;
}

/*
 * Closes a part whose workload ended before we began, or before the last boot: what it did last is
 * not known.
 */
static void close_part(const struct ct_saver *s, struct ct_workload *part, int64_t now_ms)
{
	uint64_t ms = part->to_ns > part->from_ns ? (part->to_ns - part->from_ns) / CT_NS_PER_MS :
						    0;
	int64_t until = s->host->start_ms;

	/* We watched it ourselves, and could not store its end. */
	if (part->since_ms + (int64_t)ms > until)
		until = now_ms;
	part->open = false;
	if (!part->unwatched_ns)
		part->unwatched_ns = 1;
	if (until > part->unwatched_until_ms)
		part->unwatched_until_ms = until;
	free(ct_steal(part->setting));
}

static void close_unused(const struct ct_saver *s, struct ct_workload *w, int64_t now_ms)
{
	ct_workload__for_each(part, w)
		if (part->open && !is_in_use(s, part))
			close_part(s, (struct ct_workload *)part, now_ms);
}

static struct ct_workload *open_part(struct ct_workload *w, const char *id)
{
	ct_workload__for_each(part, w)
		if (part->open && !strcmp(part->id, id))
			return (struct ct_workload *)part;
	return NULL;
}

/* The instance continues the part; the time in between counts as not watched. */
static void take_over(struct ct_saver *s, struct ct_instance *i, struct ct_workload *part,
		      const char *key)
{
	uint64_t from = part->to_ns > s->gap_from.ns ? part->to_ns : s->gap_from.ns;

	ct_ledger__recall(s->ledger, i, part);
	i->unwatched_ns = s->gap_to.ns > from ? s->gap_to.ns - from : 1;
	i->unwatched_until_ms = s->gap_to.wall_ms;
	i->key = ct_xstrdup(key);
}

/* ---- one workload ---- */

/* The engine may soon tell more of a container whose name is not known. */
static bool must_wait(const struct ct_saver *s, const struct ct_instance *i,
		      const struct ct_workload *d, const struct ct_now *now)
{
	ct_autoidentity struct ct_identity id = {};

	if (s->last || i->key || !d->open || d->kind != CT_WL_CONTAINER ||
	    now->ns - i->met_ns >= NAMELESS_NS)
		return false;
	ct_identity__of(d, &id);
	return id.kind == CT_ID_CONTAINER || id.kind == CT_ID_IMAGE;
}

static char *key_of(const struct ct_instance *i, const struct ct_workload *d)
{
	struct ct_identity id = {};

	if (i->key)
		return ct_xstrdup(i->key);
	ct_identity__of(d, &id);
	return id.key;
}

/* Is there more to it than time and counts? */
static bool is_news(const struct ct_workload *d)
{
	return d->cgroup_path || d->nkinds || d->nacts || d->nexecs || !d->open;
}

/* The store has lost what it had of the instance: all of that becomes news again. */
static void begin_anew(struct ct_instance *i)
{
	ct_marks__free(&i->marks);
	i->nexecs = 0;
	i->facts = 0;
	free(ct_steal(i->key));
}

/* Continues or closes what a daemon before us left open. */
static void look_at_open(struct ct_saver *s, const struct saving *v, int64_t now_ms)
{
	for (size_t i = 0; i < v->nnew; i++) {
		const struct addition *a = &v->new[i];
		struct ct_workload *part = open_part(v->w, a->d->id);

		if (part && !is_in_use(s, part) && a->d->start_seen != CT_YES &&
		    is_of_this_boot(s, part))
			take_over(s, a->i, part, v->key);
	}
	close_unused(s, v->w, now_ms);
}

/*
 * What was counted may be of something that the store does not have yet: the news of it has waited
 * for a name, or for the store to work.
 */
static void add_counts(const struct ct_saver *s, const struct ct_instance *i,
		       struct ct_workload *part, struct ct_workload *news)
{
	struct ct_marks added = {};

	if (part)
		ct_ledger__add_counts(s->ledger, i, part, &added);
	ct_ledger__add_counts(s->ledger, i, news, &added);
	ct_marks__free(&added);
}

static void add_one(struct ct_saver *s, struct saving *v, const struct addition *a,
		    const struct ct_now *now)
{
	struct ct_workload *copy, *part = v->w ? open_part(v->w, a->d->id) : NULL;
	ct_autosession struct ct_session *from = NULL;

	if (!part && a->i->key) {
		begin_anew(a->i);
		if (!is_news(a->d))
			return;
	}
	copy = ct_workload__copy(a->d);
	add_counts(s, a->i, part, copy);
	from = ct_session__new();
	if (copy->end_seen != CT_YES)
		copy->to_ns = now->ns;
	ct_workload__add_unwatched(copy, a->i->unwatched_ns, a->i->unwatched_until_ms);
	from->continues = true;
	ct_session__copy_host(&from->host, s->host);
	*CT_PUSH(from->workloads, from->nworkloads, from->workloads_cap) = copy;
	v->w = ct_tally__resume(v->s, v->w, from, copy);
}

static const struct ct_advice *advice_of(const struct ct_report *r, const struct ct_workload *w)
{
	for (size_t i = 0; r && i < r->nadvices; i++)
		if (r->advices[i].workload == w)
			return &r->advices[i];
	return NULL;
}

static void tell(struct ct_saver *s, const struct saving *v, const struct ct_report *before)
{
	ct_autofree const struct ct_workload **takes = ct_xzalloc(v->nnew * sizeof(*takes));
	struct ct_judged j = {
		.key = v->key,
		.before = before && before->nadvices ? &before->advices[0] : NULL,
		.session = v->s,
		.advice = advice_of(v->report, v->w),
		.takes = takes,
		.ntakes = v->nnew,
		.with_news = v->with_news,
	};

	for (size_t i = 0; i < v->nnew; i++)
		takes[i] = v->new[i].d;
	if (j.advice)
		s->on_judged(s->arg, &j);
}

/* Afterwards v->w is NULL if there is nothing to be stored. */
static int prepare(struct ct_saver *s, struct saving *v, const struct ct_now *now, bool *damaged,
		   struct ct_err *err)
{
	static const struct ct_judge_opts how;
	ct_autoreport struct ct_report *before = NULL;
	int ret = ct_store__load_workload(s->store, s->host_name, v->key, &v->s, damaged, err);

	if (ret)
		return ret;
	v->w = v->s->nworkloads ? v->s->workloads[0] : NULL;
	if (v->w && s->on_judged && v->with_news)
		before = ct_judge__with(v->s, &how);
	if (v->w)
		look_at_open(s, v, now->wall_ms);
	for (size_t i = 0; i < v->nnew; i++)
		add_one(s, v, &v->new[i], now);
	if (!v->w)
		return 0;
	v->report = ct_judge__with(v->s, &how);
	if (s->on_judged)
		tell(s, v, before);
	return 0;
}

/* ---- some of them ---- */

static struct saving *saving_of(struct saving *saving, size_t *n, char *key)
{
	for (size_t i = 0; i < *n; i++)
		if (!strcmp(saving[i].key, key)) {
			free(key);
			return &saving[i];
		}
	if (*n == CT_SAVE_AT_ONCE) {
		free(key);
		return NULL;
	}
	saving[*n].key = key;
	return &saving[(*n)++];
}

/* Replicas are stored together, because all of them are one workload. Returns how many wait. */
static size_t choose(const struct ct_saver *s, const struct ct_now *now, struct saving *saving,
		     size_t *n)
{
	const struct ct_session *news = s->ledger->news;
	size_t waiting = 0;

	for (size_t i = 0; i < news->nworkloads; i++) {
		const struct ct_workload *d = news->workloads[i];
		struct ct_instance *in = ct_ledger__find(s->ledger, d->id);
		struct saving *v;

		if (!in || must_wait(s, in, d, now)) {
			waiting++;
			continue;
		}
		v = saving_of(saving, n, key_of(in, d));
		if (!v)
			continue;
		*CT_PUSH(v->new, v->nnew, v->new_cap) = (struct addition){ in, d };
		v->with_news |= is_news(d);
	}
	return waiting;
}

/* How often it was seen to begin, to end and to reload. */
static void count_runs(const struct ct_workload *w, struct ct_store_workload *row)
{
	ct_workload__for_each(part, w) {
		uint64_t n = part->total.parts ? part->total.parts : 1;

		row->starts += ct_part__starts(part);
		row->ends += ct_part__ends(part);
		row->reloads += part->reload_seen == CT_YES ? n : 0;
	}
}

static struct ct_store_workload as_row(const struct saving *v, const struct ct_now *now)
{
	struct ct_store_workload row = {
		.key = v->key,
		.session = v->s,
		.w = v->w,
		.advice = advice_of(v->report, v->w),
		.now_ms = now->wall_ms,
		.watched_ms = ct_workload__watched_ns(v->w) / CT_NS_PER_MS,
		.news = v->with_news,
	};

	count_runs(v->w, &row);
	return row;
}

static struct ct_store_batch new_batch(const struct ct_saver *s, const struct ct_now *now)
{
	return (struct ct_store_batch){
		.host = s->host,
		.host_name = s->host_name,
		.now_ms = now->wall_ms,
	};
}

static int commit(struct ct_saver *s, const struct ct_store_batch *batch, struct ct_err *err)
{
	int ret = ct_store__save(s->store, batch, err);

	s->failures += ret != 0;
	s->commits += !ret;
	return ret;
}

static int store_all(struct ct_saver *s, const struct saving *saving, size_t n,
		     const struct ct_now *now, struct ct_err *err)
{
	struct ct_store_workload rows[CT_SAVE_AT_ONCE];
	struct ct_store_batch batch = new_batch(s, now);
	int ret = 0;

	batch.workloads = rows;
	batch.gaps = s->gaps;
	batch.ngaps = s->ngaps;

	if (s->on_store)
		s->on_store(s->arg, s);
	batch.events = s->events;
	batch.nevents = s->nevents;

	for (size_t i = 0; i < n; i++)
		if (saving[i].w)
			rows[batch.nworkloads++] = as_row(&saving[i], now);
	if (batch.nworkloads || batch.nevents || batch.ngaps)
		ret = commit(s, &batch, err);
	if (!ret)
		s->ngaps = 0;
	s->events = NULL;
	s->nevents = 0;
	if (s->on_stored)
		s->on_stored(s->arg, ret);
	return ret;
}

static void remove_news(struct ct_saver *s, const struct ct_workload *d)
{
	for (size_t i = 0; i < s->ledger->news->nworkloads; i++)
		if (s->ledger->news->workloads[i] == d) {
			ct_session__remove(s->ledger->news, i);
			break;
		}
}

static void give_up(struct ct_saver *s, struct saving *v, const struct ct_now *now,
		    const struct ct_err *why)
{
	s->given_up++;
	if (s->on_damaged)
		s->on_damaged(s->arg, v->key, why);
	for (size_t i = 0; i < v->nnew; i++) {
		ct_ledger__give_up(s->ledger, v->new[i].d, true, now->ns);
		remove_news(s, v->new[i].d);
	}
	v->nnew = 0;
}

static int prepare_all(struct ct_saver *s, struct saving *saving, size_t n,
		       const struct ct_now *now, struct ct_err *err)
{
	for (size_t i = 0; i < n; i++) {
		ct_autoerr struct ct_err why = {};
		bool damaged = false;
		int ret = prepare(s, &saving[i], now, &damaged, &why);

		if (damaged)
			give_up(s, &saving[i], now, &why);
		else if (ret)
			return ct_err__set(err, -ret, "%s", why.msg);
	}
	return 0;
}

static void note_stored(struct ct_saver *s, const struct saving *v, const struct addition *a,
			const struct ct_now *now)
{
	bool with_news = is_news(a->d), ended = !a->d->open;

	remove_news(s, a->d);
	if (ended) {
		ct_ledger__forget(s->ledger, a->i);
		return;
	}
	if (!a->i->key && with_news)
		a->i->key = ct_xstrdup(v->key);
	a->i->unwatched_ns = 0;
	ct_ledger__stored(s->ledger, a->i, now->ns, with_news);
}

int ct_saver__some(struct ct_saver *s, const struct ct_now *now, size_t *left, struct ct_err *err)
{
	struct saving saving[CT_SAVE_AT_ONCE] = {};
	size_t n = 0, waiting = choose(s, now, saving, &n);
	int ret = prepare_all(s, saving, n, now, err);

	if (!ret)
		ret = store_all(s, saving, n, now, err);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < saving[i].nnew && !ret; k++)
			note_stored(s, &saving[i], &saving[i].new[k], now);
		free_saving(&saving[i]);
	}
	*left = s->ledger->news->nworkloads - waiting;
	return ret;
}

/* ---- at the beginning ---- */

static bool has_unused(const struct ct_saver *s, const struct ct_workload *w)
{
	ct_workload__for_each(part, w)
		if (part->open && !is_in_use(s, part))
			return true;
	return false;
}

/* Closes and stores what ended while nobody watched. */
static int close_ended(struct ct_saver *s, const char *key, struct ct_session *stored,
		       const struct ct_now *now, struct ct_err *err)
{
	static const struct ct_judge_opts how;
	struct saving v = { .key = (char *)key, .s = stored, .w = stored->workloads[0] };
	struct ct_store_batch batch = new_batch(s, now);
	ct_autoreport struct ct_report *r = NULL;
	struct ct_store_workload row;

	close_unused(s, v.w, now->wall_ms);
	ct_tally__unite(stored);
	r = ct_judge__with(stored, &how);
	v.w = stored->workloads[0];
	v.report = r;
	row = as_row(&v, now);
	batch.workloads = &row;
	batch.nworkloads = 1;
	return commit(s, &batch, err);
}

static void tell_recalled(struct ct_saver *s, const char *key, const struct ct_session *stored)
{
	static const struct ct_judge_opts how;
	ct_autoreport struct ct_report *r = ct_judge__with(stored, &how);
	const struct ct_judged j = { .key = key, .session = stored, .advice = &r->advices[0] };

	s->on_judged(s->arg, &j);
}

int ct_saver__recall(struct ct_saver *s, const char *key, const struct ct_now *now,
		     ct_lives_fn lives, void *arg, struct ct_err *err)
{
	ct_autosession struct ct_session *stored = NULL;
	int ret = ct_store__load_workload(s->store, s->host_name, key, &stored, NULL, err);
	bool any = false;

	if (ret || !stored->nworkloads)
		return ret;
	ct_workload__for_each(part, stored->workloads[0]) {
		struct ct_instance *i;

		if (!part->open || ct_ledger__find(s->ledger, part->id) ||
		    !is_of_this_boot(s, part) || !lives(arg, part))
			continue;
		i = ct_ledger__resume(s->ledger, part, now->ns);
		take_over(s, i, (struct ct_workload *)part, key);
		any = true;
	}
	if (any && s->on_judged)
		tell_recalled(s, key, stored);
	return has_unused(s, stored->workloads[0]) ? close_ended(s, key, stored, now, err) : 0;
}
