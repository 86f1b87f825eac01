/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/util.h"
#include "base/walk.h"

static const struct ct_files_opener *opener;

void ct_files__set_opener(const struct ct_files_opener *o)
{
	opener = o;
}

const struct ct_files_opener *ct_files__opener(void)
{
	return opener;
}

static bool is_denied(int err)
{
	return err == EACCES || err == EPERM;
}

int ct_files__open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	return opener && is_denied(errno) ? opener->open(opener->arg, path, flags) : -errno;
}

int ct_files__stat(const char *path, struct stat *st)
{
	ct_autoclose int fd = -1;
	struct stat found;

	if (!stat(path, st))
		return 0;
	if (!opener || !is_denied(errno))
		return -errno;
	fd = opener->open(opener->arg, path, O_PATH);
	if (fd < 0)
		return fd;
	if (fstat(fd, &found))
		return -errno;
	*st = found;
	return 0;
}

ssize_t ct_files__readlink(const char *path, char *text, size_t size)
{
	ssize_t n = readlink(path, text, size - 1);

	if (n >= 0)
		text[n] = '\0';
	else if (opener && is_denied(errno))
		n = opener->readlink(opener->arg, path, text, size);
	else
		n = -errno;
	return n;
}

int ct_files__open_in_root(int root, const char *path)
{
	int fd = ct_walk__open_in_root(root, path);

	if (fd >= 0 || !opener || !is_denied(-fd))
		return fd;
	return opener->open_in_root(opener->arg, root, path);
}

int ct_files__read(const char *path, size_t max, char **data, size_t *len)
{
	ct_autoclose int fd = ct_files__open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);

	return fd < 0 ? fd : ct_read_fd(fd, max, data, len);
}

void ct_files__each(const char *pattern, void (*fn)(void *arg, const char *path), void *arg)
{
	glob_t g = {};
	struct stat st;

	if (!strpbrk(pattern, "*?[\\")) {
		if (!ct_files__stat(pattern, &st))
			fn(arg, pattern);
		return;
	}
	/* glob(3) treats a directory that it may not read as one without a match. */
	if (opener) {
		opener->each(opener->arg, pattern, fn, arg);
		return;
	}
	if (!glob(pattern, GLOB_NOSORT, NULL, &g))
		for (size_t i = 0; i < g.gl_pathc; i++)
			fn(arg, g.gl_pathv[i]);
	globfree(&g);
}
