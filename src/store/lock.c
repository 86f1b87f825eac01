/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/clock.h"

#define MODE	0640
#define TRIES	10
#define WAIT_NS (50 * CT_NS_PER_MS)

static int cannot(const char *what, const char *path, struct ct_err *err)
{
	int code = errno;
	ct_autofree char *shown = ct_printable(path);
	const char *cure = code == ENOENT ? "; make its directory first" :
			   code == EACCES || code == EPERM ?
					    "; run as root or as the daemon's user" :
					    "";

	return ct_err__set(err, code, "cannot %s %s: %s%s", what, shown, strerror(code), cure);
}

/* The mode of the file does not depend on the umask of whoever starts captrim first. */
static int make(const char *path, struct ct_err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, MODE);

	if (fd >= 0) {
		if (!fchmod(fd, MODE))
			return fd;
		close(fd);
		return cannot("give the group the right to read", path, err);
	}
	if (errno == EEXIST)
		fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? cannot("write", path, err) : fd;
}

int ct_store_lock__make_file(const char *path, struct ct_err *err)
{
	int fd = make(path, err);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* The pid of the process that holds the lock; "?" if that cannot be told. */
static void read_pid(int fd, char pid[24])
{
	ssize_t n = pread(fd, pid, 23, 0);

	pid[n > 0 ? n : 0] = '\0';
	pid[strspn(pid, "0123456789")] = '\0';
	if (!*pid)
		strcpy(pid, "?");
}

static int lock(int fd, const char *path, const char *name, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(path);
	char pid[24];

	/* Whoever only looks whether it is held has it for a moment; so has what is left of a
	 * daemon that was killed. */
	for (int i = 0; i < TRIES; i++) {
		if (i)
			ct_clock__sleep_ns(WAIT_NS);
		if (!flock(fd, LOCK_EX | LOCK_NB))
			return 0;
		if (errno != EWOULDBLOCK)
			break;
	}
	if (errno != EWOULDBLOCK)
		return cannot("lock", name, err);
	read_pid(fd, pid);
	return ct_err__set(err, EBUSY,
			   "%s: another captrim monitor (process %s) writes to it; only one may "
			   "run on a host",
			   shown, pid);
}

int ct_store_lock__take(const char *path, int *fd, struct ct_err *err)
{
	ct_autofree char *name = ct_xasprintf("%s.lock", path);
	int ret, mine = make(name, err);

	if (mine < 0)
		return mine;
	ret = lock(mine, path, name, err);
	if (ret) {
		close(mine);
		return ret;
	}
	/* The pid is for the message above only, so it does not matter if it cannot be written. */
	if (ftruncate(mine, 0) || dprintf(mine, "%d\n", getpid()) < 0)
		errno = 0;
	*fd = mine;
	return 0;
}

bool ct_store_lock__is_held(const char *path)
{
	ct_autofree char *name = ct_xasprintf("%s.lock", path);
	ct_autoclose int fd = open(name, O_RDONLY | O_CLOEXEC);

	return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
}
