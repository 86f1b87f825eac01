/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Adding up what was observed: the takes of a recording while it runs, recordings, and replicas.
 *
 * What is added is identified by its content (model/content.h), never by ids that are valid for one
 * boot only. A workload has one part for each setting (model/setting.h) that it was seen under, so
 * that a thousand recordings of equal setting take the room of one. The judgement of the parts is
 * the union of those of each recording by itself, in whatever order they were added.
 */
#ifndef CT_MODEL_TALLY_H
#define CT_MODEL_TALLY_H

#include "model/session.h"

/*
 * Adds `from` to `into`, and leaves `from` without workloads, to be freed by the caller.
 *
 * Another recording (from->continues is false): workloads of the same identity (model/identity.h)
 * become one. The newest recording gives a workload its names, ids and times.
 *
 * A take (from->continues is true) is what is new in the recording that was added to `into` last.
 * All takes of a recording added to a session made with ct_session__new() give what one take of the
 * whole gives:
 *  - A workload is added to the one of the same id in that recording, or is new. No others are
 *    joined, even if they have the same identity.
 *  - Kinds, acts and execs are added to the one of equal content: counts and outcomes add up, the
 *    time from the first to the last grows, the earliest sample stays. Exits are kept one by one.
 *  - What is known of a workload or of the host (names, settings, times of start and end) stays as
 *    it was first known; what was not known is taken over. If a start is seen after an end, that
 *    end was of an earlier run. Losses add up.
 *  - w->open: set it while the workload may still come in later takes, clear it in the take that
 *    follows its end. An open workload stays a part of its own; a closed one is joined to parts of
 *    equal setting when workloads are united.
 * A workload without anything new may be left out of a take.
 */
void ct_tally__add(struct ct_session *into, struct ct_session *from);

/*
 * Adds a take for callers that keep workloads one by one, and for long: d, a workload of the take
 * `from`, is added to the open part of `to` that has its id. If there is none, d becomes a part and
 * a recording of its own; if `to` is NULL, also a workload of its own, the first of `into`. If its
 * end was not seen, d->to_ns tells until when it was watched. d is taken out of `from`. Returns the
 * workload, whose parts of equal setting are united, except for open ones.
 */
struct ct_workload *ct_tally__resume(struct ct_session *into, struct ct_workload *to,
				     struct ct_session *from, struct ct_workload *d);

/*
 * Closes the open workloads of the session, since no more takes will come. If no reload was seen in
 * its last recording, and nothing was lost that may have shown one, there was none.
 */
void ct_tally__close(struct ct_session *s);

/*
 * Makes one of the workloads that have the same identity: replicas of a service, a container
 * started again. Parts of equal setting become one, unless they are open.
 */
void ct_tally__unite(struct ct_session *s);

/*
 * Adds w, a workload of another recording, to the workload `to` of `into`, whatever its identity,
 * and takes it out of `from`. The rest of `from` may be added afterwards.
 */
void ct_tally__add_to(struct ct_session *into, struct ct_workload *to, struct ct_session *from,
		      struct ct_workload *w);

/* Moves all of `from` into `into`, a workload of s; the caller frees `from`. */
void ct_tally__join(const struct ct_session *s, struct ct_workload *into, struct ct_workload *from);

void ct_losses__add(struct ct_losses *to, const struct ct_losses *l);

#define CT_NAMES_MAX 1000 /* characters; a longer list gets no more names */

/*
 * Adds the names that *to lacks. Names are separated by ", "; a NULL list is empty. The last name
 * of a list that is too long is "others".
 */
void ct_names__add(char **to, const char *names);

#endif
