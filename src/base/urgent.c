/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/urgent.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

static atomic_bool urgent;

static bool set(bool first)
{
	const int policy = first ? SCHED_RR | SCHED_RESET_ON_FORK : SCHED_OTHER;
	const struct sched_param param = { .sched_priority = first };

	return !sched_setscheduler(0, policy, &param);
}

void ct_urgent__begin(void)
{
	if (sched_getscheduler(0) == SCHED_OTHER && set(true))
		urgent = true;
}

void ct_urgent__end(void)
{
	if (!urgent)
		return;
	urgent = false;
	set(false);
}

void ct_urgent__follow(void)
{
	static _Thread_local bool follows;

	if (follows != urgent && set(urgent))
		follows = urgent;
}
