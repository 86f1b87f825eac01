/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/util.h"

#define MAX_LINKS 40 /* the kernel's own limit */

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

/* Replaces the link on top of the stack by its target, which comes before the rest of the path. */
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

/* Walks one component. Returns the offset to go on from in *path, or a negative errno. */
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

int ct_walk__by_steps(int root, const char *path)
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

int ct_walk__open_in_root(int root, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd = syscall(SYS_openat2, root, path, &how, sizeof(how));

	if (fd >= 0)
		return fd;
	/* Linux before 5.6, or a seccomp filter that refuses it; EAGAIN: a race with a rename. */
	if (errno == ENOSYS || errno == EPERM || errno == EAGAIN)
		return ct_walk__by_steps(root, path);
	return -errno;
}
