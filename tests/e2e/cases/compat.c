/* SPDX-License-Identifier: GPL-2.0-only */
/* 32-bit system calls, by int 0x80: numbers and registers of i386. */
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case.h"

#define NR32_LINK 9
#define NR32_CHMOD 15
#define NR32_SETUID 23 /* the old one, with 16-bit ids */
#define NR32_GETUID 24
#define NR32_READLINK 85
#define NR32_SOCKETCALL 102
#define NR32_IPC 117
#define IPC_SHMCTL 24 /* linux/ipc.h, which the C library has another of */
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
	unsigned list[6]; /* of socketcall */
	int option;
	struct sockaddr_nl kernel;
	struct {
		struct nlmsghdr h;
		char body[16];
	} message;
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

/* As the C library of i386 does it, unless it is built for Linux 4.3 and later only. */
static bool ip_transparent32(int on)
{
	struct low *l = low("");

	need_call32();
	l->option = on;
	l->list[0] = TRY(socket(AF_INET, SOCK_STREAM, 0));
	l->list[1] = SOL_IP;
	l->list[2] = IP_TRANSPARENT;
	l->list[3] = (unsigned)(long)&l->option;
	l->list[4] = sizeof(l->option);
	TRY(call32(NR32_SOCKETCALL, SYS_SETSOCKOPT, (long)l->list, 0, 0));
	return true;
}

static bool call32_ip_transparent(void)
{
	return ip_transparent32(1);
}

static bool call32_ip_transparent_off(void)
{
	return ip_transparent32(0);
}

/* A message of a type that logins are recorded with, or any other; is it acknowledged? */
static bool audit_message32(int type)
{
	struct low *l = low("");
	struct {
		struct nlmsghdr h;
		struct nlmsgerr e;
		char room[256];
	} answer;
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);

	need_call32();
	if (fd < 0)
		skip("no audit here");
	l->kernel.nl_family = AF_NETLINK;
	l->message.h.nlmsg_len = sizeof(l->message);
	l->message.h.nlmsg_type = type;
	l->message.h.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	l->list[0] = fd;
	l->list[1] = (unsigned)(long)&l->message;
	l->list[2] = sizeof(l->message);
	l->list[4] = (unsigned)(long)&l->kernel;
	l->list[5] = sizeof(l->kernel);
	TRY(call32(NR32_SOCKETCALL, SYS_SENDTO, (long)l->list, 0, 0));
	return TRY(recv(fd, &answer, sizeof(answer), 0)) > 0 && !answer.e.error;
}

static bool call32_audit_login(void)
{
	return audit_message32(1112); /* AUDIT_USER_LOGIN of libaudit.h */
}

static bool call32_audit_tolerant(void)
{
	audit_message32(AUDIT_USER);
	return true;
}

static bool shm_lock32(void)
{
	need_call32();
	TRY(call32(NR32_IPC, IPC_SHMCTL, TRY(shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600)), SHM_LOCK, 0));
	return true;
}

/* The priority is for a capability that must be granted, so that all are when it is recorded. */
static bool call32_shm_lock_own_though_granted(void)
{
	TRY(setpriority(PRIO_PROCESS, 0, -5));
	return shm_lock32();
}

static bool call32_shm_lock_own_limit_0(void)
{
	struct rlimit none = { 0, 0 };

	TRY(setrlimit(RLIMIT_MEMLOCK, &none));
	return shm_lock32();
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
	CASE(call32_ip_transparent),
	CASE(call32_ip_transparent_off),
	CASE(call32_audit_login),
	CASE(call32_audit_tolerant),
	CASE(call32_shm_lock_own_though_granted),
	CASE(call32_shm_lock_own_limit_0),
	{ NULL, NULL }
};
