/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/tally.h"

#include <jansson.h>
#include <string.h>
#include "base/index.h"
#include "base/util.h"
#include "model/identity.h"
#include "model/tally_priv.h"

static int by_recording(const void *x, const void *y)
{
	const struct ct_workload *a = *(struct ct_workload *const *)x;
	const struct ct_workload *b = *(struct ct_workload *const *)y;

	return a->recording < b->recording ? -1 : a->recording > b->recording;
}

void ct_tally__join(struct ct_workload *into, struct ct_workload *from)
{
	struct ct_workload *part = ct_xzalloc(sizeof(*part));

	*part = *from;
	*from = (struct ct_workload){ .id = ct_xstrdup(part->id) };
	*CT_PUSH(into->more, into->nmore, into->more_cap) = part;
	for (size_t i = 0; i < part->nmore; i++)
		*CT_PUSH(into->more, into->nmore, into->more_cap) = part->more[i];
	free(ct_steal(part->more));
	part->nmore = part->more_cap = 0;
	qsort(into->more, into->nmore, sizeof(struct ct_workload *), by_recording);
}

static bool has_key(const void *items, size_t i, const void *wanted)
{
	return !strcmp(((const struct ct_identity *)items)[i].key, wanted);
}

void ct_tally__unite(struct ct_session *s)
{
	struct ct_identity *ids = ct_xzalloc((s->nworkloads + 1) * sizeof(*ids));
	ct_autoindex struct ct_index ix = {};
	size_t n = 0;

	ct_index__init(&ix, s->nworkloads);
	for (size_t i = 0; i < s->nworkloads; i++) {
		struct ct_workload *w = s->workloads[i];
		uint32_t hash;
		size_t at;

		ct_identity__of(w, &ids[n]);
		hash = ct_hash32(ids[n].key, strlen(ids[n].key));
		at = ct_index__find(&ix, hash, has_key, ids, ids[n].key);
		if (at == CT_INDEX_NONE) {
			ct_index__put(&ix, hash, n);
			s->workloads[n++] = w;
			continue;
		}
		ct_tally__join(s->workloads[at], w);
		ct_identity__free(&ids[n]);
		ct_workload__free(w);
	}
	s->nworkloads = n;
	while (n)
		ct_identity__free(&ids[--n]);
	free(ids);
}

void ct_losses__add(struct ct_losses *to, const struct ct_losses *l)
{
	to->events += l->events;
	to->kinds += l->kinds;
	to->acts += l->acts;
	to->procs += l->procs;
	to->stacks += l->stacks;
	to->outcomes += l->outcomes;
	to->missed += l->missed;
	to->unattributed += l->unattributed;
	to->lookups += l->lookups;
	to->truncated |= l->truncated;
}

/* Rules depend on the kernel, and the session's host remains that of its first recording. */
static void note_kernel(struct ct_workload *w, const struct ct_session *into,
			const struct ct_session *from)
{
	const char *theirs = from->host.kernel ? from->host.kernel : "?";

	if (!w->kernel && !ct_str_equal(into->host.kernel, theirs))
		w->kernel = ct_xstrdup(theirs);
}

static void add_others(struct ct_session *into, const struct ct_session *from)
{
	if (from->others && !into->others)
		into->others = json_array();
	json_array_extend(into->others, from->others);
}

void ct_tally__close(struct ct_session *s)
{
	for (size_t i = 0; i < s->nworkloads; i++)
		ct_workload__for_each(part, s->workloads[i]) {
			struct ct_workload *w = (struct ct_workload *)part;

			w->open = false;
			if (w->recording + 1 == s->recordings && w->reload_seen == CT_UNKNOWN &&
			    !w->lost && !s->losses.acts)
				w->reload_seen = CT_NO;
		}
}

void ct_tally__add(struct ct_session *into, struct ct_session *from)
{
	if (from->continues) {
		ct_losses__add(&into->losses, &from->losses);
		ct_tally__take(into, from);
		add_others(into, from);
		return;
	}
	/* Before it is forgotten whose session they are from. */
	ct_session__conclude(into);
	ct_session__conclude(from);
	ct_losses__add(&into->losses, &from->losses);
	for (size_t i = 0; i < from->nworkloads; i++) {
		struct ct_workload *w = from->workloads[i];

		w->recording += into->recordings;
		note_kernel(w, into, from);
		for (size_t k = 0; k < w->nmore; k++) {
			w->more[k]->recording += into->recordings;
			note_kernel(w->more[k], into, from);
		}
		*CT_PUSH(into->workloads, into->nworkloads, into->workloads_cap) = w;
	}
	from->nworkloads = 0;
	into->recordings += from->recordings;
	add_others(into, from);
	ct_tally__unite(into);
}
