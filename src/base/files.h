/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Access to files that belong to others: to processes below /proc, or to runtimes, which keep the
 * state of their containers in them. All such files are opened through these functions, so that a
 * daemon without privileges can have another process open them. The plain system call is tried
 * first, and the opener, if there is one, is asked only if permission is denied. So /proc/self is
 * always the caller's own. Patterns with wildcards go to the opener at once.
 */
#ifndef CT_BASE_FILES_H
#define CT_BASE_FILES_H

#include <sys/stat.h>
#include <sys/types.h>

/* Opens for reading or with O_PATH, and O_CLOEXEC. Returns a descriptor or a negative errno. */
int ct_files__open(const char *path, int flags);

/* Follows links, also those in /proc/PID/ns. Returns 0 or a negative errno. */
int ct_files__stat(const char *path, struct stat *st);

/* Reads a link's target and ends it with a NUL. Returns its length or a negative errno. */
ssize_t ct_files__readlink(const char *path, char *text, size_t size);

/*
 * Opens, with O_PATH, the file that a process with this root directory finds at path: no link leads
 * out of the root. Returns a descriptor or a negative errno.
 */
int ct_files__open_in_root(int root, const char *path);

/* Reads a regular file of at most max bytes, see ct_read_file(). */
int ct_files__read(const char *path, size_t max, char **data, size_t *len);

/* Calls fn for each file that the glob(3) pattern matches. */
void ct_files__each(const char *pattern, void (*fn)(void *arg, const char *path), void *arg);

/* Asks a process that may open more. The functions may be called from any thread. */
struct ct_files_opener {
	int (*open)(void *arg, const char *path, int flags);
	int (*open_in_root)(void *arg, int root, const char *path);
	ssize_t (*readlink)(void *arg, const char *path, char *text, size_t size);
	void (*each)(void *arg, const char *pattern, void (*fn)(void *arg, const char *path),
		     void *fn_arg);
	void *arg;
};

/* To be called before there are threads. NULL: no opener. The struct must outlive its use. */
void ct_files__set_opener(const struct ct_files_opener *opener);
const struct ct_files_opener *ct_files__opener(void); /* NULL: none */

#endif
