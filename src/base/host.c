/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/host.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/files.h"
#include "base/util.h"

static struct {
	char *dir; /* NULL: here */
	int fd;	   /* of it */
} root = { .fd = -1 };

const char *ct_host__root(void)
{
	return root.dir ?: "";
}

int ct_host__set_root(const char *dir, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(dir ?: ""), *copy = NULL, *proc = NULL;
	size_t len = dir ? strlen(dir) : 0;
	int fd;

	while (len && dir[len - 1] == '/')
		len--;
	if (root.fd >= 0)
		close(root.fd);
	free(ct_steal(root.dir));
	root.fd = -1;
	if (!len)
		return 0;
	if (*dir != '/')
		return ct_err__set(err, EINVAL, "the host's root is an absolute path, and not %s",
				   shown);
	copy = ct_xstrndup(dir, len);
	fd = open(copy, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return ct_err__set(err, errno, "%s, the host's root: %s", shown, strerror(errno));
	proc = ct_xasprintf("%s/proc/self/ns/pid", copy);
	if (access(proc, F_OK)) {
		close(fd);
		return ct_err__set(err, ENOENT,
				   "%s is no root of a host with its /proc: mount it with what is "
				   "mounted in it, as in 'docker run -v /:%s:ro,rslave'",
				   shown, shown);
	}
	root.dir = ct_steal(copy);
	root.fd = fd;
	return 0;
}

int ct_host__open(const char *path, int flags)
{
	struct open_how how = { .flags = flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
	int fd;

	if (root.fd < 0)
		fd = open(path, flags | O_CLOEXEC);
	else
		fd = syscall(SYS_openat2, root.fd, path, &how, sizeof(how));
	return fd < 0 ? -errno : fd;
}

char *ct_host__path(const char *path)
{
	ct_autoclose int fd = root.fd < 0 ? -1 : ct_host__open(path, O_PATH);
	ct_autofree char *link = ct_xasprintf("/proc/self/fd/%d", fd);
	char real[4096];
	ssize_t n;

	if (root.fd < 0)
		return ct_xstrdup(path);
	n = fd < 0 ? -1 : readlink(link, real, sizeof(real));
	/* A path that is too long, or not below the root as we see it, is not to be had this way. */
	if (n <= 0 || n == sizeof(real) || real[0] != '/')
		return ct_xasprintf("%s%s%s", root.dir, *path == '/' ? "" : "/", path);
	return ct_xstrndup(real, n);
}

char *ct_host__proc(unsigned int pid, const char *what)
{
	return ct_xasprintf("%s/proc/%u/%s", ct_host__root(), pid, what);
}

char *ct_host__procfs(const char *what)
{
	return ct_xasprintf("%s/proc/%s", ct_host__root(), what);
}

ino_t ct_host__ns(unsigned int pid, const char *kind)
{
	ct_autofree char *name = ct_xasprintf("ns/%s", kind), *path = ct_host__proc(pid, name);
	struct stat st;

	return ct_files__stat(path, &st) ? 0 : st.st_ino;
}

ino_t ct_host__pidns(void)
{
	ct_autofree char *self = ct_host__procfs("self/ns/pid");
	ino_t ino = ct_host__ns(1, "pid");
	struct stat st;

	/* A process 1 with more privileges than ours does not let itself be looked at. */
	if (!ino && !stat(self, &st))
		ino = st.st_ino;
	return ino == CT_INIT_PIDNS ? 0 : ino;
}
