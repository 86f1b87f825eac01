/* SPDX-License-Identifier: GPL-2.0-only */
/* Which capabilities the daemon needs on this very host, found out by trying. */
#ifndef CT_MONITOR_PRIVILEGES_HERE_H
#define CT_MONITOR_PRIVILEGES_HERE_H

#include "model/session.h"

/* By whom it is held, in the order in which they begin. */
enum ct_holder { CT_HOLDER_LOADER, CT_HOLDER_OPENER, CT_HOLDER_DAEMON };

struct ct_privilege {
	int cap;
	enum ct_holder holder;
	enum ct_tristate needed; /* CT_UNKNOWN: it could not be tried, which takes root */
	const char *what;	 /* what needs it; static */
};

/* A list that ends with a .what of NULL; static, and worked out anew by each call. */
const struct ct_privilege *ct_privileges_here__find(void);

#endif
