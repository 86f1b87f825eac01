/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events that a sink could not deliver yet are kept in STATE/sink-NAME.ndjson, so that they outlive
 * the program. If state is NULL, nothing is kept and these functions do nothing. The first failure
 * to keep something is warned of, later ones are not.
 */
#ifndef CT_SINK_SINK_SPOOL_H
#define CT_SINK_SINK_SPOOL_H

#include "sink/sink_priv.h"

/* Replaces what was kept by the queue; an empty queue removes the file. */
void ct_sink_spool__keep(const char *state, const char *name, const struct ct_sink_queue *q);

/* Appends one event to what was kept. */
void ct_sink_spool__add(const char *state, const char *name, const struct ct_notice *e);

/*
 * Adds what was kept to the queue, which holds at most max events. The file stays until it is
 * forgotten. Returns how many events were lost because there was no room for them or because they
 * could not be read; an unreadable file counts as one, and is warned of.
 */
size_t ct_sink_spool__load(const char *state, const char *name, struct ct_sink_queue *q,
			   size_t max);

void ct_sink_spool__forget(const char *state, const char *name);

#endif
