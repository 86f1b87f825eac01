/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A notice is a captrim.event/1: one thing that somebody should know, such as a workload that began
 * to need a capability. docs/events.md describes the members, docs/event.schema.json freezes their
 * names. Strings that came from containers are raw here, as in a session; whoever writes them makes
 * them safe for where they go. Times are milliseconds of the wall clock since the epoch, 0: not
 * known.
 */
#ifndef CT_EVENT_NOTICE_H
#define CT_EVENT_NOTICE_H

#include "base/err.h"
#include "base/json.h"
#include "judge/judge.h"

#define CT_NOTICE_SCHEMA "captrim.event/1"
#define CT_NOTICE_ID_LEN 32 /* hexadecimal digits */

enum ct_notice_kind {
	CT_NOTICE_NEW_NEED,
	CT_NOTICE_HOST_SCOPE, /* a new need that reaches the whole host */
	CT_NOTICE_DENIED,     /* a need for a capability that it does not hold: the call failed */
	CT_NOTICE_UNUSED_FOR, /* held, and never needed in all that time */
	CT_NOTICE_GAP,	      /* something may have gone by unseen */
	CT_NOTICE_HEARTBEAT,
	CT_NOTICE_SUPPRESSED, /* events were held back: count tells how many */
	CT_NOTICE_SELF_TEST,
	CT_NOTICE_KINDS,
};

/* All owned; NULL: not known. key NULL: the event is about the host as a whole. */
struct ct_notice_workload {
	char *key; /* model/identity.h */
	char *id, *kind, *runtime, *label;
	char *container, *image; /* the container's name, its image */
	char *project, *service;
};

/* What the event rests on; all owned, NULL: not known. */
struct ct_notice_reason {
	char *site, *syscall, *process;
	char *text; /* without a full stop */
};

/* How much of the workload had been seen before: facts, never a promise that it was enough. */
struct ct_notice_learned {
	int64_t first_ms; /* since when; 0: not told */
	uint64_t watched_ms;
	uint64_t starts, ends, reloads;
};

struct ct_notice {
	char id[CT_NOTICE_ID_LEN + 1]; /* equal for equal news, see ct_notice__identify() */
	enum ct_notice_kind kind;
	int64_t time_ms;
	char *host;
	struct ct_notice_workload workload;
	uint64_t caps;		 /* that the event is about, mostly one; 0: none */
	enum ct_verdict verdict; /* of caps */
	enum ct_scope scope;	 /* of caps */
	struct ct_notice_reason reason;
	char *generation; /* image digest; NULL: it has none */
	/* Of a gap: "late", "restart", "losses" ...; of suppressed events their kind; else NULL */
	char *code;
	char *text;		   /* for people: one sentence without its full stop */
	int64_t first_ms, last_ms; /* of what the event reports */
	uint64_t count;		   /* checks, losses, events held back ... */
	struct ct_notice_learned learned;
	bool acknowledged;
	/* Not part of the document. */
	unsigned int refs;
};

/* Makes an event that has nothing yet, with one owner. host is copied and may be NULL. */
struct ct_notice *ct_notice__new(enum ct_notice_kind kind, const char *host, int64_t time_ms);

/* Adds an owner. An event with several owners must not be changed any more. */
struct ct_notice *ct_notice__hold(const struct ct_notice *e);
void ct_notice__free(struct ct_notice *e); /* one owner less; e may be NULL */

/* Takes key, names and generation from the workload. */
void ct_notice__about(struct ct_notice *e, const struct ct_workload *w);

/*
 * Sets the id: from host, kind, workload, capabilities, verdict, scope, generation and code, so
 * that one need gives one event, however often it is found. The ids of heartbeats, self-tests, gaps
 * and suppressed events also come from the time.
 */
void ct_notice__identify(struct ct_notice *e);

/* The one capability that the event is about; -1: none, or several. */
int ct_notice__cap(const struct ct_notice *e);

/* "new-need" ..., and back: -EINVAL for an unknown one. */
const char *ct_notice_kind__name(enum ct_notice_kind kind);
int ct_notice_kind__parse(const char *name);

/* Is it about a workload's needs, so that it can be acknowledged? */
bool ct_notice__is_finding(const struct ct_notice *e);

/* Writes the event as the value of key (NULL inside arrays and at the top). */
void ct_notice__put(struct ct_json *j, const char *key, const struct ct_notice *e);

/* The event as text, on one line without its newline; the caller frees. */
char *ct_notice__text(const struct ct_notice *e);

/*
 * Reads one document of captrim.event/1; unknown members are ignored. Returns 0, or -EINVAL with a
 * message that names the member; *e is untouched then.
 */
int ct_notice__read(const char *text, size_t len, struct ct_notice **e, struct ct_err *err);

/* A list of events, each with one owner. */
struct ct_notices {
	struct ct_notice **items;
	size_t len, cap;
};
void ct_notices__take(struct ct_notices *l, struct ct_notice *e); /* owned by the list */
void ct_notices__free(struct ct_notices *l);			  /* what it holds */

static inline void ct_notice__cleanup(struct ct_notice **e)
{
	ct_notice__free(*e);
}
#define ct_autonotice  __attribute__((cleanup(ct_notice__cleanup)))
#define ct_autonotices __attribute__((cleanup(ct_notices__free)))

#endif
