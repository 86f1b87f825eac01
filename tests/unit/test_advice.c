/* SPDX-License-Identifier: GPL-2.0-only */
/* Advices in JSON: what is refused, and what becomes of several. */
#include <stdlib.h>

#include "emit/json_read.h"
#include "unit.h"

#define DOC(workloads) "{\"schema\":\"captrim.advice/1\",\"workloads\":[" workloads "]}"
#define ID(name)       "\"id\":\"" name "\",\"kind\":\"unit\""

struct both {
	struct ct_session *s;
	struct ct_report *r;
};

static struct both read_text(const char *text)
{
	ct_autoerr struct ct_err err = { 0 };
	struct both b = { 0 };
	int ret = ct_advice_json__read(text, strlen(text), "x.json", &b.s, &b.r, &err);

	if (ret)
		fprintf(stderr, "%s\n", err.msg);
	CU_ASSERT_EQUAL_FATAL(ret, 0);
	return b;
}

static void free_both(struct both *b)
{
	ct_report__free(b->r);
	ct_session__free(b->s);
}

static void refused(const char *text, const char *why)
{
	ct_autoerr struct ct_err err = { 0 };
	struct ct_session *s = NULL;
	struct ct_report *r = NULL;

	CU_ASSERT(ct_advice_json__read(text, strlen(text), "x\033.json", &s, &r, &err) < 0);
	CU_ASSERT_PTR_NULL(s);
	CU_ASSERT_PTR_NULL(r);
	CU_ASSERT_PTR_NOT_NULL_FATAL(err.msg);
	if (!strstr(err.msg, why) || strncmp(err.msg, "x\\x1b.json: ", 12) != 0)
		UNIT_STR(err.msg, why);
}

static void test_refused(void)
{
	refused("", "not JSON");
	refused("{", "line 1");
	refused("[]", "not a recommendation");
	refused("{\"schema\":\"captrim.recording/1\"}", "not a recommendation");
	refused("{\"schema\":\"captrim.advice/2\",\"workloads\":[]}", "newer captrim");
	refused("{\"schema\":\"captrim.advice/1\"}", "\"workloads\" is missing");
	refused("{\"schema\":\"captrim.advice/1\",\"schema\":1}", "not JSON");
	refused(DOC("1"), "workloads[0]: this is not an object");
	refused(DOC("{}"), "workloads[0]: the workload has no \"id\"");
	refused(DOC("{" ID("a") "}"), "no \"advice\"");
	refused(DOC("{" ID("a") ",\"advice\":{}}"), "no \"advice\" with a \"cap_add\"");
	refused(DOC("{" ID("a") ",\"advice\":{\"cap_add\":[\"CHWON\\u001b\"]}}"),
		"unknown capability 'CHWON\\x1b'");
	refused(DOC("{" ID("a") ",\"advice\":{\"cap_add\":[\"KILL\"],\"removed\":[\"KILL\"]}}"),
		"outside of it");
	refused(DOC("{" ID("a") ",\"advice\":{\"cap_add\":[],\"confidence\":\"sure\"}}"),
		"'sure' is not known");
	refused(DOC("{" ID("a") ",\"advice\":{\"cap_add\":[]},\"verified\":{\"runs\":1,"
				"\"result\":\"fine\"}}"),
		"not one of minimal");
	refused(DOC("{" ID("a") ",\"advice\":{\"cap_add\":[]},"
				"\"capabilities\":[{\"name\":\"KILL\"},{\"name\":\"KILL\"}]}"),
		"capabilities[1]: KILL is there twice");
	refused(DOC("{" ID("a") ",\"advice\":{\"cap_add\":[]},"
				"\"capabilities\":[{\"name\":\"KILL\",\"chosen\":true}]}"),
		"disagree about KILL");
	refused(DOC("{" ID("a") ",\"advice\":{\"cap_add\":[]},\"capabilities\":"
				"[{\"name\":\"KILL\",\"reasons\":[{}]}]}"),
		"reasons[0]: \"site\" is missing");
	refused(DOC("{" ID("a") ",\"exercised\":{\"seconds\":1e300}}"), "out of range");
	refused(DOC("{" ID("a") ",\"exercised\":{\"phases\":[\"reload\"]}}"), "not one of main");
	refused(DOC("{" ID("a") ",\"exercised\":[]}"), "\"exercised\" is not an object");
}

#define RUN(ms)                                                                           \
	DOC("{" ID("a") ",\"advice\":{\"cap_add\":[]},\"verified\":{\"runs\":1,\"list\":" \
			"[{\"set\":[],\"ending\":\"works\",\"ms\":" ms "}]}}")

/* A run may take months, as the user decides when it ends. */
static void test_long_run(void)
{
	struct both b = read_text(RUN("8640000000"));

	CU_ASSERT_EQUAL_FATAL(b.r->advices[0].verified.nlist, 1);
	CU_ASSERT_EQUAL(b.r->advices[0].verified.list[0].ns, 8640000000ull * 1000000);
	free_both(&b);
	b = read_text(RUN("18446744073709"));
	free_both(&b);
	refused(RUN("18446744073710"), "\"ms\" is out of range");
	refused(RUN("-1"), "\"ms\" is out of range");
}

static void test_least(void)
{
	struct both b = read_text(DOC("{" ID("a") ",\"advice\":{\"cap_add\":[\"cap_kill\"]},"
						  "\"container\":null,\"new\":1}"));

	CU_ASSERT_EQUAL(b.r->nadvices, 1);
	CU_ASSERT_EQUAL(b.r->advices[0].cap_add, CT_CAP(KILL));
	CU_ASSERT_EQUAL(b.r->advices[0].confidence, CT_CONF_LOW);
	free_both(&b);
	CU_ASSERT_FALSE(ct_advice_json__is("{\"schema\":\"captrim.recording/1\"}\n{}", 36));
	CU_ASSERT(ct_advice_json__is("{\"schema\":\"captrim.advice/7\"", 28));
}

#define REASON(cap, any_of)                                                             \
	"{\"name\":\"" cap "\",\"verdict\":\"required\",\"chosen\":true,\"granted\":3," \
	"\"reasons\":[{\"site\":\"s\",\"verdict\":\"required\",\"granted\":3,"          \
	"\"any_of\":[" any_of "]}]}"
#define ADVICE(id, cap, any_of, more)                                                    \
	DOC("{" ID(id) ",\"configured\":[\"" cap "\",\"KILL\"],\"advice\":{\"cap_add\":" \
		       "[\"" cap "\"],\"confidence\":\"proved\",\"why\":\"w\"},"         \
		       "\"capabilities\":[" REASON(cap, any_of) "]" more "}")
#define PROOF ",\"verified\":{\"runs\":2,\"check\":\"c\",\"result\":\"minimal\"}"
#define READ  "DAC_READ_SEARCH"
#define OVER  "DAC_OVERRIDE"

/* Both advices of workload a, as one. */
static void merged(const char *one, const char *two, uint64_t cap_add,
		   void (*look)(const struct ct_advice *a))
{
	struct both b = read_text(one), c = read_text(two);

	ct_report__merge(b.r, b.s, c.r, c.s, CT_MODE_DEFAULT);
	free_both(&c);
	CU_ASSERT_EQUAL_FATAL(b.r->nadvices, 1);
	CU_ASSERT_EQUAL(b.s->nworkloads, 1);
	CU_ASSERT_EQUAL(b.r->advices[0].cap_add, cap_add);
	CU_ASSERT_EQUAL(b.r->advices[0].removed & CT_CAP(KILL), CT_CAP(KILL));
	if (look)
		look(&b.r->advices[0]);
	free_both(&b);
}

static void is_proved(const struct ct_advice *a)
{
	CU_ASSERT_EQUAL(a->confidence, CT_CONF_PROVED);
	CU_ASSERT_EQUAL(a->verified.runs, 4);
	UNIT_STR(a->verified.result, "minimal");
	UNIT_STR(a->verified.check, "c");
	CU_ASSERT_EQUAL(a->recordings, 2);
}

static void is_not_proved(const struct ct_advice *a)
{
	CU_ASSERT_EQUAL(a->verified.runs, 0);
	CU_ASSERT_PTR_NULL(a->verified.result);
}

static void test_merge(void)
{
	/* Either would do for the first, and the second needs one of them. */
	merged(ADVICE("a", READ, "\"" READ "\",\"" OVER "\"", ""),
	       ADVICE("a", OVER, "\"" OVER "\"", ""), CT_CAP(DAC_OVERRIDE), is_not_proved);
	/* Proved is proved: no alternative was tried. */
	merged(ADVICE("a", READ, "\"" READ "\",\"" OVER "\"", PROOF),
	       ADVICE("a", OVER, "\"" OVER "\"", PROOF),
	       CT_CAP(DAC_READ_SEARCH) | CT_CAP(DAC_OVERRIDE), is_proved);
	merged(ADVICE("a", "CHOWN", "\"CHOWN\"", PROOF), ADVICE("a", "SETUID", "\"SETUID\"", ""),
	       CT_CAP(CHOWN) | CT_CAP(SETUID), is_not_proved);
}

static void test_merge_others(void)
{
	struct both b = read_text(ADVICE("a", "CHOWN", "\"CHOWN\"", ""));
	struct both c = read_text(ADVICE("b", "SETUID", "\"SETUID\"", ""));

	ct_report__merge(b.r, b.s, c.r, c.s, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL(c.r->nadvices, 0);
	CU_ASSERT_EQUAL(c.s->nworkloads, 0);
	free_both(&c);
	CU_ASSERT_EQUAL_FATAL(b.r->nadvices, 2);
	CU_ASSERT_EQUAL(b.r->advices[0].cap_add, CT_CAP(CHOWN));
	CU_ASSERT_EQUAL(b.r->advices[1].cap_add, CT_CAP(SETUID));
	UNIT_STR(b.r->advices[1].workload->id, "b");
	free_both(&b);
}

static void test_modes(void)
{
	static const char text[] = DOC(
		"{" ID("a") ",\"advice\":{\"cap_add\":[\"CHOWN\"],\"optional\":[\"SYS_NICE\"]},"
			    "\"capabilities\":[" REASON("CHOWN", "\"CHOWN\"") "]}");
	struct both b = read_text(text);

	ct_report__set_mode(b.r, b.s, CT_MODE_STRICT);
	CU_ASSERT_EQUAL(b.r->advices[0].cap_add, CT_CAP(CHOWN));
	CU_ASSERT_EQUAL(b.r->advices[0].optional, CT_CAP(SYS_NICE));
	ct_report__set_mode(b.r, b.s, CT_MODE_GENEROUS);
	CU_ASSERT_EQUAL(b.r->advices[0].cap_add, CT_CAP(CHOWN) | CT_CAP(SYS_NICE));
	ct_report__set_mode(b.r, b.s, CT_MODE_STRICT);
	CU_ASSERT_EQUAL(b.r->advices[0].cap_add, CT_CAP(CHOWN));
	free_both(&b);
}

#define SEEN(kinds, seconds, start, phase)                                                  \
	DOC("{" ID("a") ",\"advice\":{\"cap_add\":[]},\"exercised\":{\"kinds\":" kinds      \
			",\"seconds\":" seconds ",\"start_seen\":" start                    \
			",\"end_seen\":null,\"reload_seen\":" start ",\"phases\":[\"" phase \
			"\"]}}")

/* What several recordings showed adds up. */
static void test_exercised(void)
{
	struct both b = read_text(SEEN("5", "1.5", "false", "main"));
	struct both c = read_text(SEEN("7", "2", "true", "health"));
	struct ct_exercised e;

	ct_report__merge(b.r, b.s, c.r, c.s, CT_MODE_DEFAULT);
	free_both(&c);
	e = ct_workload__exercised(b.r->advices[0].workload);
	CU_ASSERT_EQUAL(e.kinds, 12);
	CU_ASSERT_EQUAL(e.ns, 3500000000);
	CU_ASSERT_EQUAL(e.start_seen, CT_YES);
	CU_ASSERT_EQUAL(e.end_seen, CT_UNKNOWN);
	CU_ASSERT_EQUAL(e.reload_seen, CT_YES);
	CU_ASSERT_EQUAL(e.phases, 1 << 0 | 1 << 2);
	free_both(&b);
}

static CU_TestInfo tests[] = {
	{ "refused", test_refused },
	{ "the least", test_least },
	{ "long run", test_long_run },
	{ "one workload", test_merge },
	{ "other workloads", test_merge_others },
	{ "modes", test_modes },
	{ "exercised", test_exercised },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("advice", tests)
