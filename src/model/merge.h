/* SPDX-License-Identifier: GPL-2.0-only */
/* Several recordings as one. */
#ifndef CT_MODEL_MERGE_H
#define CT_MODEL_MERGE_H

#include "model/session.h"

/*
 * Adds what from observed to into; from is empty of workloads afterwards. Workloads are the
 * same when their Compose project and service are, or their container's or unit's name, or their
 * command; equal kinds are added up, nothing is doubled. The order of merging does not
 * matter for what is judged.
 */
void ct_session__merge(struct ct_session *into, struct ct_session *from);

#endif
