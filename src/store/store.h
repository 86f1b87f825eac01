/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was seen on this host, or on a fleet, and what was concluded from it: in an SQLite file that
 * one daemon writes, or in a PostgreSQL database to which many push. Both have the same tables,
 * which docs/store.md describes for people.
 *
 * All numbers are absolute and belong to the host that wrote them, so that writing them again is
 * harmless. A row belongs to a host by name and to a store by its random id: a store that was begun
 * anew, or a second host of the same name, overwrites nothing that the other one wrote.
 * Strings are raw: they may hold anything that a container can be called.
 * A store is used by one thread.
 */
#ifndef CT_STORE_STORE_H
#define CT_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "judge/judge.h"
#include "model/session.h"

#define CT_STORE_DEFAULT "/var/lib/captrim/captrim.db"

struct ct_store;

enum ct_store_flags {
	CT_STORE_READ = 0,   /* the store must exist; nothing is changed */
	CT_STORE_WRITE = 1,  /* creates, migrates, and refuses a second writer */
	CT_STORE_CHANGE = 2, /* creates, migrates; to acknowledge or import beside a daemon */
	CT_STORE_REBUILD =
		4, /* with WRITE or CHANGE: puts a broken file aside, and says so in a warning */
};

/*
 * url: a path, sqlite:///PATH, postgresql://..., or NULL: CT_STORE_DEFAULT. Only a file can be
 * opened with CT_STORE_WRITE; ct_store_push__start() copies it to PostgreSQL.
 *
 * -ENOENT: there is no such store. -EBUSY: another daemon writes to it. -EBADMSG: it is broken, or
 * no database at all; it stays as it is. -EPROTO: its schema is newer, or it is a file or a
 * database of another program. -ESTALE: for readers, its schema is older, or it is empty. -EACCES,
 * -ENOSPC and others as of open(2). -ENOSYS: built without PostgreSQL. Every message names the
 * store and the cure.
 */
int ct_store__open(const char *url, unsigned int flags, struct ct_store **s, struct ct_err *err);
void ct_store__close(struct ct_store *s); /* s may be NULL */

/* Does it name a PostgreSQL database? */
bool ct_store__is_remote(const char *url);

/* The path of the file that it names, if it does not name a database. Borrowed from url. */
const char *ct_store__path(const char *url);

/*
 * Can the URL be that of a store? A path is; a database if its URL is well formed and captrim was
 * built with PostgreSQL, else -EINVAL or -ENOSYS with the cure. Nothing is opened.
 */
int ct_store__check_url(const char *url, struct ct_err *err);

/* Could a daemon write to the file that the URL names, as far as can be told without opening or
 * making anything? */
int ct_store__look(const char *url, struct ct_err *err);

/* ---- writing: the daemon ---- */

/* What is to be stored of one workload of this host; it replaces what was stored before. */
struct ct_store_workload {
	const char *key; /* of model/identity.h */
	/*
	 * All that is known of it: what ct_store__load_workload() gave, with the news added and
	 * judged. All three NULL: only the times and numbers below change.
	 */
	const struct ct_session *session;
	const struct ct_workload *w;
	const struct ct_advice *advice;
	int64_t now_ms;	     /* wall clock; 0: the batch's */
	uint64_t watched_ms; /* of all its instances; this and the next three never decrease */
	uint64_t starts, ends, reloads;
	bool news; /* to be sent to a fleet's database at once */
};

/* An event as src/drift/ made it. Each id is stored once. */
struct ct_store_event {
	const char *id;	  /* equal for equal events */
	const char *kind; /* "new-need" */
	const char *host, *key, *label;
	const char *capability, *verdict, *scope, *generation; /* each may be NULL */
	const char *text;				       /* a sentence for people */
	const char *json;				       /* as sinks send it */
	int64_t time_ms, expires_ms;			       /* 0: never */
	/* Set by ct_store__ack() alone; ct_store__save() ignores them. */
	int64_t acked_ms; /* 0: not acknowledged */
	const char *acked_by, *note;
};

/* A time that was not watched. Identified by key, from_ms and why; to_ms may grow. */
struct ct_store_gap {
	const char *host; /* NULL when saved: the batch's */
	const char *key;  /* NULL: of the whole host */
	const char *why;  /* "daemon-down", "losses", ... */
	const char *text; /* a sentence for people */
	int64_t from_ms, to_ms;
};

struct ct_store_batch {
	const struct ct_host *host;
	const char *host_name;
	int64_t now_ms;
	const struct ct_store_workload *workloads;
	size_t nworkloads;
	const struct ct_store_event *events;
	size_t nevents;
	const struct ct_store_gap *gaps;
	size_t ngaps;
};

/*
 * Stores the batch in one transaction: on failure nothing of it is stored, and the same batch may
 * be tried again. An empty batch does nothing, not even a sync. Times of workloads and events that
 * lie before the host's last stored time are set to that, so that they stay in order when the clock
 * jumps. -ENOSPC: no space; -ESTALE: the file was removed or replaced; -EIO, -EBADMSG: somebody
 * must look at it.
 */
int ct_store__save(struct ct_store *s, const struct ct_store_batch *b, struct ct_err *err);

/*
 * The id of the rows that this store writes itself; rows with others were imported. Borrowed. Only
 * for CT_STORE_WRITE and CT_STORE_CHANGE, as it makes one if there is none.
 */
int ct_store__id(struct ct_store *s, const char **id, struct ct_err *err);

/*
 * Loads one workload of this host with all its parts, as this store saved it; *out has no workload
 * if nothing is stored of it. The caller frees *out. If that fails, *damaged, which may be NULL,
 * says whether only the stored recordings of this workload cannot be read.
 */
int ct_store__load_workload(struct ct_store *s, const char *host, const char *key,
			    struct ct_session **out, bool *damaged, struct ct_err *err);

struct ct_store_limits {
	int64_t age_ms; /* what was not seen for longer is removed; 0: no limit */
	int64_t bytes;	/* of the file; what was seen longest ago is removed first; 0: no limit */
	/* Keys of what runs now. It is never removed: a quiet workload is stored so seldom that it
	 * would look old. */
	const char *const *living;
	size_t nliving;
};

/*
 * Removes what is beyond the limits; *removed: how many rows, may be NULL. From a fleet's database
 * src/store/push.c removes this host's rows by age.
 */
int ct_store__retain(struct ct_store *s, const struct ct_store_limits *l, int64_t now_ms,
		     uint64_t *removed, struct ct_err *err);

/* Is the last stored time so long ago that the clock may be wrong? Only for CT_STORE_WRITE. */
bool ct_store__doubts_clock(const struct ct_store *s);

struct ct_store_status {
	int64_t bytes;	   /* of the file and its log; 0 for PostgreSQL */
	int64_t commit_ms; /* the last one; 0: none yet */
	uint64_t commits;
	uint64_t workloads, events, gaps; /* rows */
};
int ct_store__status(struct ct_store *s, struct ct_store_status *out, struct ct_err *err);

/* ---- reading ---- */

/* What is wanted. All zero or NULL: everything. */
struct ct_store_query {
	const char *host;
	/* Each names workloads as people do: key, label, service, container or unit. */
	const char *const *names;
	size_t nnames;
	const char *project, *namespace_;
	int64_t since_ms, until_ms; /* seen or happened since, and before until; 0: no limit */
	/* For each_need, each_event: of this capability only ("SYS_ADMIN"). */
	const char *capability;
	/*
	 * For each_workload, each_need and each_advice: equal rows of several hosts come as one,
	 * with their numbers added up and the names of the first of them. Then each_workload leaves
	 * out what was judged, and each_advice tells that, without names. Only if
	 * ct_store__adds_up().
	 */
	bool alike;
};

/* Can the database add up equal rows of several hosts? PostgreSQL can: it holds many hosts. */
bool ct_store__adds_up(const struct ct_store *s);

/*
 * All recordings that match, added up and united (model/tally.h): replicas on all hosts are one
 * workload. The caller frees. since_ms and until_ms choose whole parts (settings) by the time that
 * they were seen.
 */
int ct_store__load(struct ct_store *s, const struct ct_store_query *q, struct ct_session **out,
		   struct ct_err *err);

/* The same for these hosts, whatever q->host is. */
int ct_store__load_hosts(struct ct_store *s, const struct ct_store_query *q,
			 const char *const *hosts, size_t n, struct ct_session **out,
			 struct ct_err *err);

struct ct_store_host_row {
	const char *name, *store; /* the store's id */
	const char *kernel, *arch, *boot_id, *backend, *captrim;
	int64_t first_ms, last_ms;
	uint64_t workloads;
};

struct ct_store_workload_row {
	uint64_t hosts; /* that the row stands for: 1, or more with ct_store_query.alike */
	const char *host, *store, *key, *label, *kind, *runtime;
	const char *image, *image_digest, *project, *service, *namespace_, *owner, *container;
	bool configured_known;
	uint64_t configured;
	uint64_t starts, ends, reloads, watched_ms, checks, recordings, lost;
	int64_t first_ms, last_ms, news_ms; /* news_ms: when something new was last seen */
	/* Of the advice; confidence is "" as long as there is none. */
	uint64_t cap_add, required, optional, removed;
	const char *confidence;
	const char *gaps; /* names of ct_gap_names with spaces between; "": it is complete */
	int64_t advice_ms;
};

/* What one capability is to a workload; also for those that it holds and never asked for. */
struct ct_store_need_row {
	const char *host, *store, *key, *label;
	const char *capability; /* "SYS_ADMIN" */
	const char *verdict;	/* "required", "optional", "unneeded"; "unused": never checked */
	const char *scope, *risk;
	bool chosen, held; /* in cap_add; in the configured set */
	uint64_t granted, denied;
	/* Wall clock: first seen, last seen (checks grew), and when it got this verdict. */
	int64_t first_ms, last_ms, since_ms;
	const char *site, *syscall, *process, *reason; /* of the most important reason, or "" */
};

struct ct_store_advice_row {
	uint64_t hosts; /* that the row stands for; if several, host is "" */
	const char *host, *store, *key, *label;
	uint64_t cap_add, required, optional;
	const char *confidence, *gaps;
	const char *json; /* captrim.advice/1 */
	int64_t time_ms;
};

/*
 * What a row points to is valid during the call only. A callback that does not return 0 ends the
 * reading, and its value is returned.
 */
typedef int (*ct_store_host_fn)(const struct ct_store_host_row *row, void *arg);
typedef int (*ct_store_workload_fn)(const struct ct_store_workload_row *row, void *arg);
typedef int (*ct_store_need_fn)(const struct ct_store_need_row *row, void *arg);
typedef int (*ct_store_advice_fn)(const struct ct_store_advice_row *row, void *arg);
typedef int (*ct_store_event_fn)(const struct ct_store_event *row, void *arg);
typedef int (*ct_store_gap_fn)(const struct ct_store_gap *row, void *arg);

/*
 * These call fn for each row that matches q, which may be NULL. Hosts come by name; workloads and
 * recommendations by key and host; needs by key, host and capability; events and gaps by time.
 */
int ct_store__each_host(struct ct_store *s, const struct ct_store_query *q, ct_store_host_fn fn,
			void *arg, struct ct_err *err);
int ct_store__each_workload(struct ct_store *s, const struct ct_store_query *q,
			    ct_store_workload_fn fn, void *arg, struct ct_err *err);
int ct_store__each_need(struct ct_store *s, const struct ct_store_query *q, ct_store_need_fn fn,
			void *arg, struct ct_err *err);
/*
 * How far needs reach: one row for each workload, capability and scope, whatever the host. Only
 * key, capability, scope and chosen are set.
 */
int ct_store__each_reach(struct ct_store *s, const struct ct_store_query *q, ct_store_need_fn fn,
			 void *arg, struct ct_err *err);
int ct_store__each_advice(struct ct_store *s, const struct ct_store_query *q, ct_store_advice_fn fn,
			  void *arg, struct ct_err *err);
int ct_store__each_event(struct ct_store *s, const struct ct_store_query *q, ct_store_event_fn fn,
			 void *arg, struct ct_err *err);
int ct_store__each_gap(struct ct_store *s, const struct ct_store_query *q, ct_store_gap_fn fn,
		       void *arg, struct ct_err *err);

/* ---- acknowledging: CT_STORE_CHANGE ---- */

/* Chooses the events that match all that is not NULL. */
struct ct_store_ack {
	const char *id; /* or its beginning, at least 6 characters */
	const char *host, *name, *capability;
	const char *by, *note; /* may be NULL */
	int64_t now_ms;
	bool undo;
};

/* *n: how many events changed. If s is a server's, the daemons that push to it take that over. */
int ct_store__ack(struct ct_store *s, const struct ct_store_ack *a, size_t *n, struct ct_err *err);

/* ---- care ---- */

/* Reads the whole store. -EBADMSG with a message that says what is wrong. */
int ct_store__check(struct ct_store *s, struct ct_err *err);

/* Makes a consistent copy, also while a daemon writes. The file must not exist yet. */
int ct_store__backup(struct ct_store *s, const char *path, struct ct_err *err);

/* Gives the space of what was removed back to the file system. */
int ct_store__vacuum(struct ct_store *s, struct ct_err *err);

/*
 * Judges a recording and adds its workloads as if they had been seen on that host; repeating it
 * with the same recording changes nothing. host NULL: "imported". *n: how many workloads.
 */
int ct_store__import(struct ct_store *s, struct ct_session *recording, const char *host, size_t *n,
		     struct ct_err *err);

static inline void ct_store__cleanup(struct ct_store **s)
{
	ct_store__close(*s);
}
#define ct_autostore __attribute__((cleanup(ct_store__cleanup)))

#endif
