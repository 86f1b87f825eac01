/* SPDX-License-Identifier: GPL-2.0-only */
/* The rule table itself: sorted, reachable, of one mind, and of functions that exist. */
#include <stdlib.h>

#include "build.h"
#include "judge/rules.h"

static const struct ct_rule *rules;
static size_t nrules;

static void complain(const struct ct_rule *r, const char *what)
{
	printf("%s (%s): %s\n", r->site, r->text ? r->text : "asks only", what);
	CU_FAIL("a rule is wrong");
}

static bool same_site(const struct ct_rule *a, const struct ct_rule *b)
{
	return !strcmp(a->site, b->site);
}

static void test_sorted(void)
{
	for (size_t i = 1; i < nrules; i++)
		if (strcmp(rules[i - 1].site, rules[i].site) > 0)
			complain(&rules[i], "out of order, would not be found");
}

/* Every rule is found by its site's name, with what belongs to it. */
static void test_found(void)
{
	for (size_t i = 0; i < nrules; i++) {
		size_t n;
		const struct ct_rule *at = ct_rules__at(rules[i].site, &n);

		CU_ASSERT_FATAL(at != NULL);
		CU_ASSERT(at <= &rules[i] && &rules[i] < at + n);
	}
}

static bool is_always(const struct ct_rule *r)
{
	return r->when[0].when == CT_WHEN_ALWAYS;
}

static bool same_condition(const struct ct_condition *a, const struct ct_condition *b)
{
	return a->when == b->when && a->arg == b->arg && ct_str_equal(a->text, b->text);
}

/* NULL: it has no such condition. */
static const struct ct_condition *condition(const struct ct_rule *r, enum ct_when when)
{
	for (size_t i = 0; i < CT_CONDITIONS; i++)
		if (r->when[i].when == when)
			return &r->when[i];
	return NULL;
}

/* Every condition of general is one of special's, too. */
static bool is_special_case(const struct ct_rule *special, const struct ct_rule *general)
{
	for (size_t i = 0; i < CT_CONDITIONS; i++) {
		bool found = general->when[i].when == CT_WHEN_ALWAYS;

		for (size_t k = 0; k < CT_CONDITIONS; k++)
			found |= same_condition(&general->when[i], &special->when[k]);
		if (!found)
			return false;
	}
	return true;
}

/* What the one says, another behind it never comes to say for a special case of it. */
static void test_reachable(void)
{
	for (size_t i = 0; i < nrules; i++)
		for (size_t k = i; k-- > 0 && same_site(&rules[k], &rules[i]);)
			if (rules[k].caps & rules[i].caps && is_special_case(&rules[i], &rules[k]))
				complain(&rules[i], "one before it always speaks for this case");
}

/* The conditions of which at most one holds; others may overlap, and then may not contradict. */
static bool exclude(const struct ct_condition *a, const struct ct_condition *b)
{
	static const enum ct_when pairs[][2] = {
		{ CT_WHEN_BEFORE, CT_WHEN_SINCE },
		{ CT_WHEN_CONT_SESSION, CT_WHEN_SIG0 },
		{ CT_WHEN_CHMOD_SGID, CT_WHEN_CHMOD_NO_SGID },
		{ CT_WHEN_CREAT_FOUND, CT_WHEN_HARDLINK },
		{ CT_WHEN_CREAT_FOUND, CT_WHEN_TOUCH },
		{ CT_WHEN_SETID_NOOP, CT_WHEN_SETID_SILENT },
		{ CT_WHEN_UTIMES_SET, CT_WHEN_CHMOD_SGID },
		{ CT_WHEN_UTIMES_SET, CT_WHEN_CHMOD_NO_SGID },
	};

	if (a->when == b->when)
		return a->arg != b->arg && a->when != CT_WHEN_BEFORE && a->when != CT_WHEN_SINCE;
	for (size_t i = 0; i < CT_ARRAY_SIZE(pairs); i++)
		if ((a->when == pairs[i][0] && b->when == pairs[i][1]) ||
		    (a->when == pairs[i][1] && b->when == pairs[i][0]))
			return a->when != CT_WHEN_BEFORE ?
				       a->when != CT_WHEN_SINCE || b->arg <= a->arg :
				       a->arg <= b->arg;
	return false;
}

static bool exclude_each_other(const struct ct_rule *a, const struct ct_rule *b)
{
	for (size_t i = 0; i < CT_CONDITIONS; i++)
		for (size_t k = 0; k < CT_CONDITIONS; k++)
			if (exclude(&a->when[i], &b->when[k]))
				return true;
	return false;
}

/*
 * Two conditions that may hold at once with different verdicts: the order decides,
 * which is meant only where it is listed here, with its reason.
 */
static const struct {
	enum ct_when first, second;
	const char *why;
} meant[] = {
	{ CT_WHEN_GLOBAL_ROOT, CT_WHEN_READING,
	  "the mode lets uid 0 do what the capability would" },
	{ CT_WHEN_BPF_CMD, CT_WHEN_AFTER, "a command is more special than an order of questions" },
	{ CT_WHEN_SOCKOPT, CT_WHEN_AFTER, "an option is more special than an order of questions" },
};

/* What became of every call of a kind counts for more than what may come of such calls. */
static bool speaks_of_outcomes(const struct ct_rule *r)
{
	return condition(r, CT_WHEN_CREAT_FOUND) || condition(r, CT_WHEN_IN_VAIN) ||
	       condition(r, CT_WHEN_NO_SGID) || condition(r, CT_WHEN_NO_DATA) ||
	       condition(r, CT_WHEN_OWN_FILE);
}

static bool is_meant(const struct ct_rule *a, const struct ct_rule *b)
{
	if (speaks_of_outcomes(a))
		return true;
	for (size_t i = 0; i < CT_ARRAY_SIZE(meant); i++)
		if (condition(a, meant[i].first) && condition(b, meant[i].second))
			return true;
	return false;
}

static void test_of_one_mind(void)
{
	for (size_t i = 0; i < nrules; i++) {
		for (size_t k = i + 1; k < nrules && same_site(&rules[i], &rules[k]); k++) {
			const struct ct_rule *a = &rules[i], *b = &rules[k];

			if (a->kind != b->kind)
				complain(b, "of another kind than its neighbour");
			if (!(a->caps & b->caps) || a->verdict == b->verdict ||
			    is_special_case(a, b))
				continue;
			if (!exclude_each_other(a, b) && !is_meant(a, b))
				complain(b,
					 "another verdict than one before it, and both may hold");
		}
	}
}

/* Those that the kernel asks for SYS_ADMIN in their place, but for the file's owner's ways out. */
static void test_alternatives(void)
{
	for (size_t i = 0; i < nrules; i++) {
		const struct ct_rule *second = &rules[i];
		const struct ct_condition *after = condition(second, CT_WHEN_AFTER);

		if (!after || second->caps != CT_CAP(SYS_ADMIN) ||
		    !(second->alternatives & 1ull << after->arg) ||
		    after->arg == CAP_DAC_READ_SEARCH)
			continue;
		for (size_t k = 0; k < nrules; k++)
			if (same_site(&rules[k], second) && !condition(&rules[k], CT_WHEN_AFTER) &&
			    rules[k].caps == 1ull << after->arg &&
			    !exclude_each_other(&rules[k], second) &&
			    !(rules[k].alternatives & CT_CAP(SYS_ADMIN)))
				complain(&rules[k],
					 "SYS_ADMIN is asked for next, and is not an alternative");
	}
}

/* A condition needs something to say when it does not hold. */
static void test_complete(void)
{
	for (size_t i = 0; i < nrules; i++) {
		uint64_t spoken = 0;

		for (size_t k = 0; k < nrules; k++)
			if (same_site(&rules[i], &rules[k]) && is_always(&rules[k]))
				spoken |= rules[k].caps;
		if (rules[i].caps & ~spoken)
			complain(&rules[i], "nothing is said where the condition does not hold");
	}
}

static void test_words(void)
{
	for (size_t i = 0; i < nrules; i++) {
		const struct ct_rule *r = &rules[i];

		CU_ASSERT(r->caps != 0);
		if (r->kind == CT_RULE_ASK) {
			CU_ASSERT(!r->text && !r->source);
			continue;
		}
		if (!r->text || !*r->text || r->text[strlen(r->text) - 1] == '.')
			complain(r, "no sentence without a full stop");
		if (!r->source || !strstr(r->source, ".c:") ? !strstr(r->source, ".h:") : false)
			complain(r, "no source FILE:FUNCTION");
		if (!strpbrk(strrchr(r->source, ',') ? strrchr(r->source, ',') : "", "567"))
			complain(r, "no kernel versions");
	}
}

static bool is_condition(const char *name)
{
	for (size_t i = 0; i < nrules; i++)
		for (size_t k = 0; k < CT_CONDITIONS; k++)
			if (rules[i].when[k].when == CT_WHEN_UNDER &&
			    !strcmp(rules[i].when[k].text, name))
				return true;
	return false;
}

static bool is_listed(const char *list, const char *name)
{
	ct_autofree char *wanted = ct_xasprintf("\n%s\t", name);

	/* The first line has no newline before it. */
	return strstr(list, wanted) || !strncmp(list, wanted + 1, strlen(wanted) - 1);
}

/* tests/data/rule-symbols.tsv, made by scripts/rule-symbols: function, kernels that have it. */
static void test_functions_exist(void)
{
	ct_autofree char *list = NULL;
	char *line, *rest = NULL;
	size_t known = 0;

	CU_ASSERT_EQUAL_FATAL(ct_read_file("tests/data/rule-symbols.tsv", 1 << 20, &list, NULL), 0);
	for (size_t i = 0; i < nrules; i++) {
		bool listed = is_listed(list, rules[i].site);

		for (size_t k = 0; k < CT_CONDITIONS; k++)
			if (rules[i].when[k].when == CT_WHEN_UNDER)
				listed &= is_listed(list, rules[i].when[k].text);
		if (!listed)
			complain(&rules[i], "not in tests/data/rule-symbols.tsv: make it anew");
	}
	for (line = strtok_r(list, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		size_t n, name = strcspn(line, "\t");
		ct_autofree char *site = ct_xstrndup(line, name);

		known++;
		if (!line[name] || !line[name + 1]) {
			printf("%s: in no kernel\n", site);
			CU_FAIL("a function that does not exist");
		}
		if (!ct_rules__at(site, &n) && !is_condition(site)) {
			printf("%s: no rule names it, make the list anew\n", site);
			CU_FAIL("the list is of another table");
		}
	}
	CU_ASSERT(known > 1000);
}

/* ---- which rule speaks ---- */

static void test_match(void)
{
	static const struct {
		const char *stack, *syscall, *site;
		int cap;
		bool known;
	} cases[] = {
		{ "security_capable ns_capable path_mount", "mount", "path_mount", CAP_SYS_ADMIN,
		  true },
		/* Outside of a wrapper there is a site of its own. */
		{ "ns_capable __ptrace_may_access ptrace_may_access do_task_stat", "read",
		  "do_task_stat", CAP_SYS_PTRACE, true },
		{ "ns_capable __ptrace_may_access nobody", "read", "__ptrace_may_access",
		  CAP_SYS_PTRACE, true },
		{ "capable_wrt_inode_uidgid setattr_prepare.isra.0 ext4_setattr", "chown",
		  "setattr_prepare", CAP_CHOWN, true },
		{ "ns_capable_setid __do_sys_setgroups", "setgroups", "sys_setgroups", CAP_SETGID,
		  true },
		{ "ns_capable_setid __ia32_sys_setgroups", "setgroups", "sys_setgroups", CAP_SETGID,
		  true },
		{ "capable __do_compat_sys_kexec_load", "kexec_load", "compat_sys_kexec_load",
		  CAP_SYS_BOOT, true },
		{ "capable nobody knows", "x", "nobody", CAP_CHOWN, false },
		{ "capable", "x", "capable", CAP_CHOWN, false },
		{ "", "x", "unknown", CAP_CHOWN, false },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;

		build_check(build_container(s, "x"), cases[i].cap, cases[i].syscall,
			    cases[i].stack);
		r = ct_judge__session(s, CT_MODE_DEFAULT);
		CU_ASSERT_EQUAL(build_cap(r, cases[i].cap)->reasons[0].known, cases[i].known);
		UNIT_STR(build_cap(r, cases[i].cap)->reasons[0].site, cases[i].site);
	}
}

/* Names longer than a symbol can be, and capabilities newer than the table. */
static void test_odd(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	ct_autofree char *name = ct_xzalloc(5000);
	struct ct_workload *w = build_container(s, "x");

	memset(name, 'f', 4999);
	build_check(w, CAP_CHOWN, "x", name);
	build_check(w, 63, "x", "setattr_prepare");
	r = ct_judge__session(s, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL(r->advices[0].unknown_sites, 2);
	UNIT_STR(build_cap(r, CAP_CHOWN)->reasons[0].site, name);
	CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(CHOWN) | 1ull << 63);
}

static void test_disabled(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autorules struct ct_rules *rules = ct_rules__new();
	ct_autoreport struct ct_report *r = NULL, *less = NULL, *again = NULL;
	struct ct_workload *w = build_container(s, "x");
	struct ct_act *a = build_act(w, CT_ACT_AMBIENT, "prctl");

	a->key.a = CAP_NET_RAW;
	build_check(w, CAP_SYS_ADMIN, "mmap", "cap_vm_enough_memory");
	build_check(w, CAP_CHOWN, "chown", "setattr_prepare")->key.entry = CT_ENTRY_SETUP;
	build_check(w, CAP_SETUID, "setuid", "ns_capable_setid __sys_setuid");
	r = ct_judge__session(s, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(NET_RAW));
	CU_ASSERT(ct_rules__disable(rules, "nobody") < 0);
	CU_ASSERT(ct_rules__disable(rules, "__sys_setuid/0") < 0);
	CU_ASSERT(ct_rules__disable(rules, "__sys_setuid/4") < 0);
	CU_ASSERT(ct_rules__disable(rules, "") < 0);
	CU_ASSERT_EQUAL(ct_rules__disable(rules, "cap_vm_enough_memory"), 0);
	CU_ASSERT_EQUAL(ct_rules__disable(rules, "__sys_setuid/1"), 0);
	CU_ASSERT_EQUAL(ct_rules__disable(rules, "set-up"), 0);
	CU_ASSERT_EQUAL(ct_rules__disable(rules, "cap_task_prctl"), 0);
	less = ct_judge__with(s, &(struct ct_judge_opts){ .rules = rules });
	again = ct_judge__session(s, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL(less->advices[0].cap_add,
			CT_CAP(SYS_ADMIN) | CT_CAP(SETUID) | CT_CAP(CHOWN));
	CU_ASSERT_EQUAL(again->advices[0].cap_add, CT_CAP(NET_RAW));
}

static CU_TestInfo tests[] = {
	{ "sorted", test_sorted },
	{ "found", test_found },
	{ "reachable", test_reachable },
	{ "of one mind", test_of_one_mind },
	{ "alternatives", test_alternatives },
	{ "complete", test_complete },
	{ "words", test_words },
	{ "functions exist", test_functions_exist },
	{ "match", test_match },
	{ "odd", test_odd },
	{ "disabled", test_disabled },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	rules = ct_rules__all(&nrules);
	return unit_run("rules", tests);
}
