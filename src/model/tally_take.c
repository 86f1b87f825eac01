/* SPDX-License-Identifier: GPL-2.0-only */
/* Adding up the takes of one recording. */
#include <jansson.h>
#include <string.h>

#include "base/index.h"
#include "base/util.h"
#include "model/content.h"
#include "model/tally.h"
#include "model/tally_priv.h"

static void take_text(char **to, char **from)
{
	if (!*to)
		*to = ct_steal(*from);
}

static void take_json(json_t **to, json_t **from)
{
	if (!*to)
		*to = ct_steal(*from);
}

static void take_known(enum ct_tristate *to, enum ct_tristate from)
{
	if (*to == CT_UNKNOWN)
		*to = from;
}

static void widen(uint64_t *first, uint64_t *last, uint64_t from, uint64_t to)
{
	if (from && (!*first || from < *first))
		*first = from;
	if (to > *last)
		*last = to;
}

static void take_container(struct ct_container *to, struct ct_container *from)
{
	/* An owner that is proved replaces one that was guessed, together with owner_guessed. */
	if (to->owner && to->owner_guessed && from->owner && !from->owner_guessed)
		free(ct_steal(to->owner));
	if (!to->owner)
		to->owner_guessed = from->owner_guessed;
	if (!to->engine_uid)
		to->engine_uid = from->engine_uid;
	for (size_t i = 0; i < ct_container_ntexts; i++)
		take_text((char **)((char *)to + ct_container_texts[i]),
			  (char **)((char *)from + ct_container_texts[i]));
	take_known(&to->privileged, from->privileged);
	take_known(&to->userns, from->userns);
	take_known(&to->no_new_privs, from->no_new_privs);
	if (to->seccomp == CT_SECCOMP_UNKNOWN)
		to->seccomp = from->seccomp;
	if (!to->profile.known && from->profile.known) {
		ct_seccomp_profile__free(&to->profile);
		to->profile = from->profile;
		from->profile = (struct ct_seccomp_profile){};
	}
}

static bool is_first_run(const struct ct_workload *w)
{
	return w->start_seen == CT_YES && w->container.ran_before == CT_NO;
}

/* It is enough that one of the runs was the container's first. */
static void take_ran_before(struct ct_workload *w, const struct ct_workload *d)
{
	enum ct_tristate *to = &w->container.ran_before;

	if (is_first_run(w) || is_first_run(d))
		*to = CT_NO;
	else if (*to != CT_YES && d->container.ran_before != CT_UNKNOWN)
		*to = d->container.ran_before;
}

/* The first start counts; an end before it was that of an earlier run. */
static void take_start(struct ct_workload *w, const struct ct_workload *d)
{
	bool starts = d->start_seen == CT_YES && w->start_seen != CT_YES;

	take_ran_before(w, d);
	if (starts && w->end_seen == CT_YES && w->to_ns < d->from_ns) {
		w->end_seen = CT_UNKNOWN;
		w->end_code = 0;
		w->to_ns = 0;
	}
	if (starts)
		w->from_ns = d->from_ns;
	if (d->start_seen > w->start_seen)
		w->start_seen = d->start_seen;
	if (d->configured_known && (starts || !w->configured_known)) {
		w->configured = d->configured;
		w->configured_known = true;
	}
	if (d->sysctls.known && (starts || !w->sysctls.known))
		w->sysctls = d->sysctls;
}

/* The last end counts, which need not be the one that is reported last. */
static bool is_end(const struct ct_workload *w, const struct ct_workload *d)
{
	return d->end_seen == CT_YES && (!d->to_ns || d->to_ns >= w->from_ns) &&
	       (w->end_seen != CT_YES || !d->to_ns || d->to_ns >= w->to_ns);
}

static void take_end(struct ct_workload *w, const struct ct_workload *d)
{
	if (is_end(w, d)) {
		w->end_code = d->end_code;
		w->to_ns = d->to_ns;
		w->end_seen = CT_YES;
	} else if (w->end_seen != CT_YES) {
		w->to_ns = 0; /* it goes on */
		if (d->end_seen == CT_NO)
			w->end_seen = CT_NO;
	}
}

/* It is known that there was no SIGHUP only if none of the takes may have missed one. */
static void take_reload(struct ct_workload *w, const struct ct_workload *d)
{
	if (w->reload_seen == CT_YES || d->reload_seen == CT_YES)
		w->reload_seen = CT_YES;
	else if (d->reload_seen == CT_UNKNOWN)
		w->reload_seen = CT_UNKNOWN;
}

/* A start that was not counted is not another run: see learn_start() of record/take_programs.c. */
static void take_runs(struct ct_workload *w, const struct ct_workload *d)
{
	if (d->starts)
		w->starts = ct_part__starts(w) + d->starts;
	if (d->ends)
		w->ends = ct_part__ends(w) + d->ends;
}

static void take_facts(struct ct_workload *w, struct ct_workload *d)
{
	take_text(&w->cgroup_path, &d->cgroup_path);
	take_text(&w->command, &d->command);
	take_text(&w->kernel, &d->kernel);
	take_json(&w->rest, &d->rest);
	take_container(&w->container, &d->container);
	if (w->runtime == CT_RT_NONE)
		w->runtime = d->runtime;
	take_runs(w, d);
	take_start(w, d);
	take_end(w, d);
	take_reload(w, d);
	widen(&w->first_ns, &w->last_ns, d->first_ns, d->last_ns);
	w->lost += d->lost;
	ct_workload__add_unwatched(w, d->unwatched_ns, d->unwatched_until_ms);
	w->compat += d->compat;
	w->left_out |= d->left_out;
	w->open = d->open;
	ct_names__add(&w->sent, d->sent);
	if (d->others && !w->others)
		w->others = json_array();
	json_array_extend(w->others, d->others);
}

/* ---- what it did ---- */

/* The earliest sample stands for all of them. */
static void add_kind(void *mine, void *other, const void *arg)
{
	struct ct_kind *to = mine, *from = other;

	(void)arg;
	if (from->sampled && (!to->sampled || from->first_ns < to->first_ns)) {
		to->sampled = true;
		to->proc = from->proc;
		to->creds = from->creds;
		memcpy(to->args, from->args, sizeof(to->args));
	}
	to->count += from->count;
	widen(&to->first_ns, &to->last_ns, from->first_ns, from->last_ns);
	ct_outcome__add(&to->outcome, &from->outcome);
	take_json(&to->rest, &from->rest);
}

static void add_act(void *mine, void *other, const void *arg)
{
	struct ct_act *to = mine, *from = other;

	(void)arg;
	to->count += from->count;
	if (!to->proc.pid)
		to->proc = from->proc;
	take_json(&to->rest, &from->rest);
}

/* An exec that was decided late may have happened earlier. */
static void add_exec(void *mine, void *other, const void *arg)
{
	struct ct_exec *to = mine, *from = other;

	(void)arg;
	to->count += from->count;
	if (from->ns < to->ns)
		to->ns = from->ns;
}

static const struct ct_adding kinds = { sizeof(struct ct_kind), ct_kind__hash, ct_kind__by_content,
					add_kind, NULL };
static const struct ct_adding acts = { sizeof(struct ct_act), ct_act__hash, ct_act__by_content,
				       add_act, NULL };
static const struct ct_adding execs = { sizeof(struct ct_exec), ct_exec__hash, ct_exec__by_content,
					add_exec, NULL };

static void take_into(struct ct_workload *w, struct ct_workload *d)
{
	for (size_t i = 0; i < d->nkinds; i++)
		ct_kind__forget_boot(&d->kinds[i]);
	for (size_t i = 0; i < d->nacts; i++)
		ct_act__forget_boot(&d->acts[i]);
	ct_items__add(CT_KINDS_OF(w), CT_KINDS_OF(d), &kinds, NULL, NULL);
	ct_items__add(CT_ACTS_OF(w), CT_ACTS_OF(d), &acts, NULL, NULL);
	ct_items__add(CT_EXECS_OF(w), CT_EXECS_OF(d), &execs, NULL, NULL);
	for (size_t i = 0; i < d->nexits; i++) {
		*ct_workload__add_exit(w) = d->exits[i];
		d->exits[i] = (struct ct_exit){};
	}
	if (w->nkinds)
		qsort(w->kinds, w->nkinds, sizeof(*w->kinds), ct_kind__by_content);
	if (w->nacts)
		qsort(w->acts, w->nacts, sizeof(*w->acts), ct_act__by_content);
	free(ct_steal(w->setting));
}

/* Adds a new workload with what is known of d. What d did stays with it, for take_into(). */
static struct ct_workload *take_new(struct ct_session *into, struct ct_workload *d)
{
	const struct ct_workload did = {
		.id = ct_xstrdup(d->id),
		.kinds = d->kinds,
		.nkinds = d->nkinds,
		.acts = d->acts,
		.nacts = d->nacts,
		.execs = d->execs,
		.nexecs = d->nexecs,
		.exits = d->exits,
		.nexits = d->nexits,
	};
	struct ct_workload *w = ct_xzalloc(sizeof(*w));

	*w = *d;
	*d = did;
	w->kinds = NULL;
	w->acts = NULL;
	w->execs = NULL;
	w->exits = NULL;
	w->nkinds = w->kinds_cap = w->nacts = w->acts_cap = 0;
	w->nexecs = w->execs_cap = w->nexits = w->exits_cap = 0;
	w->recording = into->recordings - 1;
	*CT_PUSH(into->workloads, into->nworkloads, into->workloads_cap) = w;
	return w;
}

static void take_host(struct ct_host *to, struct ct_host *from)
{
	take_text(&to->captrim, &from->captrim);
	take_text(&to->kernel, &from->kernel);
	take_text(&to->arch, &from->arch);
	take_text(&to->backend, &from->backend);
	take_text(&to->boot_id, &from->boot_id);
	take_json(&to->rest, &from->rest);
	take_json(&to->trailer_rest, &from->trailer_rest);
	take_known(&to->outcomes, from->outcomes);
	take_known(&to->syscalls, from->syscalls);
	to->cgroup = to->cgroup ? to->cgroup : from->cgroup;
	to->cap_last = to->cap_last ? to->cap_last : from->cap_last;
	to->start_ms = to->start_ms ? to->start_ms : from->start_ms;
	widen(&to->start_ns, &to->end_ns, from->start_ns, from->end_ns);
}

void ct_part__take(struct ct_workload *part, struct ct_workload *d)
{
	take_facts(part, d);
	take_into(part, d);
}

static bool has_id(const void *items, size_t i, const void *wanted)
{
	return !strcmp(((struct ct_workload *const *)items)[i]->id, wanted);
}

/* The parts that are of the session's last recording, and of no other. The caller frees. */
static struct ct_workload **latest_parts(struct ct_session *s, size_t *n)
{
	struct ct_workload **found = NULL;
	size_t cap = 0;

	*n = 0;
	for (size_t i = 0; i < s->nworkloads; i++)
		ct_workload__for_each(part, s->workloads[i])
			if (part->recording + 1 == s->recordings && !part->total.parts)
				*CT_PUSH(found, *n, cap) = (struct ct_workload *)part;
	return found;
}

/* A SIGHUP may be among the acts that were lost. */
static void doubt_reloads(struct ct_workload **parts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (parts[i]->reload_seen == CT_NO)
			parts[i]->reload_seen = CT_UNKNOWN;
}

void ct_tally__take(struct ct_session *into, struct ct_session *from)
{
	ct_autoindex struct ct_index ix = {};
	size_t n;
	ct_autofree struct ct_workload **parts = latest_parts(into, &n);

	ct_index__init(&ix, n);
	for (size_t i = 0; i < n; i++)
		ct_index__put(&ix, ct_hash32(parts[i]->id, strlen(parts[i]->id)), i);
	if (ct_losses__may_hide_acts(&from->losses))
		doubt_reloads(parts, n);
	take_host(&into->host, &from->host);
	for (size_t i = 0; i < from->nworkloads; i++) {
		struct ct_workload *d = from->workloads[i];
		size_t at = ct_index__find(&ix, ct_hash32(d->id, strlen(d->id)), has_id, parts,
					   d->id);
		struct ct_workload *w = at == CT_INDEX_NONE ? take_new(into, d) : parts[at];

		if (at != CT_INDEX_NONE)
			ct_part__take(w, d);
		else
			take_into(w, d);
	}
	while (from->nworkloads)
		ct_session__remove(from, from->nworkloads - 1);
}
