/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/host_root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/files.h"
#include "base/util.h"

#define PF_KTHREAD 0x00200000 /* include/linux/sched.h */

static struct {
	char *dir; /* NULL: our own root */
	int fd;	   /* of dir */
} root = { .fd = -1 };

const char *ct_host__root(void)
{
	return root.dir ?: "";
}

/* The kernel's path of an open file; NULL: too long, or not below our root. The caller frees. */
static char *real_path(int fd)
{
	ct_autofree char *link = ct_xasprintf("/proc/self/fd/%d", fd);
	char real[PATH_MAX];
	ssize_t n = fd < 0 ? -1 : readlink(link, real, sizeof(real));

	if (n <= 0 || n == sizeof(real) || real[0] != '/')
		return NULL;
	return ct_xstrndup(real, n);
}

void ct_host__set_root(const char *dir)
{
	size_t len = dir ? strlen(dir) : 0;
	char *real;

	if (root.fd >= 0)
		close(root.fd);
	free(ct_steal(root.dir));
	root.fd = -1;
	while (len && dir[len - 1] == '/')
		len--;
	if (!len)
		return;
	root.dir = ct_xstrndup(dir, len);
	root.fd = open(root.dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	real = real_path(root.fd);
	if (real) {
		free(root.dir);
		root.dir = real;
	}
}

int ct_host__use_root(const char *dir, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(dir ?: ""), *proc = NULL;

	if (dir && *dir != '/')
		return ct_err__set(err, EINVAL,
				   "the host's root must be given as an absolute path, not %s",
				   shown);
	proc = ct_xasprintf("%s/proc/self/ns/pid", dir ?: "");
	if (access(proc, F_OK))
		return ct_err__set(
			err, ENOENT,
			"%s is not the root of a host with its /proc in it: mount it, as "
			"in 'docker run -v /:/host:ro', and give --host-root /host",
			shown);
	ct_host__set_root(dir);
	return 0;
}

int ct_host__open(const char *path, int flags)
{
	struct open_how how = { .flags = flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
	int fd;

	if (root.fd < 0)
		return ct_files__open(path, flags);
	fd = syscall(SYS_openat2, root.fd, path, &how, sizeof(how));
	return fd < 0 ? -errno : fd;
}

char *ct_host__path(const char *path)
{
	ct_autoclose int fd = root.fd < 0 ? -1 : ct_host__open(path, O_PATH);

	if (root.fd < 0)
		return ct_xstrdup(path);
	return real_path(fd) ?: ct_xasprintf("%s%s%s", root.dir, *path == '/' ? "" : "/", path);
}

struct matches {
	struct ct_strings *paths;
	size_t skip;
};

static void add_found(void *arg, const char *path)
{
	const struct matches *f = arg;

	ct_strings__add(f->paths, path + f->skip);
}

void ct_host__glob(const char *pattern, struct ct_strings *paths)
{
	size_t fixed = strcspn(pattern, "*?["), skip = strlen(ct_host__root());
	ct_autofree char *dir = NULL, *there = NULL, *whole = NULL;
	struct matches matches = { paths, skip };

	while (fixed && pattern[fixed] != '/')
		fixed--;
	dir = ct_xstrndup(pattern, fixed);
	there = ct_host__path(*dir ? dir : "/");
	whole = ct_xasprintf("%s%s", strcmp(there, "/") ? there : "", pattern + fixed);
	ct_files__each(whole, add_found, &matches);
}

bool ct_host__has(const char *path)
{
	ct_autoclose int fd = ct_host__open(path, O_PATH);

	return fd >= 0;
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

/* Kernel threads have PIDs in the initial namespace only; there, process 2 is kthreadd. */
static bool shows_kernel_threads(void)
{
	ct_autofree char *path = ct_host__proc(2, "stat"), *text = NULL;
	const char *end = ct_read_file(path, 4096, &text, NULL) ? NULL : strrchr(text, ')');
	unsigned int flags;

	return end && sscanf(end, ") %*c %*d %*d %*d %*d %*d %u", &flags) == 1 &&
	       flags & PF_KTHREAD;
}

ino_t ct_host__pidns(void)
{
	ct_autofree char *self = ct_host__procfs("self/ns/pid");
	ino_t ino = shows_kernel_threads() ? CT_INIT_PIDNS : ct_host__ns(1, "pid");
	struct stat st;

	/* The namespaces of a process 1 with more privileges than ours cannot be read. */
	if (!ino && !stat(self, &st))
		ino = st.st_ino;
	return ino == CT_INIT_PIDNS ? 0 : ino;
}
