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
	/*
	 * Whose they are (revision 3): only an execve in a user namespace whose user 0 is this uid
	 * gives them; 0: the initial namespace's, so that they hold everywhere.
	 */
	uint32_t rootid;
	int64_t changed_ns; /* when the file was last changed in any way, of the wall clock */
};

/* How the kernel identifies a file. */
struct ct_file_id {
	uint64_t ino;
	uint32_t dev; /* s_dev of its file system: 12 bits of major, 20 of minor */
};

/*
 * Reads the file capabilities of a program that a process executed under this name, below its own
 * root. If the name leads nowhere, or if only /proc/PID/exe is the file with this id (NULL: not
 * known), that is read instead: the name may have become another file's. All are 0 if there are
 * none, and on a nosuid mount. Returns 0, or a negative errno with *caps untouched (-ESRCH: the
 * process is gone, or the name leads nowhere and it runs another program by now; -ETIMEDOUT,
 * -EBUSY: a file system does not answer).
 */
int ct_file_caps__read(int pid, const char *path, const struct ct_file_id *id,
		       struct ct_file_caps *caps);

/*
 * The same for a process that is gone, below a root directory that was kept. -ENOENT also if the
 * file of that name is not the one with this id (NULL: any): the process had another root.
 */
int ct_file_caps__read_below(int root, const char *path, const struct ct_file_id *id,
			     struct ct_file_caps *caps);

/*
 * The same for a process that is gone and whose root is not known, if the file of that name below
 * this root is the very same. -ENOENT: it is another file. It is not known whether it was executed
 * from a nosuid mount, so it counts as if it was not.
 */
int ct_file_caps__read_same(int root, const char *path, const struct ct_file_id *id,
			    struct ct_file_caps *caps);

/* The same for what a process is running, if it is that file. */
int ct_file_caps__read_running(int pid, const struct ct_file_id *id, struct ct_file_caps *caps);

/*
 * Parses a security.capability attribute of any revision; tests call it, too. Returns 0, or -EINVAL
 * as execve would.
 */
int ct_file_caps__parse(const void *xattr, size_t len, struct ct_file_caps *caps);

#endif
