/* SPDX-License-Identifier: GPL-2.0-only */
/* What is said beside the set: confidence, warnings, alternatives; and how long it takes. */
#include <inttypes.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>

#include "build.h"
#include "judge/rules.h"

#define CHOWN_CHECK CAP_CHOWN, "chown", "capable_wrt_inode_uidgid setattr_prepare"

/* ---- confidence ---- */

static const struct {
	const char *what;
	enum ct_tristate start, end;
	int end_code;
	bool check, unknown;
	enum ct_confidence confidence;
	const char *words;	  /* among others */
	unsigned int seconds, at; /* how long, and when the check came first; 0: as built */
} runs[] = {
	{ "all of it", CT_YES, CT_YES, 0, true, false, CT_CONF_HIGH,
	  "1 check in 1 kind over 2 s; start seen, end seen; not covered: anything it did", 0, 0 },
	{ "ended by a signal", CT_YES, CT_YES, 15, true, false, CT_CONF_HIGH,
	  "end seen; no new kind of check in the last 29 s of 30 s; not covered", 30, 1 },
	{ "ended by a signal, says a shell", CT_YES, CT_YES, 143 << 8, true, false, CT_CONF_HIGH,
	  "end seen", 30, 1 },
	{ "ended soon", CT_YES, CT_YES, 15, true, false, CT_CONF_MEDIUM, "over 2 s", 0, 0 },
	{ "ended, and still growing", CT_YES, CT_YES, 15, true, false, CT_CONF_MEDIUM,
	  "new kinds of checks up to the last 3 s of 30 s", 30, 27 },
	{ "a short job, whose last step is new", CT_YES, CT_YES, 0, true, false, CT_CONF_HIGH,
	  "new kinds of checks up to the last 1 s of 30 s", 30, 29 },
	{ "a long one", CT_YES, CT_YES, 0, true, false, CT_CONF_MEDIUM,
	  "new kinds of checks up to the last 1 min 0 s of 10 min 0 s", 600, 540 },
	{ "what its end asks for is not growth", CT_YES, CT_YES, 15, true, false, CT_CONF_HIGH,
	  "no new kind of check in the last 10 min 0 s of 10 min 0 s", 600, 595 },
	{ "no start", CT_NO, CT_YES, 0, true, false, CT_CONF_LOW, "start not seen", 0, 0 },
	{ "no start, and for long", CT_NO, CT_NO, 0, true, false, CT_CONF_LOW,
	  "no new kind of check in the last 9 min 59 s of 10 min 0 s", 600, 1 },
	{ "no end", CT_YES, CT_NO, 0, true, false, CT_CONF_MEDIUM, "end not seen", 600, 1 },
	{ "no end, and short", CT_YES, CT_NO, 0, true, false, CT_CONF_LOW, "over 2 s", 0, 0 },
	{ "no end, and still growing", CT_YES, CT_NO, 0, true, false, CT_CONF_LOW,
	  "new kinds of checks up to the last 5 s of 10 min 0 s", 600, 595 },
	{ "neither is known", CT_UNKNOWN, CT_UNKNOWN, 0, true, false, CT_CONF_LOW,
	  "start not seen, end not seen", 0, 0 },
	{ "no check", CT_YES, CT_YES, 0, false, false, CT_CONF_LOW, "0 checks", 0, 0 },
	{ "it failed", CT_YES, CT_YES, 1 << 8, true, false, CT_CONF_LOW, "it ended with an error",
	  0, 0 },
	{ "a fault", CT_YES, CT_YES, SIGSEGV, true, false, CT_CONF_LOW, "it ended with an error", 0,
	  0 },
	{ "a fault, says a shell", CT_YES, CT_YES, (128 + SIGABRT) << 8, true, false, CT_CONF_LOW,
	  "it ended with an error", 0, 0 },
	{ "an unknown site", CT_YES, CT_YES, 0, true, true, CT_CONF_MEDIUM,
	  "checks at call sites without a rule", 0, 0 },
};

static void test_reload(void)
{
	static const struct {
		enum ct_tristate seen, in_another;
		const char *words;
	} cases[] = {
		{ CT_UNKNOWN, CT_UNKNOWN,
		  "end seen; not covered: anything it did not do while watched; a "
		  "reload would not have been recognised" },
		{ CT_NO, CT_UNKNOWN,
		  "end seen; not covered: anything it did not do while watched, such as "
		  "a reload" },
		{ CT_NO, CT_YES,
		  "end seen, reload seen; not covered: anything it did not do while "
		  "watched" },
		{ CT_YES, CT_NO, "end seen, reload seen; not covered: anything it" },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x"), *other = build_container(s, "y");
		size_t cap = 0;

		w->reload_seen = cases[i].seen;
		other->reload_seen = cases[i].in_another;
		s->nworkloads--;
		*CT_PUSH(w->more, w->nmore, cap) = other;
		r = ct_judge__session(s, CT_MODE_DEFAULT);
		if (!strstr(r->advices[0].why, cases[i].words))
			printf("%s\n", r->advices[0].why);
		CU_ASSERT_PTR_NOT_NULL(strstr(r->advices[0].why, cases[i].words));
	}
}

/* A container that had run before does not do again what a new one does; one that did is enough. */
static void test_ran_before(void)
{
	static const struct {
		enum ct_tristate before, start, other_before, other_start;
		enum ct_confidence confidence;
	} cases[] = {
		{ CT_UNKNOWN, CT_YES, CT_YES, CT_YES, CT_CONF_HIGH },
		{ CT_NO, CT_YES, CT_YES, CT_YES, CT_CONF_HIGH },
		{ CT_YES, CT_YES, CT_NO, CT_YES, CT_CONF_HIGH },
		{ CT_YES, CT_YES, CT_YES, CT_YES, CT_CONF_MEDIUM },
		{ CT_YES, CT_YES, CT_NO, CT_NO, CT_CONF_MEDIUM },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x"), *other = build_container(s, "y");
		size_t cap = 0;

		build_check(w, CHOWN_CHECK);
		w->container.ran_before = cases[i].before;
		w->start_seen = cases[i].start;
		other->container.ran_before = cases[i].other_before;
		other->start_seen = cases[i].other_start;
		s->nworkloads--;
		*CT_PUSH(w->more, w->nmore, cap) = other;
		r = ct_judge__session(s, CT_MODE_DEFAULT);
		CU_ASSERT_EQUAL(r->advices[0].confidence, cases[i].confidence);
		CU_ASSERT_EQUAL(!!strstr(r->advices[0].why, "this container had run before"),
				cases[i].confidence == CT_CONF_MEDIUM);
	}
}

static void test_confidence(void)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(runs); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");

		w->start_seen = runs[i].start;
		w->end_seen = runs[i].end;
		w->end_code = runs[i].end_code;
		if (runs[i].check)
			build_check(w, CHOWN_CHECK);
		if (runs[i].unknown)
			build_check(w, CAP_CHOWN, "chown", "nobody_knows");
		if (runs[i].seconds) {
			w->from_ns = w->first_ns;
			w->to_ns = w->from_ns + runs[i].seconds * 1000000000ull;
			w->kinds[0].first_ns = w->from_ns + runs[i].at * 1000000000ull;
		}
		r = ct_judge__session(s, CT_MODE_DEFAULT);
		if (r->advices[0].confidence != runs[i].confidence ||
		    !strstr(r->advices[0].why, runs[i].words))
			printf("%s: %s: %s\n", runs[i].what,
			       ct_confidence__name(r->advices[0].confidence), r->advices[0].why);
		CU_ASSERT_EQUAL(r->advices[0].confidence, runs[i].confidence);
		CU_ASSERT_PTR_NOT_NULL(strstr(r->advices[0].why, runs[i].words));
	}
}

/* ---- warnings ---- */

static const struct ct_warning *warning(const struct ct_report *r, const char *code)
{
	for (size_t i = 0; i < r->advices[0].nwarnings; i++)
		if (!strcmp(r->advices[0].warnings[i].code, code))
			return &r->advices[0].warnings[i];
	return NULL;
}

static void host_use(struct ct_session *s, struct ct_workload *w)
{
	(void)s;
	build_check(w, CAP_SYS_TIME, "adjtimex", "capable do_adjtimex");
}

static void exec_only(struct ct_session *s, struct ct_workload *w)
{
	(void)s;
	build_check(w, CHOWN_CHECK)->key.entry = 99;
}

static void failed(struct ct_session *s, struct ct_workload *w)
{
	(void)s;
	w->end_code = 1 << 8;
}

static void unknown(struct ct_session *s, struct ct_workload *w)
{
	(void)s;
	build_check(w, CAP_CHOWN, "chown", "nobody_knows");
}

static void truncated(struct ct_session *s, struct ct_workload *w)
{
	(void)w;
	s->losses.truncated = true;
}

static void lost(struct ct_session *s, struct ct_workload *w)
{
	(void)w;
	s->losses.kinds = 1;
}

static void open_ports(struct ct_session *s, struct ct_workload *w)
{
	(void)s;
	w->sysctls.known = true;
}

static void unconfined(struct ct_session *s, struct ct_workload *w)
{
	(void)s;
	w->container.seccomp = CT_SECCOMP_NONE;
	build_act(w, CT_ACT_SYSCALL, "kcmp");
}

static void left_out(struct ct_session *s, struct ct_workload *w)
{
	(void)s;
	build_check(w, CHOWN_CHECK)->key.entry = CT_ENTRY_MAIN;
	w->left_out = true;
}

static void never_ran(struct ct_session *s, struct ct_workload *w)
{
	(void)s;
	build_check(w, CHOWN_CHECK)->key.entry = CT_ENTRY_SETUP;
	w->start_seen = CT_UNKNOWN;
}

static const struct {
	const char *code;
	int cap;
	void (*build)(struct ct_session *s, struct ct_workload *w);
} warned[] = {
	{ "host-scope", CAP_SYS_TIME, host_use },
	{ "exec-only", CAP_CHOWN, exec_only },
	{ "failed-run", -1, failed },
	{ "unknown-sites", -1, unknown },
	{ "truncated", -1, truncated },
	{ "incomplete", -1, lost },
	{ "low-ports", CAP_NET_BIND_SERVICE, open_ports },
	{ "no-seccomp", -1, unconfined },
	{ "left-out", -1, left_out },
	{ "never-ran", -1, never_ran },
};

/* Each speaks where it should, and only there. */
/* What a seccomp profile refused leaves no check. clone3 is refused to everybody. */
static void test_filtered(void)
{
	static const char *const calls[] = { "sethostname", "clone3", "chroot" };

	for (int filter = 0; filter < 2; filter++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");

		w->end_code = 1 << 8;
		for (size_t i = 0; i < CT_ARRAY_SIZE(calls); i++) {
			struct ct_act *a = build_act(w, CT_ACT_SYSCALL, calls[i]);

			a->key.ok = 0;
			a->key.seccomp = filter ? 3 : CT_ACT_UNFILTERED;
		}
		r = ct_judge__session(s, CT_MODE_DEFAULT);
		CU_ASSERT_EQUAL(r->advices[0].cap_add, 0);
		CU_ASSERT_PTR_NOT_NULL_FATAL(warning(r, "failed-run"));
		CU_ASSERT_EQUAL(strstr(warning(r, "failed-run")->text,
				       ": sethostname (SYS_ADMIN); record") != NULL,
				filter);
	}
}

static void test_warnings(void)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(warned); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");
		const struct ct_warning *said;

		warned[i].build(s, w);
		r = ct_judge__session(s, CT_MODE_DEFAULT);
		said = warning(r, warned[i].code);
		CU_ASSERT_PTR_NOT_NULL(said);
		if (!said)
			printf("no warning %s\n", warned[i].code);
		else
			CU_ASSERT(said->cap == warned[i].cap && *said->text);
		for (size_t k = 0; k < CT_ARRAY_SIZE(warned); k++)
			if (k != i)
				CU_ASSERT_PTR_NULL(warning(r, warned[k].code));
	}
}

static void test_no_warnings(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	struct ct_workload *w = build_container(s, "x");

	w->sysctls = (struct ct_sysctls){ .known = true, .port_start = 1024 };
	w->container.userns = CT_YES;
	build_check(w, CHOWN_CHECK);
	build_check(w, CHOWN_CHECK)->key.entry = 99; /* main as well: not exec only */
	build_check(w, CAP_SYS_ADMIN, "mmap", "cap_vm_enough_memory"); /* host, not needed */
	r = ct_judge__session(s, CT_MODE_DEFAULT);
	for (size_t k = 0; k < CT_ARRAY_SIZE(warned); k++)
		CU_ASSERT_PTR_NULL(warning(r, warned[k].code));
}

/* Also of what is in the set without being required. */
static void test_exec_only(void)
{
	for (int entries = 1; entries < 4; entries++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");
		const struct ct_warning *said;

		for (uint32_t i = 0; i < 2; i++)
			if (entries >> i & 1)
				build_check(w, CAP_SYS_PTRACE, "read",
					    "ns_capable ptrace_may_access do_task_stat")
					->key.entry = i ? 99 : CT_ENTRY_MAIN;
		r = ct_judge__session(s, CT_MODE_GENEROUS);
		CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(SYS_PTRACE));
		said = warning(r, "exec-only");
		CU_ASSERT_EQUAL(said != NULL, entries == 2);
		if (said)
			UNIT_STR(said->text,
				 "SYS_PTRACE was used only by what was run inside with exec");
	}
}

/* The good news and the bad have codes of their own: only the bad is always said. */
static void test_userns(void)
{
	for (int bad = 0; bad < 2; bad++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");

		if (bad)
			host_use(s, w);
		else
			build_check(w, CHOWN_CHECK);
		r = ct_judge__session(s, CT_MODE_DEFAULT);
		CU_ASSERT_EQUAL(warning(r, "userns") != NULL, bad);
		CU_ASSERT_EQUAL(warning(r, "userns-possible") != NULL, !bad);
	}
}

/* Neither is said of a check of which it is not known what it reached. */
static void test_userns_unknown(void)
{
	for (int noted = 0; noted < 2; noted++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");

		build_check(w, CAP_SYS_TIME, "adjtimex", "")->key.flags |= noted ? 0 : CT_F_NO_SITE;
		r = ct_judge__session(s, CT_MODE_DEFAULT);
		CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(SYS_TIME));
		CU_ASSERT_PTR_NULL(warning(r, "userns"));
		CU_ASSERT_PTR_NULL(warning(r, "userns-possible"));
	}
}

/* Each other workload is named once, also if its name is a part of another one's. */
static void test_sent(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	struct ct_workload *w = build_container(s, "x"), *other = build_container(s, "y");
	size_t cap = 0;

	w->sent = ct_xstrdup("db2, web");
	other->sent = ct_xstrdup("db, web");
	s->nworkloads--;
	*CT_PUSH(w->more, w->nmore, cap) = other;
	r = ct_judge__session(s, CT_MODE_DEFAULT);
	CU_ASSERT_PTR_NOT_NULL_FATAL(warning(r, "went-on-elsewhere"));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(warning(r, "went-on-elsewhere")->text, "went on in db2, web, db: the set"));
}

/* A use within a namespace does not make a host-wide capability harmless. */
static void test_host_words(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	struct ct_workload *w = build_container(s, "x");

	build_check(w, CAP_SYS_ADMIN, "mount", "security_capable ns_capable path_mount");
	r = ct_judge__session(s, CT_MODE_DEFAULT);
	CU_ASSERT_PTR_NOT_NULL_FATAL(warning(r, "host-scope"));
	CU_ASSERT_PTR_NOT_NULL(strstr(warning(r, "host-scope")->text, "stays within"));
}

/* ---- what the engine knows ---- */

/* A workload that failed when either of two was refused to it. */
static struct ct_report *judge_on_engine(struct ct_session *s, const char *engine, int first,
					 int second)
{
	struct ct_workload *w = build_container(s, "x");
	const int caps[] = { first, second };

	w->container.engine = engine ? ct_xstrdup(engine) : NULL;
	w->end_code = 1 << 8;
	for (size_t i = 0; i < CT_ARRAY_SIZE(caps); i++) {
		struct ct_kind *k = build_check(w, caps[i], "bpf", "capable map_create __sys_bpf");

		k->key.flags &= ~CT_F_GRANTED;
		k->key.effective = CT_CAPS_DOCKER_DEFAULT;
		k->key.after = i ? (uint8_t)(first + 1) : 0;
	}
	return ct_judge__session(s, CT_MODE_DEFAULT);
}

static void test_engine(void)
{
	static const struct {
		const char *engine;
		uint64_t set;
		const char *warning;
	} t[] = {
		{ "20.10.24", CT_CAP(SYS_ADMIN), "engine-instead" },
		{ "22.06.0", CT_CAP(SYS_ADMIN), "engine-instead" },
		{ "1.13.1", CT_CAP(SYS_ADMIN), "engine-instead" },
		{ "23.0.1", CT_CAP(BPF), NULL },
		{ "28.2.2", CT_CAP(BPF), NULL },
		{ NULL, CT_CAP(BPF), "engine-unknown" },
		{ "dev", CT_CAP(BPF), "engine-unknown" },
		{ "20", CT_CAP(BPF), "engine-unknown" },
	};
	static const char *const codes[] = { "engine-instead", "engine-unknown", "engine-lacks" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = judge_on_engine(s, t[i].engine, CAP_BPF,
								    CAP_SYS_ADMIN);

		CU_ASSERT_EQUAL(r->advices[0].cap_add, t[i].set);
		for (size_t k = 0; k < CT_ARRAY_SIZE(codes); k++)
			CU_ASSERT_EQUAL(warning(r, codes[k]) != NULL,
					ct_str_equal(codes[k], t[i].warning));
	}
}

/* Nothing else meets the need: it is said, and that the engine refuses the name. */
static void test_engine_lacks(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	struct ct_workload *w = build_container(s, "x");

	w->container.engine = ct_xstrdup("20.10.24");
	w->configured = CT_CAPS_ALL;
	build_check(w, CAP_PERFMON, "read", "perfmon_capable nowhere_known");
	r = ct_judge__session(s, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(PERFMON));
	CU_ASSERT_PTR_NOT_NULL_FATAL(warning(r, "engine-lacks"));
	CU_ASSERT_PTR_NOT_NULL(strstr(warning(r, "engine-lacks")->text, "Docker 20.10.24"));
	CU_ASSERT_PTR_NOT_NULL(strstr(warning(r, "engine-lacks")->text, "PERFMON"));
}

/* Of two ways the lesser capability; with an engine of unknown version a name that it surely has.
 */
static void test_given(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	struct ct_workload *w = build_container(s, "x");

	w->end_code = 1 << 8;
	build_check(w, CAP_DAC_READ_SEARCH, "openat", "capable_wrt_inode_uidgid generic_permission")
		->key.flags &= ~CT_F_GRANTED;
	r = ct_judge__session(s, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(DAC_READ_SEARCH));
	for (int known = 0; known < 2; known++) {
		ct_autosession struct ct_session *t = ct_session__new();
		ct_autoreport struct ct_report *either = NULL;
		struct ct_kind *k;

		w = build_container(t, "x");
		w->configured |= CT_CAP(SYS_ADMIN);
		w->container.engine = known ? ct_xstrdup("28.2.2") : NULL;
		w->end_code = 1 << 8;
		k = build_check(w, CAP_BPF, "bpf", "capable map_create __sys_bpf");
		k->key.flags &= ~CT_F_GRANTED;
		either = ct_judge__session(t, CT_MODE_DEFAULT);
		CU_ASSERT_EQUAL(either->advices[0].cap_add,
				known ? CT_CAP(BPF) : CT_CAP(SYS_ADMIN));
	}
}

/* ---- alternatives ---- */

static void test_alternatives(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL, *again = NULL;
	struct ct_workload *w = build_container(s, "x");
	static const char stack[] = "capable_wrt_inode_uidgid generic_permission";

	build_check(w, CAP_DAC_READ_SEARCH, "openat", stack);
	r = ct_judge__session(s, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(DAC_READ_SEARCH));
	CU_ASSERT_EQUAL(build_cap(r, CAP_DAC_READ_SEARCH)->alternatives, CT_CAP(DAC_OVERRIDE));
	/* Writing takes the other, which reads as well. */
	build_check(w, CAP_DAC_OVERRIDE, "openat", stack);
	again = ct_judge__session(s, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL(again->advices[0].cap_add, CT_CAP(DAC_OVERRIDE));
	CU_ASSERT_EQUAL(build_cap(again, CAP_DAC_OVERRIDE)->alternatives, 0);
}

/* One that stands in for what was asked has a reason to show all the same. */
static void test_stand_in(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	struct ct_workload *w = build_container(s, "x");
	const struct ct_cap_verdict *v;

	w->configured = CT_CAPS_ALL;
	build_check(w, CAP_SYS_ADMIN, "ioprio_set", "capable ioprio_check_cap");
	r = ct_judge__session(s, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(SYS_NICE));
	v = build_cap(r, CAP_SYS_NICE);
	CU_ASSERT_FATAL(v && v->nreasons == 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(v->reasons[0].text, "(in place of SYS_ADMIN)"));
	CU_ASSERT_EQUAL(v->seen_in, 1);
	CU_ASSERT_EQUAL(v->alternatives, CT_CAP(SYS_ADMIN));
}

/* One that is in the set for another reason stands in for nothing else that is in it. */
static void test_no_stand_in(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	struct ct_workload *w = build_container(s, "x");
	const struct ct_cap_verdict *v;

	build_check(w, CAP_NET_RAW, "setsockopt", "ns_capable sockopt_ns_capable sk_setsockopt")
		->key.sel = SOL_SOCKET << 16 | SO_MARK;
	build_check(w, CAP_NET_RAW, "socket", "ns_capable inet_create");
	build_check(w, CAP_NET_ADMIN, "read", "ns_capable inet_diag_dump_icsk");
	r = ct_judge__session(s, CT_MODE_GENEROUS);
	CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(NET_RAW) | CT_CAP(NET_ADMIN));
	v = build_cap(r, CAP_NET_ADMIN);
	CU_ASSERT_FATAL(v && v->nreasons == 1);
	CU_ASSERT_EQUAL(v->reasons[0].verdict, CT_OPTIONAL);
}

/* ---- how long it takes ---- */

#define KINDS  10000
#define MAX_MS 50

/* Sanitizers and coverage make everything several times slower, valgrind many times. */
#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
#define SLACK 10
#else
#define SLACK (unit_is_under() ? 100 : 1)
#endif

static double judged_in_ms(struct ct_session *s)
{
	double best = 1e9;

	/* Of the processor's time: others use the machine as well. */
	for (int i = 0; i < 3; i++) {
		struct timespec a, b;
		struct ct_report *r;
		double ms;

		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
		r = ct_judge__session(s, CT_MODE_DEFAULT);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
		ms = (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6;
		best = ms < best ? ms : best;
		ct_report__free(r);
	}
	return best;
}

/* Stacks of 14 frames, with the site of every rule in turn: as a busy host has them. */
static void test_speed(void)
{
	static const char *const calls[] = { "openat", "ioctl", "setsockopt", "chmod", "write" };
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = build_container(s, "x");
	const struct ct_rule *rules;
	size_t nrules;
	double ms;

	rules = ct_rules__all(&nrules);
	for (size_t i = 0; i < KINDS; i++) {
		const struct ct_rule *rule = &rules[i * 7 % nrules];
		ct_autofree char *stack = ct_xasprintf(
			"security_capable ns_capable %s f%zu a b c d e f g h do_syscall_64 entry",
			rule->site, i);
		uint64_t caps = rule->caps & CT_CAPS_ALL;
		struct ct_kind *k = build_check(w, __builtin_ctzll(caps), calls[i % 5], stack);

		k->key.sel = (uint32_t)i;
		k->key.flags = i % 9 ? CT_F_GRANTED : 0;
		k->key.entry = i % 11 ? CT_ENTRY_MAIN : CT_ENTRY_SETUP;
	}
	ms = judged_in_ms(s);
	printf("%d kinds judged in %.1f ms\n", KINDS, ms);
	CU_ASSERT(ms < MAX_MS * SLACK);
}

/* The worst there is: no two say the same, and no rule knows any. */
static void test_speed_unknown(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = build_container(s, "x");
	double ms;

	for (size_t i = 0; i < KINDS; i++) {
		ct_autofree char *stack = ct_xasprintf("capable nobody_knows_%zu", i);

		build_check(w, CAP_SYS_ADMIN, "ioctl", stack);
	}
	ms = judged_in_ms(s);
	printf("%d kinds at unknown sites judged in %.1f ms\n", KINDS, ms);
	CU_ASSERT(ms < MAX_MS * SLACK);
}

static CU_TestInfo tests[] = {
	{ "confidence", test_confidence },
	{ "reload", test_reload },
	{ "a container that had run before", test_ran_before },
	{ "calls that seccomp refused", test_filtered },
	{ "warnings", test_warnings },
	{ "no warnings", test_no_warnings },
	{ "by exec alone", test_exec_only },
	{ "user namespaces", test_userns },
	{ "user namespaces, unknown reach", test_userns_unknown },
	{ "sent elsewhere", test_sent },
	{ "words for the host", test_host_words },
	{ "engine", test_engine },
	{ "a name it refuses", test_engine_lacks },
	{ "what was given", test_given },
	{ "alternatives", test_alternatives },
	{ "stand-in", test_stand_in },
	{ "no stand-in", test_no_stand_in },
	{ "speed", test_speed },
	{ "speed, unknown sites", test_speed_unknown },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("judge-advice", tests)
