/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where events go: files, the journal, syslog, webhooks, Alertmanager, OpenTelemetry. Each sink has
 * a bounded queue of its own and repeats failed attempts at growing intervals. No sink waits for
 * another, and the loop waits for none of them. Every lost event is counted.
 */
#ifndef CT_SINK_SINK_H
#define CT_SINK_SINK_H

#include "base/loop.h"
#include "deploy/yaml.h"
#include "event/notice.h"

struct ct_sinks;

/*
 * The state of one sink. Its strings are borrowed until the next call about sinks. Times are
 * milliseconds of the wall clock, 0 if it has not happened yet.
 */
struct ct_sink_status {
	const char *name; /* unique; "webhook", "webhook-2", or as configured */
	const char *type; /* "file", "stdout", "journal", "syslog", "webhook", "alertmanager",
			   * "otlp" */
	uint64_t sent, failed, dropped; /* events, but failed counts attempts */
	size_t queued;
	int64_t sent_ms, failed_ms; /* when it last happened */
	const char *problem;	    /* printable; NULL: the last attempt succeeded */
};

/*
 * Makes an empty set of sinks. state is the directory in which sinks keep the events that they
 * could not deliver yet; if it is NULL, these are lost when the program ends.
 */
int ct_sinks__new(struct ct_loop *l, const char *state, struct ct_sinks **s, struct ct_err *err);

/* Writes what is still queued to the state directory, if there is one. s may be NULL. */
void ct_sinks__free(struct ct_sinks *s);

/*
 * Replaces the configured sinks by those in list, a YAML list of mappings that each have a "type:";
 * NULL stands for no sinks. A sink of the same name and type keeps its queue and its counters.
 * Files with secrets are read anew. Fails with -EINVAL or another negative errno and a message with
 * file:line:column and the cure, and has then changed nothing.
 */
int ct_sinks__configure(struct ct_sinks *s, const struct ct_yaml *y,
			const struct ct_yaml_node *list, struct ct_err *err);

/* Fails as ct_sinks__configure() would for a mistake in the list, but opens and creates nothing. */
int ct_sinks__check(const struct ct_yaml *y, const struct ct_yaml_node *list, struct ct_err *err);

/*
 * Fails as ct_sinks__configure() would at a file that a sink needs, with the place of that sink in
 * the list, which was checked. given: a file for ct_sinks__add_file(), or NULL. Changes nothing.
 */
int ct_sinks__look(const struct ct_yaml *y, const struct ct_yaml_node *list, const char *given,
		   struct ct_err *err);

/*
 * Adds a sink that ct_sinks__configure() does not remove. It writes NDJSON to the file path, or to
 * standard output if path is "-".
 */
int ct_sinks__add_file(struct ct_sinks *s, const char *path, struct ct_err *err);

/* Queues the event for each sink that wants its kind. Never waits, never fails. */
void ct_sinks__send(struct ct_sinks *s, const struct ct_notice *e);

/* Queues the event for the sink of that name alone, whatever kinds that one wants. */
void ct_sinks__send_to(struct ct_sinks *s, const char *name, const struct ct_notice *e);

/*
 * For receivers such as Alertmanager, which forget an event that is not sent again. "stands" says
 * that an event that was sent earlier is still true, "settled" that it was acknowledged or expired.
 */
void ct_sinks__stands(struct ct_sinks *s, const struct ct_notice *e);
bool ct_sinks__care_what_stands(const struct ct_sinks *s); /* is there one to be told? */
void ct_sinks__settled(struct ct_sinks *s, const char *id);

size_t ct_sinks__count(const struct ct_sinks *s);
struct ct_sink_status ct_sinks__status(const struct ct_sinks *s, size_t i);

/* The number of undelivered events in the queues of all sinks. */
size_t ct_sinks__pending(const struct ct_sinks *s);

/*
 * Makes the sinks call fn after each attempt to send an event; NULL ends this. error is 0 if the
 * receiver took the event, else a negative errno. why is printable, and NULL without an error.
 */
typedef void (*ct_sink_result_fn)(void *arg, const struct ct_sink_status *sink,
				  const struct ct_notice *e, int error, const char *why);
void ct_sinks__on_result(struct ct_sinks *s, ct_sink_result_fn fn, void *arg);

/* Opens files by their names again, for use after a log rotation, and rereads secrets. */
void ct_sinks__reopen(struct ct_sinks *s);

static inline void ct_sinks__cleanup(struct ct_sinks **s)
{
	ct_sinks__free(*s);
}
#define ct_autosinks __attribute__((cleanup(ct_sinks__cleanup)))

#endif
