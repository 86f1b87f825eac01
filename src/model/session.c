/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/session.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/util.h"
#include "model/names.h"

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

void ct_session__free_host(struct ct_host *h)
{
	free(h->captrim);
	free(h->kernel);
	free(h->arch);
	free(h->backend);
	free(h->boot_id);
	json_decref(h->rest);
	json_decref(h->trailer_rest);
}

static char *copy_text(const char *s)
{
	return s ? ct_xstrdup(s) : NULL;
}

void ct_session__copy_host(struct ct_host *to, const struct ct_host *from)
{
	*to = *from;
	to->captrim = copy_text(from->captrim);
	to->kernel = copy_text(from->kernel);
	to->arch = copy_text(from->arch);
	to->backend = copy_text(from->backend);
	to->boot_id = copy_text(from->boot_id);
	to->rest = from->rest ? json_deep_copy(from->rest) : NULL;
	to->trailer_rest = from->trailer_rest ? json_deep_copy(from->trailer_rest) : NULL;
}

static void kind__free(struct ct_kind *k)
{
	for (size_t i = 0; i < k->stack_len; i++)
		free(k->stack[i]);
	free(k->stack);
	free(k->syscall);
	ct_ranges__free(&k->in);
	json_decref(k->rest);
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
		ct_ranges__free(&w->acts[i].in);
		json_decref(w->acts[i].rest);
	}
	for (size_t i = 0; i < w->nexecs; i++) {
		free(w->execs[i].file);
		free(w->execs[i].argv);
		ct_ranges__free(&w->execs[i].in);
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
	ct_container__free(&w->container);
	free(w->id);
	free(w->cgroup_path);
	free(w->command);
	free(w->kernel);
	free(w->backend);
	free(w->setting);
	ct_ranges__free(&w->in);
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
	ct_session__free_host(&s->host);
	json_decref(s->others);
	free(s);
}

/* Of a container's id, people use the first 12 digits; other ids are names. */
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
	w->container.ran_before = CT_UNKNOWN;
	w->start_seen = CT_UNKNOWN;
	w->reload_seen = CT_UNKNOWN;
	w->end_seen = CT_UNKNOWN;
	w->syscalls = CT_UNKNOWN;
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
	sum->nodata += o->nodata;
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
		.nodata = a->nodata - b->nodata,
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

	*a = (struct ct_act){ .went_on = CT_UNKNOWN };
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

uint32_t ct_kind__times(const struct ct_kind *k)
{
	return k->times ? k->times : 1;
}

bool ct_act__went_on(const struct ct_act *a, const struct ct_workload *part)
{
	if (a->went_on != CT_UNKNOWN)
		return a->went_on == CT_YES;
	for (size_t i = 0; i < part->nexits; i++)
		if (a->proc.pid && part->exits[i].pid == a->proc.pid && part->exits[i].code)
			return false;
	return true;
}

struct ct_ranges ct_workload__in(const struct ct_workload *part, const struct ct_ranges *in)
{
	struct ct_ranges all = {};

	ct_ranges__copy(&all, in->len ? in : &part->in);
	if (!all.len)
		ct_ranges__add(&all, (uint32_t)part->recording);
	return all;
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

bool ct_workload__ran_before(const struct ct_workload *w)
{
	bool before = false;

	ct_workload__for_each(part, w) {
		if (part->start_seen == CT_YES && part->container.ran_before != CT_YES)
			return false;
		before |= part->container.ran_before == CT_YES;
	}
	return before;
}

uint64_t ct_workload__lost(const struct ct_workload *w)
{
	uint64_t lost = 0;

	ct_workload__for_each(part, w)
		lost += part->lost;
	return lost;
}

void ct_workload__add_unwatched(struct ct_workload *part, uint64_t ns, int64_t until_ms)
{
	part->unwatched_ns += ns;
	if (ns && until_ms > part->unwatched_until_ms)
		part->unwatched_until_ms = until_ms;
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
 * Docker keeps a health check in shell form without the shell in front, and the probe keeps no more
 * than CT_TEXT_LEN bytes of a command line.
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
	/* A service's ExecStartPre= and ExecReload= are part of it, and run in its bounding set. */
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
