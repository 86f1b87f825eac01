/* SPDX-License-Identifier: GPL-2.0-only */
/* A recording taken in pieces is the same as one that was taken whole. */
#include "model/tally.h"
#include "random.h"

#define ROUNDS 200
#define TAKES  4

/* What each take has of a count. */
static void share_out(uint64_t count, uint64_t shares[TAKES])
{
	memset(shares, 0, TAKES * sizeof(*shares));
	while (count--)
		shares[below(TAKES)]++;
}

/* The sample comes with the first, the times grow. */
static void share_kind(const struct ct_kind *k, struct ct_workload *const *to)
{
	uint64_t shares[TAKES];
	bool first = true;

	share_out(k->count, shares);
	for (int i = 0; i < TAKES; i++) {
		struct ct_kind *part;

		if (!shares[i])
			continue;
		part = ct_workload__add_kind(to[i]);
		*part = *k;
		part->count = shares[i];
		part->syscall = k->syscall ? ct_xstrdup(k->syscall) : NULL;
		part->stack = ct_xzalloc((k->stack_len + 1) * sizeof(*part->stack));
		for (size_t n = 0; n < k->stack_len; n++)
			part->stack[n] = ct_xstrdup(k->stack[n]);
		part->key.cgroup = 1 + below(3);
		part->key.site = below(9);
		part->outcome = (struct ct_outcome){ .ok = shares[i] };
		if (!first) {
			part->sampled = k->sampled && below(2);
			part->first_ns = part->sampled ? k->last_ns : 0;
			part->proc.pid = 99;
		}
		first = false;
	}
}

static void share_act(const struct ct_act *a, struct ct_workload *const *to)
{
	uint64_t shares[TAKES];

	share_out(a->count, shares);
	for (int i = 0; i < TAKES; i++) {
		struct ct_act *part;

		if (!shares[i])
			continue;
		part = ct_workload__add_act(to[i]);
		*part = *a;
		part->syscall = ct_xstrdup(a->syscall);
		part->count = shares[i];
		part->key.cgroup = 1 + below(3);
	}
}

/* What is known of it, without what it did. */
static struct ct_workload *facts_of(const struct ct_workload *w)
{
	struct ct_session one = { .workloads = (struct ct_workload *[]){ (struct ct_workload *)w },
				  .nworkloads = 1 };
	ct_autosession struct ct_session *copy = copy_of(&one);
	struct ct_workload *facts = copy->workloads[0];

	copy->nworkloads = 0;
	ct_workload__truncate_kinds(facts, 0);
	while (facts->nacts)
		free(facts->acts[--facts->nacts].syscall);
	while (facts->nexecs) {
		free(facts->execs[--facts->nexecs].file);
		free(facts->execs[facts->nexecs].argv);
	}
	return facts;
}

static void share_exec(const struct ct_exec *x, struct ct_workload *to)
{
	struct ct_exec *copy = ct_workload__add_exec(to);

	*copy = *x;
	copy->file = ct_xstrdup(x->file);
	copy->argv = ct_xstrdup(x->argv);
}

/* The first take has what is known of it, and the last one its end. */
static void share_workload(const struct ct_workload *w, struct ct_session *const *takes)
{
	struct ct_workload *to[TAKES] = { facts_of(w) };

	*CT_PUSH(takes[0]->workloads, takes[0]->nworkloads, takes[0]->workloads_cap) = to[0];
	for (int i = 1; i < TAKES; i++)
		to[i] = ct_session__add(takes[i], w->id);
	if (w->end_seen == CT_YES) {
		to[TAKES - 1]->end_seen = w->end_seen;
		to[TAKES - 1]->end_code = w->end_code;
		to[0]->end_seen = CT_UNKNOWN;
		to[0]->end_code = 0;
	}
	for (size_t i = 0; i < w->nkinds; i++)
		share_kind(&w->kinds[i], to);
	for (size_t i = 0; i < w->nacts; i++)
		share_act(&w->acts[i], to);
	for (size_t i = 0; i < w->nexecs; i++)
		share_exec(&w->execs[i], to[i * TAKES / w->nexecs]); /* in order of time */
}

/* Of the whole session at once. */
static struct ct_session *taken_whole(const struct ct_session *s)
{
	struct ct_session *all = ct_session__new();
	ct_autosession struct ct_session *take = copy_of(s);

	take->continues = true;
	ct_tally__add(all, take);
	CU_ASSERT_EQUAL(take->nworkloads, 0);
	return all;
}

/* What can be told apart: each kind has a time of its own. */
static struct ct_session *random_recording(void)
{
	struct ct_session *s = ct_session__new();

	for (uint32_t n = 1 + below(3); n; n--) {
		ct_autofree char *id = ct_xasprintf("id-%u", n);

		random_workload(s, id);
	}
	for (size_t i = 0; i < s->nworkloads; i++) {
		for (size_t k = 0; k < s->workloads[i]->nacts; k++)
			s->workloads[i]->acts[k].proc.pid = 10;
		for (size_t k = 0; k < s->workloads[i]->nkinds; k++) {
			struct ct_kind *kind = &s->workloads[i]->kinds[k];

			kind->last_ns = kind->first_ns + k + 100;
			kind->first_ns = kind->sampled ? kind->first_ns + k : 0;
			kind->outcome = (struct ct_outcome){ .ok = kind->count };
		}
	}
	return s;
}

static void test_random(void)
{
	for (uint32_t round = 1; round < ROUNDS && !CU_get_number_of_failures(); round++) {
		ct_autosession struct ct_session *s = NULL, *whole = NULL;
		ct_autosession struct ct_session *sum = ct_session__new();
		ct_autofree char *expected = NULL, *text = NULL;
		struct ct_session *takes[TAKES];

		seed = round;
		s = random_recording();
		whole = taken_whole(s);
		for (int i = 0; i < TAKES; i++)
			takes[i] = ct_session__new();
		for (size_t i = 0; i < s->nworkloads; i++)
			share_workload(s->workloads[i], takes);
		for (int i = 0; i < TAKES; i++) {
			takes[i]->continues = true;
			ct_tally__add(sum, takes[i]);
			CU_ASSERT_EQUAL(takes[i]->nworkloads, 0);
			ct_session__free(takes[i]);
		}
		expected = session_text(whole);
		text = session_text(sum);
		UNIT_STR(text, expected);
		CU_ASSERT_EQUAL(sum->recordings, 1);
		CU_ASSERT_EQUAL(sum->nworkloads, s->nworkloads);
	}
}

static struct ct_session *take_of(const char *id)
{
	struct ct_session *s = ct_session__new();

	s->continues = true;
	ct_session__add(s, id);
	return s;
}

/* An end before the start that was seen was that of an earlier run; the first start counts. */
static void test_start_and_end(void)
{
	static const struct {
		uint64_t start, end; /* of each take; 0: none */
	} takes[] = { { 0, 10 }, { 20, 0 }, { 0, 30 }, { 40, 0 }, { 0, 5 } };
	static const struct {
		uint64_t from, to;
		enum ct_tristate started, ended;
	} then[] = { { 0, 10, CT_UNKNOWN, CT_YES },
		     { 20, 0, CT_YES, CT_UNKNOWN },
		     { 20, 30, CT_YES, CT_YES },
		     { 20, 30, CT_YES, CT_YES },
		     { 20, 30, CT_YES, CT_YES } };
	ct_autosession struct ct_session *all = ct_session__new();

	for (size_t i = 0; i < CT_ARRAY_SIZE(takes); i++) {
		ct_autosession struct ct_session *take = take_of("x");
		struct ct_workload *w = take->workloads[0];

		w->start_seen = takes[i].start ? CT_YES : CT_UNKNOWN;
		w->from_ns = takes[i].start;
		w->configured_known = takes[i].start;
		w->configured = takes[i].start;
		w->end_seen = takes[i].end ? CT_YES : CT_UNKNOWN;
		w->to_ns = takes[i].end;
		ct_tally__add(all, take);
		CU_ASSERT_EQUAL_FATAL(all->nworkloads, 1);
		w = all->workloads[0];
		CU_ASSERT_EQUAL(w->from_ns, then[i].from);
		CU_ASSERT_EQUAL(w->to_ns, then[i].to);
		CU_ASSERT_EQUAL(w->start_seen, then[i].started);
		CU_ASSERT_EQUAL(w->end_seen, then[i].ended);
		CU_ASSERT_EQUAL(w->configured, then[i].from);
	}
}

/* No reload was seen for certain only if no take may have missed one. */
static void test_reload(void)
{
	static const struct {
		enum ct_tristate seen;
		uint64_t acts; /* lost */
		bool absent;
		enum ct_tristate then;
	} takes[] = { { CT_NO, 0, false, CT_NO },     { CT_NO, 0, true, CT_NO },
		      { CT_NO, 1, true, CT_UNKNOWN }, { CT_NO, 0, false, CT_UNKNOWN },
		      { CT_YES, 0, false, CT_YES },   { CT_UNKNOWN, 1, false, CT_YES } };
	ct_autosession struct ct_session *all = ct_session__new();

	for (size_t i = 0; i < CT_ARRAY_SIZE(takes); i++) {
		ct_autosession struct ct_session *take = take_of(takes[i].absent ? "y" : "x");

		take->workloads[0]->reload_seen = takes[i].seen;
		take->losses.acts = takes[i].acts;
		ct_tally__add(all, take);
		CU_ASSERT_EQUAL(ct_session__find(all, "x")->reload_seen, takes[i].then);
	}
	CU_ASSERT_EQUAL(all->losses.acts, 2);
	CU_ASSERT_EQUAL(all->recordings, 1);
	all->workloads[1]->reload_seen = CT_UNKNOWN;
	ct_tally__close(all);
	CU_ASSERT_EQUAL(all->workloads[1]->reload_seen, CT_UNKNOWN);
	all->losses.acts = 0;
	ct_tally__close(all);
	CU_ASSERT_EQUAL(all->workloads[1]->reload_seen, CT_NO);
}

/* What is known first stays, what was not known is taken over, and names are joined. */
static void test_facts(void)
{
	ct_autosession struct ct_session *all = ct_session__new(), *a = take_of("x");
	ct_autosession struct ct_session *b = take_of("x");
	const struct ct_workload *w;

	a->host.kernel = ct_xstrdup("6.1.0");
	a->host.start_ns = 5;
	a->host.end_ns = 10;
	b->host.kernel = ct_xstrdup("6.2.0");
	b->host.boot_id = ct_xstrdup("b");
	b->host.start_ns = 10;
	b->host.end_ns = 20;
	a->workloads[0]->container.name = ct_xstrdup("web");
	b->workloads[0]->container.name = ct_xstrdup("other");
	b->workloads[0]->container.user = ct_xstrdup("33");
	b->workloads[0]->container.privileged = CT_NO;
	a->workloads[0]->sent = ct_xstrdup("db, cache");
	b->workloads[0]->sent = ct_xstrdup("cache, d, db");
	ct_tally__add(all, a);
	ct_tally__add(all, b);
	w = all->workloads[0];
	UNIT_STR(w->container.name, "web");
	UNIT_STR(w->container.user, "33");
	CU_ASSERT_EQUAL(w->container.privileged, CT_NO);
	UNIT_STR(w->sent, "db, cache, d");
	UNIT_STR(all->host.kernel, "6.1.0");
	UNIT_STR(all->host.boot_id, "b");
	CU_ASSERT_EQUAL(all->host.start_ns, 5);
	CU_ASSERT_EQUAL(all->host.end_ns, 20);
}

/* The service of an engine starts containers for months. */
static void test_many_names(void)
{
	ct_autosession struct ct_session *all = ct_session__new();
	const char *sent;

	for (int i = 0; i < 500; i++) {
		ct_autosession struct ct_session *take = take_of("x");

		take->workloads[0]->sent = ct_xasprintf("job-%d", i);
		ct_tally__add(all, take);
	}
	sent = all->workloads[0]->sent;
	CU_ASSERT(!strncmp(sent, "job-0, job-1, ", 14));
	CU_ASSERT(strlen(sent) < 1100 && ct_str_ends(sent, ", others"));
}

static CU_TestInfo tests[] = {
	{ "random sessions", test_random }, { "start and end", test_start_and_end },
	{ "reload", test_reload },	    { "facts", test_facts },
	{ "many names", test_many_names },  CU_TEST_INFO_NULL,
};

UNIT_MAIN("tally-take", tests)
