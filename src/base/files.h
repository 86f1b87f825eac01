/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that belong to others: processes below /proc, and what runtimes keep of their containers.
 * Whoever looks at such a file does it by these, so that a daemon without privileges can have it
 * opened by somebody else. Without an opener they are the plain system calls, and with one they are
 * tried first: it is asked only where permission is denied. So /proc/self is always one's own.
 */
#ifndef CT_BASE_FILES_H
#define CT_BASE_FILES_H

#include <sys/stat.h>
#include <sys/types.h>

/* For reading or with O_PATH; always O_CLOEXEC. Returns a descriptor or a negative errno. */
int ct_files__open(const char *path, int flags);

/* Follows links, those of /proc/PID/ns, too. Returns 0 or a negative errno. */
int ct_files__stat(const char *path, struct stat *st);

/* What a link says, with a NUL at the end. Returns its length or a negative errno. */
ssize_t ct_files__readlink(const char *path, char *text, size_t size);

/*
 * With O_PATH the file that a process with this root directory finds under the name: no link leads
 * out of it. Returns a descriptor or a negative errno.
 */
int ct_files__open_in_root(int root, const char *path);

/* At most max bytes of a regular file, see ct_read_file(). */
int ct_files__read(const char *path, size_t max, char **data, size_t *len);

/* Calls fn for each file that the glob(3) pattern matches. */
void ct_files__each(const char *pattern, void (*fn)(void *arg, const char *path), void *arg);

/* Somebody who may open more. May be called from any thread. */
struct ct_files_opener {
	int (*open)(void *arg, const char *path, int flags);
	int (*open_in_root)(void *arg, int root, const char *path);
	ssize_t (*readlink)(void *arg, const char *path, char *text, size_t size);
	void (*each)(void *arg, const char *pattern, void (*fn)(void *arg, const char *path),
		     void *fn_arg);
	void *arg;
};

/* Before there are threads; NULL: nobody. The struct must outlive its use. */
void ct_files__set_opener(const struct ct_files_opener *opener);
const struct ct_files_opener *ct_files__opener(void); /* NULL: nobody */

#endif
