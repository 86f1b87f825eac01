/* SPDX-License-Identifier: GPL-2.0-only */
/* The daemon's state, and what its source files share. */
#ifndef CT_MONITOR_DAEMON_PRIV_H
#define CT_MONITOR_DAEMON_PRIV_H

#include "base/clock.h"
#include "base/loop.h"
#include "base/strings.h"
#include "metrics/serve.h"
#include "monitor/budget.h"
#include "monitor/gauges.h"
#include "monitor/ledger_save.h"
#include "monitor/monitor.h"
#include "monitor/notify.h"
#include "monitor/opener.h"
#include "page/server.h"
#include "record/recorder.h"
#include "sink/sink.h"
#include "speak/speaker.h"
#include "store/push.h"

/* Gaps that wait to be stored; their texts are owned. */
struct ct_gap_list {
	struct ct_store_gap *items;
	size_t len, cap;
};

struct ct_daemon {
	const struct ct_monitor_opts *opts;
	struct ct_config *config;
	struct ct_opener *opener;
	struct ct_recorder *recorder;
	struct ct_loop *loop; /* the recorder's */
	struct ct_ledger *ledger;
	struct ct_store *store;
	char *store_path;	    /* the file on this host */
	struct ct_store_push *push; /* NULL: the store is on this host alone */
	struct ct_sinks *sinks;
	struct ct_speaker *speaker;
	struct ct_notices notices; /* that belong to the next transaction */
	struct ct_speaker_rows rows;
	struct ct_metrics *metrics;
	struct ct_metrics_server *metrics_server; /* NULL: nobody is to be told */
	struct ct_page_child *page;		  /* NULL: there is none */
	struct ct_gauges *gauges;
	struct ct_saver saver;
	struct ct_budget budget;
	struct ct_notify notify;
	struct ct_gap_list gaps;
	char host_name[65];
	struct ct_source *on_interval, *on_save, *on_recall, *on_upkeep, *on_watchdog;
	uint64_t retained_ns; /* when what is old was removed last; 0: not yet */
	struct ct_source *on_signals[3];
	struct ct_strings recall; /* keys of what a daemon before us left open */
	size_t recalled;
	bool store_fails;  /* and a warning said so */
	bool push_fails;   /* the same of the database */
	int64_t stored_ms; /* when it worked last; 0: not yet */
	uint64_t given_up; /* observations given up since then */
	uint64_t started_ns;
	int64_t losses_ms; /* wall clock since when something is being lost; 0: nothing is */
	uint64_t losses;   /* since then */
	struct ct_strings damaged; /* keys of what cannot be added to the store, told already */
	int64_t damaged_ms;	   /* since when there are some */
	uint64_t damaged_lost;	   /* observations of theirs that were given up */
	struct ct_losses lost;	   /* so far */
	/* For metrics. */
	uint64_t takes, take_ns;
	int64_t taken_ms, reloaded_ms;
	bool reload_failed;
	int64_t degraded_ms; /* since when less is noted; 0: all is */
};

static inline struct ct_now ct_daemon__now(void)
{
	return (struct ct_now){ ct_clock__now_ns(), ct_clock__wall_ms() };
}

/* ---- daemon_config.c ---- */

/* Reads what the options and the files say; nothing is started. */
int ct_daemon__read_config(const struct ct_monitor_opts *o, struct ct_config **c,
			   struct ct_err *err);
/* Applies what can be changed while the daemon runs. */
int ct_daemon__apply_config(struct ct_daemon *d, struct ct_err *err);
/* For SIGHUP. If the file has a mistake, that is named and the old configuration stays. */
void ct_daemon__reload(struct ct_daemon *d);

/* ---- daemon_take.c ---- */

/* Take in what is new, and store what is due, some of it in each turn of the loop. */
void ct_daemon__on_interval(void *arg);
void ct_daemon__on_save(void *arg);
/* Stores all that there is at once, since the daemon ends. Returns 0 or a negative errno. */
int ct_daemon__save_last(struct ct_daemon *d, struct ct_err *err);

/* ---- daemon_resume.c ---- */

/* Finds out how long nobody watched, and what was left open then. */
int ct_daemon__look_back(struct ct_daemon *d, struct ct_err *err);
void ct_daemon__on_recall(void *arg);
/* Leaves a sign of life, with the time, for a later daemon. Writes to no disk. */
void ct_daemon__note_alive(const struct ct_daemon *d);

/*
 * Adds a time that was not watched, or not fully, to be stored with the next transaction. text
 * becomes ours. A gap of the same reason and beginning grows instead.
 */
void ct_daemon__add_gap(struct ct_daemon *d, const char *why, int64_t from_ms, int64_t to_ms,
			char *text);

/* ---- daemon_events.c ---- */

/* Has everything that is stored compared with what was known before, and news told. */
int ct_daemon__open_speaker(struct ct_daemon *d, struct ct_err *err);
void ct_daemon__close_speaker(struct ct_daemon *d);
/* Tells the sinks that something went by unseen; see ct_speaker__gap(). */
void ct_daemon__tell_gap(struct ct_daemon *d, const char *code, int64_t from_ms, int64_t to_ms,
			 uint64_t count, const char *text);

/* ---- daemon_metrics.c ---- */

int ct_daemon__open_metrics(struct ct_daemon *d, struct ct_err *err);
void ct_daemon__close_metrics(struct ct_daemon *d);

/* ---- daemon_page.c ---- */

int ct_daemon__open_page(struct ct_daemon *d, struct ct_err *err);

/* ---- daemon_budget.c ---- */

void ct_daemon__look_at_budget(struct ct_daemon *d);
/* Everything is noted again, or the daemon ends: the next transaction stores the gap until now. */
void ct_daemon__end_degraded(struct ct_daemon *d);

/* ---- daemon_upkeep.c ---- */

void ct_daemon__on_upkeep(void *arg);
#define CT_UPKEEP_NS (60 * CT_NS_PER_SEC)

#endif
