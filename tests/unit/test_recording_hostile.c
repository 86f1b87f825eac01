/* SPDX-License-Identifier: GPL-2.0-only */
/* Recordings that are cut, newer than we are, or made to do harm. */
#include <errno.h>
#include <jansson.h>

#include "sessions.h"

#define HEAD	 "{\"schema\":\"captrim.recording/1\"}\n"
#define WORKLOAD HEAD "{\"type\":\"workload\",\"id\":\"a\"}\n"
#define END	 "{\"type\":\"trailer\"}\n"

/* Read as far as it goes: what it says of itself, and how many documents came through. */
static void check_cut(const char *text, size_t cut, size_t whole, const char *tail)
{
	ct_autofree char *part = ct_xasprintf("%.*s%s", (int)cut, text, tail);
	ct_autosession struct ct_session *s = NULL;
	ct_autoerr struct ct_err err = { 0 };
	size_t header = strcspn(text, "\n"), kinds = 0, wanted = 0;
	const char *end = text + cut;

	if (cut < header) {
		CU_ASSERT_EQUAL(session_parse(part, strlen(part), &s, &err), -EINVAL);
		CU_ASSERT_PTR_NULL(s);
		return;
	}
	CU_ASSERT_EQUAL_FATAL(session_parse(part, strlen(part), &s, &err), 0);
	CU_ASSERT_EQUAL(s->losses.truncated, cut < whole - 1);
	for (const char *p = text; (p = strstr(p, "{\"type\":\"kind\"")); p++)
		wanted += strchr(p, '\n') <= end;
	for (size_t i = 0; i < s->nworkloads; i++)
		kinds += s->workloads[i]->nkinds;
	CU_ASSERT_EQUAL(kinds, wanted);
}

static void check_everywhere(const char *text)
{
	size_t whole = strlen(text);

	for (size_t cut = 0; cut <= whole; cut++) {
		check_cut(text, cut, whole, "");
		check_cut(text, cut, whole, "\n");
	}
	check_cut(text, whole / 2, whole, "\r\n");
	check_cut(text, whole, whole, "\n\r\n");
}

/* Some of each kind of document: a whole golden recording takes minutes at every byte. */
static char *shorten(const char *text)
{
	static const char *const types[] = { "schema", "workload", "kind",   "act",
					     "exec",   "exit",	   "trailer" };
	size_t seen[CT_ARRAY_SIZE(types)] = { 0 };
	struct ct_str out = { 0 };

	for (const char *p = text; *p; p = strchr(p, '\n') + 1) {
		for (size_t i = 0; i < CT_ARRAY_SIZE(types); i++) {
			ct_autofree char *type = ct_xasprintf("\"type\":\"%s\"", types[i]);
			size_t len = strcspn(p, "\n") + 1;
			const char *at = strstr(p, i ? type : "\"schema\"");

			if (at && at < p + len && seen[i]++ < 2)
				ct_str__addn(&out, p, len);
		}
	}
	return out.s;
}

static void test_cut_everywhere(void)
{
	glob_t found = golden_recordings();
	ct_autofree char *text = NULL, *sample = NULL;

	CU_ASSERT_EQUAL_FATAL(ct_read_file(found.gl_pathv[0], 1 << 20, &text, NULL), 0);
	sample = shorten(text);
	CU_ASSERT(strlen(sample) > 3000);
	check_everywhere(sample);
	globfree(&found);
}

/* The whole of each, at every end of a line, just before and behind, and in its middle. */
static void test_cut_golden(void)
{
	glob_t found = golden_recordings();

	for (size_t i = 0; i < found.gl_pathc; i++) {
		ct_autofree char *text = NULL;
		size_t whole, line = 0;

		CU_ASSERT_EQUAL_FATAL(ct_read_file(found.gl_pathv[i], 1 << 20, &text, &whole), 0);
		while (line < whole) {
			size_t len = strcspn(text + line, "\n");
			size_t cuts[] = { line, line + len / 2, line + len - 1, line + len };

			for (size_t k = 0; k < CT_ARRAY_SIZE(cuts); k++)
				check_cut(text, cuts[k], whole, k % 2 ? "\n" : "");
			line += len + 1;
		}
	}
	globfree(&found);
}

/* A last line of whatever is no JSON is taken for a cut one; in the middle it is damage. */
static void test_not_cut(void)
{
	static const char middle[] = WORKLOAD "{\"type\":\"ki\n" END;
	ct_autosession struct ct_session *s = NULL;
	ct_autoerr struct ct_err err = { 0 };

	CU_ASSERT_EQUAL(session_parse(middle, strlen(middle), &s, &err), -EINVAL);
	CU_ASSERT(err.msg && !strncmp(err.msg, "rec:3: this is not JSON (", 25));
}

/* Everything has members of a newer captrim, objects within included. */
static const char newer[] =
	"{\"schema\":\"captrim.recording/1\",\"cgroup\":2,\"start_ms\":0,\"start_ns\":0,"
	"\"cap_last\":40,\"clock\":\"monotonic\",\"moon\":\"full\"}\n"
	"{\"type\":\"workload\",\"id\":\"a\",\"kind\":\"container\",\"runtime\":\"docker\","
	"\"container\":{\"seccomp\":\"unknown\",\"gpu\":[1,{\"x\":null}]},"
	"\"sysctls\":{\"port_start\":0,\"ping_low\":0,\"ping_high\":0,\"q\":-1},"
	"\"limits\":{\"memlock\":\"0xffffffffffffffff\"},\"real\":1.5}\n"
	"{\"type\":\"workload\",\"id\":\"b\",\"kind\":\"container\",\"runtime\":\"none\","
	"\"container\":{\"seccomp\":\"unknown\"}}\n"
	"{\"type\":\"kind\",\"workload\":0,\"cap_name\":\"CHOWN\",\"granted\":true,\"cap\":0,"
	"\"nr\":1,\"flags\":1,\"count\":5,\"sample\":{\"proc\":{\"pid\":1,\"tid\":1,\"ppid\":0,"
	"\"exe\":\"/bin/sh\"},\"creds\":{\"uid\":0,\"gid\":0,\"euid\":0,\"egid\":0,\"suid\":0,"
	"\"sgid\":0,\"fsuid\":0,\"fsgid\":0,\"inheritable\":\"0x0\",\"permitted\":\"0x0\","
	"\"effective\":\"0x0\",\"bounding\":\"0x0\",\"ambient\":\"0x0\",\"securebits\":0,"
	"\"userns_level\":0,\"no_new_privs\":0,\"seccomp\":0,\"groups\":[4,24]},"
	"\"args\":[\"0x1\",\"0x0\",\"0x0\",\"0x0\",\"0x0\",\"0x0\"],\"path\":\"\\u001b[31m\"},"
	"\"outcome\":{\"enoent\":3},\"cpu\":3,\"creds\":{\"x\":1},\"losses\":{}}\n"
	"{\"type\":\"act\",\"workload\":0,\"act\":5,\"nr\":-1,\"count\":1,"
	"\"proc\":{\"pid\":0,\"tid\":0,\"ppid\":0,\"exe\":\"/x\"},\"why\":true}\n"
	"{\"type\":\"exec\",\"workload\":0,\"entry\":0,\"was\":1,\"count\":1,"
	"\"creds\":{\"uid\":0,\"gid\":0,\"euid\":0,\"egid\":0,\"suid\":0,"
	"\"sgid\":0,\"fsuid\":0,\"fsgid\":0,\"inheritable\":\"0x0\",\"permitted\":\"0x0\","
	"\"effective\":\"0x0\",\"bounding\":\"0x0\",\"ambient\":\"0x0\",\"securebits\":0,"
	"\"userns_level\":0,\"no_new_privs\":0,\"seccomp\":0,\"label\":\"\\u00e4\"},"
	"\"env\":{}}\n"
	"{\"type\":\"exit\",\"workload\":0,\"entry\":0,\"code\":0,\"core\":false}\n"
	"{\"type\":\"mount\",\"workload\":0,\"fs\":\"overlay\"}\n"
	"{\"type\":\"mount\",\"workload\":1,\"fs\":\"tmpfs\"}\n"
	"{\"type\":\"weather\",\"workload\":99,\"rain\":[]}\n"
	"{\"type\":\"trailer\",\"losses\":{\"events\":0,\"kinds\":0,\"acts\":0,\"procs\":0,"
	"\"stacks\":0,\"outcomes\":0,\"missed\":0,\"unattributed\":0,\"lookups\":0,"
	"\"sleep\":7},\"end_ns\":0,\"signed\":\"yes\"}\n";

/* Line by line, whatever the order of the lines and of members. */
static bool holds_line(const char *text, const char *line, size_t len)
{
	json_t *wanted = json_loadb(line, len, 0, NULL);
	bool found = false;

	for (const char *p = text; *p && !found; p = strchr(p, '\n') + 1) {
		json_t *doc = json_loadb(p, strcspn(p, "\n"), 0, NULL);

		found = json_equal(doc, wanted);
		json_decref(doc);
	}
	json_decref(wanted);
	return found;
}

static size_t lines_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void test_unknown_is_kept(void)
{
	ct_autosession struct ct_session *s = NULL, *again = NULL;
	ct_autoerr struct ct_err err = { 0 };
	ct_autofree char *text = NULL, *twice = NULL;

	CU_ASSERT_EQUAL_FATAL(session_parse(newer, strlen(newer), &s, &err), 0);
	text = session_text(s);
	CU_ASSERT_EQUAL(lines_of(text), lines_of(newer));
	for (const char *p = newer; *p; p = strchr(p, '\n') + 1) {
		if (!holds_line(text, p, strcspn(p, "\n"))) {
			printf("lost: %.*s\nin: %s", (int)strcspn(p, "\n"), p, text);
			CU_FAIL("a member was lost");
		}
	}
	CU_ASSERT_PTR_NULL(strchr(text, '\033'));
	CU_ASSERT_EQUAL_FATAL(session_parse(text, strlen(text), &again, &err), 0);
	twice = session_text(again);
	UNIT_STR(twice, text);
}

/* Nothing is left over of a recording of our own. */
/* What is written anew, whatever it was, is there once. */
static void test_derived_as_objects(void)
{
	static const char text[] =
		"{\"schema\":\"captrim.recording/1\",\"clock\":{\"a\":1}}\n"
		"{\"type\":\"workload\",\"id\":\"w\",\"kind\":\"container\"}\n"
		"{\"type\":\"kind\",\"workload\":0,\"cap\":1,\"cap_name\":{\"a\":1},"
		"\"granted\":{\"a\":1},\"count\":1}\n"
		"{\"type\":\"trailer\",\"losses\":{},\"end_ns\":1}\n";
	ct_autosession struct ct_session *s = NULL, *back = NULL;
	ct_autoerr struct ct_err err = {};
	ct_autofree char *first = NULL, *second = NULL;

	CU_ASSERT_EQUAL_FATAL(session_parse(text, strlen(text), &s, &err), 0);
	first = session_text(s);
	CU_ASSERT_EQUAL_FATAL(session_parse(first, strlen(first), &back, &err), 0);
	second = session_text(back);
	UNIT_STR(second, first);
}

static void test_nothing_unknown(void)
{
	glob_t found = golden_recordings();

	for (size_t i = 0; i < found.gl_pathc; i++) {
		ct_autosession struct ct_session *s = NULL;

		CU_ASSERT_EQUAL_FATAL(ct_recording__read(found.gl_pathv[i], &s, NULL), 0);
		CU_ASSERT(!s->host.rest && !s->host.trailer_rest && !s->others);
		for (size_t n = 0; n < s->nworkloads; n++) {
			const struct ct_workload *w = s->workloads[n];

			CU_ASSERT(!w->rest && !w->others);
			for (size_t k = 0; k < w->nkinds; k++)
				CU_ASSERT_PTR_NULL(w->kinds[k].rest);
			for (size_t k = 0; k < w->nacts; k++)
				CU_ASSERT_PTR_NULL(w->acts[k].rest);
			for (size_t k = 0; k < w->nexecs; k++)
				CU_ASSERT_PTR_NULL(w->execs[k].rest);
			for (size_t k = 0; k < w->nexits; k++)
				CU_ASSERT_PTR_NULL(w->exits[k].rest);
		}
	}
	globfree(&found);
}

/* Each a member of a kind, or of the object named before it. */
static const char *const harmful[] = {
	"\"count\":99999999999999999999",
	"\"count\":-9223372036854775808",
	"\"count\":1e400",
	"\"count\":1e3",
	"\"count\":1.0",
	"\"count\":\"12\"",
	"\"count\":\"0x\"",
	"\"count\":\"0x1g\"",
	"\"count\":\"0x-1\"",
	"\"count\":\"-0x1\"",
	"\"count\":\"0x10000000000000000\"",
	"\"count\":null",
	"\"count\":true",
	"\"count\":[1]",
	"\"count\":{}",
	"\"nr\":4294967296",
	"\"nr\":\"0x1\"",
	"\"sel\":4294967296",
	"\"flags\":-1",
	"\"level\":256",
	"\"after\":65",
	"\"syscall\":1",
	"\"syscall\":null",
	"\"syscall\":\"a\\u0000b\"",
	"\"stack\":null",
	"\"stack\":[[]]",
	"\"stack\":\"ns_capable\"",
	"\"sample\":null",
	"\"sample\":[]",
	"\"sample\":{\"proc\":[]}",
	"\"sample\":{\"proc\":{\"pid\":-1}}",
	"\"sample\":{\"proc\":{\"comm\":1}}",
	"\"sample\":{\"creds\":7}",
	"\"sample\":{\"creds\":{\"userns_level\":256}}",
	"\"sample\":{\"args\":{}}",
	"\"sample\":{\"args\":[\"x\"]}",
	"\"sample\":{\"args\":[-1]}",
	"\"outcome\":[]",
	"\"outcome\":{\"ok\":\"yes\"}",
	"\"count\":1,\"count\":1",
	"\"new\":{\"a\":1,\"a\":2}",
	"\"new\":\"\\ud800\"",
	"\"new\":nan",
	"\"new\":01",
	"\"new\":[1,]",
	"\"new\":'x'",
};

static void test_harmful(void)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(harmful); i++) {
		ct_autofree char *text = ct_xasprintf(
			WORKLOAD "{\"type\":\"kind\",\"workload\":0,\"cap\":1,%s}\n" END,
			harmful[i]);
		struct ct_session *s = NULL;
		ct_autoerr struct ct_err err = { 0 };

		if (session_parse(text, strlen(text), &s, &err) != -EINVAL || s) {
			printf("taken: %s\n", harmful[i]);
			CU_FAIL("what is wrong was taken");
			ct_session__free(s);
			continue;
		}
		CU_ASSERT(!strncmp(err.msg, "rec:3: ", 7));
		CU_ASSERT(strstr(err.msg, "the file is damaged") != NULL);
	}
}

/* Longer than a stack can be; deeper than anybody writes. */
static void test_large(void)
{
	struct ct_str names = { 0 }, deep = { 0 };
	ct_autofree char *stack = NULL, *nested = NULL;
	ct_autosession struct ct_session *s = NULL;
	ct_autoerr struct ct_err err = { 0 }, why = { 0 };

	for (int i = 0; i < 1025; i++)
		ct_str__addf(&names, "%s\"f\"", i ? "," : "");
	stack = ct_xasprintf(WORKLOAD
			     "{\"type\":\"kind\",\"workload\":0,\"cap\":1,\"stack\":[%s]}\n" END,
			     names.s);
	CU_ASSERT_EQUAL(session_parse(stack, strlen(stack), &s, &err), -EINVAL);
	CU_ASSERT(err.msg && strstr(err.msg, "at most 1024 names"));
	for (int i = 0; i < 1000000; i++)
		ct_str__addn(&deep, "[", 1);
	nested = ct_xasprintf(WORKLOAD "{\"type\":\"kind\",\"workload\":0,\"cap\":1,\"x\":%s\n" END,
			      deep.s);
	CU_ASSERT_EQUAL(session_parse(nested, strlen(nested), &s, &why), -EINVAL);
	CU_ASSERT(why.msg && strstr(why.msg, "depth"));
	ct_str__free(&names);
	ct_str__free(&deep);
}

/* Bytes without end, and without a newline. */
static ssize_t endless(void *given, char *buf, size_t size)
{
	*(size_t *)given += size;
	memset(buf, 'a', size);
	return (ssize_t)size;
}

static void test_endless_line(void)
{
	size_t given = 0;
	FILE *f = fopencookie(&given, "r", (cookie_io_functions_t){ .read = endless });
	ct_autosession struct ct_session *s = NULL;
	ct_autoerr struct ct_err err = { 0 };

	CU_ASSERT_EQUAL(ct_recording__read_stream(f, "rec", &s, &err), -EINVAL);
	fclose(f);
	CU_ASSERT(err.msg && strstr(err.msg, "longer than 16 MiB"));
	CU_ASSERT(given < (17u << 20));
}

/* The largest line there may be is read; so is one of many kinds. */
static void test_longest_line(void)
{
	size_t len = (16u << 20) - 100;
	ct_autofree char *name = ct_xzalloc(len + 1), *text = NULL;
	ct_autosession struct ct_session *s = NULL;

	memset(name, 'n', len);
	text = ct_xasprintf(HEAD "{\"type\":\"workload\",\"id\":\"a\",\"command\":\"%s\"}\n" END,
			    name);
	CU_ASSERT_EQUAL_FATAL(session_parse(text, strlen(text), &s, NULL), 0);
	CU_ASSERT_EQUAL(strlen(s->workloads[0]->command), len);
}

static CU_TestInfo tests[] = {
	{ "cut everywhere", test_cut_everywhere },
	{ "golden recordings cut", test_cut_golden },
	{ "damage is not a cut", test_not_cut },
	{ "unknown is kept", test_unknown_is_kept },
	{ "derived as objects", test_derived_as_objects },
	{ "nothing unknown", test_nothing_unknown },
	{ "harmful members", test_harmful },
	{ "large", test_large },
	{ "endless line", test_endless_line },
	{ "longest line", test_longest_line },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("recording-hostile", tests)
