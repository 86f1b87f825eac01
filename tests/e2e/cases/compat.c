/* SPDX-License-Identifier: GPL-2.0-only */
/* 32-bit system calls, by int 0x80: numbers and registers of i386. */
#include <linux/capability.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case.h"

#define NR32_LINK 9
#define NR32_CHMOD 15
#define NR32_SETUID 23 /* the old one, with 16-bit ids */
#define NR32_GETUID 24
#define NR32_READLINK 85
#define NR32_PRCTL 172
#define NR32_CAPGET 184
#define NR32_CAPSET 185
#define NR32_SETUID32 213
#define NR32_UNSHARE 310
#define NR32_UTIMENSAT 320

/* All in the lower 4 GB, where a pointer of 32 bits reaches. */
struct low {
	char name[64], text[64];
	struct __user_cap_header_struct header;
	struct __user_cap_data_struct data[2];
};

static struct low *low(const char *name)
{
	struct low *l = MAP_FAILED;

#if defined(__x86_64__)
	l = mmap(NULL, sizeof(*l), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
#endif
	if (l == MAP_FAILED)
		not_done("mmap");
	strcpy(l->name, name);
	l->header.version = _LINUX_CAPABILITY_VERSION_3;
	return l;
}

static long call32(long nr, long a, long b, long c, long d)
{
	long ret = -ENOSYS;

#if defined(__x86_64__)
	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(0L) : "memory", "cc", "r8", "r9", "r10", "r11");
	ret = (int)ret;
#else
	(void)nr, (void)a, (void)b, (void)c, (void)d;
#endif
	if (ret < 0 && ret > -4096) {
		errno = -ret;
		return -1;
	}
	return ret;
}

static void need_call32(void)
{
	if (call32(NR32_GETUID, 0, 0, 0, 0) != (long)getuid())
		skip("no 32-bit system calls here");
}

static bool chmod32(const char *name, mode_t mode)
{
	need_call32();
	TRY(call32(NR32_CHMOD, (long)low(name)->name, mode, 0, 0));
	return mode_of(name) == mode;
}

static bool call32_chmod_setgid_foreign_group(void)
{
	return chmod32("own-group-bob", 02755);
}

static bool call32_chmod_foreign_group(void)
{
	return chmod32("own-group-bob", 0755);
}

static bool call32_chmod_own(void)
{
	return chmod32("own", 0600);
}

static bool call32_setuid_other(void)
{
	need_call32();
	TRY(call32(NR32_SETUID, BOB, 0, 0, 0));
	return getuid() == BOB;
}

static bool call32_setuid32_other(void)
{
	need_call32();
	TRY(call32(NR32_SETUID32, BOB, 0, 0, 0));
	return getuid() == BOB;
}

static bool call32_setuid32_same(void)
{
	need_call32();
	TRY(call32(NR32_SETUID32, getuid(), 0, 0, 0));
	return true;
}

static bool call32_unshare_fs(void)
{
	need_call32();
	TRY(call32(NR32_UNSHARE, CLONE_FS, 0, 0, 0));
	return true;
}

static bool links32(const char *file)
{
	need_call32();
	TRY(call32(NR32_LINK, (long)low(file)->name, (long)low("open/new")->name, 0, 0));
	return true;
}

static bool call32_link_own_read_only(void)
{
	TRY(chmod("own", 0444));
	return links32("own");
}

static bool call32_link_other_public(void)
{
	return links32("bob/public");
}

static bool call32_utimensat_now(void)
{
	need_call32();
	TRY(call32(NR32_UTIMENSAT, AT_FDCWD, (long)low("own")->name, 0, 0));
	return true;
}

/* Explicitly, whatever it holds. */
static bool call32_capset_explicit(void)
{
	struct low *l = low("");

	need_call32();
	l->data[0].permitted = l->data[0].effective = 1u << CAP_NET_RAW;
	TRY(call32(NR32_CAPSET, (long)&l->header, (long)l->data, 0, 0));
	return true;
}

static bool call32_capset_as_capget_said(void)
{
	struct low *l = low("");

	need_call32();
	TRY(call32(NR32_CAPGET, (long)&l->header, (long)l->data, 0, 0));
	TRY(call32(NR32_CAPSET, (long)&l->header, (long)l->data, 0, 0));
	return true;
}

static bool call32_bounding_drop(void)
{
	need_call32();
	TRY(call32(NR32_PRCTL, PR_CAPBSET_DROP, CAP_SYS_TIME, 0, 0));
	return true;
}

bool call32_reads_link(const char *name)
{
	struct low *l = low(name);

	need_call32();
	return TRY(call32(NR32_READLINK, (long)l->name, (long)l->text, sizeof(l->text), 0)) > 0;
}

const struct test_case compat_cases[] = {
	CASE(call32_chmod_setgid_foreign_group),
	CASE(call32_chmod_foreign_group),
	CASE(call32_chmod_own),
	CASE(call32_setuid_other),
	CASE(call32_setuid32_other),
	CASE(call32_setuid32_same),
	CASE(call32_unshare_fs),
	CASE(call32_link_own_read_only),
	CASE(call32_link_other_public),
	CASE(call32_utimensat_now),
	CASE(call32_capset_explicit),
	CASE(call32_capset_as_capget_said),
	CASE(call32_bounding_drop),
	{ NULL, NULL }
};
