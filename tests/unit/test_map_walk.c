/* SPDX-License-Identifier: GPL-2.0-only */
/* Each entry of a map is handed over once, even if the kernel stops reading many at once. */
#include <bpf/bpf.h>
#include <errno.h>

#include "kern/map_walk.h"
#include "unit.h"

#define ENTRIES 3000

/* Stands in for libbpf's: a map whose keys are 0, 1, 2 and so on. */
struct bpf_map {
	bool gone[ENTRIES];
	unsigned int good_calls; /* how often many can be read at once */
	__u32 at_once;		 /* how many these are at most */
};
static struct bpf_map map;

int bpf_map__fd(const struct bpf_map *m)
{
	(void)m;
	return 0;
}

__u32 bpf_map__key_size(const struct bpf_map *m)
{
	(void)m;
	return sizeof(__u64);
}

__u32 bpf_map__max_entries(const struct bpf_map *m)
{
	(void)m;
	return ENTRIES;
}

static int fail(int err)
{
	errno = err;
	return -err;
}

static __u64 first_from(__u64 key)
{
	while (key < ENTRIES && map.gone[key])
		key++;
	return key;
}

int bpf_map_get_next_key(int fd, const void *key, void *next)
{
	const __u64 *k = key;
	__u64 n = first_from(k && !map.gone[*k] ? *k + 1 : 0);

	(void)fd;
	if (n == ENTRIES)
		return fail(ENOENT);
	memcpy(next, &n, sizeof(n));
	return 0;
}

static __u32 value_of(__u64 key)
{
	return (__u32)key + 7;
}

int bpf_map_lookup_elem(int fd, const void *key, void *value)
{
	const __u64 *k = key;

	(void)fd;
	if (map.gone[*k])
		return fail(ENOENT);
	*(__u32 *)value = value_of(*k);
	return 0;
}

int bpf_map_lookup_batch(int fd, void *in, void *out, void *keys, void *values, __u32 *count,
			 const struct bpf_map_batch_opts *opts)
{
	__u64 k = first_from(in ? *(__u64 *)in : 0);
	__u32 room = *count < map.at_once ? *count : map.at_once;

	(void)fd;
	(void)opts;
	*count = 0;
	if (!map.good_calls)
		return fail(ENOMEM);
	map.good_calls--;
	for (; k < ENTRIES && *count < room; k = first_from(k + 1)) {
		((__u64 *)keys)[*count] = k;
		((__u32 *)values)[(*count)++] = value_of(k);
	}
	*(__u64 *)out = k;
	return k < ENTRIES ? 0 : fail(ENOENT);
}

/* ---- tests ---- */

static unsigned int told[ENTRIES], singly, chunks;

static void note_chunk(struct ct_map_walk *w)
{
	CU_ASSERT(!w->singly);
	chunks++;
}

/* Deletes every other entry, and so the last one of each 1024. */
static void note(struct ct_map_walk *w, const void *key, void *value)
{
	__u64 k = *(const __u64 *)key;

	CU_ASSERT_EQUAL(*(__u32 *)value, value_of(k));
	told[k]++;
	singly += w->singly;
	map.gone[k] = k % 2;
}

/* Returns how many entries were handed over once, as each of them should be. */
static unsigned int walk(unsigned int good_calls, __u32 at_once)
{
	struct ct_map_walk w = {};
	unsigned int once = 0;

	map = (struct bpf_map){ .good_calls = good_calls, .at_once = at_once };
	memset(told, 0, sizeof(told));
	singly = chunks = 0;
	ct_map_walk__each_entry(&w, &map, sizeof(__u32), note_chunk, note);
	for (size_t i = 0; i < ENTRIES; i++)
		once += told[i] == 1;
	return once;
}

static void test_at_once(void)
{
	CU_ASSERT_EQUAL(walk(~0u, ~0u), ENTRIES);
	CU_ASSERT_EQUAL(chunks, 3);
	CU_ASSERT_EQUAL(singly, 0);
}

static void test_not_at_once(void)
{
	CU_ASSERT_EQUAL(walk(0, ~0u), ENTRIES);
	CU_ASSERT_EQUAL(chunks, 0);
	CU_ASSERT_EQUAL(singly, ENTRIES);
}

static void test_half_way(void)
{
	CU_ASSERT_EQUAL(walk(1, ~0u), ENTRIES);
	CU_ASSERT_EQUAL(chunks, 1);
	CU_ASSERT_EQUAL(singly, ENTRIES - 1024);
	CU_ASSERT_EQUAL(walk(2, ~0u), ENTRIES);
	CU_ASSERT_EQUAL(singly, ENTRIES - 2 * 1024);
}

/* Each call gives so few that the bound of their number is met. */
static void test_too_slow(void)
{
	CU_ASSERT_EQUAL(walk(~0u, 10), ENTRIES);
	CU_ASSERT(chunks > 0);
	CU_ASSERT_EQUAL(singly, ENTRIES - 10 * chunks);
}

static CU_TestInfo tests[] = {
	{ "at once", test_at_once },
	{ "one by one", test_not_at_once },
	{ "half-way", test_half_way },
	{ "too slow", test_too_slow },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("map_walk", tests)
