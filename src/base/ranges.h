/* SPDX-License-Identifier: GPL-2.0-only */
/* A set of numbers that are mostly consecutive, such as "0-41,43". */
#ifndef CT_BASE_RANGES_H
#define CT_BASE_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ct_range {
	uint32_t first, last;
};

/* The ranges are ascending, with a gap between neighbours; starts as {}. */
struct ct_ranges {
	struct ct_range *items;
	size_t len, cap;
};

void ct_ranges__free(struct ct_ranges *r);
void ct_ranges__add(struct ct_ranges *r, uint32_t n);
void ct_ranges__join(struct ct_ranges *to, const struct ct_ranges *from); /* adds all of them */
void ct_ranges__remove(struct ct_ranges *from, const struct ct_ranges *these);
void ct_ranges__shift(struct ct_ranges *r, uint32_t by); /* adds by to each number */
void ct_ranges__copy(struct ct_ranges *to, const struct ct_ranges *from); /* frees what *to had */
bool ct_ranges__equal(const struct ct_ranges *a, const struct ct_ranges *b);
bool ct_ranges__has(const struct ct_ranges *r, uint32_t n);
size_t ct_ranges__count(const struct ct_ranges *r);

/* To text and back; -EINVAL if text is not in that form or has a number above max. */
char *ct_ranges__text(const struct ct_ranges *r); /* the caller frees */
int ct_ranges__parse(const char *text, uint32_t max, struct ct_ranges *r);

static inline void ct_ranges__cleanup(struct ct_ranges *r)
{
	ct_ranges__free(r);
}
#define ct_autoranges __attribute__((cleanup(ct_ranges__cleanup)))

#endif
