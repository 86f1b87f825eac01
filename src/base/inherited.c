/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/inherited.h"

#include <stdbool.h>
#include <sys/resource.h>

static struct rlimit memlock;
static bool noted;

void ct_inherited__note(void)
{
	noted = !getrlimit(RLIMIT_MEMLOCK, &memlock);
}

/* Nobody is refused to lower a limit, and a lower one is all that this can be. */
void ct_inherited__give_back(void)
{
	if (noted)
		(void)setrlimit(RLIMIT_MEMLOCK, &memlock);
}
