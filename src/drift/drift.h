/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compares what a workload needs now with what it needed before, or with what was declared: a pure
 * function that says what is news. Only a need can be news: what the judge calls required, for a
 * reason that is not doubtful. A capability that is only checked, is optional, or is another way to
 * meet an old need tells nothing new.
 *
 * A need becomes known
 *  - silently, while the workload is learned: for a time after its identity was first seen;
 *  - by being told once, and accepted: by an acknowledgement, or because it expired.
 * What was told and not accepted is told again when another image (the generation) needs it.
 */
#ifndef CT_DRIFT_DRIFT_H
#define CT_DRIFT_DRIFT_H

#include "event/notice.h"

#define CT_DRIFT_HOUR_MS (3600 * 1000ll)

/* What the operator wants to hear of. Times in milliseconds. */
struct ct_drift_opts {
	uint64_t learning_ms;	/* how long a workload is learned; 0: not at all */
	uint64_t unused_for_ms; /* tell what was held and not needed for so long; 0: never */
};
#define CT_DRIFT_DEFAULTS \
	((struct ct_drift_opts){ .learning_ms = 24 * CT_DRIFT_HOUR_MS, .unused_for_ms = 0 })

/*
 * The needs that a recommendation is sure of: what ct_drift_in.before wants. It comes from the
 * advice without the news, made by the same rules, so that a newer captrim does not take for news
 * what it merely judges otherwise.
 */
struct ct_drift_known {
	uint64_t needed; /* required, for a reason that is not doubtful */
	uint64_t host;	 /* of these, those that reached the whole host */
	uint64_t denied; /* of these, those that were refused, so that a call failed */
};
struct ct_drift_known ct_drift__known(const struct ct_advice *a); /* a NULL: nothing */

/* An event about the workload that was told before. */
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
	/* All that is known of the workload now; and its session, for the clock, or NULL. */
	const struct ct_advice *advice;
	const struct ct_session *session;
	/*
	 * Its image now; NULL: the workload's. asked: the capabilities that were asked for, or
	 * used, in the news; all bits if that is not known.
	 */
	const char *generation;
	uint64_t asked;
	struct ct_drift_known before;
	const struct ct_drift_told *told;
	size_t ntold;
	struct ct_notice_learned learned; /* first_ms 0: it was never seen before */
	/* What was declared for it in advance, and by what; NULL: nothing was. */
	const char *declared_by;
	uint64_t declared;
	struct ct_drift_opts opts;
};

/* Adds an event to out for everything that is news; mostly nothing is. */
void ct_drift__compare(const struct ct_drift_in *in, struct ct_notices *out);

/* Was the workload first seen so recently that its needs are learned silently? */
bool ct_drift__is_learning(const struct ct_drift_in *in);

/* The capabilities that a take asked for or used, for ct_drift_in.asked. */
uint64_t ct_drift__asked(const struct ct_workload *take);

#endif
