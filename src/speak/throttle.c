/* SPDX-License-Identifier: GPL-2.0-only */
#include "speak/throttle.h"

#include <string.h>

struct bucket {
	char *key; /* of the workload; NULL: the bucket is free */
	uint64_t caps;
	uint64_t spent;	   /* events that passed and were not refilled yet */
	uint64_t since_ns; /* when it was last refilled */
	uint64_t used_ns;
	uint64_t held; /* since the last collection */
	struct ct_notice *example;
};

struct ct_throttle {
	struct bucket *buckets;
	size_t len;
	unsigned int burst;
	uint64_t refill_ns, total, others; /* others: held by buckets since reused */
};

#define WAYS 8 /* places where the bucket of a pair may be */

struct ct_throttle *ct_throttle__new(size_t buckets, unsigned int burst, uint64_t refill_ns)
{
	struct ct_throttle *t = ct_xzalloc(sizeof(*t));

	t->len = buckets < WAYS ? WAYS : buckets;
	t->buckets = ct_xzalloc(t->len * sizeof(*t->buckets));
	t->burst = burst;
	t->refill_ns = refill_ns;
	return t;
}

static void clear(struct bucket *b)
{
	ct_notice__free(b->example);
	free(b->key);
	*b = (struct bucket){ 0 };
}

void ct_throttle__free(struct ct_throttle *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->len; i++)
		clear(&t->buckets[i]);
	free(t->buckets);
	free(t);
}

static void refill(const struct ct_throttle *t, struct bucket *b, uint64_t now)
{
	uint64_t n = (now - b->since_ns) / t->refill_ns;

	b->spent -= n < b->spent ? n : b->spent;
	b->since_ns = b->spent ? b->since_ns + n * t->refill_ns : now;
}

/*
 * The bucket of the pair. If it has none it gets a free one, else one with nothing spent, else the
 * least recently used one.
 */
static struct bucket *find(struct ct_throttle *t, const char *key, uint64_t caps, uint64_t now)
{
	uint32_t hash = ct_hash32(key, strlen(key)) ^ ct_hash32(&caps, sizeof(caps));
	struct bucket *victim = NULL;

	for (size_t i = 0; i < WAYS; i++) {
		struct bucket *b = &t->buckets[(hash + i) % t->len];

		if (b->key && b->caps == caps && !strcmp(b->key, key))
			return b;
		if (b->key)
			refill(t, b, now);
		if (!victim || (victim->key &&
				(!b->key || (!b->spent && victim->spent) ||
				 (!b->spent == !victim->spent && b->used_ns < victim->used_ns))))
			victim = b;
	}
	t->others += victim->held;
	clear(victim);
	victim->key = ct_xstrdup(key);
	victim->caps = caps;
	victim->since_ns = now;
	return victim;
}

bool ct_throttle__admit(struct ct_throttle *t, const struct ct_notice *e, uint64_t now_ns)
{
	const char *key = e->workload.key ? e->workload.key : "";
	struct bucket *b = find(t, key, e->caps, now_ns);

	refill(t, b, now_ns);
	b->used_ns = now_ns;
	if (b->spent < t->burst) {
		b->spent++;
		return true;
	}
	b->held++;
	t->total++;
	if (!b->example)
		b->example = ct_notice__hold(e);
	return false;
}

static struct bucket *fullest(const struct ct_throttle *t)
{
	struct bucket *most = NULL;

	for (size_t i = 0; i < t->len; i++)
		if (t->buckets[i].held && (!most || t->buckets[i].held > most->held))
			most = &t->buckets[i];
	return most;
}

void ct_throttle__collect(struct ct_throttle *t, size_t max, ct_throttle_fn fn, void *arg)
{
	struct ct_throttle_held others = { .count = t->others };
	struct bucket *b;

	for (size_t n = 0; n < max && (b = fullest(t)); n++) {
		const struct ct_throttle_held held = { b->example, b->held };

		fn(arg, &held);
		b->held = 0;
		ct_notice__free(ct_steal(b->example));
	}
	for (size_t i = 0; i < t->len; i++) {
		others.count += t->buckets[i].held;
		t->buckets[i].held = 0;
		ct_notice__free(ct_steal(t->buckets[i].example));
	}
	t->others = 0;
	if (others.count)
		fn(arg, &others);
}

uint64_t ct_throttle__held(const struct ct_throttle *t)
{
	return t->total;
}
