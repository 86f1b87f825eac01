// SPDX-License-Identifier: GPL-2.0-only
/* What a recording says of a workload as a whole. */
#include <string.h>

#include "model/session.h"

static const struct ct_exec *entry_point(const struct ct_workload *w)
{
	for (size_t i = 0; i < w->nexecs; i++)
		if (w->execs[i].was == CT_ENTRY_SETUP && w->execs[i].entry == CT_ENTRY_MAIN)
			return &w->execs[i];
	return NULL;
}

enum ct_tristate ct_workload__nonroot(const struct ct_workload *w)
{
	const struct ct_exec *entry = entry_point(w);
	const char *user = w->container.user;
	size_t len;

	/* In a user namespace the ids of the credentials are the host's. */
	if (entry && w->container.userns != CT_YES && !entry->creds.userns_level)
		return entry->creds.uid ? CT_YES : CT_NO;
	if (!user)
		return CT_UNKNOWN;
	len = strcspn(user, ":");
	if (!len || (len == 1 && *user == '0') || (len == 4 && !strncmp(user, "root", 4)))
		return CT_NO;
	return CT_YES;
}
