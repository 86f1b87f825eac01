/* SPDX-License-Identifier: GPL-2.0-only */
/* Symbols of the running kernel, and which argument tells system calls apart. */
#include <errno.h>
#include <linux/types.h>

#include "base/util.h"
#include "kern/ksyms.h"
#include "kern/selectors.h"
#include "unit.h"

static struct ct_ksyms *load(void)
{
	ct_autoerr struct ct_err err = { 0 };
	struct ct_ksyms *k = NULL;
	int ret = ct_ksyms__load(&k, &err);

	if (ret) {
		/* Without the right to see them, and said so. */
		CU_ASSERT_EQUAL(ret, -EACCES);
		CU_ASSERT(err.msg && strstr(err.msg, "kptr_restrict"));
	}
	return k;
}

static void test_symbols(void)
{
	struct ct_ksyms *k = load();
	uint64_t addr, size, lo, length;

	if (!k)
		UNIT_SKIP("addresses are hidden: needs root");
	CU_ASSERT_EQUAL_FATAL(ct_ksyms__find(k, "cap_capable", &addr, &size), 0);
	CU_ASSERT(size > 16 && size < 65536);
	UNIT_STR(ct_ksyms__name(k, addr), "cap_capable");
	UNIT_STR(ct_ksyms__name(k, addr + size - 1), "cap_capable");
	CU_ASSERT(!ct_ksyms__name(k, addr - 1) ||
		  strcmp(ct_ksyms__name(k, addr - 1), "cap_capable") != 0);
	CU_ASSERT_PTR_NULL(ct_ksyms__name(k, 0));
	CU_ASSERT_EQUAL(ct_ksyms__find(k, "no such function", &addr, &size), -ENOENT);
	ct_ksyms__text(k, &lo, &length);
	CU_ASSERT(addr >= lo && addr < lo + length);
	ct_ksyms__modules(k, &lo, &length);
	CU_ASSERT(!length == !lo);
	ct_ksyms__free(k);
	ct_ksyms__free(NULL);
}

/* Every function that is found is found again by its address. */
static void test_every_name(void)
{
	static const char *const names[] = { "security_capable", "capable", "ns_capable",
					     "do_mlock", "commit_creds" };
	struct ct_ksyms *k = load();

	if (!k)
		UNIT_SKIP("addresses are hidden: needs root");
	for (size_t i = 0; i < CT_ARRAY_SIZE(names); i++) {
		uint64_t addr, size;

		if (!ct_ksyms__find(k, names[i], &addr, &size))
			UNIT_STR(ct_ksyms__name(k, addr + size / 2), names[i]);
	}
	ct_ksyms__free(k);
}

static void test_syscalls(void)
{
	ct_autofree char *openat = ct_syscall__name(ct_syscall__number("openat"));
	ct_autofree char *none = ct_syscall__name(-1), *large = ct_syscall__name(100000);

	UNIT_STR(openat, "openat");
	UNIT_STR(none, NULL);
	UNIT_STR(large, NULL);
	CU_ASSERT_EQUAL(ct_syscall__number("frobnicate"), -1);
	CU_ASSERT_EQUAL(ct_syscall__number(""), -1);
#ifdef __x86_64__
	CU_ASSERT_EQUAL(ct_syscall__number("socketcall"), -1); /* of other architectures */
	CU_ASSERT_EQUAL(ct_syscall__number("mount"), 165);
#endif
}

static void test_selectors(void)
{
	static const struct {
		const char *call;
		uint8_t how;
	} wanted[] = {
		{ "setuid", CT_SEL(CT_SEL_UID, 0) },
		{ "setgid", CT_SEL(CT_SEL_GID, 0) },
		{ "setresuid", CT_SEL(CT_SEL_RESUID, 0) },
		{ "openat", CT_SEL(CT_SEL_OPEN, 2) },
		{ "openat2", CT_SEL(CT_SEL_OPENAT2, 2) },
		{ "fchmodat", CT_SEL(CT_SEL_MODE, 2) },
		{ "execve", CT_SEL(CT_SEL_EXEC, 0) },
		{ "execveat", CT_SEL(CT_SEL_EXEC, 0) },
		{ "creat", CT_SEL(CT_SEL_CREAT, 1) },
		{ "ioctl", CT_SEL(CT_SEL_ARG, 1) },
		{ "setsockopt", CT_SEL(CT_SEL_PAIR, 1) },
		{ "utimensat", CT_SEL(CT_SEL_TIMES, 2) },
		{ "clone3", CT_SEL(CT_SEL_CLONE3, 0) },
		{ "sendto", CT_SEL(CT_SEL_NLMSG, 1) },
		{ "read", CT_SEL_NONE },
		{ "getpid", CT_SEL_NONE },
	};
	uint8_t table[CT_SYSCALLS] = { 0 };
	uint32_t masks[CT_SYSCALLS] = { 0 };

	ct_selectors__fill(table, masks);
	CU_ASSERT_EQUAL(masks[ct_syscall__number("kill")], 0x7f);
	CU_ASSERT_EQUAL(masks[ct_syscall__number("ioctl")], ~0u);
	for (size_t i = 0; i < CT_ARRAY_SIZE(wanted); i++) {
		int nr = ct_syscall__number(wanted[i].call);

		CU_ASSERT_FATAL(nr >= 0 && nr < CT_SYSCALLS);
		CU_ASSERT_EQUAL(table[nr], wanted[i].how);
	}
	for (size_t i = 0; i < CT_SYSCALLS; i++)
		CU_ASSERT(table[i] >> 5 < 6); /* arguments that there are */
}

static CU_TestInfo tests[] = {
	{ "symbols", test_symbols },
	{ "every name", test_every_name },
	{ "system calls", test_syscalls },
	{ "selectors", test_selectors },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("kern", tests)
