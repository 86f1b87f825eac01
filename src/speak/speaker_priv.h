/* SPDX-License-Identifier: GPL-2.0-only */
/* What a speaker holds, for speaker.c, which passes events on, and speaker_store.c. */
#ifndef CT_SPEAK_SPEAKER_PRIV_H
#define CT_SPEAK_SPEAKER_PRIV_H

#include "base/uthash.h"
#include "speak/declared.h"
#include "speak/speaker.h"
#include "speak/throttle.h"

struct speaker_config {
	uint64_t learning_ns, unused_for_ns, expire_ns, heartbeat_ns, burst, refill_ns;
};
/* A finding that nobody acknowledged yet. */
struct standing {
	char id[CT_NOTICE_ID_LEN + 1];
	uint32_t whose; /* a hash of the workload's key */
	int64_t expires_ms;
	bool seen; /* in the store, by the reconciliation in progress */
	UT_hash_handle hh;
};

struct ct_speaker {
	struct ct_loop *loop;
	struct ct_sinks *sinks;
	char *host;
	struct speaker_config c;
	struct ct_declared *declared;
	struct ct_throttle *throttle;
	struct ct_source *summary, *heartbeat;
	uint64_t dropped; /* events that sinks had dropped at the last summary */
	char (*said)[CT_NOTICE_ID_LEN + 1];
	size_t nsaid;		   /* ever; said holds the newest of them */
	struct standing *standing; /* by id */
	uint64_t reconciled_ns;
	size_t (*watched)(void *arg); /* may be NULL */
	void *watched_arg;
	struct ct_speaker_status st;
};

/* speaker_store.c */
void ct_speaker__add_standing(struct ct_speaker *s, const char *id, const char *key,
			      int64_t expires_ms);
size_t ct_speaker__count_standing(const struct ct_speaker *s);
void ct_speaker__free_standing(struct ct_speaker *s);
int64_t ct_speaker__expires_ms(const struct ct_speaker *s,
			       const struct ct_notice *e); /* 0: never */

#endif
