/* SPDX-License-Identifier: GPL-2.0-only */
/* What the search has to know about a recorded run. */
#ifndef CT_VERIFY_EVIDENCE_H
#define CT_VERIFY_EVIDENCE_H

#include "verify/search.h"

void ct_wants__free(struct ct_wants *w);
/* Is this need among them, with a verdict other than CT_UNNEEDED? */
bool ct_wants__has(const struct ct_wants *w, uint64_t any_of);

/* Adds the needs of a workload; *asked becomes everything that it was granted or needs. */
void ct_evidence__needs(struct ct_session *s, const struct ct_workload *w, struct ct_wants *out,
			uint64_t *asked);

/* A place where a capability was asked for. */
struct ct_use {
	uint64_t any_of;
	char *site, *syscall, *process; /* the last two may be NULL */
};
struct ct_uses {
	struct ct_use *items;
	size_t len, cap;
};
void ct_uses__free(struct ct_uses *u);

/* Adds every use behind a required need. */
void ct_evidence__uses(struct ct_session *s, const struct ct_workload *w, struct ct_uses *out);
/* Adds every use that was refused at least once. */
void ct_evidence__denials(struct ct_session *s, const struct ct_workload *w, struct ct_uses *out);

/*
 * Adds what the workload was refused, whether it carried on or not and whatever the rules make of
 * it, except for needs that a member of set satisfies. before: what the recording was refused;
 * refusals that are not among these are fresh. NULL: none is fresh.
 */
void ct_evidence__refused(struct ct_session *s, struct ct_workload *w, uint64_t set,
			  const struct ct_uses *before, struct ct_wants *out);

/*
 * Removes from u the uses that this run had, too, whether granted or refused: the workload can do
 * without them. Those that set what stays are left, because an earlier run may have set it.
 */
void ct_evidence__strike(struct ct_session *s, const struct ct_workload *w, struct ct_uses *u);

/* Sets `unshown` of each want: whether one of these uses is behind it. */
void ct_uses__mark(const struct ct_uses *u, struct ct_wants *wants);

#endif
