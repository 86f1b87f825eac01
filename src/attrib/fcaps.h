/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of fcaps.c that its tests call on their own. */
#ifndef CT_ATTRIB_FCAPS_H
#define CT_ATTRIB_FCAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Opens path (O_PATH) as if the directory root were "/". Returns a descriptor or -errno. */
int ct_open_in_root(int root, const char *path);

/* The same where openat2 is missing. */
int ct_open_in_root__walk(int root, const char *path);

/* A security.capability attribute of any revision. Returns 0 or -EINVAL, as execve would. */
int ct_fcaps__parse(const void *xattr, size_t len, uint64_t *permitted, bool *effective);

#endif
