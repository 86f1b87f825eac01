/* SPDX-License-Identifier: GPL-2.0-only */
/* Copies rows of a file to PostgreSQL: those that it lacks. */
#ifndef CT_STORE_REPLICA_H
#define CT_STORE_REPLICA_H

#include "store/db.h"

/* How far the copy has come; kept there, so that it is right whatever becomes of the server. */
struct ct_copied {
	int64_t version; /* all that is not newer is there */
	int64_t news;	 /* and all news that are not newer than this */
};

struct ct_replica {
	struct ct_db *from, *to;
	char *store; /* whose rows */
	char *host;
	struct ct_copied copied;
	uint64_t rows; /* sent in this batch */
};

/* Of which store and host, and how far: -ENOENT if the file has nothing of its own yet. */
int ct_replica__begin(struct ct_replica *c, struct ct_db *from, struct ct_db *to,
		      struct ct_err *err);

/*
 * One transaction of about so many workloads, events and gaps. news: only those that are. *more:
 * there are others left.
 */
int ct_replica__batch(struct ct_replica *c, bool news, unsigned int limit, bool *more,
		      struct ct_err *err);

/* How many rows wait; without a server. */
int ct_replica__pending(const struct ct_replica *c, uint64_t *n, struct ct_err *err);

/* Takes back what was acknowledged there. path: of the file. */
int ct_replica__acks(struct ct_replica *c, const char *path, struct ct_err *err);

void ct_replica__end(struct ct_replica *c); /* the databases stay the caller's */

#endif
