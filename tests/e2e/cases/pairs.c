/* SPDX-License-Identifier: GPL-2.0-only */
/* Two sides of a condition each, of calls that are rare: what is asked, and what is asked only
 * then. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <linux/net_tstamp.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "case.h"

#define PROCESS_KEYRING -2
#define USER_MODE_ONLY	1 /* linux/userfaultfd.h, 5.11 */
#define LISTEN_ALL	8 /* NETLINK_LISTEN_ALL_NSID */
#define GET_PERSISTENT	22
#define POLICY_DEADLINE 6
#define MILLISECONDS(n) ((n)*1000000ull)

static bool has_policy(int policy, int flags)
{
	const struct sched_param p = { 0 };

	TRY(sched_setscheduler(0, policy | flags, &p));
	return sched_getscheduler(0) == (policy | flags);
}

static bool sched_reset_on_fork(void)
{
	return has_policy(SCHED_OTHER, SCHED_RESET_ON_FORK);
}

static bool sched_reset_on_fork_taken_back(void)
{
	return has_policy(SCHED_OTHER, SCHED_RESET_ON_FORK) && has_policy(SCHED_OTHER, 0);
}

static bool sched_idle_and_back(void)
{
	return has_policy(SCHED_IDLE, 0) && has_policy(SCHED_OTHER, 0);
}

static bool sched_deadline(void)
{
	const struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t runtime, deadline, period;
	} a = { sizeof(a),	  POLICY_DEADLINE, 0, 0, 0, MILLISECONDS(1),
		MILLISECONDS(10), MILLISECONDS(10) };

	TRY(syscall(SYS_sched_setattr, 0, &a, 0));
	return true;
}

static bool netlink_all_namespaces(void)
{
	int one = 1, s = TRY(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));

	TRY(setsockopt(s, SOL_NETLINK, LISTEN_ALL, &one, sizeof(one)));
	return true;
}

static bool netlink_all_messages(void)
{
	int one = 1, s = TRY(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));

	TRY(setsockopt(s, SOL_NETLINK, NETLINK_NO_ENOBUFS, &one, sizeof(one)));
	return true;
}

static bool joins(int protocol, int groups)
{
	struct sockaddr_nl a = { .nl_family = AF_NETLINK, .nl_groups = groups };
	int s = socket(AF_NETLINK, SOCK_RAW, protocol);

	if (s < 0 && errno == EPROTONOSUPPORT)
		skip("no such netlink protocol");
	TRY(bind(TRY(s), (void *)&a, sizeof(a)));
	return true;
}

static bool netlink_group_of_routes(void)
{
	return joins(NETLINK_ROUTE, 1);
}

static bool netlink_group_of_netfilter(void)
{
	return joins(NETLINK_NETFILTER, 1);
}

static bool netlink_group_of_processes(void)
{
	return joins(NETLINK_CONNECTOR, 1);
}

static bool netlink_group_of_another_connector(void)
{
	return joins(NETLINK_CONNECTOR, 2);
}

static bool sends_at(clockid_t clock)
{
	const struct sock_txtime t = { .clockid = clock };

	TRY(setsockopt(TRY(socket(AF_INET, SOCK_DGRAM, 0)), SOL_SOCKET, SO_TXTIME, &t, sizeof(t)));
	return true;
}

static bool txtime_monotonic(void)
{
	return sends_at(CLOCK_MONOTONIC);
}

static bool txtime_tai(void)
{
	return sends_at(CLOCK_TAI);
}

static bool tcp_congestion_as_it_is(void)
{
	char name[16];
	socklen_t len = sizeof(name);
	int s = TRY(socket(AF_INET, SOCK_STREAM, 0));

	TRY(getsockopt(s, IPPROTO_TCP, TCP_CONGESTION, name, &len));
	TRY(setsockopt(s, IPPROTO_TCP, TCP_CONGESTION, name, len));
	return true;
}

static void *open_as_bob(void *unused)
{
	(void)unused;
	/* The system call is for this thread alone; the library's function is for all of them. */
	TRY(syscall(SYS_setresuid, -1, BOB, -1));
	TRY(open("open/bobs", O_CREAT | O_WRONLY, 0600));
	return NULL;
}

static bool thread_becomes_bob(void)
{
	pthread_t thread;
	struct stat s;

	if (pthread_create(&thread, NULL, open_as_bob, NULL) || pthread_join(thread, NULL))
		not_done("pthread");
	TRY(stat("open/bobs", &s));
	return s.st_uid == BOB && !geteuid();
}

static bool userfaults_unconfined(void)
{
	TRY(syscall(SYS_userfaultfd, O_CLOEXEC));
	return true;
}

static bool userfaults_of_programs_unconfined(void)
{
	TRY(syscall(SYS_userfaultfd, O_CLOEXEC | USER_MODE_ONLY));
	return true;
}

static bool gives_key_to(uid_t uid)
{
	long key = TRY(syscall(SYS_add_key, "user", "captrim", "x", 1, PROCESS_KEYRING));

	TRY(syscall(SYS_keyctl, KEYCTL_CHOWN, key, uid, -1));
	return true;
}

static bool key_given_to_bob_unconfined(void)
{
	return gives_key_to(BOB);
}

static bool key_given_to_self_unconfined(void)
{
	return gives_key_to(0);
}

/* The keyring of the kernel's DNS resolver, which the administrator may clear and nobody may write. */
static long resolvers_keyring(void)
{
	char line[256];
	FILE *f = fopen("/proc/keys", "r");
	long key = 0;

	while (f && !key && fgets(line, sizeof(line), f))
		if (strstr(line, " .dns_resolver"))
			key = strtol(line, NULL, 16);
	if (!key)
		skip("no .dns_resolver here");
	fclose(f);
	return key;
}

static bool keyring_cleared_by_admin_unconfined(void)
{
	TRY(syscall(SYS_keyctl, KEYCTL_CLEAR, resolvers_keyring()));
	return true;
}

static bool keyring_cleared_in_vain_unconfined(void)
{
	return syscall(SYS_keyctl, KEYCTL_CLEAR, INT_MAX) < 0;
}

static bool key_invalidated_in_vain_unconfined(void)
{
	return syscall(SYS_keyctl, KEYCTL_INVALIDATE, resolvers_keyring()) < 0;
}

static bool key_lasting_of_bob_unconfined(void)
{
	TRY(syscall(SYS_keyctl, GET_PERSISTENT, BOB, PROCESS_KEYRING));
	return true;
}

static bool key_lasting_unconfined(void)
{
	TRY(syscall(SYS_keyctl, GET_PERSISTENT, -1, PROCESS_KEYRING));
	return true;
}

const struct test_case pair_cases[] = { CASE(sched_reset_on_fork),
					CASE(sched_reset_on_fork_taken_back),
					CASE(sched_idle_and_back),
					CASE(sched_deadline),
					CASE(netlink_all_namespaces),
					CASE(netlink_all_messages),
					CASE(netlink_group_of_routes),
					CASE(netlink_group_of_netfilter),
					CASE(netlink_group_of_processes),
					CASE(netlink_group_of_another_connector),
					CASE(txtime_monotonic),
					CASE(txtime_tai),
					CASE(tcp_congestion_as_it_is),
					CASE(thread_becomes_bob),
					CASE(userfaults_unconfined),
					CASE(userfaults_of_programs_unconfined),
					CASE(key_given_to_bob_unconfined),
					CASE(key_given_to_self_unconfined),
					CASE(keyring_cleared_by_admin_unconfined),
					CASE(keyring_cleared_in_vain_unconfined),
					CASE(key_invalidated_in_vain_unconfined),
					CASE(key_lasting_of_bob_unconfined),
					CASE(key_lasting_unconfined),
					{ NULL, NULL } };
