/* SPDX-License-Identifier: GPL-2.0-only */
/* Which recordings are of what is verified. */
#include "build.h"
#include "unit.h"
#include "verify/subject.h"

static const char *own_image, *own_command;

static const char *image(struct ct_subject *t)
{
	(void)t;
	return own_image;
}

static const char *command(struct ct_subject *t)
{
	(void)t;
	return own_command;
}

/* A container of that image and entry point, against "docker run IMAGE WORDS". */
static void differs(const char *of, const char *entry, const char *with, const char *words,
		    const char *expected)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, "id");
	struct ct_subject t = { .kind = CT_WL_CONTAINER, .image = image, .command = command };
	struct ct_exec *e = ct_workload__add_exec(w);
	ct_autofree char *got = NULL;

	w->kind = CT_WL_CONTAINER;
	w->container.image = of ? ct_xstrdup(of) : NULL;
	e->was = CT_ENTRY_SETUP;
	e->file = ct_xstrdup("/x");
	e->argv = ct_xstrdup(entry);
	own_image = with;
	own_command = words;
	got = ct_subject__difference(&t, w);
	UNIT_STR(got ? got : "", expected);
}

static void test_containers(void)
{
	differs("nginx", "/init.sh nginx -g x", "docker.io/library/nginx:latest", "nginx -g x", "");
	differs("localhost/a:2", "a", "a:2", NULL, "");
	differs(NULL, "/bin/sh /usr/bin/job 1", "a", "job 1", "");
	differs("nginx", "a", "nginx:1", "a", "its image is 'nginx', not 'nginx:1'");
	differs("a", "x-job", "a", "job", "its command is 'x-job', not 'job'");
	differs("a", "job\x1b 1", "a", "job", "its command is 'job\\x1b 1', not 'job'");
}

static void test_others(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, "a.service");
	struct ct_subject unit = { .kind = CT_WL_UNIT, .unit = "b.service" };
	struct ct_subject cmd = { .kind = CT_WL_COMMAND, .command = command };
	ct_autofree char *a = NULL, *b = NULL, *c = NULL;

	w->kind = CT_WL_UNIT;
	a = ct_subject__difference(&unit, w);
	UNIT_STR(a, "its unit is 'a.service', not 'b.service'");
	b = ct_subject__difference(&cmd, w);
	UNIT_STR(b, "it is of a unit, not of a command");
	w->kind = CT_WL_COMMAND;
	w->command = ct_xstrdup("job 1");
	own_command = "job 2";
	c = ct_subject__difference(&cmd, w);
	UNIT_STR(c, "its command is 'job 1', not 'job 2'");
	own_command = "job 1";
	CU_ASSERT_PTR_NULL(ct_subject__difference(&cmd, w));
}

static CU_TestInfo tests[] = {
	{ "containers", test_containers },
	{ "units and commands", test_others },
	CU_TEST_INFO_NULL,
};
UNIT_MAIN("verify_match", tests)
