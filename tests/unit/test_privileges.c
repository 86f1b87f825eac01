/* SPDX-License-Identifier: GPL-2.0-only */
/* What is left to a daemon that has given up everything. Each test is a process of its own. */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kern/rights.h"
#include "monitor/privileges.h"
#include "monitor/sandbox.h"
#include "unit.h"

/* The number that the child ends with; -1: it did not end by itself. */
static int in_child(int (*fn)(void))
{
	int status, pid = fork();

	if (!pid) {
		int ret = fn();

#if defined(__SANITIZE_ADDRESS__)
		/* _exit() would ask for the signals' stack, which the opener's filter refuses. */
		syscall(SYS_exit_group, ret);
#endif
		_exit(ret);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static int drop(void)
{
	const struct ct_drop d = {};
	ct_autoerr struct ct_err err = {};
	uint64_t kept = 1;

	return ct_privileges__drop(&d, &kept, &err) || kept;
}

static long bpf(int cmd)
{
	union bpf_attr attr = { .map_fd = (__u32)-1 };

	return syscall(SYS_bpf, cmd, &attr, sizeof(attr)) < 0 ? -errno : 0;
}

/* bpf() refuses by its first argument: an invalid descriptor is found by the kernel alone. */
static int only_maps(void)
{
	static const int allowed[] = { BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM,
				       BPF_MAP_DELETE_ELEM, BPF_MAP_GET_NEXT_KEY,
				       BPF_MAP_LOOKUP_BATCH };
	static const int refused[] = { BPF_MAP_CREATE,
				       BPF_PROG_LOAD,
				       BPF_OBJ_PIN,
				       BPF_OBJ_GET,
				       BPF_PROG_ATTACH,
				       BPF_PROG_TEST_RUN,
				       BPF_BTF_LOAD,
				       BPF_LINK_CREATE,
				       BPF_MAP_GET_FD_BY_ID,
				       BPF_MAP_FREEZE,
				       BPF_ITER_CREATE,
				       63,
				       64,
				       4711 };

	if (drop())
		return 1;
	for (size_t i = 0; i < CT_ARRAY_SIZE(allowed); i++)
		if (bpf(allowed[i]) == -EPERM)
			return 2;
	for (size_t i = 0; i < CT_ARRAY_SIZE(refused); i++)
		if (bpf(refused[i]) != -EPERM)
			return 3;
	return 0;
}

static void test_bpf(void)
{
	UNIT_SKIP_UNDER();
	CU_ASSERT_EQUAL(in_child(only_maps), 0);
}

static int nothing_held(void)
{
	if (drop())
		return 1;
	if (ct_rights__held() || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 2;
	for (int cap = 0; cap < CT_CAP_MAX; cap++)
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0, 0) > 0)
			return 3;
	return 0;
}

static void test_caps(void)
{
	CU_ASSERT_EQUAL(in_child(nothing_held), 0);
}

/* Each of these is refused by the filter, whatever the process is allowed: EPERM, and no effect. */
static int no_way_on(void)
{
	char *const argv[] = { "/bin/true", NULL };

	if (drop())
		return 1;
	if (execv(argv[0], argv) != -1 || errno != EPERM)
		return 2;
	if (fork() != -1 || errno != EPERM)
		return 3;
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != -1 || errno != EPERM)
		return 4;
	if (unshare(CLONE_NEWUSER) != -1 || errno != EPERM)
		return 5;
	if (mount("none", "/", "tmpfs", 0, NULL) != -1 || errno != EPERM)
		return 6;
	if (syscall(SYS_io_uring_setup, 1, NULL) != -1 || errno != EPERM)
		return 7;
	if (syscall(SYS_perf_event_open, NULL, 0, 0, 0, 0) != -1 || errno != EPERM)
		return 8;
	if (socket(AF_PACKET, SOCK_RAW, 0) != -1 || errno != EPERM)
		return 9;
	if (socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER) != -1 || errno != EPERM)
		return 11;
	if (socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) < 0) /* getaddrinfo() needs it */
		return 12;
	return setuid(getuid()) != -1 || errno != EPERM ? 10 : 0;
}

static void test_refused(void)
{
	UNIT_SKIP_UNDER();
	CU_ASSERT_EQUAL(in_child(no_way_on), 0);
}

/* What the opener is left with is named: all else is refused, whatever capability it has. */
static int opener_no_way_on(void)
{
	ct_autoerr struct ct_err err = {};
	char *const argv[] = { "/bin/true", NULL };
	int fd;

	if (ct_sandbox__opener(&err))
		return 1;
	if (execv(argv[0], argv) != -1 || errno != EPERM)
		return 2;
	for (int family = 0; family < AF_MAX; family++)
		if (socket(family, SOCK_STREAM, 0) != -1 || errno != EPERM)
			return 3;
	if (connect(0, NULL, 0) != -1 || errno != EPERM)
		return 4;
	if (ptrace(PTRACE_ATTACH, 1, NULL, NULL) != -1 || errno != EPERM)
		return 5;
	if (syscall(SYS_process_vm_readv, 1, NULL, 0, NULL, 0, 0) != -1 || errno != EPERM)
		return 6;
	if (unlink("/") != -1 || errno != EPERM || rename("/", "/") != -1 || errno != EPERM)
		return 7;
	if (mount("none", "/", "tmpfs", 0, NULL) != -1 || errno != EPERM || bpf(0) != -EPERM)
		return 8;
	/* What it is there for. */
	fd = open("/proc/self/status", O_RDONLY);
	return fd < 0 || close(fd) ? 9 : 0;
}

static void test_opener_refused(void)
{
	UNIT_SKIP_UNDER();
	CU_ASSERT_EQUAL(in_child(opener_no_way_on), 0);
}

static void *add_one(void *arg)
{
	++*(int *)arg;
	return NULL;
}

/* What the daemon lives on. */
static int still_works(void)
{
	pthread_t thread;
	int n = 0, fd;

	if (drop())
		return 1;
	if (pthread_create(&thread, NULL, add_one, &n) || pthread_join(thread, NULL) || n != 1)
		return 2;
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || close(fd))
		return 3;
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (fd < 0 || close(fd))
		return 4;
	fd = open("/proc/self/status", O_RDONLY);
	if (fd < 0)
		return 5;
	/* Our own check, by which the probe's clock is read. */
	prctl(PR_CAPBSET_DROP, 63, 0, 0, 0);
	return errno == EPERM || errno == EINVAL ? 0 : 6;
}

static void test_works(void)
{
	CU_ASSERT_EQUAL(in_child(still_works), 0);
}

static bool useless(void *arg)
{
	return *(bool *)arg;
}

/* Where maps cannot be read without, BPF stays; the bounding set shows nothing else. */
static int keeps_bpf(void)
{
	bool works = false;
	const struct ct_drop d = { .works = useless, .arg = &works };
	ct_autoerr struct ct_err err = {};
	uint64_t held = ct_rights__held() & CT_CAP(BPF), kept = 0;

	if (ct_privileges__drop(&d, &kept, &err))
		return 1;
	return kept != CT_CAP(BPF) || ct_rights__held() != held ? 2 : 0;
}

static void test_kept(void)
{
	CU_ASSERT_EQUAL(in_child(keeps_bpf), 0);
}

static void *wait_long(void *arg)
{
	pause();
	return arg;
}

/* Another thread would keep what it has. */
static int has_threads(void)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, wait_long, NULL) || !drop();
}

static void test_threads(void)
{
	CU_ASSERT_EQUAL(in_child(has_threads), 0);
}

static CU_TestInfo tests[] = {
	{ "bpf", test_bpf },	     { "capabilities", test_caps },
	{ "refused", test_refused }, { "opener", test_opener_refused },
	{ "works", test_works },     { "kept", test_kept },
	{ "threads", test_threads }, CU_TEST_INFO_NULL,
};

UNIT_MAIN("privileges", tests)
