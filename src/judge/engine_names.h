/* SPDX-License-Identifier: GPL-2.0-only */
/* Which names of capabilities a container's engine can be asked for. */
#ifndef CT_JUDGE_ENGINE_NAMES_H
#define CT_JUDGE_ENGINE_NAMES_H

#include "model/session.h"

/* Capabilities whose names its engine refuses; of several recordings, what any of them refuses. */
uint64_t ct_engine_names__lacks(const struct ct_workload *w);

/* Is it a container whose engine is known to take every name there is? */
bool ct_engine_names__are_all(const struct ct_workload *w);

/* Is it a container of an engine that did not always do so, in a version that was not recorded? */
bool ct_engine_names__are_unknown(const struct ct_workload *w);

/* Its engine's name and version for people, such as "Docker 20.10.24"; the caller frees. */
char *ct_engine_names__engine(const struct ct_workload *w);

/* The first one that takes every name, such as "Docker 23"; the caller frees. */
char *ct_engine_names__first(const struct ct_workload *w);

#endif
