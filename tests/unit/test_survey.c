/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows of workloads: made from reports, joined, sorted, shown. */
#include <errno.h>
#include <stdlib.h>

#include "build.h"
#include "survey/listing.h"
#include "survey/survey.h"
#include "unit.h"

/* nginx needs CHOWN, backup SYS_ADMIN with everything held; db was there before. */
static struct ct_session *a_host(void)
{
	struct ct_session *s = ct_session__new();
	struct ct_workload *w;

	s->host.start_ms = 1793975445000;
	s->host.start_ns = 1000000000;
	w = build_container(s, "nginx");
	w->container.image = ct_xstrdup("nginx:1.27");
	build_check(w, CAP_CHOWN, "fchownat", "setattr_prepare notify_change");
	w = build_container(s, "backup");
	w->configured = CT_CAPS_ALL;
	build_check(w, CAP_SYS_ADMIN, "mount", "capable path_mount");
	w = build_container(s, "db");
	w->start_seen = CT_NO;
	build_check(w, CAP_CHOWN, "fchownat", "setattr_prepare notify_change");
	return s;
}

static void survey_of(struct ct_session *s, const char *host, struct ct_survey *sv)
{
	ct_autoreport struct ct_report *r = ct_judge__session(s, CT_MODE_DEFAULT);

	ct_survey__add_report(sv, r, host);
}

static const struct ct_survey_row *row_of(const struct ct_survey *sv, const char *label)
{
	for (size_t i = 0; i < sv->len; i++)
		if (ct_str_equal(sv->rows[i].label, label))
			return &sv->rows[i];
	return NULL;
}

static void test_rows(void)
{
	ct_autosession struct ct_session *s = a_host();
	ct_autosurvey struct ct_survey sv = {};
	const struct ct_survey_row *row;

	survey_of(s, "build1", &sv);
	CU_ASSERT_EQUAL_FATAL(sv.len, 3);
	row = row_of(&sv, "nginx");
	CU_ASSERT_PTR_NOT_NULL_FATAL(row);
	UNIT_STR(row->host, "build1");
	UNIT_STR(row->image, "nginx:1.27");
	CU_ASSERT_EQUAL(row->needs, CT_CAP(CHOWN));
	CU_ASSERT_EQUAL(ct_survey_row__spare(row), CT_CAPS_DOCKER_DEFAULT & ~CT_CAP(CHOWN));
	CU_ASSERT_EQUAL(ct_survey_row__host_needs(row), 0);
	CU_ASSERT_EQUAL_FATAL(row->ncaps, 1);
	CU_ASSERT_EQUAL(row->caps[0].first_ms, 1793975446000);
	CU_ASSERT(row->caps[0].chosen);
	UNIT_STR(row->caps[0].process, "prog");
	row = row_of(&sv, "backup");
	CU_ASSERT_PTR_NOT_NULL_FATAL(row);
	CU_ASSERT_EQUAL(ct_survey_row__host_needs(row), CT_CAP(SYS_ADMIN));
	row = row_of(&sv, "db");
	CU_ASSERT_PTR_NOT_NULL_FATAL(row);
	CU_ASSERT_EQUAL(row->gaps, CT_GAP_START);
}

/* Of the parts of what was added up, the times are of several clocks. */
static void test_no_times(void)
{
	ct_autosession struct ct_session *s = a_host();
	ct_autosurvey struct ct_survey sv = {};

	s->host.start_ms = 0;
	survey_of(s, NULL, &sv);
	CU_ASSERT_EQUAL(sv.rows[0].first_ms, 0);
	CU_ASSERT_PTR_NULL(sv.rows[0].host);
}

static void order_is(struct ct_survey *sv, enum ct_survey_order order, const char *expected)
{
	struct ct_str s = {};

	ct_survey__sort(sv, order);
	for (size_t i = 0; i < sv->len; i++)
		ct_str__addf(&s, "%s%s", i ? " " : "", sv->rows[i].label);
	UNIT_STR(s.s, expected);
	ct_str__free(&s);
}

static void test_order(void)
{
	ct_autosession struct ct_session *s = a_host();
	ct_autosurvey struct ct_survey sv = {};
	struct ct_survey_row *row;

	survey_of(s, NULL, &sv);
	row = ct_survey__add(&sv);
	row->label = ct_xstrdup("asleep");
	row->last_ms = 1793975449000;
	order_is(&sv, CT_SURVEY_GAIN, "backup nginx db asleep");
	order_is(&sv, CT_SURVEY_NAME, "asleep backup db nginx");
	order_is(&sv, CT_SURVEY_NEEDS, "backup db nginx asleep");
	order_is(&sv, CT_SURVEY_RECENT, "asleep backup db nginx");
}

/* What is host-wide counts more than any number of others. */
static void test_host_first(void)
{
	ct_autosurvey struct ct_survey sv = {};
	struct ct_survey_row *row = ct_survey__add(&sv);

	row->label = ct_xstrdup("many");
	row->judged = row->holds_known = true;
	row->holds = CT_CAPS_CRIO_DEFAULT;
	row = ct_survey__add(&sv);
	row->label = ct_xstrdup("one");
	row->judged = row->holds_known = true;
	row->holds = CT_CAP(SYS_MODULE);
	order_is(&sv, CT_SURVEY_GAIN, "one many");
}

static void test_join(void)
{
	ct_autosession struct ct_session *a = a_host(), *b = a_host();
	ct_autosurvey struct ct_survey sv = {};
	const struct ct_survey_row *row;

	build_check(b->workloads[0], CAP_NET_ADMIN, "ioctl", "ns_capable dev_ioctl");
	b->workloads[2]->start_seen = CT_YES;
	survey_of(a, "one", &sv);
	survey_of(b, "two", &sv);
	ct_survey__join(&sv);
	CU_ASSERT_EQUAL_FATAL(sv.len, 3);
	row = row_of(&sv, "nginx");
	CU_ASSERT_EQUAL(row->needs, CT_CAP(CHOWN) | CT_CAP(NET_ADMIN));
	CU_ASSERT_EQUAL(row->hosts, 2);
	CU_ASSERT_EQUAL(row->agree, 1);
	CU_ASSERT_EQUAL(row->caps[0].cap, CAP_CHOWN);
	CU_ASSERT_EQUAL(row->caps[0].granted, 2);
	row = row_of(&sv, "backup");
	CU_ASSERT_EQUAL(row->agree, 2);
	/* One that saw the start is enough, as for recordings. */
	CU_ASSERT_EQUAL(row_of(&sv, "db")->gaps, 0);
}

/* A fleet was watched for longer than a number of nanoseconds can tell. */
static void test_join_long(void)
{
	ct_autosurvey struct ct_survey sv = {};

	for (int i = 0; i < 3; i++) {
		struct ct_survey_row *row = ct_survey__add(&sv);

		row->key = ct_xstrdup("w");
		row->host = ct_xasprintf("h%d", i);
		row->watched_ns = UINT64_MAX / 2;
	}
	ct_survey__join(&sv);
	CU_ASSERT_EQUAL_FATAL(sv.len, 1);
	CU_ASSERT_EQUAL(sv.rows[0].watched_ns, UINT64_MAX);
}

static void test_names(void)
{
	ct_autosurvey struct ct_survey sv = {};
	ct_autoerr struct ct_err err = {};
	static const char *const known[] = { "cron", "front" }, *const unknown[] = { "blue" };
	const char *parts[] = { "FRON" };
	struct ct_survey_row *row = ct_survey__add(&sv);

	row->label = ct_xstrdup("cron.service");
	row->kind = CT_WL_UNIT;
	row = ct_survey__add(&sv);
	row->label = ct_xstrdup("shop-front-1");
	row->service = ct_xstrdup("front");
	row = ct_survey__add(&sv);
	row->label = ct_xstrdup("\x1b[31mred");
	CU_ASSERT_EQUAL(ct_survey__choose(&sv, unknown, 1, &err), -ENOENT);
	UNIT_STR(err.msg, "no workload is called 'blue'; there are cron.service, shop-front-1 and "
			  "\\x1b[31mred");
	ct_err__free(&err);
	CU_ASSERT_EQUAL(ct_survey__choose(&sv, parts, 1, &err), -ENOENT);
	UNIT_STR(err.msg, "no workload is called 'FRON'; shop-front-1 has it in its name or image");
	ct_err__free(&err);
	row->image = ct_xstrdup("nginx:1.27");
	sv.rows[0].image = ct_xstrdup("nginx:1.26");
	parts[0] = "nginx";
	CU_ASSERT_EQUAL(ct_survey__choose(&sv, parts, 1, &err), -ENOENT);
	UNIT_STR(err.msg, "no workload is called 'nginx'; cron.service and \\x1b[31mred have it in "
			  "their name or image");
	CU_ASSERT_EQUAL(sv.len, 3);
	CU_ASSERT_EQUAL(ct_survey__choose(&sv, known, 2, &err), 0);
	CU_ASSERT_EQUAL(sv.len, 2);
	CU_ASSERT(!ct_survey_row__is_called(&sv.rows[0], ""));
	CU_ASSERT_EQUAL(ct_survey__choose(&sv, NULL, 0, &err), 0);
	CU_ASSERT_EQUAL(sv.len, 2);
}

static void test_no_names(void)
{
	ct_autosurvey struct ct_survey sv = {};
	ct_autoerr struct ct_err err = {};
	static const char *const wanted[] = { "web" };

	CU_ASSERT_EQUAL(ct_survey__choose(&sv, wanted, 1, &err), -ENOENT);
	UNIT_STR(err.msg, "no workload is called 'web'; there are none");
	for (int i = 0; i < 20; i++)
		ct_survey__add(&sv)->label = ct_xasprintf("w%d", i);
	ct_autofree char *names = ct_survey__names(&sv);
	CU_ASSERT_PTR_NOT_NULL(strstr(names, "w11 and 8 others"));
}

static char *shown(const struct ct_survey *sv, int width, bool details)
{
	const struct ct_term term = { .width = width ? width : 80 };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (details)
		ct_survey__details(sv, out, &term);
	else
		ct_survey__table(sv, out, &term, width);
	fclose(out);
	return text;
}

static void test_set_text(void)
{
	uint64_t set = CT_CAP(CHOWN) | CT_CAP(KILL) | CT_CAP(SYS_ADMIN) | CT_CAP(NET_RAW);
	ct_autofree char *all = ct_survey__set_text(set, 0), *some = ct_survey__set_text(set, 20),
			 *few = ct_survey__set_text(set, 14), *none = ct_survey__set_text(set, 5),
			 *empty = ct_survey__set_text(0, 10);

	UNIT_STR(all, "SYS_ADMIN CHOWN KILL NET_RAW");
	UNIT_STR(some, "SYS_ADMIN CHOWN +2");
	UNIT_STR(few, "SYS_ADMIN +3");
	UNIT_STR(none, "4");
	UNIT_STR(empty, "");
}

/* Each number is written once. What it was refused does not count as held. */
static void test_row_texts(void)
{
	struct ct_survey_row row = {
		.judged = true,
		.holds_known = true,
		.holds = CT_CAPS_DOCKER_DEFAULT,
		.needs = CT_CAP(CHOWN),
	};
	ct_autofree char *some = ct_survey_row__spare_text(&row, 27),
			 *none = ct_survey_row__spare_text(&row, 26), *lacks = NULL, *both = NULL,
			 *nothing = NULL;

	UNIT_STR(some, "13, 1 HOST: AUDIT_WRITE +12");
	UNIT_STR(none, "13, 1 HOST");
	row.holds = 0;
	lacks = ct_survey_row__needs_text(&row);
	nothing = ct_survey_row__spare_text(&row, 0);
	UNIT_STR(lacks, "1, lacks 1");
	UNIT_STR(nothing, "nothing");
	CU_ASSERT_EQUAL(ct_survey_row__lacks(&row), CT_CAP(CHOWN));
	row.holds = CT_CAP(KILL);
	row.needs |= CT_CAP(KILL) | CT_CAP(SYS_ADMIN);
	both = ct_survey_row__needs_text(&row);
	UNIT_STR(both, "3, 1 HOST, lacks 2");
	row.holds_known = false;
	CU_ASSERT_EQUAL(ct_survey_row__lacks(&row), 0);
}

/* Every line fits, and nothing of a name reaches the terminal raw. */
static void test_widths(void)
{
	ct_autosession struct ct_session *s = a_host();
	ct_autosurvey struct ct_survey sv = {};
	struct ct_survey_row *row;

	survey_of(s, "build1", &sv);
	row = ct_survey__add(&sv);
	row->label = ct_xstrdup("evil\x1b]0;name\x07\nand a name that is longer than it may be");
	row = ct_survey__add(&sv);
	row->label = ct_xstrdup("refused-all-that-it-wants");
	row->judged = row->holds_known = true;
	row->needs = CT_CAP(SYS_ADMIN) | CT_CAP(CHOWN);
	ct_survey__sort(&sv, CT_SURVEY_GAIN);
	for (int width = 60; width < 140; width++) {
		ct_autofree char *text = shown(&sv, width, false);

		CU_ASSERT_PTR_NULL(strpbrk(text, "\x1b\x07"));
		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
			if ((int)strlen(line) > width && !strstr(line, "workloads;"))
				UNIT_STR(line, "too long");
	}
}

static CU_TestInfo tests[] = {
	{ "rows of a report", test_rows },
	{ "times that are not known", test_no_times },
	{ "order", test_order },
	{ "what is host-wide comes first", test_host_first },
	{ "several hosts", test_join },
	{ "for long", test_join_long },
	{ "names", test_names },
	{ "no such name", test_no_names },
	{ "names of a set", test_set_text },
	{ "numbers of a row", test_row_texts },
	{ "widths", test_widths },
	CU_TEST_INFO_NULL,
};
UNIT_MAIN("survey", tests)
