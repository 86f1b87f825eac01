/* SPDX-License-Identifier: GPL-2.0-only */
/* The signs before the commands of a unit: which of them User= and the bounding set hold for. */
#include "deploy/deployed.h"
#include "unit.h"

/* What a unit of that name gives, with User=www and one capability in its bounding set. */
static void expect(const char *name, const char *lines, enum ct_tristate nonroot,
		   enum ct_tristate unlimited)
{
	const char *section = strstr(name, ".socket") ? "Socket" : "Service";
	ct_autofree char *text = ct_xasprintf(
		"[%s]\nUser=www\nCapabilityBoundingSet=CAP_KILL\n%s\n", section, lines);
	ct_autoerr struct ct_err err = { 0 };
	struct ct_deployment t = { 0 };

	CU_ASSERT_EQUAL_FATAL(ct_deployment__unit(&t, name, text, &err), 0);
	CU_ASSERT_EQUAL(t.items[0].nonroot, nonroot);
	CU_ASSERT_EQUAL(t.items[0].unlimited, unlimited);
	CU_ASSERT_EQUAL(t.items[0].given, unlimited == CT_YES ? CT_CAPS_ALL : CT_CAP(KILL));
	CU_ASSERT_EQUAL(t.items[0].settings.len, nonroot == CT_YES);
	ct_deployment__free(&t);
}

static void test_signs(void)
{
	static const struct {
		const char *signs;
		enum ct_tristate nonroot, unlimited;
	} cases[] = {
		{ "", CT_YES, CT_NO },	     { "-", CT_YES, CT_NO },   { "@", CT_YES, CT_NO },
		{ ":", CT_YES, CT_NO },	     { "-@:", CT_YES, CT_NO }, { "!", CT_NO, CT_NO },
		{ "-!", CT_NO, CT_NO },	     { "!-", CT_NO, CT_NO },   { ":!@", CT_NO, CT_NO },
		{ "!!", CT_YES, CT_NO },     { "-!!", CT_YES, CT_NO }, { "!:!", CT_YES, CT_NO },
		{ "+", CT_NO, CT_YES },	     { "-+", CT_NO, CT_YES },  { "+@:-", CT_NO, CT_YES },
		{ "\"-+\"", CT_NO, CT_YES },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autofree char *line = ct_xasprintf("ExecStart=%s/bin/x +a !b", cases[i].signs);

		expect("/x/a.service", line, cases[i].nonroot, cases[i].unlimited);
	}
}

static void test_several(void)
{
	/* Who needs what is not known where some commands are root, and some not. */
	expect("/x/a.service", "ExecStartPre=!/bin/x\nExecStart=/bin/y", CT_UNKNOWN, CT_NO);
	expect("/x/a.service", "ExecStart=/bin/y\nExecReload=+/bin/x", CT_UNKNOWN, CT_UNKNOWN);
	expect("/x/a.service", "ExecStart=!/bin/y\nExecStopPost=+/bin/x", CT_NO, CT_UNKNOWN);
	expect("/x/a.service", "ExecStart=/bin/y ; +/bin/x", CT_UNKNOWN, CT_UNKNOWN);
	expect("/x/a.service", "ExecStart=/bin/y \\; +/bin/x", CT_YES, CT_NO);
	expect("/x/a.service", "ExecStart=+/bin/y\nExecStart=\nExecStart=/bin/x", CT_YES, CT_NO);
	expect("/x/a.service", "ExecStartPre=+/bin/y\nExecStart=/bin/x\nExecStartPre=", CT_YES,
	       CT_NO);
	expect("/x/a.service", "ExecStart=/bin/x\nExecStartPre=/bin/y\nPermissionsStartOnly=yes",
	       CT_UNKNOWN, CT_UNKNOWN);
	expect("/x/a.service", "ExecStart=/bin/x\nPermissionsStartOnly=yes", CT_YES, CT_NO);
	expect("/x/a.socket", "ExecStartPre=+/bin/x", CT_NO, CT_YES);
	expect("/x/a.socket", "ExecStartPre=/bin/x", CT_YES, CT_NO);
	/* A setting of another kind of unit is none of this one. */
	expect("/x/a.service", "ExecStart=/bin/x\n[Socket]\nCapabilityBoundingSet=", CT_YES, CT_NO);
	expect("/x/a@.service", "ExecStart=/bin/x\nUser=%i", CT_UNKNOWN, CT_NO);
	expect("/x/a@.service", "ExecStart=!/bin/x\nUser=%i", CT_NO, CT_NO);
}

static CU_TestInfo tests[] = {
	{ "signs before a command", test_signs },
	{ "several commands", test_several },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("unit_exec", tests)
