/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps workloads that have ended in a file without a name, in the format of a recording, so that
 * only what lives takes memory.
 */
#ifndef CT_RECORD_SPOOL_H
#define CT_RECORD_SPOOL_H

#include "base/err.h"
#include "model/session.h"

struct ct_spool;

/* The file is made when it is needed. */
struct ct_spool *ct_spool__new(void);
void ct_spool__free(struct ct_spool *sp);

/* Writes the workloads of s. Returns 0, or a negative errno: then none of them is in the file. */
int ct_spool__put(struct ct_spool *sp, const struct ct_session *s);

/*
 * Reads everything back, as sessions of some workloads each, which fn frees. A workload that came
 * back after its end is in more than one of them.
 */
typedef void (*ct_spooled_fn)(void *arg, struct ct_session *s);
int ct_spool__read(struct ct_spool *sp, ct_spooled_fn fn, void *arg, struct ct_err *err);

#endif
