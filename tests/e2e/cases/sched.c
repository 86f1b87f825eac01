/* SPDX-License-Identifier: GPL-2.0-only */
/* Priorities, memory locks, limits, memory policy: SYS_NICE, IPC_LOCK, SYS_RESOURCE. */
#include <errno.h>
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "case.h"

static bool nice_up(void)
{
	TRY(setpriority(PRIO_PROCESS, 0, 5));
	return getpriority(PRIO_PROCESS, 0) == 5;
}

static bool nice_down(void)
{
	TRY(setpriority(PRIO_PROCESS, 0, -5));
	return getpriority(PRIO_PROCESS, 0) == -5;
}

static bool nice_same(void)
{
	TRY(setpriority(PRIO_PROCESS, 0, 0));
	return true;
}

static bool nice_up_and_back(void)
{
	TRY(setpriority(PRIO_PROCESS, 0, 5));
	TRY(setpriority(PRIO_PROCESS, 0, 0));
	return getpriority(PRIO_PROCESS, 0) == 0;
}

static bool nice_up_other(void)
{
	TRY(setpriority(PRIO_PROCESS, bobs("sleep", NULL), 5));
	return true;
}

static bool getpriority_other(void)
{
	return getpriority(PRIO_PROCESS, bobs("sleep", NULL)) == 0;
}

static bool policy(pid_t pid, int policy, int priority)
{
	struct sched_param p = { priority };

	TRY(sched_setscheduler(pid, policy, &p));
	return sched_getscheduler(pid) == policy;
}

static bool sched_batch(void)
{
	return policy(0, SCHED_BATCH, 0);
}

static bool sched_idle(void)
{
	return policy(0, SCHED_IDLE, 0);
}

static bool sched_other_again(void)
{
	return policy(0, SCHED_OTHER, 0);
}

static bool sched_fifo(void)
{
	struct sched_param p = { 1 };
	struct caps c;

	if (sched_setscheduler(0, SCHED_FIFO, &p) < 0) {
		TRY(get_caps(&c));
		if (c.effective & BIT(CAP_SYS_NICE))
			skip("no real-time scheduling in this control group");
		return false;
	}
	return sched_getscheduler(0) == SCHED_FIFO;
}

static bool sched_batch_other(void)
{
	return policy(bobs("sleep", NULL), SCHED_BATCH, 0);
}

static bool affinity(pid_t pid)
{
	cpu_set_t set;

	TRY(sched_getaffinity(pid, sizeof(set), &set));
	TRY(sched_setaffinity(pid, sizeof(set), &set));
	return true;
}

static bool affinity_own(void)
{
	return affinity(0);
}

static bool affinity_other(void)
{
	return affinity(bobs("sleep", NULL));
}

static bool ioprio(pid_t pid, int class, int level)
{
	TRY(syscall(SYS_ioprio_set, 1, pid, class << 13 | level));
	return syscall(SYS_ioprio_get, 1, pid) == (class << 13 | level);
}

static bool ioprio_best_effort(void)
{
	return ioprio(0, 2, 7);
}

static bool ioprio_realtime(void)
{
	return ioprio(0, 1, 4);
}

static bool ioprio_idle_other(void)
{
	return ioprio(bobs("sleep", NULL), 3, 0);
}

static bool timerslack_other(void)
{
	put(proc_path(bobs("sleep", NULL), "timerslack_ns"), "1000");
	return true;
}

/* memory locks */

#define MB (1 << 20)

static void limit_locks(rlim_t bytes)
{
	struct rlimit r = { bytes, bytes };

	TRY(setrlimit(RLIMIT_MEMLOCK, &r));
}

static void *memory(size_t size)
{
	return (void *)TRY(mmap(NULL, size, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

static bool mlock_under_limit(void)
{
	limit_locks(65536);
	TRY(mlock(memory(16384), 16384));
	return true;
}

static bool mlock_beyond_limit(void)
{
	limit_locks(65536);
	TRY(mlock(memory(MB), MB));
	return true;
}

static bool mlock_limit_0(void)
{
	limit_locks(0);
	TRY(mlock(memory(4096), 4096));
	return true;
}

static bool mlockall_beyond_limit(void)
{
	limit_locks(65536);
	memset(memory(MB), 1, MB);
	TRY(mlockall(MCL_CURRENT));
	return true;
}

static bool map_locked_beyond_limit(void)
{
	limit_locks(65536);
	TRY(mmap(NULL, MB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0));
	return true;
}

static void map_locked(size_t size)
{
	TRY(mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0));
}

/* The host's name is for a capability that must be granted, so that all are when it is recorded. */
static bool map_locked_within_limit(void)
{
	TRY(sethostname("other", 5));
	limit_locks(65536);
	map_locked(16384);
	map_locked(49152);
	return true;
}

static bool map_locked_bit_by_bit(void)
{
	limit_locks(65536);
	map_locked(16384);
	map_locked(49152);
	map_locked(1);
	return true;
}

/* What is locked already is made larger. */
static bool grow_locked(size_t to)
{
	void *p = mmap(NULL, 16384, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);

	return p != MAP_FAILED && mremap(p, 16384, to, MREMAP_MAYMOVE) != MAP_FAILED;
}

static bool locked_grows_within_limit(void)
{
	limit_locks(65536);
	return grow_locked(32768);
}

static bool locked_grows_beyond_limit(void)
{
	limit_locks(65536);
	return grow_locked(131072);
}

static bool map_locked_file_within_limit(void)
{
	int fd = TRY(open("own", O_RDONLY));

	TRY(sethostname("other", 5));
	limit_locks(65536);
	TRY(mmap(NULL, 1, PROT_READ, MAP_PRIVATE | MAP_LOCKED, fd, 0));
	return true;
}

/* None has to be there: they are neither reserved nor touched. */
#define HUGE_PAGES (MAP_LOCKED | MAP_NORESERVE)

static void need_huge_pages(void)
{
	if (access("/sys/kernel/mm/hugepages", F_OK))
		skip("no huge pages here");
}

static bool map_locked_huge_page(void)
{
	need_huge_pages();
	limit_locks(65536);
	TRY(mmap(NULL, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | HUGE_PAGES, -1, 0));
	return true;
}

static bool map_locked_file_of_huge_pages(void)
{
	int fd;

	need_huge_pages();
	fd = TRY(memfd_create("huge", MFD_HUGETLB));
	limit_locks(65536);
	TRY(mmap(NULL, 1, PROT_READ, MAP_PRIVATE | HUGE_PAGES, fd, 0));
	return true;
}

static bool munlock_all(void)
{
	TRY(munlockall());
	return true;
}

/* limits */

static bool rlimit_lower_hard(void)
{
	struct rlimit r = { 64, 64 };

	TRY(setrlimit(RLIMIT_NOFILE, &r));
	return true;
}

static bool rlimit_same(void)
{
	struct rlimit r;

	TRY(getrlimit(RLIMIT_NOFILE, &r));
	TRY(setrlimit(RLIMIT_NOFILE, &r));
	return true;
}

static bool rlimit_raise_soft(void)
{
	struct rlimit r;

	TRY(getrlimit(RLIMIT_NOFILE, &r));
	r.rlim_cur = r.rlim_max;
	TRY(setrlimit(RLIMIT_NOFILE, &r));
	return true;
}

static bool rlimit_raise_hard(void)
{
	struct rlimit r = { 64, 64 };

	TRY(setrlimit(RLIMIT_NOFILE, &r));
	r.rlim_max = 65;
	TRY(setrlimit(RLIMIT_NOFILE, &r));
	return true;
}

static bool rlimit_of_other(void)
{
	struct rlimit r;

	TRY(prlimit(bobs("sleep", NULL), RLIMIT_NOFILE, NULL, &r));
	return true;
}

/* memory policy: a question of Docker's seccomp profile, not of the kernel's */

static bool mempolicy_set(void)
{
	unsigned long nodes = 1;

	TRY(syscall(SYS_set_mempolicy, MPOL_BIND, &nodes, 64));
	return true;
}

static bool mempolicy_mbind(void)
{
	unsigned long nodes = 1;

	TRY(syscall(SYS_mbind, memory(4096), 4096, MPOL_BIND, &nodes, 64, 0));
	return true;
}

static bool mempolicy_ask(void)
{
	int mode;

	if (syscall(SYS_get_mempolicy, &mode, NULL, 0, NULL, 0) < 0)
		perror("get_mempolicy, ignoring");
	return true;
}

/* A policy for a while, as who allocates on one node makes it. */
static bool mempolicy_for_a_while(void)
{
	unsigned long nodes = 1;

	TRY(syscall(SYS_set_mempolicy, MPOL_BIND, &nodes, 64));
	memset(memory(4096), 1, 4096);
	TRY(syscall(SYS_set_mempolicy, MPOL_DEFAULT, NULL, 0));
	return true;
}

static bool mempolicy_default(void)
{
	TRY(syscall(SYS_set_mempolicy, MPOL_DEFAULT, NULL, 0));
	return true;
}

/* as libnuma does at the start of every program that is linked with it */
static bool mempolicy_probe(void)
{
	unsigned long nodes = 1;
	int mode;

	syscall(SYS_get_mempolicy, &mode, &nodes, 64, NULL, 0);
	syscall(SYS_set_mempolicy, MPOL_PREFERRED_MANY, &nodes, 64);
	syscall(SYS_set_mempolicy, MPOL_DEFAULT, NULL, 0);
	return true;
}

/* The same, meant for a while: nobody asks for the policy before. */
static bool mempolicy_preferred_for_a_while(void)
{
	unsigned long nodes = 1;
	long ret = syscall(SYS_set_mempolicy, MPOL_PREFERRED_MANY, &nodes, 64);

	if (ret < 0 && errno == EINVAL)
		skip("no MPOL_PREFERRED_MANY (before 5.15)");
	TRY(ret);
	TRY(syscall(SYS_set_mempolicy, MPOL_DEFAULT, NULL, 0));
	return true;
}

static bool mempolicy_ask_where(void)
{
	char *here = memory(4096);
	int node;

	*here = 1;
	TRY(syscall(SYS_get_mempolicy, &node, NULL, 0, here, MPOL_F_NODE | MPOL_F_ADDR));
	return true;
}

/* nothing but memory: the kernel asks for SYS_ADMIN at each step (overcommit) */

static bool memory_only(void)
{
	int i;

	for (i = 0; i < 100; i++) {
		char *p = memory(MB);

		memset(p, 1, MB);
		p = (char *)TRY(mremap(p, MB, 2 * MB, MREMAP_MAYMOVE));
		TRY(mprotect(p, 2 * MB, PROT_READ));
		TRY(munmap(p, 2 * MB));
	}
	return true;
}

const struct test_case sched_cases[] = {
	CASE(nice_up),
	CASE(nice_down),
	CASE(nice_same),
	CASE(nice_up_and_back),
	CASE(nice_up_other),
	CASE(getpriority_other),
	CASE(sched_batch),
	CASE(sched_idle),
	CASE(sched_other_again),
	CASE(sched_fifo),
	CASE(sched_batch_other),
	CASE(affinity_own),
	CASE(affinity_other),
	CASE(ioprio_best_effort),
	CASE(ioprio_realtime),
	CASE(ioprio_idle_other),
	CASE(timerslack_other),
	CASE(mlock_under_limit),
	CASE(mlock_beyond_limit),
	CASE(mlock_limit_0),
	CASE(mlockall_beyond_limit),
	CASE(map_locked_beyond_limit),
	CASE(map_locked_within_limit),
	CASE(map_locked_bit_by_bit),
	CASE(locked_grows_within_limit),
	CASE(locked_grows_beyond_limit),
	CASE(map_locked_file_within_limit),
	CASE(map_locked_huge_page),
	CASE(map_locked_file_of_huge_pages),
	CASE(munlock_all),
	CASE(rlimit_lower_hard),
	CASE(rlimit_same),
	CASE(rlimit_raise_soft),
	CASE(rlimit_raise_hard),
	CASE(rlimit_of_other),
	CASE(mempolicy_set),
	CASE(mempolicy_mbind),
	CASE(mempolicy_ask),
	CASE(mempolicy_for_a_while),
	CASE(mempolicy_default),
	CASE(mempolicy_probe),
	CASE(mempolicy_preferred_for_a_while),
	CASE(mempolicy_ask_where),
	CASE(memory_only),
	{ NULL, NULL }
};
