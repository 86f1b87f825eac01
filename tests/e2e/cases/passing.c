/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is passed on: a write by a FUSE server to a file of its own, a program to its interpreter. And who is out of an
 * advice's reach: a child in a user namespace of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "case.h"

/* FUSE: one file, "file", whose reads and writes the kernel passes on to another one (6.9) */

#define PASSES_ON	 (1u << 5) /* FUSE_PASSTHROUGH, of flags2 */
#define OPENED_TO_PASS	 (1u << 7) /* FOPEN_PASSTHROUGH */
#define REGISTER_BACKING _IOW(229, 1, struct backing)
#define BACKING		 "/tmp/backing" /* not on an overlay, which would ask itself */

struct backing {
	int fd;
	unsigned int flags;
	unsigned long long pad;
};

struct answer {
	struct fuse_out_header h;
	union {
		struct fuse_init_out init;
		struct fuse_entry_out entry;
		struct fuse_attr_out attr;
		struct fuse_open_out open;
	};
};

static void describe(struct fuse_attr *a, bool directory)
{
	a->mode = directory ? S_IFDIR | 0755 : S_IFREG | 0644;
	a->nlink = 1;
	a->size = 5;
}

static int open_backing(int fuse, struct fuse_open_out *o)
{
	struct backing b = { .fd = TRY(open(BACKING, O_RDWR)) };
	int id = ioctl(fuse, REGISTER_BACKING, &b);

	if (id < 0)
		return -errno;
	o->open_flags = OPENED_TO_PASS;
	o->padding = id;
	return 0;
}

/* The body's length, or an error. */
static int fill_answer(int fuse, const struct fuse_in_header *in, struct answer *a)
{
	int err;

	switch (in->opcode) {
	case FUSE_INIT:
		a->init.major = 7;
		a->init.minor = 40;
		a->init.max_write = 4096;
		a->init.flags = FUSE_INIT_EXT;
		a->init.flags2 = PASSES_ON;
		a->init.unused[0] = 1; /* max_stack_depth */
		return sizeof(a->init);
	case FUSE_LOOKUP:
		a->entry.nodeid = 2;
		describe(&a->entry.attr, false);
		return sizeof(a->entry);
	case FUSE_GETATTR:
		describe(&a->attr.attr, in->nodeid == FUSE_ROOT_ID);
		return sizeof(a->attr);
	case FUSE_OPEN: err = open_backing(fuse, &a->open); return err ? err : (int)sizeof(a->open);
	case FUSE_RELEASE:
	case FUSE_FLUSH: return 0;
	default: return -ENOSYS;
	}
}

static void __attribute__((noreturn)) serve(int fuse)
{
	static char request[1 << 16];
	const struct fuse_in_header *in = (void *)request;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(fuse, request, sizeof(request)) > 0) {
		struct answer a = { .h.unique = in->unique };
		int body;

		if (in->opcode == FUSE_FORGET || in->opcode == FUSE_BATCH_FORGET)
			continue;
		body = fill_answer(fuse, in, &a);
		a.h.error = body < 0 ? body : 0;
		a.h.len = sizeof(a.h) + (body < 0 ? 0 : body);
		if (write(fuse, &a, a.h.len) < 0 && errno != ENOENT)
			break;
	}
	_exit(0);
}

static void write_hello(const char *path)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 && errno == EIO)
		skip("FUSE passes nothing on (before 6.9)");
	if (write(TRY(fd), "hello", 5) != 5)
		not_done(path);
	close(fd);
}

static bool passes_write_on(mode_t mode)
{
	char options[64];
	int fuse;
	pid_t server;

	TRY(mknod("fuse", S_IFCHR | 0600, makedev(10, 229)));
	fuse = open("fuse", O_RDWR | O_CLOEXEC);
	if (fuse < 0 && (errno == ENXIO || errno == ENODEV))
		skip("no FUSE here");
	TRY(fuse);
	unlink(BACKING);
	TRY(mknod(BACKING, S_IFREG | 0644, 0));
	put(BACKING, "HELLO");
	TRY(chmod(BACKING, mode));
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse);
	TRY(mount("captrim", "dir", "fuse", 0, options));
	server = TRY(fork());
	if (!server)
		serve(fuse);
	close(fuse);
	write_hello("dir/file");
	TRY(umount2("dir", MNT_DETACH));
	kill(server, SIGKILL);
	return contains(BACKING, "hello") && mode_of(BACKING) == mode;
}

static bool fuse_write_keeps_setuid(void)
{
	return passes_write_on(04755);
}

static bool fuse_write_plain(void)
{
	return passes_write_on(0755);
}

/* binfmt_misc: a file that the kernel cannot execute, with a capability, and the helper as its interpreter */

static void remove_format(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "open/%s", name);
	put(path, "-1");
}

static bool runs_by_interpreter(const char *name, const char *flags)
{
	char line[128];
	pid_t pid;
	bool ok;

	if (mount("none", "open", "binfmt_misc", 0, NULL) && errno == ENODEV)
		skip("no binfmt_misc here");
	snprintf(line, sizeof(line), ":%s:M::captrim %s::/t/helper:%s", name, name, flags);
	put("open/register", line);
	pid = TRY(fork());
	if (!pid) {
		TRY(chdir("/t/foreign"));
		TRY(chdir(name));
		execl("true", "true", NULL); /* as it is called, so the helper is told */
		not_done("true");
	}
	ok = exits_0(pid);
	remove_format(name);
	return ok;
}

static bool interpreted_filecap_of_program(void)
{
	return runs_by_interpreter("captrim-c", "C");
}

static bool interpreted_filecap_of_interpreter(void)
{
	return runs_by_interpreter("captrim-o", "O");
}

/* A child that holds a capability in a user namespace that this user made. Its real id stays root's. */
static pid_t child_holding(int cap, uid_t owner)
{
	pid_t pid;
	int p[2];
	char c;

	TRY(pipe(p));
	pid = TRY(fork());
	if (!pid) {
		struct caps held = { .permitted = BIT(cap) };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		TRY(seteuid(owner));
		TRY(unshare(CLONE_NEWUSER));
		TRY(set_caps(held));
		alarm(10);
		TRY(write(p[1], "x", 1));
		for (;;)
			pause();
	}
	close(p[1]);
	if (TRY(read(p[0], &c, 1)) != 1)
		not_done("child");
	return pid;
}

static bool renices(pid_t pid)
{
	bool ok = !setpriority(PRIO_PROCESS, pid, 5);

	kill(pid, SIGKILL);
	return ok;
}

static bool nice_bobs_namespace_unconfined(void)
{
	return renices(child_holding(CAP_SYSLOG, BOB));
}

static bool nice_own_childs_namespace_unconfined(void)
{
	return renices(child_holding(CAP_SYSLOG, 0));
}

const struct test_case passing_cases[] = {
	CASE(fuse_write_keeps_setuid),
	CASE(fuse_write_plain),
	CASE(interpreted_filecap_of_program),
	CASE(interpreted_filecap_of_interpreter),
	CASE(nice_bobs_namespace_unconfined),
	CASE(nice_own_childs_namespace_unconfined),
	{ 0 },
};
