/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/input.h"

#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "base/util.h"

/* Anonymous pipes have a file system of their own (get_pipe_inode() in fs/pipe.c). */
static bool is_anonymous_pipe(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_type == PIPEFS_MAGIC;
}

/* /dev/null reads as an empty file, and a link to it may stand in for a unit's drop-in. */
static bool is_null_device(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

/* Checked before opening, which has effects on some devices and blocks on a FIFO. */
static int check_kind(const char *path, const char *name, struct ct_err *err)
{
	struct stat st;

	if (stat(path, &st))
		return ct_err__set(err, errno, "cannot read %s: %s", name, strerror(errno));
	if (S_ISFIFO(st.st_mode) && !is_anonymous_pipe(path))
		return ct_err__set(
			err, EINVAL,
			"%s is a FIFO, and reading it could wait forever: put its content "
			"in a regular file, or give it as standard input (- <%s)",
			name, name);
	if ((S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)) && !is_null_device(&st))
		return ct_err__set(err, EINVAL,
				   "%s is a device: name a regular file, or - for standard input",
				   name);
	if (S_ISSOCK(st.st_mode))
		return ct_err__set(err, EINVAL, "%s is a socket: name a regular file", name);
	return 0;
}

int ct_input__read(const char *path, size_t max, const char *cure, char **text, size_t *len,
		   struct ct_err *err)
{
	bool is_stdin = !strcmp(path, "-");
	ct_autofree char *name = ct_printable(is_stdin ? "standard input" : path);
	int ret = is_stdin ? 0 : check_kind(path, name, err);

	if (ret)
		return ret;
	ret = is_stdin ? ct_read_fd(STDIN_FILENO, max, text, len) :
			 ct_read_file(path, max, text, len);
	if (ret == -EFBIG)
		return ct_err__set(err, EFBIG, "%s is larger than %zu MiB%s%s", name, max >> 20,
				   cure ? ": " : "", cure ? cure : "");
	return ret ? ct_err__set(err, -ret, "cannot read %s: %s", name, strerror(-ret)) : 0;
}
