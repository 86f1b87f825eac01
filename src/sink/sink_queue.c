/* SPDX-License-Identifier: GPL-2.0-only */
/* The queue of a sink. When it is full, the workload with the most events in it loses one. */
#include <string.h>

#include "base/clock.h"
#include "sink/sink_priv.h"

#define GROUPS 256 /* workloads in the same group count as one */

static uint32_t owner(const struct ct_notice *e)
{
	const char *key = e->workload.key ? e->workload.key : "";

	return ct_hash32(key, strlen(key)) % GROUPS;
}

static void drop(struct ct_sink_queue *q, size_t i)
{
	ct_notice__free(q->items[i].e);
	memmove(&q->items[i], &q->items[i + 1], (q->len - i - 1) * sizeof(*q->items));
	q->len--;
}

/*
 * The newest event of the workload with the most events, so that a noisy one does not displace the
 * others; q->len stands for the event that is about to be added, whose group is "newest".
 */
static size_t victim(const struct ct_sink_queue *q, bool sending, uint32_t newest)
{
	size_t count[GROUPS] = { 0 }, last[GROUPS], most = newest;

	for (size_t i = sending; i < q->len; i++) {
		count[q->items[i].whose]++;
		last[q->items[i].whose] = i;
	}
	for (size_t g = 0; g < GROUPS; g++)
		if (count[g] > count[most])
			most = g;
	/* The event to be added is the newest one of its group. */
	return most == newest ? q->len : last[most];
}

bool ct_sink_queue__put(struct ct_sink_queue *q, const struct ct_notice *e, size_t max,
			bool sending, uint64_t now_ns)
{
	uint32_t whose = owner(e);
	bool full = q->len >= max;

	if (full) {
		size_t i = victim(q, sending, whose);

		if (i == q->len)
			return true;
		drop(q, i);
	}
	*CT_PUSH(q->items, q->len, q->cap) = (struct ct_sink_item){
		.e = ct_notice__hold(e),
		.whose = whose,
		.since_ns = now_ns,
	};
	return full;
}

void ct_sink_queue__drop_first(struct ct_sink_queue *q)
{
	drop(q, 0);
}

void ct_sink_queue__free(struct ct_sink_queue *q)
{
	for (size_t i = 0; i < q->len; i++)
		ct_notice__free(q->items[i].e);
	free(q->items);
	*q = (struct ct_sink_queue){ 0 };
}

#define FIRST_NS   CT_NS_PER_SEC
#define LONGEST_NS (300 * CT_NS_PER_SEC)

uint64_t ct_sink__backoff_ns(unsigned int n, uint32_t random)
{
	uint64_t ns = n > 16 ? LONGEST_NS : FIRST_NS << (n ? n - 1 : 0), half;

	if (ns > LONGEST_NS)
		ns = LONGEST_NS;
	/* Between half and all of it, lest a thousand hosts try again at the same time. */
	half = ns / 2;
	return half + (uint64_t)((double)random / UINT32_MAX * (double)half);
}
