/* SPDX-License-Identifier: GPL-2.0-only */
#include "emit/json_read.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "emit/json_read_priv.h"
#include "model/names.h"

#define FAMILY	 "captrim.advice/"
#define HEAD	 512 /* bytes of a damaged file in which its schema line is searched */
#define NOT_OURS "give what 'captrim advise --format json' wrote"

/* In the order of their enumerations. */
static const char *const verdict_names[] = { "unneeded", "optional", "required", NULL };
static const char *const scope_names[] = { "none", "namespace", "host", NULL };
static const char *const risk_names[] = { "low", "medium", "high", NULL };
static const char *const confidence_names[] = { "low", "medium", "high", "proved", NULL };
static const char *const result_names[] = { "minimal", "sufficient", "failed", NULL };

#define F(kind, path, label, ...) CT_FIELD(struct ct_host, kind, path, label, ##__VA_ARGS__)
static const struct ct_field host_fields[] = {
	F(STR, kernel, "kernel"),
	F(STR, arch, "arch"),
	F(STR, backend, "backend"),
	F(INT, cgroup, "cgroup"),
	F(STR, captrim, "recorded_by"),
	F(INT, start_ms, "start_ms"),
	{ 0 },
};
#undef F

#define F(kind, member, ...) CT_FIELD(struct ct_losses, kind, member, #member, ##__VA_ARGS__)
static const struct ct_field losses_fields[] = {
	F(UINT, events),  F(UINT, kinds),     F(UINT, acts),   F(UINT, procs),
	F(UINT, stacks),  F(UINT, outcomes),  F(UINT, missed), F(UINT, unattributed),
	F(UINT, lookups), F(BOOL, truncated), { 0 },
};
#undef F

/* In "losses", too, although the report counts it and not the recording. */
static const struct ct_field unknown_fields[] = {
	CT_FIELD(struct ct_report, UINT, unknown_sites, "unknown_sites"),
	{ 0 },
};

#define F(kind, path, label, ...) CT_FIELD(struct ct_advice, kind, path, label, ##__VA_ARGS__)
static const struct ct_field counts_fields[] = {
	/* beside "advice" */
	F(UINT, checks, "checks"),
	F(UINT, recordings, "recordings", .max = INT32_MAX),
	F(UINT, unknown_sites, "unknown_sites"),
	{ 0 },
};
static const struct ct_field advice_fields[] = {
	F(NAME, confidence, "confidence", .names = confidence_names),
	F(STR, why, "why"),
	{ 0 },
};
#undef F

#define F(kind, member) CT_FIELD(struct ct_verified, kind, member, #member)
static const struct ct_field verified_fields[] = {
	F(INT, runs), F(STR, check), F(STR, result), F(BOOL, flaky), F(STR, privileged), { 0 },
};
#undef F

#define F(kind, path, ...) CT_FIELD(struct ct_cap_verdict, kind, path, #path, ##__VA_ARGS__)
static const struct ct_field cap_fields[] = {
	F(NAME, verdict, .names = verdict_names),
	F(BOOL, chosen),
	F(UINT, granted),
	F(UINT, denied),
	F(UINT, seen_in),
	F(BOOL, host_use),
	F(NAME, scope, .names = scope_names),
	F(NAME, risk, .names = risk_names),
	{ 0 },
};
#undef F

#define F(kind, path) CT_FIELD(struct ct_target, kind, path, #path)
static const struct ct_field target_fields[] = {
	F(STR, syscall), F(STR, process), F(UINT, count), F(UINT, seen_in), { 0 },
};
#undef F

#define F(kind, path, ...) CT_FIELD(struct ct_reason, kind, path, #path, ##__VA_ARGS__)
static const struct ct_field reason_fields[] = {
	F(STR, site),
	F(STR, syscall),
	F(STR, process),
	F(STR, text),
	F(NAME, verdict, .names = verdict_names),
	F(NAME, scope, .names = scope_names),
	F(UINT, granted),
	F(UINT, denied),
	F(BOOL, known),
	F(BOOL, doubtful),
	F(UINT, first_ns),
	F(UINT, last_ns),
	{ 0 },
};
#undef F

#define F(kind, path, ...) CT_FIELD(struct ct_outcome, kind, path, #path, ##__VA_ARGS__)
static const struct ct_field outcome_fields[] = {
	F(UINT, ok), F(UINT, eperm), F(UINT, eacces), F(UINT, other), { 0 },
};
#undef F

/* null means "not known", as does a missing member. */
static void drop_nulls(json_t *v)
{
	const char *key;
	json_t *item;
	void *next;
	size_t i;

	json_array_foreach(v, i, item)
		drop_nulls(item);
	json_object_foreach_safe(v, next, key, item) {
		if (json_is_null(item))
			json_object_del(v, key);
		else
			drop_nulls(item);
	}
}

/* A copy of s that lives as long as the report. */
static const char *keep(struct ct_report *r, const char *s)
{
	for (size_t i = 0; i < r->ntexts; i++)
		if (!strcmp(r->texts[i], s))
			return r->texts[i];
	return *CT_PUSH(r->texts, r->ntexts, r->texts_cap) = ct_xstrdup(s);
}

/* Sets *phase to one of the names that ct_workload__phase() gives; "main" if there is none. */
static int read_phase(json_t *o, const char **phase, struct ct_err *err)
{
	const char *name = json_string_value(json_object_get(o, "phase"));
	int n = name ? ct_names__find(ct_phase_names, name) : 0;

	if (n < 0)
		return ct_err__set(err, EINVAL,
				   "\"phase\" is not one of main, exec, health, setup");
	*phase = ct_phase_names[n];
	return 0;
}

static int read_target(json_t *o, void *to, struct ct_report *r, struct ct_err *err)
{
	struct ct_advice *a = to;
	const char *site = json_string_value(json_object_get(o, "site"));
	struct ct_target *t;

	(void)r;
	if (!site)
		return ct_err__set(err, EINVAL, "\"site\" is missing");
	if (!ct_target__kind(site)) /* made by a newer captrim: its reasons count as they are */
		return 0;
	t = CT_PUSH(a->targets, a->ntargets, a->targets_cap);
	*t = (struct ct_target){ .kind = ct_target__kind(site) };
	if (ct_fields__read(target_fields, t, o, err) || ct_read__caps(o, "holds", &t->holds, err))
		return -EINVAL;
	return read_phase(o, &t->phase, err);
}

static int read_reason(json_t *o, void *to, struct ct_report *r, struct ct_err *err)
{
	struct ct_cap_verdict *v = to;
	struct ct_reason *reason = CT_PUSH(v->reasons, v->nreasons, v->reasons_cap);
	const char *source = json_string_value(json_object_get(o, "source"));
	json_t *outcome = json_object_get(o, "outcome");
	int ret;

	*reason = (struct ct_reason){ .verdict = v->verdict, .phase = "main", .known = true };
	ret = ct_fields__read(reason_fields, reason, o, err);
	if (!ret)
		ret = ct_read__caps(o, "any_of", &reason->any_of, err);
	if (!ret && outcome)
		ret = ct_fields__read(outcome_fields, &reason->outcome, outcome, err);
	if (ret)
		return ret;
	if (!reason->site)
		return ct_err__set(err, EINVAL, "\"site\" is missing");
	if (source)
		reason->source = keep(r, source);
	return read_phase(o, &reason->phase, err);
}

static int read_capability(json_t *o, void *to, struct ct_report *r, struct ct_err *err)
{
	struct ct_advice *a = to;
	struct ct_cap_verdict *v = &a->caps[a->ncaps];
	const struct ct_cap_info *info;
	int cap = 0;

	if (ct_read__cap(json_object_get(o, "name"), &cap, err))
		return ct_err__prefix(err, "\"name\"");
	for (size_t i = 0; i < a->ncaps; i++)
		if (a->caps[i].cap == cap)
			return ct_err__set(err, EINVAL, "%s is there twice", ct_cap__name(cap));
	info = ct_cap__info(cap);
	*v = (struct ct_cap_verdict){ .cap = cap,
				      .scope = info ? info->scope : CT_SCOPE_HOST,
				      .risk = info ? info->risk : CT_RISK_HIGH,
				      .chosen = a->cap_add >> cap & 1 };
	a->ncaps++; /* from here on it is freed with the advice */
	if (ct_fields__read(cap_fields, v, o, err) ||
	    ct_read__caps(o, "alternatives", &v->alternatives, err) ||
	    ct_read__list(o, "reasons", read_reason, v, r, err))
		return -EINVAL;
	if (v->chosen != (a->cap_add >> cap & 1))
		return ct_err__set(err, EINVAL, "\"chosen\" and \"cap_add\" disagree about %s",
				   ct_cap__name(cap));
	return 0;
}

static int read_run(json_t *o, void *to, struct ct_report *r, struct ct_err *err)
{
	struct ct_verified *verified = to;
	struct ct_verify_run *run = &verified->list[verified->nlist++];
	const char *ending = json_string_value(json_object_get(o, "ending"));
	const char *why = json_string_value(json_object_get(o, "why"));
	json_int_t ms = json_integer_value(json_object_get(o, "ms"));
	json_int_t start = json_integer_value(json_object_get(o, "start"));
	int ret = ct_read__caps(o, "set", &run->set, err);

	if (!ret)
		ret = ct_read__caps(o, "refused", &run->refused, err);
	if (!ret && (ms < 0 || (uint64_t)ms > UINT64_MAX / 1000000))
		ret = ct_err__set(err, EINVAL, "\"ms\" is out of range");
	if (!ret && (start < 0 || start > 1000))
		ret = ct_err__set(err, EINVAL, "\"start\" is out of range");
	run->recording = json_is_true(json_object_get(o, "recording"));
	run->ending = ending ? keep(r, ending) : NULL;
	run->why = why ? ct_xstrdup(why) : NULL;
	run->ns = (uint64_t)ms * 1000000;
	run->start = (unsigned int)start;
	return ret;
}

static int read_verified(json_t *o, struct ct_advice *a, struct ct_report *r, struct ct_err *err)
{
	struct ct_verified *verified = &a->verified;
	json_t *v, *list;
	int ret = ct_read__get(o, "verified", JSON_OBJECT, &v, err);

	if (ret)
		return ret > 0 ? 0 : ret;
	ret = ct_read__nested(o, "verified", verified_fields, verified, err);
	if (!ret && verified->result && ct_names__find(result_names, verified->result) < 0)
		ret = ct_err__set(err, EINVAL,
				  "\"result\" is not one of minimal, sufficient, failed");
	if (!ret)
		ret = ct_read__caps(v, "degraded", &verified->degraded, err);
	if (!ret)
		ret = ct_read__caps(v, "kept", &verified->kept, err);
	list = json_object_get(v, "list");
	verified->list = ct_xzalloc((json_array_size(list) + 1) * sizeof(*verified->list));
	return ret ? ret : ct_read__list(v, "list", read_run, verified, r, err);
}

static int read_warning(json_t *o, void *to, struct ct_report *r, struct ct_err *err)
{
	struct ct_advice *a = to;
	const char *code = json_string_value(json_object_get(o, "code"));
	const char *text = json_string_value(json_object_get(o, "text"));
	json_t *name = json_object_get(o, "capability");
	int cap = -1;

	if (!code || !text)
		return ct_err__set(err, EINVAL, "\"code\" or \"text\" is not a string");
	if (name && ct_read__cap(name, &cap, err))
		return ct_err__prefix(err, "\"capability\"");
	*CT_PUSH(a->warnings, a->nwarnings,
		 a->warnings_cap) = (struct ct_warning){ keep(r, code), cap, ct_xstrdup(text) };
	return 0;
}

/* A recommendation without "complete" is old; its gaps follow from what it says of the recording.
 */
static unsigned int gaps_of_old(json_t *doc, const struct ct_advice *a)
{
	const json_t *exercised = json_object_get(doc, "exercised");
	bool proved = a->verified.result && strcmp(a->verified.result, "failed") != 0;

	return exercised && !proved && a->workload->start_seen != CT_YES ? CT_GAP_START : 0;
}

static int read_gaps(json_t *doc, struct ct_advice *a, struct ct_err *err)
{
	json_t *o = json_object_get(doc, "advice"), *complete, *list, *name;
	size_t i;
	int ret;

	complete = json_object_get(o, "complete");
	if (!complete) {
		a->gaps = gaps_of_old(doc, a);
		return 0;
	}
	if (!json_is_boolean(complete))
		return ct_err__set(err, EINVAL, "\"complete\" is neither true nor false");
	ret = ct_read__get(o, "incomplete_reasons", JSON_ARRAY, &list, err);
	json_array_foreach(list, i, name) {
		int n = json_is_string(name) ?
				ct_names__find(ct_gap_names, json_string_value(name)) :
				-EINVAL;

		/* A reason that only a newer captrim knows still makes it incomplete. */
		a->gaps |= n < 0 ? CT_GAP_LOST : 1u << n;
	}
	if (!a->gaps && json_is_false(complete))
		a->gaps = CT_GAP_LOST;
	return ret < 0 ? ret : 0;
}

static int read_sets(json_t *doc, struct ct_advice *a, struct ct_err *err)
{
	json_t *o, *drop;
	int ret = ct_read__get(doc, "advice", JSON_OBJECT, &o, err);

	if (!ret)
		ret = ct_read__get(o, "cap_add", JSON_ARRAY, &drop, err);
	if (ret > 0)
		return ct_err__set(err, EINVAL, "it has no \"advice\" with a \"cap_add\"");
	if (!ret)
		ret = ct_fields__read(advice_fields, a, o, err);
	if (!ret)
		ret = ct_read__caps(o, "cap_add", &a->cap_add, err);
	if (!ret)
		ret = ct_read__caps(o, "optional", &a->optional, err);
	if (!ret)
		ret = ct_read__caps(o, "removed", &a->removed, err);
	if (!ret && a->cap_add & (a->optional | a->removed))
		ret = ct_err__set(err, EINVAL, "a capability is in \"cap_add\" and outside of it");
	return ret;
}

static int read_workload(json_t *o, void *to, struct ct_report *r, struct ct_err *err)
{
	struct ct_session *s = to;
	const char *id = json_string_value(json_object_get(o, "id"));
	struct ct_advice *a = &r->advices[r->nadvices];
	struct ct_workload *w;
	int ret;

	if (!id)
		return ct_err__set(err, EINVAL, "the workload has no \"id\"");
	w = ct_session__add(s, id);
	*a = (struct ct_advice){ .workload = w, .recordings = 1 };
	r->nadvices++;
	a->caps = ct_xzalloc((json_array_size(json_object_get(o, "capabilities")) + 1) *
			     sizeof(*a->caps));
	ret = ct_read__workload(o, w, err);
	if (!ret)
		ret = ct_fields__read(counts_fields, a, o, err);
	if (!ret)
		ret = read_sets(o, a, err);
	if (!ret)
		ret = read_verified(o, a, r, err);
	if (!ret)
		ret = read_gaps(o, a, err);
	if (!ret)
		ret = ct_read__list(o, "warnings", read_warning, a, r, err);
	if (!ret)
		ret = ct_read__list(o, "targets", read_target, a, NULL, err);
	if (!ret)
		ret = ct_read__list(o, "capabilities", read_capability, a, r, err);
	for (size_t i = 0; i < a->ncaps; i++)
		if (a->caps[i].verdict == CT_REQUIRED)
			a->required |= 1ull << a->caps[i].cap;
	return ret;
}

static int read_document(json_t *doc, struct ct_session *s, struct ct_report *r, struct ct_err *err)
{
	json_t *list, *host = json_object_get(doc, "host");
	int ret = ct_read__get(doc, "workloads", JSON_ARRAY, &list, err);

	if (ret)
		return ret > 0 ? ct_err__set(err, EINVAL, "\"workloads\" is missing") : ret;
	r->advices = ct_xzalloc((json_array_size(list) + 1) * sizeof(*r->advices));
	ret = ct_read__nested(doc, "host", host_fields, &s->host, err);
	if (json_is_true(json_object_get(host, "hybrid")))
		s->host.cgroup = 3;
	if (!ret)
		ret = ct_read__nested(doc, "losses", losses_fields, &s->losses, err);
	if (!ret)
		ret = ct_read__nested(doc, "losses", unknown_fields, r, err);
	return ret ? ret : ct_read__list(doc, "workloads", read_workload, s, r, err);
}

bool ct_advice_json__is(const char *text, size_t len)
{
	json_t *doc = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, NULL);
	const char *schema = json_string_value(json_object_get(doc, "schema"));
	bool ours = schema && !strncmp(schema, FAMILY, strlen(FAMILY));

	if (!doc) /* a damaged advice must be reported as such */
		ours = memmem(text, len < HEAD ? len : HEAD, "\"" FAMILY, strlen(FAMILY) + 1);
	json_decref(doc);
	return ours;
}

static int parse(const char *text, size_t len, json_t **doc, struct ct_err *err)
{
	json_error_t why;
	const char *schema;

	*doc = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
	if (!*doc) {
		ct_autofree char *shown = ct_printable(why.text);

		return ct_err__set(err, EINVAL, "line %d: this is not JSON (%s)", why.line, shown);
	}
	schema = json_string_value(json_object_get(*doc, "schema"));
	if (!schema || strncmp(schema, FAMILY, strlen(FAMILY)) != 0)
		return ct_err__set(err, EINVAL, "this is not a recommendation");
	if (strcmp(schema, CT_ADVICE_SCHEMA) != 0)
		return ct_err__set(err, EINVAL,
				   "the advice has another format than " CT_ADVICE_SCHEMA
				   ", so a newer captrim made it");
	drop_nulls(*doc);
	return 0;
}

int ct_advice_json__read(const char *text, size_t len, const char *name, struct ct_session **s,
			 struct ct_report **r, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(name);
	ct_autoerr struct ct_err why = { 0 };
	ct_autosession struct ct_session *session = ct_session__new();
	ct_autoreport struct ct_report *report = ct_xzalloc(sizeof(*report));
	json_t *doc = NULL;
	int ret = parse(text, len, &doc, &why);

	report->session = session;
	if (!ret)
		ret = read_document(doc, session, report, &why);
	json_decref(doc);
	if (ret)
		return ct_err__set(err, EINVAL, "%s: %s; " NOT_OURS, shown, why.msg);
	*s = ct_steal(session);
	*r = ct_steal(report);
	return 0;
}
