/* SPDX-License-Identifier: GPL-2.0-only */
/* Conditions of rules: the kernel's version, the call, functions further out. */
#include <linux/bpf.h>
#include <netinet/in.h>

#include "build.h"
#include "judge/rules.h"
#include "model/tally.h"

static void test_release(void)
{
	static const struct {
		const char *release;
		uint32_t version;
	} cases[] = {
		{ "6.1.0-13-amd64", CT_KERNEL(6, 1) },
		{ "6.18.44-fc-v669", CT_KERNEL(6, 18) },
		{ "7.3", CT_KERNEL(7, 3) },
		{ "6.12.115+deb13-cloud-amd64", CT_KERNEL(6, 12) },
		{ "5.14.0-427.13.1.el9_4.x86_64", 0 },
		{ "5.14.21-150500.55.52-default", 0 },
		{ "", 0 },
		{ "?", 0 },
		{ "6", 0 },
		{ "6.x", 0 },
		{ "-6.1", 0 },
		{ "0.0", 0 },
		{ "99999999999999999999.1", 0 },
		{ "6.99999999999999999999", 0 },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++)
		CU_ASSERT_EQUAL(ct_kernel__version(cases[i].release), cases[i].version);
	CU_ASSERT_EQUAL(ct_kernel__version(NULL), 0);
	CU_ASSERT(CT_KERNEL(5, 17) < CT_KERNEL(6, 1));
	CU_ASSERT(CT_KERNEL(6, 1) < CT_KERNEL(6, 12));
}

static struct ct_kind *asked(struct ct_session *s, int cap, const char *syscall, const char *stack)
{
	return build_check(build_container(s, "x"), cap, syscall, stack);
}

static const struct ct_rule *matched(const struct ct_kind *k, uint32_t kernel)
{
	enum ct_scope scope;
	const char *site;

	return ct_rules__match(NULL, k, kernel, &site, &scope);
}

/* Where the version is not known, the rule that asks for more speaks. */
static void test_version(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	const struct ct_kind *k = asked(s, CAP_NET_ADMIN, "bpf",
					"capable bpf_prog_attach_check_attach_type __sys_bpf");

	CU_ASSERT_EQUAL(matched(k, CT_KERNEL(5, 10))->alternatives, 0);
	CU_ASSERT_EQUAL(matched(k, CT_KERNEL(6, 11))->alternatives, 0);
	CU_ASSERT_EQUAL(matched(k, CT_KERNEL(6, 12))->alternatives, CT_CAP(SYS_ADMIN));
	CU_ASSERT_EQUAL(matched(k, CT_KERNEL(7, 3))->alternatives, CT_CAP(SYS_ADMIN));
	CU_ASSERT_EQUAL(matched(k, 0)->alternatives, 0);
}

/* In 6.1 the answer is ignored for elements of a map, but not elsewhere nor in other versions. */
static void test_three(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_kind *k = asked(s, CAP_BPF, "bpf", "capable __sys_bpf __x64_sys_bpf");

	k->key.sel = BPF_MAP_LOOKUP_ELEM;
	CU_ASSERT_EQUAL(matched(k, CT_KERNEL(6, 1))->verdict, CT_UNNEEDED);
	CU_ASSERT_EQUAL(matched(k, CT_KERNEL(6, 2))->verdict, CT_REQUIRED);
	CU_ASSERT_EQUAL(matched(k, CT_KERNEL(5, 15))->verdict, CT_REQUIRED);
	CU_ASSERT_EQUAL(matched(k, 0)->verdict, CT_REQUIRED);
	k->key.sel = BPF_MAP_CREATE;
	CU_ASSERT_EQUAL(matched(k, CT_KERNEL(6, 1))->verdict, CT_REQUIRED);
}

/* An outer function tells what an inner one asks for. */
static void test_under(void)
{
#define IOPRIO "ns_capable cap_safe_nice cap_task_setioprio security_task_setioprio set_task_ioprio"
	ct_autosession struct ct_session *s = ct_session__new();
	const struct ct_kind *mount = asked(s, CAP_SYS_NICE, "mount",
					    IOPRIO " ext4_load_and_init_journal "
						   "ext4_fill_super.isra.0 get_tree_bdev"),
			     *set = asked(s, CAP_SYS_NICE, "ioprio_set",
					  IOPRIO " __do_sys_ioprio_set"),
			     *other = asked(s, CAP_SYS_NICE, "mount",
					    "ns_capable cap_safe_nice ext4_fill_super");

	CU_ASSERT_EQUAL(matched(mount, 0)->verdict, CT_UNNEEDED);
	CU_ASSERT_EQUAL(matched(set, 0)->verdict, CT_REQUIRED);
	CU_ASSERT_EQUAL(matched(other, 0)->verdict, CT_REQUIRED);
}

/* Options of one function have needs of their own. */
static void test_option(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_kind *k = asked(s, CAP_NET_RAW, "setsockopt", "ns_capable do_ipv6_setsockopt");

	k->key.sel = SOL_IPV6 << 16 | IPV6_TRANSPARENT;
	CU_ASSERT_EQUAL(matched(k, 0)->alternatives, CT_CAP(NET_ADMIN));
	k->key.sel = SOL_IPV6 << 16 | IPV6_HOPOPTS;
	CU_ASSERT_EQUAL(matched(k, 0)->alternatives, 0);
	k->key.sel = 0;
	CU_ASSERT_EQUAL(matched(k, 0)->alternatives, 0);
}

/* Writing in /proc has no other capability that is asked for first. */
static void test_both(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_kind *k =
		asked(s, CAP_DAC_OVERRIDE, "openat",
		      "capable_wrt_inode_uidgid generic_permission proc_tid_comm_permission");

	CU_ASSERT_EQUAL(matched(k, 0)->alternatives, 0);
	k->key.after = CAP_DAC_READ_SEARCH + 1;
	CU_ASSERT_EQUAL(matched(k, 0)->alternatives, CT_CAP(DAC_READ_SEARCH));
}

/* A workload that was recorded on another kernel is judged by that one's rules. */
static void test_merged_kernels(void)
{
	ct_autosession struct ct_session *s = ct_session__new(), *old = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;

	s->host.kernel = ct_xstrdup("6.12.1-amd64");
	old->host.kernel = ct_xstrdup("5.10.0-amd64");
	asked(old, CAP_NET_ADMIN, "bpf", "capable bpf_prog_attach_check_attach_type");
	asked(s, CAP_SYS_ADMIN, "mount", "ns_capable path_mount");
	ct_tally__add(s, old);
	CU_ASSERT_EQUAL_FATAL(s->workloads[0]->nmore, 1);
	ct_workload__for_each(part, s->workloads[0])
		UNIT_STR(part->kernel, part->recording ? "5.10.0-amd64" : NULL);
	r = ct_judge__session(s, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(SYS_ADMIN) | CT_CAP(NET_ADMIN));
}

static CU_TestInfo tests[] = {
	{ "release", test_release },
	{ "version", test_version },
	{ "three", test_three },
	{ "under", test_under },
	{ "option", test_option },
	{ "both", test_both },
	{ "merged kernels", test_merged_kernels },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	return unit_run("when", tests);
}
