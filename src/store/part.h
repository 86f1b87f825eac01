/* SPDX-License-Identifier: GPL-2.0-only */
/* A part of a workload as it is stored in a row: a recording of its own, compressed. */
#ifndef CT_STORE_PART_H
#define CT_STORE_PART_H

#include "base/err.h"
#include "model/session.h"

struct ct_packed {
	void *data;	  /* zlib */
	size_t len, size; /* compressed, uncompressed */
};

/* Packs a part of a workload of s, with the host of s, and with the losses of s if asked. */
int ct_packed__make(const struct ct_session *s, const struct ct_workload *part, bool losses,
		    struct ct_packed *out, struct ct_err *err);

/*
 * name is for messages. -EBADMSG: the data is damaged. The caller frees *s, which has one workload.
 */
int ct_packed__open(const void *data, size_t len, uint64_t size, const char *name,
		    struct ct_session **s, struct ct_err *err);

/*
 * Moves the only workload of `from` to `into`, as a further part of the workload there if there is
 * one. Both number their recordings alike.
 */
void ct_packed__assemble(struct ct_session *into, struct ct_session *from);

/*
 * Tells the part from the workload's other parts: by a digest of its setting, or by the number if
 * it has no setting that can be compared. The caller frees.
 */
char *ct_packed__setting(const struct ct_session *s, const struct ct_workload *part, size_t number);

#endif
