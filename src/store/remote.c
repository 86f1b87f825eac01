/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/remote.h"

#include <errno.h>

#if 1 /* PostgreSQL follows */
int ct_remote__open(const char *url, unsigned int connect_timeout, struct ct_db **db,
		    struct ct_err *err)
{
	(void)connect_timeout;
	(void)db;
	return ct_remote__check_url(url, err);
}

int ct_remote__check_url(const char *url, struct ct_err *err)
{
	(void)url;
	return ct_err__set(err, ENOSYS,
			   "this captrim was built without PostgreSQL; build it with libpq-dev and "
			   "without WITHOUT=POSTGRES, or give the path of a store");
}

char *ct_remote__shown(const char *url)
{
	(void)url;
	return ct_xstrdup("postgresql://...");
}
#endif
