/* SPDX-License-Identifier: GPL-2.0-only */
/* How much of a workload was seen: for how long, from its start, to its end. */
#include <sys/wait.h>

#include "model/names.h"
#include "model/session.h"

/*
 * How long it was watched or, if that is not known, from the first check or execve to the last
 * check, execve or exit.
 */
static uint64_t own_ns(const struct ct_workload *part)
{
	uint64_t first = part->last_ns ? part->first_ns : UINT64_MAX, last = part->last_ns;

	if (part->told.ns)
		return part->told.ns;
	if (part->from_ns && part->to_ns > part->from_ns)
		return part->to_ns - part->from_ns;
	for (size_t i = 0; i < part->nexecs; i++) {
		uint64_t ns = part->execs[i].ns;

		if (ns && part->execs[i].entry == CT_ENTRY_MAIN) {
			first = ns < first ? ns : first;
			last = ns > last ? ns : last;
		}
	}
	for (size_t i = 0; i < part->nexits; i++)
		if (part->exits[i].entry == CT_ENTRY_MAIN && part->exits[i].ns > last)
			last = part->exits[i].ns;
	return last > first ? last - first : 0;
}

/* The times of the entry point's execve and of the main process's end, if they were kept. */
static void find_ends(const struct ct_workload *w, uint64_t *start, uint64_t *end)
{
	for (size_t i = 0; i < w->nexecs && w->start_seen == CT_YES; i++)
		if (ct_exec__is_entry_point(&w->execs[i]))
			*start = w->execs[i].ns;
	for (size_t i = 0; i < w->nexits && w->end_seen == CT_YES; i++)
		if (w->exits[i].entry == CT_ENTRY_MAIN && w->exits[i].ns > *end)
			*end = w->exits[i].ns;
}

/* The session's times only apply to its own recording, not to recordings added to it. */
static void conclude(struct ct_workload *w, const struct ct_host *h)
{
	uint64_t start = 0, end = 0;
	bool own = !w->recording && h->start_ns && h->end_ns > h->start_ns &&
		   (!w->first_ns || w->first_ns >= h->start_ns) && w->last_ns <= h->end_ns;

	find_ends(w, &start, &end);
	if (!w->from_ns)
		w->from_ns = start ? start : own ? h->start_ns : w->first_ns;
	if (!w->to_ns)
		w->to_ns = end ? end : own ? h->end_ns : w->last_ns;
	/* Other processes of it may have outlived the main process. */
	if (w->last_ns > w->to_ns)
		w->to_ns = w->last_ns;
}

void ct_session__conclude(struct ct_session *s)
{
	for (size_t i = 0; i < s->nworkloads; i++)
		conclude(s->workloads[i], &s->host);
}

/* When it ends, a workload does things that it has not done before: these do not count as new. */
#define ENDING_NS 10000000000ull

/* For how long before the end no new kind of check was seen. */
static uint64_t quiet_ns(const struct ct_workload *part)
{
	uint64_t ns = own_ns(part), last = part->from_ns, end = part->to_ns;

	if (part->told.ns)
		return part->told.longest.quiet_ns;
	if (!part->from_ns || end <= part->from_ns)
		return 0;
	if (part->end_seen == CT_YES && ns >= 6 * ENDING_NS)
		end -= ENDING_NS;
	for (size_t i = 0; i < part->nkinds; i++)
		if (part->kinds[i].first_ns > last && part->kinds[i].first_ns <= end)
			last = part->kinds[i].first_ns;
	return part->to_ns - last;
}

void ct_watched__keep_longer(struct ct_watched *longest, const struct ct_watched *other)
{
	if (other->ns > longest->ns ||
	    (other->ns == longest->ns && other->quiet_ns > longest->quiet_ns))
		*longest = *other;
}

#define LONG_NS	    60000000000ull /* what runs that long does more than start and end */
#define QUIET_SHARE 4		   /* settled: nothing new for 1/QUIET_SHARE of its time */

bool ct_watched__has_settled(const struct ct_watched *w)
{
	return w->ns && w->quiet_ns * QUIET_SHARE >= w->ns;
}

/* A job that ended by itself did all that it does; one that was stopped may have had more to do. */
static bool is_whole(const struct ct_workload *part, const struct ct_watched *watched)
{
	bool by_itself = WIFEXITED(part->end_code) && WEXITSTATUS(part->end_code) < 128;

	if (part->start_seen != CT_YES || part->end_seen != CT_YES || !watched->ns)
		return false;
	if (by_itself && watched->ns < LONG_NS)
		return true;
	return ct_watched__has_settled(watched) && (by_itself || watched->ns >= CT_SHORT_NS);
}

/* How often it was seen; where that was not counted, once for each part that was added up. */
static uint64_t times(uint64_t counted, enum ct_tristate seen, const struct ct_workload *part)
{
	if (counted || seen != CT_YES)
		return counted;
	return part->total.parts ? part->total.parts : 1;
}

uint64_t ct_part__starts(const struct ct_workload *part)
{
	return times(part->starts, part->start_seen, part);
}

uint64_t ct_part__ends(const struct ct_workload *part)
{
	return times(part->ends, part->end_seen, part);
}

struct ct_total ct_workload__total(const struct ct_workload *part)
{
	struct ct_total t = { .parts = 1, .ns = own_ns(part) };

	if (part->total.parts)
		return part->total;
	t.longest.ns = part->told.ns ? part->told.longest.ns : t.ns;
	t.longest.quiet_ns = quiet_ns(part);
	t.whole = is_whole(part, &t.longest);
	return t;
}

uint64_t ct_workload__watched_ns(const struct ct_workload *w)
{
	uint64_t sum = 0;

	ct_workload__for_each(part, w)
		sum += ct_workload__total(part).ns;
	return sum;
}

static uint32_t phase_bit(const struct ct_workload *w, uint32_t entry)
{
	return 1u << ct_names__find(ct_phase_names, ct_workload__phase(w, entry));
}

/* What is known of one part is known of all, and what one has seen was seen. */
static void join(enum ct_tristate *seen, enum ct_tristate by_part)
{
	if (by_part > *seen)
		*seen = by_part;
}

struct ct_exercised ct_workload__exercised(const struct ct_workload *w)
{
	struct ct_exercised e = {
		.start_seen = CT_UNKNOWN,
		.end_seen = CT_UNKNOWN,
		.reload_seen = CT_UNKNOWN,
	};

	ct_workload__for_each(part, w) {
		struct ct_total total = ct_workload__total(part);

		e.kinds += part->told.kinds;
		e.ns += total.ns;
		ct_watched__keep_longer(&e.longest, &total.longest);
		e.phases |= part->told.phases;
		join(&e.start_seen, part->start_seen);
		join(&e.end_seen, part->end_seen);
		join(&e.reload_seen, part->reload_seen);
		for (size_t i = 0; i < part->nkinds; i++) {
			e.kinds += ct_kind__times(&part->kinds[i]);
			e.phases |= phase_bit(part, part->kinds[i].key.entry);
		}
		for (size_t i = 0; i < part->nexecs && !part->told.kinds; i++)
			e.phases |= phase_bit(part, part->execs[i].entry);
	}
	return e;
}
