/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define MODE 0640

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

/* Its mode does not depend on the umask of whoever starts it first. */
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

int ct_store_lock__take(const char *path, int *fd, struct ct_err *err)
{
	ct_autofree char *name = ct_xasprintf("%s.lock", path);
	ct_autoclose int mine = make(name, err);
	char pid[24] = "";

	if (mine < 0)
		return mine;
	if (flock(mine, LOCK_EX | LOCK_NB)) {
		ct_autofree char *shown = ct_printable(path);

		if (errno != EWOULDBLOCK)
			return cannot("lock", name, err);
		if (pread(mine, pid, sizeof(pid) - 1, 0) < 0)
			*pid = '\0';
		pid[strspn(pid, "0123456789")] = '\0';
		return ct_err__set(
			err, EBUSY,
			"%s: another captrim monitor (process %s) writes to it; one host "
			"has one",
			shown, *pid ? pid : "?");
	}
	/* For the message above only, so that it does not matter whether it arrives. */
	snprintf(pid, sizeof(pid), "%d\n", getpid());
	if (ftruncate(mine, 0) || pwrite(mine, pid, strlen(pid), 0) < 0)
		errno = 0;
	*fd = mine;
	mine = -1;
	return 0;
}

bool ct_store_lock__is_held(const char *path)
{
	ct_autofree char *name = ct_xasprintf("%s.lock", path);
	ct_autoclose int fd = open(name, O_RDONLY | O_CLOEXEC);

	return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
}
