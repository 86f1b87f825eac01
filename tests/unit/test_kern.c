/* SPDX-License-Identifier: GPL-2.0-only */
/* Symbols of the running kernel, and which argument tells system calls apart. */
#include <elf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/types.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "kern/kfuncs.h"
#include "kern/ksyms.h"
#include "kern/probe.h"
#include "kern/rights.h"
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
		{ "mmap", CT_SEL(CT_SEL_LOCK, 1) },
		{ "perf_event_open", CT_SEL(CT_SEL_PERF, 0) },
		{ "shmctl", CT_SEL(CT_SEL_SHM, 1) },
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

/* The native call that the 32-bit one of this name stands for, or -1. */
static int native_of(const uint16_t *table, const char *compat)
{
	for (int i = 0; i < CT_SYSCALLS; i++) {
		ct_autofree char *name = ct_syscall__compat_name(i);

		if (name && !strcmp(name, compat))
			return table[i] - 1;
	}
	return -2;
}

static void test_native(void)
{
	static const struct {
		const char *compat, *native; /* NULL: none takes the same arguments */
	} wanted[] = {
		{ "setuid32", "setuid" },
		{ "setuid", NULL },
		{ "fchown32", "fchown" },
		{ "fchown", NULL },
		{ "fcntl64", "fcntl" },
		{ "capset", "capset" },
		{ "unshare", "unshare" },
		{ "umount2", "umount2" },
		{ "clock_settime64", "clock_settime" },
		{ "utimensat_time64", "utimensat" },
		{ "mmap2", "mmap" },
		{ "openat2", "openat2" },
#ifdef __x86_64__
		{ "mmap", NULL }, /* its one argument points to all */
		{ "umount", NULL },
		{ "socketcall", NULL },
		{ "nice", NULL },
#endif
	};
	uint16_t table[CT_SYSCALLS] = { 0 };

	ct_selectors__fill_native(table);
	for (size_t i = 0; i < CT_ARRAY_SIZE(wanted); i++)
		CU_ASSERT_EQUAL(native_of(table, wanted[i].compat),
				wanted[i].native ? ct_syscall__number(wanted[i].native) : -1);
}

/* By the numbers of linux/net.h and linux/ipc.h. */
static void test_inner(void)
{
	uint16_t table[2][CT_INNER_CALLS];

	ct_selectors__fill_inner(table);
	CU_ASSERT_EQUAL(table[0][0], 0);
	CU_ASSERT_EQUAL(table[0][14] - 1, ct_syscall__number("setsockopt"));
	CU_ASSERT_EQUAL(table[0][9], table[0][11]); /* send is sendto */
	CU_ASSERT_EQUAL(table[1][24] - 1, ct_syscall__number("shmctl"));
	CU_ASSERT_EQUAL(table[1][5], 0);
}

/* An object file with one section of code. */
struct object {
	Elf64_Ehdr file;
	Elf64_Shdr sections[2];
	struct bpf_insn code[4];
};

static struct object make_object(void)
{
	return (struct object){
		.file = { .e_ident = ELFMAG,
			  .e_shoff = offsetof(struct object, sections),
			  .e_shnum = 2 },
		.sections[1] = { .sh_type = SHT_PROGBITS,
				 .sh_flags = SHF_EXECINSTR,
				 .sh_offset = offsetof(struct object, code),
				 .sh_size = sizeof(struct bpf_insn) * 4 },
		.code = { { .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_map_lookup_elem },
			  { .code = BPF_JMP | BPF_CALL,
			    .imm = CT_KFUNC_FIRST + CT_KFUNC_RDONLY_CAST },
			  { .code = BPF_JMP | BPF_CALL,
			    .imm = CT_KFUNC_FIRST + CT_KFUNC_TASK_WORK_RESUME },
			  /* A constant that happens to have such a value. */
			  { .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = CT_KFUNC_FIRST } },
	};
}

static void test_kfuncs(void)
{
	const struct ct_kfunc_ids ids = { .id = { [CT_KFUNC_RDONLY_CAST] = 4711 } };
	struct object o = make_object(), broken;

	CU_ASSERT_EQUAL(ct_kfuncs__patch(&o, sizeof(o), &ids), 2);
	CU_ASSERT_EQUAL(o.code[0].imm, BPF_FUNC_map_lookup_elem);
	CU_ASSERT_EQUAL(o.code[0].src_reg, 0);
	CU_ASSERT_EQUAL(o.code[1].imm, 4711);
	CU_ASSERT_EQUAL(o.code[1].src_reg, BPF_PSEUDO_KFUNC_CALL);
	/* One that the kernel lacks. */
	CU_ASSERT_EQUAL(o.code[2].imm, 0);
	CU_ASSERT_EQUAL(o.code[2].src_reg, BPF_PSEUDO_KFUNC_CALL);
	CU_ASSERT_EQUAL(o.code[3].imm, CT_KFUNC_FIRST);
	/* Again there is nothing to be changed. */
	CU_ASSERT_EQUAL(ct_kfuncs__patch(&o, sizeof(o), &ids), 0);
	broken = make_object();
	broken.file.e_shnum = 999;
	CU_ASSERT_EQUAL(ct_kfuncs__patch(&broken, sizeof(broken), &ids), -EINVAL);
	broken = make_object();
	broken.sections[1].sh_size = 1 << 20;
	CU_ASSERT_EQUAL(ct_kfuncs__patch(&broken, sizeof(broken), &ids), -EINVAL);
	CU_ASSERT_EQUAL(ct_kfuncs__patch(&o, 8, &ids), -EINVAL);
}

/* In a child's own view of the file system it is not known how many processors there are. */
static void test_processors(void)
{
	struct ct_backend_try result;
	int status = -1;
	pid_t pid;

	if (ct_rights__lacking(CT_RIGHTS_WATCH | CT_CAP(SYS_ADMIN)))
		UNIT_SKIP("needs root");
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWNS) || mount("", "/", "", MS_REC | MS_PRIVATE, NULL) ||
		    mount("none", "/sys/devices/system/cpu", "tmpfs", 0, NULL))
			_exit(77);
		ct_probe__try("kprobe", &result);
		_exit(result.err);
	}
	waitpid(pid, &status, 0);
	CU_ASSERT_FATAL(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		UNIT_SKIP("nothing can be mounted");
	CU_ASSERT_EQUAL(WEXITSTATUS(status), ENOENT);
}

static void test_rights(void)
{
	uint64_t held = ct_rights__held();

	CU_ASSERT_EQUAL(ct_rights__lacking(held), 0);
	if (held & CT_CAP(SYS_ADMIN))
		CU_ASSERT_EQUAL(ct_rights__lacking(CT_CAP(BPF) | CT_CAP(PERFMON)), 0);
	if (!held)
		CU_ASSERT_EQUAL(ct_rights__lacking(CT_RIGHTS_WATCH), CT_RIGHTS_WATCH);
}

static CU_TestInfo tests[] = {
	{ "symbols", test_symbols },	   { "every name", test_every_name },
	{ "system calls", test_syscalls }, { "selectors", test_selectors },
	{ "32-bit calls", test_native },   { "inner calls", test_inner },
	{ "kfuncs", test_kfuncs },	   { "processors", test_processors },
	{ "rights", test_rights },	   CU_TEST_INFO_NULL,
};

UNIT_MAIN("kern", tests)
