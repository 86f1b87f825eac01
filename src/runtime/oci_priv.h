/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading the files of containers, shared by what reads and what finds bundles. */
#ifndef CT_RUNTIME_OCI_PRIV_H
#define CT_RUNTIME_OCI_PRIV_H

#include "runtime/json_in.h"
#include "runtime/oci.h"

#define CT_OCI_SEARCH_MS 1000

/*
 * Loads a file's JSON into *root, which the caller frees. Some directories belong to users, who may
 * leave anything there: a FIFO must not block us and a device must not be read. Returns 0, -EBADMSG
 * with the place in *bad, or another negative errno.
 */
int ct_oci__load_now(const char *path, json_t **root, json_error_t *bad);

/* The same for a file system that may not answer: -ETIMEDOUT after CT_OCI_SEARCH_MS. */
int ct_oci__load(const char *path, json_t **root, json_error_t *bad);

#endif
