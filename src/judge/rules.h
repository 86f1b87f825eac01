/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of call sites: what refusal would do at each place that asks. */
#ifndef CT_JUDGE_RULES_H
#define CT_JUDGE_RULES_H

#include "judge/judge.h"
#include "judge/when.h"

#define CT_CONDITIONS 3

enum ct_rule_kind {
	CT_RULE_SITE, /* speaks for itself */
	CT_RULE_WRAP, /* speaks when no outer frame has a SITE */
	CT_RULE_ASK,  /* merely passes the question on; tells the scope */
};

struct ct_rule {
	const char *site; /* kernel function, without compiler suffixes */
	enum ct_rule_kind kind;
	uint64_t caps;
	struct ct_condition when[CT_CONDITIONS]; /* all must hold; CT_WHEN_ALWAYS fills up */
	enum ct_verdict verdict;
	bool doubtful; /* required, and perhaps for nothing: verify leaves it out first */
	uint64_t alternatives;
	enum ct_scope scope; /* CT_SCOPE_NONE: as the asking function says */
	const char *text;
	const char *source;
};

/* Sorted by site; rules of one site in order of precedence. */
const struct ct_rule *ct_rules__all(size_t *n);

/* The first rule of a site, *n of them in a row; NULL: none. */
const struct ct_rule *ct_rules__at(const char *site, size_t *n);

/* A set of rules to judge by: all, less those that were disabled. NULL stands for all. */
struct ct_rules *ct_rules__new(void);
void ct_rules__free(struct ct_rules *r);

/*
 * Disables one rule, to measure what it changes. name: one of the judge's other reasons (rules.c),
 * or "SITE" for all lines of a function, or "SITE/2" for the second. Returns 0, or -EINVAL if there
 * is none of that name.
 */
int ct_rules__disable(struct ct_rules *r, const char *name);
bool ct_rules__has(const struct ct_rules *r, const char *name); /* name: one of the other reasons */

static inline void ct_rules__cleanup(struct ct_rules **r)
{
	ct_rules__free(*r);
}
#define ct_autorules __attribute__((cleanup(ct_rules__cleanup)))

/*
 * The rule that speaks for a kind of check on a kernel (see ct_kernel__version): innermost frame
 * first. Where an unknown version decides between rules, the one that asks for most speaks. *site
 * becomes the frame's name (points into the kind or the table). *scope is that of the use. NULL:
 * unknown site.
 */
const struct ct_rule *ct_rules__match(const struct ct_rules *set, const struct ct_kind *k,
				      uint32_t kernel, const char **site, enum ct_scope *scope);

/* Index of the frame that asks: the first that does not merely pass the question on. */
size_t ct_rules__place(const struct ct_kind *k);

#endif
