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

/* Are they the same, as said above? */
bool ct_workload__same(const struct ct_workload *a, const struct ct_workload *b);

/* Moves what from observed to into; from is left to be freed. */
void ct_workload__merge(struct ct_workload *into, struct ct_workload *from);

/* All but unknown_sites, which the judge counts. */
void ct_losses__add(struct ct_losses *to, const struct ct_losses *l);

#endif
