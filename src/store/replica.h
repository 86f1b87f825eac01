/* SPDX-License-Identifier: GPL-2.0-only */
/* Copies to PostgreSQL the rows of a file that it lacks. */
#ifndef CT_STORE_REPLICA_H
#define CT_STORE_REPLICA_H

#include "store/db.h"

/*
 * How far the copy has come. The server keeps it, so that it stays true whatever becomes of the
 * server, such as a restore from a backup.
 */
struct ct_copied {
	int64_t version; /* the server has all rows up to this one */
	int64_t news;	 /* and all news up to this one */
};

struct ct_replica {
	struct ct_db *from, *to;
	char *store; /* whose rows */
	char *host;
	struct ct_copied copied;
	uint64_t rows; /* sent in this batch */
};

/*
 * Finds out of which store and host the file is, and how far the copy has come. -ENOENT: the file
 * has nothing of its own yet; -EBUSY: somebody else writes as this store.
 */
int ct_replica__begin(struct ct_replica *c, struct ct_db *from, struct ct_db *to,
		      struct ct_err *err);

/*
 * Sends about limit workloads, events and gaps in one transaction; if news is set, only those that
 * are news. *more: others are left.
 */
int ct_replica__batch(struct ct_replica *c, bool news, unsigned int limit, bool *more,
		      struct ct_err *err);

/* How many workloads, events and gaps wait. Asks the file only. */
int ct_replica__pending(const struct ct_replica *c, uint64_t *n, struct ct_err *err);

/* Copies acknowledgements that were made on the server into the file; path is the path of that. */
int ct_replica__acks(struct ct_replica *c, const char *path, struct ct_err *err);

void ct_replica__end(struct ct_replica *c); /* the databases stay the caller's */

#endif
