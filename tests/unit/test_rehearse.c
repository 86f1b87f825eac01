/* SPDX-License-Identifier: GPL-2.0-only */
/* What a rehearsal is of, and what it reports. */
#include <errno.h>
#include <unistd.h>

#include "base/util.h"
#include "record/recorder_priv.h"
#include "rehearse/stage.h"
#include "unit.h"

#define SECOND 1000000000ull

/* A kind that was refused count times, asked in a function that a rule knows. */
static struct ct_kind *add_kind(struct ct_workload *w, int cap, const char *site, uint64_t count)
{
	const char *const names[] = { "security_capable", "capable_wrt_inode_uidgid", site };
	struct ct_kind *k = ct_workload__add_kind(w);
	size_t cap_len = 0;

	k->key.cap = cap;
	k->key.flags = CT_F_GRANTED;
	k->syscall = ct_xstrdup("fchownat");
	k->count = count;
	k->sampled = true;
	k->first_ns = 11 * SECOND;
	k->last_ns = 12 * SECOND;
	memcpy(k->proc.comm, "a\033[2J\"b", 8);
	for (size_t i = 0; i < CT_ARRAY_SIZE(names); i++)
		*CT_PUSH(k->stack, k->stack_len, cap_len) = ct_xstrdup(names[i]);
	return k;
}

static void make(struct ct_rehearsal *r, uint64_t keep)
{
	struct ct_workload *w;
	struct ct_act *a;

	*r = (struct ct_rehearsal){ .keep = keep, .start_ns = 10 * SECOND, .end_ns = 13 * SECOND };
	r->confined.id = ct_xstrdup("/web");
	r->confined.path = ct_xstrdup("/web");
	r->session = ct_session__new();
	w = ct_session__add(r->session, "/web");
	w->kind = CT_WL_CGROUP;
	add_kind(w, CAP_CHOWN, "setattr_prepare", 12);
	add_kind(w, CAP_DAC_READ_SEARCH, "generic_permission", 5);
	a = ct_workload__add_act(w);
	a->key.type = CT_ACT_CAPSET;
	a->key.ok = 1;
	a->key.a = CT_CAP(NET_RAW);
	a->key.before = CT_CAP(NET_RAW) | CT_CAP(CHOWN);
	a->count = 1;
	r->report = ct_judge__session(r->session, CT_MODE_DEFAULT);
	r->refused[CAP_CHOWN] = (struct ct_refused){
		.count = 12, .last_ns = 12 * SECOND, .pid = 7, .nr = -1, .comm = "a\033[2Jb"
	};
}

static char *print(const struct ct_rehearsal *r, bool json)
{
	char path[] = "/tmp/captrim-unit-XXXXXX", *text = NULL;
	ct_autoerr struct ct_err err = {};
	int fd = mkstemp(path);

	CU_ASSERT_EQUAL(ct_rehearsal__print(r, json, path, &err), 0);
	CU_ASSERT_EQUAL(ct_read_file(path, 1 << 20, &text, NULL), 0);
	close(fd);
	unlink(path);
	return text;
}

static void contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		UNIT_STR(text, part);
}

static void test_passed(void)
{
	struct ct_rehearsal r;

	make(&r, CT_CAP(DAC_OVERRIDE));
	r.check = "true";
	r.checks = 3;
	ct_autofree char *json = print(&r, true), *text = print(&r, false);

	contains(json, "\"schema\": \"captrim.rehearsal/1\"");
	contains(json, "\"result\": \"passed\"");
	contains(json, "\"effect\": \"fails\"");
	contains(json, "\"effect\": \"none\""); /* DAC_OVERRIDE stands in */
	contains(json, "\"effect\": \"untried\"");
	contains(text, "passed: 3 s, the workload carried on, 3 checks passed");
	contains(text, "refused: CHOWN 12");
	contains(text, "CHOWN: 12 refusals by a\\x1b[2J\"b in fchownat");
	contains(text, "without effect: DAC_READ_SEARCH (5)");
	contains(text,
		 "NET_RAW: untried, since the kernel makes no check that could be refused; used");
	CU_ASSERT_PTR_NULL(strchr(text, '\033'));
	CU_ASSERT_PTR_NULL(strchr(json, '\033'));
	ct_rehearsal__free(&r);
}

static void test_trouble(void)
{
	struct ct_rehearsal r;

	make(&r, CT_CAP(DAC_READ_SEARCH) | CT_CAP(NET_RAW));
	r.end = CT_REHEARSE_TROUBLE;
	r.trouble_code = "check-failed";
	r.trouble = ct_xstrdup("the check failed: exit status 1");
	r.lapsed = 2;
	ct_autofree char *json = print(&r, true), *text = print(&r, false);

	contains(json, "\"trouble\": \"check-failed\"");
	contains(json, "\"lapsed\": 2");
	contains(text, "TROUBLE after 3 s: the check failed: exit status 1; refusing was lifted");
	contains(text, "1 s before: CHOWN refused to a\\x1b[2Jb (pid 7)");
	contains(text, "2 checks let through");
	CU_ASSERT_PTR_NULL(strstr(text, "DAC_READ_SEARCH ("));
	CU_ASSERT_PTR_NULL(strstr(text, "NET_RAW:"));
	ct_rehearsal__free(&r);
}

static void test_confined(void)
{
	/* All of these are the root, or have it above them, whatever they look like. */
	static const char *const aliases[] = { "/.", "/..", "/no/..", "/./", "/a//b", "/../a" };
	struct ct_confined_name root = { .cgroup = "//" }, gone = { .pid = 1 << 30 };
	struct ct_confined t = { .pid = 5 };
	ct_autoerr struct ct_err err = {};

	CU_ASSERT_EQUAL(ct_confined__find(&root, NULL, &t, &err), -EINVAL);
	contains(err.msg, "root");
	for (size_t i = 0; i < CT_ARRAY_SIZE(aliases); i++) {
		root.cgroup = aliases[i];
		CU_ASSERT_EQUAL(ct_confined__find(&root, NULL, &t, &err), -EINVAL);
		contains(err.msg, "write its path without");
	}
	root.cgroup = "/...not-there";
	CU_ASSERT_EQUAL(ct_confined__find(&root, NULL, &t, &err), -ENOENT);
	CU_ASSERT(ct_confined__find(&gone, NULL, &t, &err) < 0);
	CU_ASSERT_EQUAL(t.pid, 5);
}

/* Two engines, of which one ends its stream before a container of the other becomes unhealthy. */
struct two_engines {
	struct ct_engine engine;
	int pipe[2], reads;
	bool closed;
};

static int watch_two(struct ct_engine *e, const char *label_key, struct ct_err *err)
{
	(void)label_key, (void)err;
	return ((struct two_engines *)e)->pipe[0];
}

static int read_two(struct ct_engine *e, ct_engine_event_fn fn, void *arg)
{
	const struct ct_engine_event ev = { .action = "health_status: unhealthy", .id = "web" };

	if (!((struct two_engines *)e)->reads++)
		return -EPIPE;
	fn(arg, &ev);
	return 0;
}

static void close_two(struct ct_engine *e)
{
	((struct two_engines *)e)->closed = true;
}

static void test_one_of_two_engines_ends(void)
{
	static const struct ct_engine_ops ops = { .watch = watch_two,
						  .read = read_two,
						  .close = close_two };
	struct two_engines e = { .engine.ops = &ops };
	const struct ct_rehearse_opts o = { .quiet = true };
	struct ct_recorder recorder = {};
	ct_autoerr struct ct_err err = {};
	struct ct_stage s = { .opts = &o,
			      .recorder = &recorder,
			      .engine = &e.engine,
			      .process_fd = -1,
			      .cgroup_fd = -1,
			      .r.confined = { .id = "web", .dir = "/no/such" } };

	CU_ASSERT_FATAL(!pipe(e.pipe) && write(e.pipe[1], "", 1) == 1);
	CU_ASSERT_EQUAL_FATAL(ct_loop__new(&s.loop, &err), 0);
	CU_ASSERT_EQUAL_FATAL(ct_signs__watch(&s, &err), 0);
	for (int i = 0; i < 5 && e.reads < 2 && !e.closed; i++)
		CU_ASSERT_EQUAL(ct_loop__turn(s.loop), 0);
	CU_ASSERT(!e.closed);
	CU_ASSERT(s.r.trouble_code && !strcmp(s.r.trouble_code, "unhealthy"));
	free(s.r.trouble);
	ct_signs__close(&s);
	ct_loop__free(s.loop);
	close(e.pipe[0]);
	close(e.pipe[1]);
}

static CU_TestInfo tests[] = {
	{ "passed", test_passed },
	{ "trouble", test_trouble },
	{ "confined", test_confined },
	{ "one of two engines ends", test_one_of_two_engines_ends },
	CU_TEST_INFO_NULL,
};
UNIT_MAIN("rehearse", tests)
