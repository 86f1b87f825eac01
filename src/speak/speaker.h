/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From news to events to sinks: holds what is news against the store and what was declared
 * (src/drift/), holds back what comes too often, and passes on the rest. One thread.
 *
 * The way of a finding: ct_speaker__look() before its workload is stored, ct_speaker__rows() for
 * the same transaction, ct_speaker__say() when that is over, also where it failed: what is found
 * again is not said again.
 */
#ifndef CT_SPEAK_SPEAKER_H
#define CT_SPEAK_SPEAKER_H

#include "base/strings.h"
#include "drift/drift.h"
#include "sink/sink.h"
#include "store/store.h"

struct ct_speaker;

/* host: its name, for every event. The sinks stay the caller's and live longer. */
int ct_speaker__new(struct ct_loop *l, struct ct_sinks *sinks, const char *host,
		    struct ct_speaker **s, struct ct_err *err);
void ct_speaker__free(struct ct_speaker *s); /* s may be NULL */

/*
 * "events:" of the configuration (NULL: defaults), and the files of policies. On failure nothing
 * has changed: a negative errno with a message that names file, line and cure.
 */
int ct_speaker__configure(struct ct_speaker *s, const struct ct_yaml *y,
			  const struct ct_yaml_node *events, const struct ct_strings *policies,
			  struct ct_err *err);

/* Would ct_speaker__configure() accept it? */
int ct_speaker__check(const struct ct_yaml *y, const struct ct_yaml_node *events,
		      const struct ct_strings *policies, struct ct_err *err);

/* A workload with news, added up and judged. All borrowed. */
struct ct_speaker_news {
	const char *key;
	const struct ct_advice *before; /* by the same rules, without the news; NULL: it is new */
	const struct ct_advice *advice;
	const struct ct_session *session;
	const struct ct_workload *const *takes; /* the news, of each of its instances */
	size_t ntakes;
	int64_t now_ms;
};

/*
 * Adds what is to be said of it; asks the store for what was said before. A store that fails costs
 * nothing but a repetition: the error is returned, and the events are there all the same.
 */
int ct_speaker__look(struct ct_speaker *s, struct ct_store *store, const struct ct_speaker_news *n,
		     struct ct_notices *out, struct ct_err *err);

/*
 * Something went by unseen, of the whole host (w NULL) or one workload. code: "late", "restart",
 * "losses", "degraded" ...; text: a sentence without its full stop. The caller frees, or gives it
 * to a list.
 */
struct ct_notice *ct_speaker__gap(const struct ct_speaker *s, const char *code,
				  const struct ct_workload *w, int64_t from_ms, int64_t to_ms,
				  uint64_t count, const char *text);

/* Rows for the store, which borrow from the events; one array, the caller frees it. */
struct ct_speaker_rows {
	struct ct_store_event *items;
	size_t len;
	char **texts; /* JSON, then the capabilities, of each */
};
void ct_speaker__rows(const struct ct_speaker *s, const struct ct_notices *l,
		      struct ct_speaker_rows *rows);
void ct_speaker__free_rows(struct ct_speaker_rows *rows);

/* Passes on what was not said yet and what the throttle lets through. */
void ct_speaker__say(struct ct_speaker *s, const struct ct_notices *l);

/*
 * What the store has of this host that still stands, for receivers that forget; at the start, and
 * then as often as one likes: it asks at most once a minute, and every ten if nothing stands.
 */
int ct_speaker__reconcile(struct ct_speaker *s, struct ct_store *store, bool first,
			  struct ct_err *err);

/* For the heartbeat. */
void ct_speaker__set_watched(struct ct_speaker *s, size_t workloads);

struct ct_speaker_status {
	uint64_t said[CT_NOTICE_KINDS]; /* by kind, since the start */
	uint64_t held_back;		/* by the throttle */
	size_t standing;		/* findings that nobody acknowledged */
};
struct ct_speaker_status ct_speaker__status(const struct ct_speaker *s);

/*
 * Sends a synthetic event through every sink and turns the loop until each took it or failed, for
 * half a minute at most; says on out which took it. 0: all did; -EIO; -ENOENT: there is none.
 */
int ct_speaker__self_test(struct ct_loop *l, struct ct_sinks *sinks, const char *host, FILE *out,
			  struct ct_err *err);

static inline void ct_speaker__cleanup(struct ct_speaker **s)
{
	ct_speaker__free(*s);
}
#define ct_autospeaker __attribute__((cleanup(ct_speaker__cleanup)))

#endif
