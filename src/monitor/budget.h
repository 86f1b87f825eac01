/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the daemon may cost. Above its budget the probe notes less of each check, in steps; below
 * it, after a while, more again. Pure: the caller says what was used.
 */
#ifndef CT_MONITOR_BUDGET_H
#define CT_MONITOR_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "ct/event.h"

struct ct_budget {
	uint64_t cpu_ppm, memory;	/* of one processor, and bytes; 0: no limit */
	enum ct_detail detail;		/* how much is to be noted now */
	uint64_t used_ppm, used_memory; /* at the last look */
	uint64_t steps, changes;	/* steps down, and steps up or down, since the beginning */
	/* Private. */
	uint64_t at_ns, cpu_ns;
	unsigned int over, under; /* looks in a row */
	unsigned int patience;	  /* looks below the budget before more is tried; doubles */
};

struct ct_usage {
	uint64_t now_ns; /* CLOCK_MONOTONIC */
	uint64_t cpu_ns; /* of the process, and of its probe in the kernel; only grows */
	uint64_t memory; /* resident bytes */
};

/* Returns true if detail changed. To be called every few seconds. */
bool ct_budget__look(struct ct_budget *b, const struct ct_usage *now);

/* Sets the limits, and begins to look anew. */
void ct_budget__set(struct ct_budget *b, uint64_t cpu_ppm, uint64_t memory);

/* About what one check costs in the kernel, which the process's CPU time does not include. */
#define CT_BUDGET_CHECK_NS 60

/* What this process uses now; checks: how many were counted so far. */
struct ct_usage ct_usage__now(uint64_t checks);

#endif
