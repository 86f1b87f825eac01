/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ends of single system calls. A tracepoint per call is cheaper than the one for
 * all of them: calls that are not watched pay the kernel's slow path, but no
 * program. Its id is read through a detached mount of tracefs, so nothing has to be
 * mounted and nothing is left behind; without SYS_ADMIN, through the one that is mounted.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kern/probe_priv.h"

/*
 * Only root may search it; DAC_READ_SEARCH is enough. Returns a descriptor, or ret where it is not
 * there.
 */
static int open_mounted(int ret)
{
	int fd = open("/sys/kernel/tracing", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs st;

	if (fd < 0)
		return ret;
	if (!fstatfs(fd, &st) && st.f_type == TRACEFS_MAGIC)
		return fd;
	close(fd);
	return ret;
}

static int open_tracefs(void)
{
	int fs = syscall(SYS_fsopen, "tracefs", FSOPEN_CLOEXEC), mnt;

	if (fs < 0)
		return open_mounted(-errno);
	if (syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0)) {
		mnt = -errno;
	} else {
		mnt = syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
		if (mnt < 0)
			mnt = -errno;
	}
	close(fs);
	return mnt;
}

/* The id of the tracepoint at the end of this call; -ENOENT: the kernel lacks the call. */
static int tracepoint_id(int tracefs, const char *name)
{
	char path[128], text[32] = "";
	ct_autoclose int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "events/syscalls/sys_exit_%s/id", name);
	fd = openat(tracefs, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return n < 0 ? -errno : -EIO;
	return atoi(text);
}

static struct bpf_link *attach_one(const struct bpf_program *prog, int id)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = id,
	};
	int fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	struct bpf_link *link;

	if (fd < 0)
		return NULL;
	link = bpf_program__attach_perf_event(prog, fd);
	if (!link)
		close(fd);
	return link;
}

/*
 * With kernel.dmesg_restrict every syslog() is checked for SYSLOG, which is what the profiles
 * want, too (kernel/printk/printk.c:check_syslog_permissions, 5.10 to 7.3).
 */
static bool is_checked_anyway(const char *name)
{
	ct_autofree char *restricted = NULL;

	return !strcmp(name, "syslog") &&
	       !ct_read_file("/proc/sys/kernel/dmesg_restrict", 16, &restricted, NULL) &&
	       restricted[0] == '1';
}

/*
 * The tracepoint lies within cap_capable and shows each of its checks. The other attach types do
 * not see those of security/commoncap.c itself, where the compiler inlined cap_capable (5.10 to
 * 6.12 as Debian builds them); cap_mmap_addr makes one. The calls that lead there are frequent, so
 * they are watched only with those attach types.
 */
bool ct_watch__is_seen_anyway(const struct ct_probe *p, const char *name)
{
	static const char *const mappers[] = { "mmap", "mremap", "shmat" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(mappers); i++)
		if (!strcmp(name, mappers[i]))
			return !strcmp(p->backend, "tp_btf") || !p->skel->rodata->cfg_mmap_min;
	return is_checked_anyway(name);
}

int ct_watch__attach(struct ct_probe *p, const struct bpf_program *prog, const char *const *names,
		     struct ct_err *err)
{
	ct_autoclose int tracefs = open_tracefs();

	if (tracefs < 0)
		return ct_err__set(
			err, -tracefs,
			"cannot open tracefs to watch the ends of system calls: %s%s",
			strerror(-tracefs),
			tracefs == -EPERM || tracefs == -EACCES ?
				"; that takes CAP_SYS_ADMIN, or CAP_DAC_READ_SEARCH where it is "
				"mounted at /sys/kernel/tracing" :
				"");
	for (size_t i = 0; names[i] && p->nwatched < CT_WATCHED_MAX; i++) {
		struct bpf_link *link = NULL;
		int id;

		if (ct_watch__is_seen_anyway(p, names[i]))
			continue;
		id = tracepoint_id(tracefs, names[i]);
		if (id == -ENOENT) /* not every kernel has every call */
			continue;
		errno = id < 0 ? -id : 0;
		if (id >= 0)
			link = attach_one(prog, id);
		if (!link)
			return ct_err__set(err, errno, "cannot watch the system call %s: %s",
					   names[i], strerror(errno));
		p->watched[p->nwatched++] = link;
	}
	return 0;
}

/* Holds nothing but the links, for a while, and lets go of them by ending. */
static void hold_and_end(struct ct_probe *p)
{
	int last = -1;

	for (size_t i = 0; i < p->nwatched; i++)
		if (bpf_link__fd(p->watched[i]) > last)
			last = bpf_link__fd(p->watched[i]);
	for (int fd = 0; fd <= last; fd++) {
		bool is_link = false;

		for (size_t i = 0; i < p->nwatched && !is_link; i++)
			is_link = bpf_link__fd(p->watched[i]) == fd;
		if (!is_link)
			close(fd);
	}
	closefrom(last + 1);
	(void)!chdir("/");
	/* Whoever attaches by then, as verify's next run does, takes over without waiting. */
	sleep(1);
	_exit(0);
}

/* Forks twice, so that nobody has to wait for the process. */
static void leave_to_another(struct ct_probe *p)
{
	pid_t pid = fork();

	if (pid > 0) {
		waitpid(pid, NULL, 0);
		return;
	}
	if (pid < 0)
		return;
	if (!fork())
		hold_and_end(p);
	_exit(0);
}

void ct_watch__detach(struct ct_probe *p)
{
	if (p->nwatched)
		leave_to_another(p);
	for (size_t i = 0; i < p->nwatched; i++)
		bpf_link__destroy(p->watched[i]);
	p->nwatched = 0;
}
