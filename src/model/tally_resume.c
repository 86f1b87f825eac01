/* SPDX-License-Identifier: GPL-2.0-only */
/* Adds takes of one workload to its other recordings. */
#include <string.h>

#include "base/util.h"
#include "model/tally.h"
#include "model/tally_priv.h"

/* A file cannot tell more recordings apart: beyond these, what is new is added to the last one. */
#define MOST_RECORDINGS (1 << 19)

static struct ct_workload *open_part(struct ct_workload *w, const char *id)
{
	if (w)
		ct_workload__for_each(part, w)
			if (part->open && !strcmp(part->id, id))
				return (struct ct_workload *)part;
	return NULL;
}

static void move_out(struct ct_session *s, const struct ct_workload *w)
{
	for (size_t i = 0; i < s->nworkloads; i++)
		if (s->workloads[i] == w) {
			s->nworkloads--;
			memmove(&s->workloads[i], &s->workloads[i + 1],
				(s->nworkloads - i) * sizeof(*s->workloads));
			return;
		}
}

/* The take as a recording of its own. */
static struct ct_session *as_recording(struct ct_session *from, struct ct_workload *d)
{
	struct ct_session *s = ct_session__new(), *one = ct_session__new();

	ct_session__copy_host(&one->host, &from->host);
	move_out(from, d);
	*CT_PUSH(one->workloads, one->nworkloads, one->workloads_cap) = d;
	ct_tally__take(s, one);
	ct_session__free(one);
	return s;
}

static void begin_with(struct ct_session *into, const struct ct_session *from)
{
	if (into->nworkloads)
		return;
	into->recordings = 0;
	if (!into->host.kernel)
		ct_session__copy_host(&into->host, &from->host);
}

/* Concludes from an end that was not seen and, once no more can come, from an unseen reload. */
static void settle(struct ct_workload *part, uint64_t until)
{
	if (part->end_seen != CT_YES)
		part->to_ns = until;
	if (!part->open && part->reload_seen == CT_UNKNOWN && !part->lost)
		part->reload_seen = CT_NO;
}

struct ct_workload *ct_tally__resume(struct ct_session *into, struct ct_workload *to,
				     struct ct_session *from, struct ct_workload *d)
{
	struct ct_workload *part = open_part(to, d->id);
	const uint64_t until = d->to_ns;
	struct ct_session *new;

	if (part) {
		ct_part__take(part, d);
		settle(part, until);
		move_out(from, d);
		ct_workload__free(d);
	} else {
		new = as_recording(from, d);
		settle(new->workloads[0], until);
		begin_with(into, new);
		if (into->recordings >= MOST_RECORDINGS)
			into->recordings--;
		if (to)
			ct_tally__add_to(into, to, new, new->workloads[0]);
		ct_tally__add(into, new);
		ct_session__free(new);
	}
	ct_tally__unite(into);
	return to ? to : into->workloads[into->nworkloads - 1];
}
