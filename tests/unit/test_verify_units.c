/* SPDX-License-Identifier: GPL-2.0-only */
/* Units under a set: what is written for systemd, and what is read of it. */
#include <errno.h>
#include <string.h>

#include "dir.h"
#include "model/caps.h"
#include "unit.h"
#include "verify/journal.h"
#include "verify/subject.h"
#include "verify/units.h"

static void test_drop_in(void)
{
	static const char always[] = "[Unit]\nStartLimitIntervalSec=0\nStartLimitAction=none\n"
				     "FailureAction=none\n[Service]\nRestart=no\n";
	static const struct {
		uint64_t set;
		enum ct_unit_limit limit;
		const char *text;
	} cases[] = {
		{ 0, CT_UNIT_BOUNDING, "CapabilityBoundingSet=\n" },
		{ CT_CAP(CHOWN) | CT_CAP(BPF), CT_UNIT_BOUNDING,
		  "CapabilityBoundingSet=\nCapabilityBoundingSet=CAP_CHOWN CAP_BPF\n" },
		{ 0, CT_UNIT_AMBIENT, "CapabilityBoundingSet=\nAmbientCapabilities=\n" },
		{ CT_CAP(KILL), CT_UNIT_AMBIENT,
		  "CapabilityBoundingSet=\nCapabilityBoundingSet=CAP_KILL\n"
		  "AmbientCapabilities=\nAmbientCapabilities=CAP_KILL\n" },
		{ 0, CT_UNIT_ALL_OR_NONE, "NoNewPrivileges=yes\n" },
	};
	ct_autofree char *own = ct_unit__drop_in(NULL, CT_UNIT_AMBIENT);

	UNIT_STR(own, always);
	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autofree char *is = ct_unit__drop_in(&cases[i].set, cases[i].limit);
		ct_autofree char *expected = ct_xasprintf("%s%s", always, cases[i].text);

		UNIT_STR(is, expected);
	}
}

/* Whose systemd can limit it to a set, and what it is called there. */
static void test_users(void)
{
	static const struct {
		const char *unit, *shown;
		bool takes_sets;
		const char *plain;
	} cases[] = {
		{ "web.service", "PrivateUsers=no", true, "web.service" },
		{ "user@1000.service", "PrivateUsers=no", true, "user@1000.service" },
		{ "user@1000.service/web.service", "PrivateUsers=no", false, "web.service" },
		{ "user@1000.service/web.service", NULL, false, "web.service" },
		{ "user@1000.service/web.service", "Id=x\nPrivateUsers=yes", true, "web.service" },
		{ "user@0.service/web.service", "PrivateUsers=no", true, "web.service" },
	};
	uint64_t set = CT_CAP(CHOWN);
	ct_autoerr struct ct_err err = {};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autofree char *full = ct_unit__full(cases[i].unit, "db.socket");

		CU_ASSERT_EQUAL(ct_unit__takes_sets(cases[i].unit, cases[i].shown),
				cases[i].takes_sets);
		UNIT_STR(ct_unit__plain(cases[i].unit), cases[i].plain);
		UNIT_STR(ct_unit__plain(full), "db.socket");
	}
	CU_ASSERT_EQUAL(
		ct_unit__limit("user@1000.service/web.service", &set, CT_UNIT_ALL_OR_NONE, &err),
		-EOPNOTSUPP);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "limit them to none alone"));
}

static void test_property(void)
{
	static const char shown[] = "Type=oneshot\nUser=\nXType=no\nExecStart={ a=b }\nLast=end";
	static const struct {
		const char *shown, *name, *value;
	} cases[] = {
		{ shown, "Type", "oneshot" },
		{ shown, "User", "" },
		{ shown, "ExecStart", "{ a=b }" },
		{ shown, "Last", "end" },
		{ shown, "Exec", "" },
		{ "", "Type", "" },
		{ NULL, "Type", "" },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autofree char *value = ct_unit__property(cases[i].shown, cases[i].name);

		UNIT_STR(value, cases[i].value);
	}
}

/* The words of a line, split at spaces; at most 31. */
static void split(char *text, char **words)
{
	size_t n = 0;
	char *save;

	for (char *w = strtok_r(text, " ", &save); w; w = strtok_r(NULL, " ", &save))
		words[n++] = w;
	words[n] = NULL;
}

/* What becomes of systemd-run's line under a set; NULL: it is refused. */
static void becomes(const char *line, const uint64_t *set, const char *expected)
{
	ct_autofree char *copy = ct_xstrdup(line);
	ct_autoerr struct ct_err err = {};
	struct ct_subject *t = NULL;
	struct ct_start start = {};
	struct ct_str is = {};
	char *words[32];

	split(copy, words);
	if (!expected) {
		CU_ASSERT_EQUAL(ct_subject__transient(words, &t, &err), -EINVAL);
		CU_ASSERT(!t && err.msg);
		return;
	}
	CU_ASSERT_EQUAL_FATAL(ct_subject__transient(words, &t, &err), 0);
	CU_ASSERT_EQUAL(t->start(t, set, true, &start, &err), 0);
	for (size_t i = 0; i < start.words.len; i++)
		ct_str__addf(&is, "%s%s", i ? " " : "", start.words.items[i]);
	UNIT_STR(is.s, expected);
	UNIT_STR(start.unit, t->unit);
	ct_str__free(&is);
	ct_start__free(&start);
	t->free(t);
}

static void test_transient(void)
{
	uint64_t set = CT_CAP(CHOWN) | CT_CAP(KILL), none = 0;

	becomes("systemd-run -u x sh -c true", NULL,
		"systemd-run -u x --wait --quiet --collect --unit=x.service -- sh -c true");
	becomes("sudo systemd-run --unit=x.service --pipe -- true", &set,
		"sudo systemd-run --unit=x.service --pipe --wait --quiet --collect "
		"--unit=x.service --property=CapabilityBoundingSet= "
		"--property=CapabilityBoundingSet=CAP_CHOWN CAP_KILL -- true");
	becomes("systemd-run -ux -p AmbientCapabilities=CAP_CHOWN true", &none,
		"systemd-run -ux -p AmbientCapabilities=CAP_CHOWN --wait --quiet --collect "
		"--unit=x.service --property=CapabilityBoundingSet= "
		"--property=AmbientCapabilities= -- true");
	becomes("systemd-run --scope -u x true", NULL, NULL);
	becomes("systemd-run --user true", NULL, NULL);
	becomes("systemd-run -M box true", NULL, NULL);
	becomes("systemd-run -u x", NULL, NULL);
	becomes("systemd-run", NULL, NULL);
}

/* As "busctl --json=short get-property" prints it, flags third. */
static void test_unlimited(void)
{
#define COMMAND(argv, flags) "[\"/bin/x\",[\"/bin/x\"" argv "],[" flags "],0,0,0,0,0,0,0]"
#define LINE(commands)	     "{\"type\":\"a(sasasttttuii)\",\"data\":[" commands "]}\n"
	static const struct {
		const char *output;
		enum ct_tristate is;
	} cases[] = {
		{ LINE(COMMAND("", "\"privileged\"")), CT_YES },
		{ LINE(COMMAND("", "\"ignore-failure\",\"privileged\"")) LINE(""), CT_YES },
		{ LINE(COMMAND("", "\"no-setuid\"")) LINE(""), CT_NO },
		{ LINE(COMMAND("", "")) LINE(COMMAND("", "\"privileged\"")), CT_UNKNOWN },
		{ LINE(COMMAND("", "\"privileged\"") "," COMMAND("", "")), CT_UNKNOWN },
		{ LINE("") LINE("") LINE(COMMAND("", "\"privileged\"")), CT_UNKNOWN },
		/* What a command's own words say is none of it. */
		{ LINE(COMMAND(",\"privileged\",\"],[\\\"privileged\\\"]\"", "")), CT_NO },
		{ "", CT_NO },
		{ "Failed to get property\n", CT_NO },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++)
		CU_ASSERT_EQUAL(ct_unit__parse_unlimited(cases[i].output), cases[i].is);
}

/* A directory with a systemctl that notes its words in "log" there and does what the script says.
 */
static char *make_systemctl(const char *script)
{
	char *dir = make_dir();
	ct_autofree char *path = ct_xasprintf("%s:%s", dir, getenv("PATH"));
	ct_autofree char *text = ct_xasprintf("#!/bin/sh\necho \"$@\" >>'%s/log'\n%s\n", dir,
					      script);
	ct_autofree char *systemctl = put(dir, "systemctl", text);

	CU_ASSERT_FATAL(!chmod(systemctl, 0755) && !setenv("PATH", path, 1));
	return dir;
}

static bool was_called(const char *dir, const char *words)
{
	ct_autofree char *path = ct_xasprintf("%s/log", dir), *text = NULL;

	CU_ASSERT_EQUAL_FATAL(ct_read_file(path, 1 << 16, &text, NULL), 0);
	return strstr(text, words);
}

/* What could not be put back is not stopped. */
static void test_no_answer(void)
{
	autodir char *dir = make_systemctl("[ $1 != list-dependencies ]");
	ct_autoerr struct ct_err err = {};
	struct ct_journal j = { .fd = -1 };

	CU_ASSERT_EQUAL(ct_journal__unit(&j, "captrim-none.service", &err), -EIO);
	CU_ASSERT(!j.unit && !j.running.len);
	CU_ASSERT(err.msg && strstr(err.msg, "what depends on captrim-none.service"));
	CU_ASSERT(was_called(dir, "list-dependencies"));
}

/* The drop-in is gone, but systemd was too busy to be told so the first time. */
static void test_put_back_again(void)
{
	static const char *const answers[] = { "yes", "no" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(answers); i++) {
		ct_autofree char *script = ct_xasprintf("echo NeedDaemonReload=%s", answers[i]);
		autodir char *dir = make_systemctl(script);

		CU_ASSERT_TRUE(ct_unit__put_back("captrim-none.service", NULL));
		CU_ASSERT_EQUAL(was_called(dir, "daemon-reload"), i == 0);
	}
}

static CU_TestInfo tests[] = {
	{ "drop-in", test_drop_in },
	{ "users", test_users },
	{ "properties", test_property },
	{ "systemd-run", test_transient },
	{ "unlimited", test_unlimited },
	{ "no answer", test_no_answer },
	{ "put back again", test_put_back_again },
	CU_TEST_INFO_NULL,
};
UNIT_MAIN("verify_units", tests)
