/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose credentials, and whose object? Calls made with other credentials than the task's own, by the owner of a user
 * namespace or by somebody else, and calls of one kind of which some matter and others do not.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/io_uring.h>
#include <linux/landlock.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "case.h"

/* Nothing is effective from now on; what is permitted stays. */
static void lower_all(void)
{
	struct caps c;

	TRY(get_caps(&c));
	c.effective = 0;
	TRY(set_caps(c));
}

/* io_uring: one request at a time */

struct ring {
	int fd;
	unsigned int *tail, *mask, *array, *head, *ctail, *cmask;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
};

static struct ring ring_of(unsigned int flags)
{
	struct io_uring_params p = { .flags = flags };
	struct ring r = { .fd = syscall(SYS_io_uring_setup, 4, &p) };
	char *sq, *cq;

	if (r.fd < 0)
		skip("no io_uring here");
	sq = mmap(NULL, p.sq_off.array + p.sq_entries * 4, PROT_READ | PROT_WRITE, MAP_SHARED, r.fd, IORING_OFF_SQ_RING);
	cq = mmap(NULL, p.cq_off.cqes + p.cq_entries * sizeof(*r.cqes), PROT_READ | PROT_WRITE, MAP_SHARED, r.fd,
		  IORING_OFF_CQ_RING);
	r.sqes = mmap(NULL, p.sq_entries * sizeof(*r.sqes), PROT_READ | PROT_WRITE, MAP_SHARED, r.fd, IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED || r.sqes == MAP_FAILED)
		not_done("mmap");
	r.tail = (void *)(sq + p.sq_off.tail);
	r.mask = (void *)(sq + p.sq_off.ring_mask);
	r.array = (void *)(sq + p.sq_off.array);
	r.head = (void *)(cq + p.cq_off.head);
	r.ctail = (void *)(cq + p.cq_off.tail);
	r.cmask = (void *)(cq + p.cq_off.ring_mask);
	r.cqes = (void *)(cq + p.cq_off.cqes);
	return r;
}

static void ring_add(struct ring *r, const struct io_uring_sqe *sqe)
{
	unsigned int i = *r->tail & *r->mask;

	r->sqes[i] = *sqe;
	r->array[i] = i;
	__atomic_store_n(r->tail, *r->tail + 1, __ATOMIC_RELEASE);
}

/* The result of a request, negative as in the kernel. */
static int ring_do(struct ring *r, const struct io_uring_sqe *sqe)
{
	int res;

	ring_add(r, sqe);
	TRY(syscall(SYS_io_uring_enter, r->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0));
	res = r->cqes[*r->head & *r->cmask].res;
	__atomic_store_n(r->head, *r->head + 1, __ATOMIC_RELEASE);
	return res;
}

static int personality_of(struct ring *r)
{
	return TRY(syscall(SYS_io_uring_register, r->fd, IORING_REGISTER_PERSONALITY, NULL, 0));
}

static struct io_uring_sqe request_open(const char *path, int flags, int personality)
{
	return (struct io_uring_sqe){ .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (uintptr_t)path,
				      .open_flags = flags, .len = 0600, .personality = personality };
}

/* Opens with the credentials that it registered before it lowered its own. */
static bool opens_as_registered(const char *path, int flags)
{
	struct ring r = ring_of(0);
	struct io_uring_sqe sqe = request_open(path, flags, personality_of(&r));

	lower_all();
	return ring_do(&r, &sqe) >= 0;
}

static bool personality_reads_private(void)
{
	return opens_as_registered("bob/private", O_RDONLY);
}

static bool personality_writes_private(void)
{
	return opens_as_registered("bob/private", O_WRONLY);
}

static bool personality_reads_public(void)
{
	return opens_as_registered("bob/public", O_RDONLY);
}

static bool personality_creates_in_other(void)
{
	return opens_as_registered("bob/new", O_WRONLY | O_CREAT);
}

static bool personality_enters_locked(void)
{
	return opens_as_registered("bob/locked/file", O_RDONLY);
}

static bool personality_unlinks_in_other(void)
{
	struct ring r = ring_of(0);
	struct io_uring_sqe sqe = { .opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = (uintptr_t)"bob/public",
				    .personality = personality_of(&r) };

	lower_all();
	return ring_do(&r, &sqe) >= 0;
}

static bool personality_finds_nothing(void)
{
	struct ring r = ring_of(0);
	struct io_uring_sqe sqe = request_open("bob/absent", O_RDONLY, personality_of(&r));

	lower_all();
	return ring_do(&r, &sqe) == -ENOENT;
}

static bool ring_reads_private(void)
{
	struct ring r = ring_of(0);
	struct io_uring_sqe sqe = request_open("bob/private", O_RDONLY, 0);

	return ring_do(&r, &sqe) >= 0;
}

static bool ring_reads_private_by_worker(void)
{
	struct ring r = ring_of(0);
	struct io_uring_sqe sqe = request_open("bob/private", O_RDONLY, 0);

	sqe.flags = IOSQE_ASYNC;
	return ring_do(&r, &sqe) >= 0;
}

static bool personality_reads_private_by_worker(void)
{
	struct ring r = ring_of(0);
	struct io_uring_sqe sqe = request_open("bob/private", O_RDONLY, personality_of(&r));

	sqe.flags = IOSQE_ASYNC;
	lower_all();
	return ring_do(&r, &sqe) >= 0;
}

/* A request that waits for a pipe runs when some later call returns. */
static bool later_call(struct ring *r, struct io_uring_sqe *sqe, void (*call)(void))
{
	struct io_uring_sqe poll = { .opcode = IORING_OP_POLL_ADD, .flags = IOSQE_IO_LINK, .poll32_events = 1 };
	int p[2];
	bool ok = true;

	TRY(pipe(p));
	poll.fd = p[0];
	ring_add(r, &poll);
	ring_add(r, sqe);
	TRY(syscall(SYS_io_uring_enter, r->fd, 2, 0, 0, NULL, 0));
	TRY(write(p[1], "x", 1));
	call();
	TRY(syscall(SYS_io_uring_enter, r->fd, 0, 2, IORING_ENTER_GETEVENTS, NULL, 0));
	for (int i = 0; i < 2; i++)
		ok &= r->cqes[(*r->head + i) & *r->cmask].res >= 0;
	return ok;
}

static void fails(void)
{
	struct stat st;

	if (!stat("/proc/1/root/absent", &st))
		not_done("stat");
}

static bool put_off_reads_private(void)
{
	struct ring r = ring_of(0);
	struct io_uring_sqe sqe = request_open("bob/private", O_RDONLY, 0);

	return later_call(&r, &sqe, fails);
}

static bool put_off_reads_public(void)
{
	struct ring r = ring_of(0);
	struct io_uring_sqe sqe = request_open("bob/public", O_RDONLY, 0);

	return later_call(&r, &sqe, fails);
}

static bool polled_ring_reads(const char *path)
{
	struct ring r = ring_of(IORING_SETUP_SQPOLL);
	struct io_uring_sqe sqe = request_open(path, O_RDONLY, 0);

	lower_all();
	ring_add(&r, &sqe);
	TRY(syscall(SYS_io_uring_enter, r.fd, 1, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP, NULL, 0));
	return r.cqes[*r.head & *r.cmask].res >= 0;
}

static bool polled_ring_reads_private(void)
{
	return polled_ring_reads("bob/private");
}

static bool polled_ring_reads_public(void)
{
	return polled_ring_reads("bob/public");
}

/* Core dumps are written with credentials of their own making. */

static bool dumps_core_in(const char *directory)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	char pattern[256] = "";
	int fd = TRY(open("/proc/sys/kernel/core_pattern", O_RDONLY)), status;
	pid_t pid;

	if (read(fd, pattern, sizeof(pattern) - 1) <= 0 || strcmp(pattern, "core\n"))
		skip("core dumps go elsewhere");
	if (setrlimit(RLIMIT_CORE, &limit) < 0)
		skip("no core dumps here");
	TRY(chdir(directory));
	pid = TRY(fork());
	if (!pid)
		abort();
	TRY(waitpid(pid, &status, 0));
	return access("core", F_OK) == 0 || access("core.1", F_OK) == 0 || WCOREDUMP(status);
}

static bool dumps_core_in_other(void)
{
	return dumps_core_in("bob");
}

static bool dumps_core_in_own(void)
{
	return dumps_core_in("dir");
}

/* Landlock refuses with the error that a missing capability gives, some things only after they are done. */

static void allow_all_but(uint64_t access)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = access };
	int fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	if (fd < 0)
		skip("no Landlock here");
	TRY(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	TRY(syscall(SYS_landlock_restrict_self, fd, 0));
}

static bool landlock_made_but_unreadable(void)
{
	struct stat st;

	allow_all_but(LANDLOCK_ACCESS_FS_READ_FILE);
	if (open("bob/new", O_RDONLY | O_CREAT, 0600) >= 0)
		return false;
	return stat("bob/new", &st) == 0;
}

static bool landlock_reads_in_vain(void)
{
	allow_all_but(LANDLOCK_ACCESS_FS_READ_FILE);
	return open("bob/private", O_RDONLY) < 0 && errno == EACCES;
}

static bool landlock_creates_in_vain(void)
{
	allow_all_but(LANDLOCK_ACCESS_FS_MAKE_REG);
	return open("bob/new", O_RDONLY | O_CREAT, 0600) < 0 && errno == EACCES;
}

/* Refused by Landlock: EACCES or EXDEV; by may_linkat: EPERM */
static bool landlock_link_tells_errors_apart(void)
{
	allow_all_but(LANDLOCK_ACCESS_FS_MAKE_REG);
	return link("bob/public", "open/name") < 0 && errno != EPERM;
}

static bool landlock_mknod_in_vain(void)
{
	allow_all_but(LANDLOCK_ACCESS_FS_MAKE_FIFO);
	return mkfifo("bob/fifo", 0600) < 0 && errno == EACCES;
}

/* A path that is refused for one process and not for another. */

static bool looks(pid_t pid, const char *file)
{
	struct stat st;

	return stat(proc_path(pid, file), &st) == 0;
}

static bool proc_fd_of_bob_in_vain(void)
{
	looks(bobs("sleep", NULL), "fd/0"); /* to no effect, unless it may trace others */
	return true;
}

static bool stat_in_vain_then_locked(void)
{
	struct stat st;

	looks(bobs("sleep", NULL), "fd/0");
	return stat("bob/locked/file", &st) == 0;
}

/* Landlock keeps those whom it confines from looking into others, whatever they hold. */

static pid_t seen;

static bool looks_at_seen(void)
{
	char buf[256];

	return readlink(proc_path(seen, "exe"), buf, sizeof(buf)) > 0;
}

static bool looks_confined(void)
{
	allow_all_but(LANDLOCK_ACCESS_FS_MAKE_FIFO);
	return !looks_at_seen() && errno == EACCES;
}

/* The host's name is for a capability that must be granted, so that all are when it is recorded. */
static bool landlock_looks_in_vain(void)
{
	seen = bobs("sleep", NULL);
	TRY(sethostname("other", 5));
	return in_child(looks_confined);
}

static bool landlock_looks_in_vain_then_sees(void)
{
	seen = bobs("sleep", NULL);
	return in_child(looks_confined) && looks_at_seen();
}

/* O_CREAT */

static bool creates(const char *path, int flags)
{
	int fd = open(path, O_CREAT | O_WRONLY | flags, 0600);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static bool creat_through_link_new(void)
{
	TRY(symlink("../bob/new", "open/link"));
	return creates("open/link", 0);
}

static bool creat_through_link_found(void)
{
	TRY(symlink("../bob/shared", "open/link"));
	return creates("open/link", 0);
}

static bool creat_excl_free_name(void)
{
	static const char *const names[] = { "bob/public", "bob/private", "bob/script", "bob/new" };

	for (int i = 0; i < 4; i++)
		if (creates(names[i], O_EXCL))
			return i == 3;
	return false;
}

static bool creat_directory_is_there(void)
{
	return open("bob/open", O_CREAT | O_WRONLY, 0600) < 0 && errno == EISDIR;
}

static bool tmpfile_in_other(void)
{
	return open("bob", O_TMPFILE | O_WRONLY, 0600) >= 0;
}

static bool tmpfile_linked_in_other(void)
{
	char path[64];
	int fd = TRY(open("dir", O_TMPFILE | O_WRONLY, 0600));

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	TRY(linkat(AT_FDCWD, path, AT_FDCWD, "bob/new", AT_SYMLINK_FOLLOW));
	return true;
}

static bool tmpfile_linked_in_own(void)
{
	char path[64];
	int fd = TRY(open("dir", O_TMPFILE | O_WRONLY, 0600));

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	TRY(linkat(AT_FDCWD, path, AT_FDCWD, "dir/new", AT_SYMLINK_FOLLOW));
	return true;
}

/* Several questions of one kind, of which one matters */

static bool link_own_then_other(void)
{
	TRY(chmod("own", 0444));
	TRY(link("own", "open/name"));
	TRY(link("bob/public", "open/name2"));
	return true;
}

static bool link_other_to_other(void)
{
	TRY(link("bob/public", "bob/name"));
	return true;
}

static bool xattr_list_none_then_trusted_on_tmpfs(void)
{
	char names[256];
	ssize_t n;

	TRY(close(TRY(open("/scratch/a", O_CREAT | O_WRONLY, 0644))));
	TRY(close(TRY(open("/scratch/b", O_CREAT | O_WRONLY, 0644))));
	TRY(setxattr("/scratch/b", "trusted.captrim", "yes", 3, 0));
	TRY(listxattr("/scratch/a", names, sizeof(names)));
	n = TRY(listxattr("/scratch/b", names, sizeof(names)));
	return n > 0;
}

static bool continue_bobs_in_two_sessions(void)
{
	pid_t mine = bobs("sleep", NULL), other = TRY(fork());

	if (!other) {
		setsid();
		TRY(dup2(TRY(open("/dev/null", O_WRONLY)), 1));
		execv("/t/as-bob", (char *[]){ "/t/as-bob", "/t/helper", "sleep", NULL });
		_exit(1);
	}
	usleep(200000);
	TRY(kill(mine, SIGCONT));
	TRY(kill(other, SIGCONT));
	kill(other, SIGKILL);
	return true;
}

static void on_alarm(int sig)
{
	(void)sig;
}

/* Permission was given, and then the call waits, is interrupted and made again. */
static bool fifo_of_bob_interrupted(void)
{
	struct sigaction a = { .sa_handler = on_alarm };

	TRY(sigaction(SIGALRM, &a, NULL));
	TRY(mkfifo("bob/open/fifo", 0600));
	TRY(chown("bob/open/fifo", BOB, BOB));
	ualarm(100000, 0);
	if (open("bob/open/fifo", O_RDONLY) >= 0 || errno != EINTR)
		return false;
	return opens("bob/open/fifo", O_RDWR);
}

/* An ACL on files of a group that it has left, all it owns */

static void leave_group_of_files(void)
{
	TRY(close(TRY(open("/scratch/plain", O_CREAT | O_WRONLY, 0750))));
	TRY(close(TRY(open("/scratch/setgid", O_CREAT | O_WRONLY, 0750))));
	TRY(chmod("/scratch/setgid", 02750));
	TRY(setgroups(0, NULL));
	TRY(setegid(BOB));
}

static void set_acl(const char *path)
{
	static const struct {
		uint32_t version;
		struct {
			uint16_t tag, perm;
			uint32_t id;
		} e[5];
	} acl = { 2, { { 1, 7, -1 }, { 2, 4, APP }, { 4, 5, -1 }, { 0x10, 5, -1 }, { 0x20, 0, -1 } } };

	TRY(setxattr(path, "system.posix_acl_access", &acl, sizeof(acl), 0));
}

static bool acl_on_plain_of_left_group(void)
{
	leave_group_of_files();
	set_acl("/scratch/plain");
	return true;
}

static bool acl_on_plain_then_setgid_of_left_group(void)
{
	leave_group_of_files();
	set_acl("/scratch/plain");
	set_acl("/scratch/setgid");
	return mode_of("/scratch/setgid") & 02000;
}

/* The opener's credentials against the present ones: equal is not enough, they must be the same. */

static bool link_by_descriptor(bool renew)
{
	int fd = TRY(open("dir", O_TMPFILE | O_WRONLY, 0600));
	struct caps c;

	TRY(get_caps(&c));
	if (renew)
		TRY(set_caps(c));
	TRY(linkat(fd, "", AT_FDCWD, "dir/new", AT_EMPTY_PATH));
	return true;
}

static bool tmpfile_linked_by_descriptor(void)
{
	return link_by_descriptor(false);
}

static bool tmpfile_linked_by_descriptor_after_capset(void)
{
	return link_by_descriptor(true);
}

/* The real identity's rights, which access(2) takes up */
static bool access_by_real_identity_insists(void)
{
	TRY(seteuid(BOB));
	return access("bob/locked/file", W_OK) == 0 && access("app", W_OK) == 0;
}

/* Files opened while it was allowed more */

static bool pagemap_opened_before(bool wants_frame)
{
	int fd = TRY(open("/proc/self/pagemap", O_RDONLY));
	static char page[4096] = "x";
	uint64_t entry = 0;

	lower_all();
	page[0] = 1;
	TRY(pread(fd, &entry, 8, (uintptr_t)page / 4096 * 8));
	return wants_frame ? (entry & ((1ull << 55) - 1)) != 0 : entry >> 63;
}

static bool pagemap_opened_before_frame(void)
{
	return pagemap_opened_before(true);
}

static bool pagemap_opened_before_present(void)
{
	return pagemap_opened_before(false);
}

static bool pagemap_from_parent(void)
{
	int s[2], p, fd = -1;
	char c = 0, control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec v = { &c, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	static char page[4096] = "x";
	uint64_t entry = 0;
	pid_t pid;

	page[0] = 1;
	TRY(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	pid = TRY(fork());
	if (!pid) {
		TRY(prctl(PR_CAPBSET_DROP, CAP_CHOWN));
		lower_all();
		TRY(recvmsg(s[1], &m, 0));
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
		TRY(pread(fd, &entry, 8, (uintptr_t)page / 4096 * 8));
		_exit((entry & ((1ull << 55) - 1)) != 0 ? 0 : 1);
	}
	p = TRY(open(proc_path(pid, "pagemap"), O_RDONLY));
	CMSG_FIRSTHDR(&m)->cmsg_level = SOL_SOCKET;
	CMSG_FIRSTHDR(&m)->cmsg_type = SCM_RIGHTS;
	CMSG_FIRSTHDR(&m)->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(CMSG_FIRSTHDR(&m)), &p, sizeof(p));
	TRY(sendmsg(s[0], &m, 0));
	return exits_0(pid);
}

/* Namespaces of users */

static void map_itself(void)
{
	char text[32];

	snprintf(text, sizeof(text), "%d %d 1\n", getuid(), getuid());
	TRY(unshare(CLONE_NEWUSER));
	put("/proc/self/uid_map", text);
	put("/proc/self/setgroups", "deny");
	put("/proc/self/gid_map", "0 0 1\n");
}

static void write_map(pid_t pid, const char *file, const char *text)
{
	put(proc_path(pid, file), text);
}

/* A child in a user namespace of its own, made by this user, depth deep. */
static pid_t child_in_namespace(uid_t owner, int depth)
{
	int p[2];
	char c;
	pid_t pid;

	TRY(pipe(p));
	pid = TRY(fork());
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (owner)
			TRY(setresuid(owner, owner, owner));
		while (--depth)
			map_itself();
		TRY(unshare(CLONE_NEWUSER));
		TRY(write(p[1], "x", 1));
		for (;;)
			pause();
	}
	close(p[1]);
	if (TRY(read(p[0], &c, 1)) != 1)
		not_done("child");
	return pid;
}

static bool enters_user_namespace(pid_t pid)
{
	int fd = TRY(open(proc_path(pid, "ns/user"), O_RDONLY));

	TRY(setns(fd, CLONE_NEWUSER));
	return true;
}

static bool setns_own_child_unconfined(void)
{
	return enters_user_namespace(child_in_namespace(0, 1));
}

static bool setns_own_grandchild_unconfined(void)
{
	return enters_user_namespace(child_in_namespace(0, 2));
}

static bool setns_bobs_child_unconfined(void)
{
	return enters_user_namespace(child_in_namespace(BOB, 1));
}

static bool setns_own_child_as_bob_unconfined(void)
{
	pid_t pid = child_in_namespace(0, 1);
	int fd = TRY(open(proc_path(pid, "ns/user"), O_RDONLY));
	struct caps c;

	TRY(get_caps(&c));
	TRY(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
	TRY(setresuid(BOB, BOB, BOB));
	c.effective = c.permitted;
	TRY(set_caps(c));
	TRY(setns(fd, CLONE_NEWUSER));
	return true;
}

static bool maps_child_from_outside_unconfined(void)
{
	pid_t pid = child_in_namespace(0, 1);

	write_map(pid, "uid_map", "0 1001 1\n");
	return true;
}

static bool maps_childs_own_id_from_outside_unconfined(void)
{
	pid_t pid = child_in_namespace(0, 1);

	write_map(pid, "uid_map", "0 0 1\n");
	return true;
}

static bool traces_child_in_namespace_unconfined(void)
{
	pid_t pid = child_in_namespace(0, 1);

	TRY(ptrace(PTRACE_SEIZE, pid, 0, 0));
	return true;
}

static bool traces_bobs_child_in_namespace_unconfined(void)
{
	pid_t pid = child_in_namespace(BOB, 1);

	TRY(ptrace(PTRACE_SEIZE, pid, 0, 0));
	return true;
}

static bool maps_root_in_grandchild_unconfined(void)
{
	map_itself();
	map_itself();
	return getuid() == 0;
}

static bool nice_in_own_namespace_unconfined(void)
{
	TRY(unshare(CLONE_NEWUSER));
	return setpriority(PRIO_PROCESS, 0, -5) < 0;
}

static bool mount_in_own_namespace_unconfined(void)
{
	TRY(unshare(CLONE_NEWUSER | CLONE_NEWNS));
	TRY(mount("none", "dir", "tmpfs", 0, NULL));
	return true;
}

/* A mount that shows root's files as bob's, and bob's as root's */

static void show_swapped(const char *from, const char *to)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	pid_t pid = child_in_namespace(0, 1);
	int tree;

	write_map(pid, "uid_map", "0 1001 1\n1001 0 1\n");
	write_map(pid, "gid_map", "0 0 1\n");
	attr.userns_fd = TRY(open(proc_path(pid, "ns/user"), O_RDONLY));
	tree = TRY(syscall(SYS_open_tree, AT_FDCWD, from, OPEN_TREE_CLONE));
	if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0)
		skip("no mapped mounts here");
	TRY(syscall(SYS_move_mount, tree, "", AT_FDCWD, to, MOVE_MOUNT_F_EMPTY_PATH));
}

static bool link_mapped_other_unconfined(void)
{
	TRY(close(TRY(open("/scratch/file", O_CREAT | O_WRONLY, 0600))));
	TRY(chmod("/scratch", 0777));
	show_swapped("/scratch", "dir");
	TRY(link("dir/file", "dir/name"));
	return true;
}

/* Alternatives */

static bool one_thread_lowered(void)
{
	struct stat st;
	struct caps c;
	pid_t pid;

	TRY(stat("bob/locked/file", &st));
	pid = TRY(fork());
	if (!pid) {
		TRY(get_caps(&c));
		c.effective &= ~BIT(CAP_DAC_READ_SEARCH);
		TRY(set_caps(c));
		_exit(stat("bob/locked/file", &st) ? 1 : 0);
	}
	return exits_0(pid);
}

static bool lowered_by_itself_what_it_never_had(void)
{
	struct stat st;
	struct caps c;

	TRY(get_caps(&c));
	c.effective &= ~BIT(CAP_DAC_READ_SEARCH);
	c.permitted &= ~BIT(CAP_DAC_READ_SEARCH);
	TRY(set_caps(c));
	return stat("bob/locked/file", &st) == 0;
}

static bool one_buffer_for_all_paths(void)
{
	char path[64];
	bool ok = true;

	for (int i = 0; i < 2; i++) {
		strcpy(path, i ? "bob/private" : "bob/locked/file");
		ok &= opens(path, O_RDWR);
	}
	return ok;
}

const struct test_case whose_cases[] = {
	CASE(personality_reads_private),
	CASE(personality_writes_private),
	CASE(personality_reads_public),
	CASE(personality_creates_in_other),
	CASE(personality_enters_locked),
	CASE(personality_unlinks_in_other),
	CASE(personality_finds_nothing),
	CASE(ring_reads_private),
	CASE(ring_reads_private_by_worker),
	CASE(personality_reads_private_by_worker),
	CASE(put_off_reads_private),
	CASE(put_off_reads_public),
	CASE(polled_ring_reads_private),
	CASE(polled_ring_reads_public),
	CASE(fifo_of_bob_interrupted),
	CASE(acl_on_plain_of_left_group),
	CASE(acl_on_plain_then_setgid_of_left_group),
	CASE(tmpfile_linked_by_descriptor),
	CASE(tmpfile_linked_by_descriptor_after_capset),
	CASE(access_by_real_identity_insists),
	CASE(dumps_core_in_other),
	CASE(dumps_core_in_own),
	CASE(landlock_made_but_unreadable),
	CASE(landlock_reads_in_vain),
	CASE(landlock_creates_in_vain),
	CASE(landlock_link_tells_errors_apart),
	CASE(landlock_mknod_in_vain),
	CASE(landlock_looks_in_vain),
	CASE(landlock_looks_in_vain_then_sees),
	CASE(proc_fd_of_bob_in_vain),
	CASE(stat_in_vain_then_locked),
	CASE(creat_through_link_new),
	CASE(creat_through_link_found),
	CASE(creat_excl_free_name),
	CASE(creat_directory_is_there),
	CASE(tmpfile_in_other),
	CASE(tmpfile_linked_in_other),
	CASE(tmpfile_linked_in_own),
	CASE(link_own_then_other),
	CASE(link_other_to_other),
	CASE(xattr_list_none_then_trusted_on_tmpfs),
	CASE(continue_bobs_in_two_sessions),
	CASE(pagemap_opened_before_frame),
	CASE(pagemap_opened_before_present),
	CASE(pagemap_from_parent),
	CASE(setns_own_child_unconfined),
	CASE(setns_own_grandchild_unconfined),
	CASE(setns_bobs_child_unconfined),
	CASE(setns_own_child_as_bob_unconfined),
	CASE(maps_child_from_outside_unconfined),
	CASE(maps_childs_own_id_from_outside_unconfined),
	CASE(traces_child_in_namespace_unconfined),
	CASE(traces_bobs_child_in_namespace_unconfined),
	CASE(maps_root_in_grandchild_unconfined),
	CASE(nice_in_own_namespace_unconfined),
	CASE(mount_in_own_namespace_unconfined),
	CASE(link_mapped_other_unconfined),
	CASE(one_thread_lowered),
	CASE(lowered_by_itself_what_it_never_had),
	CASE(one_buffer_for_all_paths),
	{ NULL, NULL }
};
