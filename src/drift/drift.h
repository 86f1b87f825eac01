/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a workload needs now held against what it needed before, or what was declared: a pure
 * function that says what is news. Only needs speak, as the judge judged them: required, and not
 * for a doubtful reason. What is only checked, optional, or replaces another way to meet an old
 * need tells nothing new.
 *
 * A need becomes known
 *  - silently, while the workload is learned: from when its identity was first seen;
 *  - by being told once, and accepted: by an acknowledgement, or because it expired.
 * What was told and not accepted is told again when another image (the generation) needs it.
 */
#ifndef CT_DRIFT_DRIFT_H
#define CT_DRIFT_DRIFT_H

#include "event/notice.h"

#define CT_DRIFT_HOUR_MS (3600 * 1000ll)

/* What a house wants to hear of. Times in milliseconds. */
struct ct_drift_opts {
	uint64_t learning_ms;	/* how long a workload is learned; 0: not at all */
	uint64_t unused_for_ms; /* a capability held and never needed for so long; 0: not told */
};
#define CT_DRIFT_DEFAULTS \
	((struct ct_drift_opts){ .learning_ms = 24 * CT_DRIFT_HOUR_MS, .unused_for_ms = 0 })

/*
 * The needs that an advice is sure of, in short: what ct_drift_in.before wants. Taken before what
 * is new is added, and judged by the same rules, so that a newer captrim does not find news in what
 * it merely judges otherwise.
 */
struct ct_drift_known {
	uint64_t needed; /* required, for a reason that is not doubtful */
	uint64_t host;	 /* of these, those that reached the whole host */
	uint64_t denied; /* of these, those that it was refused, which made it fail */
};
struct ct_drift_known ct_drift__known(const struct ct_advice *a); /* a NULL: nothing */

/* Something that was told of it before. */
struct ct_drift_told {
	char id[CT_NOTICE_ID_LEN + 1];
	enum ct_notice_kind kind;
	uint64_t caps;
	bool accepted; /* acknowledged and not withdrawn, or expired */
};

/* Everything is borrowed. */
struct ct_drift_in {
	const char *host; /* its name; may be NULL */
	int64_t now_ms;
	/* What is known of the workload now, all of it, and its session (for its clock; or NULL).
	 */
	const struct ct_advice *advice;
	const struct ct_session *session;
	/*
	 * Its image now; NULL: the workload's. Capabilities that were asked for, or used, in what
	 * is new; all bits where that is not known.
	 */
	const char *generation;
	uint64_t asked;
	struct ct_drift_known before;
	const struct ct_drift_told *told;
	size_t ntold;
	struct ct_notice_learned learned; /* first_ms 0: it was never seen before */
	/* What was declared for it in advance; by: where, NULL: nothing was. */
	const char *declared_by;
	uint64_t declared;
	struct ct_drift_opts opts;
};

/* Adds what is news, mostly nothing. */
void ct_drift__compare(const struct ct_drift_in *in, struct ct_notices *out);

/* Was the workload first seen so recently that its needs are only learned? */
bool ct_drift__is_learning(const struct ct_drift_in *in);

/* The capabilities for which something was asked or used: what ct_drift_in.asked wants of a take.
 */
uint64_t ct_drift__asked(const struct ct_workload *take);

#endif
