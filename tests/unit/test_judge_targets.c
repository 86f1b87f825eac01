/* SPDX-License-Identifier: GPL-2.0-only */
/* What is asked only of who holds less than another process. */
#include "build.h"
#include "ct/selector.h"
#include "ct/target_call.h"
#include "emit/emit.h"
#include "emit/json_read.h"

#define EVERYTHING CT_CAPS_ALL

/* Another process that holds this was looked at, or its scheduling was changed. */
static struct ct_act *build_target(struct ct_workload *w, uint32_t kind, uint64_t holds)
{
	struct ct_act *a = build_act(w, CT_ACT_TARGET,
				     kind == CT_TARGET_LOOK ? "readlink" : "setpriority");

	a->key.sel = kind;
	a->key.a = holds;
	return a;
}

static const struct {
	const char *what;
	uint64_t looked_at, scheduled; /* what the targets hold; 0: there is none */
	bool chowns;		       /* CHOWN is needed besides */
	uint64_t wanted;
} targets[] = {
	{ "looking at one that holds everything", EVERYTHING, 0, false, CT_CAP(SYS_PTRACE) },
	{ "scheduling one that holds everything", 0, EVERYTHING, false, CT_CAP(SYS_NICE) },
	{ "both", EVERYTHING, EVERYTHING, false, CT_CAP(SYS_PTRACE) | CT_CAP(SYS_NICE) },
	{ "looking at one that holds what is needed anyway", CT_CAP(CHOWN), 0, true,
	  CT_CAP(CHOWN) },
	{ "looking at one that holds what is not needed", CT_CAP(CHOWN), 0, false,
	  CT_CAP(SYS_PTRACE) },
	{ "looking at one that holds more than is needed", CT_CAP(CHOWN) | CT_CAP(KILL), 0, true,
	  CT_CAP(CHOWN) | CT_CAP(SYS_PTRACE) },
	{ "looking at one that holds just what another one needs", CT_CAP(SYS_NICE), EVERYTHING,
	  false, CT_CAP(SYS_NICE) },
	{ "scheduling one that holds just what another one needs", EVERYTHING, CT_CAP(SYS_PTRACE),
	  false, CT_CAP(SYS_PTRACE) },
	{ "each holds what the other one needs, the cheaper of both", CT_CAP(SYS_NICE),
	  CT_CAP(SYS_PTRACE), false, CT_CAP(SYS_NICE) },
	{ "looking at one that holds the answer itself", CT_CAP(SYS_PTRACE), 0, false,
	  CT_CAP(SYS_PTRACE) },
	{ "looking at one that holds what no kernel has", 1ull << 63, 0, false, 0 },
	{ "looking at nobody", 0, 0, true, CT_CAP(CHOWN) },
};

static void test_sets(void)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(targets); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");

		if (targets[i].looked_at)
			build_target(w, CT_TARGET_LOOK, targets[i].looked_at);
		if (targets[i].scheduled)
			build_target(w, CT_TARGET_SCHEDULE, targets[i].scheduled);
		if (targets[i].chowns)
			build_check(w, CAP_CHOWN, "chown",
				    "security_capable ns_capable capable_wrt_inode_uidgid "
				    "setattr_prepare");
		r = ct_judge__session(s, CT_MODE_STRICT);
		if (r->advices[0].cap_add != targets[i].wanted)
			printf("%s: 0x%llx\n", targets[i].what,
			       (unsigned long long)r->advices[0].cap_add);
		CU_ASSERT_EQUAL(r->advices[0].cap_add, targets[i].wanted);
	}
}

/* Who has given up the extra capability passes only with what the other process holds. */
static void test_dropped(void)
{
	const uint64_t look = CT_CAP(SYS_PTRACE), both = CT_CAP(CHOWN) | CT_CAP(KILL);
	const struct {
		uint64_t given, bounding, held, wanted;
	} cases[] = {
		{ EVERYTHING, EVERYTHING & ~look, 0, both },
		{ EVERYTHING, EVERYTHING, EVERYTHING & ~look, both },
		{ EVERYTHING, EVERYTHING, both, both },
		{ EVERYTHING, EVERYTHING & ~CT_CAP(SYS_NICE), 0, look },
		{ EVERYTHING, EVERYTHING, EVERYTHING, look },
		{ CT_CAPS_DOCKER_DEFAULT, CT_CAPS_DOCKER_DEFAULT, 0, look },
		{ CT_CAPS_DOCKER_DEFAULT, CT_CAPS_DOCKER_DEFAULT, CT_CAPS_DOCKER_DEFAULT, look },
		{ EVERYTHING, 0, 0, look }, /* not known */
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");
		struct ct_act *a;

		w->configured = cases[i].given;
		w->configured_known = true;
		a = build_target(w, CT_TARGET_LOOK, both);
		a->key.before = cases[i].bounding;
		a->key.c = cases[i].held;
		r = ct_judge__session(s, CT_MODE_STRICT);
		CU_ASSERT_EQUAL(r->advices[0].cap_add, cases[i].wanted);
	}
}

/* Every capability that is advised has a reason, and the reason names the call. */
static void test_reason(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	const struct ct_cap_verdict *v;

	build_target(build_container(s, "x"), CT_TARGET_LOOK, EVERYTHING);
	r = ct_judge__session(s, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL_FATAL(r->advices[0].ncaps, 1);
	v = &r->advices[0].caps[0];
	CU_ASSERT_TRUE(v->chosen);
	CU_ASSERT_EQUAL(v->seen_in, 1);
	CU_ASSERT_EQUAL_FATAL(v->nreasons, 1);
	CU_ASSERT_STRING_EQUAL(v->reasons[0].site, "cap_ptrace_access_check");
	CU_ASSERT_STRING_EQUAL(v->reasons[0].syscall, "readlink");
}

/* None of the workload's: the runtime's, and a call that failed. */
static void test_not_its_own(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	struct ct_workload *w = build_container(s, "x");

	build_target(w, CT_TARGET_LOOK, EVERYTHING)->key.entry = CT_ENTRY_SETUP;
	build_target(w, CT_TARGET_SCHEDULE, EVERYTHING)->key.ok = 0;
	build_target(w, 77, EVERYTHING); /* a later version's */
	w->container.userns = CT_NO;
	build_target(w, CT_TARGET_LOOK, EVERYTHING)->key.level = 1; /* a namespace that it made */
	r = ct_judge__session(s, CT_MODE_STRICT);
	CU_ASSERT_EQUAL(r->advices[0].cap_add, 0);
}

/* The set is that of all recordings together. */
static void test_merged(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	struct ct_workload *w = build_container(s, "x"), *more = build_container(s, "y");
	size_t cap = 0;

	build_target(w, CT_TARGET_LOOK, CT_CAP(CHOWN));
	build_check(more, CAP_CHOWN, "chown",
		    "security_capable ns_capable capable_wrt_inode_uidgid setattr_prepare");
	more->recording = 1;
	s->nworkloads = 1;
	*CT_PUSH(w->more, w->nmore, cap) = more;
	w->more_cap = cap;
	r = ct_judge__session(s, CT_MODE_STRICT);
	CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(CHOWN));
}

/* Needed in one recording for a check, and in another one for a comparison: in both. */
static void test_seen_in(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	struct ct_workload *w = build_container(s, "x"), *more = build_container(s, "y");

	build_check(w, CAP_SYS_PTRACE, "ptrace", "ns_capable nobody_knows");
	build_target(more, CT_TARGET_LOOK, EVERYTHING);
	more->recording = 1;
	s->nworkloads = 1;
	*CT_PUSH(w->more, w->nmore, w->more_cap) = more;
	r = ct_judge__session(s, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL(r->advices[0].recordings, 2);
	CU_ASSERT_EQUAL_FATAL(r->advices[0].ncaps, 1);
	CU_ASSERT_EQUAL(r->advices[0].caps[0].seen_in, 2);
}

static struct ct_session *needing(int cap, const char *syscall, const char *stack)
{
	struct ct_session *s = ct_session__new();

	build_check(build_container(s, "x"), cap, syscall, stack);
	return s;
}

/* Another process that was looked at is compared with the set of both advices. */
static void test_merged_advices(void)
{
	static const char stack[] = "capable_wrt_inode_uidgid setattr_prepare";

	for (int order = 0; order < 2; order++) {
		ct_autosession struct ct_session *looks = ct_session__new(), *chowns = NULL;
		struct ct_session *into, *from;
		ct_autoreport struct ct_report *r = NULL, *other = NULL;

		build_target(build_container(looks, "x"), CT_TARGET_LOOK, CT_CAP(CHOWN));
		chowns = needing(CAP_CHOWN, "chown", stack);
		into = order ? chowns : looks;
		from = order ? looks : chowns;
		r = ct_judge__session(into, CT_MODE_DEFAULT);
		other = ct_judge__session(from, CT_MODE_DEFAULT);
		ct_report__merge(r, into, other, from, CT_MODE_DEFAULT);
		CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(CHOWN));
		CU_ASSERT_PTR_NULL(build_cap(r, CAP_SYS_PTRACE));
	}
}

/* What one advice had for its own reasons, and the set of both has not, is asked for. */
static void test_merged_advices_lose(void)
{
	static const char path[] = "capable_wrt_inode_uidgid generic_permission";
	ct_autosession struct ct_session *looks = needing(CAP_DAC_READ_SEARCH, "openat", path);
	ct_autosession struct ct_session *writes = needing(CAP_DAC_OVERRIDE, "openat", path);
	ct_autoreport struct ct_report *r = NULL, *other = NULL;

	build_target(looks->workloads[0], CT_TARGET_LOOK, CT_CAP(DAC_READ_SEARCH));
	looks->workloads[0]->kinds[0].key.sel = CT_OPEN_READ;
	writes->workloads[0]->kinds[0].key.sel = CT_OPEN_WRITE;
	r = ct_judge__session(looks, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(DAC_READ_SEARCH));
	other = ct_judge__session(writes, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL(other->advices[0].cap_add, CT_CAP(DAC_OVERRIDE));
	ct_report__merge(r, looks, other, writes, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(DAC_OVERRIDE) | CT_CAP(SYS_PTRACE));
	CU_ASSERT_EQUAL(r->advices[0].ntargets, 1);
}

/* Decided again, an advice has more reasons than those that the judge itself enters. */
static void test_many_reasons(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	struct ct_workload *w = build_container(s, "x");

	for (int i = 0; i < 100; i++) {
		ct_autofree char *call = ct_xasprintf("call%d", i);

		build_check(w, CAP_CHOWN, call, "capable_wrt_inode_uidgid setattr_prepare");
	}
	build_target(w, CT_TARGET_LOOK, EVERYTHING);
	r = ct_judge__session(s, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL_FATAL(build_cap(r, CAP_CHOWN)->nreasons, 100);
	ct_report__set_mode(r, s, CT_MODE_STRICT);
	CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(CHOWN) | CT_CAP(SYS_PTRACE));
	CU_ASSERT_EQUAL(build_cap(r, CAP_CHOWN)->nreasons, 100);
}

/* The same with advices that were written and read again. */
static void test_read_again(void)
{
	ct_autosession struct ct_session *looks = ct_session__new(), *s = NULL, *chowns = NULL;
	ct_autoreport struct ct_report *r = NULL, *back = NULL, *other = NULL;
	ct_autofree char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	build_target(build_container(looks, "x"), CT_TARGET_LOOK, CT_CAP(CHOWN) | CT_CAP(KILL));
	r = ct_judge__session(looks, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(SYS_PTRACE));
	ct_emit__json(r, f);
	fclose(f);
	CU_ASSERT_EQUAL_FATAL(ct_advice_json__read(text, len, "x", &s, &back, NULL), 0);
	CU_ASSERT_EQUAL_FATAL(back->advices[0].ntargets, 1);
	CU_ASSERT_EQUAL(back->advices[0].targets[0].holds, CT_CAP(CHOWN) | CT_CAP(KILL));
	chowns = needing(CAP_CHOWN, "chown", "capable_wrt_inode_uidgid setattr_prepare");
	build_check(chowns->workloads[0], CAP_KILL, "kill", "ns_capable check_kill_permission");
	other = ct_judge__session(chowns, CT_MODE_DEFAULT);
	ct_report__merge(other, chowns, back, s, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL(other->advices[0].cap_add, CT_CAP(CHOWN) | CT_CAP(KILL));
}

static CU_TestInfo tests[] = {
	{ "the set that is advised decides", test_sets },
	{ "what the workload has dropped", test_dropped },
	{ "a reason names the comparison and the call", test_reason },
	{ "what is none of the workload's", test_not_its_own },
	{ "several recordings", test_merged },
	{ "recordings that need it", test_seen_in },
	{ "merged advices", test_merged_advices },
	{ "merged advices that lose", test_merged_advices_lose },
	{ "an advice with many reasons", test_many_reasons },
	{ "advices read again", test_read_again },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("judge-targets", tests)
