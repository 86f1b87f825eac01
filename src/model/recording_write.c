/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes a session as the lines of a recording file. */
#include <errno.h>

#include "base/outfile.h"
#include "base/util.h"
#include "model/names.h"
#include "model/recording.h"
#include "model/recording_fields.h"

static void begin(struct ct_json *j, const char *type, size_t workload)
{
	ct_json__object(j, NULL);
	ct_json__str(j, "type", type);
	ct_json__uint(j, "workload", workload);
}

/* The objects nested in each document: their unknown members are written within them. */
static const char *const in_none[] = { NULL };
static const char *const in_workload[] = { "container", "sysctls", NULL };
static const char *const in_kind[] = { "sample", "outcome", NULL };
static const char *const in_sample[] = { "proc", "creds", NULL };
static const char *const in_act[] = { "proc", NULL };
static const char *const in_exec[] = { "creds", NULL };
static const char *const in_trailer[] = { "losses", NULL };

/* Writes the unknown members of an object, except those of the objects nested in it. */
static void write_rest(struct ct_json *j, const json_t *rest, const char *const *within)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)rest, key, value) {
		/* ASCII only: whatever it is, it does nothing to a terminal. */
		ct_autofree char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_ENSURE_ASCII |
								   JSON_COMPACT);

		if (text && ct_names__find(within, key) < 0)
			ct_json__raw(j, key, text);
	}
}

static void end(struct ct_json *j, const json_t *rest, const char *const *within)
{
	write_rest(j, rest, within);
	ct_json__end_object(j);
	fputc('\n', j->out);
}

/* rest is that of the object that it is nested in. */
static void write_nested(struct ct_json *j, const char *key, const struct ct_field *fields,
			 const void *obj, const json_t *rest)
{
	ct_json__object(j, key);
	ct_fields__write(fields, obj, j);
	write_rest(j, json_object_get(rest, key), in_none);
	ct_json__end_object(j);
}

/* Writes documents of a newer captrim; index is that of the workload they belong to, or NULL. */
static void write_others(struct ct_json *j, const json_t *others, const size_t *index)
{
	size_t i;
	json_t *doc;

	json_array_foreach(others, i, doc) {
		json_t *copy = json_copy(doc);
		ct_autofree char *text = NULL;

		if (index)
			json_object_set_new(copy, "workload", json_integer((json_int_t)*index));
		text = json_dumps(copy, JSON_ENSURE_ASCII | JSON_COMPACT);
		json_decref(copy);
		if (text)
			fprintf(j->out, "%s\n", text);
	}
}

static void write_header(struct ct_json *j, const struct ct_host *host)
{
	ct_json__object(j, NULL);
	ct_json__str(j, "schema", CT_RECORDING_SCHEMA);
	ct_fields__write(ct_host_fields, host, j);
	ct_json__str(j, "clock", "monotonic");
	end(j, host->rest, in_none);
}

static void write_workload(struct ct_json *j, const struct ct_workload *w)
{
	ct_json__object(j, NULL);
	ct_json__str(j, "type", "workload");
	ct_json__str(j, "id", w->id);
	ct_fields__write(ct_workload_fields, w, j);
	if (w->configured_known)
		ct_fields__write(ct_configured_fields, w, j);
	write_nested(j, "container", ct_container_fields, &w->container, w->rest);
	if (w->sysctls.known)
		write_nested(j, "sysctls", ct_sysctls_fields, &w->sysctls, w->rest);
	end(j, w->rest, in_workload);
}

static void write_sample(struct ct_json *j, const struct ct_kind *k)
{
	const json_t *rest = json_object_get(k->rest, "sample");

	ct_json__object(j, "sample");
	write_nested(j, "proc", ct_proc_fields, &k->proc, rest);
	write_nested(j, "creds", ct_creds_fields, &k->creds, rest);
	ct_json__array(j, "args");
	for (size_t i = 0; i < CT_ARGS; i++)
		ct_fields__hex(j, NULL, k->args[i]);
	ct_json__end_array(j);
	ct_fields__write(ct_sample_fields, k, j);
	write_rest(j, rest, in_sample);
	ct_json__end_object(j);
}

static void write_kind(struct ct_json *j, const struct ct_kind *k, size_t workload)
{
	begin(j, "kind", workload);
	/* These two are for people with grep and jq. */
	ct_json__str(j, "cap_name", ct_cap__name(k->key.cap));
	ct_json__bool(j, "granted", k->key.flags & CT_F_GRANTED);
	ct_fields__write(ct_kind_fields, k, j);
	if (k->stack_len) {
		ct_json__array(j, "stack");
		for (size_t i = 0; i < k->stack_len; i++)
			ct_json__str(j, NULL, k->stack[i] ? k->stack[i] : "?");
		ct_json__end_array(j);
	}
	if (k->sampled)
		write_sample(j, k);
	if (ct_outcome__is_known(&k->outcome) || json_object_get(k->rest, "outcome"))
		write_nested(j, "outcome", ct_outcome_fields, k, k->rest);
	end(j, k->rest, in_kind);
}

static void write_rule(struct ct_json *j, const struct ct_seccomp_rule *r, size_t workload)
{
	begin(j, "seccomp_rule", workload);
	ct_fields__write(ct_seccomp_rule_fields, r, j);
	if (r->nargs) {
		ct_json__array(j, "args");
		for (size_t i = 0; i < r->nargs; i++) {
			ct_json__object(j, NULL);
			ct_fields__write(ct_seccomp_arg_fields, &r->args[i], j);
			ct_json__end_object(j);
		}
		ct_json__end_array(j);
	}
	end(j, r->rest, in_none);
}

static void write_act(struct ct_json *j, const struct ct_act *a, size_t workload)
{
	begin(j, "act", workload);
	ct_fields__write(ct_act_fields, a, j);
	if (a->proc.pid || json_object_get(a->rest, "proc"))
		write_nested(j, "proc", ct_proc_fields, &a->proc, a->rest);
	end(j, a->rest, in_act);
}

static void write_exec(struct ct_json *j, const struct ct_exec *e, size_t workload)
{
	begin(j, "exec", workload);
	ct_fields__write(ct_exec_fields, e, j);
	write_nested(j, "creds", ct_creds_fields, &e->creds, e->rest);
	end(j, e->rest, in_exec);
}

static void write_exit(struct ct_json *j, const struct ct_exit *e, size_t workload)
{
	begin(j, "exit", workload);
	ct_fields__write(ct_exit_fields, e, j);
	end(j, e->rest, in_none);
}

/* number counts the parts of all workloads; if nothing was merged, it is the workload's index. */
static void write_documents(struct ct_json *j, const struct ct_workload *w, size_t number)
{
	for (size_t n = 0; n < w->container.profile.nrules; n++)
		write_rule(j, &w->container.profile.rules[n], number);
	for (size_t n = 0; n < w->nkinds; n++)
		write_kind(j, &w->kinds[n], number);
	for (size_t n = 0; n < w->nacts; n++)
		write_act(j, &w->acts[n], number);
	for (size_t n = 0; n < w->nexecs; n++)
		write_exec(j, &w->execs[n], number);
	for (size_t n = 0; n < w->nexits; n++)
		write_exit(j, &w->exits[n], number);
	write_others(j, w->others, &number);
}

int ct_recording__write_stream(const struct ct_session *s, FILE *out)
{
	struct ct_json j = CT_JSON(out, 0);
	size_t number = 0;

	write_header(&j, &s->host);
	/* One that names a workload of a later line belongs to none, and must not seem to now. */
	write_others(&j, s->others, NULL);
	for (size_t i = 0; i < s->nworkloads; i++)
		ct_workload__for_each(part, s->workloads[i])
			write_workload(&j, part);
	for (size_t i = 0; i < s->nworkloads; i++)
		ct_workload__for_each(part, s->workloads[i])
			write_documents(&j, part, number++);
	ct_json__object(&j, NULL);
	ct_json__str(&j, "type", "trailer");
	write_nested(&j, "losses", ct_losses_fields, &s->losses, s->host.trailer_rest);
	ct_fields__write(ct_trailer_fields, &s->host, &j);
	end(&j, s->host.trailer_rest, in_trailer);
	return ferror(out) ? -EIO : 0;
}

int ct_recording__write(const struct ct_session *s, const char *path, struct ct_err *err)
{
	ct_autooutfile struct ct_outfile *f = NULL;
	FILE *out;
	int ret;

	ret = ct_outfile__open_private(path, &f, &out, err);
	if (ret)
		return ret;
	ct_recording__write_stream(s, out);
	return ct_outfile__commit(ct_steal(f), err);
}
