/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a sink could not deliver, kept in STATE/sink-NAME.ndjson until it could, so that it outlives
 * the program. state NULL: nothing is kept. Each of these does nothing where there is nothing to
 * do; what cannot be kept is said once by a warning.
 */
#ifndef CT_SINK_SINK_SPOOL_H
#define CT_SINK_SINK_SPOOL_H

#include "sink/sink_priv.h"

/* The queue takes the place of what was kept. */
void ct_sink_spool__keep(const char *state, const char *name, const struct ct_sink_queue *q);

/* One more, behind what was kept. */
void ct_sink_spool__add(const char *state, const char *name, const struct ct_notice *e);

/*
 * Into the queue, at most max events. What was kept stays until it is forgotten. Returns how many
 * were lost: for which there is no room, or that cannot be read (a file that cannot be is one, and
 * is warned of).
 */
size_t ct_sink_spool__load(const char *state, const char *name, struct ct_sink_queue *q,
			   size_t max);

void ct_sink_spool__forget(const char *state, const char *name);

#endif
