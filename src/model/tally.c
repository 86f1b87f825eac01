/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/tally.h"

#include <jansson.h>
#include <string.h>

#include "base/index.h"
#include "base/util.h"
#include "model/identity.h"
#include "model/setting.h"
#include "model/tally_priv.h"

/* ---- the parts of a workload ---- */

static struct ct_workload *part_of(struct ct_workload *w, size_t i)
{
	return i ? w->more[i - 1] : w;
}

static bool is_equal_setting(const struct ct_workload *a, const struct ct_workload *b)
{
	return a->setting && b->setting && *a->setting && !strcmp(a->setting, b->setting);
}

/* Adds the other part, which may be the newer one, and takes it out of the workload. */
static void add_part(struct ct_workload *w, size_t to, size_t other)
{
	struct ct_workload *mine = part_of(w, to), *theirs = w->more[other - 1];

	if (ct_part__is_newer(theirs, mine))
		ct_part__swap(mine, theirs);
	ct_part__add(mine, theirs);
	ct_workload__free(theirs);
	w->nmore--;
	memmove(&w->more[other - 1], &w->more[other], (w->nmore - (other - 1)) * sizeof(*w->more));
}

/* Adds this part to one of equal setting, if there is one, and takes it out of the workload. */
static bool find_place(struct ct_workload *w, size_t i)
{
	for (size_t k = 0; k <= w->nmore; k++) {
		if (k == i || !is_equal_setting(part_of(w, k), part_of(w, i)))
			continue;
		add_part(w, k < i ? k : i, k < i ? i : k);
		return true;
	}
	return false;
}

static int newest_first(const void *x, const void *y)
{
	const struct ct_workload *a = *(struct ct_workload *const *)x;
	const struct ct_workload *b = *(struct ct_workload *const *)y;

	return ct_part__is_newer(a, b) ? -1 : ct_part__is_newer(b, a);
}

/* The newest part stands for the workload. */
static void sort_parts(struct ct_workload *w)
{
	if (!w->nmore)
		return;
	qsort(w->more, w->nmore, sizeof(*w->more), newest_first);
	if (!ct_part__is_newer(w->more[0], w))
		return;
	ct_part__swap(w->more[0], w);
	qsort(w->more, w->nmore, sizeof(*w->more), newest_first);
}

/* Finds the place of each part whose setting was not worked out yet. */
static void unite_parts(const struct ct_session *s, struct ct_workload *w)
{
	for (size_t i = 0; i <= w->nmore;) {
		struct ct_workload *part = part_of(w, i);
		bool known = part->setting;

		if (!known)
			part->setting = ct_setting__text(part, &s->host);
		if (known || !find_place(w, i))
			i++;
	}
	sort_parts(w);
}

/* ---- workloads ---- */

static void move_parts(struct ct_workload *into, struct ct_workload *from)
{
	struct ct_workload *part = ct_xzalloc(sizeof(*part));

	*part = *from;
	*from = (struct ct_workload){ .id = ct_xstrdup(part->id) };
	*CT_PUSH(into->more, into->nmore, into->more_cap) = part;
	for (size_t i = 0; i < part->nmore; i++)
		*CT_PUSH(into->more, into->nmore, into->more_cap) = part->more[i];
	free(ct_steal(part->more));
	part->nmore = part->more_cap = 0;
}

void ct_tally__join(const struct ct_session *s, struct ct_workload *into, struct ct_workload *from)
{
	for (size_t i = 0; i <= from->nmore; i++)
		free(ct_steal(part_of(from, i)->setting));
	move_parts(into, from);
	unite_parts(s, into);
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

	ct_session__conclude(s);
	ct_index__init(&ix, s->nworkloads);
	for (size_t i = 0; i < s->nworkloads; i++) {
		struct ct_workload *w = s->workloads[i];
		uint32_t hash;
		size_t at;

		if (!w->place)
			w->place = (uint32_t)i + 1;
		ct_identity__of(w, &ids[n]);
		hash = ct_hash32(ids[n].key, strlen(ids[n].key));
		at = ct_index__find(&ix, hash, has_key, ids, ids[n].key);
		if (at == CT_INDEX_NONE) {
			ct_index__put(&ix, hash, n);
			s->workloads[n++] = w;
			continue;
		}
		move_parts(s->workloads[at], w);
		ct_identity__free(&ids[n]);
		ct_workload__free(w);
	}
	s->nworkloads = n;
	for (size_t i = 0; i < n; i++)
		unite_parts(s, s->workloads[i]);
	while (n)
		ct_identity__free(&ids[--n]);
	free(ids);
}

/* ---- sessions ---- */

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

static void note_start(struct ct_workload *w, const struct ct_host *host)
{
	for (size_t i = 0; i <= w->nmore; i++)
		if (!part_of(w, i)->since_ms)
			part_of(w, i)->since_ms = host->start_ms;
}

/* The judge's rules depend on the host, and a session keeps the host of its first recording. */
static void note_host(struct ct_workload *part, const struct ct_host *into,
		      const struct ct_host *from)
{
	if (!part->kernel && !ct_str_equal(into->kernel, from->kernel))
		part->kernel = ct_xstrdup(from->kernel ? from->kernel : "?");
	if (!part->backend && !ct_str_equal(into->backend, from->backend))
		part->backend = ct_xstrdup(from->backend ? from->backend : "?");
	if (part->syscalls == CT_UNKNOWN && into->syscalls != from->syscalls)
		part->syscalls = from->syscalls == CT_YES ? CT_YES : CT_NO;
}

/* Makes the numbers of recordings continue those of the session. */
static void renumber(struct ct_workload *part, size_t by)
{
	const uint32_t n = (uint32_t)by;

	part->recording += by;
	ct_ranges__shift(&part->in, n);
	for (size_t i = 0; i < part->nkinds; i++)
		ct_ranges__shift(&part->kinds[i].in, n);
	for (size_t i = 0; i < part->nacts; i++)
		ct_ranges__shift(&part->acts[i].in, n);
	for (size_t i = 0; i < part->nexecs; i++)
		ct_ranges__shift(&part->execs[i].in, n);
}

/* Makes a workload of `from` one of `into`. */
static void adopt(struct ct_workload *w, const struct ct_session *into,
		  const struct ct_session *from)
{
	note_start(w, &from->host);
	for (size_t i = 0; i <= w->nmore; i++) {
		struct ct_workload *part = part_of(w, i);

		renumber(part, into->recordings);
		note_host(part, &into->host, &from->host);
		free(ct_steal(part->setting));
	}
}

/* Notes what can only be told while it is the only recording of its session. */
static void conclude(struct ct_session *s)
{
	ct_session__conclude(s);
	for (size_t i = 0; i < s->nworkloads; i++) {
		if (!s->workloads[i]->place)
			s->workloads[i]->place = (uint32_t)i + 1;
		note_start(s->workloads[i], &s->host);
	}
}

void ct_tally__add_to(struct ct_session *into, struct ct_workload *to, struct ct_session *from,
		      struct ct_workload *w)
{
	conclude(into);
	conclude(from);
	adopt(w, into, from);
	ct_tally__join(into, to, w);
	for (size_t i = 0; i < from->nworkloads; i++)
		if (from->workloads[i] == w) {
			ct_session__remove(from, i);
			return;
		}
}

static void add_others(struct ct_session *into, const struct ct_session *from)
{
	if (from->others && !into->others)
		into->others = json_array();
	json_array_extend(into->others, from->others);
}

static void add_recording(struct ct_session *into, struct ct_session *from)
{
	conclude(into);
	conclude(from);
	for (size_t i = 0; i < from->nworkloads; i++) {
		adopt(from->workloads[i], into, from);
		*CT_PUSH(into->workloads, into->nworkloads,
			 into->workloads_cap) = from->workloads[i];
	}
	from->nworkloads = 0;
	into->recordings += from->recordings;
	ct_tally__unite(into);
}

void ct_tally__add(struct ct_session *into, struct ct_session *from)
{
	ct_losses__add(&into->losses, &from->losses);
	add_others(into, from);
	if (from->continues)
		ct_tally__take(into, from);
	else
		add_recording(into, from);
}

void ct_tally__close(struct ct_session *s)
{
	for (size_t i = 0; i < s->nworkloads; i++)
		for (size_t k = 0; k <= s->workloads[i]->nmore; k++) {
			struct ct_workload *part = part_of(s->workloads[i], k);

			part->open = false;
			if (part->recording + 1 == s->recordings &&
			    part->reload_seen == CT_UNKNOWN && !part->lost &&
			    !ct_losses__may_hide_acts(&s->losses))
				part->reload_seen = CT_NO;
		}
}
