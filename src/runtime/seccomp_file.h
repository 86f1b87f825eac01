/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Seccomp profiles as Docker and Podman have them: JSON whose rules may depend on the
 * capabilities that a container is given.
 */
#ifndef CT_RUNTIME_SECCOMP_FILE_H
#define CT_RUNTIME_SECCOMP_FILE_H

#include "model/session.h"

/*
 * Reads the text of a profile. The engine evaluated it on this host, so the rules of other
 * architectures and of newer kernels are left out. Returns 0, -EINVAL if it is not understood,
 * or -EFBIG; *profile is then untouched.
 */
int ct_seccomp_file__parse(const char *text, size_t len, struct ct_seccomp_profile *profile);

/* The same for a file; -EINVAL also if it is not a regular file, or another negative errno. */
int ct_seccomp_file__read(const char *path, struct ct_seccomp_profile *profile);

#endif
