/* SPDX-License-Identifier: GPL-2.0-only */
/* A store in PostgreSQL. Without the library everything here is -ENOSYS, with the cure. */
#ifndef CT_STORE_REMOTE_H
#define CT_STORE_REMOTE_H

#include "store/db.h"

/* connect_timeout in seconds, unless the URL has one; 0: as long as it takes. */
int ct_remote__open(const char *url, unsigned int connect_timeout, struct ct_db **db,
		    struct ct_err *err);

/* Is the URL one that can be understood? -EINVAL with what is wrong. */
int ct_remote__check_url(const char *url, struct ct_err *err);

/* Without the password, printable. The caller frees. */
char *ct_remote__shown(const char *url);

#endif
