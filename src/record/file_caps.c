/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * File capabilities and set-ID bits of a program inside a container. The file's name comes from a
 * container that may be hostile, so a symbolic link must not lead out of the container's root.
 */
#include "record/file_caps.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "base/bounded.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/files.h"
#include "base/host_root.h"

#define LOOK_MS 250 /* a disk answers in a hundredth of that */

int ct_file_caps__parse(const void *xattr, size_t len, struct ct_file_caps *caps)
{
	struct vfs_ns_cap_data cap = { 0 };
	uint32_t magic;
	size_t want;

	if (len < sizeof(cap.magic_etc) || len > sizeof(cap))
		return -EINVAL;
	memcpy(&cap, xattr, len);
	magic = le32toh(cap.magic_etc);
	switch (magic & VFS_CAP_REVISION_MASK) {
	case VFS_CAP_REVISION_1: want = XATTR_CAPS_SZ_1; break;
	case VFS_CAP_REVISION_2: want = XATTR_CAPS_SZ_2; break;
	case VFS_CAP_REVISION_3: want = XATTR_CAPS_SZ_3; break;
	default: return -EINVAL;
	}
	if (len != want)
		return -EINVAL;
	caps->permitted = le32toh(cap.data[0].permitted);
	if (want != XATTR_CAPS_SZ_1)
		caps->permitted |= (uint64_t)le32toh(cap.data[1].permitted) << 32;
	caps->effective = magic & VFS_CAP_FLAGS_EFFECTIVE;
	caps->rootid = want == XATTR_CAPS_SZ_3 ? le32toh(cap.rootid) : 0;
	return 0;
}

/* Through /proc/self/fd, since fgetxattr refuses an O_PATH descriptor. */
static int read_caps(int fd, struct ct_file_caps *caps)
{
	ct_autofree char *self = ct_xasprintf("/proc/self/fd/%d", fd);
	struct vfs_ns_cap_data cap;
	ssize_t len = getxattr(self, "security.capability", &cap, sizeof(cap));

	if (len < 0 && (errno == ENODATA || errno == EOPNOTSUPP))
		return 0;
	if (len < 0)
		return errno == ERANGE ? -EINVAL : -errno;
	return ct_file_caps__parse(&cap, len, caps);
}

static int read_fd(int fd, bool any_mount, struct ct_file_caps *caps)
{
	struct ct_file_caps found = { 0 };
	struct statvfs fs;
	struct stat st;
	int ret;

	if (fstat(fd, &st) || fstatvfs(fd, &fs))
		return -errno;
	/* On a nosuid mount execve gives nothing, whatever the file says. */
	if (S_ISREG(st.st_mode) && (any_mount || !(fs.f_flag & ST_NOSUID))) {
		ret = read_caps(fd, &found);
		if (ret)
			return ret;
		/* Without group execution S_ISGID means mandatory locking. */
		found.setid = (st.st_mode & S_ISUID) ||
			      ((st.st_mode & S_ISGID) && (st.st_mode & S_IXGRP));
		found.changed_ns = (int64_t)st.st_ctim.tv_sec * (int64_t)CT_NS_PER_SEC +
				   st.st_ctim.tv_nsec;
	}
	*caps = found;
	return 0;
}

int ct_open_root_of(int pid)
{
	ct_autofree char *dir = ct_host__proc(pid, "root");
	int fd = ct_files__open(dir, O_PATH | O_DIRECTORY);

	return fd == -ENOENT ? -ESRCH : fd;
}

/* A path that is not absolute starts at the process's working directory. */
static char *absolute(int pid, const char *path)
{
	ct_autofree char *link = ct_host__proc(pid, "cwd");
	char cwd[PATH_MAX];
	ssize_t n;

	if (*path == '/')
		return ct_xstrdup(path);
	n = ct_files__readlink(link, cwd, sizeof(cwd));
	if (n < 0)
		return NULL;
	return ct_xasprintf("%s/%s", cwd, path);
}

/*
 * How sure is it that this is the file: 2 certain, 1 likely, 0 not? stat may give another device
 * number than the file system's own: overlayfs and btrfs have one for each of their parts.
 */
static int likeness(int fd, const struct ct_file_id *id)
{
	struct stat st;

	if (fstat(fd, &st) || st.st_ino != id->ino)
		return 0;
	return major(st.st_dev) == id->dev >> 20 &&
			       minor(st.st_dev) == (id->dev & ((1u << 20) - 1)) ?
		       2 :
		       1;
}

static bool is_file(int fd, const struct ct_file_id *id)
{
	return likeness(fd, id) == 2;
}

/*
 * With an id only that file counts; NULL: whatever has the name. certain: it must be sure that it
 * is the file, whose mount may then be another one.
 */
static int look_below(int root, const char *path, const struct ct_file_id *id, bool certain,
		      struct ct_file_caps *f)
{
	ct_autoclose int fd = ct_files__open_in_root(root, path);

	if (fd < 0)
		return fd;
	if (id && likeness(fd, id) < (certain ? 2 : 1))
		return -ENOENT;
	return read_fd(fd, certain, f);
}

static int look_at_running(int pid, const struct ct_file_id *id, struct ct_file_caps *f)
{
	ct_autofree char *exe = ct_host__proc(pid, "exe");
	ct_autoclose int fd = ct_files__open(exe, O_PATH);

	if (fd < 0)
		return fd == -ENOENT ? -ESRCH : fd;
	if (id && !is_file(fd, id))
		return -ENOENT;
	return read_fd(fd, false, f);
}

static int look_at_process(int pid, const char *path, const struct ct_file_id *id,
			   struct ct_file_caps *f)
{
	ct_autofree char *exe = ct_host__proc(pid, "exe"), *file = NULL;
	ct_autoclose int root = ct_open_root_of(pid), named = -1, running = -1;

	if (root < 0)
		return root;
	file = absolute(pid, path);
	named = file ? ct_files__open_in_root(root, file) : -ENOENT;
	/* The name does not lead to the file: it is /dev/fd/N of fexecve, or was replaced since. */
	if (named < 0 || (id && !is_file(named, id)))
		running = ct_files__open(exe, O_PATH);
	/* It was removed, and what runs now is another program. */
	if (running >= 0 && named < 0 && id && !likeness(running, id))
		return -ESRCH;
	if (running >= 0 && (named < 0 || likeness(running, id) > likeness(named, id)))
		return read_fd(running, false, f);
	if (named >= 0)
		return read_fd(named, false, f);
	return running == -ENOENT ? -ESRCH : running;
}

/* A look into somebody's file system, whose server may be dead and never answer. */
struct look {
	int pid, root; /* root < 0: by pid */
	char *path;    /* NULL: what the process is running */
	bool same;     /* id is known; only look_at_process() may take another file */
	bool certain;  /* the root may not be that of the process */
	struct ct_file_id id;
	int ret;
	struct ct_file_caps found;
};

static void look(void *arg)
{
	struct look *l = arg;
	const struct ct_file_id *id = l->same ? &l->id : NULL;

	l->ret = l->root >= 0 ? look_below(l->root, l->path, id, l->certain, &l->found) :
		 l->path      ? look_at_process(l->pid, l->path, id, &l->found) :
				look_at_running(l->pid, id, &l->found);
}

static void look__free(void *arg)
{
	struct look *l = arg;

	if (l->root >= 0)
		close(l->root);
	free(l->path);
	free(l);
}

static int read_in_time(int pid, int root, const char *path, const struct ct_file_id *id,
			bool certain, struct ct_file_caps *caps)
{
	struct look *l = ct_xzalloc(sizeof(*l));
	int ret;

	l->pid = pid;
	l->same = id;
	l->certain = certain;
	if (id)
		l->id = *id;
	l->root = root < 0 ? -1 : fcntl(root, F_DUPFD_CLOEXEC, 3);
	l->path = path ? ct_xstrdup(path) : NULL;
	if (root >= 0 && l->root < 0) {
		ret = -errno;
		look__free(l);
		return ret;
	}
	ret = ct_bounded__call(look, look__free, l, LOOK_MS);
	if (ret == -ETIMEDOUT)
		return ret;
	if (!ret)
		ret = l->ret;
	if (!ret)
		*caps = l->found;
	look__free(l);
	return ret;
}

int ct_file_caps__read_below(int root, const char *path, const struct ct_file_id *id,
			     struct ct_file_caps *caps)
{
	return root < 0 ? -EBADF : read_in_time(0, root, path, id, false, caps);
}

int ct_file_caps__read_same(int root, const char *path, const struct ct_file_id *id,
			    struct ct_file_caps *caps)
{
	return root < 0 ? -EBADF : read_in_time(0, root, path, id, true, caps);
}

int ct_file_caps__read(int pid, const char *path, const struct ct_file_id *id,
		       struct ct_file_caps *caps)
{
	return read_in_time(pid, -1, path, id, false, caps);
}

int ct_file_caps__read_running(int pid, const struct ct_file_id *id, struct ct_file_caps *caps)
{
	return read_in_time(pid, -1, NULL, id, false, caps);
}
