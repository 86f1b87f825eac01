/* SPDX-License-Identifier: GPL-2.0-only */
/* What a page is made of, out of a store: of many hosts only some are read, and no need is lost. */
#include "page/from_store.h"
#include "store/sqlite.h"
#include "stores.h"

#define HOSTS 60

/* The last but one needs what no other does; every seventh was not seen to start. */
static void make_fleet(void)
{
	ct_autoerr struct ct_err err = {};
	ct_autostore struct ct_store *s = NULL;

	stores_fresh();
	s = stores_open(CT_STORE_WRITE);
	for (int i = 0; i < HOSTS; i++) {
		ct_autofree char *host = ct_xasprintf("host%02d", i);
		ct_autosession struct ct_session *web = stores_session("web", 5000 + i);

		if (i == HOSTS - 2)
			build_check(web->workloads[0], CAP_KILL, "kill", "somewhere unknown");
		if (i % 7 == 6)
			web->workloads[0]->start_seen = CT_NO;
		STORES_OK(stores_save(s, web, host, 9000 + i, true, &err), err);
	}
}

static struct ct_page_data load(const char *host, bool whole)
{
	const struct ct_page_want want = {
		.host = host, .key = "name:web", .survey = true, .needs = true, .whole = whole
	};
	ct_autoerr struct ct_err err = {};
	struct ct_page_data d = {};

	STORES_OK(ct_page__load(stores_path, &want, &d, &err), err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(d.report);
	CU_ASSERT_EQUAL_FATAL(d.report->nadvices, 1);
	return d;
}

static void test_some(void)
{
	ct_autopagedata struct ct_page_data some = {}, whole = {}, one = {};

	make_fleet();
	some = load(NULL, false);
	whole = load(NULL, true);
	one = load("host03", false);
	CU_ASSERT_EQUAL(some.survey.len, HOSTS);
	CU_ASSERT(some.recorded_on > 0);
	CU_ASSERT(some.recorded_on < 10);
	CU_ASSERT_EQUAL(whole.recorded_on, 0);
	CU_ASSERT_EQUAL(one.recorded_on, 0);
	CU_ASSERT(whole.report->advices[0].cap_add >> CAP_KILL & 1);
	CU_ASSERT_EQUAL(some.report->advices[0].cap_add, whole.report->advices[0].cap_add);
	CU_ASSERT_EQUAL(some.report->advices[0].gaps, whole.report->advices[0].gaps);
	CU_ASSERT_EQUAL(some.report->advices[0].removed, whole.report->advices[0].removed);
	CU_ASSERT(some.report->advices[0].confidence <= whole.report->advices[0].confidence);
}

/* A row that says more than its recording, such as of a newer captrim: then all are read. */
static void test_not_enough(void)
{
	ct_autopagedata struct ct_page_data d = {};
	struct ct_db *db = NULL;
	ct_autoerr struct ct_err err = {};

	make_fleet();
	STORES_OK(ct_sqlite__open(stores_path, true, &db, &err), err);
	STORES_OK(ct_db__exec(db,
			      "UPDATE advice SET cap_add = cap_add | 2097152 WHERE host = 'host05'",
			      NULL, 0, &err),
		  err);
	ct_db__close(db);
	d = load(NULL, false);
	CU_ASSERT_EQUAL(d.recorded_on, 0);
}

static CU_TestInfo tests[] = {
	{ "some hosts for all", test_some },
	{ "some that are not enough", test_not_enough },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	stores_begin();
	return unit_run("page_store", tests);
}
