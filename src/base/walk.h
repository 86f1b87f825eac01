/* SPDX-License-Identifier: GPL-2.0-only */
/* Opening what a name means below a root directory that is not ours. */
#ifndef CT_BASE_WALK_H
#define CT_BASE_WALK_H

/* Opens path (O_PATH) as if the directory root were "/". Returns a descriptor or -errno. */
int ct_walk__open_in_root(int root, const char *path);

/* The same where openat2 is missing. */
int ct_walk__by_steps(int root, const char *path);

#endif
