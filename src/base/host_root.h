/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the host's files are. Seen from the host itself that is where they always are; a captrim in
 * a container finds them below the directory where the host's root was mounted (--host-root), and
 * processes by the numbers that the host gives them.
 */
#ifndef CT_BASE_HOST_ROOT_H
#define CT_BASE_HOST_ROOT_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/strings.h"

/*
 * Everything below is looked up there from now on; NULL, "" and "/" mean here. It is copied. Called
 * before anything else asks.
 */
void ct_host__set_root(const char *dir);

/*
 * The same for what people say: a negative errno with the cure if it is not the root of a host,
 * with the host's /proc in it.
 */
int ct_host__use_root(const char *dir, struct ct_err *err);

const char *ct_host__root(void); /* "" or a directory without a slash at its end */

/*
 * A host's path as it has to be opened here. Symbolic links on the way lead where they lead on the
 * host: "/var/run" of a host is its own "/run", and nobody's link leads out of it. What does not
 * exist is only put behind the root. The caller frees.
 */
char *ct_host__path(const char *path);

/* Is there something of that name on the host? */
bool ct_host__has(const char *path);

/*
 * Adds what glob(3) finds, as the host's paths. Up to its first wildcard the pattern is followed as
 * ct_host__path() does.
 */
void ct_host__glob(const char *pattern, struct ct_strings *paths);

/* open(2) of a host's path, O_CLOEXEC added. Returns a descriptor or a negative errno. */
int ct_host__open(const char *path, int flags);

/* "PROC/PID/WHAT" for a process by the number that the kernel has for it; the caller frees. */
char *ct_host__proc(unsigned int pid, const char *what);

/* The same for a file of procfs that does not belong to a process, such as "mounts" or "1/mounts".
 */
char *ct_host__procfs(const char *what);

/* The inode of a process's namespace ("user", "mnt"), 0 where it cannot be looked at. */
ino_t ct_host__ns(unsigned int pid, const char *kind);

/*
 * The PID namespace whose numbers procfs has, 0: that of the host. The kernel's own numbers are
 * translated to it, see ct_probe__open().
 */
ino_t ct_host__pidns(void);

#define CT_INIT_USERNS	 0xeffffffdu /* include/linux/proc_ns.h, PROC_USER_INIT_INO */
#define CT_INIT_CGROUPNS 0xeffffffbu
#define CT_INIT_PIDNS	 0xeffffffcu /* PROC_PID_INIT_INO */

#endif
