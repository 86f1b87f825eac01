/* SPDX-License-Identifier: GPL-2.0-only */
/* File capabilities and set-ID bits of a program, also inside a container. */
#ifndef CT_RECORD_FILE_CAPS_H
#define CT_RECORD_FILE_CAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A process's root directory (O_PATH); the caller closes. -ESRCH: the process is gone. */
int ct_open_root_of(int pid);

struct ct_file_caps {
	uint64_t permitted; /* 0: none */
	bool effective, setid;
	/* Whom they were given by: user 0 of such a user namespace alone can be given them by an
	 * execve there (revision 3); 0: of the initial one, so that they hold everywhere. */
	uint32_t rootid;
};

/* What the kernel says of a file. */
struct ct_file_id {
	uint64_t ino;
	uint32_t dev; /* s_dev of its file system: 12 bits of major, 20 of minor */
};

/*
 * File capabilities of a program that a process executed under this name, below its own root, or
 * of /proc/PID/exe, where the name leads nowhere or only that is the file with this id (NULL: not
 * known): the name may be another file's since. All are 0 without, and on a nosuid mount. Returns 0
 * or a negative errno (-ESRCH: the process is gone; -ETIMEDOUT, -EBUSY: a file system does not
 * answer), when *caps is untouched.
 */
int ct_file_caps__read(int pid, const char *path, const struct ct_file_id *id,
		       struct ct_file_caps *caps);

/* The same for a process that is gone: below a root directory that was kept. */
int ct_file_caps__read_below(int root, const char *path, struct ct_file_caps *caps);

/*
 * The same for a process that is gone, whose root is not known: if the file of that name below this
 * one is the very same. -ENOENT: it is another. Whether it was executed from a nosuid mount is
 * not known, so this counts as if it was not.
 */
int ct_file_caps__read_same(int root, const char *path, const struct ct_file_id *id,
			    struct ct_file_caps *caps);

/* The same of what a process is running, if it is that file. */
int ct_file_caps__read_running(int pid, const struct ct_file_id *id, struct ct_file_caps *caps);

/* Of it what its tests call on its own. A security.capability attribute of any revision. Returns 0
 * or -EINVAL, as execve would. */
int ct_file_caps__parse(const void *xattr, size_t len, struct ct_file_caps *caps);

#endif
