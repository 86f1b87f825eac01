/* SPDX-License-Identifier: GPL-2.0-only */
/* Command lines, and the help made of the same tables. */
#include <errno.h>
#include <fcntl.h>

#include "base/opt.h"
#include "unit.h"

static struct {
	bool quiet, verbose;
	const char *output;
	struct ct_strlist containers;
	uint64_t number, duration;
	int color;
} got;

static const char *const colors[] = { "auto", "always", "never", NULL };
static const char *const shapes[] = { "round", "square", NULL };
static const struct ct_opt opts[] = {
	{ 'q', "quiet", NULL, CT_OPT_FLAG, &got.quiet, NULL, "say less" },
	{ 'v', "verbose", NULL, CT_OPT_FLAG, &got.verbose, NULL, "say more" },
	{ 'o', "output", "FILE", CT_OPT_STR, &got.output, NULL, "write there" },
	{ 'c', "container", "NAME", CT_OPT_LIST, &got.containers, NULL, "watch it" },
	{ 'n', "number", "N", CT_OPT_UINT, &got.number, NULL, "how many" },
	{ 'd', "duration", "TIME", CT_OPT_DURATION, &got.duration, NULL, "how long" },
	{ 0, "color", "WHEN", CT_OPT_CHOICE, &got.color, colors, "colours" },
	{ 0, "shape", "NAME", CT_OPT_STR, &got.output, shapes, "round or not" },
	{ 0, "a-name-that-is-very-long", "VALUE", CT_OPT_STR, &got.output, NULL, "wraps" },
	{ 0 },
};
static struct ct_command command = {
	.name = "record",
	.args = "[OPTION]...",
	.summary = "Watch.",
	.opts = opts,
};

static struct ct_strlist rest;
static struct ct_err err;

#define PARSE(...) parse((char *[]){ "record", ##__VA_ARGS__, NULL })
static int parse(char **argv)
{
	int argc = 0;

	ct_strlist__free(&got.containers);
	ct_strlist__free(&rest);
	ct_err__free(&err);
	memset(&got, 0, sizeof(got));
	while (argv[argc])
		argc++;
	return ct_opts__parse(&command, argc, argv, &rest, &err);
}

static void test_values(void)
{
	CU_ASSERT_EQUAL(PARSE(), 0);
	CU_ASSERT_EQUAL(rest.len, 0);
	CU_ASSERT_EQUAL(PARSE("-qv", "-ofile", "--container", "a", "--container=b", "-c", "c"), 0);
	CU_ASSERT_TRUE(got.quiet && got.verbose);
	UNIT_STR(got.output, "file");
	CU_ASSERT_EQUAL_FATAL(got.containers.len, 3);
	UNIT_STR(got.containers.items[0], "a");
	UNIT_STR(got.containers.items[1], "b");
	UNIT_STR(got.containers.items[2], "c");
	CU_ASSERT_EQUAL(PARSE("-qo", "-", "-n", "18446744073709551615", "--color=never"), 0);
	UNIT_STR(got.output, "-");
	CU_ASSERT_EQUAL(got.number, UINT64_MAX);
	CU_ASSERT_EQUAL(got.color, 2);
	CU_ASSERT_EQUAL(PARSE("--output="), 0);
	UNIT_STR(got.output, "");
	CU_ASSERT_EQUAL(PARSE("--shape", "square"), 0);
	UNIT_STR(got.output, "square");
	/* A value may look like an option. */
	CU_ASSERT_EQUAL(PARSE("-o", "-q"), 0);
	UNIT_STR(got.output, "-q");
	CU_ASSERT_FALSE(got.quiet);
	CU_ASSERT_EQUAL(PARSE("-d", "90m"), 0);
	CU_ASSERT_EQUAL(got.duration, 90 * 60 * 1000000000ull);
}

static void test_rest(void)
{
	CU_ASSERT_EQUAL(PARSE("a", "-q", "-", "--", "-v", "--"), 0);
	CU_ASSERT_TRUE(got.quiet);
	CU_ASSERT_FALSE(got.verbose);
	CU_ASSERT_EQUAL_FATAL(rest.len, 4);
	UNIT_STR(rest.items[0], "a");
	UNIT_STR(rest.items[1], "-");
	UNIT_STR(rest.items[2], "-v");
	UNIT_STR(rest.items[3], "--");

	command.stop_early = true;
	CU_ASSERT_EQUAL(PARSE("-q", "docker", "-v", "--", "x"), 0);
	CU_ASSERT_FALSE(got.verbose);
	CU_ASSERT_EQUAL_FATAL(rest.len, 4);
	UNIT_STR(rest.items[2], "--");
	CU_ASSERT_EQUAL(PARSE("-q", "--", "docker", "-v"), 0);
	CU_ASSERT_EQUAL(rest.len, 2);
	command.stop_early = false;
}

#define WRONG(message, ...)                                   \
	do {                                                  \
		CU_ASSERT_EQUAL(PARSE(__VA_ARGS__), -EINVAL); \
		UNIT_STR(err.msg, message);                   \
	} while (0)

static void test_wrong(void)
{
	WRONG("unknown option --outptu; did you mean --output?", "--outptu", "x");
	WRONG("unknown option --outp; did you mean --output?", "--outp=x");
	WRONG("unknown option --zzzzzzzz", "--zzzzzzzz");
	WRONG("unknown option in '-qx'", "-qx");
	WRONG("unknown option in '-\\x1b'", "-\033");
	WRONG("--quiet takes no value", "--quiet=yes");
	WRONG("--output needs a value: --output FILE", "-o");
	WRONG("--output needs a value: --output FILE", "--output");
	WRONG("--number: '-1' is not a whole number", "--number", "-1");
	WRONG("--number: '1x' is not a whole number", "-n1x");
	WRONG("--number: '' is not a whole number", "--number=");
	WRONG("--number: '18446744073709551616' is not a whole number", "-n",
	      "18446744073709551616");
	WRONG("--shape: 'oval' is not one of round, square", "--shape=oval");
	WRONG("--color: 'red' is not one of auto, always, never", "--color", "red");
	WRONG("--duration: '1h30m' is not a duration; write 500ms, 30s, 5m, 2h or 1d", "-d",
	      "1h30m");
	CU_ASSERT_EQUAL(rest.len, 0);
}

static void test_duration(void)
{
	static const char *const wrong[] = { "",
					     "5",
					     "s",
					     "-5s",
					     " 5s",
					     "5 s",
					     "5S",
					     "1h30m",
					     "1.5h",
					     "+5s",
					     "5sx",
					     "18446744073709551615d",
					     "99999999999999999999s" };
	uint64_t ns = 7;

	for (size_t i = 0; i < CT_ARRAY_SIZE(wrong); i++)
		CU_ASSERT_EQUAL(ct_duration__parse(wrong[i], &ns), -EINVAL);
	CU_ASSERT_EQUAL(ns, 7);
	CU_ASSERT(!ct_duration__parse("500ms", &ns) && ns == 500000000ull);
	CU_ASSERT(!ct_duration__parse("30s", &ns) && ns == 30000000000ull);
	CU_ASSERT(!ct_duration__parse("5m", &ns) && ns == 300000000000ull);
	CU_ASSERT(!ct_duration__parse("2h", &ns) && ns == 7200000000000ull);
	CU_ASSERT(!ct_duration__parse("1d", &ns) && ns == 86400000000000ull);
	CU_ASSERT_EQUAL(ct_duration__parse("0s", &ns), -EINVAL);
}

static void test_help(void)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int saved, null;

	ct_opts__help(&command, f);
	fclose(f);
	CU_ASSERT(!strncmp(text, "Usage: captrim record [OPTION]...\n\nWatch.\n", 42));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\n  -o, --output FILE         write there\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\n      --a-name-that-is-very-long VALUE\n  "));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "one of: auto, always, never\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\n  -h, --help "));
	free(text);

	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	null = open("/dev/null", O_WRONLY);
	dup2(null, STDOUT_FILENO);
	CU_ASSERT_EQUAL(PARSE("x", "--help"), 1);
	CU_ASSERT_EQUAL(rest.len, 0);
	CU_ASSERT_EQUAL(PARSE("-qh"), 1);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(null);
}

static void test_cleanup(void)
{
	ct_strlist__free(&got.containers);
	ct_strlist__free(&rest);
	ct_err__free(&err);
	CU_ASSERT_PTR_NULL(rest.items);
}

static CU_TestInfo tests[] = {
	{ "values", test_values }, { "rest", test_rest },
	{ "wrong", test_wrong },   { "duration", test_duration },
	{ "help", test_help },	   { "cleanup", test_cleanup },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("opt", tests)
