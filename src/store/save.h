/* SPDX-License-Identifier: GPL-2.0-only */
/* Within a transaction that saves. */
#ifndef CT_STORE_SAVE_H
#define CT_STORE_SAVE_H

#include "store/db.h"
#include "store/store.h"

struct ct_saving {
	struct ct_db *db;
	const char *host, *store;
	int64_t before_ms; /* the host's last time: none that is stored now lies before it */
	int64_t now_ms;
	int64_t version; /* of the next row */
	struct ct_err *err;
};

/* Each row has one of its own. */
static inline int64_t ct_save__version(struct ct_saving *sv)
{
	return sv->version++;
}

struct ct_store_sums {
	uint64_t checks, kinds;
};

/* Of all parts of a workload. */
void ct_save__sum(const struct ct_workload *w, struct ct_store_sums *sums);

/* The parts that changed; those that it has no more go. */
int ct_save__parts(struct ct_saving *sv, const char *key, const struct ct_store_workload *sw);

/* The advice, and what each capability is to it. */
int ct_save__advice(struct ct_saving *sv, const char *key, const struct ct_store_workload *sw);

/* A whole transaction, with the rows of that store. */
int ct_save__batch(struct ct_store *s, const char *store, const struct ct_store_batch *b,
		   struct ct_err *err);

#endif
