// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/util.h"
#include "model/names.h"
#include "model/session.h"

const char *const ct_workload_kind_names[] = { "container", "unit", "command", "cgroup", NULL };
const char *const ct_runtime_names[] = {
	"none",
#define CT_RUNTIME(id, object, name) name,
#include "model/runtimes.def"
#undef CT_RUNTIME
	NULL,
};
const char *const ct_phase_names[] = { "main", "exec", "health", "setup", NULL };
const char *const ct_seccomp_names[] = { "unknown", "none", "default", "custom", NULL };

struct ct_session *ct_session__new(void)
{
	struct ct_session *s = ct_xzalloc(sizeof(*s));

	s->host.outcomes = CT_UNKNOWN;
	s->host.syscalls = CT_UNKNOWN;
	s->recordings = 1;
	return s;
}

static void container__free(struct ct_container *c)
{
	free(c->id);
	free(c->name);
	free(c->image);
	free(c->image_digest);
	free(c->engine);
	free(c->project);
	free(c->service);
	free(c->compose_files);
	free(c->compose_dir);
	free(c->user);
	free(c->network);
	free(c->pid_mode);
	free(c->ipc_mode);
	free(c->health);
	ct_seccomp_profile__free(&c->profile);
}

static void kind__free(struct ct_kind *k)
{
	for (size_t i = 0; i < k->stack_len; i++)
		free(k->stack[i]);
	free(k->stack);
	free(k->syscall);
	json_decref(k->rest);
}

void ct_container__forget_compose(struct ct_container *c)
{
	char **const fields[] = { &c->project, &c->service, &c->compose_files, &c->compose_dir };

	for (size_t i = 0; i < CT_ARRAY_SIZE(fields); i++) {
		free(*fields[i]);
		*fields[i] = NULL;
	}
}

void ct_workload__free(struct ct_workload *w)
{
	for (size_t i = 0; i < w->nmore; i++)
		ct_workload__free(w->more[i]);
	free(w->more);
	for (size_t i = 0; i < w->nkinds; i++)
		kind__free(&w->kinds[i]);
	for (size_t i = 0; i < w->nacts; i++) {
		free(w->acts[i].syscall);
		json_decref(w->acts[i].rest);
	}
	for (size_t i = 0; i < w->nexecs; i++) {
		free(w->execs[i].file);
		free(w->execs[i].argv);
		json_decref(w->execs[i].rest);
	}
	for (size_t i = 0; i < w->nexits; i++) {
		free(w->exits[i].comm);
		json_decref(w->exits[i].rest);
	}
	free(w->kinds);
	free(w->acts);
	free(w->execs);
	free(w->exits);
	container__free(&w->container);
	free(w->id);
	free(w->cgroup_path);
	free(w->command);
	free(w->kernel);
	free(w->sent);
	json_decref(w->rest);
	json_decref(w->others);
	free(w);
}

void ct_session__remove(struct ct_session *s, size_t index)
{
	ct_workload__free(s->workloads[index]);
	s->nworkloads--;
	memmove(&s->workloads[index], &s->workloads[index + 1],
		(s->nworkloads - index) * sizeof(*s->workloads));
}

void ct_session__free(struct ct_session *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->nworkloads; i++)
		ct_workload__free(s->workloads[i]);
	free(s->workloads);
	free(s->host.captrim);
	free(s->host.kernel);
	free(s->host.arch);
	free(s->host.backend);
	free(s->host.boot_id);
	json_decref(s->host.rest);
	json_decref(s->host.trailer_rest);
	json_decref(s->others);
	free(s);
}

/* A container's id is known by its first 12 digits; other ids are names. */
static void shorten_id(char *out, size_t size, const char *id)
{
	size_t len = strspn(id, "0123456789abcdef");

	snprintf(out, size, "%.*s", len == 64 && !id[len] ? 12 : 0, id);
}

struct ct_workload *ct_session__add(struct ct_session *s, const char *id)
{
	struct ct_workload *w = ct_xzalloc(sizeof(*w));

	w->id = ct_xstrdup(id);
	shorten_id(w->short_id, sizeof(w->short_id), id);
	w->container.privileged = CT_UNKNOWN;
	w->container.userns = CT_UNKNOWN;
	w->container.no_new_privs = CT_UNKNOWN;
	w->start_seen = CT_UNKNOWN;
	w->reload_seen = CT_UNKNOWN;
	w->end_seen = CT_UNKNOWN;
	*CT_PUSH(s->workloads, s->nworkloads, s->workloads_cap) = w;
	return w;
}

struct ct_workload *ct_session__find(const struct ct_session *s, const char *id)
{
	for (size_t i = 0; i < s->nworkloads; i++)
		if (!strcmp(s->workloads[i]->id, id))
			return s->workloads[i];
	return NULL;
}

void ct_outcome__add(struct ct_outcome *sum, const struct ct_outcome *o)
{
	sum->ok += o->ok;
	sum->eperm += o->eperm;
	sum->eacces += o->eacces;
	sum->other += o->other;
	sum->found += o->found;
	sum->made += o->made;
	sum->same_session += o->same_session;
	sum->other_session += o->other_session;
	sum->own_file += o->own_file;
	sum->other_file += o->other_file;
	sum->sgid += o->sgid;
	sum->no_sgid += o->no_sgid;
	sum->listed += o->listed;
	sum->empty += o->empty;
}

struct ct_outcome ct_outcome__minus(const struct ct_outcome *a, const struct ct_outcome *b)
{
	return (struct ct_outcome){
		.ok = a->ok - b->ok,
		.eperm = a->eperm - b->eperm,
		.eacces = a->eacces - b->eacces,
		.other = a->other - b->other,
		.found = a->found - b->found,
		.made = a->made - b->made,
		.same_session = a->same_session - b->same_session,
		.other_session = a->other_session - b->other_session,
		.own_file = a->own_file - b->own_file,
		.other_file = a->other_file - b->other_file,
		.sgid = a->sgid - b->sgid,
		.no_sgid = a->no_sgid - b->no_sgid,
		.listed = a->listed - b->listed,
		.empty = a->empty - b->empty,
	};
}

bool ct_outcome__is_known(const struct ct_outcome *o)
{
	return o->ok || o->eperm || o->eacces || o->other || o->found || o->made ||
	       o->same_session || o->other_session || o->own_file || o->other_file || o->sgid ||
	       o->no_sgid || o->listed || o->empty;
}

struct ct_kind *ct_workload__add_kind(struct ct_workload *w)
{
	struct ct_kind *k = CT_PUSH(w->kinds, w->nkinds, w->kinds_cap);

	*k = (struct ct_kind){ 0 };
	return k;
}

void ct_workload__truncate_kinds(struct ct_workload *w, size_t n)
{
	while (w->nkinds > n)
		kind__free(&w->kinds[--w->nkinds]);
}

struct ct_act *ct_workload__add_act(struct ct_workload *w)
{
	struct ct_act *a = CT_PUSH(w->acts, w->nacts, w->acts_cap);

	*a = (struct ct_act){ 0 };
	return a;
}

struct ct_exec *ct_workload__add_exec(struct ct_workload *w)
{
	struct ct_exec *e = CT_PUSH(w->execs, w->nexecs, w->execs_cap);

	*e = (struct ct_exec){ 0 };
	return e;
}

struct ct_exit *ct_workload__add_exit(struct ct_workload *w)
{
	struct ct_exit *e = CT_PUSH(w->exits, w->nexits, w->exits_cap);

	*e = (struct ct_exit){ 0 };
	return e;
}

bool ct_workload__configured(const struct ct_workload *w, uint64_t *set)
{
	bool known = false;

	*set = 0;
	ct_workload__for_each(part, w) {
		known |= part->configured_known;
		*set |= part->configured_known ? part->configured : 0;
	}
	return known;
}

/* From the first to the last that was seen of it: checks, starts of programs, and ends. */
static uint64_t watched_ns(const struct ct_workload *part)
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

/* The entry point's execve, and the main process's end, as far as they were kept. */
static void find_ends(const struct ct_workload *w, uint64_t *start, uint64_t *end)
{
	for (size_t i = 0; i < w->nexecs && w->start_seen == CT_YES; i++)
		if (ct_exec__is_entry_point(&w->execs[i]))
			*start = w->execs[i].ns;
	for (size_t i = 0; i < w->nexits && w->end_seen == CT_YES; i++)
		if (w->exits[i].entry == CT_ENTRY_MAIN && w->exits[i].ns > *end)
			*end = w->exits[i].ns;
}

/* The session's own times hold only for what was recorded with it, not for what was added. */
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
	/* Others of it may have gone on when the main process had ended. */
	if (w->last_ns > w->to_ns)
		w->to_ns = w->last_ns;
}

void ct_session__conclude(struct ct_session *s)
{
	for (size_t i = 0; i < s->nworkloads; i++)
		conclude(s->workloads[i], &s->host);
}

/* When it ends, a workload does what it has not done before: that is not counted as growing. */
#define ENDING_NS 10000000000ull

/* How long no new kind of check was seen until the end. */
static uint64_t quiet_ns(const struct ct_workload *part)
{
	uint64_t ns = watched_ns(part), last = part->from_ns, end = part->to_ns;

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

uint64_t ct_workload__watched_ns(const struct ct_workload *w)
{
	uint64_t sum = 0;

	ct_workload__for_each(part, w)
		sum += watched_ns(part);
	return sum;
}

struct ct_watched ct_workload__part_watched(const struct ct_workload *part)
{
	uint64_t ns = part->told.ns ? part->told.longest.ns : watched_ns(part);

	return (struct ct_watched){ ns, quiet_ns(part) };
}

static uint32_t phase_bit(const struct ct_workload *w, uint32_t entry)
{
	return 1u << ct_names__find(ct_phase_names, ct_workload__phase(w, entry));
}

/* What one part knows and another does not is known; seen by one is seen. */
static void join(enum ct_tristate *seen, enum ct_tristate by_part)
{
	if (by_part > *seen)
		*seen = by_part;
}

uint64_t ct_workload__lost(const struct ct_workload *w)
{
	uint64_t lost = 0;

	ct_workload__for_each(part, w)
		lost += part->lost;
	return lost;
}

struct ct_exercised ct_workload__exercised(const struct ct_workload *w)
{
	struct ct_exercised e = {
		.start_seen = CT_UNKNOWN,
		.end_seen = CT_UNKNOWN,
		.reload_seen = CT_UNKNOWN,
	};

	ct_workload__for_each(part, w) {
		e.kinds += part->told.kinds + part->nkinds;
		e.ns += watched_ns(part);
		struct ct_watched watched = ct_workload__part_watched(part);

		if (watched.ns > e.longest.ns)
			e.longest = watched;
		e.phases |= part->told.phases;
		join(&e.start_seen, part->start_seen);
		join(&e.end_seen, part->end_seen);
		join(&e.reload_seen, part->reload_seen);
		for (size_t i = 0; i < part->nkinds; i++)
			e.phases |= phase_bit(part, part->kinds[i].key.entry);
		for (size_t i = 0; i < part->nexecs && !part->told.kinds; i++)
			e.phases |= phase_bit(part, part->execs[i].entry);
	}
	return e;
}

int ct_names__find(const char *const *names, const char *name)
{
	for (int i = 0; names[i]; i++)
		if (!strcmp(names[i], name))
			return i;
	return -EINVAL;
}

const char *ct_names__get(const char *const *names, int value)
{
	for (int i = 0; names[i]; i++)
		if (i == value)
			return names[i];
	return "?";
}

const char *ct_workload_kind__name(enum ct_workload_kind kind)
{
	return ct_names__get(ct_workload_kind_names, kind);
}

int ct_workload_kind__parse(const char *name)
{
	return ct_names__find(ct_workload_kind_names, name);
}

const char *ct_runtime__name(enum ct_runtime rt)
{
	return ct_names__get(ct_runtime_names, rt);
}

int ct_runtime__parse(const char *name)
{
	return ct_names__find(ct_runtime_names, name);
}

const char *ct_seccomp__name(enum ct_seccomp s)
{
	return ct_names__get(ct_seccomp_names, s);
}

int ct_seccomp__parse(const char *name)
{
	return ct_names__find(ct_seccomp_names, name);
}

/*
 * Docker keeps the shell form of a check without the shell in front, and the
 * probe keeps no more of a command line than CT_TEXT_LEN.
 */
static bool is_health_check(const char *argv, const char *health)
{
	size_t len = strlen(argv), want = strlen(health);
	const char *shell;

	if (!want || !len)
		return false;
	if (!strcmp(argv, health))
		return true;
	shell = strstr(argv, " -c ");
	if (shell && !strcmp(shell + 4, health))
		return true;
	if (len < CT_TEXT_LEN - 1)
		return false;
	return !strncmp(argv, health, len) ||
	       (shell && !strncmp(shell + 4, health, strlen(shell + 4)));
}

const char *ct_workload__phase(const struct ct_workload *w, uint32_t entry)
{
	if (entry == CT_ENTRY_MAIN || entry == CT_ENTRY_ENTERED)
		return "main";
	if (entry == CT_ENTRY_SETUP)
		return "setup";
	/* A service's ExecStartPre and ExecReload are its own, within its own bounding set. */
	if (w->kind == CT_WL_UNIT)
		return "main";
	for (size_t i = 0; w->container.health && i < w->nexecs; i++) {
		const struct ct_exec *e = &w->execs[i];

		if (e->entry == entry && e->argv && is_health_check(e->argv, w->container.health))
			return "health";
	}
	return "exec";
}

const char *ct_workload__label(const struct ct_workload *w)
{
	const struct ct_container *c = &w->container;

	if (w->kind == CT_WL_CONTAINER && c->name && *c->name)
		return c->name;
	if (w->kind == CT_WL_COMMAND && w->command && *w->command)
		return w->command;
	return *w->short_id ? w->short_id : w->id;
}
