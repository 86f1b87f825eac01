/* SPDX-License-Identifier: GPL-2.0-only */
/* What has ended goes to a file and comes back as it was, or it is said that it did not go. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/util.h"
#include "record/spool.h"
#include "unit.h"

static struct ct_session *session_of(const char *id, size_t nkinds)
{
	struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, id);

	w->kind = CT_WL_CONTAINER;
	w->container.name = ct_xasprintf("name of %s", id);
	w->configured_known = true;
	w->configured = 5;
	for (size_t i = 0; i < nkinds; i++) {
		struct ct_kind *k = ct_workload__add_kind(w);

		k->key.cap = (uint8_t)i;
		k->count = 10 + i;
		k->stack = ct_xzalloc(sizeof(char *));
		k->stack[k->stack_len++] = ct_xstrdup("ns_capable");
	}
	return s;
}

static int put(struct ct_spool *sp, const char *id, size_t nkinds)
{
	ct_autosession struct ct_session *s = session_of(id, nkinds);

	return ct_spool__put(sp, s);
}

static void add(void *arg, struct ct_session *s)
{
	struct ct_str *seen = arg;

	for (size_t i = 0; i < s->nworkloads; i++)
		ct_str__addf(seen, "%s %s %zu %d;", s->workloads[i]->id,
			     s->workloads[i]->container.name, s->workloads[i]->nkinds,
			     s->workloads[i]->nkinds ? (int)s->workloads[i]->kinds[0].count : 0);
	ct_session__free(s);
}

static void test_back_and_forth(void)
{
	struct ct_spool *sp = ct_spool__new();
	ct_autoerr struct ct_err err = { 0 };
	struct ct_str seen = { 0 };

	CU_ASSERT_EQUAL(ct_spool__read(sp, add, &seen, &err), 0);
	CU_ASSERT_PTR_NULL(seen.s);
	setenv("TMPDIR", "/nowhere", 1);
	CU_ASSERT_EQUAL(put(sp, "a", 2), 0);
	unsetenv("TMPDIR");
	CU_ASSERT_EQUAL(put(sp, "b", 0), 0);
	CU_ASSERT_EQUAL(put(sp, "a", 1), 0);
	CU_ASSERT_EQUAL(ct_spool__read(sp, add, &seen, &err), 0);
	UNIT_STR(seen.s, "a name of a 2 10;b name of b 0 0;a name of a 1 10;");
	ct_str__free(&seen);
	ct_spool__free(sp);
	ct_spool__free(NULL);
}

/* A disk that is full, and then is not. */
static void test_full_disk(void)
{
	struct rlimit old, small;
	struct ct_spool *sp = ct_spool__new();
	ct_autoerr struct ct_err err = { 0 };
	struct ct_str seen = { 0 };

	CU_ASSERT_EQUAL(put(sp, "first", 1), 0);
	signal(SIGXFSZ, SIG_IGN);
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = (struct rlimit){ 8192, old.rlim_max };
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_FSIZE, &small), 0);
	CU_ASSERT_EQUAL(put(sp, "second", 1000), -EFBIG);
	setrlimit(RLIMIT_FSIZE, &old);
	CU_ASSERT_EQUAL(put(sp, "third", 3), 0);
	CU_ASSERT_EQUAL(ct_spool__read(sp, add, &seen, &err), 0);
	UNIT_STR(seen.s, "first name of first 1 10;third name of third 3 10;");
	ct_str__free(&seen);
	ct_spool__free(sp);
}

static CU_TestInfo tests[] = {
	{ "back_and_forth", test_back_and_forth },
	{ "full_disk", test_full_disk },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("spool", tests)
