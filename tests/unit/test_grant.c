/* SPDX-License-Identifier: GPL-2.0-only */
/* What engines make of lists of capabilities, compared with what their sources do. */
#include "base/util.h"
#include "model/caps.h"
#include "runtime/grant.h"
#include "unit.h"

#define ALL   CT_CAPS_ALL
#define DFLT  CT_CAPS_DOCKER_DEFAULT
#define KILL  CT_CAP(KILL)
#define BPF   CT_CAP(BPF)
#define NAMES CT_CAPS_ALL /* every name, but not ALL */

static void test_orders(void)
{
	static const struct {
		struct ct_cap_list add, drop;
		uint64_t adds_last, drops_last;
	} t[] = {
		{ { 0, false }, { 0, false }, DFLT, DFLT },
		{ { BPF, false }, { KILL, false }, (DFLT | BPF) & ~KILL, (DFLT | BPF) & ~KILL },
		/* Both added and dropped. */
		{ { KILL, false }, { KILL, false }, DFLT, DFLT & ~KILL },
		{ { BPF, false }, { 0, true }, BPF, BPF },
		{ { 0, true }, { KILL, false }, ALL & ~KILL, ALL & ~KILL },
		{ { 0, true }, { 0, true }, ALL, 0 },
		/* ALL and a name in one list. */
		{ { BPF, true }, { 0, true }, ALL, BPF },
		{ { BPF, true }, { KILL, true }, ALL & ~KILL, BPF },
		{ { KILL, false }, { KILL, true }, KILL, 0 },
		{ { KILL, true }, { KILL, false }, ALL & ~KILL, ALL & ~KILL },
		/* All names are not ALL. */
		{ { NAMES, false }, { KILL, false }, ALL, ALL & ~KILL },
		{ { 0, false }, { NAMES, false }, 0, 0 },
		{ { KILL, false }, { NAMES, false }, KILL, 0 },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++) {
		CU_ASSERT_EQUAL(ct_grant(CT_GRANT_ADDS_LAST, DFLT, ALL, t[i].add, t[i].drop),
				t[i].adds_last);
		CU_ASSERT_EQUAL(ct_grant(CT_GRANT_DROPS_LAST, DFLT, ALL, t[i].add, t[i].drop),
				t[i].drops_last);
	}
}

/* An engine of API 1.41 knows nothing after AUDIT_READ. */
static void test_all(void)
{
	const uint64_t all = (CT_CAP(AUDIT_READ) << 1) - 1;
	const struct ct_cap_list every = { .all = true }, none = { 0 };

	CU_ASSERT_EQUAL(ct_grant(CT_GRANT_ADDS_LAST, DFLT, all, every, none), all);
	CU_ASSERT_EQUAL(ct_grant(CT_GRANT_DROPS_LAST, DFLT, all, every, none), all);
}

static void test_names(void)
{
	struct ct_cap_list l = { 0 };

	CU_ASSERT(ct_cap_list__add(&l, "CAP_KILL") && ct_cap_list__add(&l, "bpf"));
	CU_ASSERT(!ct_cap_list__add(&l, "NO_SUCH") && !ct_cap_list__add(&l, ""));
	CU_ASSERT(l.names == (KILL | BPF) && !l.all);
	CU_ASSERT(ct_cap_list__add(&l, "all") && l.all);
	l = (struct ct_cap_list){ 0 };
	CU_ASSERT(ct_cap_list__add(&l, "CAP_ALL") && l.all && !l.names);
}

static CU_TestInfo tests[] = {
	{ "orders", test_orders },
	{ "what ALL means", test_all },
	{ "names", test_names },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("grant", tests)
