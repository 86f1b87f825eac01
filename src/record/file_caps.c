/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * File capabilities and set-ID bits of a program inside a container. The file is named by
 * hostile hands, so that a symbolic link must not lead out of the container's root.
 */
#include "record/file_caps.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "base/bounded.h"
#include "base/err.h"

#define MAX_LINKS 40  /* as the kernel's own limit */
#define LOOK_MS	  250 /* a disk answers in a hundredth of that */

/* The walk in progress: a stack of directories, since ".." must end at the root. */
struct walk {
	int *dirs;
	size_t len, cap;
};

static void walk__free(struct walk *w)
{
	while (w->len)
		close(w->dirs[--w->len]);
	free(w->dirs);
}

static void walk__push(struct walk *w, int fd)
{
	*CT_PUSH(w->dirs, w->len, w->cap) = fd;
}

static int walk__top(const struct walk *w)
{
	return w->dirs[w->len - 1];
}

/* The root itself stays. */
static void walk__pop(struct walk *w)
{
	if (w->len > 1)
		close(w->dirs[--w->len]);
}

/* On top is a link: what it says comes before the rest of the path. */
static int walk__follow(struct walk *w, char **path, const char *rest)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(walk__top(w), "", target, sizeof(target) - 1);
	char *joined;

	if (n < 0)
		return -errno;
	target[n] = '\0';
	walk__pop(w);
	while (target[0] == '/' && w->len > 1)
		walk__pop(w);
	joined = ct_xasprintf("%s/%s", target, rest);
	free(*path);
	*path = joined;
	return 0;
}

/* One component. Returns the offset to go on from in *path, or a negative errno. */
static ssize_t walk__step(struct walk *w, char **path, size_t pos, int *links)
{
	size_t len = strcspn(*path + pos, "/"), end = pos + len;
	ct_autofree char *name = ct_xstrndup(*path + pos, len);
	ssize_t next = end + ((*path)[end] == '/');
	struct stat st;
	int fd;

	if (!len || !strcmp(name, "."))
		return next;
	if (!strcmp(name, "..")) {
		walk__pop(w);
		return next;
	}
	fd = openat(walk__top(w), name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	walk__push(w, fd);
	if (fstat(fd, &st))
		return -errno;
	if (!S_ISLNK(st.st_mode))
		return next;
	return ++*links > MAX_LINKS ? -ELOOP : walk__follow(w, path, *path + end);
}

int ct_open_in_root__walk(int root, const char *path)
{
	__attribute__((cleanup(walk__free))) struct walk w = { 0 };
	ct_autofree char *rest = ct_xstrdup(path);
	int links = 0, fd = fcntl(root, F_DUPFD_CLOEXEC, 3);
	ssize_t pos = 0;

	if (fd < 0)
		return -errno;
	walk__push(&w, fd);
	while (rest[pos]) {
		pos = walk__step(&w, &rest, pos, &links);
		if (pos < 0)
			return pos;
	}
	fd = fcntl(walk__top(&w), F_DUPFD_CLOEXEC, 3);
	return fd < 0 ? -errno : fd;
}

int ct_open_in_root(int root, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd = syscall(SYS_openat2, root, path, &how, sizeof(how));

	if (fd >= 0)
		return fd;
	/* Linux before 5.6, or a seccomp filter without it; EAGAIN: a race with rename. */
	if (errno == ENOSYS || errno == EPERM || errno == EAGAIN)
		return ct_open_in_root__walk(root, path);
	return -errno;
}

int ct_file_caps__parse(const void *xattr, size_t len, uint64_t *permitted, bool *effective)
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
	*permitted = le32toh(cap.data[0].permitted);
	if (want != XATTR_CAPS_SZ_1)
		*permitted |= (uint64_t)le32toh(cap.data[1].permitted) << 32;
	*effective = magic & VFS_CAP_FLAGS_EFFECTIVE;
	return 0;
}

/* Through /proc/self/fd, since fgetxattr refuses an O_PATH descriptor. */
static int read_caps(int fd, uint64_t *permitted, bool *effective)
{
	ct_autofree char *self = ct_xasprintf("/proc/self/fd/%d", fd);
	struct vfs_ns_cap_data cap;
	ssize_t len = getxattr(self, "security.capability", &cap, sizeof(cap));

	if (len < 0 && (errno == ENODATA || errno == EOPNOTSUPP))
		return 0;
	if (len < 0)
		return errno == ERANGE ? -EINVAL : -errno;
	return ct_file_caps__parse(&cap, len, permitted, effective);
}

static int read_fd(int fd, bool any_mount, uint64_t *permitted, bool *effective, bool *setid)
{
	bool eff = false, sid = false;
	uint64_t caps = 0;
	struct statvfs fs;
	struct stat st;
	int ret;

	if (fstat(fd, &st) || fstatvfs(fd, &fs))
		return -errno;
	/* On a nosuid mount execve gives nothing, whatever the file says. */
	if (S_ISREG(st.st_mode) && (any_mount || !(fs.f_flag & ST_NOSUID))) {
		ret = read_caps(fd, &caps, &eff);
		if (ret)
			return ret;
		/* Without group execution S_ISGID means mandatory locking. */
		sid = (st.st_mode & S_ISUID) || ((st.st_mode & S_ISGID) && (st.st_mode & S_IXGRP));
	}
	*permitted = caps;
	*effective = eff;
	*setid = sid;
	return 0;
}

int ct_open_root_of(int pid)
{
	ct_autofree char *dir = ct_xasprintf("/proc/%d/root", pid);
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	return fd;
}

/* A path that is not absolute starts at the process's working directory. */
static char *absolute(int pid, const char *path)
{
	ct_autofree char *link = ct_xasprintf("/proc/%d/cwd", pid);
	char cwd[PATH_MAX];
	ssize_t n;

	if (*path == '/')
		return ct_xstrdup(path);
	n = readlink(link, cwd, sizeof(cwd) - 1);
	if (n < 0)
		return NULL;
	cwd[n] = '\0';
	return ct_xasprintf("%s/%s", cwd, path);
}

struct found {
	uint64_t permitted;
	bool effective, setid;
};

static bool is_file(int fd, const struct ct_file_id *id)
{
	struct stat st;

	return !fstat(fd, &st) && st.st_ino == id->ino && major(st.st_dev) == id->dev >> 20 &&
	       minor(st.st_dev) == (id->dev & ((1u << 20) - 1));
}

/* id: none but this file; NULL: whatever has the name. */
static int look_below(int root, const char *path, const struct ct_file_id *id, struct found *f)
{
	ct_autoclose int fd = ct_open_in_root(root, path);

	if (fd < 0)
		return fd;
	if (id && !is_file(fd, id))
		return -ENOENT;
	return read_fd(fd, id, &f->permitted, &f->effective, &f->setid);
}

static int look_at_running(int pid, const struct ct_file_id *id, struct found *f)
{
	ct_autofree char *exe = ct_xasprintf("/proc/%d/exe", pid);
	ct_autoclose int fd = open(exe, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	if (id && !is_file(fd, id))
		return -ENOENT;
	return read_fd(fd, id, &f->permitted, &f->effective, &f->setid);
}

static int look_at_process(int pid, const char *path, struct found *f)
{
	ct_autoclose int root = ct_open_root_of(pid);
	ct_autofree char *file = NULL;

	if (root < 0)
		return root;
	file = absolute(pid, path);
	if (file && !look_below(root, file, NULL, f))
		return 0;
	/* No name that leads anywhere: /dev/fd/N of fexecve, or replaced since. */
	return look_at_running(pid, NULL, f);
}

/* A look into somebody's file system, whose server may be dead and never answer. */
struct look {
	int pid, root; /* root < 0: by pid */
	char *path;
	bool same; /* none but the file with this id */
	struct ct_file_id id;
	int ret;
	struct found found;
};

static void look(void *arg)
{
	struct look *l = arg;

	l->ret = l->root < 0 && l->same ? look_at_running(l->pid, &l->id, &l->found) :
		 l->root < 0		? look_at_process(l->pid, l->path, &l->found) :
			       look_below(l->root, l->path, l->same ? &l->id : NULL, &l->found);
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
			uint64_t *permitted, bool *effective, bool *setid)
{
	struct look *l = ct_xzalloc(sizeof(*l));
	int ret;

	l->pid = pid;
	l->same = id;
	if (id)
		l->id = *id;
	l->root = root < 0 ? -1 : fcntl(root, F_DUPFD_CLOEXEC, 3);
	l->path = ct_xstrdup(path);
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
	if (!ret) {
		*permitted = l->found.permitted;
		*effective = l->found.effective;
		*setid = l->found.setid;
	}
	look__free(l);
	return ret;
}

int ct_file_caps__read_below(int root, const char *path, uint64_t *permitted, bool *effective,
			     bool *setid)
{
	return root < 0 ? -EBADF : read_in_time(0, root, path, NULL, permitted, effective, setid);
}

int ct_file_caps__read_same(int root, const char *path, const struct ct_file_id *id,
			    uint64_t *permitted, bool *effective, bool *setid)
{
	return root < 0 ? -EBADF : read_in_time(0, root, path, id, permitted, effective, setid);
}

int ct_file_caps__read(int pid, const char *path, uint64_t *permitted, bool *effective, bool *setid)
{
	return read_in_time(pid, -1, path, NULL, permitted, effective, setid);
}

int ct_file_caps__read_running(int pid, const struct ct_file_id *id, uint64_t *permitted,
			       bool *effective, bool *setid)
{
	return read_in_time(pid, -1, "", id, permitted, effective, setid);
}
