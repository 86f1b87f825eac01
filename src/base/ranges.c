/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/ranges.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/util.h"

void ct_ranges__free(struct ct_ranges *r)
{
	free(r->items);
	*r = (struct ct_ranges){};
}

/* Appends new or joins it to the last range, whose first must not be above new.first. */
static void append(struct ct_ranges *r, struct ct_range new)
{
	struct ct_range *last = r->len ? &r->items[r->len - 1] : NULL;

	if (!last || (last->last != UINT32_MAX && new.first > last->last + 1))
		*CT_PUSH(r->items, r->len, r->cap) = new;
	else if (new.last > last->last)
		last->last = new.last;
}

void ct_ranges__join(struct ct_ranges *to, const struct ct_ranges *from)
{
	struct ct_ranges all = {};
	size_t i = 0, k = 0;

	while (i < to->len || k < from->len) {
		bool mine = k == from->len ||
			    (i < to->len && to->items[i].first <= from->items[k].first);

		append(&all, mine ? to->items[i++] : from->items[k++]);
	}
	ct_ranges__free(to);
	*to = all;
}

void ct_ranges__add(struct ct_ranges *r, uint32_t n)
{
	struct ct_range one = { n, n };
	const struct ct_ranges new = { .items = &one, .len = 1 };

	ct_ranges__join(r, &new);
}

void ct_ranges__remove(struct ct_ranges *from, const struct ct_ranges *these)
{
	struct ct_ranges rest = {};
	size_t k = 0;

	for (size_t i = 0; i < from->len; i++) {
		struct ct_range r = from->items[i];
		bool any = true;

		while (k < these->len && these->items[k].last < r.first)
			k++;
		for (size_t n = k; any && n < these->len && these->items[n].first <= r.last; n++) {
			struct ct_range gone = these->items[n];

			if (gone.first > r.first)
				append(&rest, (struct ct_range){ r.first, gone.first - 1 });
			any = gone.last < r.last;
			r.first = any ? gone.last + 1 : r.first;
		}
		if (any)
			append(&rest, r);
	}
	ct_ranges__free(from);
	*from = rest;
}

void ct_ranges__shift(struct ct_ranges *r, uint32_t by)
{
	for (size_t i = 0; i < r->len; i++) {
		r->items[i].first += by;
		r->items[i].last += by;
	}
}

void ct_ranges__copy(struct ct_ranges *to, const struct ct_ranges *from)
{
	struct ct_ranges copy = {};

	for (size_t i = 0; i < from->len; i++)
		append(&copy, from->items[i]);
	ct_ranges__free(to);
	*to = copy;
}

bool ct_ranges__equal(const struct ct_ranges *a, const struct ct_ranges *b)
{
	return a->len == b->len &&
	       (!a->len || !memcmp(a->items, b->items, a->len * sizeof(*a->items)));
}

bool ct_ranges__has(const struct ct_ranges *r, uint32_t n)
{
	for (size_t i = 0; i < r->len; i++)
		if (n >= r->items[i].first && n <= r->items[i].last)
			return true;
	return false;
}

size_t ct_ranges__count(const struct ct_ranges *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->len; i++)
		n += (size_t)r->items[i].last - r->items[i].first + 1;
	return n;
}

char *ct_ranges__text(const struct ct_ranges *r)
{
	struct ct_str text = {};

	ct_str__add(&text, "");
	for (size_t i = 0; i < r->len; i++) {
		ct_str__addf(&text, "%s%u", i ? "," : "", r->items[i].first);
		if (r->items[i].last != r->items[i].first)
			ct_str__addf(&text, "-%u", r->items[i].last);
	}
	return text.s;
}

/* Reads a number and moves *p past it. False: there is none, or it is above max. */
static bool number(const char **p, uint32_t max, uint32_t *n)
{
	uint64_t sum = 0;

	if (!isdigit((unsigned char)**p))
		return false;
	while (isdigit((unsigned char)**p) && sum <= max)
		sum = sum * 10 + (uint64_t)(*(*p)++ - '0');
	*n = (uint32_t)sum;
	return sum <= max;
}

int ct_ranges__parse(const char *text, uint32_t max, struct ct_ranges *r)
{
	ct_autoranges struct ct_ranges all = {};
	bool more = *text;

	while (more) {
		struct ct_range one;

		if (!number(&text, max, &one.first))
			return -EINVAL;
		one.last = one.first;
		if (*text == '-' && (text++, !number(&text, max, &one.last)))
			return -EINVAL;
		if (one.last < one.first ||
		    (all.len && one.first <= all.items[all.len - 1].last + (uint64_t)1))
			return -EINVAL;
		*CT_PUSH(all.items, all.len, all.cap) = one;
		more = *text == ',';
		text += more;
	}
	if (*text)
		return -EINVAL;
	ct_ranges__free(r);
	*r = all;
	memset(&all, 0, sizeof(all));
	return 0;
}
