/* SPDX-License-Identifier: GPL-2.0-only */
/* The search, against simulated workloads whose minimal sets are known. */
#include <errno.h>
#include <stdlib.h>

#include "base/util.h"
#include "model/caps.h"
#include "unit.h"
#include "verify/search.h"

#define CLAUSES 8

/* It works when every clause is hit. */
struct sim {
	uint64_t clauses[CLAUSES];
	size_t n;
	uint64_t grantable;	/* 0: everything */
	bool silent;		/* refusals leave no trace */
	uint64_t or_all;	/* with all of these it works, too, and nothing is asked */
	enum ct_verdict says;	/* the rules' verdict on what is refused */
	bool fresh;		/* and in the recording it was not */
	unsigned int fail_at;	/* this run fails by chance, 0: none */
	unsigned int unable_at; /* this one cannot be started, by chance */
	unsigned int error_at;	/* this run cannot be done */
	unsigned int runs;
	struct ct_want refused[CLAUSES];
};

static bool works(const struct sim *s, uint64_t set)
{
	if (s->or_all && !(s->or_all & ~set))
		return true;
	for (size_t i = 0; i < s->n; i++)
		if (!(s->clauses[i] & set))
			return false;
	return true;
}

static int try_sim(void *arg, uint64_t set, struct ct_trial *t)
{
	struct sim *s = arg;

	s->runs++;
	if (s->runs == s->error_at)
		return -EIO;
	if (s->runs == s->unable_at || (s->grantable && (set & ~s->grantable))) {
		t->ending = CT_UNABLE;
		return 0;
	}
	t->ending = works(s, set) && s->runs != s->fail_at ? CT_WORKS : CT_FAILS;
	t->refused = s->refused;
	for (size_t i = 0; i < s->n && !s->silent; i++)
		if (!(s->clauses[i] & set))
			s->refused[t->nrefused++] = (struct ct_want){ .any_of = s->clauses[i],
								      .verdict = s->says,
								      .fresh = s->fresh };
	return 0;
}

/* "A,B|C": A, and one of B and C. */
static size_t parse(const char *text, uint64_t *clauses)
{
	char copy[256], *save, *inner;
	size_t n = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *w = strtok_r(copy, ",", &save); w; w = strtok_r(NULL, ",", &save), n++) {
		clauses[n] = 0;
		for (char *c = strtok_r(w, "|", &inner); c; c = strtok_r(NULL, "|", &inner))
			clauses[n] |= 1ull << ct_cap__parse(c);
	}
	return n;
}

static uint64_t mask(const char *text)
{
	uint64_t clauses[CLAUSES], set = 0;
	size_t n = parse(text, clauses);

	for (size_t i = 0; i < n; i++)
		set |= clauses[i];
	return set;
}

struct given {
	struct ct_want wants[2 * CLAUSES];
	struct ct_search q;
};

static void add_wants(struct given *g, const char *text, enum ct_verdict v)
{
	uint64_t clauses[CLAUSES];
	size_t n = parse(text, clauses);

	for (size_t i = 0; i < n; i++) {
		g->wants[g->q.nwants++] = (struct ct_want){ .any_of = clauses[i], .verdict = v };
		g->q.asked |= clauses[i];
	}
}

/* What the recording told, and what is true. */
static void prepare(struct given *g, struct sim *s, const char *required, const char *optional,
		    const char *truth)
{
	*g = (struct given){};
	*s = (struct sim){ .says = CT_REQUIRED };
	s->n = parse(truth, s->clauses);
	add_wants(g, required, CT_REQUIRED);
	add_wants(g, optional, CT_OPTIONAL);
	g->q.wants = g->wants;
	g->q.working = CT_CAPS_ALL & ~CT_CAP(SYS_RESOURCE);
	g->q.try = try_sim;
	g->q.arg = s;
}

static bool is_minimal(const struct sim *s, uint64_t set)
{
	if (!works(s, set))
		return false;
	ct_caps__for_each(cap, set)
		if (works(s, set & ~(1ull << cap)))
			return false;
	return true;
}

static struct ct_found run(struct given *g)
{
	struct ct_found f;

	CU_ASSERT_EQUAL(ct_search__run(&g->q, &f), 0);
	return f;
}

/* Truths of real workloads, and what one recording said of them. */
static const struct {
	const char *required, *optional, *truth;
} real[] = {
	{ "SETGID,SETUID", "", "SETGID,SETUID" },
	{ "SETGID,SETUID", "", "" },
	{ "SETGID,SETUID,KILL", "", "SETGID,SETUID" },
	{ "CHOWN,SETGID,SETUID,DAC_READ_SEARCH,FOWNER,FSETID,KILL", "", "CHOWN,SETGID,SETUID" },
	{ "AUDIT_READ", "", "AUDIT_READ" },
	{ "NET_BIND_SERVICE,SETGID,SETUID,SYS_TIME", "",
	  "NET_BIND_SERVICE,SETGID,SETUID,SYS_TIME" },
	{ "SETFCAP", "", "" },
	{ "CHOWN,DAC_OVERRIDE|DAC_READ_SEARCH,FOWNER", "",
	  "CHOWN,DAC_OVERRIDE|DAC_READ_SEARCH,FOWNER" },
	{ "CHOWN,FOWNER", "", "CHOWN,FOWNER" },
	{ "DAC_OVERRIDE", "", "DAC_OVERRIDE" },
	{ "NET_ADMIN,NET_RAW,SETGID,SETUID", "", "NET_ADMIN,NET_RAW,SETGID,SETUID" },
	{ "", "", "" },
	{ "", "NET_ADMIN", "" },
	{ "SYS_NICE", "", "SYS_NICE" },
	{ "", "", "" },
	{ "NET_ADMIN|NET_RAW", "", "NET_ADMIN|NET_RAW" },
	{ "DAC_OVERRIDE,CHOWN,SETGID,SETUID", "", "CHOWN,SETGID,SETUID" },
	{ "DAC_OVERRIDE|DAC_READ_SEARCH,SYS_PTRACE|PERFMON|SYS_ADMIN", "",
	  "DAC_OVERRIDE|DAC_READ_SEARCH,SYS_PTRACE|PERFMON|SYS_ADMIN" },
	{ "SETGID,SETUID", "", "SETUID" },
	{ "AUDIT_WRITE,CHOWN,SETGID,SETUID,SYS_CHROOT", "",
	  "AUDIT_WRITE,CHOWN,SETGID,SETUID,SYS_CHROOT" },
};

static void test_real(void)
{
	unsigned int sum = 0, max = 0;

	for (size_t i = 0; i < CT_ARRAY_SIZE(real); i++) {
		struct given g;
		struct sim s;
		struct ct_found f;

		prepare(&g, &s, real[i].required, real[i].optional, real[i].truth);
		f = run(&g);
		CU_ASSERT(is_minimal(&s, f.set));
		CU_ASSERT_EQUAL(f.result, CT_MINIMAL);
		CU_ASSERT_EQUAL(f.runs, s.runs);
		sum += f.runs;
		max = f.runs > max ? f.runs : max;
	}
	/* The mean of their minimal sets is 1.75, one run for each and one for the whole. */
	CU_ASSERT(10 * sum <= 32 * CT_ARRAY_SIZE(real));
	CU_ASSERT(max <= 10);
}

static void test_missing_optional(void)
{
	struct given g;
	struct sim s;
	struct ct_found f;

	prepare(&g, &s, "SETUID", "SYS_NICE,IPC_LOCK", "SETUID,SYS_NICE");
	f = run(&g);
	CU_ASSERT_EQUAL(f.set, mask("SETUID,SYS_NICE"));
	CU_ASSERT_EQUAL(f.result, CT_MINIMAL);
	/* {SETUID} fails, {SETUID, SYS_NICE} works, {SYS_NICE} fails. */
	CU_ASSERT_EQUAL(f.runs, 3);
}

static void test_missing_unknown(void)
{
	struct given g;
	struct sim s;
	struct ct_found f;

	/* Named by nothing but the refusals of the run. */
	prepare(&g, &s, "SETUID", "", "SETUID,SYS_CHROOT,MKNOD");
	f = run(&g);
	CU_ASSERT_EQUAL(f.set, mask("SETUID,SYS_CHROOT,MKNOD"));
	CU_ASSERT(f.runs <= 5);
	/* Named by nothing at all. */
	prepare(&g, &s, "SETUID", "", "SETUID,SYS_CHROOT,MKNOD");
	s.silent = true;
	f = run(&g);
	CU_ASSERT_EQUAL(f.set, mask("SETUID,SYS_CHROOT,MKNOD"));
	CU_ASSERT_EQUAL(f.result, CT_MINIMAL);
	CU_ASSERT(!f.flaky);
}

static void test_cannot_be_granted(void)
{
	struct given g;
	struct sim s;
	struct ct_found f;

	/* The cheapest is not to be had from this daemon; what the recording had is. */
	prepare(&g, &s, "PERFMON|SYS_ADMIN", "", "PERFMON|SYS_ADMIN");
	s.grantable = g.q.working = CT_CAPS_DOCKER_DEFAULT | CT_CAP(SYS_ADMIN);
	f = run(&g);
	CU_ASSERT_EQUAL(f.set, mask("SYS_ADMIN"));
	CU_ASSERT_EQUAL(f.result, CT_MINIMAL);
}

/* A start that failed for another reason, such as a port in use, says nothing about the set. */
static void test_not_started_by_chance(void)
{
	for (unsigned int at = 1; at <= 4; at++) {
		struct given g;
		struct sim s;
		struct ct_found f;

		prepare(&g, &s, "SETGID,SETUID,KILL", "", "SETGID,SETUID");
		s.unable_at = at;
		f = run(&g);
		CU_ASSERT_EQUAL(f.set, mask("SETGID,SETUID"));
		CU_ASSERT_EQUAL(f.result, CT_MINIMAL);
		CU_ASSERT(!f.flaky);
	}
}

static void test_cheaper(void)
{
	struct given g;
	struct sim s;
	struct ct_found f;

	/* The recording saw only the dear one asked; its refusal shows the other. */
	prepare(&g, &s, "SYS_ADMIN", "", "SYS_ADMIN|SYSLOG");
	f = run(&g);
	CU_ASSERT_EQUAL(f.set, mask("SYSLOG"));
	CU_ASSERT_EQUAL(f.result, CT_MINIMAL);
}

static void test_flaky(void)
{
	/* Whichever of the first runs fails by chance, the result stays right. */
	for (unsigned int at = 1; at <= 3; at++) {
		struct given g;
		struct sim s;
		struct ct_found f;

		prepare(&g, &s, "SETGID,SETUID,KILL", "", "SETGID,SETUID");
		s.fail_at = at;
		f = run(&g);
		CU_ASSERT_EQUAL(f.result, CT_MINIMAL);
		CU_ASSERT_EQUAL(f.set, mask("SETGID,SETUID"));
		/* A failure in a run that would have failed anyway cannot be told. */
		CU_ASSERT_EQUAL(f.flaky, at <= 2);
	}
}

static void test_trust(void)
{
	struct given g;
	struct sim s;
	struct ct_found f;

	prepare(&g, &s, "SETGID,SETUID,KILL", "", "SETGID,SETUID");
	g.q.trust = true;
	f = run(&g);
	CU_ASSERT_EQUAL(f.set, mask("SETGID,SETUID"));
	CU_ASSERT_EQUAL(f.result, CT_SUFFICIENT);
	CU_ASSERT_EQUAL(f.trusted, mask("SETGID,SETUID"));
	CU_ASSERT_EQUAL(f.runs, 2);
}

static void test_quick(void)
{
	struct given g;
	struct sim s;
	struct ct_found f;

	prepare(&g, &s, "SETUID,KILL", "SYS_NICE", "SETUID");
	g.q.quick = true;
	f = run(&g);
	CU_ASSERT_EQUAL(f.set, mask("SETUID"));
	CU_ASSERT_EQUAL(f.result, CT_SUFFICIENT);
	CU_ASSERT_EQUAL(f.runs, 1);

	prepare(&g, &s, "SETUID,KILL", "SYS_NICE", "SETUID,KILL");
	g.q.quick = true;
	f = run(&g);
	CU_ASSERT_EQUAL(f.set, mask("SETUID,KILL"));
	CU_ASSERT_EQUAL(f.result, CT_FAILED);
	CU_ASSERT_EQUAL(f.runs, 1);

	prepare(&g, &s, "SETUID", "SYS_NICE", "SETUID,SYS_NICE");
	g.q.quick = true;
	f = run(&g);
	CU_ASSERT_EQUAL(f.set, mask("SETUID,SYS_NICE"));
	CU_ASSERT_EQUAL(f.runs, 1);
}

static void test_limits(void)
{
	struct given g;
	struct sim s;
	struct ct_found f;

	prepare(&g, &s, "SETGID,SETUID,KILL", "", "SETGID,SETUID");
	g.q.max_runs = 2;
	f = run(&g);
	CU_ASSERT_EQUAL(f.set, mask("SETGID,SETUID"));
	CU_ASSERT_EQUAL(f.result, CT_SUFFICIENT);
	CU_ASSERT_EQUAL(f.runs, 2);

	prepare(&g, &s, "SETGID,SETUID,KILL", "", "SETGID,SETUID");
	s.error_at = 3;
	CU_ASSERT_EQUAL(ct_search__run(&g.q, &f), -EIO);
	CU_ASSERT(works(&s, f.set));
	CU_ASSERT_EQUAL(f.result, CT_SUFFICIENT);

	/* The recording had just this: one run less. */
	prepare(&g, &s, "SETUID", "", "SETUID");
	g.q.working = mask("SETUID");
	f = run(&g);
	CU_ASSERT_EQUAL(f.runs, 1);
	CU_ASSERT_EQUAL(f.result, CT_MINIMAL);
}

static uint64_t one_of(uint64_t set)
{
	int n = rand() % ct_caps__count(set);

	ct_caps__for_each(cap, set)
		if (n-- == 0)
			return 1ull << cap;
	return 0;
}

/* The recording had --privileged: nobody knows that its capabilities alone suffice. */
static void test_claim(void)
{
	struct given g;
	struct sim s;
	struct ct_found f;

	prepare(&g, &s, "CHOWN", "", "CHOWN");
	g.q.working_is_claim = true;
	f = run(&g);
	CU_ASSERT(f.set == CT_CAP(CHOWN) && f.result == CT_MINIMAL && !f.hopeless);
	CU_ASSERT_EQUAL(f.runs, 2);
	/* A set that fails asks whether the claim holds: one run more. */
	prepare(&g, &s, "CHOWN", "KILL", "CHOWN,KILL");
	g.q.working_is_claim = true;
	f = run(&g);
	CU_ASSERT(f.set == mask("CHOWN,KILL") && f.result == CT_MINIMAL && !f.hopeless);
	CU_ASSERT_EQUAL(f.runs, 4);
	/* Something else is missing, here a capability that nobody gives. */
	prepare(&g, &s, "CHOWN", "", "CHOWN,SYS_RESOURCE");
	s.silent = true;
	g.q.working_is_claim = true;
	f = run(&g);
	CU_ASSERT(f.hopeless && f.result == CT_FAILED && !f.flaky);
	CU_ASSERT_EQUAL(f.set, CT_CAP(CHOWN));
	/* What was never tried is not said to work. */
	prepare(&g, &s, "CHOWN", "", "CHOWN,KILL");
	g.q.working_is_claim = true;
	g.q.max_runs = 1;
	f = run(&g);
	CU_ASSERT(!f.hopeless && f.result == CT_FAILED);
	/* Nor what was tried once and failed, because it is all that the recording had. */
	prepare(&g, &s, "CHOWN", "", "CHOWN,SYS_RESOURCE");
	s.silent = true;
	g.q.working = CT_CAP(CHOWN);
	g.q.working_is_claim = true;
	g.q.quick = true;
	f = run(&g);
	CU_ASSERT(f.set == CT_CAP(CHOWN) && f.result == CT_FAILED);
}

/* A judge that knows some of the truth, and some that is none. */
static void guess(struct given *g, const struct sim *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (rand() % 4)
			g->wants[g->q.nwants++] = (struct ct_want){ s->clauses[i],
								    rand() % 4 ? CT_REQUIRED :
										 CT_OPTIONAL,
								    rand() % 5 == 0, false, false };
	while (rand() % 3 == 0 && g->q.nwants < CT_ARRAY_SIZE(g->wants))
		g->wants[g->q.nwants++] = (struct ct_want){ one_of(CT_CAPS_ALL), CT_REQUIRED,
							    rand() % 2, false, false };
	for (size_t i = 0; i < g->q.nwants; i++)
		g->q.asked |= g->wants[i].any_of;
}

/* Whatever the truth and the judge: it ends, and with a minimal set. */
static void test_random(void)
{
	srand(1);
	for (int i = 0; i < 3000; i++) {
		struct given g;
		struct sim s;
		struct ct_found f;

		prepare(&g, &s, "", "", "");
		s.n = rand() % 6;
		s.silent = rand() % 3 == 0;
		for (size_t k = 0; k < s.n; k++) {
			s.clauses[k] = one_of(g.q.working);
			while (rand() % 3 == 0)
				s.clauses[k] |= one_of(CT_CAPS_ALL);
		}
		guess(&g, &s);
		s.grantable = rand() % 2 ? g.q.working : 0;
		f = run(&g);
		CU_ASSERT(is_minimal(&s, f.set));
		CU_ASSERT_EQUAL(f.result, CT_MINIMAL);
		CU_ASSERT(!f.flaky);
	}
}

/* What the recording needed and no run asked for again stays, whatever works without it. */
static void test_unshown(void)
{
	struct given g;
	struct sim s;
	struct ct_found f;

	prepare(&g, &s, "CHOWN,SETUID,KILL", "", "SETUID");
	g.wants[0].unshown = true;
	f = run(&g);
	CU_ASSERT_EQUAL(f.set, mask("CHOWN,SETUID"));
	CU_ASSERT_EQUAL(f.result, CT_SUFFICIENT);
	CU_ASSERT_EQUAL(f.kept, mask("CHOWN"));
	/* Proved by a failure, it is nothing special. */
	prepare(&g, &s, "CHOWN,SETUID", "", "SETUID,CHOWN");
	g.wants[0].unshown = true;
	f = run(&g);
	CU_ASSERT_EQUAL(f.set, mask("CHOWN,SETUID"));
	CU_ASSERT(f.result == CT_MINIMAL && !f.kept);
	/* Any that would do, and those that are only useful are not protected. */
	prepare(&g, &s, "DAC_OVERRIDE|DAC_READ_SEARCH", "KILL", "");
	g.wants[0].unshown = g.wants[1].unshown = true;
	f = run(&g);
	CU_ASSERT_EQUAL(f.set, mask("DAC_READ_SEARCH"));
	CU_ASSERT_EQUAL(f.kept, mask("DAC_READ_SEARCH"));
	/* The one quick run leaves soft ones out, and has shown that it works with them, too. */
	prepare(&g, &s, "FOWNER,SETUID", "", "SETUID");
	g.wants[0].unshown = true;
	g.q.quick = true;
	f = run(&g);
	CU_ASSERT_EQUAL(f.set, mask("FOWNER,SETUID"));
	CU_ASSERT(f.result == CT_SUFFICIENT && f.runs == 1 && f.kept == mask("FOWNER"));
	/* What it had, and not what would do in its place. */
	prepare(&g, &s, "NET_ADMIN|NET_RAW,NET_ADMIN", "", "NET_RAW");
	g.wants[1].unshown = g.wants[1].doubtful = true;
	g.q.quick = true;
	f = run(&g);
	CU_ASSERT_EQUAL(f.set, mask("NET_ADMIN,NET_RAW"));
	CU_ASSERT(f.result == CT_SUFFICIENT && f.runs == 1);
}

/* A refusal in the failing run is tried first, whatever the rules think of it. */
static void test_refused_first(void)
{
	static const enum ct_verdict verdicts[] = { CT_UNNEEDED, CT_OPTIONAL, CT_REQUIRED };

	for (size_t i = 0; i < CT_ARRAY_SIZE(verdicts); i++) {
		struct ct_found f;
		struct given g;
		struct sim s;

		prepare(&g, &s, "CHOWN", "SYS_ADMIN,NET_ADMIN,SYSLOG,SYS_NICE", "CHOWN,SYS_PTRACE");
		s.says = verdicts[i];
		f = run(&g);
		CU_ASSERT_EQUAL(f.set, mask("CHOWN,SYS_PTRACE"));
		CU_ASSERT_EQUAL(f.result, CT_MINIMAL);
		/* {C} fails twice or once, {C,P} works, {P} fails. */
		CU_ASSERT(f.runs <= 5);
	}
}

/* The kernel compares sets first: who holds as much as the other is asked nothing. */
static void test_compared_first(void)
{
	const uint64_t all = CT_CAPS_DOCKER_DEFAULT;
	const struct ct_want tolerated = { .any_of = CT_CAP(SYS_PTRACE), .verdict = CT_UNNEEDED };
	struct ct_found f;
	struct given g;
	struct sim s;

	prepare(&g, &s, "", "", "SYS_PTRACE");
	g.q.working = s.or_all = all;
	s.says = CT_UNNEEDED;
	s.fresh = true;
	f = run(&g);
	CU_ASSERT_EQUAL(f.set, mask("SYS_PTRACE"));
	CU_ASSERT_EQUAL(f.result, CT_MINIMAL);
	CU_ASSERT(f.runs <= 4);
	/* In another place it was refused in the recording: no matter. */
	prepare(&g, &s, "", "", "SYS_PTRACE");
	g.q.working = s.or_all = all;
	g.q.tolerated = &tolerated;
	g.q.ntolerated = 1;
	s.says = CT_UNNEEDED;
	s.fresh = true;
	f = run(&g);
	CU_ASSERT_EQUAL(f.set, mask("SYS_PTRACE"));
	/* Refused in the recording in the same place: it worked without. */
	prepare(&g, &s, "", "", "SYS_PTRACE");
	g.q.working = s.or_all = all;
	s.says = CT_UNNEEDED;
	f = run(&g);
	CU_ASSERT_EQUAL(f.set, all);
	/* It cannot be granted. */
	prepare(&g, &s, "", "", "SYS_PTRACE");
	g.q.working = s.or_all = s.grantable = all;
	s.fresh = true;
	f = run(&g);
	CU_ASSERT_EQUAL(f.set, all);
}

static CU_TestInfo tests[] = {
	{ "what was refused comes first", test_refused_first },
	{ "sets are compared first", test_compared_first },
	{ "truths of real workloads", test_real },
	{ "an optional one is needed", test_missing_optional },
	{ "one that nobody named is needed", test_missing_unknown },
	{ "what cannot be granted", test_cannot_be_granted },
	{ "not started by chance", test_not_started_by_chance },
	{ "a cheaper one in its place", test_cheaper },
	{ "flaky", test_flaky },
	{ "trust", test_trust },
	{ "quick", test_quick },
	{ "limits", test_limits },
	{ "a claim", test_claim },
	{ "what no run asked for again", test_unshown },
	{ "random truths", test_random },
	CU_TEST_INFO_NULL,
};
UNIT_MAIN("verify_search", tests)
