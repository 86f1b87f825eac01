/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim top without a terminal: what is on the screen, and what keys do. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/columns.h"
#include "build.h"
#include "top/state.h"
#include "top/terminal.h"
#include "unit.h"

#define NOW INT64_C(1793975445000)

static struct ct_survey_row *add(struct ct_survey *sv, const char *name, uint64_t holds,
				 uint64_t needs)
{
	struct ct_survey_row *row = ct_survey__add(sv);

	row->key = ct_xasprintf("name:%s", name);
	row->label = ct_xstrdup(name);
	row->judged = row->holds_known = true;
	row->holds = holds;
	row->needs = needs;
	row->last_ms = NOW - 5000;
	return row;
}

static void fill(struct ct_top *t)
{
	struct ct_survey sv = {};

	add(&sv, "nginx", CT_CAPS_DOCKER_DEFAULT,
	    CT_CAP(CHOWN) | CT_CAP(DAC_OVERRIDE) | CT_CAP(SETGID) | CT_CAP(SETUID))
		->image = ct_xstrdup("nginx:1.27");
	add(&sv, "backup.service", CT_CAPS_ALL, CT_CAP(SYS_ADMIN));
	add(&sv, "db", CT_CAPS_DOCKER_DEFAULT, CT_CAP(CHOWN))->gaps = CT_GAP_START;
	add(&sv, "exact", CT_CAP(CHOWN), CT_CAP(CHOWN))->last_ms = NOW - 7200000;
	ct_top__set_rows(t, &sv, NOW);
}

static char *screen(const struct ct_top *t)
{
	ct_autocanvas struct ct_canvas f = {};

	ct_top__draw(t, NOW + 2000, &f);
	CU_ASSERT_EQUAL(f.len, (size_t)t->height);
	for (size_t i = 0; i < f.len; i++) {
		int columns = 0;

		for (size_t k = 0; k < f.lines[i].len; k++)
			columns += ct_columns__of(f.lines[i].spans[k].text);
		if (columns > t->width)
			UNIT_STR(f.lines[i].spans[0].text, "is wider than the screen");
	}
	return ct_canvas__text(&f);
}

/* The part of the screen that begins with this text. */
static void shows(const struct ct_top *t, const char *text)
{
	ct_autofree char *all = screen(t);

	if (!strstr(all, text))
		UNIT_STR(all, text);
}

static void press(struct ct_top *t, const char *keys)
{
	while (*keys)
		ct_top__key(t, *keys++);
}

static void test_list(void)
{
	struct ct_top t;
	ct_autofree char *text = NULL;

	ct_top__init(&t, "/var/lib/captrim/captrim.db", false);
	ct_top__resize(&t, 80, 12);
	fill(&t);
	text = screen(&t);
	UNIT_STR(text,
		 "captrim top: /var/lib/captrim/captrim.db\n"
		 "4 workloads, 50 capabilities can go, 15 of them host-wide; 1 incomplete\n"
		 "\n"
		 "WORKLOAD        HOLDS  NEEDS        SEEN  CAN GO\n"
		 "backup.service    all  1, 1 HOST     7 s  40, 14 HOST: all but SYS_ADMIN\n"
		 "nginx              14  4             7 s  10, 1 HOST: AUDIT_WRITE FOWNER +8\n"
		 "exact               1  1             2 h  nothing\n"
		 "db                 14  1             7 s  INCOMPLETE: start not seen\n"
		 "\n"
		 "\n"
		 "\n"
		 "Enter why  s sort: gain  / filter  p pause  h help  q quit\n");
	ct_top__free(&t);
}

/* What it lacks has room where the screen is wide enough. */
static void test_lacks(void)
{
	struct ct_survey sv = {};
	struct ct_top t;

	ct_top__init(&t, "store", false);
	add(&sv, "starved", CT_CAP(KILL), CT_CAP(CHOWN) | CT_CAP(SYS_ADMIN));
	ct_top__set_rows(&t, &sv, NOW);
	shows(&t, "starved             1  2, 1 HOST, lacks 2     7 s  1: KILL");
	ct_top__resize(&t, 70, 12);
	shows(&t, "starved             1  2, 1 HOST,~   7 s  1: KILL");
	ct_top__free(&t);
}

static void test_keys(void)
{
	struct ct_top t;

	ct_top__init(&t, "store", false);
	fill(&t);
	UNIT_STR(ct_top__selected(&t)->label, "backup.service");
	press(&t, "jj");
	UNIT_STR(ct_top__selected(&t)->label, "exact");
	/* What is selected stays so when the order or the rows change. */
	press(&t, "s");
	CU_ASSERT_EQUAL(t.order, CT_SURVEY_NAME);
	UNIT_STR(ct_top__selected(&t)->label, "exact");
	fill(&t);
	UNIT_STR(ct_top__selected(&t)->label, "exact");
	press(&t, "g");
	UNIT_STR(ct_top__selected(&t)->label, "backup.service");
	ct_top__key(&t, CT_KEY_END);
	UNIT_STR(ct_top__selected(&t)->label, "nginx");
	press(&t, "jjjj");
	UNIT_STR(ct_top__selected(&t)->label, "nginx");
	press(&t, "sss");
	CU_ASSERT_EQUAL(t.order, CT_SURVEY_GAIN);
	press(&t, "p");
	shows(&t, "PAUSED");
	press(&t, "h");
	shows(&t, "CAN GO  what it holds but does not need");
	press(&t, "x");
	CU_ASSERT_EQUAL(t.view, CT_TOP_LIST);
	CU_ASSERT_EQUAL(ct_top__key(&t, CT_KEY_ENTER), CT_TOP_OPEN);
	CU_ASSERT_EQUAL(ct_top__key(&t, 'r'), CT_TOP_REFRESH);
	CU_ASSERT_EQUAL(ct_top__key(&t, 'q'), CT_TOP_QUIT);
	CU_ASSERT_EQUAL(ct_top__key(&t, 0x1f600), CT_TOP_NOTHING);
	ct_top__free(&t);
}

static void test_filter(void)
{
	struct ct_top t;

	ct_top__init(&t, "store", false);
	fill(&t);
	press(&t, "/1.2q");
	CU_ASSERT_EQUAL(t.nshown, 0);
	shows(&t, "filter: 1.2q_  (0 of 4)\n");
	shows(&t, "nothing has that name");
	CU_ASSERT_PTR_NULL(ct_top__selected(&t));
	ct_top__key(&t, CT_KEY_BACKSPACE);
	CU_ASSERT_EQUAL(t.nshown, 1);
	UNIT_STR(ct_top__selected(&t)->label, "nginx");
	ct_top__key(&t, CT_KEY_ENTER);
	CU_ASSERT_EQUAL(ct_top__key(&t, CT_KEY_ENTER), CT_TOP_OPEN);
	ct_top__key(&t, CT_KEY_ESCAPE);
	CU_ASSERT_EQUAL(t.nshown, 4);
	/* By what is needed. */
	press(&t, "/sys_admin");
	CU_ASSERT_EQUAL(t.nshown, 1);
	for (int i = 0; i < 100; i++)
		press(&t, "x");
	for (int i = 0; i < 200; i++)
		ct_top__key(&t, CT_KEY_BACKSPACE);
	CU_ASSERT_EQUAL(t.nshown, 4);
	CU_ASSERT(t.typing);
	ct_top__free(&t);
}

/* A filter may be of any characters that can be typed, as names are. */
static void test_filter_beyond_ascii(void)
{
	struct ct_survey sv = {};
	struct ct_top t;

	ct_top__init(&t, "store", false);
	add(&sv, "b\u00fccher", CT_CAPS_ALL, 0);
	add(&sv, "bucher", CT_CAPS_ALL, 0);
	ct_top__set_rows(&t, &sv, NOW);
	press(&t, "/b");
	CU_ASSERT_EQUAL(t.nshown, 2);
	ct_top__key(&t, 0xfc);
	UNIT_STR(t.filter, "b\u00fc");
	CU_ASSERT_EQUAL(t.nshown, 1);
	ct_top__key(&t, CT_KEY_BACKSPACE);
	CU_ASSERT_EQUAL(t.nshown, 2);
	ct_top__key(&t, 0x20ac);
	ct_top__key(&t, 0x1f600);
	UNIT_STR(t.filter, "b\u20ac\U0001f600");
	/* What a terminal would not show, or obey. */
	ct_top__key(&t, 0);
	ct_top__key(&t, 0x9b);
	ct_top__key(&t, 0x202e);
	UNIT_STR(t.filter, "b\u20ac\U0001f600");
	for (int i = 0; i < 100; i++)
		ct_top__key(&t, 0x20ac);
	CU_ASSERT_EQUAL(strlen(t.filter), 62);
	ct_top__free(&t);
}

static void test_rates(void)
{
	struct ct_top t;
	struct ct_survey sv = {};

	ct_top__init(&t, "this host", true);
	shows(&t, "looking ...");
	add(&sv, "busy", CT_CAPS_ALL, 0)->checks = 1000;
	add(&sv, "idle", CT_CAPS_ALL, 0)->checks = 1000;
	add(&sv, "wild", CT_CAPS_ALL, 0);
	ct_top__set_rows(&t, &sv, NOW - 2000);
	shows(&t, " CHECKS/S ");
	add(&sv, "busy", CT_CAPS_ALL, 0)->checks = 1005;
	add(&sv, "idle", CT_CAPS_ALL, 0)->checks = 1000;
	add(&sv, "wild", CT_CAPS_ALL, 0)->checks = 6000000;
	ct_top__set_rows(&t, &sv, NOW);
	shows(&t, "busy              all  0                2.5  ");
	shows(&t, "idle              all  0                  0  ");
	shows(&t, "wild              all  0               3.0M  ");
	ct_top__free(&t);
}

static void test_problem(void)
{
	struct ct_top t;

	ct_top__init(&t, "store", false);
	fill(&t);
	ct_top__set_problem(&t, "database is \x1b[5mlocked");
	shows(&t, "2 s old\n");
	shows(&t, "cannot read: database is \\x1b[5mlocked\n");
	shows(&t, "nginx ");
	fill(&t);
	shows(&t, "4 workloads,");
	ct_top__free(&t);
}

/* What keeps the detail view from opening is not about the rows, which are as they were read. */
static void test_no_detail(void)
{
	struct ct_top t;

	ct_top__init(&t, "store", false);
	fill(&t);
	CU_ASSERT_EQUAL(ct_top__key(&t, CT_KEY_ENTER), CT_TOP_OPEN);
	ct_top__set_no_detail(&t, "it has ended");
	shows(&t, "cannot read: it has ended\n");
	ct_top__key(&t, CT_KEY_DOWN);
	shows(&t, "4 workloads,");
	CU_ASSERT_PTR_NULL(t.problem);
	/* What is wrong with the rows stays. */
	ct_top__set_no_detail(&t, "it has ended");
	ct_top__set_problem(&t, "locked");
	ct_top__key(&t, CT_KEY_UP);
	shows(&t, "cannot read: locked\n");
	ct_top__free(&t);
}

#define SAID 200000

/* Says much, and ends. */
static int renew_loudly(struct ct_feed *f, struct ct_survey *sv, struct ct_err *err)
{
	(void)f, (void)sv, (void)err;
	for (int i = 0; i < SAID; i++)
		putc('m', stderr);
	raise(SIGTERM);
	return 1;
}

static void run_in(int terminal, int out)
{
	struct ct_feed feed = { .title = "test", .renew = renew_loudly };
	const struct ct_top_opts opts = { .interval_ns = CT_NS_PER_SEC };

	setenv("TERM", "vt100", 1);
	dup2(terminal, STDIN_FILENO);
	dup2(terminal, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	if (ct_loop__new(&feed.loop, NULL))
		_exit(1);
	_exit(ct_top__run(&feed, &opts, NULL) ? 77 : 0);
}

/* All messages are there at the end, however many. */
static void test_messages(void)
{
	ct_autoclose int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	ct_autoclose int out = memfd_create("messages", MFD_CLOEXEC);
	ct_autoclose int inner = -1;
	struct stat st = {};
	int status = -1;
	pid_t child;

	if (terminal < 0 || grantpt(terminal) || unlockpt(terminal))
		UNIT_SKIP("there are no terminals");
	inner = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
	CU_ASSERT_FATAL(inner >= 0);
	child = fork();
	if (!child)
		run_in(inner, out);
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	if (WEXITSTATUS(status) == 77)
		UNIT_SKIP("without ncurses, or without its terminals");
	CU_ASSERT_EQUAL(status, 0);
	CU_ASSERT_EQUAL(fstat(out, &st), 0);
	CU_ASSERT_EQUAL(st.st_size, SAID);
}

/* Any size, any names, every view: no line too long, none too many, nothing raw. */
static void test_sizes(void)
{
	static const int widths[] = { 1, 2, 13, 20, 39, 59, 80, 132, 400 };
	static const int heights[] = { 1, 2, 3, 5, 24, 60 };
	struct ct_top t;
	struct ct_survey sv = {};
	struct ct_canvas detail = {};

	ct_top__init(&t, "evil\x1b]0;title\x07", false);
	for (int i = 0; i < 50; i++) {
		ct_autofree char *name = ct_xasprintf("w%d", i);

		add(&sv, name, CT_CAPS_ALL, 0);
	}
	add(&sv, "\x1b[2J\n\xe2\x80\xae\xff", CT_CAPS_ALL, CT_CAPS_ALL);
	add(&sv, "\xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5\xe6\x9c\xac", 0, 0);
	ct_top__set_rows(&t, &sv, NOW);
	for (int i = 0; i < 70; i++) {
		ct_canvas__line(&detail);
		ct_canvas__add(&detail, CT_INK_PLAIN, 1, "x");
	}
	for (int view = 0; view < 3; view++) {
		if (view == CT_TOP_DETAIL)
			ct_top__set_detail(&t, &detail);
		t.view = (enum ct_top_view)view;
		for (size_t w = 0; w < CT_ARRAY_SIZE(widths); w++)
			for (size_t h = 0; h < CT_ARRAY_SIZE(heights); h++) {
				static const int keys[] = { CT_KEY_END,	      CT_KEY_UP,
							    CT_KEY_PAGE_UP,   CT_KEY_HOME,
							    CT_KEY_PAGE_DOWN, CT_KEY_DOWN };

				ct_top__resize(&t, widths[w], heights[h]);
				for (size_t k = 0; k < CT_ARRAY_SIZE(keys); k++) {
					ct_autofree char *text = NULL;

					if (view != CT_TOP_HELP)
						ct_top__key(&t, keys[k]);
					text = screen(&t);
					CU_ASSERT_PTR_NULL(strpbrk(text, "\x1b\x07\xff\r"));
				}
			}
	}
	ct_top__free(&t);
}

/* The selected row is to be seen, wherever it is. */
static void test_scroll(void)
{
	struct ct_top t;
	struct ct_survey sv = {};

	ct_top__init(&t, "store", false);
	for (int i = 0; i < 100; i++) {
		ct_autofree char *name = ct_xasprintf("w%02d", i);

		add(&sv, name, CT_CAPS_ALL, 0);
	}
	ct_top__set_rows(&t, &sv, NOW);
	shows(&t, "\nw18 ");
	ct_top__key(&t, CT_KEY_PAGE_DOWN);
	UNIT_STR(ct_top__selected(&t)->label, "w19");
	shows(&t, "\nw19 ");
	ct_top__key(&t, CT_KEY_END);
	shows(&t, "\nw99 ");
	ct_top__resize(&t, 80, 8);
	shows(&t, "\nw99 ");
	ct_top__key(&t, CT_KEY_HOME);
	shows(&t, "\nw00 ");
	ct_top__free(&t);
}

static void test_detail(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = build_container(s, "web");
	ct_autoreport struct ct_report *r = NULL;
	ct_autosurvey struct ct_survey sv = {};
	struct ct_canvas detail = {};
	struct ct_top t;

	strcpy(build_check(w, CAP_CHOWN, "fchownat", "setattr_prepare notify_change")->proc.comm,
	       "ev\x1bil");
	build_check(w, CAP_SYS_ADMIN, "mount", "capable path_mount");
	r = ct_judge__session(s, CT_MODE_DEFAULT);
	ct_survey__add_report(&sv, r, NULL);
	ct_top__evidence(r, &r->advices[0], &sv.rows[0], 80, &detail);
	ct_top__init(&t, "this host", true);
	fill(&t);
	ct_top__set_detail(&t, &detail);
	shows(&t, "\nweb\n  docker, ");
	shows(&t, "  needs       CHOWN SYS_ADMIN\n");
	shows(&t, "\nNeeded\n  CHOWN              required  medium\n"
		  "    setattr_prepare            fchownat       ev\\x1bil        1\n");
	shows(&t, "  SYS_ADMIN          required  HOST\n");
	ct_top__key(&t, CT_KEY_ESCAPE);
	shows(&t, "WORKLOAD ");
	ct_top__free(&t);
}

static CU_TestInfo tests[] = {
	{ "the list", test_list },
	{ "keys", test_keys },
	{ "lacks", test_lacks },
	{ "filter", test_filter },
	{ "a filter beyond ASCII", test_filter_beyond_ascii },
	{ "rates", test_rates },
	{ "what cannot be read", test_problem },
	{ "no detail", test_no_detail },
	{ "messages", test_messages },
	{ "sizes", test_sizes },
	{ "scrolling", test_scroll },
	{ "detail", test_detail },
	CU_TEST_INFO_NULL,
};
UNIT_MAIN("top", tests)
