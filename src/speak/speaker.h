/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Turns news of workloads into events for the sinks: compares the news with the store and with what
 * was declared (src/drift/), holds back events that come too often, and passes on the rest. For use
 * in one thread.
 *
 * The path of a finding: ct_speaker__look() before its workload is stored, ct_speaker__rows() for
 * the same transaction, ct_speaker__say() after the transaction, even if that failed: a finding
 * that is made again is not passed on again.
 */
#ifndef CT_SPEAK_SPEAKER_H
#define CT_SPEAK_SPEAKER_H

#include "base/strings.h"
#include "drift/drift.h"
#include "sink/sink.h"
#include "store/store.h"

struct ct_speaker;

/* host is the host's name for every event, or NULL. The sinks are borrowed and must live longer. */
int ct_speaker__new(struct ct_loop *l, struct ct_sinks *sinks, const char *host,
		    struct ct_speaker **s, struct ct_err *err);
void ct_speaker__free(struct ct_speaker *s); /* s may be NULL */

/*
 * Takes the settings from "events:" of the configuration (NULL: defaults), and what is declared
 * from the files in policies (NULL: none). Returns 0, or a negative errno with a message that names
 * file, line and cure; then nothing has changed.
 */
int ct_speaker__configure(struct ct_speaker *s, const struct ct_yaml *y,
			  const struct ct_yaml_node *events, const struct ct_strings *policies,
			  struct ct_err *err);

/* Fails as ct_speaker__configure() would, without changing anything. */
int ct_speaker__check(const struct ct_yaml *y, const struct ct_yaml_node *events,
		      const struct ct_strings *policies, struct ct_err *err);

/* A workload of which there is something new, added up and judged. Everything is borrowed. */
struct ct_speaker_news {
	const char *key;
	const struct ct_advice *before; /* without the news, by the same rules; NULL: first seen */
	const struct ct_advice *advice;
	const struct ct_session *session;
	const struct ct_workload *const *takes; /* what is new of each of its instances */
	size_t ntakes;
	int64_t now_ms;
};

/*
 * Adds the events that the news give rise to, having asked the store which were told before. If the
 * store fails, the error is returned, but the events are added all the same: then an event may be
 * repeated.
 */
int ct_speaker__look(struct ct_speaker *s, struct ct_store *store, const struct ct_speaker_news *n,
		     struct ct_notices *out, struct ct_err *err);

/*
 * Makes an event that says that something went by unseen, of one workload or of the whole host (w
 * is NULL). code is "late", "restart", "losses", "degraded" ...; text is a sentence without its
 * full stop. The caller frees the event, or gives it to a list.
 */
struct ct_notice *ct_speaker__gap(const struct ct_speaker *s, const char *code,
				  const struct ct_workload *w, int64_t from_ms, int64_t to_ms,
				  uint64_t count, const char *text);

/* Makes rows for the store, which borrow from the events; for ct_speaker__free_rows(). */
struct ct_speaker_rows {
	struct ct_store_event *items;
	size_t len;
	char **texts; /* two for each row: its JSON, and its capabilities */
};
void ct_speaker__rows(const struct ct_speaker *s, const struct ct_notices *l,
		      struct ct_speaker_rows *rows);
void ct_speaker__free_rows(struct ct_speaker_rows *rows);

/* Passes on the events that were not passed on before and that the throttle lets through. */
void ct_speaker__say(struct ct_speaker *s, const struct ct_notices *l);

/*
 * Tells the sinks which findings on this host still stand according to the store, for receivers
 * that forget, and which are settled. first is true for the call at the start, which always asks
 * the store; later calls ask it once a minute at most, or once in ten minutes if nothing stands.
 */
int ct_speaker__reconcile(struct ct_speaker *s, struct ct_store *store, bool first,
			  struct ct_err *err);

/* How the number of workloads is found for each heartbeat, 0 without a function. */
void ct_speaker__count_by(struct ct_speaker *s, size_t (*fn)(void *arg), void *arg);

struct ct_speaker_status {
	uint64_t said[CT_NOTICE_KINDS]; /* by kind, since the start */
	uint64_t held_back;		/* by the throttle */
	size_t standing;		/* findings that nobody acknowledged */
};
struct ct_speaker_status ct_speaker__status(const struct ct_speaker *s);

/*
 * Sends a test event through every sink and runs the loop until each has taken it or failed, for
 * half a minute at most; writes to out which ones took it. Returns 0 if all did, -EIO if not,
 * -ENOENT if there is no sink, or another negative errno of the loop.
 */
int ct_speaker__self_test(struct ct_loop *l, struct ct_sinks *sinks, const char *host, FILE *out,
			  struct ct_err *err);

static inline void ct_speaker__cleanup(struct ct_speaker **s)
{
	ct_speaker__free(*s);
}
#define ct_autospeaker __attribute__((cleanup(ct_speaker__cleanup)))

#endif
