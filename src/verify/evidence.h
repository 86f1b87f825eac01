/* SPDX-License-Identifier: GPL-2.0-only */
/* What the search wants to know of a recorded run. */
#ifndef CT_VERIFY_EVIDENCE_H
#define CT_VERIFY_EVIDENCE_H

#include "verify/search.h"

struct ct_wants {
	struct ct_want *items;
	size_t len, cap;
};
void ct_wants__free(struct ct_wants *w);
/* Is it among them, with an effect? */
bool ct_wants__has(const struct ct_wants *w, uint64_t any_of);

/* The needs of a workload; *asked: everything that it was granted. */
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

/* Every use behind a required need. */
void ct_evidence__uses(struct ct_session *s, const struct ct_workload *w, struct ct_uses *out);
/* Every use that was refused, once at least. */
void ct_evidence__denials(struct ct_session *s, const struct ct_workload *w, struct ct_uses *out);

/*
 * Adds what was refused to it, whether it carried on or not and whatever the rules think of it;
 * without what its own set made good. before: what the recording was refused; what differs from
 * that is fresh. NULL: nothing is.
 */
void ct_evidence__refused(struct ct_session *s, struct ct_workload *w, uint64_t set,
			  const struct ct_uses *before, struct ct_wants *out);

/* Takes away those that this run had, too, granted or refused. */
void ct_evidence__strike(struct ct_session *s, const struct ct_workload *w, struct ct_uses *u);

/* Says of each want whether one of these uses is behind it. */
void ct_uses__mark(const struct ct_uses *u, struct ct_wants *wants);

#endif
