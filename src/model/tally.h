/* SPDX-License-Identifier: GPL-2.0-only */
/* Several recordings as one. */
#ifndef CT_MODEL_TALLY_H
#define CT_MODEL_TALLY_H

#include "model/session.h"

/*
 * Merges `from` into `into`, leaving `from` without workloads. The same workloads
 * become one, which keeps each recording of it apart, so that what is judged
 * is the union of what each would be judged by itself, in whatever order they come.
 */
void ct_tally__add(struct ct_session *into, struct ct_session *from);

/* The same within one session: replicas of a service, a container started again. */
void ct_tally__unite(struct ct_session *s);

/*
 * Workloads are the same when their Compose project and service are, or their container's or
 * unit's name, or their command, and when both are the same as a third.
 */
bool ct_workload__same(const struct ct_workload *a, const struct ct_workload *b);

/* Moves all of from into into; from is left to be freed. */
void ct_tally__join(struct ct_workload *into, struct ct_workload *from);

void ct_losses__add(struct ct_losses *to, const struct ct_losses *l);

#endif
