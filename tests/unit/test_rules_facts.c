/* SPDX-License-Identifier: GPL-2.0-only */
/* Rules that leave a capability out are held against docs/kernel-facts.md and the cases' truth. */
#include <fnmatch.h>
#include <stdlib.h>

#include "build.h"
#include "judge/rules.h"

#define FACTS "docs/kernel-facts.md"
#define TRUTH "tests/e2e/cases/truth.tsv"

static const struct ct_rule *rules;
static size_t nrules;
static char *facts, *truth;

/* A heading's text up to the next heading, for the caller to free. */
static char *section(const char *heading)
{
	ct_autofree char *line = ct_xasprintf("\n## %s\n", heading);
	const char *start = strstr(facts, line), *end;

	if (!start) {
		printf("%s has no section \"%s\"\n", FACTS, heading);
		return NULL;
	}
	start += strlen(line);
	end = strstr(start, "\n## ");
	return ct_xstrndup(start, end ? (size_t)(end - start) : strlen(start));
}

/* Is it among the names between backticks, which may end in a star? */
static bool names(const char *text, const char *site)
{
	for (const char *at = strchr(text, '`'); at; at = strchr(at + 1, '`')) {
		ct_autofree char *name = NULL;
		const char *end = strchr(++at, '`');

		if (!end)
			return false;
		name = ct_xstrndup(at, (size_t)(end - at));
		if (!fnmatch(name, site, 0))
			return true;
		at = end;
	}
	return false;
}

/* Whatever the call was about. */
static bool always_leaves_out(const struct ct_rule *r)
{
	return r->kind != CT_RULE_ASK && r->verdict != CT_REQUIRED &&
	       r->when[0].when == CT_WHEN_ALWAYS;
}

static void contradicted_by(const char *heading)
{
	ct_autofree char *text = section(heading);

	CU_ASSERT_FATAL(text != NULL);
	for (size_t i = 0; i < nrules; i++) {
		if (!always_leaves_out(&rules[i]) || !names(text, rules[i].site))
			continue;
		printf("%s (%s): %s says of it: %s\n", rules[i].site, rules[i].text, FACTS,
		       heading);
		CU_FAIL("a rule contradicts the facts");
	}
}

static void test_needs(void)
{
	contradicted_by("Asked only when it matters: a grant is a need");
	contradicted_by("Refused in silence");
}

/* What is kept may be left out only where the facts say that nothing is lost. */
static void test_kept(void)
{
	ct_autofree char *kept = section("Asked once and kept");
	ct_autofree char *optional = section("Optional: refused, and usually not missed");

	CU_ASSERT_FATAL(kept && optional);
	for (size_t i = 0; i < nrules; i++) {
		if (!always_leaves_out(&rules[i]) || !names(kept, rules[i].site) ||
		    names(optional, rules[i].site))
			continue;
		printf("%s (%s): the answer is kept for later calls\n", rules[i].site,
		       rules[i].text);
		CU_FAIL("a rule leaves out what decides later calls");
	}
}

static void test_optional_is_explained(void)
{
	ct_autofree char *text = section("Optional: refused, and usually not missed");

	CU_ASSERT_FATAL(text != NULL);
	for (size_t i = 0; i < nrules; i++) {
		if (rules[i].verdict != CT_OPTIONAL || names(text, rules[i].site))
			continue;
		printf("%s is optional, and %s does not say what is lost\n", rules[i].site, FACTS);
		CU_FAIL("an optional rule without a reason");
	}
}

/* The capabilities that are in every one of the sets, such as "A,B | A,C". */
static uint64_t always_needed(const char *sets)
{
	ct_autofree char *copy = ct_xstrdup(sets);
	uint64_t all = ~0ull;
	char *rest = NULL;

	for (char *set = strtok_r(copy, "|", &rest); set; set = strtok_r(NULL, "|", &rest)) {
		char *more = NULL;
		uint64_t one = 0;

		for (char *c = strtok_r(set, ", ", &more); c; c = strtok_r(NULL, ", ", &more)) {
			int cap = ct_cap__parse(c);

			if (cap >= 0)
				one |= 1ull << cap;
		}
		all &= one;
	}
	return all == ~0ull ? 0 : all;
}

/* why: "function, function: reason" */
static bool is_reason(const char *why, const char *site)
{
	ct_autofree char *copy = ct_xstrndup(why, strcspn(why, ":"));
	char *rest = NULL;

	for (char *w = strtok_r(copy, ", ", &rest); w; w = strtok_r(NULL, ", ", &rest))
		if (!strcmp(w, site))
			return true;
	return false;
}

static void hold_against(const char *name, const char *sets, const char *why)
{
	uint64_t needed = always_needed(sets);

	for (size_t i = 0; i < nrules; i++) {
		if (!always_leaves_out(&rules[i]) || !(rules[i].caps & needed) ||
		    !is_reason(why, rules[i].site))
			continue;
		printf("%s (%s): the case %s fails without\n", rules[i].site, rules[i].text, name);
		CU_FAIL("a rule contradicts a case");
	}
}

static void test_cases(void)
{
	ct_autofree char *copy = ct_xstrdup(truth);
	char *rest = NULL;
	size_t held = 0;

	for (char *l = strtok_r(copy, "\n", &rest); l; l = strtok_r(NULL, "\n", &rest)) {
		char *fields[5], *more = NULL;
		size_t n = 0;

		for (char *f = strtok_r(l, "\t", &more); f && n < 5;
		     f = strtok_r(NULL, "\t", &more))
			fields[n++] = f;
		if (n < 5 || !strcmp(fields[3], "undecidable"))
			continue;
		hold_against(fields[0], fields[2], fields[4]);
		held++;
	}
	CU_ASSERT(held > 200);
}

static CU_TestInfo tests[] = {
	{ "a grant is a need", test_needs },
	{ "kept for later", test_kept },
	{ "optional is explained", test_optional_is_explained },
	{ "cases", test_cases },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	int failed;

	rules = ct_rules__all(&nrules);
	if (ct_read_file(FACTS, 1 << 20, &facts, NULL) ||
	    ct_read_file(TRUTH, 1 << 20, &truth, NULL)) {
		puts("rules-facts: " FACTS " or " TRUTH " cannot be read");
		return 1;
	}
	failed = unit_run("rules-facts", tests);
	free(facts);
	free(truth);
	return failed;
}
