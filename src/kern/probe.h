/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The probe in the kernel as an object: opened (loaded, attached), polled for
 * events, stopped, read out, closed.
 */
#ifndef CT_KERN_PROBE_H
#define CT_KERN_PROBE_H

#include "base/err.h"
#include "ct/event.h"
#include "kern/ksyms.h"
#include "model/session.h"

struct ct_probe;

struct ct_probe_opts {
	const char *backend; /* "tp_btf", "fexit", "kprobe"; NULL: the first that works */
	const char *const
		*syscalls; /* NULL-terminated names to watch without a check; NULL: none */
	bool outcomes;	   /* how calls end after checks of interest, where that can be seen */
	uint32_t ring;	   /* bytes of the buffer of events, a power of two; 0: the usual 4 MiB */
	bool every;	   /* a sample for every check, for trace */
	/*
	 * A stopped probe whose programs are used again if the same would be loaded, which saves
	 * most of the time; closed by ct_probe__open() whatever becomes of it. NULL: none.
	 */
	struct ct_probe *again;
};

extern const char *const ct_detail_names[]; /* of enum ct_detail; NULL at the end */

/* What was tried and how it failed, for messages and doctor. */
struct ct_backend_try {
	const char *name;
	int err;	  /* 0: works; else positive errno */
	const char *step; /* "load", "attach", "calibrate" */
};
extern const char *const ct_backend_names[]; /* in order of preference, NULL at the end */

/*
 * Loads and attaches. Returns 0, or a negative errno and a message naming every attach type that
 * was tried, its error and the cure. Needs CAP_BPF, CAP_PERFMON and CAP_SYSLOG, in practice root.
 */
int ct_probe__open(const struct ct_probe_opts *opts, struct ct_probe **p, struct ct_err *err);
void ct_probe__close(struct ct_probe *p);

/* Loads, attaches and removes a single attach type: for doctor. */
void ct_probe__try(const char *backend, struct ct_backend_try *result);

const char *ct_probe__backend(const struct ct_probe *p);
bool ct_probe__fingerprints(const struct ct_probe *p); /* false: every check takes a stack */
bool ct_probe__watches_syscalls(const struct ct_probe *p);
bool ct_probe__watches_outcomes(const struct ct_probe *p);
/* Are all comparisons with other processes seen, and not just those that arguments of calls tell?
 */
bool ct_probe__watches_comparisons(const struct ct_probe *p);
int ct_probe__cgroup_layout(const struct ct_probe *p); /* 1, 2, 3: as ct_host.cgroup */

/*
 * How much is recorded of later checks, without loading anew; CT_DETAIL_FULL at first. What needs
 * no check (acts, execs, exits, cgroups) is seen on all levels.
 */
void ct_probe__set_detail(struct ct_probe *p, enum ct_detail detail);
enum ct_detail ct_probe__detail(const struct ct_probe *p);

/* Everything made by processes in this cgroup counts as made by the watched command. */
int ct_probe__mark_inside(struct ct_probe *p, uint64_t cgroup);

/* File descriptor that becomes readable when events wait. */
int ct_probe__fd(const struct ct_probe *p);
typedef void (*ct_event_fn)(void *arg, const struct ct_event *ev, size_t size);
/* Hands over every event that waits. Returns their number or a negative errno. */
int ct_probe__consume(struct ct_probe *p, ct_event_fn fn, void *arg);

/* Counts of checks begin anew; each kind's next check is its first, with a sample. */
void ct_probe__forget(struct ct_probe *p);

/*
 * May this process read and change the probe's maps? After it has given up its capabilities: up to
 * Linux 5.18 that takes BPF where unprivileged_bpf_disabled is set. arg is a struct ct_probe *.
 */
bool ct_probe__is_readable(void *arg);

/* Detaches: counts are final afterwards. */
void ct_probe__stop(struct ct_probe *p);

/*
 * Reading out. Counts are those since the probe was attached, and may be a few hits behind while it
 * is. What belongs to cgroups that are gone is handed over for the last time and forgotten, so
 * nothing may be counted for such a cgroup any more.
 */
struct ct_which {
	bool (*gone)(void *arg, uint64_t cgroup); /* NULL: none is */
	/* Acts that cannot come again although their cgroup lives; NULL: there are none. */
	bool (*over)(void *arg, const struct ct_act_key *key);
	void *arg;
	/*
	 * May this kind of a living cgroup be forgotten, to make room for others? Asked after the
	 * kind was handed over, while the map is half full or more. NULL: none may.
	 */
	bool (*idle)(void *arg, const struct ct_key *key);
	bool living; /* also what belongs to living cgroups; that is kept */
};
typedef void (*ct_count_fn)(void *arg, const struct ct_key *key, uint64_t count, uint64_t last_ns);
typedef void (*ct_act_fn)(void *arg, const struct ct_act_key *key, uint64_t count);
typedef void (*ct_entered_fn)(void *arg, const struct ct_slot_id *id, const struct ct_entered *e);
typedef void (*ct_lost_fn)(void *arg, uint64_t cgroup, uint64_t lost);
void ct_probe__each_kind(struct ct_probe *p, const struct ct_which *which, ct_count_fn fn,
			 void *arg);
void ct_probe__each_overcommit(struct ct_probe *p, const struct ct_which *which, ct_count_fn fn,
			       void *arg);
void ct_probe__each_act(struct ct_probe *p, const struct ct_which *which, ct_act_fn fn, void *arg);
void ct_probe__each_entered(struct ct_probe *p, const struct ct_which *which, ct_entered_fn fn,
			    void *arg);
/* Looks up one slot; false: there is none. */
bool ct_probe__entered(struct ct_probe *p, const struct ct_slot_id *id, struct ct_entered *e);
/*
 * Losses that are one cgroup's alone, which ct_probe__losses() leaves out. To be called after
 * ct_probe__each_kind() and ct_probe__each_act(): the account of a cgroup that is gone is deleted.
 */
void ct_probe__each_loss(struct ct_probe *p, const struct ct_which *which, ct_lost_fn fn,
			 void *arg);

/*
 * Calls fn for each cgroup, gone or not, that something else still refers to: processes that count
 * for it although they may be elsewhere (counts), and the targets of comparisons. A cgroup may come
 * more than once.
 */
typedef void (*ct_mention_fn)(void *arg, uint64_t cgroup, bool counts);
void ct_probe__each_mention(struct ct_probe *p, ct_mention_fn fn, void *arg);

/* The call path of a fingerprint: names innermost first, from cap_capable's caller on; the
 * caller frees array and strings. -ENOENT when none was taken. */
int ct_probe__stack(struct ct_probe *p, uint64_t site, char ***names, size_t *len);
/* Both fingerprints are of one call path: from now on the first is counted as the second. */
void ct_probe__alias(struct ct_probe *p, uint64_t site, uint64_t known);
/* How the calls with this kind's refused checks ended, at most about 64 of them; all zero where
 * that is not watched. */
void ct_probe__outcome(struct ct_probe *p, const struct ct_key *key, struct ct_outcome *o);
int ct_probe__losses(struct ct_probe *p, struct ct_losses *l);

/* The maps that can become full, and how many entries each has; walks over all entries. */
typedef void (*ct_map_fn)(void *arg, const char *name, uint64_t entries, uint64_t capacity);
void ct_probe__each_map(const struct ct_probe *p, ct_map_fn fn, void *arg);

/* The programs that are loaded: how often each ran, and for how long, while
 * kernel.bpf_stats_enabled was 1. */
typedef void (*ct_program_fn)(void *arg, const char *name, uint64_t runs, uint64_t ns);
void ct_probe__each_program(const struct ct_probe *p, ct_program_fn fn, void *arg);

#endif
