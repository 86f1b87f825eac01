/* SPDX-License-Identifier: GPL-2.0-only */
/* Files with capabilities, and paths that lead out of a root. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include "base/clock.h"
#include "base/util.h"
#include "base/walk.h"
#include "dir.h"
#include "model/caps.h"
#include "record/exec_caps.h"
#include "record/file_caps.h"
#include "unit.h"

static void test_fcaps_parse(void)
{
	static const struct {
		const char *bytes;
		size_t len;
		int rc;
		uint64_t permitted;
		bool effective;
		uint32_t rootid;
	} t[] = {
		/* revision 2, effective: net_raw, and bpf in the upper half */
		{ "\1\0\0\2\0\x20\0\0\0\0\0\0\x80\0\0\0\0\0\0\0", 20, 0,
		  CT_CAP(NET_RAW) | CT_CAP(BPF), true, 0 },
		{ "\0\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20, 0, CT_CAP(NET_RAW), false, 0 },
		/* revision 3: the same and a root id */
		{ "\1\0\0\3\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xa0\x86\1\0", 24, 0, CT_CAP(NET_RAW),
		  true, 100000 },
		/* revision 1: 32 bits */
		{ "\1\0\0\1\1\0\0\0\0\0\0\0", 12, 0, CT_CAP(CHOWN), true, 0 },
		{ "\1\0\0\2\1\0\0\0\0\0\0\0", 12, -EINVAL, 0, false, 0 },
		{ "\1\0\0\4\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20, -EINVAL, 0, false, 0 },
		{ "\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 25, -EINVAL, 0, false,
		  0 },
		{ "\1\0\0", 3, -EINVAL, 0, false, 0 },
		{ "", 0, -EINVAL, 0, false, 0 },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++) {
		struct ct_file_caps caps = { 0 };

		CU_ASSERT_EQUAL(ct_file_caps__parse(t[i].bytes, t[i].len, &caps), t[i].rc);
		CU_ASSERT_EQUAL(caps.permitted, t[i].permitted);
		CU_ASSERT_EQUAL(caps.effective, t[i].effective);
		CU_ASSERT_EQUAL(caps.rootid, t[i].rootid);
	}
}

/* The inode a path leads to below root, 0 when to none. */
static ino_t leads_to(int (*opener)(int, const char *), int root, const char *path)
{
	ct_autoclose int fd = opener(root, path);
	struct stat st;

	return fd < 0 || fstat(fd, &st) ? 0 : st.st_ino;
}

/* Both ways to open below a root agree, and neither leaves it. */
static void test_open_in_root(void)
{
	static const struct {
		const char *path;
		bool found; /* the one file */
	} t[] = {
		{ "/bin/tool", true },	  { "bin/tool", true },
		{ "//bin/./tool", true }, { "/../../bin/tool", true },
		{ "/abs", true },	  { "/bin/rel", true },
		{ "/dir/tool", true },	  { "/dir/../bin/tool", true },
		{ "/up", true },	  { "/loop", false },
		{ "/escape", false },	  { "/bin/nothing", false },
		{ "/bin/tool/x", false }, { "/etc/passwd", false },
	};
	int (*const openers[])(int, const char *) = { ct_walk__open_in_root, ct_walk__by_steps };
	autodir char *dir = make_dir();
	ct_autofree char *tool = put(dir, "bin/tool", "x");
	ct_autoclose int root = open(dir, O_PATH | O_DIRECTORY);
	struct stat st;

	CU_ASSERT_FATAL(root >= 0 && !stat(tool, &st));
	CU_ASSERT_EQUAL(symlinkat("/bin/tool", root, "abs"), 0);
	CU_ASSERT_EQUAL(symlinkat("../abs", root, "bin/rel"), 0);
	CU_ASSERT_EQUAL(symlinkat("/bin", root, "dir"), 0);
	CU_ASSERT_EQUAL(symlinkat("../../../../bin/rel", root, "up"), 0);
	CU_ASSERT_EQUAL(symlinkat("loop", root, "loop"), 0);
	CU_ASSERT_EQUAL(symlinkat("../../../../../../etc/passwd", root, "escape"), 0);
	for (size_t k = 0; k < CT_ARRAY_SIZE(openers); k++)
		for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++)
			CU_ASSERT_EQUAL(leads_to(openers[k], root, t[i].path),
					t[i].found ? st.st_ino : 0);
}

/* Of what is opened: valgrind puts the program in its own place in /proc/self/exe for open(), not
 * for stat(). */
static struct ct_file_id id_of(const char *path)
{
	ct_autoclose int fd = open(path, O_PATH | O_CLOEXEC);
	struct ct_file_id id = { 0 };
	struct stat st;

	if (fd >= 0 && !fstat(fd, &st))
		id = (struct ct_file_id){ .ino = st.st_ino,
					  .dev = major(st.st_dev) << 20 | minor(st.st_dev) };
	return id;
}

static void test_fcaps(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *file = put(dir, "tool", "x");
	struct ct_file_caps caps = { .permitted = 1, .effective = true, .setid = true };
	struct statvfs fs;

	if (statvfs(dir, &fs) || (fs.f_flag & ST_NOSUID))
		UNIT_SKIP("/tmp is mounted nosuid");
	CU_ASSERT_EQUAL(ct_file_caps__read(getpid(), file, NULL, &caps), 0);
	CU_ASSERT_EQUAL(caps.permitted, 0);
	CU_ASSERT(!caps.effective && !caps.setid);
	CU_ASSERT_EQUAL(chmod(file, 02745), 0);
	CU_ASSERT_EQUAL(ct_file_caps__read(getpid(), file, NULL, &caps), 0);
	CU_ASSERT(!caps.setid); /* no group execution */
	CU_ASSERT_EQUAL(chmod(file, 02755), 0);
	CU_ASSERT_EQUAL(ct_file_caps__read(getpid(), file, NULL, &caps), 0);
	CU_ASSERT(caps.setid);
	caps.permitted = 7;
	/* No such name: then what the process executes. */
	CU_ASSERT_EQUAL(ct_file_caps__read(getpid(), "/no/such", NULL, &caps), 0);
	CU_ASSERT_EQUAL(caps.permitted, 0);
	caps.permitted = 7;
	CU_ASSERT_EQUAL(ct_file_caps__read(0x7ffffff0, file, NULL, &caps), -ESRCH);
	CU_ASSERT_EQUAL(caps.permitted, 7);
}

/* The name is another file's by now. */
static void test_fcaps_replaced(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *file = put(dir, "tool", "x");
	struct ct_file_id named, running, other = { .ino = ~0ull };
	struct ct_file_caps caps = { 0 };
	struct statvfs fs;

	if (statvfs(dir, &fs) || (fs.f_flag & ST_NOSUID))
		UNIT_SKIP("/tmp is mounted nosuid");
	CU_ASSERT_EQUAL(chmod(file, 04755), 0);
	named = id_of(file);
	running = id_of("/proc/self/exe");
	CU_ASSERT_EQUAL(ct_file_caps__read(getpid(), file, &named, &caps), 0);
	CU_ASSERT(caps.setid);
	CU_ASSERT_EQUAL(ct_file_caps__read(getpid(), file, &running, &caps), 0);
	CU_ASSERT(!caps.setid);
	/* Some file systems have other numbers for stat: then the name is believed. */
	CU_ASSERT_EQUAL(ct_file_caps__read(getpid(), file, &other, &caps), 0);
	CU_ASSERT(caps.setid);
	/* It was removed: then the process may still run it. */
	CU_ASSERT_EQUAL(ct_file_caps__read(getpid(), "/no/such", &running, &caps), 0);
	CU_ASSERT(!caps.setid);
	CU_ASSERT_EQUAL(ct_file_caps__read(getpid(), "/no/such", &named, &caps), -ESRCH);
}

/* The process is gone, and the root that was kept may not have been its own: it was in a chroot. */
static void test_fcaps_below(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *file = put(dir, "tool", "x"), *elsewhere = put(dir, "jail/tool", "x");
	ct_autoclose int root = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct ct_file_id same = id_of(file), other = id_of(elsewhere);
	struct ct_file_caps caps = { .permitted = 7 };

	CU_ASSERT_EQUAL(ct_file_caps__read_below(root, "/tool", &other, &caps), -ENOENT);
	CU_ASSERT_EQUAL(caps.permitted, 7);
	/* Another device number does not show it: those of overlayfs and btrfs differ. */
	same.dev++;
	CU_ASSERT_EQUAL(ct_file_caps__read_below(root, "/tool", &same, &caps), 0);
	CU_ASSERT_EQUAL(caps.permitted, 0);
}

static void test_fcaps_set(void)
{
	static const char attr[] = "\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0";
	autodir char *dir = make_dir();
	ct_autofree char *file = put(dir, "tool", "x");
	struct ct_file_caps caps = { .setid = true };

	if (setxattr(file, "security.capability", attr, sizeof(attr), 0))
		UNIT_SKIP("file capabilities cannot be set here");
	CU_ASSERT_EQUAL(ct_file_caps__read(getpid(), file, NULL, &caps), 0);
	CU_ASSERT_EQUAL(caps.permitted, CT_CAP(NET_RAW));
	CU_ASSERT(caps.effective && !caps.setid);
}

/* Executes the file from a nosuid mount of its directory that only this process has. */
static void run_nosuid(const char *dir, const char *file, int failed)
{
	if (!unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	    !mount(dir, dir, NULL, MS_BIND, NULL) &&
	    !mount(NULL, dir, NULL, MS_BIND | MS_REMOUNT | MS_NOSUID, NULL))
		execl(file, file, "60", NULL);
	_exit(write(failed, "", 1) != 1);
}

/* On a nosuid mount execve gives nothing, also where only the process leads to the file. */
static void test_fcaps_nosuid(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *file = put(dir, "tool", "x");
	ct_autofree char *copy = ct_xasprintf("cp /bin/sleep %s && chmod 04755 %s", file, file);
	struct ct_file_caps caps = { .permitted = 1, .setid = true };
	struct ct_file_id id;
	int run[2], pid;
	ssize_t failed;
	char byte;

	CU_ASSERT_FATAL(!system(copy) && !pipe2(run, O_CLOEXEC));
	id = id_of(file);
	pid = fork();
	if (!pid)
		run_nosuid(dir, file, run[1]);
	close(run[1]);
	failed = read(run[0], &byte, 1); /* the execve closes the other end */
	close(run[0]);
	if (failed)
		waitpid(pid, NULL, 0);
	if (failed)
		UNIT_SKIP("nothing can be mounted here");
	CU_ASSERT_EQUAL(ct_file_caps__read_running(pid, &id, &caps), 0);
	CU_ASSERT(!caps.permitted && !caps.setid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* An execve by a process that is gone: whether the file's capabilities are known, and the setid
 * bit. */
static int find_gone(struct ct_exec_caps *r, uint32_t mntns, const char *file, uint64_t ino,
		     bool *set)
{
	struct ct_exec_event e = { .proc.pid = 0x3ffffff0, .mntns_inum = mntns, .ino = ino };
	ct_autofree char *copy = ct_xstrdup(file);
	struct ct_exec x = { .file = copy };
	int ret = ct_exec_caps__find(r, &e, &x);

	*set = x.setuid;
	return ret;
}

/* What had the PID before lends nothing to /proc/self/exe, unless it is the same file. */
static void test_self_exe(void)
{
	struct ct_exec_caps *r = ct_exec_caps__new();
	uint32_t ours = ct_exec_caps__our_mntns(r);
	autodir char *dir = make_dir();
	ct_autofree char *file = put(dir, "tool", "x");
	struct ct_file_id id = id_of(file);
	struct statvfs fs;
	bool set;

	CU_ASSERT_EQUAL(chmod(file, 04755), 0);
	CU_ASSERT_EQUAL(find_gone(r, ours, file, id.ino, &set), 0);
	if (!statvfs(dir, &fs) && !(fs.f_flag & ST_NOSUID))
		CU_ASSERT(set);
	CU_ASSERT_EQUAL(find_gone(r, 1, "/proc/self/exe", id.ino, &set), 0);
	CU_ASSERT(find_gone(r, 1, "/proc/self/exe", id.ino + 1, &set) < 0);
	CU_ASSERT_FALSE(set);
	ct_exec_caps__free(r);
}

#define ROOTS 12

/* Roots that are kept leave descriptors for everything else. */
static void test_few_descriptors(void)
{
	int next = open("/dev/null", O_RDONLY | O_CLOEXEC), pids[ROOTS], ready[2], left;
	struct ct_exec_caps *r = NULL;
	struct rlimit limit, few;

	CU_ASSERT_FATAL(next >= 0 && !close(next) && !pipe2(ready, O_CLOEXEC));
	for (int i = 0; i < ROOTS; i++) {
		pids[i] = fork();
		if (!pids[i]) {
			if (chroot("/proc") || write(ready[1], "", 1) != 1)
				_exit(1);
			pause();
		}
	}
	close(ready[1]);
	for (int i = 0; i < ROOTS; i++)
		next += (int)read(ready[0], &(char){ 0 }, 1);
	close(ready[0]);
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
	few = (struct rlimit){ (rlim_t)next, limit.rlim_max };
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &few), 0);
	r = ct_exec_caps__new();
	for (int i = 0; i < ROOTS; i++)
		(void)ct_exec_caps__keep(r, (uint64_t)i + 1, pids[i]);
	left = open("/dev/null", O_RDONLY | O_CLOEXEC);
	CU_ASSERT(left >= 0 && !close(left));
	ct_exec_caps__free(r);
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (int i = 0; i < ROOTS; i++)
		CU_ASSERT(!kill(pids[i], SIGKILL) && waitpid(pids[i], NULL, 0) == pids[i]);
}

/* What a file gave that was changed since, nobody knows; what it gives now counts. */
static void test_changed_since(void)
{
	struct ct_exec_caps *r = ct_exec_caps__new();
	autodir char *dir = make_dir();
	ct_autofree char *file = put(dir, "tool", "x");
	uint64_t made = ct_clock__now_ns();
	struct ct_exec_event e = { .proc.pid = 0x3ffffff0,
				   .mntns_inum = ct_exec_caps__our_mntns(r),
				   .ino = id_of(file).ino,
				   .h.ns = made + 100 * CT_NS_PER_MS };
	struct ct_exec x = { .file = file };

	ct_clock__sleep_ns(200 * CT_NS_PER_MS);
	CU_ASSERT_EQUAL(ct_exec_caps__find(r, &e, &x), 0);
	CU_ASSERT_FATAL(!chmod(file, 0700));
	CU_ASSERT_EQUAL(ct_exec_caps__find(r, &e, &x), -ESTALE);
	e.creds.uid = 1000; /* the kernel says that the effective bit was not set */
	CU_ASSERT_EQUAL(ct_exec_caps__find(r, &e, &x), 0);
	e.creds.uid = 0;
	CU_ASSERT_FATAL(!chmod(file, 04700));
	CU_ASSERT_EQUAL(ct_exec_caps__find(r, &e, &x), 0);
	ct_exec_caps__free(r);
}

static CU_TestInfo tests[] = {
	{ "attribute", test_fcaps_parse },
	{ "open below a root", test_open_in_root },
	{ "file", test_fcaps },
	{ "file that was replaced", test_fcaps_replaced },
	{ "file below another root", test_fcaps_below },
	{ "file with capabilities", test_fcaps_set },
	{ "nosuid", test_fcaps_nosuid },
	{ "/proc/self/exe", test_self_exe },
	{ "few descriptors", test_few_descriptors },
	{ "changed since", test_changed_since },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("file-caps", tests)
