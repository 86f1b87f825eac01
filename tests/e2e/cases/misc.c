/* SPDX-License-Identifier: GPL-2.0-only */
/* The rest: terminals, the log, the clock (never changed), bpf, perf, keys, ports, watches. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/fanotify.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <linux/quota.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "case.h"

/* terminals: a pty of our own, controlling a session of our own */

static int other_end(int *master)
{
	char name[32];
	int n, unlock = 0;

	*master = TRY(open("/dev/ptmx", O_RDWR | O_NOCTTY));
	TRY(ioctl(*master, TIOCSPTLCK, &unlock));
	TRY(ioctl(*master, TIOCGPTN, &n));
	snprintf(name, sizeof(name), "/dev/pts/%d", n);
	return TRY(open(name, O_RDWR | O_NOCTTY));
}

static bool in_session_with_tty(void)
{
	int m, s;

	TRY(setsid());
	s = other_end(&m);
	TRY(ioctl(s, TIOCSCTTY, 0));
	TRY(ioctl(s, TIOCSTI, "x"));
	return true;
}

static bool tty_input_own(void)
{
	if (number_in("/proc/sys/dev/tty/legacy_tiocsti") == 0)
		skip("dev.tty.legacy_tiocsti is 0");
	return in_child(in_session_with_tty);
}

static bool tty_input_foreign(void)
{
	int m, s = other_end(&m);

	TRY(ioctl(s, TIOCSTI, "x"));
	return true;
}

static int stolen;

static bool steals(void)
{
	TRY(setsid());
	TRY(ioctl(stolen, TIOCSCTTY, 1));
	return true;
}

static bool owner_of_tty(void)
{
	int m;

	TRY(setsid());
	stolen = other_end(&m);
	TRY(ioctl(stolen, TIOCSCTTY, 0));
	return in_child(steals);
}

static bool tty_steal(void)
{
	return in_child(owner_of_tty);
}

static bool hangs_up(void)
{
	TRY(setsid());
	TRY(vhangup());
	return true;
}

static bool tty_vhangup(void)
{
	return in_child(hangs_up);
}

/* the kernel's log and symbols */

static bool log_size(void)
{
	if (number_in("/proc/sys/kernel/dmesg_restrict") == 0)
		skip("kernel.dmesg_restrict is 0");
	TRY(klogctl(10, NULL, 0));
	return true;
}

static bool log_open(void)
{
	return opens("/proc/kmsg", O_RDONLY | O_NONBLOCK);
}

static bool symbol_names(void)
{
	return contains("/proc/kallsyms", " ");
}

static bool symbol_addresses(void)
{
	char line[64] = "";
	size_t i;
	int fd = TRY(open("/proc/kallsyms", O_RDONLY));

	if (number_in("/proc/sys/kernel/perf_event_paranoid") <= 1 ||
	    number_in("/proc/sys/kernel/kptr_restrict") > 1)
		skip("shown to all, or to none");
	TRY(lseek(fd, 0, SEEK_SET));
	TRY(read(fd, line, sizeof(line) - 1));
	/* the first symbols may be at 0: any digit further on will do */
	for (;;) {
		for (i = 0; isxdigit(line[i]); i++)
			if (line[i] != '0')
				return true;
		do {
			if (read(fd, line, 1) != 1)
				return false;
		} while (line[0] != '\n');
		memset(line, 0, sizeof(line));
		if (read(fd, line, 16) != 16)
			return false;
	}
}

/* the clock */

static bool clock_read(void)
{
	struct timex t = { .modes = 0 };

	TRY(adjtimex(&t));
	return true;
}

static bool clock_set_nothing(void)
{
	TRY(syscall(SYS_settimeofday, NULL, NULL));
	return true;
}

static bool alarm_timer(void)
{
	int fd = timerfd_create(CLOCK_REALTIME_ALARM, 0);

	if (fd < 0 && errno == EOPNOTSUPP)
		skip("no clock that could wake the machine");
	TRY(fd);
	return true;
}

static bool timer_plain(void)
{
	TRY(timerfd_create(CLOCK_MONOTONIC, 0));
	return true;
}

/* machine */

static bool personality_ask(void)
{
	TRY(personality(0xffffffff));
	return true;
}

static bool personality_linux32(void)
{
	TRY(personality(PER_LINUX32));
	return true;
}

static bool accounting_off(void)
{
	TRY(syscall(SYS_acct, NULL));
	return true;
}

static bool quota_sync(void)
{
	TRY(syscall(SYS_quotactl, QCMD(Q_SYNC, USRQUOTA), NULL, 0, NULL));
	return true;
}

static bool io_port(void)
{
#ifdef SYS_ioperm
	if (syscall(SYS_ioperm, 0x80, 1, 1) < 0) {
		if (errno == ENOSYS)
			skip("no ioperm in this kernel");
		return false;
	}
	return true;
#else
	skip("no I/O ports");
#endif
}

/* bpf, perf, keys, io_uring */

static bool bpf_map(void)
{
	union bpf_attr a = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1 };

	TRY(syscall(SYS_bpf, BPF_MAP_CREATE, &a, sizeof(a)));
	return true;
}

static bool bpf_map_or_without(void)
{
	union bpf_attr a = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1 };

	if (syscall(SYS_bpf, BPF_MAP_CREATE, &a, sizeof(a)) < 0)
		perror("bpf, ignoring");
	return true;
}

static bool perf(bool kernel)
{
	struct perf_event_attr a = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(a),
				     .config = PERF_COUNT_SW_CPU_CLOCK, .exclude_kernel = !kernel, .exclude_hv = 1 };
	long level = number_in("/proc/sys/kernel/perf_event_paranoid");

	if (kernel ? level < 2 : level > 2)
		skip("kernel.perf_event_paranoid is otherwise");
	TRY(syscall(SYS_perf_event_open, &a, 0, -1, -1, 0));
	return true;
}

static bool perf_user(void)
{
	return perf(false);
}

static bool perf_user_unconfined(void)
{
	return perf(false);
}

/* The priority is for a capability that must be granted, so that all are when it is recorded. */
static bool perf_user_though_granted_unconfined(void)
{
	TRY(setpriority(PRIO_PROCESS, 0, -5));
	return perf(false);
}

static bool perf_namespaces_unconfined(void)
{
	struct perf_event_attr a = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(a),
				     .config = PERF_COUNT_SW_DUMMY, .exclude_kernel = 1,
				     .exclude_hv = 1, .namespaces = 1 };

	TRY(syscall(SYS_perf_event_open, &a, 0, -1, -1, 0));
	return true;
}

static bool perf_kernel(void)
{
	return perf(true);
}

static bool key_refused(void)
{
	if (syscall(SYS_add_key, "user", "captrim", "x", 1, -2 /* process keyring */) < 0)
		perror("add_key, ignoring");
	return true;
}

static bool key_unconfined(void)
{
	TRY(syscall(SYS_add_key, "user", "captrim", "x", 1, -2 /* process keyring */));
	return true;
}

static bool io_uring(void)
{
	struct io_uring_params p = { 0 };

	if (syscall(SYS_io_uring_setup, 8, &p) < 0)
		skip("io_uring is forbidden here");
	return true;
}

/* watches */

static bool inotify_own(void)
{
	TRY(inotify_add_watch(TRY(inotify_init()), "own", IN_MODIFY));
	return true;
}

static bool inotify_other_private(void)
{
	TRY(inotify_add_watch(TRY(inotify_init()), "bob/private", IN_MODIFY));
	return true;
}

static bool fanotify_unprivileged(void)
{
	TRY(syscall(SYS_fanotify_init, FAN_CLASS_NOTIF | FAN_REPORT_FID, 0));
	return true;
}

static bool fanotify_mark_unconfined(void)
{
	int fd = TRY(syscall(SYS_fanotify_init, FAN_CLASS_NOTIF | FAN_REPORT_FID, 0));

	TRY(syscall(SYS_fanotify_mark, fd, FAN_MARK_ADD, (long)(FAN_CREATE | FAN_ONDIR), AT_FDCWD,
		    "/scratch"));
	return true;
}

static bool fanotify_mount_unconfined(void)
{
	int fd = TRY(syscall(SYS_fanotify_init, FAN_CLASS_NOTIF, 0));

	TRY(syscall(SYS_fanotify_mark, fd, FAN_MARK_ADD | FAN_MARK_MOUNT, (long)FAN_OPEN, AT_FDCWD,
		    "/scratch"));
	return true;
}

static bool fanotify_permission(void)
{
	if (syscall(SYS_fanotify_init, FAN_CLASS_CONTENT, 0) < 0) {
		if (errno == EINVAL)
			skip("no fanotify permission events in this kernel");
		return false;
	}
	return true;
}

const struct test_case misc_cases[] = {
	CASE(tty_input_own),
	CASE(tty_input_foreign),
	CASE(tty_steal),
	CASE(tty_vhangup),
	CASE(log_size),
	CASE(log_open),
	CASE(symbol_names),
	CASE(symbol_addresses),
	CASE(clock_read),
	CASE(clock_set_nothing),
	CASE(alarm_timer),
	CASE(timer_plain),
	CASE(personality_ask),
	CASE(personality_linux32),
	CASE(accounting_off),
	CASE(quota_sync),
	CASE(io_port),
	CASE(bpf_map),
	CASE(bpf_map_or_without),
	CASE(perf_user),
	CASE(perf_user_unconfined),
	CASE(perf_user_though_granted_unconfined),
	CASE(perf_namespaces_unconfined),
	CASE(perf_kernel),
	CASE(key_refused),
	CASE(key_unconfined),
	CASE(io_uring),
	CASE(inotify_own),
	CASE(inotify_other_private),
	CASE(fanotify_unprivileged),
	CASE(fanotify_mark_unconfined),
	CASE(fanotify_mount_unconfined),
	CASE(fanotify_permission),
	{ NULL, NULL }
};
