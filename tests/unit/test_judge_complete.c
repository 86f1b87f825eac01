/* SPDX-License-Identifier: GPL-2.0-only */
/* Which advices are whole, and what is said of those that are not. */
#include "build.h"
#include "model/tally.h"
#include "model/whole.h"

#define CHOWN_CHECK CAP_CHOWN, "chown", "capable_wrt_inode_uidgid setattr_prepare"

static unsigned int gaps_of(struct ct_session *s)
{
	ct_autoreport struct ct_report *r = ct_judge__session(s, CT_MODE_DEFAULT);

	CU_ASSERT_EQUAL(ct_report__is_incomplete(r), r->advices[0].gaps != 0);
	return r->advices[0].gaps;
}

static void test_losses(void)
{
	static const struct {
		struct ct_losses losses;
		unsigned int gaps;
	} cases[] = {
		{ {}, 0 },
		{ { .missed = 1 }, CT_GAP_LOST },
		{ { .kinds = 1 }, CT_GAP_LOST },
		{ { .acts = 1 }, CT_GAP_LOST },
		{ { .events = 1 }, CT_GAP_LOST },
		{ { .truncated = true }, CT_GAP_CUT_OFF },
		{ { .truncated = true, .kinds = 1 }, CT_GAP_CUT_OFF | CT_GAP_LOST },
		/* These hide details, and no need. */
		{ { .stacks = 1, .outcomes = 1, .procs = 1 }, 0 },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();

		build_container(s, "x");
		s->losses = cases[i].losses;
		CU_ASSERT_EQUAL(gaps_of(s), cases[i].gaps);
	}
}

static void test_start(void)
{
	static const enum ct_workload_kind kinds[] = { CT_WL_CONTAINER, CT_WL_UNIT, CT_WL_COMMAND,
						       CT_WL_CGROUP };

	for (size_t i = 0; i < CT_ARRAY_SIZE(kinds); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		struct ct_workload *w = build_container(s, "x");

		w->kind = kinds[i];
		CU_ASSERT_EQUAL(gaps_of(s), 0);
		w->start_seen = CT_UNKNOWN;
		CU_ASSERT_EQUAL(gaps_of(s), CT_GAP_START);
		w->start_seen = CT_NO;
		CU_ASSERT_EQUAL(gaps_of(s), CT_GAP_START);
	}
}

/* Where calls were not watched: who calls capset, or may have used what its profile ties to one. */
static void test_calls(void)
{
	static const struct {
		enum ct_tristate watched;
		const char *syscall;
		uint64_t configured;
		enum ct_seccomp seccomp;
		unsigned int gaps;
	} cases[] = {
		{ CT_YES, "capset", CT_CAPS_ALL, CT_SECCOMP_DEFAULT, 0 },
		{ CT_NO, "chown", CT_CAPS_DOCKER_DEFAULT, CT_SECCOMP_DEFAULT, 0 },
		{ CT_NO, "capset", CT_CAPS_DOCKER_DEFAULT, CT_SECCOMP_DEFAULT, CT_GAP_SETS },
		{ CT_NO, "chown", CT_CAPS_DOCKER_DEFAULT | CT_CAP(SYS_NICE), CT_SECCOMP_DEFAULT,
		  CT_GAP_SETS },
		{ CT_NO, "chown", CT_CAPS_DOCKER_DEFAULT | CT_CAP(SYS_NICE), CT_SECCOMP_NONE, 0 },
		{ CT_NO, "chown", CT_CAPS_ALL, CT_SECCOMP_UNKNOWN, CT_GAP_SETS },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");

		s->host.syscalls = cases[i].watched;
		w->configured = cases[i].configured;
		w->container.seccomp = cases[i].seccomp;
		build_check(w, CAP_SETPCAP, cases[i].syscall, "ns_capable cap_capset");
		CU_ASSERT_EQUAL(gaps_of(s), cases[i].gaps);
		r = ct_judge__session(s, CT_MODE_DEFAULT);
		CU_ASSERT_EQUAL(r->advices[0].confidence, cases[i].gaps ? CT_CONF_LOW :
							  cases[i].watched == CT_YES ?
									  CT_CONF_HIGH :
									  CT_CONF_MEDIUM);
		CU_ASSERT_EQUAL(!strstr(r->advices[0].why, "without a check"),
				cases[i].watched == CT_YES);
	}
}

/* What is needed in any case cannot be missing. */
static void test_needed_anyway(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = build_container(s, "x");

	s->host.syscalls = CT_NO;
	w->configured |= CT_CAP(SYS_NICE);
	CU_ASSERT_EQUAL(gaps_of(s), CT_GAP_SETS);
	build_check(w, CAP_SYS_NICE, "setpriority", "can_nice set_one_prio");
	CU_ASSERT_EQUAL(gaps_of(s), 0);
}

#define MONDAY 1700000000000ll /* some wall clock */

/* A run that began then, and was not watched for five seconds until 20 s after that day's begin. */
static struct ct_session *gappy(int64_t since_ms, bool noted)
{
	struct ct_session *s = ct_session__new();
	struct ct_workload *w = build_container(s, "x");

	w->since_ms = since_ms;
	w->from_ns = 1;
	w->to_ns = 20000000001;
	w->unwatched_ns = 5000000000;
	w->unwatched_until_ms = noted ? MONDAY + 20000 : 0;
	return s;
}

/* A time that nobody watched is named, with when it ended. */
static void test_unwatched(void)
{
	ct_autosession struct ct_session *s = gappy(MONDAY, true);
	ct_autoreport struct ct_report *r = NULL;
	ct_autofree char *text = NULL;

	CU_ASSERT_EQUAL(gaps_of(s), CT_GAP_UNWATCHED);
	r = ct_judge__session(s, CT_MODE_DEFAULT);
	CU_ASSERT_PTR_NOT_NULL(strstr(r->advices[0].why, "nobody watched it for 5 s"));
	text = ct_advice__gaps_text(&r->advices[0]);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "for 5 s, last until 2023-11-14T22:13:40.000Z"));
}

/* What a run needed while nobody watched may be what no run before it did: only a later one, seen
 * from its start, makes up for it. */
static void test_unwatched_runs(void)
{
	static const struct {
		int64_t since_ms;
		enum ct_tristate start_seen;
		unsigned int gaps;
	} others[] = {
		{ MONDAY - 86400000, CT_YES, CT_GAP_UNWATCHED },
		{ MONDAY + 19000, CT_YES, CT_GAP_UNWATCHED },
		{ MONDAY + 20000, CT_YES, 0 },
		{ MONDAY + 90000, CT_UNKNOWN, CT_GAP_UNWATCHED },
	};

	for (size_t i = 0; i < 2 * CT_ARRAY_SIZE(others); i++) {
		ct_autosession struct ct_session *a = gappy(MONDAY, i & 1);
		ct_autosession struct ct_session *b = ct_session__new();
		struct ct_workload *w = build_container(b, "x");

		w->since_ms = others[i / 2].since_ms;
		w->start_seen = others[i / 2].start_seen;
		ct_tally__add(a, b);
		CU_ASSERT_EQUAL_FATAL(a->nworkloads, 1);
		CU_ASSERT_EQUAL(a->workloads[0]->nmore, 1);
		CU_ASSERT_EQUAL(gaps_of(a), others[i / 2].gaps);
	}
	/* Of advices it is not known which was later. */
	CU_ASSERT_EQUAL(ct_gaps__merged(0, CT_GAP_UNWATCHED), CT_GAP_UNWATCHED);
	CU_ASSERT_EQUAL(ct_gaps__merged(CT_GAP_START, CT_GAP_UNWATCHED), CT_GAP_UNWATCHED);
}

/* Of several recordings one has to have seen the start. */
static void test_merged(void)
{
	for (int seen = 0; seen < 4; seen++) {
		ct_autosession struct ct_session *a = ct_session__new();
		ct_autosession struct ct_session *b = ct_session__new();

		build_container(a, "x")->start_seen = seen & 1 ? CT_YES : CT_UNKNOWN;
		build_container(b, "x")->start_seen = seen & 2 ? CT_YES : CT_NO;
		ct_tally__add(a, b);
		CU_ASSERT_EQUAL_FATAL(a->nworkloads, 1);
		CU_ASSERT_EQUAL(gaps_of(a), seen ? 0 : CT_GAP_START);
	}
}

static unsigned int merged_advices(bool start_a, unsigned int lost_a, bool start_b,
				   unsigned int lost_b)
{
	ct_autosession struct ct_session *a = ct_session__new(), *b = ct_session__new();
	ct_autoreport struct ct_report *r, *other;

	build_container(a, "x")->start_seen = start_a ? CT_YES : CT_NO;
	build_container(b, "x")->start_seen = start_b ? CT_YES : CT_NO;
	a->losses.acts = lost_a;
	b->losses.acts = lost_b;
	r = ct_judge__session(a, CT_MODE_DEFAULT);
	other = ct_judge__session(b, CT_MODE_DEFAULT);
	ct_report__merge(r, a, other, b, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL_FATAL(r->nadvices, 1);
	return r->advices[0].gaps;
}

static void test_merged_advices(void)
{
	CU_ASSERT_EQUAL(merged_advices(false, 0, false, 0), CT_GAP_START);
	CU_ASSERT_EQUAL(merged_advices(true, 0, false, 0), 0);
	CU_ASSERT_EQUAL(merged_advices(false, 1, true, 0), 0);
	/* The start was seen where something was lost. */
	CU_ASSERT_EQUAL(merged_advices(true, 1, false, 0), CT_GAP_LOST);
	CU_ASSERT_EQUAL(merged_advices(false, 1, false, 0), CT_GAP_LOST | CT_GAP_START);
}

/* A set that was seen to work is whole; one that was not, is as whole as its recording. */
static void test_settled(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_settled settled = { .workload = build_container(s, "x"), .proved = true };
	const struct ct_judge_opts opts = { .settled = &settled, .nsettled = 1 };

	s->workloads[0]->start_seen = CT_NO;
	for (int i = 0; i < 2; i++, settled.proved = false) {
		ct_autoreport struct ct_report *r = ct_judge__with(s, &opts);

		CU_ASSERT_EQUAL(r->advices[0].gaps, settled.proved ? 0 : CT_GAP_START);
	}
}

static struct ct_kind *add_unsited(struct ct_workload *w, int cap, unsigned int flags)
{
	struct ct_kind *k = build_check(w, cap, flags & CT_F_TOTAL ? NULL : "chown", "");

	k->key.flags |= flags | CT_F_NO_SITE;
	if (flags & CT_F_TOTAL) {
		k->key.flags &= ~CT_F_CREDS;
		k->key.effective = 0;
		k->sampled = false;
	}
	return k;
}

/* Of what a budget kept from being noted only that is a gap which may hide a need. */
static void test_detail(void)
{
	static const struct {
		int cap;
		unsigned int flags, level, entry, gaps;
	} cases[] = {
		{ CAP_CHOWN, 0, 0, CT_ENTRY_MAIN, 0 },
		{ CAP_SYS_ADMIN, 0, 0, CT_ENTRY_MAIN, 0 },
		{ CAP_SYS_ADMIN, 0, 1, CT_ENTRY_MAIN, CT_GAP_DETAIL },
		{ CAP_CHOWN, CT_F_TOTAL, 0, CT_ENTRY_MAIN, CT_GAP_DETAIL },
		{ CAP_CHOWN, CT_F_TOTAL, 0, CT_ENTRY_SETUP, 0 },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		struct ct_workload *w = build_container(s, "x");
		struct ct_kind *k = add_unsited(w, cases[i].cap, cases[i].flags);
		ct_autofree char *text = NULL;
		ct_autoreport struct ct_report *r = NULL;

		k->key.level = k->key.from = cases[i].level;
		k->key.entry = cases[i].entry;
		CU_ASSERT_EQUAL(gaps_of(s), cases[i].gaps);
		r = ct_judge__session(s, CT_MODE_DEFAULT);
		text = ct_advice__gaps_text(&r->advices[0]);
		CU_ASSERT_EQUAL(text && strstr(text, "budget"), cases[i].gaps != 0);
	}
}

/* Of a virtual machine, and of gVisor's, this kernel sees the machine's own processes alone. */
static void test_guest(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = build_container(s, "x");
	ct_autoreport struct ct_report *r = NULL;
	ct_autofree char *text = NULL;

	w->runtime = CT_RT_KATA;
	CU_ASSERT_EQUAL(gaps_of(s), CT_GAP_GUEST);
	r = ct_judge__session(s, CT_MODE_DEFAULT);
	text = ct_advice__gaps_text(&r->advices[0]);
	CU_ASSERT(text && strstr(text, "virtual machine"));
	w->runtime = CT_RT_GVISOR;
	CU_ASSERT_EQUAL(gaps_of(s), CT_GAP_GUEST);
}

static bool has_warning(const struct ct_advice *a, const char *code)
{
	for (size_t i = 0; i < a->nwarnings; i++)
		if (!strcmp(a->warnings[i].code, code))
			return true;
	return false;
}

/* A check without its call site counts as needed, whatever was known of others like it. */
static void test_not_noted(void)
{
	static const unsigned int flags[] = { 0, CT_F_TOTAL };

	for (size_t i = 0; i < CT_ARRAY_SIZE(flags); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");
		const struct ct_cap_verdict *v;

		build_check(w, CAP_SYS_ADMIN, NULL, "cap_vm_enough_memory");
		add_unsited(w, CAP_SYS_ADMIN, flags[i]);
		add_unsited(w, CAP_CHOWN, flags[i])->key.entry = CT_ENTRY_SETUP;
		add_unsited(w, CAP_KILL, flags[i])->key.flags &= ~CT_F_GRANTED;
		r = ct_judge__session(s, CT_MODE_DEFAULT);
		CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(SYS_ADMIN));
		CU_ASSERT_EQUAL(r->advices[0].unknown_sites, 0);
		CU_ASSERT(r->advices[0].confidence <= CT_CONF_MEDIUM);
		v = build_cap(r, CAP_SYS_ADMIN);
		CU_ASSERT_PTR_NOT_NULL_FATAL(v);
		UNIT_STR(v->reasons[0].site, CT_SITE_NOT_NOTED);
		CU_ASSERT(v->reasons[0].doubtful);
		CU_ASSERT(has_warning(&r->advices[0], "no-call-sites"));
	}
}

/* A mount of an overlay may be among totals. */
static void test_overlay_unknown(void)
{
	for (int total = 0; total < 2; total++) {
		ct_autosession struct ct_session *s = ct_session__new();
		struct ct_workload *w = build_container(s, "x");
		struct ct_whole is;

		if (total)
			add_unsited(w, CAP_SYS_ADMIN, CT_F_TOTAL);
		ct_whole__of(w, &is);
		CU_ASSERT_EQUAL(is.mounts_no_overlay, !total);
	}
}

/* An overlay was mounted in what is missing, or a set was changed: neither may be ruled out. */
static void test_not_ruled_out(void)
{
	static const struct {
		struct ct_losses losses;
		bool overlay, sets; /* may they have been? */
	} cases[] = {
		{ {}, false, false },
		{ { .kinds = 1 }, true, true },
		{ { .missed = 1 }, true, true },
		{ { .truncated = true }, true, true },
		{ { .acts = 1 }, false, true },
		{ { .events = 1 }, false, true },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");
		struct ct_kind *k;

		s->host.syscalls = CT_YES;
		s->losses = cases[i].losses;
		w->configured = CT_CAP(DAC_READ_SEARCH);
		k = build_check(w, CAP_DAC_READ_SEARCH, "openat",
				"capable_wrt_inode_uidgid generic_permission");
		k->key.effective = w->configured;
		k->key.flags |= CT_F_EUID0;
		k = build_check(w, CAP_CHOWN, "chown",
				"capable_wrt_inode_uidgid setattr_prepare notify_change "
				"ovl_do_notify_change ovl_setattr");
		k->key.flags |= CT_F_CRED_FOREIGN;
		r = ct_judge__session(s, CT_MODE_DEFAULT);
		CU_ASSERT_EQUAL(r->advices[0].cap_add,
				CT_CAP(DAC_READ_SEARCH) | (cases[i].overlay ? CT_CAP(CHOWN) : 0));
		CU_ASSERT_EQUAL(build_cap(r, CAP_DAC_READ_SEARCH)->alternatives,
				cases[i].sets ? 0 : CT_CAP(DAC_OVERRIDE));
	}
}

static void test_text(void)
{
	static const struct {
		enum ct_workload_kind kind;
		const char *id, *name, *cure;
	} cases[] = {
		{ CT_WL_CONTAINER, "0123", "web", "captrim record -c web --restart" },
		{ CT_WL_CONTAINER, "0123", "web; reboot", "captrim record -c NAME --restart" },
		{ CT_WL_CONTAINER, "0123", "-v", "captrim record -c NAME --restart" },
		{ CT_WL_CONTAINER, "0123", "a\nb\033[2J", "captrim record -c NAME --restart" },
		{ CT_WL_UNIT, "nginx@a.service", NULL,
		  "captrim record -u nginx@a.service --restart" },
		{ CT_WL_UNIT, "a\\x20b.service", NULL, "captrim record -u UNIT --restart" },
		{ CT_WL_COMMAND, "command", NULL, "captrim run -- COMMAND" },
		{ CT_WL_CGROUP, "/user.slice", NULL, "captrim run -- COMMAND" },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, cases[i].id);
		ct_autofree char *text = NULL, *expected = NULL;

		w->kind = cases[i].kind;
		w->start_seen = CT_NO;
		free(w->container.name);
		w->container.name = cases[i].name ? ct_xstrdup(cases[i].name) : NULL;
		r = ct_judge__session(s, CT_MODE_DEFAULT);
		text = ct_advice__gaps_text(&r->advices[0]);
		expected = ct_xasprintf(
			"this may not be the whole set; its start was not seen, and what "
			"it needs then is missing: %s",
			cases[i].cure);
		UNIT_STR(text, expected);
	}
}

static CU_TestInfo tests[] = {
	{ "losses", test_losses },
	{ "calls", test_calls },
	{ "needed anyway", test_needed_anyway },
	{ "unwatched", test_unwatched },
	{ "unwatched among other runs", test_unwatched_runs },
	{ "start", test_start },
	{ "merged", test_merged },
	{ "merged advices", test_merged_advices },
	{ "settled", test_settled },
	{ "text", test_text },
	{ "detail", test_detail },
	{ "guest", test_guest },
	{ "not noted", test_not_noted },
	{ "overlay unknown", test_overlay_unknown },
	{ "not ruled out", test_not_ruled_out },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("judge-complete", tests)
