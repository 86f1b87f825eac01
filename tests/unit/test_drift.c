/* SPDX-License-Identifier: GPL-2.0-only */
/* What is news, and above all what is not: recordings made by hand, one held against the other. */
#include <stdlib.h>

#include "build.h"
#include "drift/drift.h"
#include "model/tally.h"
#include "sessions.h"

#define HOUR CT_DRIFT_HOUR_MS
#define NOW  (1767225600000ll)

/* Before and after, and what was told; each check is one of build_check(). */
struct scene {
	struct ct_session *before, *after;
	struct ct_report *was, *is;
	struct ct_drift_in in;
	struct ct_notices out;
	struct ct_drift_told told[4];
};

static void chown_check(struct ct_workload *w)
{
	build_check(w, CAP_CHOWN, "chown", "setattr_prepare notify_change chown_common");
}

static void kill_check(struct ct_workload *w)
{
	build_check(w, CAP_KILL, "kill", "kill_ok_by_cred check_kill_permission");
}

static void time_check(struct ct_workload *w)
{
	build_check(w, CAP_SYS_TIME, "clock_settime", "cap_settime security_settime64");
}

/* Learned long ago: 30 days, 26 hours of which it was watched. */
static struct scene begin(void)
{
	struct scene s = { .before = ct_session__new(), .after = ct_session__new() };

	build_container(s.before, "web");
	build_container(s.after, "web");
	s.in = (struct ct_drift_in){
		.host = "node1",
		.now_ms = NOW,
		.asked = ~0ull,
		.learned = { NOW - 720 * HOUR, 26 * HOUR, 3, 2, 0 },
		.opts = CT_DRIFT_DEFAULTS,
	};
	return s;
}

static struct ct_workload *before(struct scene *s)
{
	return s->before->workloads[0];
}

static struct ct_workload *after(struct scene *s)
{
	return s->after->workloads[0];
}

static size_t compare(struct scene *s)
{
	s->was = ct_judge__session(s->before, CT_MODE_DEFAULT);
	s->is = ct_judge__session(s->after, CT_MODE_DEFAULT);
	s->in.advice = &s->is->advices[0];
	s->in.session = s->after;
	s->in.before = ct_drift__known(&s->was->advices[0]);
	s->in.told = s->told;
	ct_drift__compare(&s->in, &s->out);
	return s->out.len;
}

static void end(struct scene *s)
{
	ct_notices__free(&s->out);
	ct_report__free(s->was);
	ct_report__free(s->is);
	ct_session__free(s->before);
	ct_session__free(s->after);
}

static void test_same_needs(void)
{
	struct scene s = begin();

	chown_check(before(&s));
	chown_check(after(&s));
	chown_check(after(&s));
	CU_ASSERT_EQUAL(compare(&s), 0);
	end(&s);
}

static void test_new_need(void)
{
	struct scene s = begin();
	const struct ct_notice *e;

	chown_check(before(&s));
	chown_check(after(&s));
	kill_check(after(&s));
	CU_ASSERT_EQUAL_FATAL(compare(&s), 1);
	e = s.out.items[0];
	CU_ASSERT_EQUAL(e->kind, CT_NOTICE_NEW_NEED);
	CU_ASSERT_EQUAL(ct_notice__cap(e), CAP_KILL);
	CU_ASSERT_EQUAL(e->verdict, CT_REQUIRED);
	UNIT_STR(e->workload.key, "name:web");
	UNIT_STR(e->reason.process, "prog");
	CU_ASSERT_PTR_NOT_NULL(strstr(e->text,
				      "web needs KILL, which it did not need in 1 d 2 h of "
				      "being watched (3 starts, 2 ends, no reload seen)"));
	CU_ASSERT_EQUAL(strlen(e->id), CT_NOTICE_ID_LEN);
	end(&s);
}

static void test_checks_say_nothing(void)
{
	struct scene s = begin();

	/* A check without a need: the kernel asks for SYS_ADMIN at every mmap. */
	build_check(after(&s), CAP_SYS_ADMIN, "mmap", "cap_vm_enough_memory __vm_enough_memory");
	/* An optional one, and one that was refused and lived without. */
	build_check(after(&s), CAP_NET_ADMIN, "sendto", "bond_fill_info");
	build_check(after(&s), CAP_KILL, "kill", "kill_ok_by_cred")->key.flags &=
		~(uint32_t)CT_F_GRANTED;
	compare(&s);
	for (size_t i = 0; i < s.out.len; i++)
		CU_ASSERT_NOT_EQUAL(ct_notice__cap(s.out.items[i]), CAP_SYS_ADMIN);
	CU_ASSERT_EQUAL(s.out.len, 0);
	end(&s);
}

static void test_set_up_says_nothing(void)
{
	struct scene s = begin();

	build_check(after(&s), CAP_KILL, "kill", "kill_ok_by_cred")->key.entry = CT_ENTRY_SETUP;
	/* By somebody who came from another cgroup: doubtful. */
	build_check(after(&s), CAP_CHOWN, "chown", "setattr_prepare notify_change")->key.entry =
		CT_ENTRY_ENTERED;
	CU_ASSERT_EQUAL(compare(&s), 0);
	end(&s);
}

static void test_unknown_site(void)
{
	struct scene s = begin();

	build_check(after(&s), CAP_SYS_RAWIO, "ioctl", "some_module_of_theirs vfs_ioctl");
	CU_ASSERT_EQUAL(compare(&s), 1);
	end(&s);
}

/* As the probe notes it above a budget: without its call site, and then without all else. */
static void unsited_check(struct ct_workload *w, int cap, bool total)
{
	struct ct_kind *k = build_check(w, cap, total ? NULL : "chown", "");

	k->key.flags |= CT_F_NO_SITE | (total ? CT_F_TOTAL : 0);
	if (total) {
		k->key.flags &= ~CT_F_CREDS;
		k->key.effective = 0;
		k->sampled = false;
	}
}

/* What is not noted fully cannot be judged: it counts as needed, and nobody is woken for it. */
static void test_not_noted(void)
{
	for (int total = 0; total < 2; total++) {
		struct scene s = begin();

		unsited_check(after(&s), CAP_KILL, total);
		unsited_check(after(&s), CAP_SYS_TIME, total);
		unsited_check(after(&s), CAP_SYS_ADMIN, total);
		after(&s)->kinds[2].key.flags &= ~(uint32_t)CT_F_GRANTED;
		s.in.declared_by = "policy.json";
		CU_ASSERT_EQUAL(compare(&s), 0);
		CU_ASSERT_EQUAL(s.is->advices[0].caps[0].verdict, CT_REQUIRED);
		end(&s);

		/* Nor is it known for that, once all is noted again. */
		s = begin();
		unsited_check(before(&s), CAP_KILL, total);
		unsited_check(after(&s), CAP_KILL, total);
		kill_check(after(&s));
		CU_ASSERT_EQUAL(compare(&s), 1);
		end(&s);
	}
}

static void test_learning(void)
{
	struct scene s = begin();

	kill_check(after(&s));
	s.in.learned.first_ms = NOW - 23 * HOUR;
	CU_ASSERT_EQUAL(compare(&s), 0);
	end(&s);

	s = begin();
	kill_check(after(&s));
	s.in.learned.first_ms = NOW - 25 * HOUR;
	CU_ASSERT_EQUAL(compare(&s), 1);
	end(&s);

	/* It was never seen before; and a clock that went back learns on. */
	s = begin();
	kill_check(after(&s));
	s.in.learned.first_ms = 0;
	CU_ASSERT_EQUAL(compare(&s), 0);
	s.in.learned.first_ms = NOW + HOUR;
	s.in.learned.watched_ms = 23 * HOUR;
	ct_drift__compare(&s.in, &s.out);
	CU_ASSERT_EQUAL(s.out.len, 0);
	/* But not for the year by which the clock was ahead. */
	s.in.learned.watched_ms = 25 * HOUR;
	ct_drift__compare(&s.in, &s.out);
	CU_ASSERT_EQUAL(s.out.len, 1);
	ct_notices__free(&s.out);
	s.in.opts.learning_ms = 0;
	ct_drift__compare(&s.in, &s.out);
	CU_ASSERT_EQUAL(s.out.len, 1);
	end(&s);
}

static void test_host_scope(void)
{
	struct scene s = begin();

	/* Also while it is learned. */
	time_check(after(&s));
	s.in.learned.first_ms = 0;
	CU_ASSERT_EQUAL_FATAL(compare(&s), 1);
	CU_ASSERT_EQUAL(s.out.items[0]->kind, CT_NOTICE_HOST_SCOPE);
	CU_ASSERT_EQUAL(s.out.items[0]->scope, CT_SCOPE_HOST);
	CU_ASSERT_PTR_NOT_NULL(strstr(s.out.items[0]->text, "it reaches the whole host"));
	end(&s);

	/* A unit of the host's does what it is there for. */
	s = begin();
	time_check(after(&s));
	after(&s)->kind = CT_WL_UNIT;
	s.in.learned.first_ms = 0;
	CU_ASSERT_EQUAL(compare(&s), 0);
	end(&s);
}

static void test_denied(void)
{
	struct scene s = begin();
	struct ct_kind *k;

	/* It ended with an error, so that what it was refused counts as needed. */
	after(&s)->end_code = 1 << 8;
	k = build_check(after(&s), CAP_CHOWN, "chown", "setattr_prepare notify_change");
	k->key.flags &= ~(uint32_t)CT_F_GRANTED;
	k->outcome.eperm = 1;
	s.in.learned.first_ms = 0;
	CU_ASSERT_EQUAL_FATAL(compare(&s), 1);
	CU_ASSERT_EQUAL(s.out.items[0]->kind, CT_NOTICE_DENIED);
	CU_ASSERT_PTR_NOT_NULL(strstr(s.out.items[0]->text, "was refused it"));
	/* Known from before: nothing new. */
	ct_notices__free(&s.out);
	s.in.before = ct_drift__known(s.in.advice);
	ct_drift__compare(&s.in, &s.out);
	CU_ASSERT_EQUAL(s.out.len, 0);
	end(&s);
}

/* What was told once is told again only if nobody accepted it and it is another image's. */
static void test_generations(void)
{
	struct scene s = begin();

	kill_check(after(&s));
	after(&s)->container.image_digest = ct_xstrdup("sha256:a");
	CU_ASSERT_EQUAL_FATAL(compare(&s), 1);
	s.told[0] = (struct ct_drift_told){ .kind = CT_NOTICE_NEW_NEED, .caps = CT_CAP(KILL) };
	memcpy(s.told[0].id, s.out.items[0]->id, sizeof(s.told[0].id));
	s.in.ntold = 1;
	ct_notices__free(&s.out);

	/* Found again, before it was stored, and after. */
	ct_drift__compare(&s.in, &s.out);
	CU_ASSERT_EQUAL(s.out.len, 0);
	s.in.before = ct_drift__known(s.in.advice);
	ct_drift__compare(&s.in, &s.out);
	CU_ASSERT_EQUAL(s.out.len, 0);

	/* Another image, which has not asked for it yet, and then has. */
	s.in.generation = "sha256:b";
	s.in.asked = CT_CAP(CHOWN);
	ct_drift__compare(&s.in, &s.out);
	CU_ASSERT_EQUAL(s.out.len, 0);
	s.in.asked = CT_CAP(KILL);
	ct_drift__compare(&s.in, &s.out);
	CU_ASSERT_EQUAL_FATAL(s.out.len, 1);
	UNIT_STR(s.out.items[0]->generation, "sha256:b");
	CU_ASSERT_STRING_NOT_EQUAL(s.out.items[0]->id, s.told[0].id);
	CU_ASSERT_PTR_NOT_NULL(strstr(s.out.items[0]->text, "still needs KILL, in another image"));
	ct_notices__free(&s.out);

	s.told[0].accepted = true;
	ct_drift__compare(&s.in, &s.out);
	CU_ASSERT_EQUAL(s.out.len, 0);
	end(&s);
}

/* What was learned in silence belongs to the workload, whatever its image. */
static void test_learned_stays(void)
{
	struct scene s = begin();

	kill_check(before(&s));
	kill_check(after(&s));
	s.in.generation = "sha256:b";
	CU_ASSERT_EQUAL(compare(&s), 0);
	end(&s);
}

/* Another way to meet a need that it had before is not a new need. */
static void test_replaced(void)
{
	struct scene s = begin();

	kill_check(after(&s));
	compare(&s);
	ct_notices__free(&s.out);
	/* As if SYS_ADMIN had met it before, and either would do. */
	s.is->advices[0].caps[0].reasons[0].any_of |= CT_CAP(SYS_ADMIN);
	s.in.before.needed = CT_CAP(SYS_ADMIN);
	ct_drift__compare(&s.in, &s.out);
	CU_ASSERT_EQUAL(s.out.len, 0);
	end(&s);
}

static void test_declared(void)
{
	struct scene s = begin();

	/* What was declared is not told, even if it reaches the host; the rest is, from the start.
	 */
	time_check(after(&s));
	kill_check(after(&s));
	s.in.learned.first_ms = 0;
	s.in.declared_by = "compose.yaml";
	s.in.declared = CT_CAP(SYS_TIME);
	CU_ASSERT_EQUAL_FATAL(compare(&s), 1);
	CU_ASSERT_EQUAL(ct_notice__cap(s.out.items[0]), CAP_KILL);
	CU_ASSERT_PTR_NOT_NULL(strstr(s.out.items[0]->text,
				      "web needs KILL, which compose.yaml does not give it"));
	end(&s);

	/* Also what was known before the declaration. */
	s = begin();
	kill_check(before(&s));
	kill_check(after(&s));
	s.in.declared_by = "compose.yaml";
	CU_ASSERT_EQUAL(compare(&s), 1);
	end(&s);
}

static void test_unused(void)
{
	struct scene s = begin();

	kill_check(before(&s));
	kill_check(after(&s));
	s.in.opts.unused_for_ms = 20 * 24 * HOUR;
	CU_ASSERT_EQUAL(compare(&s), 0); /* watched for 26 hours only */
	s.in.learned.watched_ms = 25 * 24 * HOUR;
	ct_drift__compare(&s.in, &s.out);
	CU_ASSERT_EQUAL_FATAL(s.out.len, 1);
	CU_ASSERT_EQUAL(s.out.items[0]->kind, CT_NOTICE_UNUSED_FOR);
	CU_ASSERT_EQUAL(s.out.items[0]->caps, CT_CAPS_DOCKER_DEFAULT & ~CT_CAP(KILL));
	s.told[0] = (struct ct_drift_told){ .kind = CT_NOTICE_UNUSED_FOR,
					    .caps = s.out.items[0]->caps };
	s.in.ntold = 1;
	ct_notices__free(&s.out);
	ct_drift__compare(&s.in, &s.out);
	CU_ASSERT_EQUAL(s.out.len, 0);
	/* Where a need may be missing nothing is called unused. */
	s.in.ntold = 0;
	s.is->advices[0].gaps = CT_GAP_START;
	ct_drift__compare(&s.in, &s.out);
	CU_ASSERT_EQUAL(s.out.len, 0);
	end(&s);
}

static void test_asked(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = build_container(s, "web");

	CU_ASSERT_EQUAL(ct_drift__asked(w), 0);
	kill_check(w);
	CU_ASSERT_EQUAL(ct_drift__asked(w), CT_CAP(KILL));
	build_act(w, CT_ACT_CAPSET, "capset");
	CU_ASSERT_EQUAL(ct_drift__asked(w), ~0ull);
}

/*
 * Ordinary workloads, recorded: what they need at first is learned, and the same again says
 * nothing, with whatever image. Containers that reach the host are told of at once, and these only.
 */
static void test_ordinary_days(void)
{
	glob_t found = golden_recordings();

	for (size_t i = 0; i < found.gl_pathc; i++) {
		ct_autosession struct ct_session *s = NULL;
		ct_autoreport struct ct_report *r = NULL;
		ct_autofclose FILE *f = fopen(found.gl_pathv[i], "r");

		CU_ASSERT_EQUAL_FATAL(ct_recording__read_stream(f, "rec", &s, NULL), 0);
		r = ct_judge__session(s, CT_MODE_DEFAULT);
		for (size_t k = 0; k < r->nadvices; k++) {
			ct_autonotices struct ct_notices first = { 0 }, again = { 0 };
			struct ct_drift_in in = { .now_ms = NOW,
						  .advice = &r->advices[k],
						  .session = s,
						  .asked = ~0ull,
						  .generation = "sha256:a",
						  .opts = CT_DRIFT_DEFAULTS };

			ct_drift__compare(&in, &first);
			/* That one opens files of the host by their handles. */
			CU_ASSERT_EQUAL(first.len > 0,
					strstr(found.gl_pathv[i], "open-by-handle") != NULL);
			for (size_t n = 0; n < first.len; n++)
				CU_ASSERT_EQUAL(first.items[n]->kind, CT_NOTICE_HOST_SCOPE);
			in.before = ct_drift__known(in.advice);
			in.learned.first_ms = NOW - 720 * HOUR;
			in.generation = "sha256:b";
			ct_drift__compare(&in, &again);
			CU_ASSERT_EQUAL(again.len, 0);
		}
	}
	globfree(&found);
}

static CU_TestInfo tests[] = {
	{ "the same needs say nothing", test_same_needs },
	{ "a new need is told, with what was learned before", test_new_need },
	{ "checks, optional and refused ones say nothing", test_checks_say_nothing },
	{ "what the runtime does says nothing", test_set_up_says_nothing },
	{ "a call site without a rule is told", test_unknown_site },
	{ "what is not noted is not told", test_not_noted },
	{ "learning is silent", test_learning },
	{ "a container that reaches the host is told at once", test_host_scope },
	{ "what it fails for want of", test_denied },
	{ "one event for each image", test_generations },
	{ "what was learned stays learned", test_learned_stays },
	{ "one capability in place of another", test_replaced },
	{ "what was declared", test_declared },
	{ "held and never needed", test_unused },
	{ "what was asked for in a take", test_asked },
	{ "ordinary days", test_ordinary_days },
	CU_TEST_INFO_NULL,
};
UNIT_MAIN("drift", tests)
