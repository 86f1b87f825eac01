/* SPDX-License-Identifier: GPL-2.0-only */
#include "monitor/budget.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/util.h"

#define LOOKS_OVER    2	  /* one may be chance */
#define PATIENCE      12  /* a minute, where it is looked every 5 seconds */
#define MOST_PATIENCE 192 /* a quarter of an hour */
#define ROOM_PERCENT  70  /* of the budget, below which there is room for more */

void ct_budget__set(struct ct_budget *b, uint64_t cpu_ppm, uint64_t memory)
{
	b->cpu_ppm = cpu_ppm;
	b->memory = memory;
	b->over = b->under = 0;
	b->patience = PATIENCE;
}

static bool exceeds(uint64_t used, uint64_t limit, uint64_t percent)
{
	return limit && used > limit / 100 * percent + limit % 100 * percent / 100;
}

static bool step_down(struct ct_budget *b)
{
	/* It stepped down before, so there was not enough room: wait longer the next time. */
	if (b->patience < MOST_PATIENCE && b->steps)
		b->patience *= 2;
	b->over = b->under = 0;
	if (b->detail == CT_DETAIL_TOTALS)
		return false;
	b->detail++;
	b->steps++;
	b->changes++;
	return true;
}

static bool step_up(struct ct_budget *b)
{
	b->over = b->under = 0;
	if (b->detail == CT_DETAIL_FULL)
		return false;
	b->detail--;
	b->changes++;
	return true;
}

bool ct_budget__look(struct ct_budget *b, const struct ct_usage *now)
{
	bool first = !b->at_ns;
	uint64_t ns = now->now_ns - b->at_ns, cpu_ns = now->cpu_ns - b->cpu_ns;

	if (!b->patience)
		b->patience = PATIENCE;
	b->at_ns = now->now_ns;
	b->cpu_ns = now->cpu_ns;
	b->used_memory = now->memory;
	if (first || !ns)
		return false;
	b->used_ppm = cpu_ns * 1000 / (ns / 1000 + 1);
	if (exceeds(b->used_ppm, b->cpu_ppm, 100) || exceeds(b->used_memory, b->memory, 100)) {
		b->under = 0;
		return ++b->over >= LOOKS_OVER && step_down(b);
	}
	b->over = 0;
	if (exceeds(b->used_ppm, b->cpu_ppm, ROOM_PERCENT) ||
	    exceeds(b->used_memory, b->memory, ROOM_PERCENT)) {
		b->under = 0;
		return false;
	}
	return ++b->under >= b->patience && step_up(b);
}

static uint64_t resident(void)
{
	ct_autofree char *text = NULL;
	const char *second;

	if (ct_read_file("/proc/self/statm", 4096, &text, NULL))
		return 0;
	second = strchr(text, ' ');
	return second ? strtoull(second, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

struct ct_usage ct_usage__now(uint64_t checks)
{
	struct timespec cpu;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	return (struct ct_usage){
		.now_ns = ct_clock__now_ns(),
		.cpu_ns = (uint64_t)cpu.tv_sec * CT_NS_PER_SEC + (uint64_t)cpu.tv_nsec +
			  checks * CT_BUDGET_CHECK_NS,
		.memory = resident(),
	};
}
