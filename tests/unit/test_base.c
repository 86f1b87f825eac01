/* SPDX-License-Identifier: GPL-2.0-only */
/* Strings, numbers, errors, the terminal and the JSON writer. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/columns.h"
#include "base/err.h"
#include "base/human.h"
#include "base/json.h"
#include "base/proc.h"
#include "base/term.h"
#include "base/uthash.h"
#include "base/util.h"
#include "unit.h"

static void test_str(void)
{
	struct ct_str s = { 0 };
	char big[500];

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	ct_str__add(&s, "");
	UNIT_STR(s.s, "");
	ct_str__addf(&s, "%d", 42);
	ct_str__addn(&s, "abc", 2);
	UNIT_STR(s.s, "42ab");
	ct_str__addf(&s, "%s|%s", big, big);
	CU_ASSERT_EQUAL(s.len, 4 + 999);
	CU_ASSERT_EQUAL(strlen(s.s), s.len);
	for (int i = 0; i < 1000; i++)
		ct_str__addf(&s, "%c", 'a' + i % 26);
	CU_ASSERT_EQUAL(strlen(s.s), 2003);
	ct_str__free(&s);
	CU_ASSERT_PTR_NULL(s.s);
}

static void test_array(void)
{
	ct_autofree int *items = NULL;
	size_t len = 0, cap = 0;

	for (int i = 0; i < 1000; i++)
		*CT_PUSH(items, len, cap) = i;
	CU_ASSERT_EQUAL(len, 1000);
	CU_ASSERT(cap >= len);
	for (int i = 0; i < 1000; i++)
		CU_ASSERT_EQUAL(items[i], i);
}

static void check_printable(const char *s, const char *want)
{
	ct_autofree char *out = ct_printable(s);

	UNIT_STR(out, want);
}

static void test_printable(void)
{
	check_printable("", "");
	check_printable(NULL, "");
	check_printable("a\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd",
			"a\\xef\\xbf\\xbe\\xef\\xbf\\xbf\xef\xbf\xbd");
	check_printable("nginx: worker", "nginx: worker");
	check_printable("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\xb3", "grüß € 🐳");
	check_printable("\033[31mred\n", "\\x1b[31mred\\x0a");
	check_printable("\x7f", "\\x7f");
	check_printable("\xc2\x9b", "\\xc2\\x9b"); /* CSI */
	check_printable("a\xe2\x80\xae"
			"b",
			"a\\xe2\\x80\\xae"
			"b"); /* override */
	check_printable("\xff\xfe", "\\xff\\xfe");
	check_printable("\xc3", "\\xc3");
	check_printable("\xc0\xaf", "\\xc0\\xaf");	    /* overlong */
	check_printable("\xed\xa0\x80", "\\xed\\xa0\\x80"); /* surrogate */
	check_printable("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
	check_printable("\xf0\x9f\x90", "\\xf0\\x9f\\x90");
}

static void test_hash(void)
{
	CU_ASSERT_EQUAL(ct_hash32("", 0), 0x811c9dc5);
	CU_ASSERT_EQUAL(ct_hash32("a", 1), 0xe40c292c);
	CU_ASSERT_EQUAL(ct_hash32("foobar", 6), 0xbf9cf968);
}

static void test_read_file(void)
{
	char path[] = "/tmp/captrim-test-XXXXXX";
	int fd = mkstemp(path);
	char *data = (char *)1;
	size_t len = 7;

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, "a\0b", 3), 3);
	close(fd);
	CU_ASSERT_EQUAL(ct_read_file("/nonexistent", 10, &data, &len), -ENOENT);
	CU_ASSERT_EQUAL(ct_read_file("/", 10, &data, &len), -EISDIR);
	CU_ASSERT_EQUAL(ct_read_file(path, 2, &data, &len), -EFBIG);
	CU_ASSERT_PTR_EQUAL(data, (char *)1);
	CU_ASSERT_EQUAL(len, 7);
	CU_ASSERT_EQUAL(ct_read_file(path, 3, &data, &len), 0);
	CU_ASSERT_EQUAL(len, 3);
	CU_ASSERT(!memcmp(data, "a\0b", 4));
	free(data);
	CU_ASSERT_EQUAL(ct_read_file("/proc/self/status", 1 << 20, &data, NULL), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(data, "CapBnd"));
	free(data);
	CU_ASSERT_EQUAL(ct_read_file("/dev/null", 0, &data, &len), 0);
	UNIT_STR(data, "");
	free(data);
	unlink(path);
}

static void test_err(void)
{
	ct_autoerr struct ct_err err = { 0 };

	CU_ASSERT_EQUAL(ct_err__set(NULL, ENOENT, "%s", "x"), -ENOENT);
	CU_ASSERT_EQUAL(ct_err__set(&err, ENOENT, "no %s", "file"), -ENOENT);
	UNIT_STR(err.msg, "no file");
	/* The old message may be an argument. */
	CU_ASSERT_EQUAL(ct_err__set(&err, EINVAL, "%s; make one", err.msg), -EINVAL);
	CU_ASSERT_EQUAL(ct_err__prefix(&err, "line %d", 3), -EINVAL);
	UNIT_STR(err.msg, "line 3: no file; make one");
	CU_ASSERT_EQUAL(err.code, EINVAL);
	ct_err__free(&err);
	CU_ASSERT_PTR_NULL(err.msg);
	CU_ASSERT_EQUAL(err.code, 0);
}

static void write_sample(struct ct_json *j)
{
	ct_json__object(j, NULL);
	ct_json__str(j, "s", "a\"b\\c\n\t\001");
	ct_json__str(j, "null", NULL);
	ct_json__opt_str(j, "no", NULL);
	ct_json__opt_uint(j, "no", 0);
	ct_json__opt_uint(j, "big", UINT64_MAX);
	ct_json__int(j, "min", INT64_MIN);
	ct_json__bool(j, "yes", true);
	ct_json__array(j, "list");
	ct_json__uint(j, NULL, 1);
	ct_json__object(j, NULL);
	ct_json__end_object(j);
	ct_json__array(j, NULL);
	ct_json__end_array(j);
	ct_json__end_array(j);
	ct_json__end_object(j);
}

static char *json_text(int indent, void (*fn)(struct ct_json *j))
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	struct ct_json j = CT_JSON(f, indent);

	fn(&j);
	fclose(f);
	return text;
}

static void test_json(void)
{
	ct_autofree char *flat = json_text(0, write_sample);
	ct_autofree char *deep = json_text(2, write_sample);

	UNIT_STR(flat, "{\"s\":\"a\\\"b\\\\c\\n\\t\\u0001\",\"null\":null,"
		       "\"big\":18446744073709551615,\"min\":-9223372036854775808,\"yes\":true,"
		       "\"list\":[1,{},[]]}");
	UNIT_STR(deep, "{\n  \"s\": \"a\\\"b\\\\c\\n\\t\\u0001\",\n  \"null\": null,\n"
		       "  \"big\": 18446744073709551615,\n  \"min\": -9223372036854775808,\n"
		       "  \"yes\": true,\n  \"list\": [\n    1,\n    {},\n    []\n  ]\n}");
}

static void write_two(struct ct_json *j)
{
	write_sample(j);
	fputc('\n', j->out);
	ct_json__array(j, NULL);
	ct_json__end_array(j);
	fputc('\n', j->out);
	ct_json__int(j, NULL, 1);
	ct_json__int(j, NULL, 2);
}

static void test_json_documents(void)
{
	char *text = json_text(0, write_two);

	UNIT_STR(text + strcspn(text, "\n"), "\n[]\n12");
	free(text);
}

static const char *hostile;

static void write_hostile(struct ct_json *j)
{
	ct_json__array(j, NULL);
	ct_json__str(j, NULL, hostile);
	ct_json__end_array(j);
}

/* Whatever the bytes, a strict reader takes it, and nothing reaches a terminal. */
static void test_json_bytes(void)
{
	char bytes[64];
	unsigned int seed = 1;

	for (int round = 0; round < 3000; round++) {
		ct_autofree char *text = NULL;
		json_t *doc;

		for (size_t i = 0; i < sizeof(bytes) - 1; i++) {
			seed = seed * 1103515245 + 12345;
			bytes[i] = (char)(1 + (seed >> 16) % 255);
		}
		bytes[sizeof(bytes) - 1] = '\0';
		hostile = bytes;
		text = json_text(0, write_hostile);
		doc = json_loads(text, 0, NULL);
		CU_ASSERT_PTR_NOT_NULL(doc);
		json_decref(doc);
		for (const char *p = text; *p; p++)
			CU_ASSERT(*p & 0x80 || (*p >= 0x20 && *p != 0x7f));
	}
	hostile = "\xf3\xa0\x81\x81 \xe2\x80\xae \xf0\x9f\x90\xb3 \xff";
	ct_autofree char *text = json_text(0, write_hostile);

	UNIT_STR(text, "[\"\\udb40\\udc41 \\u202e \xf0\x9f\x90\xb3 \xef\xbf\xbd\"]");
}

static void test_term(void)
{
	FILE *null = fopen("/dev/null", "w");
	struct ct_term t;

	t = ct_term__of(null, CT_COLOR_AUTO);
	CU_ASSERT_FALSE(t.color);
	CU_ASSERT_EQUAL(t.width, 80);
	UNIT_STR(ct_term__bold(&t), "");
	t = ct_term__of(null, CT_COLOR_ALWAYS);
	CU_ASSERT_TRUE(t.color);
	UNIT_STR(ct_term__reset(&t), "\033[0m");
	fclose(null);
	UNIT_STR(ct_color_choices[CT_COLOR_NEVER], "never");
}

static void test_human(void)
{
	static const struct {
		uint64_t ns;
		const char *words;
	} lengths[] = {
		{ 0, "0 ms" },
		{ 999400000, "999 ms" },
		{ 999999999, "1 s" },
		{ 1000000000, "1 s" },
		{ 1900000000, "2 s" },
		{ 59600000000, "1 min 0 s" },
		{ 185000000000, "3 min 5 s" },
		{ 7800000000000, "2 h 10 min" },
		{ 90000000000000, "1 d 1 h" },
	};
	ct_autofree char *none = ct_human__count(0, "check", "checks");
	ct_autofree char *one = ct_human__count(1, "check", "checks");
	ct_autofree char *many = ct_human__count(1275994, "check", "checks");

	UNIT_STR(none, "0 checks");
	UNIT_STR(one, "1 check");
	UNIT_STR(many, "1,275,994 checks");
	for (size_t i = 0; i < CT_ARRAY_SIZE(lengths); i++) {
		ct_autofree char *words = ct_human__duration(lengths[i].ns);

		UNIT_STR(words, lengths[i].words);
	}
}

/* Allocation that cannot be had ends the program as the header says. */
static void ends_without_memory(void (*want)(void))
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		close(STDERR_FILENO);
		want();
		_exit(0);
	}
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 125);
}

static void want_too_much(void)
{
	free(ct_xzalloc((size_t)-1 >> 1));
}

struct element {
	int key;
	UT_hash_handle hh;
};

/* All but the table itself is there before memory is refused. */
static void want_larger_table(void)
{
	const int n = 1 << 20;
	struct element *all = ct_xzalloc((size_t)n * sizeof(*all)), *table = NULL;
	const struct rlimit none = {};

	setrlimit(RLIMIT_AS, &none);
	for (int i = 0; i < n; i++) {
		all[i].key = i;
		HASH_ADD_INT(table, key, &all[i]);
	}
}

static void test_out_of_memory(void)
{
#if defined(__SANITIZE_ADDRESS__)
	UNIT_SKIP("the address sanitizer has its own way to fail");
#endif
	ends_without_memory(want_too_much);
	ends_without_memory(want_larger_table);
}

static void test_columns(void)
{
	static const struct {
		const char *text;
		int width;
		const char *cut;
	} cases[] = {
		{ "nginx", 5, "nginx" },
		{ "nginx", 4, "ngi~" },
		{ "nginx", 1, "~" },
		{ "nginx", 0, "" },
		{ "", 0, "" },
		{ "\xe6\x97\xa5\xe6\x9c\xac", 4, "\xe6\x97\xa5\xe6\x9c\xac" },
		{ "\xe6\x97\xa5\xe6\x9c\xac", 3, "\xe6\x97\xa5~" },
		{ "\xe6\x97\xa5\xe6\x9c\xac", 2, "~" },
		{ "e\xcc\x81te", 3, "e\xcc\x81te" },
		{ "e\xcc\x81te", 2, "e\xcc\x81~" },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autofree char *cut = ct_columns__cut(cases[i].text, cases[i].width);

		UNIT_STR(cut, cases[i].cut);
		CU_ASSERT(ct_columns__of(cut) <= cases[i].width);
	}
	CU_ASSERT_EQUAL(ct_columns__of("\xf0\x9f\x90\xb3 web"), 6);
}

/* What a program writes is whole, or refused. */
static void test_run(void)
{
	static const struct {
		const char *script;
		int ret;
		long len; /* -1: no output */
	} t[] = {
		{ "printf ab; printf c >&2", 0, 2 },
		{ "printf ab; printf c >&2; exit 3", 3, 3 },
		{ "head -c 2000000 /dev/zero", 0, 2000000 },
		{ "head -c 17000000 /dev/zero", -EFBIG, -1 },
		{ "head -c 17000000 /dev/zero; exit 3", 3, 16 << 20 },
		{ ":", 0, 0 },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++) {
		ct_autofree char *script = ct_xasprintf("{ %s; } | tr '\\0' x", t[i].script);
		char *argv[] = { "bash", "-o", "pipefail", "-c", script, NULL };
		ct_autofree char *output = NULL;

		CU_ASSERT_EQUAL(ct_proc__run(argv, &output), t[i].ret);
		CU_ASSERT_EQUAL(output ? (long)strlen(output) : -1, t[i].len);
	}
}

static CU_TestInfo tests[] = {
	{ "str", test_str },
	{ "array", test_array },
	{ "printable", test_printable },
	{ "hash", test_hash },
	{ "read_file", test_read_file },
	{ "err", test_err },
	{ "json", test_json },
	{ "json documents", test_json_documents },
	{ "json bytes", test_json_bytes },
	{ "term", test_term },
	{ "human", test_human },
	{ "columns", test_columns },
	{ "out of memory", test_out_of_memory },
	{ "run", test_run },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("base", tests)
