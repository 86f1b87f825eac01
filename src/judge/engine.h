/* SPDX-License-Identifier: GPL-2.0-only */
/* What a container's engine can be asked for. */
#ifndef CT_JUDGE_ENGINE_H
#define CT_JUDGE_ENGINE_H

#include "model/session.h"

/* Capabilities whose names its engine refuses; of several recordings, what any of them refuses. */
uint64_t ct_engine__lacks(const struct ct_workload *w);

/* A container of a Docker that is known to take every name there is. */
bool ct_engine__knows_all(const struct ct_workload *w);

/* A container of a Docker whose version the recording does not tell. */
bool ct_engine__is_unknown(const struct ct_workload *w);

/* Its name and version for people, such as "Docker 20.10.24". */
char *ct_engine__name(const struct ct_workload *w);

#endif
