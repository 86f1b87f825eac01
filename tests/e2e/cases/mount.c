/* SPDX-License-Identifier: GPL-2.0-only */
/* Mounts, namespaces, roots: SYS_ADMIN, SYS_CHROOT; half of it asked by Docker's seccomp profile only. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case.h"

static bool is_tmpfs(const char *path)
{
	struct statfs s;

	TRY(statfs(path, &s));
	return s.f_type == TMPFS_MAGIC;
}

static bool mount_tmpfs(void)
{
	TRY(mount("none", "dir", "tmpfs", 0, NULL));
	return is_tmpfs("dir");
}

static bool mount_bind(void)
{
	TRY(mount("open", "dir", NULL, MS_BIND, NULL));
	return true;
}

static bool mount_private(void)
{
	TRY(mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL));
	return true;
}

static bool mount_by_descriptors(void)
{
	int fs = TRY(syscall(SYS_fsopen, "tmpfs", 0)), fd;

	TRY(syscall(SYS_fsconfig, fs, 6 /* FSCONFIG_CMD_CREATE */, NULL, NULL, 0));
	fd = TRY(syscall(SYS_fsmount, fs, 0, 0));
	TRY(syscall(SYS_move_mount, fd, "", AT_FDCWD, "dir", 4 /* MOVE_MOUNT_F_EMPTY_PATH */));
	return is_tmpfs("dir");
}

static bool open_tree_path_only(void)
{
	TRY(syscall(SYS_open_tree, AT_FDCWD, "dir", 0));
	return true;
}

static bool umount_tmpfs(void)
{
	TRY(umount2("/gone", MNT_DETACH));
	return true;
}

/* Its own overlay: the container is the mounter, and the overlay's checks are made with its own capabilities. */
static bool mount_overlay(void)
{
	TRY(mount("none", "/scratch", "tmpfs", 0, NULL));
	TRY(mkdir("/scratch/upper", 0755));
	TRY(mkdir("/scratch/work", 0755));
	if (mount("none", "dir", "overlay", 0, "lowerdir=bob,upperdir=/scratch/upper,workdir=/scratch/work") < 0) {
		if (errno == ENODEV)
			skip("no overlayfs here");
		return false;
	}
	return true;
}

static bool pivot_root_own(void)
{
	TRY(unshare(CLONE_NEWNS));
	TRY(mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL));
	TRY(mount("dir", "dir", NULL, MS_BIND, NULL));
	TRY(chdir("dir"));
	TRY(syscall(SYS_pivot_root, ".", "."));
	return true;
}

static bool chroot_dir(void)
{
	TRY(chroot("dir"));
	return access("/file", F_OK) == 0;
}

/* namespaces */

static bool unshare_mount(void)
{
	TRY(unshare(CLONE_NEWNS));
	return true;
}

static bool unshare_net(void)
{
	TRY(unshare(CLONE_NEWNET));
	return true;
}

static bool unshare_uts(void)
{
	TRY(unshare(CLONE_NEWUTS));
	return true;
}

static bool unshare_user(void)
{
	if (unshare(CLONE_NEWUSER) < 0) {
		if (errno == ENOSPC)
			skip("no user namespaces here");
		return false;
	}
	return true;
}

static bool unshare_user_unconfined(void)
{
	return unshare_user();
}

/* Of the id that it has outside, to 0 inside. */
static bool map_itself(uid_t outside)
{
	char line[32];
	int fd = TRY(open("/proc/self/uid_map", O_WRONLY));
	int n = snprintf(line, sizeof(line), "0 %u 1\n", (unsigned int)outside);

	return write(fd, line, (size_t)n) == n;
}

static bool unshare_user_map_root_unconfined(void)
{
	return unshare_user() && map_itself(0);
}

static bool unshare_user_map_itself_unconfined(void)
{
	uid_t outside = getuid();

	return unshare_user() && map_itself(outside);
}

static bool chroot_in_own_user_namespace_unconfined(void)
{
	TRY(unshare(CLONE_NEWUSER | CLONE_NEWUTS));
	TRY(sethostname("other", 5));
	return chroot_dir();
}

/* Nothing but a private copy of the current directory. */
static bool unshare_fs(void)
{
	TRY(unshare(CLONE_FS));
	return true;
}

static bool unshare_fs_unconfined(void)
{
	return unshare_fs();
}

static bool cloned(unsigned long flags)
{
	pid_t pid = TRY(syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0));

	if (pid == 0)
		_exit(0);
	return exits_0(pid);
}

static bool clone_plain(void)
{
	return cloned(0);
}

static bool clone_mount(void)
{
	return cloned(CLONE_NEWNS);
}

static bool clone_user(void)
{
	return cloned(CLONE_NEWUSER);
}

static pid_t clone3(void)
{
	struct clone_args a = { .exit_signal = SIGCHLD };

	return syscall(SYS_clone3, &a, sizeof(a));
}

/* As the C library does. */
static bool clone3_or_fork(void)
{
	pid_t pid = clone3();

	if (pid < 0 && errno == ENOSYS)
		pid = fork();
	if (pid == 0)
		_exit(0);
	return exits_0(TRY(pid));
}

static bool clone3_insists(void)
{
	pid_t pid = TRY(clone3());

	if (pid == 0)
		_exit(0);
	return exits_0(pid);
}

static bool enter(const char *ns, int type)
{
	TRY(setns(TRY(open(ns, O_RDONLY)), type));
	return true;
}

static bool setns_net_own(void)
{
	return enter("/proc/self/ns/net", CLONE_NEWNET);
}

static bool setns_mount_own(void)
{
	return enter("/proc/self/ns/mnt", CLONE_NEWNS);
}

static bool hostname_set(void)
{
	char name[64] = "";

	TRY(sethostname("captrim", 7));
	TRY(gethostname(name, sizeof(name)));
	return !strcmp(name, "captrim");
}

/* The same through /proc/sys, where only uid and mode are asked. */
static bool hostname_by_sysctl(void)
{
	char name[64] = "";

	put("/proc/sys/kernel/hostname", "captrim2");
	TRY(gethostname(name, sizeof(name)));
	return !strcmp(name, "captrim2");
}

static bool domainname_set(void)
{
	TRY(setdomainname("captrim", 7));
	return true;
}

const struct test_case mount_cases[] = {
	CASE(mount_tmpfs),
	CASE(mount_bind),
	CASE(mount_private),
	CASE(mount_by_descriptors),
	CASE(open_tree_path_only),
	CASE(umount_tmpfs),
	CASE(mount_overlay),
	CASE(pivot_root_own),
	CASE(chroot_dir),
	CASE(unshare_mount),
	CASE(unshare_net),
	CASE(unshare_uts),
	CASE(unshare_user),
	CASE(unshare_user_unconfined),
	CASE(unshare_user_map_root_unconfined),
	CASE(unshare_user_map_itself_unconfined),
	CASE(chroot_in_own_user_namespace_unconfined),
	CASE(unshare_fs),
	CASE(unshare_fs_unconfined),
	CASE(clone_plain),
	CASE(clone_mount),
	CASE(clone_user),
	CASE(clone3_or_fork),
	CASE(clone3_insists),
	CASE(setns_net_own),
	CASE(setns_mount_own),
	CASE(hostname_set),
	CASE(hostname_by_sysctl),
	CASE(domainname_set),
	{ NULL, NULL }
};
