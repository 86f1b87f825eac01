/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the daemon remembers of everything that it saw: 16 bytes each. A mark stands for the content
 * of a kind, an act, an exec or an exit (model/content.h), and counts what is not stored yet.
 */
#ifndef CT_MONITOR_MARKS_H
#define CT_MONITOR_MARKS_H

#include "base/siphash.h"
#include "model/session.h"

struct ct_mark {
	uint64_t hash; /* 0: none */
	uint32_t count;
	uint32_t last_s; /* of CLOCK_MONOTONIC, when count last grew */
};

/* A set of them; starts as {}. */
struct ct_marks {
	struct ct_mark *slots;
	uint32_t len, cap; /* a power of two, or 0 */
};

void ct_marks__free(struct ct_marks *m);
struct ct_mark *ct_marks__find(const struct ct_marks *m, uint64_t hash); /* NULL: none */
struct ct_mark *ct_marks__add(struct ct_marks *m, uint64_t hash);	 /* may be there already */

/* All counts become 0, because they are stored. */
void ct_marks__settle(struct ct_marks *m);

/* Is the count so large that it must be stored before it grows further? */
bool ct_mark__is_full(const struct ct_mark *m);

/* Hashes, never 0. Of kinds and acts that have forgotten their boot (model/content.h). */
uint64_t ct_mark__of_kind(const struct ct_sipkey *key, const struct ct_kind *k);
uint64_t ct_mark__of_act(const struct ct_sipkey *key, const struct ct_act *a);
uint64_t ct_mark__of_exec(const struct ct_sipkey *key, const struct ct_exec *e);
/* pid 0: whichever process it was. */
uint64_t ct_mark__of_exit(const struct ct_sipkey *key, const struct ct_exit *e, uint32_t pid);

/* A hash of what is known of a workload besides what it does: its name, image, configuration. */
uint64_t ct_mark__of_facts(const struct ct_sipkey *key, const struct ct_workload *w);

#endif
