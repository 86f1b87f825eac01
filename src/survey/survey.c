/* SPDX-License-Identifier: GPL-2.0-only */
#include "survey/survey.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/human.h"
#include "base/util.h"
#include "emit/common.h"
#include "judge/questions.h"
#include "model/identity.h"
#include "model/pod.h"

const char *const ct_survey_orders[] = { "gain", "name", "needs", "recent", NULL };

void ct_survey_cap__free(struct ct_survey_cap *c)
{
	free(c->site);
	free(c->syscall);
	free(c->process);
	free(c->text);
}

static void free_row(struct ct_survey_row *row)
{
	char *const texts[] = {
		row->key,    row->label,   row->host,	 row->store, row->image,
		row->digest, row->project, row->service, row->space, row->container
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(texts); i++)
		free(texts[i]);
	for (size_t i = 0; i < row->ncaps; i++)
		ct_survey_cap__free(&row->caps[i]);
	free(row->caps);
}

void ct_survey__free(struct ct_survey *sv)
{
	for (size_t i = 0; i < sv->len; i++)
		free_row(&sv->rows[i]);
	free(sv->rows);
	*sv = (struct ct_survey){};
}

struct ct_survey_row *ct_survey__add(struct ct_survey *sv)
{
	struct ct_survey_row *row = CT_PUSH(sv->rows, sv->len, sv->cap);

	*row = (struct ct_survey_row){ .hosts = 1, .agree = 1 };
	return row;
}

struct ct_survey_cap *ct_survey_row__cap(struct ct_survey_row *row, int cap)
{
	size_t at = 0;

	while (at < row->ncaps && row->caps[at].cap < cap)
		at++;
	if (at < row->ncaps && row->caps[at].cap == cap)
		return &row->caps[at];
	CT_PUSH(row->caps, row->ncaps, row->caps_cap);
	memmove(&row->caps[at + 1], &row->caps[at], (row->ncaps - 1 - at) * sizeof(*row->caps));
	row->caps[at] = (struct ct_survey_cap){ .cap = cap };
	return &row->caps[at];
}

static char *copy(const char *s)
{
	return s && *s ? ct_xstrdup(s) : NULL;
}

/*
 * The wall-clock time of what happened in the session's own recording; 0 if recordings were added
 * up, since their clocks differ.
 */
static int64_t wall_ms(const struct ct_host *h, const struct ct_workload *w, uint64_t ns)
{
	if (!ns || !h->start_ms || !h->start_ns || w->nmore || w->total.parts > 1 || w->recording)
		return 0;
	return h->start_ms + ((int64_t)ns - (int64_t)h->start_ns) / (int64_t)CT_NS_PER_MS;
}

static void add_cap(struct ct_survey_row *row, const struct ct_session *s,
		    const struct ct_advice *a, const struct ct_cap_verdict *cv)
{
	struct ct_survey_cap *c = ct_survey_row__cap(row, cv->cap);
	uint64_t first = 0, last = 0;

	c->verdict = cv->verdict;
	c->chosen = cv->chosen;
	c->scope = cv->scope;
	c->granted = cv->granted;
	c->denied = cv->denied;
	for (size_t i = 0; i < cv->nreasons; i++) {
		const struct ct_reason *r = &cv->reasons[i];

		if (r->verdict != cv->verdict)
			continue;
		if (r->first_ns && (!first || r->first_ns < first))
			first = r->first_ns;
		if (r->last_ns > last)
			last = r->last_ns;
	}
	c->first_ms = c->since_ms = wall_ms(&s->host, a->workload, first);
	c->last_ms = wall_ms(&s->host, a->workload, last);
	if (!cv->nreasons)
		return;
	c->site = copy(cv->reasons[0].site);
	c->syscall = copy(cv->reasons[0].syscall);
	c->process = copy(cv->reasons[0].process);
	c->text = ct_emit__reason_text(&cv->reasons[0]);
}

static void add_advice(struct ct_survey *sv, const struct ct_session *s, const struct ct_advice *a,
		       const char *host)
{
	const struct ct_workload *w = a->workload;
	struct ct_survey_row *row = ct_survey__add(sv);
	struct ct_identity id;
	struct ct_pod pod = {};

	ct_identity__of(w, &id);
	row->key = ct_steal(id.key);
	ct_identity__free(&id);
	row->label = ct_xstrdup(ct_workload__label(w));
	row->host = copy(host);
	row->kind = w->kind;
	row->runtime = w->runtime;
	row->image = copy(w->container.image);
	row->digest = copy(w->container.image_digest);
	row->project = copy(w->container.project);
	row->service = copy(w->container.service);
	row->container = copy(w->container.name);
	if (ct_pod__parse(w->container.name, &pod)) {
		row->space = copy(pod.space);
		free(row->container);
		row->container = copy(pod.container);
	}
	ct_pod__free(&pod);
	row->holds_known = ct_workload__configured(w, &row->holds);
	row->judged = true;
	row->needs = a->cap_add;
	row->optional = ct_advice__left_out(a);
	row->gaps = a->gaps;
	row->confidence = a->confidence;
	row->checks = a->checks;
	row->watched_ns = ct_workload__watched_ns(w);
	row->first_ms = wall_ms(&s->host, w, w->first_ns);
	row->last_ms = wall_ms(&s->host, w, w->last_ns);
	for (size_t i = 0; i < a->ncaps; i++)
		add_cap(row, s, a, &a->caps[i]);
}

void ct_survey__add_report(struct ct_survey *sv, const struct ct_report *r, const char *host)
{
	for (size_t i = 0; i < r->nadvices; i++)
		add_advice(sv, r->session, &r->advices[i], host);
}

uint64_t ct_survey_row__spare(const struct ct_survey_row *row)
{
	if (!row->judged || !row->holds_known)
		return 0;
	return row->holds & ~(row->needs | row->optional);
}

uint64_t ct_survey_row__lacks(const struct ct_survey_row *row)
{
	if (!row->judged || !row->holds_known)
		return 0;
	return row->needs & ~row->holds;
}

uint64_t ct_survey__hostwide(uint64_t set)
{
	uint64_t wide = 0;

	ct_caps__for_each(cap, set) {
		const struct ct_cap_info *info = ct_cap__info(cap);

		if (!info || info->scope == CT_SCOPE_HOST)
			wide |= 1ull << cap;
	}
	return wide;
}

uint64_t ct_survey_row__host_needs(const struct ct_survey_row *row)
{
	uint64_t wide = ct_survey__hostwide(row->needs);

	for (size_t i = 0; i < row->ncaps; i++) {
		uint64_t bit = 1ull << row->caps[i].cap;

		if (!(row->needs & bit))
			continue;
		if (row->caps[i].scope == CT_SCOPE_HOST)
			wide |= bit;
		else if (row->caps[i].scope == CT_SCOPE_NAMESPACE)
			wide &= ~bit;
	}
	return wide;
}

char *ct_survey_cap__why(const struct ct_survey_cap *c)
{
	ct_autofree char *n = ct_human__count(c->granted + c->denied, "check", "checks");
	bool checked = c->granted + c->denied > 0;
	struct ct_str s = {};

	ct_str__add(&s, c->text ? c->text : "no reason recorded");
	if (c->process || checked)
		ct_str__addf(&s, " (%s%s%s)", c->process ? c->process : "",
			     c->process && checked ? ", " : "", checked ? n : "");
	return s.s;
}

static int more_first(uint64_t a, uint64_t b)
{
	return a == b ? 0 : a > b ? -1 : 1;
}

static int by_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int by_sets(uint64_t a, uint64_t b)
{
	int order = more_first((uint64_t)ct_caps__count(ct_survey__hostwide(a)),
			       (uint64_t)ct_caps__count(ct_survey__hostwide(b)));

	return order ? order : more_first((uint64_t)ct_caps__count(a), (uint64_t)ct_caps__count(b));
}

/* Is it known what can go? */
static bool is_offered(const struct ct_survey_row *row)
{
	return row->judged && row->holds_known && !row->gaps;
}

static int compare(const void *x, const void *y, void *arg)
{
	const struct ct_survey_row *a = x, *b = y;
	int order = 0;

	switch (*(const enum ct_survey_order *)arg) {
	case CT_SURVEY_GAIN:
		order = more_first(is_offered(a), is_offered(b));
		if (!order)
			order = more_first(a->judged && a->holds_known,
					   b->judged && b->holds_known);
		if (!order)
			order = by_sets(ct_survey_row__spare(a), ct_survey_row__spare(b));
		break;
	case CT_SURVEY_NEEDS:
		order = more_first((uint64_t)ct_caps__count(ct_survey_row__host_needs(a)),
				   (uint64_t)ct_caps__count(ct_survey_row__host_needs(b)));
		if (!order)
			order = by_sets(a->needs, b->needs);
		break;
	case CT_SURVEY_RECENT:
		order = more_first((uint64_t)a->last_ms, (uint64_t)b->last_ms);
		break;
	case CT_SURVEY_NAME: break;
	}
	if (!order)
		order = by_text(a->label, b->label);
	if (!order)
		order = by_text(a->host, b->host);
	return order ? order : by_text(a->key, b->key);
}

void ct_survey__sort(struct ct_survey *sv, enum ct_survey_order order)
{
	if (sv->len)
		qsort_r(sv->rows, sv->len, sizeof(*sv->rows), compare, &order);
}

/* The earlier of those that are known. */
static int64_t earlier(int64_t a, int64_t b)
{
	return !a || (b && b < a) ? b : a;
}

void ct_survey_row__join_cap(struct ct_survey_row *into, struct ct_survey_cap *from)
{
	struct ct_survey_cap *c = ct_survey_row__cap(into, from->cap);
	bool better = from->verdict > c->verdict || (from->verdict == c->verdict && !c->text);

	c->granted += from->granted;
	c->denied += from->denied;
	c->chosen |= from->chosen;
	/* It was needed since the first host needed it. */
	if (from->verdict > c->verdict)
		c->since_ms = from->since_ms;
	else if (from->verdict == c->verdict)
		c->since_ms = earlier(c->since_ms, from->since_ms);
	c->first_ms = earlier(c->first_ms, from->first_ms);
	c->last_ms = from->last_ms > c->last_ms ? from->last_ms : c->last_ms;
	c->scope = from->scope > c->scope ? from->scope : c->scope;
	if (!better)
		return;
	/* What is not better is freed with the row that it comes from. */
	c->verdict = from->verdict;
	free(c->site);
	free(c->syscall);
	free(c->process);
	free(c->text);
	c->site = ct_steal(from->site);
	c->syscall = ct_steal(from->syscall);
	c->process = ct_steal(from->process);
	c->text = ct_steal(from->text);
}

void ct_survey_row__join(struct ct_survey_row *into, struct ct_survey_row *from)
{
	into->holds |= from->holds;
	into->holds_known |= from->holds_known;
	into->needs |= from->needs;
	into->optional = (into->optional | from->optional) & ~into->needs;
	if (into->judged && from->judged) {
		into->gaps = ct_gaps__merged(into->gaps, from->gaps);
		if (from->confidence < into->confidence)
			into->confidence = from->confidence;
	} else if (from->judged) {
		into->gaps = from->gaps;
		into->confidence = from->confidence;
		into->judged = true;
	}
	into->checks += from->checks;
	/* 600 hosts that were watched for a year have more than a number holds. */
	if (__builtin_add_overflow(into->watched_ns, from->watched_ns, &into->watched_ns))
		into->watched_ns = UINT64_MAX;
	into->first_ms = earlier(into->first_ms, from->first_ms);
	if (from->last_ms > into->last_ms)
		into->last_ms = from->last_ms;
	for (size_t i = 0; i < from->ncaps; i++)
		ct_survey_row__join_cap(into, &from->caps[i]);
}

/*
 * Counts the hosts of the rows, which are sorted by host, and those hosts that need what all of
 * them together need. A host has several rows if recordings were imported, or if its store was
 * begun anew.
 */
static void count_hosts(struct ct_survey_row *sum, const struct ct_survey_row *rows, size_t n)
{
	for (size_t i = 0, end; i < n; i = end) {
		uint64_t needs = rows[i].needs;

		/* Each host of a row for several hosts has only that row. */
		for (end = i + 1; rows[i].hosts == 1 && end < n && rows[end].hosts == 1 &&
				  ct_str_equal(rows[end].host, rows[i].host);
		     end++)
			needs |= rows[end].needs;
		sum->hosts += rows[i].hosts;
		sum->agree += sum->judged && needs == sum->needs ? rows[i].hosts : 0;
	}
}

static int by_key(const void *x, const void *y)
{
	const struct ct_survey_row *a = x, *b = y;
	int order = by_text(a->key, b->key);

	return order ? order : by_text(a->host, b->host);
}

void ct_survey__join(struct ct_survey *sv)
{
	size_t kept = 0, end;

	if (sv->len)
		qsort(sv->rows, sv->len, sizeof(*sv->rows), by_key);
	for (size_t i = 0; i < sv->len; i = end) {
		struct ct_survey_row row = sv->rows[i];

		for (end = i + 1; end < sv->len && ct_str_equal(sv->rows[end].key, row.key); end++)
			ct_survey_row__join(&row, &sv->rows[end]);
		/* A single row may have been joined before. */
		if (end > i + 1) {
			row.hosts = row.agree = 0;
			count_hosts(&row, &sv->rows[i], end - i);
		} else if (!row.judged) {
			row.agree = 0;
		}
		for (size_t k = i + 1; k < end; k++)
			free_row(&sv->rows[k]);
		sv->rows[kept++] = row;
	}
	sv->len = kept;
}

void ct_survey__keep(struct ct_survey *sv, bool (*fn)(struct ct_survey_row *row, const void *arg),
		     const void *arg)
{
	size_t kept = 0;

	for (size_t i = 0; i < sv->len; i++) {
		if (fn(&sv->rows[i], arg))
			sv->rows[kept++] = sv->rows[i];
		else
			free_row(&sv->rows[i]);
	}
	sv->len = kept;
}
