/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * captrim.advice/1. Fields may be added; renaming or removing one needs a new number. json_read.c
 * reads back what is written here, so that a recommendation file can stand in for its recording.
 */
#include "base/json.h"
#include "emit/common.h"
#include "emit/emit.h"
#include "model/names.h"

/* Most readers of JSON take whole numbers only below 2^63. */
static void put_count(struct ct_json *j, const char *key, uint64_t n)
{
	ct_json__uint(j, key, n > INT64_MAX ? INT64_MAX : n);
}

static void put_tristate(struct ct_json *j, const char *key, enum ct_tristate v)
{
	if (v == CT_UNKNOWN)
		ct_json__str(j, key, NULL);
	else
		ct_json__bool(j, key, v == CT_YES);
}

static void put_host(struct ct_json *j, const struct ct_host *h)
{
	ct_json__object(j, "host");
	ct_json__str(j, "kernel", h->kernel);
	ct_json__opt_str(j, "arch", h->arch);
	ct_json__str(j, "backend", h->backend);
	ct_json__int(j, "cgroup", h->cgroup == 1 ? 1 : 2);
	ct_json__bool(j, "hybrid", h->cgroup == 3);
	ct_json__opt_str(j, "recorded_by", h->captrim);
	if (h->start_ms > 0)
		ct_json__int(j, "start_ms", h->start_ms);
	ct_json__end_object(j);
}

static void put_losses(struct ct_json *j, const struct ct_report *r)
{
	const struct ct_losses *l = &r->session->losses;

	ct_json__object(j, "losses");
	ct_json__uint(j, "events", l->events);
	ct_json__uint(j, "kinds", l->kinds);
	ct_json__uint(j, "acts", l->acts);
	ct_json__uint(j, "procs", l->procs);
	ct_json__uint(j, "stacks", l->stacks);
	ct_json__uint(j, "outcomes", l->outcomes);
	ct_json__uint(j, "missed", l->missed);
	ct_json__uint(j, "unattributed", l->unattributed);
	ct_json__uint(j, "lookups", l->lookups);
	ct_json__uint(j, "unknown_sites", r->unknown_sites);
	ct_json__bool(j, "truncated", l->truncated);
	ct_json__end_object(j);
}

static void put_container(struct ct_json *j, const struct ct_workload *w)
{
	const struct ct_container *c = &w->container;
	uint32_t engine_uid = ct_workload__engine_uid(w);

	ct_json__object(j, "container");
	ct_json__str(j, "id", c->id);
	ct_json__str(j, "name", c->name);
	ct_json__str(j, "image", c->image);
	ct_json__str(j, "image_digest", c->image_digest);
	ct_json__str(j, "project", c->project);
	ct_json__str(j, "service", c->service);
	ct_json__str(j, "user", c->user);
	put_tristate(j, "privileged", c->privileged);
	put_tristate(j, "userns", c->userns);
	ct_json__str(j, "network", c->network);
	put_tristate(j, "no_new_privileges", c->no_new_privs);
	if (c->ran_before == CT_YES)
		ct_json__bool(j, "ran_before", true);
	ct_json__str(j, "seccomp", ct_seccomp__name(c->seccomp));
	ct_json__opt_str(j, "engine", c->engine);
	ct_json__opt_str(j, "pid_mode", c->pid_mode);
	ct_json__opt_str(j, "ipc_mode", c->ipc_mode);
	ct_json__opt_str(j, "compose_files", c->compose_files);
	ct_json__opt_str(j, "compose_dir", c->compose_dir);
	ct_json__opt_str(j, "pod_uid", c->pod_uid);
	ct_json__opt_str(j, "owner", c->owner);
	if (c->owner_guessed)
		ct_json__bool(j, "owner_guessed", true);
	if (engine_uid)
		ct_json__uint(j, "engine_uid", engine_uid);
	ct_json__end_object(j);
}

static void put_sysctls(struct ct_json *j, const struct ct_sysctls *s)
{
	if (!s->known)
		return;
	ct_json__object(j, "sysctls");
	ct_json__uint(j, "port_start", s->port_start);
	ct_json__uint(j, "ping_low", s->ping_low);
	ct_json__uint(j, "ping_high", s->ping_high);
	ct_json__end_object(j);
}

/* Does it decide which rights the workload had, as the entry point or by giving more? */
static bool decides_rights(const struct ct_exec *e)
{
	return ct_exec__is_entry_point(e) || e->fcaps || e->setuid;
}

static void put_exec(struct ct_json *j, const struct ct_exec *e)
{
	ct_json__object(j, NULL);
	ct_json__opt_str(j, "file", e->file);
	ct_json__bool(j, "entry_point", ct_exec__is_entry_point(e));
	ct_json__uint(j, "uid", e->creds.uid);
	ct_json__uint(j, "gid", e->creds.gid);
	ct_json__uint(j, "euid", e->creds.euid);
	ct_json__uint(j, "egid", e->creds.egid);
	ct_json__uint(j, "userns_level", e->creds.userns_level);
	ct_emit__json_caps(j, "file_capabilities", e->fcaps);
	ct_json__bool(j, "setuid", e->setuid);
	ct_json__bool(j, "no_new_privileges", e->creds.no_new_privs);
	ct_json__end_object(j);
}

static bool reads_same(const struct ct_exec *a, const struct ct_exec *b)
{
	return a->entry == b->entry && a->was == b->was && ct_str_equal(a->file, b->file) &&
	       a->creds.uid == b->creds.uid && a->creds.gid == b->creds.gid &&
	       a->creds.euid == b->creds.euid && a->creds.egid == b->creds.egid &&
	       a->creds.userns_level == b->creds.userns_level && a->fcaps == b->fcaps &&
	       a->setuid == b->setuid && a->creds.no_new_privs == b->creds.no_new_privs;
}

/* Execs of all parts, since readers of the advice judge by them; other parts add only new ones. */
static void put_execs(struct ct_json *j, const struct ct_workload *w)
{
	const struct ct_exec **put = NULL;
	size_t n = 0, cap = 0;

	ct_json__array(j, "execs");
	ct_workload__for_each(part, w)
		for (size_t i = 0; i < part->nexecs; i++) {
			const struct ct_exec *e = &part->execs[i];
			bool known = !decides_rights(e);

			for (size_t k = 0; k < n && !known; k++)
				known = part != w && reads_same(put[k], e);
			if (known)
				continue;
			*CT_PUSH(put, n, cap) = e;
			put_exec(j, e);
		}
	ct_json__end_array(j);
	free(put);
}

/* What the confidence rests on. kinds is null in a recommendation that was made before it was
 * recorded. */
static void put_exercised(struct ct_json *j, const struct ct_advice *a)
{
	struct ct_exercised e = ct_workload__exercised(a->workload);
	ct_autofree char *seconds = ct_xasprintf("%.3f", e.ns / 1e9);
	ct_autofree char *longest = ct_xasprintf("%.3f", e.longest.ns / 1e9);
	ct_autofree char *quiet = ct_xasprintf("%.3f", e.longest.quiet_ns / 1e9);

	ct_json__object(j, "exercised");
	put_count(j, "checks", a->checks);
	if (e.kinds || !a->checks)
		put_count(j, "kinds", e.kinds);
	else
		ct_json__str(j, "kinds", NULL);
	ct_json__raw(j, "seconds", seconds);
	ct_json__raw(j, "longest_seconds", longest);
	ct_json__raw(j, "seconds_without_new_kind", quiet);
	put_tristate(j, "start_seen", e.start_seen);
	put_tristate(j, "end_seen", e.end_seen);
	put_tristate(j, "reload_seen", e.reload_seen);
	ct_json__array(j, "phases");
	for (size_t i = 0; ct_phase_names[i]; i++)
		if (e.phases >> i & 1)
			ct_json__str(j, NULL, ct_phase_names[i]);
	ct_json__end_array(j);
	ct_json__end_object(j);
}

static void put_verified(struct ct_json *j, const struct ct_verified *v)
{
	ct_json__object(j, "verified");
	ct_json__int(j, "runs", v->runs);
	ct_json__str(j, "check", v->check);
	ct_json__str(j, "result", v->result);
	ct_json__bool(j, "flaky", v->flaky);
	ct_emit__json_caps(j, "degraded", v->degraded);
	if (v->kept)
		ct_emit__json_caps(j, "kept", v->kept);
	ct_json__opt_str(j, "privileged", v->privileged);
	ct_json__array(j, "list");
	for (size_t i = 0; i < v->nlist; i++) {
		const struct ct_verify_run *run = &v->list[i];

		ct_json__object(j, NULL);
		ct_json__bool(j, "recording", run->recording);
		ct_emit__json_caps(j, "set", run->set);
		ct_json__str(j, "ending", run->ending);
		ct_json__str(j, "why", run->why);
		ct_emit__json_caps(j, "refused", run->refused);
		ct_json__uint(j, "ms", run->ns / 1000000);
		ct_json__opt_uint(j, "start", run->start);
		ct_json__end_object(j);
	}
	ct_json__end_array(j);
	ct_json__end_object(j);
}

static void put_advice(struct ct_json *j, const struct ct_advice *a)
{
	ct_json__object(j, "advice");
	ct_json__bool(j, "complete", !a->gaps);
	ct_json__array(j, "incomplete_reasons");
	for (size_t i = 0; ct_gap_names[i]; i++)
		if (a->gaps >> i & 1)
			ct_json__str(j, NULL, ct_gap_names[i]);
	ct_json__end_array(j);
	ct_json__array(j, "cap_drop");
	ct_json__str(j, NULL, "ALL");
	ct_json__end_array(j);
	ct_emit__json_caps(j, "cap_add", a->cap_add);
	ct_emit__json_caps(j, "optional", ct_advice__left_out(a));
	ct_emit__json_caps(j, "removed", a->removed);
	ct_json__str(j, "confidence", ct_confidence__name(a->confidence));
	ct_json__str(j, "why", a->why ? a->why : "");
	ct_json__end_object(j);
	if (a->verified.result)
		put_verified(j, &a->verified);
}

static void put_warnings(struct ct_json *j, const struct ct_advice *a)
{
	ct_json__array(j, "warnings");
	for (size_t i = 0; i < a->nwarnings; i++) {
		const struct ct_warning *w = &a->warnings[i];

		ct_json__object(j, NULL);
		ct_json__str(j, "code", w->code);
		ct_json__str(j, "capability", w->cap < 0 ? NULL : ct_cap__name(w->cap));
		ct_json__str(j, "text", w->text);
		ct_json__end_object(j);
	}
	ct_json__end_array(j);
}

static void put_outcome(struct ct_json *j, const struct ct_outcome *o)
{
	if (!(o->ok | o->eperm | o->eacces | o->other))
		return;
	ct_json__object(j, "outcome");
	put_count(j, "ok", o->ok);
	put_count(j, "eperm", o->eperm);
	put_count(j, "eacces", o->eacces);
	put_count(j, "other", o->other);
	ct_json__end_object(j);
}

static void put_reason(struct ct_json *j, const struct ct_reason *r)
{
	ct_json__object(j, NULL);
	ct_json__str(j, "site", r->site);
	ct_json__str(j, "syscall", r->syscall);
	ct_json__str(j, "process", r->process);
	ct_json__str(j, "phase", r->phase);
	put_count(j, "count", r->granted + r->denied);
	ct_json__str(j, "text", r->text);
	ct_json__str(j, "verdict", ct_verdict__name(r->verdict));
	ct_emit__json_caps(j, "any_of", r->any_of);
	ct_json__str(j, "scope", ct_scope__name(r->scope));
	put_count(j, "granted", r->granted);
	put_count(j, "denied", r->denied);
	put_outcome(j, &r->outcome);
	ct_json__bool(j, "known", r->known);
	ct_json__bool(j, "doubtful", r->doubtful);
	ct_json__str(j, "source", r->source);
	ct_json__opt_uint(j, "first_ns", r->first_ns);
	ct_json__opt_uint(j, "last_ns", r->last_ns);
	ct_json__end_object(j);
}

static void put_capability(struct ct_json *j, const struct ct_cap_verdict *cv)
{
	ct_json__object(j, NULL);
	ct_json__str(j, "name", ct_cap__name(cv->cap));
	ct_json__str(j, "verdict", ct_verdict__name(cv->verdict));
	ct_json__bool(j, "chosen", cv->chosen);
	put_count(j, "granted", cv->granted);
	put_count(j, "denied", cv->denied);
	ct_json__opt_uint(j, "seen_in", cv->seen_in);
	if (cv->host_use)
		ct_json__bool(j, "host_use", true);
	ct_json__str(j, "scope", ct_scope__name(cv->scope));
	ct_json__str(j, "risk", ct_risk__name(cv->risk));
	ct_emit__json_caps(j, "alternatives", cv->alternatives);
	ct_json__array(j, "reasons");
	for (size_t i = 0; i < cv->nreasons; i++)
		put_reason(j, &cv->reasons[i]);
	ct_json__end_array(j);
	ct_json__end_object(j);
}

/* What the set was compared with, needed to merge this advice with another one. */
static void put_targets(struct ct_json *j, const struct ct_advice *a)
{
	if (!a->ntargets)
		return;
	ct_json__array(j, "targets");
	for (size_t i = 0; i < a->ntargets; i++) {
		const struct ct_target *t = &a->targets[i];

		ct_json__object(j, NULL);
		ct_json__str(j, "site", ct_target__site(t->kind));
		ct_emit__json_caps(j, "holds", t->holds);
		ct_json__opt_str(j, "syscall", t->syscall);
		ct_json__opt_str(j, "process", t->process);
		ct_json__str(j, "phase", t->phase);
		put_count(j, "count", t->count);
		ct_json__opt_uint(j, "seen_in", t->seen_in);
		ct_json__end_object(j);
	}
	ct_json__end_array(j);
}

static void put_workload(struct ct_json *j, const struct ct_advice *a)
{
	const struct ct_workload *w = a->workload;
	uint64_t configured;

	ct_json__object(j, NULL);
	ct_json__str(j, "id", w->id);
	ct_json__str(j, "kind", ct_workload_kind__name(w->kind));
	ct_json__str(j, "runtime", ct_runtime__name(w->runtime));
	ct_json__str(j, "label", ct_workload__label(w));
	ct_json__opt_str(j, "command", w->command);
	put_container(j, w);
	if (ct_workload__configured(w, &configured))
		ct_emit__json_caps(j, "configured", configured);
	else
		ct_json__str(j, "configured", NULL);
	put_count(j, "checks", a->checks);
	ct_json__uint(j, "recordings", a->recordings);
	ct_json__opt_uint(j, "unknown_sites", a->unknown_sites);
	ct_json__opt_uint(j, "first_ns", w->first_ns);
	ct_json__opt_uint(j, "last_ns", w->last_ns);
	put_sysctls(j, &w->sysctls);
	put_execs(j, w);
	put_exercised(j, a);
	put_advice(j, a);
	put_targets(j, a);
	put_warnings(j, a);
	ct_json__array(j, "capabilities");
	for (size_t i = 0; i < a->ncaps; i++)
		put_capability(j, &a->caps[i]);
	ct_json__end_array(j);
	ct_json__end_object(j);
}

void ct_emit__json(const struct ct_report *r, FILE *out)
{
	struct ct_json j = CT_JSON(out, 2);

	ct_json__object(&j, NULL);
	ct_json__str(&j, "schema", "captrim.advice/1");
	ct_json__str(&j, "captrim", CT_VERSION);
	put_host(&j, &r->session->host);
	put_losses(&j, r);
	ct_json__array(&j, "workloads");
	for (size_t i = 0; i < r->nadvices; i++)
		put_workload(&j, &r->advices[i]);
	ct_json__end_array(&j);
	ct_json__end_object(&j);
	fputc('\n', out);
}
