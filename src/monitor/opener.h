/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small process with SYS_PTRACE and DAC_READ_SEARCH, and without network, that opens files for a
 * daemon without privileges: those on one list (opener_list.h), by passing descriptors over a
 * socket. Answers are waited for a bounded time, and a worker that hangs in a file system is
 * replaced.
 */
#ifndef CT_MONITOR_OPENER_H
#define CT_MONITOR_OPENER_H

#include <stdint.h>

#include "base/err.h"

struct ct_opener;

/*
 * Forks it and sets it for base/files.h. To be called first of all, while the process has one
 * thread and holds what the opener is to have; capabilities that are missing it goes without.
 * Returns 0 or a negative errno with a message.
 */
int ct_opener__start(struct ct_opener **o, struct ct_err *err);

/* Ends it. o may be NULL. */
void ct_opener__stop(struct ct_opener *o);

struct ct_opener_stats {
	uint64_t asked, refused; /* refused: not on the list */
	uint64_t late, replaced; /* late: no answer in time */
};
void ct_opener__stats(const struct ct_opener *o, struct ct_opener_stats *stats);

/* The supervising process, for tests and for who shows what runs. */
int ct_opener__pid(const struct ct_opener *o);

#endif
