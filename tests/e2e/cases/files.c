/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files, their owners, modes, times and attributes:
 * CHOWN, DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER, FSETID, LEASE, LINUX_IMMUTABLE, MKNOD, SETFCAP, SYS_ADMIN.
 * All but /scratch lies in a lower layer of the image, so that on overlayfs every change also copies up.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "case.h"

#ifndef FS_NODUMP_FL
#define FS_NODUMP_FL 0x40
#define FS_IMMUTABLE_FL 0x10
#endif

/* chmod */

static bool chmod_own(void)
{
	TRY(chmod("own", 0600));
	return mode_of("own") == 0600;
}

static bool chmod_other(void)
{
	TRY(chmod("bob/public", 0640));
	return mode_of("bob/public") == 0640;
}

static bool chmod_setgid_own_group(void)
{
	TRY(chmod("own", 02755));
	return mode_of("own") == 02755;
}

static bool chmod_setgid_foreign_group(void)
{
	TRY(chmod("own-group-bob", 02755));
	return mode_of("own-group-bob") == 02755;
}

static bool fchmod_setgid_foreign_group(void)
{
	int fd = TRY(open("own-group-bob", O_RDONLY));

	TRY(fchmod(fd, 02755));
	return mode_of("own-group-bob") == 02755;
}

/* FSETID is asked, but there is no set-group-ID bit to keep. */
static bool chmod_plain_foreign_group(void)
{
	TRY(chmod("own-group-bob", 0660));
	return mode_of("own-group-bob") == 0660;
}

static bool chmod_setuid_foreign_group(void)
{
	TRY(chmod("own-group-bob", 04755));
	return mode_of("own-group-bob") == 04755;
}

static bool chmod_drop_setgid_foreign_group(void)
{
	TRY(chmod("own-setgid", 0755));
	return mode_of("own-setgid") == 0755;
}

static bool chmod_setgid_other(void)
{
	TRY(chmod("bob/public", 02755));
	return mode_of("bob/public") == 02755;
}

static bool mkdir_in_setgid_directory(void)
{
	TRY(mkdir("open-setgid/new", 0755));
	return mode_of("open-setgid/new") == 02755;
}

static bool create_setgid_in_setgid_directory(void)
{
	umask(0);
	TRY(open("open-setgid/new", O_CREAT | O_EXCL | O_WRONLY, 02775));
	return mode_of("open-setgid/new") & S_ISGID;
}

static bool create_plain_in_setgid_directory(void)
{
	TRY(open("open-setgid/new", O_CREAT | O_EXCL | O_WRONLY, 0644));
	return mode_of("open-setgid/new") == 0644;
}

/* chown */

static bool owned_by(const char *path, uid_t uid, gid_t gid)
{
	struct stat st;

	TRY(lstat(path, &st));
	return st.st_uid == uid && st.st_gid == gid;
}

static bool chown_own_to_self(void)
{
	TRY(chown("own", 0, 0));
	return owned_by("own", 0, 0);
}

static bool chown_own_unchanged(void)
{
	TRY(chown("own", -1, -1));
	return owned_by("own", 0, 0);
}

static bool chown_other_unchanged(void)
{
	TRY(chown("bob/public", -1, -1));
	return owned_by("bob/public", BOB, BOB);
}

static bool chown_other_to_its_owner(void)
{
	TRY(chown("bob/public", BOB, BOB));
	return owned_by("bob/public", BOB, BOB);
}

static bool chown_own_to_bob(void)
{
	TRY(chown("own", BOB, -1));
	return owned_by("own", BOB, 0);
}

static bool chown_other_to_self(void)
{
	TRY(chown("bob/public", 0, 0));
	return owned_by("bob/public", 0, 0);
}

static bool chgrp_own_to_foreign_group(void)
{
	TRY(chown("own", -1, BOB));
	return owned_by("own", 0, BOB);
}

static bool chgrp_own_to_own_group(void)
{
	TRY(chown("own-group-bob", -1, 0));
	return owned_by("own-group-bob", 0, 0);
}

static bool lchown_symlink(void)
{
	TRY(symlink("own", "link"));
	TRY(lchown("link", BOB, BOB));
	return owned_by("link", BOB, BOB) && owned_by("own", 0, 0);
}

/* Only a set-group-ID bit without the group's x survives a chown. */
static bool chown_keeps_setgid_without_exec(void)
{
	TRY(chown("own-setgid-noexec", 0, -1));
	return mode_of("own-setgid-noexec") == 02644;
}

static bool chown_drops_setuid(void)
{
	TRY(chown("own-setuid", 0, 0));
	return mode_of("own-setuid") == 0755;
}

/* set-id bits and changes of content */

static bool write_keeps_setuid(void)
{
	put("own-setuid", "new");
	return mode_of("own-setuid") == 04755;
}

static bool write_keeps_setgid_foreign_group(void)
{
	put("own-setgid", "new");
	return mode_of("own-setgid") == 02755;
}

static bool write_keeps_setgid_without_exec(void)
{
	put("own-setgid-noexec", "new");
	return mode_of("own-setgid-noexec") == 02644;
}

static bool truncate_keeps_setuid(void)
{
	TRY(truncate("own-setuid", 0));
	return mode_of("own-setuid") == 04755;
}

static bool open_trunc_keeps_setuid(void)
{
	TRY(open("own-setuid", O_WRONLY | O_TRUNC));
	return mode_of("own-setuid") == 04755;
}

static bool fallocate_keeps_setuid(void)
{
	int fd = TRY(open("own-setuid", O_WRONLY));

	TRY(fallocate(fd, 0, 0, 65536));
	return mode_of("own-setuid") == 04755;
}

static bool write_other_keeps_setuid(void)
{
	put("bob/setuid", "new");
	return mode_of("bob/setuid") == 04777;
}

static bool read_setuid(void)
{
	return contains("own-setuid", "text") && mode_of("own-setuid") == 04755;
}

/* The bit is bob's group's then, of which root is none. */
static bool chown_setuid_to_bob(void)
{
	TRY(chown("own-setuid", BOB, BOB));
	return mode_of("own-setuid") == 0755;
}

static bool chown_setuid_and_setgid_to_bob(void)
{
	/* An overlay works it out again, with its mounter's capabilities. */
	close(TRY(open("/scratch/file", O_WRONLY | O_CREAT, 0644)));
	TRY(chmod("/scratch/file", 06644));
	TRY(chown("/scratch/file", BOB, BOB));
	return mode_of("/scratch/file") == 02644;
}

static bool write_plain(void)
{
	put("own", "new");
	return contains("own", "new");
}

static bool truncate_plain(void)
{
	struct stat st;

	TRY(truncate("own", 1));
	TRY(stat("own", &st));
	return st.st_size == 1;
}

/* times */

static const struct timespec then[2] = { { 1, 0 }, { 1, 0 } };
static const struct timespec omit[2] = { { 0, UTIME_OMIT }, { 0, UTIME_OMIT } };

static bool time_is(const char *path, bool old)
{
	struct stat st;

	TRY(stat(path, &st));
	return (st.st_mtime == 1) == old;
}

static bool utimes_now_own(void)
{
	TRY(utimensat(AT_FDCWD, "own", NULL, 0));
	return time_is("own", false);
}

static bool utimes_now_other_writable(void)
{
	TRY(utimensat(AT_FDCWD, "bob/shared", NULL, 0));
	return time_is("bob/shared", false);
}

static bool utimes_now_other(void)
{
	TRY(utimensat(AT_FDCWD, "bob/public", NULL, 0));
	return time_is("bob/public", false);
}

static bool utimes_set_own(void)
{
	TRY(utimensat(AT_FDCWD, "own", then, 0));
	return time_is("own", true);
}

static bool utimes_set_other_writable(void)
{
	TRY(utimensat(AT_FDCWD, "bob/shared", then, 0));
	return time_is("bob/shared", true);
}

static bool utimes_set_other(void)
{
	TRY(utimensat(AT_FDCWD, "bob/public", then, 0));
	return time_is("bob/public", true);
}

static bool utimes_omit_other(void)
{
	TRY(utimensat(AT_FDCWD, "bob/public", omit, 0));
	return true;
}

static bool noatime_own(void)
{
	return opens("own", O_RDONLY | O_NOATIME);
}

static bool noatime_other(void)
{
	return opens("bob/public", O_RDONLY | O_NOATIME);
}

static bool noatime_other_by_fcntl(void)
{
	int fd = TRY(open("bob/public", O_RDONLY));

	TRY(fcntl(fd, F_SETFL, O_NOATIME));
	return true;
}

/* reading, writing, searching, executing */

static bool read_own(void)
{
	return contains("own", "text");
}

static bool read_other_public(void)
{
	return contains("bob/public", "text");
}

static bool read_other_private(void)
{
	return contains("bob/private", "text");
}

static bool append_other_shared(void)
{
	return opens("bob/shared", O_WRONLY | O_APPEND);
}

static bool write_other_private(void)
{
	put("bob/private", "new");
	return true;
}

static bool write_other_public(void)
{
	put("bob/public", "new");
	return true;
}

static bool open_rdwr_other_private(void)
{
	return opens("bob/private", O_RDWR);
}

static bool truncate_other_private(void)
{
	TRY(truncate("bob/private", 0));
	return true;
}

static bool path_only_other_private(void)
{
	return opens("bob/private", O_PATH);
}

static bool stat_in_other_locked(void)
{
	struct stat st;

	TRY(stat("bob/locked/file", &st));
	return st.st_uid == BOB;
}

static bool list_other_locked(void)
{
	TRY(opendir("bob/locked") ? 0 : -1);
	return true;
}

static bool list_other_public(void)
{
	TRY(opendir("bob") ? 0 : -1);
	return true;
}

static bool chdir_other_locked(void)
{
	TRY(chdir("bob/locked"));
	return true;
}

static bool exec_other_private(void)
{
	return runs((char *[]){ "bob/script", NULL });
}

static bool exec_own(void)
{
	return runs((char *[]){ "/t/helper", "true", NULL });
}

/* Its owner may execute it, and not read it. */
static bool exec_unreadable_as(const char *role)
{
	int from = TRY(open("/t/helper", O_RDONLY));
	int to = TRY(open("dir/unreadable", O_WRONLY | O_CREAT, 0111));

	TRY(sendfile(to, from, NULL, 1 << 30));
	close(to);
	return runs((char *[]){ "dir/unreadable", (char *)role, NULL });
}

static bool exec_unreadable(void)
{
	return exec_unreadable_as("true");
}

static bool exec_unreadable_dumpable(void)
{
	return exec_unreadable_as("dumpable");
}

/* truth.tsv has the container begin with a script of bob's instead. */
static bool entry_point_of_bob(void)
{
	return true;
}

static bool entry_point_public(void)
{
	return true;
}

static bool map_shared_own(void)
{
	int fd = TRY(open("own", O_RDWR));
	char *p = (char *)TRY(mmap(NULL, 4, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));

	*p = 'T';
	return contains("own", "Text");
}

/* The answer of access(2) is not a permission: what is done regardless of it does not need the capability. */
static bool access_other_private_then_stat(void)
{
	struct stat st;

	if (access("bob/private", R_OK) < 0)
		fprintf(stderr, "not readable, as it seems\n");
	TRY(stat("bob/private", &st));
	return st.st_uid == BOB;
}

static bool access_other_private_insists(void)
{
	TRY(access("bob/private", R_OK));
	return true;
}

static bool access_other_public(void)
{
	TRY(access("bob/public", R_OK));
	return true;
}

static bool faccessat_effective_other_public(void)
{
	TRY(faccessat(AT_FDCWD, "bob/public", R_OK, AT_EACCESS));
	return true;
}

/* directories */

static bool create_in_own(void)
{
	TRY(open("dir/new", O_CREAT | O_EXCL, 0644));
	return true;
}

static bool create_in_other(void)
{
	TRY(open("bob/new", O_CREAT | O_EXCL, 0644));
	return true;
}

static bool create_in_other_open(void)
{
	TRY(open("bob/open/new", O_CREAT | O_EXCL, 0644));
	return true;
}

static bool mkdir_in_other(void)
{
	TRY(mkdir("bob/new", 0755));
	return true;
}

static bool mkdir_existing_in_other(void)
{
	return mkdir("bob/open", 0755) < 0 && errno == EEXIST;
}

static bool open_creat_existing_in_other(void)
{
	return opens("bob/public", O_RDONLY | O_CREAT);
}

static bool open_creat_excl_existing_in_other(void)
{
	return open("bob/public", O_RDONLY | O_CREAT | O_EXCL, 0644) < 0 && errno == EEXIST;
}

static bool open_creat_existing_writable_in_other(void)
{
	return opens("bob/shared", O_WRONLY | O_CREAT | O_TRUNC);
}

static bool open_creat_existing_not_writable(void)
{
	return opens("bob/public", O_WRONLY | O_CREAT);
}

/* The name is known by then, so that the directory is not asked at all. */
static bool open_creat_known_not_writable(void)
{
	return opens("bob/public", O_RDONLY) && opens("bob/public", O_WRONLY | O_CREAT);
}

/* The second name is made, though the first is there. */
static bool open_creat_existing_and_new_in_other(void)
{
	int flags = O_RDONLY | O_CREAT;

	return opens("bob/public", flags) && close(TRY(open("bob/new", flags, 0644))) == 0;
}

static bool symlink_in_other(void)
{
	TRY(symlink("x", "bob/new"));
	return true;
}

static bool unlink_in_other(void)
{
	TRY(unlink("bob/private"));
	return true;
}

static bool unlink_in_other_open(void)
{
	TRY(unlink("bob/open/file"));
	return true;
}

static bool unlink_sticky_others(void)
{
	TRY(unlink("bob/sticky/file"));
	return true;
}

static bool unlink_sticky_own(void)
{
	TRY(unlink("bob/sticky/own"));
	return true;
}

static bool rename_in_other(void)
{
	TRY(rename("bob/private", "bob/new"));
	return true;
}

static bool rename_sticky_others(void)
{
	TRY(rename("bob/sticky/file", "bob/sticky/new"));
	return true;
}

static bool rename_in_other_open(void)
{
	TRY(rename("bob/open/file", "bob/open/new"));
	return true;
}

static bool remove_others_directory(void)
{
	TRY(rmdir("bob/open/sub"));
	return true;
}

static bool copy_up_own(void)
{
	TRY(rename("own", "new"));
	TRY(chmod("new", 0600));
	put("new", "new");
	TRY(unlink("new"));
	return true;
}

static bool link_own(void)
{
	TRY(link("own", "new"));
	return true;
}

static bool link_other_public(void)
{
	TRY(link("bob/public", "new"));
	return true;
}

static bool link_other_setuid(void)
{
	TRY(link("bob/setuid", "new"));
	return true;
}

static bool link_other_shared(void)
{
	TRY(link("bob/shared", "new"));
	return true;
}

static bool link_own_by_descriptor(void)
{
	int fd = TRY(open(".", O_TMPFILE | O_WRONLY, 0644));

	TRY(linkat(fd, "", AT_FDCWD, "new", AT_EMPTY_PATH));
	return true;
}

/* special files */

static bool mknod_char(void)
{
	struct stat st;

	TRY(mknod("new", S_IFCHR | 0600, makedev(1, 3)));
	TRY(stat("new", &st));
	return S_ISCHR(st.st_mode);
}

static bool mknod_fifo(void)
{
	TRY(mkfifo("new", 0600));
	return true;
}

static bool mknod_socket(void)
{
	TRY(mknod("new", S_IFSOCK | 0600, 0));
	return true;
}

static bool mknod_regular(void)
{
	TRY(mknod("new", S_IFREG | 0600, 0));
	return true;
}

static bool mknod_whiteout(void)
{
	TRY(mknod("/scratch/whiteout", S_IFCHR | 0600, 0));
	return true;
}

/* extended attributes and file flags */

static bool has_xattr(const char *path, const char *name)
{
	char buf[64];

	return lgetxattr(path, name, buf, sizeof(buf)) >= 0;
}

static bool xattr_user_own(void)
{
	TRY(setxattr("own", "user.x", "1", 1, 0));
	return has_xattr("own", "user.x");
}

static bool xattr_user_other(void)
{
	TRY(setxattr("bob/public", "user.x", "1", 1, 0));
	return has_xattr("bob/public", "user.x");
}

static bool xattr_user_other_shared(void)
{
	TRY(setxattr("bob/shared", "user.x", "1", 1, 0));
	return has_xattr("bob/shared", "user.x");
}

static bool xattr_user_sticky_directory(void)
{
	TRY(setxattr("bob/sticky", "user.x", "1", 1, 0));
	return has_xattr("bob/sticky", "user.x");
}

static bool xattr_trusted_set(void)
{
	TRY(setxattr("own", "trusted.x", "1", 1, 0));
	return has_xattr("own", "trusted.x");
}

static bool xattr_trusted_absent(void)
{
	return getxattr("own", "trusted.x", NULL, 0) < 0 && errno == ENODATA;
}

/* The priority is for a capability that must be granted, so that all are when it is recorded. */
static bool xattr_trusted_absent_though_granted(void)
{
	TRY(setpriority(PRIO_PROCESS, 0, -5));
	return xattr_trusted_absent();
}

static bool xattr_trusted_absent_then_set(void)
{
	return xattr_trusted_absent() && xattr_trusted_set();
}

static bool xattr_list_own(void)
{
	TRY(listxattr("own", NULL, 0));
	return true;
}

static bool xattr_security_set(void)
{
	TRY(setxattr("own", "security.x", "1", 1, 0));
	return has_xattr("own", "security.x");
}

static const struct vfs_cap_data raw_ep = {
	VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE, { { 1 << CAP_NET_RAW, 0 }, { 0, 0 } },
};

static bool setcap_own(void)
{
	TRY(setxattr("own", "security.capability", &raw_ep, sizeof(raw_ep), 0));
	return has_xattr("own", "security.capability");
}

static bool setcap_other(void)
{
	TRY(setxattr("bob/public", "security.capability", &raw_ep, sizeof(raw_ep), 0));
	return has_xattr("bob/public", "security.capability");
}

static bool getcap_own(void)
{
	return has_xattr("/t/netraw-ep", "security.capability");
}

static bool acl_own(void)
{
	/* version 2; user::rw- group::r-- other::r-- */
	static const char acl[] = "\2\0\0\0\1\0\6\0\377\377\377\377\4\0\4\0\377\377\377\377\40\0\4\0\377\377\377\377";

	if (setxattr("own", "system.posix_acl_access", acl, sizeof(acl) - 1, 0) < 0) {
		if (errno == EOPNOTSUPP)
			skip("no ACLs here");
		return false;
	}
	return true;
}

static bool acl_other(void)
{
	static const char acl[] = "\2\0\0\0\1\0\6\0\377\377\377\377\4\0\4\0\377\377\377\377\40\0\4\0\377\377\377\377";

	if (setxattr("bob/public", "system.posix_acl_access", acl, sizeof(acl) - 1, 0) < 0) {
		if (errno == EOPNOTSUPP)
			skip("no ACLs here");
		return false;
	}
	return true;
}

static bool set_flag(const char *path, int flag)
{
	int fd = TRY(open(path, O_RDONLY)), old, new;

	if (ioctl(fd, FS_IOC_GETFLAGS, &old) < 0)
		skip("no file flags here");
	new = old | flag;
	TRY(ioctl(fd, FS_IOC_SETFLAGS, &new));
	TRY(ioctl(fd, FS_IOC_GETFLAGS, &new));
	if (new & FS_IMMUTABLE_FL)	/* or the container could not be removed */
		TRY(ioctl(fd, FS_IOC_SETFLAGS, &old));
	return new & flag;
}

static bool flag_nodump_own(void)
{
	return set_flag("own", FS_NODUMP_FL);
}

static bool flag_nodump_other(void)
{
	return set_flag("bob/public", FS_NODUMP_FL);
}

static bool flag_immutable_own(void)
{
	return set_flag("own", FS_IMMUTABLE_FL);
}

/* leases, handles, space */

static bool lease(const char *path)
{
	int fd = TRY(open(path, O_RDONLY));

	TRY(fcntl(fd, F_SETLEASE, F_RDLCK));
	return fcntl(fd, F_GETLEASE) == F_RDLCK;
}

static bool lease_own(void)
{
	return lease("own");
}

static bool lease_other(void)
{
	return lease("bob/public");
}

static bool open_by_handle(void)
{
	struct { struct file_handle h; char space[128]; } f = { .h.handle_bytes = 128 };
	int mount, dir = TRY(open("/scratch", O_RDONLY));

	TRY(open("/scratch/by-handle", O_CREAT, 0600));
	TRY(name_to_handle_at(AT_FDCWD, "/scratch/by-handle", &f.h, &mount, 0));
	TRY(open_by_handle_at(dir, &f.h, O_RDONLY));
	return true;
}

static bool name_to_handle(void)
{
	struct { struct file_handle h; char space[128]; } f = { .h.handle_bytes = 128 };
	int mount;

	TRY(name_to_handle_at(AT_FDCWD, "/scratch", &f.h, &mount, 0));
	return true;
}

const struct test_case file_cases[] = {
	CASE(chmod_own),
	CASE(chmod_other),
	CASE(chmod_setgid_own_group),
	CASE(chmod_setgid_foreign_group),
	CASE(fchmod_setgid_foreign_group),
	CASE(chmod_plain_foreign_group),
	CASE(chmod_setuid_foreign_group),
	CASE(chmod_drop_setgid_foreign_group),
	CASE(chmod_setgid_other),
	CASE(mkdir_in_setgid_directory),
	CASE(create_setgid_in_setgid_directory),
	CASE(create_plain_in_setgid_directory),
	CASE(chown_own_to_self),
	CASE(chown_own_unchanged),
	CASE(chown_other_unchanged),
	CASE(chown_other_to_its_owner),
	CASE(chown_own_to_bob),
	CASE(chown_other_to_self),
	CASE(chgrp_own_to_foreign_group),
	CASE(chgrp_own_to_own_group),
	CASE(lchown_symlink),
	CASE(chown_keeps_setgid_without_exec),
	CASE(chown_drops_setuid),
	CASE(chown_setuid_to_bob),
	CASE(chown_setuid_and_setgid_to_bob),
	CASE(write_keeps_setuid),
	CASE(write_keeps_setgid_foreign_group),
	CASE(write_keeps_setgid_without_exec),
	CASE(truncate_keeps_setuid),
	CASE(open_trunc_keeps_setuid),
	CASE(fallocate_keeps_setuid),
	CASE(write_other_keeps_setuid),
	CASE(read_setuid),
	CASE(write_plain),
	CASE(truncate_plain),
	CASE(utimes_now_own),
	CASE(utimes_now_other_writable),
	CASE(utimes_now_other),
	CASE(utimes_set_own),
	CASE(utimes_set_other_writable),
	CASE(utimes_set_other),
	CASE(utimes_omit_other),
	CASE(noatime_own),
	CASE(noatime_other),
	CASE(noatime_other_by_fcntl),
	CASE(read_own),
	CASE(read_other_public),
	CASE(read_other_private),
	CASE(append_other_shared),
	CASE(write_other_private),
	CASE(write_other_public),
	CASE(open_rdwr_other_private),
	CASE(truncate_other_private),
	CASE(path_only_other_private),
	CASE(stat_in_other_locked),
	CASE(list_other_locked),
	CASE(list_other_public),
	CASE(chdir_other_locked),
	CASE(exec_other_private),
	CASE(exec_own),
	CASE(exec_unreadable),
	CASE(exec_unreadable_dumpable),
	CASE(entry_point_of_bob),
	CASE(entry_point_public),
	CASE(map_shared_own),
	CASE(access_other_private_then_stat),
	CASE(access_other_private_insists),
	CASE(access_other_public),
	CASE(faccessat_effective_other_public),
	CASE(create_in_own),
	CASE(create_in_other),
	CASE(create_in_other_open),
	CASE(mkdir_in_other),
	CASE(mkdir_existing_in_other),
	CASE(open_creat_existing_in_other),
	CASE(open_creat_excl_existing_in_other),
	CASE(open_creat_existing_writable_in_other),
	CASE(open_creat_existing_not_writable),
	CASE(open_creat_known_not_writable),
	CASE(open_creat_existing_and_new_in_other),
	CASE(symlink_in_other),
	CASE(unlink_in_other),
	CASE(unlink_in_other_open),
	CASE(unlink_sticky_others),
	CASE(unlink_sticky_own),
	CASE(rename_in_other),
	CASE(rename_sticky_others),
	CASE(rename_in_other_open),
	CASE(remove_others_directory),
	CASE(copy_up_own),
	CASE(link_own),
	CASE(link_other_public),
	CASE(link_other_shared),
	CASE(link_other_setuid),
	CASE(link_own_by_descriptor),
	CASE(mknod_char),
	CASE(mknod_fifo),
	CASE(mknod_socket),
	CASE(mknod_regular),
	CASE(mknod_whiteout),
	CASE(xattr_user_own),
	CASE(xattr_user_other),
	CASE(xattr_user_other_shared),
	CASE(xattr_user_sticky_directory),
	CASE(xattr_trusted_set),
	CASE(xattr_trusted_absent),
	CASE(xattr_trusted_absent_though_granted),
	CASE(xattr_trusted_absent_then_set),
	CASE(xattr_list_own),
	CASE(xattr_security_set),
	CASE(setcap_own),
	CASE(setcap_other),
	CASE(getcap_own),
	CASE(acl_own),
	CASE(acl_other),
	CASE(flag_nodump_own),
	CASE(flag_nodump_other),
	CASE(flag_immutable_own),
	CASE(lease_own),
	CASE(lease_other),
	CASE(open_by_handle),
	CASE(name_to_handle),
	{ NULL, NULL }
};
