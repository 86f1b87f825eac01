/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small process with SYS_PTRACE and DAC_READ_SEARCH, and without network, that opens files for a
 * daemon without privileges: only those on one list (opener_list.h). It passes descriptors over a
 * socket. The daemon waits for an answer for a bounded time, and replaces a worker that hangs in a
 * file system.
 */
#ifndef CT_MONITOR_OPENER_H
#define CT_MONITOR_OPENER_H

#include <stdint.h>

#include "base/err.h"

struct ct_opener;

/*
 * Forks the opener and sets it for base/files.h. To be called first of all, while the process has
 * one thread and holds the capabilities that the opener is to have; it does without those that are
 * missing. Returns 0 or a negative errno with a message.
 */
int ct_opener__start(struct ct_opener **o, struct ct_err *err);

/* Ends it. o may be NULL. */
void ct_opener__stop(struct ct_opener *o);

struct ct_opener_stats {
	uint64_t asked, refused; /* refused: not on the list */
	uint64_t late, replaced; /* late: no answer in time */
};
void ct_opener__stats(const struct ct_opener *o, struct ct_opener_stats *stats);

/* The pid of the supervising process, for tests and for showing what runs. */
int ct_opener__pid(const struct ct_opener *o);

#endif
