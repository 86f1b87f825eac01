/* SPDX-License-Identifier: GPL-2.0-only */
/* Opens paths below a root directory that is not our own. */
#ifndef CT_BASE_WALK_H
#define CT_BASE_WALK_H

/* Opens path (O_PATH) as if the directory root were "/". Returns a descriptor or -errno. */
int ct_walk__open_in_root(int root, const char *path);

/* The same without openat2. */
int ct_walk__by_steps(int root, const char *path);

#endif
