/* SPDX-License-Identifier: GPL-2.0-only */
/* Copies share nothing with what they were made of. */
#include "model/recording_fields.h"
#include "random.h"

/* A text that a recording has of a container is one that is copied and freed. */
static void test_texts(void)
{
	size_t n = 0;

	for (const struct ct_field *f = ct_container_fields; f->name; f++) {
		bool listed = false;

		if (f->type != CT_FIELD_STR)
			continue;
		for (size_t i = 0; i < ct_container_ntexts; i++)
			listed |= ct_container_texts[i] == f->offset;
		CU_ASSERT_TRUE(listed);
		n++;
	}
	CU_ASSERT_EQUAL(n, ct_container_ntexts);
}

static void test_container(void)
{
	struct ct_container c = { .privileged = CT_YES }, copy;
	struct ct_seccomp_rule *r = CT_PUSH(c.profile.rules, c.profile.nrules, c.profile.rules_cap);

	*r = (struct ct_seccomp_rule){ .syscall = ct_xstrdup("mount"), .with = 4 };
	c.profile.known = true;
	for (size_t i = 0; i < ct_container_ntexts; i++)
		*(char **)((char *)&c + ct_container_texts[i]) = ct_xasprintf("text %zu", i);
	ct_container__copy(&copy, &c);
	ct_container__free(&c);
	for (size_t i = 0; i < ct_container_ntexts; i++) {
		ct_autofree char *expected = ct_xasprintf("text %zu", i);

		UNIT_STR(*(char **)((char *)&copy + ct_container_texts[i]), expected);
	}
	CU_ASSERT_EQUAL(copy.privileged, CT_YES);
	CU_ASSERT_EQUAL_FATAL(copy.profile.nrules, 1);
	UNIT_STR(copy.profile.rules[0].syscall, "mount");
	CU_ASSERT_EQUAL(copy.profile.rules[0].with, 4);
	ct_container__free(&copy);
}

/* With -fsanitize=address this finds what is shared, and what is forgotten. */
static void test_workloads(void)
{
	for (uint32_t round = 1; round < 100; round++) {
		ct_autosession struct ct_session *s = NULL, *copy = ct_session__new();
		ct_autofree char *expected = NULL, *text = NULL;

		seed = round;
		s = random_session(1);
		for (size_t i = 0; i < s->nworkloads; i++)
			*CT_PUSH(copy->workloads, copy->nworkloads,
				 copy->workloads_cap) = ct_workload__copy(s->workloads[i]);
		ct_session__copy_host(&copy->host, &s->host);
		expected = session_text(s);
		ct_session__free(ct_steal(s));
		text = session_text(copy);
		UNIT_STR(text, expected);
	}
}

static CU_TestInfo tests[] = {
	{ "texts of a container", test_texts },
	{ "container", test_container },
	{ "workloads", test_workloads },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("copy", tests)
