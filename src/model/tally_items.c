/* SPDX-License-Identifier: GPL-2.0-only */
/* Adds up arrays of what a workload holds: items that are alike become one. */
#include <string.h>

#include "base/index.h"
#include "base/util.h"
#include "model/tally.h"
#include "model/tally_priv.h"

/* The item that is searched for, and how to compare it. */
struct item_search {
	const struct ct_adding *how;
	const void *item;
};

static bool is_same(const void *items, size_t i, const void *wanted)
{
	const struct item_search *s = wanted;

	return !s->how->compare((const char *)items + i * s->how->size, s->item);
}

void ct_items__add(struct ct_items to, struct ct_items from, const struct ct_adding *how,
		   const void *arg, bool *joined)
{
	ct_autoindex struct ct_index ix = {};
	size_t old = *to.len;

	ct_index__init(&ix, old + *from.len);
	for (size_t i = 0; i < old; i++)
		ct_index__put(&ix, how->hash((char *)*to.items + i * how->size), i);
	for (size_t i = 0; i < *from.len; i++) {
		char *item = (char *)*from.items + i * how->size;
		const struct item_search s = { how, item };
		uint32_t hash = how->hash(item);
		size_t at = ct_index__find(&ix, hash, is_same, *to.items, &s);

		if (at != CT_INDEX_NONE) {
			how->add((char *)*to.items + at * how->size, item, arg);
			if (joined && at < old)
				joined[at] = true;
			continue;
		}
		if (how->bring)
			how->bring(item, arg);
		ct_index__put(&ix, hash, *to.len);
		ct_array__grow(to.items, to.cap, *to.len, how->size);
		memcpy((char *)*to.items + (*to.len)++ * how->size, item, how->size);
		memset(item, 0, how->size);
	}
}

/* Is name in a list that is separated by ", "? */
static bool is_among(const char *names, const char *name, size_t len)
{
	while (names) {
		const char *end = strstr(names, ", ");

		if ((end ? (size_t)(end - names) : strlen(names)) == len &&
		    !strncmp(names, name, len))
			return true;
		names = end ? end + 2 : NULL;
	}
	return false;
}

static void add_name(char **to, const char *name, size_t len)
{
	char *all;

	if (is_among(*to, name, len))
		return;
	all = ct_xasprintf("%s%s%.*s", *to ? *to : "", *to ? ", " : "", (int)len, name);
	free(*to);
	*to = all;
}

void ct_names__add(char **to, const char *names)
{
	static const char others[] = "others";

	while (names && *names) {
		const char *end = strstr(names, ", ");
		size_t len = end ? (size_t)(end - names) : strlen(names);

		/* An engine's service sends processes into each container that it ever starts. */
		if (!*to || strlen(*to) <= CT_NAMES_MAX)
			add_name(to, names, len);
		else if (!is_among(*to, names, len))
			add_name(to, others, strlen(others));
		names = end ? end + 2 : NULL;
	}
}
