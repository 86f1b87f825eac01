/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The visitors who have shown the token. A browser gets a random name in a cookie, and never keeps
 * the token itself.
 */
#ifndef CT_PAGE_VISITORS_H
#define CT_PAGE_VISITORS_H

#include <stdbool.h>
#include <stdint.h>

#define CT_VISITORS_MOST    32
#define CT_VISITORS_HOURS   12 /* after the last visit a visitor is forgotten */
#define CT_VISITORS_GUESSES 10 /* wrong tokens in a minute, after which nobody may try */

struct ct_visitor {
	char *name; /* NULL: a free place */
	uint64_t until_ns;
};
struct ct_visitors {
	struct ct_visitor places[CT_VISITORS_MOST];
	uint64_t minute_ns; /* when the minute began in which "wrong" is counted */
	unsigned int wrong;
};

/*
 * Adds a visitor, if need be in place of the one whose last visit is the longest ago. Returns the
 * name, which belongs to v.
 */
const char *ct_visitors__add(struct ct_visitors *v, uint64_t now_ns);

/* Is it a visitor's name? If so, the time until it is forgotten begins anew. name may be NULL. */
bool ct_visitors__know(struct ct_visitors *v, const char *name, uint64_t now_ns);
void ct_visitors__forget(struct ct_visitors *v, const char *name);

/* May somebody try a token now? Each wrong one has to be counted. */
bool ct_visitors__may_try(const struct ct_visitors *v, uint64_t now_ns);
void ct_visitors__count_wrong(struct ct_visitors *v, uint64_t now_ns);

void ct_visitors__free(struct ct_visitors *v); /* what it holds */

#endif
