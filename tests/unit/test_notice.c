/* SPDX-License-Identifier: GPL-2.0-only */
/* Events as documents: written, read back, and told apart by their ids. */
#include <errno.h>
#include <jansson.h>

#include "event/notice.h"
#include "unit.h"

static struct ct_notice *example(void)
{
	struct ct_notice *e = ct_notice__new(CT_NOTICE_NEW_NEED, "node1", 1767225600123);

	e->workload.key = ct_xstrdup("compose:shop/front");
	e->workload.label = ct_xstrdup("shop-front-1");
	e->workload.kind = ct_xstrdup("container");
	e->caps = CT_CAP(NET_ADMIN);
	e->verdict = CT_REQUIRED;
	e->scope = CT_SCOPE_NAMESPACE;
	e->reason.site = ct_xstrdup("rtnl_fill_ifinfo");
	e->reason.process = ct_xstrdup("evil\033[2J\n\"name\"\xff");
	e->generation = ct_xstrdup("sha256:aa");
	e->text = ct_xstrdup("shop-front-1 needs NET_ADMIN");
	e->first_ms = 1767225599000;
	e->count = 3;
	e->learned = (struct ct_notice_learned){ 1767000000000, 5000, 2, 1, 0 };
	ct_notice__identify(e);
	return e;
}

static void test_round_trip(void)
{
	ct_autonotice struct ct_notice *e = example(), *back = NULL;
	ct_autofree char *text = ct_notice__text(e), *again = NULL;

	CU_ASSERT_PTR_NULL(strpbrk(text, "\n\033"));
	CU_ASSERT_EQUAL_FATAL(ct_notice__read(text, strlen(text), &back, NULL), 0);
	again = ct_notice__text(back);
	UNIT_STR(again, text);
	UNIT_STR(back->id, e->id);
	CU_ASSERT_EQUAL(back->time_ms, e->time_ms);
	CU_ASSERT_EQUAL(back->learned.first_ms, e->learned.first_ms);
	CU_ASSERT_EQUAL(ct_notice__cap(back), CAP_NET_ADMIN);
}

static void test_every_kind(void)
{
	for (int kind = 0; kind < CT_NOTICE_KINDS; kind++) {
		ct_autonotice struct ct_notice *e = ct_notice__new(kind, NULL, 0), *back = NULL;
		ct_autofree char *text = NULL;

		ct_notice__identify(e);
		text = ct_notice__text(e);
		CU_ASSERT_EQUAL_FATAL(ct_notice__read(text, strlen(text), &back, NULL), 0);
		CU_ASSERT_EQUAL(back->kind, kind);
		CU_ASSERT_PTR_NULL(back->workload.key);
		CU_ASSERT_EQUAL(ct_notice_kind__parse(ct_notice_kind__name(kind)), kind);
	}
	CU_ASSERT_EQUAL(ct_notice_kind__parse("old-need"), -EINVAL);
}

static void test_ids(void)
{
	ct_autonotice struct ct_notice *a = example(), *b = example();

	b->time_ms += 5000;
	b->count = 9;
	ct_notice__identify(b);
	UNIT_STR(b->id, a->id);
	free(b->generation);
	b->generation = ct_xstrdup("sha256:bb");
	ct_notice__identify(b);
	CU_ASSERT_STRING_NOT_EQUAL(b->id, a->id);
	/* Two heartbeats are two events. */
	a->kind = b->kind = CT_NOTICE_HEARTBEAT;
	ct_notice__identify(a);
	ct_notice__identify(b);
	CU_ASSERT_STRING_NOT_EQUAL(b->id, a->id);
}

static void refused(const char *text, const char *why)
{
	ct_autoerr struct ct_err err = { 0 };
	struct ct_notice *e = NULL;

	CU_ASSERT_EQUAL(ct_notice__read(text, strlen(text), &e, &err), -EINVAL);
	CU_ASSERT_EQUAL(ct_notice__read(text, strlen(text), &e, NULL), -EINVAL);
	CU_ASSERT_PTR_NULL(e);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg ? err.msg : "", why));
}

static void test_bad_input(void)
{
#define HEAD "{\"schema\":\"captrim.event/1\",\"kind\":\"gap\","
	refused("", "not an event");
	refused("[]", "not an event");
	refused("{\"schema\":\"captrim.event/2\",\"kind\":\"gap\"}", "captrim.event/1");
	refused("{\"schema\":\"captrim.event/1\",\"kind\":\"old\"}", "\"kind\"");
	refused(HEAD "\"time\":\"yesterday\"}", "\"time\"");
	refused(HEAD "\"workload\":\"web\"}", "\"workload\"");
	refused(HEAD "\"workload\":{\"key\":5}}", "\"workload\": \"key\"");
	refused(HEAD "\"capabilities\":[\"NOPE\"]}", "capabilities");
	refused(HEAD "\"count\":-1}", "\"count\"");
	refused(HEAD "\"id\":\"0123456789012345678901234567890123456789\"}", "\"id\"");
}

static void test_owners(void)
{
	struct ct_notice *e = example();
	ct_autonotices struct ct_notices l = { 0 };

	ct_notices__take(&l, ct_notice__hold(e));
	ct_notices__take(&l, e);
	CU_ASSERT_EQUAL(e->refs, 2);
}

static CU_TestInfo tests[] = {
	{ "a document is read back as it was", test_round_trip },
	{ "every kind has a name and a document", test_every_kind },
	{ "ids are those of the news", test_ids },
	{ "what is not an event is refused", test_bad_input },
	{ "owners", test_owners },
	CU_TEST_INFO_NULL,
};
UNIT_MAIN("notice", tests)
