/* SPDX-License-Identifier: GPL-2.0-only */
/* The steps of a transaction that saves a batch. */
#ifndef CT_STORE_SAVE_H
#define CT_STORE_SAVE_H

#include "store/db.h"
#include "store/store.h"

struct ct_saving {
	struct ct_db *db;
	const char *host, *store;
	int64_t before_ms; /* the last stored time of the host: no earlier one is stored now */
	int64_t now_ms;
	int64_t version; /* of the next row */
	struct ct_err *err;
};

/* The version for one more row: each has its own. */
static inline int64_t ct_save__version(struct ct_saving *sv)
{
	return sv->version++;
}

struct ct_store_sums {
	uint64_t checks, kinds;
};

/* Adds up all parts of a workload. */
void ct_save__sum(const struct ct_workload *w, struct ct_store_sums *sums);

/* Writes the parts that changed, and removes those that the workload does not have any more. */
int ct_save__parts(struct ct_saving *sv, const char *key, const struct ct_store_workload *sw);

/* Writes the advice, and what each capability is to the workload. */
int ct_save__advice(struct ct_saving *sv, const char *key, const struct ct_store_workload *sw);

/* Saves a batch in one transaction; its rows belong to that store. */
int ct_save__batch(struct ct_store *s, const char *store, const struct ct_store_batch *b,
		   struct ct_err *err);

#endif
