/* SPDX-License-Identifier: GPL-2.0-only */
/* A part of a workload as a row has it: a recording of its own, compressed. */
#ifndef CT_STORE_PART_H
#define CT_STORE_PART_H

#include "base/err.h"
#include "model/session.h"

struct ct_packed {
	void *data;	  /* zlib */
	size_t len, size; /* compressed, and not */
};

/* part: one of a workload of s, written with the host of s; losses: those of s, too. */
int ct_packed__make(const struct ct_session *s, const struct ct_workload *part, bool losses,
		    struct ct_packed *out, struct ct_err *err);

/* name: for messages. -EBADMSG: it is damaged. The caller frees *s, which has one workload. */
int ct_packed__open(const void *data, size_t len, uint64_t size, const char *name,
		    struct ct_session **s, struct ct_err *err);

/*
 * Moves the only workload of `from` to `into`, as a further part of the workload there if there is
 * one. Both have the same numbers of recordings.
 */
void ct_packed__assemble(struct ct_session *into, struct ct_session *from);

/* What tells it from the workload's other parts: the number stands for a setting that cannot be
 * told. The caller frees. */
char *ct_packed__setting(const struct ct_session *s, const struct ct_workload *part, size_t number);

#endif
