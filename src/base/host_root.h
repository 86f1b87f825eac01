/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the host's files are. For a captrim on the host itself they are in their usual places. A
 * captrim in a container finds them below the directory where the host's root was mounted
 * (--host-root), and finds processes by their PIDs on the host.
 */
#ifndef CT_BASE_HOST_ROOT_H
#define CT_BASE_HOST_ROOT_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/strings.h"

/*
 * Makes the functions below look up everything under dir; NULL, "" and "/" mean captrim's own root.
 * dir is copied. To be called before any of the others.
 */
void ct_host__set_root(const char *dir);

/*
 * The same for a directory that a user named. Returns 0, or a negative errno with a message that
 * tells the cure if dir is not the root of a host with the host's /proc in it.
 */
int ct_host__use_root(const char *dir, struct ct_err *err);

const char *ct_host__root(void); /* "" or a directory without a slash at its end */

/*
 * The path by which captrim opens a path of the host. Symbolic links on the way are resolved as
 * they are on the host: its "/var/run" is its own "/run", and no link leads out of its root. If
 * nothing is there, path is only appended to the root. The caller frees.
 */
char *ct_host__path(const char *path);

/* Does the path exist on the host? */
bool ct_host__has(const char *path);

/*
 * Adds what glob(3) finds, as paths of the host. The directories before the first wildcard are
 * resolved as by ct_host__path().
 */
void ct_host__glob(const char *pattern, struct ct_strings *paths);

/* open(2) of a host's path, O_CLOEXEC added. Returns a descriptor or a negative errno. */
int ct_host__open(const char *path, int flags);

/* "PROC/PID/WHAT" for the process with this PID in the host's procfs; the caller frees. */
char *ct_host__proc(unsigned int pid, const char *what);

/* "PROC/WHAT" for a file of procfs, such as "mounts" or "1/mounts"; the caller frees. */
char *ct_host__procfs(const char *what);

/* The inode number of a process's namespace ("user", "mnt"), 0 if it cannot be read. */
ino_t ct_host__ns(unsigned int pid, const char *kind);

/*
 * The inode number of the PID namespace whose PIDs procfs shows; 0: the initial one. The PIDs that
 * the kernel uses are translated to it, see ct_probe__open().
 */
ino_t ct_host__pidns(void);

#define CT_INIT_USERNS	 0xeffffffdu /* include/linux/proc_ns.h, PROC_USER_INIT_INO */
#define CT_INIT_CGROUPNS 0xeffffffbu
#define CT_INIT_PIDNS	 0xeffffffcu /* PROC_PID_INIT_INO */

#endif
