/* SPDX-License-Identifier: GPL-2.0-only */
/* Seccomp profiles: what makes a call depend on a capability, read, judged and recorded. */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <time.h>

#include "build.h"
#include "judge/questions.h"
#include "judge/seccomp.h"
#include "model/recording.h"
#include "runtime/seccomp_file.h"

#define ERRNO_ELSE	   "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":["
#define ALLOW_ELSE	   "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":["
#define ALLOW(name, more)  "{\"names\":[\"" name "\"],\"action\":\"SCMP_ACT_ALLOW\"" more "}"
#define REFUSE(name, more) "{\"names\":[\"" name "\"],\"action\":\"SCMP_ACT_ERRNO\"" more "}"
#define WITH(caps)	   ",\"includes\":{\"caps\":[" caps "]}"
#define WITHOUT(caps)	   ",\"excludes\":{\"caps\":[" caps "]}"
#define NO_NAMESPACES                                                         \
	",\"args\":[{\"index\":0,\"value\":2114060288,\"valueTwo\":0,\"op\":" \
	"\"SCMP_CMP_MASKED_EQ\"}]"

static const struct {
	const char *what, *text, *syscall;
	uint32_t sel;
	uint64_t had, all, any;
	bool doubtful;
} gates[] = {
	{ "free", ERRNO_ELSE ALLOW("bpf", "") "]}", "bpf", 0, 0, 0, 0, false },
	{ "gated", ERRNO_ELSE ALLOW("bpf", WITH("\"CAP_CHOWN\"")) "]}", "bpf", 0, CT_CAP(CHOWN), 0,
	  CT_CAP(CHOWN), false },
	{ "gated, and free by another rule",
	  ERRNO_ELSE ALLOW("bpf", WITH("\"CAP_CHOWN\"")) "," ALLOW("bpf", "") "]}", "bpf", 0,
	  CT_CAP(CHOWN), 0, 0, false },
	{ "by one or the other",
	  ERRNO_ELSE ALLOW("bpf", WITH("\"CAP_CHOWN\"")) "," ALLOW("bpf",
								   WITH("\"CAP_KILL\"")) "]}",
	  "bpf", 0, CT_CAP(CHOWN), 0, CT_CAP(CHOWN) | CT_CAP(KILL), false },
	{ "by both", ERRNO_ELSE ALLOW("bpf", WITH("\"CAP_CHOWN\",\"CAP_KILL\"")) "]}", "bpf", 0,
	  CT_CAP(CHOWN) | CT_CAP(KILL), CT_CAP(CHOWN) | CT_CAP(KILL), 0, false },
	{ "refused without", ALLOW_ELSE REFUSE("bpf", WITHOUT("\"CAP_CHOWN\"")) "]}", "bpf", 0,
	  CT_CAP(CHOWN), 0, CT_CAP(CHOWN), false },
	{ "refused without either",
	  ALLOW_ELSE REFUSE("bpf", WITHOUT("\"CAP_CHOWN\",\"CAP_KILL\"")) "]}", "bpf", 0,
	  CT_CAP(CHOWN), 0, CT_CAP(CHOWN) | CT_CAP(KILL), false },
	{ "another call", ERRNO_ELSE ALLOW("bpf", WITH("\"CAP_CHOWN\"")) "]}", "clone", 0,
	  CT_CAP(CHOWN), 0, 0, false },
	{ "flags that are free",
	  ERRNO_ELSE ALLOW("clone", NO_NAMESPACES WITHOUT("\"CAP_SYS_ADMIN\"")) "," ALLOW(
		  "clone", WITH("\"CAP_SYS_ADMIN\"")) "]}",
	  "clone", CLONE_VM, CT_CAP(SYS_ADMIN), 0, 0, false },
	{ "flags that are not",
	  ERRNO_ELSE ALLOW("clone", NO_NAMESPACES WITHOUT("\"CAP_SYS_ADMIN\"")) "," ALLOW(
		  "clone", WITH("\"CAP_SYS_ADMIN\"")) "]}",
	  "clone", CLONE_NEWPID, CT_CAP(SYS_ADMIN), 0, CT_CAP(SYS_ADMIN), false },
	{ "by an argument that is not recorded",
	  ERRNO_ELSE ALLOW("kcmp",
			   WITH("\"CAP_CHOWN\"") ",\"args\":[{\"index\":2,\"value\":1,\"op\":"
						 "\"SCMP_CMP_EQ\"}]") "]}",
	  "kcmp", 0, CT_CAP(CHOWN), CT_CAP(CHOWN), 0, true },
	{ "on another architecture",
	  ERRNO_ELSE ALLOW("bpf",
			   ",\"includes\":{\"caps\":[\"CAP_CHOWN\"],\"arches\":[\"s390x\"]}") "]}",
	  "bpf", 0, CT_CAP(CHOWN), 0, 0, false },
	{ "of another architecture's calls", ERRNO_ELSE ALLOW("umount", WITH("\"CAP_CHOWN\"")) "]}",
	  "umount", 0, CT_CAP(CHOWN), 0, 0, false },
	{ "free since a kernel of long ago",
	  ERRNO_ELSE ALLOW("bpf", WITH("\"CAP_CHOWN\"")) "," ALLOW(
		  "bpf", ",\"includes\":{\"minKernel\":\"4.8\"}") "]}",
	  "bpf", 0, CT_CAP(CHOWN), 0, 0, false },
	{ "not free before a kernel to come",
	  ERRNO_ELSE ALLOW("bpf", WITH("\"CAP_CHOWN\"")) "," ALLOW(
		  "bpf", ",\"includes\":{\"minKernel\":\"99.0\"}") "]}",
	  "bpf", 0, CT_CAP(CHOWN), 0, CT_CAP(CHOWN), false },
};

static void test_gates(void)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(gates); i++) {
		struct ct_seccomp_profile p = { 0 };
		struct ct_gate g;

		CU_ASSERT_EQUAL(ct_seccomp_file__parse(gates[i].text, strlen(gates[i].text), &p),
				0);
		CU_ASSERT(p.known);
		g = ct_profile__gate(&p, gates[i].syscall, gates[i].sel, gates[i].had);
		if (g.all != gates[i].all || g.any != gates[i].any ||
		    g.doubtful != gates[i].doubtful)
			printf("%s: all 0x%llx, any 0x%llx\n", gates[i].what,
			       (unsigned long long)g.all, (unsigned long long)g.any);
		CU_ASSERT_EQUAL(g.all, gates[i].all);
		CU_ASSERT_EQUAL(g.any, gates[i].any);
		CU_ASSERT_EQUAL(g.doubtful, gates[i].doubtful);
		ct_seccomp_profile__free(&p);
	}
}

/* What cannot be read as a profile leaves what was there. */
static void test_bad(void)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"{\"defaultAction\":1}",
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":{}}",
		ERRNO_ELSE "1]}",
		ERRNO_ELSE "{\"names\":[1],\"action\":\"SCMP_ACT_ALLOW\"}]}",
		ERRNO_ELSE ALLOW("bpf", WITH("\"CAP_OF_TOMORROW\"")) "]}",
		ERRNO_ELSE ALLOW("bpf", ",\"args\":[{\"index\":6,\"op\":\"SCMP_CMP_EQ\"}]") "]}",
		ERRNO_ELSE ALLOW("bpf", ",\"args\":[{\"index\":0,\"op\":\"LIKE\"}]") "]}",
		ERRNO_ELSE ALLOW("bpf", ",\"args\":[0,0,0,0,0,0,0]") "]}",
	};
	struct ct_seccomp_profile p = { .allows_rest = true };

	for (size_t i = 0; i < CT_ARRAY_SIZE(bad); i++) {
		CU_ASSERT_NOT_EQUAL(ct_seccomp_file__parse(bad[i], strlen(bad[i]), &p), 0);
		CU_ASSERT(!p.known && p.allows_rest && !p.rules);
	}
	CU_ASSERT_EQUAL(ct_seccomp_file__parse("", 2 << 20, &p), -EFBIG);
	CU_ASSERT_EQUAL(ct_seccomp_file__read("/dev/zero", &p), -EINVAL);
	CU_ASSERT_EQUAL(ct_seccomp_file__read("/nowhere", &p), -ENOENT);
}

static void test_too_many(void)
{
	struct ct_seccomp_profile p = { 0 };
	struct ct_str text = { 0 };

	ct_str__add(&text, ERRNO_ELSE "{\"action\":\"SCMP_ACT_ALLOW\",\"names\":[\"read\"");
	for (int i = 0; i < 20000; i++)
		ct_str__add(&text, ",\"read\"");
	ct_str__add(&text, "]}]}");
	CU_ASSERT_EQUAL(ct_seccomp_file__parse(text.s, text.len, &p), -EFBIG);
	ct_str__free(&text);
}

static struct ct_workload *custom(struct ct_session *s, const char *text)
{
	struct ct_workload *w = build_container(s, "x");

	w->container.seccomp = CT_SECCOMP_CUSTOM;
	if (text)
		ct_seccomp_file__parse(text, strlen(text), &w->container.profile);
	return w;
}

/* The profile itself speaks where it is known; else the default's gates, and that is said. */
static void test_judged(void)
{
	static const struct {
		const char *text;
		uint8_t seccomp;
		uint64_t wanted;
		bool doubtful, warning;
	} cases[] = {
		{ ERRNO_ELSE ALLOW("kcmp", "") "]}", 3, 0, false, false },
		{ ERRNO_ELSE ALLOW("kcmp", WITH("\"CAP_CHOWN\"")) "]}", 3, CT_CAP(CHOWN), false,
		  false },
		{ ERRNO_ELSE ALLOW("kcmp", WITH("\"CAP_CHOWN\"")) "]}", CT_ACT_UNFILTERED, 0, false,
		  false },
		{ NULL, 3, CT_CAP(SYS_PTRACE), true, true },
		{ NULL, 0, CT_CAP(SYS_PTRACE), true, true },
		{ NULL, CT_ACT_UNFILTERED, 0, false, true },
		/* A call that is not watched, by what it was given. */
		{ ERRNO_ELSE ALLOW("getpid", WITH("\"CAP_CHOWN\"")) "]}", 3, CT_CAP(CHOWN), true,
		  false },
		{ ERRNO_ELSE ALLOW("getpid", WITH("\"CAP_SYS_TIME\"")) "]}", 3, 0, false, false },
		{ ERRNO_ELSE ALLOW("socket", WITH("\"CAP_AUDIT_WRITE\"")) "]}", 3, 0, false,
		  false },
		{ ERRNO_ELSE ALLOW("get_mempolicy", WITH("\"CAP_CHOWN\"")) "]}", 3, 0, false,
		  false },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_act *a = build_act(custom(s, cases[i].text), CT_ACT_SYSCALL, "kcmp");

		a->key.before = CT_CAPS_ALL;
		a->key.seccomp = cases[i].seccomp;
		r = ct_judge__session(s, CT_MODE_STRICT);
		if (r->advices[0].cap_add != cases[i].wanted)
			printf("case %zu: 0x%llx\n", i, (unsigned long long)r->advices[0].cap_add);
		CU_ASSERT_EQUAL(r->advices[0].cap_add, cases[i].wanted);
		CU_ASSERT_EQUAL(ct_advice__warns(&r->advices[0], "seccomp-unknown"),
				cases[i].warning);
		ct_caps__for_each(cap, r->advices[0].cap_add)
			CU_ASSERT_EQUAL(build_cap(r, cap)->reasons[0].doubtful, cases[i].doubtful);
	}
}

/* Each capability is explained by a call that wants it. */
static void test_unwatched(void)
{
	static const char text[] = ERRNO_ELSE ALLOW("chown", WITH("\"CAP_CHOWN\"")) "," ALLOW(
		"kill", WITH("\"CAP_KILL\"")) "," ALLOW("tkill", WITH("\"CAP_KILL\"")) "]}";
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;

	custom(s, text);
	r = ct_judge__session(s, CT_MODE_STRICT);
	CU_ASSERT_EQUAL_FATAL(r->advices[0].cap_add, CT_CAP(CHOWN) | CT_CAP(KILL));
	UNIT_STR(build_cap(r, CAP_CHOWN)->reasons[0].syscall, "chown");
	UNIT_STR(build_cap(r, CAP_KILL)->reasons[0].syscall, "kill");
}

#define MANY	    1024
#define MAX_SECONDS (unit_is_under() ? 100 : 2)

/*
 * A profile of somebody else's making holds the judge up for moments only: many rules for one call,
 * or for as many calls. Of each of eight capabilities it is asked what it changes.
 */
static void test_many(void)
{
	for (int calls = 1; calls <= MANY; calls *= MANY) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_seccomp_profile *p = &custom(s, NULL)->container.profile;
		clock_t begin = clock();

		s->workloads[0]->configured = CT_CAPS_ALL;
		p->known = true;
		for (int i = 0; i < MANY; i++)
			*CT_PUSH(p->rules, p->nrules, p->rules_cap) = (struct ct_seccomp_rule){
				.syscall = ct_xasprintf("call_%d", i % calls),
				.allow = true,
				.with = calls == 1 ? 1ull << (i % 8) : 0xff,
				.nargs = 1,
			};
		r = ct_judge__session(s, CT_MODE_STRICT);
		CU_ASSERT(clock() - begin < MAX_SECONDS * CLOCKS_PER_SEC);
		CU_ASSERT_NOT_EQUAL(r->advices[0].cap_add, 0);
	}
}

/* Who inherits a user namespace's everything still has the filter of his container. */
static void test_own_namespace(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	struct ct_workload *w = build_container(s, "x");
	struct ct_act *a = build_act(w, CT_ACT_SYSCALL, "chroot");

	w->container.userns = CT_NO;
	a->key.level = 1;
	a->key.before = CT_CAPS_ALL;
	r = ct_judge__session(s, CT_MODE_STRICT);
	CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(SYS_CHROOT));
}

static void test_recorded(void)
{
	static const char text[] =
		ERRNO_ELSE ALLOW("clone", NO_NAMESPACES WITHOUT("\"CAP_SYS_ADMIN\"")) "," ALLOW(
			"clone", WITH("\"CAP_SYS_ADMIN\"")) "," ALLOW("read", "") "]}";
	ct_autosession struct ct_session *s = ct_session__new(), *back = NULL;
	ct_autofree char *file = NULL;
	const struct ct_seccomp_profile *p;
	size_t size;
	FILE *f = open_memstream(&file, &size);

	custom(s, text)->lost = 3;
	s->workloads[0]->compat = 2;
	CU_ASSERT_EQUAL(ct_recording__write_stream(s, f), 0);
	fclose(f);
	f = fmemopen(file, size, "r");
	CU_ASSERT_EQUAL_FATAL(ct_recording__read_stream(f, "memory", &back, NULL), 0);
	fclose(f);
	p = &back->workloads[0]->container.profile;
	CU_ASSERT(p->known && !p->allows_rest);
	CU_ASSERT_EQUAL_FATAL(p->nrules, 2);
	CU_ASSERT_EQUAL(ct_profile__allows(p, "clone", CLONE_VM, 0), CT_YES);
	CU_ASSERT_EQUAL(ct_profile__allows(p, "clone", CLONE_NEWPID, 0), CT_NO);
	CU_ASSERT_EQUAL(ct_profile__allows(p, "clone", CLONE_NEWPID, CT_CAP(SYS_ADMIN)), CT_YES);
	CU_ASSERT_EQUAL(back->workloads[0]->lost, 3);
	CU_ASSERT_EQUAL(back->workloads[0]->compat, 2);
}

/* What was lost of one workload makes its advice incomplete, and no other's. */
static void test_lost(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;

	build_check(build_container(s, "x"), CAP_CHOWN, "chown", "ns_capable chown_common");
	build_check(build_container(s, "y"), CAP_CHOWN, "chown", "ns_capable chown_common");
	s->workloads[0]->lost = 1;
	s->workloads[0]->compat = 1;
	r = ct_judge__session(s, CT_MODE_STRICT);
	CU_ASSERT(ct_advice__warns(&r->advices[0], "incomplete"));
	CU_ASSERT(ct_advice__warns(&r->advices[0], "compat"));
	CU_ASSERT_EQUAL(r->advices[0].confidence, CT_CONF_LOW);
	CU_ASSERT_NOT_EQUAL(r->advices[1].confidence, CT_CONF_LOW);
	for (size_t i = 0; i < r->advices[1].nwarnings; i++)
		CU_ASSERT(strcmp(r->advices[1].warnings[i].code, "incomplete") &&
			  strcmp(r->advices[1].warnings[i].code, "compat"));
}

static CU_TestInfo tests[] = {
	{ "gates", test_gates },
	{ "bad profiles", test_bad },
	{ "too many rules", test_too_many },
	{ "judged", test_judged },
	{ "calls that are not watched", test_unwatched },
	{ "many rules", test_many },
	{ "in a user namespace of its own", test_own_namespace },
	{ "recorded", test_recorded },
	{ "lost", test_lost },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("seccomp", tests)
