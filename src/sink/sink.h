/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where events go: files, the journal, syslog, webhooks, Alertmanager, OpenTelemetry. Each sink has
 * a bounded queue of its own and tries again by itself, later and later; none waits for another,
 * and the loop for none of them. All that is lost is counted.
 */
#ifndef CT_SINK_SINK_H
#define CT_SINK_SINK_H

#include "base/loop.h"
#include "deploy/yaml.h"
#include "event/notice.h"

struct ct_sinks;

/* Of one sink; texts are borrowed until the next call about sinks. Times: wall clock, 0: never. */
struct ct_sink_status {
	const char *name; /* unique; "webhook", "webhook-2", or as configured */
	const char *type; /* "file", "stdout", "journal", "syslog", "webhook", "alertmanager",
			   * "otlp" */
	uint64_t sent, failed, dropped; /* events; failed: attempts, each of which is repeated */
	size_t queued;
	int64_t sent_ms, failed_ms; /* last */
	const char *problem;	    /* printable; NULL: the last attempt succeeded */
};

/*
 * No sink yet. state: a directory in which a sink keeps what it could not deliver when the program
 * ends; NULL: nowhere.
 */
int ct_sinks__new(struct ct_loop *l, const char *state, struct ct_sinks **s, struct ct_err *err);

/* What is still queued is written to the state directory, or lost. s may be NULL. */
void ct_sinks__free(struct ct_sinks *s);

/*
 * Takes the sinks of the configuration, a list of mappings with a "type:" each, in place of those
 * that were there. One of the same name and type keeps its queue and its counters. Files of secrets
 * are read anew. list may be NULL: none. On failure nothing has changed: -EINVAL, or another
 * negative errno, with file:line:column and cure.
 */
int ct_sinks__configure(struct ct_sinks *s, const struct ct_yaml *y,
			const struct ct_yaml_node *list, struct ct_err *err);

/* Does ct_sinks__configure() accept it? Files are not created. */
int ct_sinks__check(const struct ct_yaml *y, const struct ct_yaml_node *list, struct ct_err *err);

/*
 * One more sink, which no configuration takes away: path is a file of NDJSON, "-": standard output.
 */
int ct_sinks__add_file(struct ct_sinks *s, const char *path, struct ct_err *err);

/* Each sink that wants this kind of event gets it. Never waits, never fails. */
void ct_sinks__send(struct ct_sinks *s, const struct ct_notice *e);

/* To the sink of that name alone, whatever kinds it wants. */
void ct_sinks__send_to(struct ct_sinks *s, const char *name, const struct ct_notice *e);

/*
 * For receivers that forget what they do not hear again, such as Alertmanager: an event that was
 * sent earlier still stands, or it was acknowledged, or expired.
 */
void ct_sinks__stands(struct ct_sinks *s, const struct ct_notice *e);
void ct_sinks__settled(struct ct_sinks *s, const char *id);

size_t ct_sinks__count(const struct ct_sinks *s);
struct ct_sink_status ct_sinks__status(const struct ct_sinks *s, size_t i);

/* Not yet delivered, by all sinks. */
size_t ct_sinks__pending(const struct ct_sinks *s);

/*
 * Calls fn after each attempt: error 0: the sink took the event, else a negative errno. why:
 * printable, NULL without an error. NULL: nobody is called.
 */
typedef void (*ct_sink_result_fn)(void *arg, const struct ct_sink_status *sink,
				  const struct ct_notice *e, int error, const char *why);
void ct_sinks__on_result(struct ct_sinks *s, ct_sink_result_fn fn, void *arg);

/* Files are opened by their names again: for after they were moved away. */
void ct_sinks__reopen(struct ct_sinks *s);

static inline void ct_sinks__cleanup(struct ct_sinks **s)
{
	ct_sinks__free(*s);
}
#define ct_autosinks __attribute__((cleanup(ct_sinks__cleanup)))

#endif
