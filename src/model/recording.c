/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/recording.h"

#include <errno.h>
#include <string.h>

#include "model/recording_fields.h"

/* A file is not trusted: what it may make us do has limits. */
#define MAX_LINE      (16u << 20)
#define MAX_DOCUMENTS (1u << 20)
#define MAX_STACK     1024

#define DAMAGED "the file is damaged, record again"
#define NOT_OURS                                                                     \
	"give a file written by 'captrim record -o' or 'captrim run --save', or by " \
	"'--format json'"

struct reader {
	const char *name; /* printable */
	struct ct_session *s;
	size_t line; /* number of the current line */
	size_t documents;
	bool ended; /* the trailer was read */
};

static int damaged(const struct reader *r, struct ct_err *err, const char *what)
{
	return ct_err__set(err, EINVAL, "%s:%zu: %s; " DAMAGED, r->name, r->line, what);
}

/* One line without its newline. Returns 0, 1 if the file ended in it, or an error. */
static int read_line(FILE *in, struct ct_str *line)
{
	char chunk[4096];
	size_t n = 0;
	int c;

	line->len = 0;
	while ((c = getc_unlocked(in)) != EOF && c != '\n') {
		chunk[n++] = (char)c;
		if (n < sizeof(chunk))
			continue;
		ct_str__addn(line, chunk, n);
		n = 0;
		if (line->len > MAX_LINE)
			return -EFBIG;
	}
	ct_str__addn(line, chunk, n);
	if (c == EOF && ferror(in))
		return errno ? -errno : -EIO;
	return c == EOF;
}

/* Members that were read were taken out of the document: the rest is from a newer captrim. */
static json_t *rest_of(json_t *doc)
{
	json_object_del(doc, "type");
	json_object_del(doc, "workload");
	return json_object_size(doc) ? json_incref(doc) : NULL;
}

/* Takes out a member that was read without a table, or that is always written anew. */
static void taken(json_t *doc, const char *key)
{
	json_object_del(doc, key);
}

static int read_nested(json_t *doc, const char *key, const struct ct_field *fields, void *obj,
		       struct ct_err *err)
{
	json_t *v = json_object_get(doc, key);

	if (!v)
		return 0;
	if (!json_is_object(v))
		return ct_err__set(err, EINVAL, "\"%s\" is not an object", key);
	if (ct_fields__read(fields, obj, v, err))
		return ct_err__prefix(err, "\"%s\"", key);
	if (!json_object_size(v))
		taken(doc, key);
	return 0;
}

static int read_workload(struct ct_session *s, struct ct_workload *unused, json_t *doc,
			 struct ct_err *err)
{
	const char *id = json_string_value(json_object_get(doc, "id"));
	struct ct_workload *w;
	int ret;

	(void)unused;
	if (!id)
		return ct_err__set(err, EINVAL, "the workload has no \"id\"");
	w = ct_session__add(s, id);
	w->configured_known = json_object_get(doc, "configured");
	w->sysctls.known = json_object_get(doc, "sysctls");
	ret = ct_fields__read(ct_workload_fields, w, doc, err);
	if (!ret)
		ret = ct_fields__read(ct_configured_fields, w, doc, err);
	if (!ret)
		ret = read_nested(doc, "container", ct_container_fields, &w->container, err);
	if (!ret)
		ret = read_nested(doc, "sysctls", ct_sysctls_fields, &w->sysctls, err);
	taken(doc, "id");
	w->rest = rest_of(doc);
	if (w->recording >= s->recordings)
		s->recordings = w->recording + 1;
	if (w->in.len && w->in.items[w->in.len - 1].last >= s->recordings)
		s->recordings = w->in.items[w->in.len - 1].last + 1;
	return ret;
}

static int read_stack(struct ct_kind *k, json_t *doc, struct ct_err *err)
{
	const json_t *stack = json_object_get(doc, "stack");
	size_t len = json_array_size(stack);

	if (!stack)
		return 0;
	if (!json_is_array(stack) || len > MAX_STACK)
		return ct_err__set(err, EINVAL, "\"stack\" is not an array of at most %d names",
				   MAX_STACK);
	k->stack = ct_xzalloc(len * sizeof(*k->stack));
	for (; k->stack_len < len; k->stack_len++) {
		const char *name = json_string_value(json_array_get(stack, k->stack_len));

		if (!name)
			return ct_err__set(err, EINVAL,
					   "\"stack\" holds something other than a string");
		k->stack[k->stack_len] = ct_xstrdup(name);
	}
	taken(doc, "stack");
	return 0;
}

static int read_args(struct ct_kind *k, json_t *sample, struct ct_err *err)
{
	const json_t *args = json_object_get(sample, "args");

	if (!args)
		return 0;
	if (!json_is_array(args) || json_array_size(args) > CT_ARGS)
		return ct_err__set(err, EINVAL, "\"args\" is not an array of at most %d numbers",
				   CT_ARGS);
	for (size_t i = 0; i < json_array_size(args); i++)
		if (ct_fields__to_uint(json_array_get(args, i), &k->args[i]))
			return ct_err__set(err, EINVAL,
					   "\"args\" holds something other than a number");
	taken(sample, "args");
	return 0;
}

static int read_sample(struct ct_kind *k, json_t *doc, struct ct_err *err)
{
	json_t *sample = json_object_get(doc, "sample");
	int ret;

	if (!sample)
		return 0;
	k->sampled = true;
	ret = read_nested(sample, "proc", ct_proc_fields, &k->proc, err);
	if (!ret)
		ret = read_nested(sample, "creds", ct_creds_fields, &k->creds, err);
	if (!ret)
		ret = read_args(k, sample, err);
	if (!ret)
		ret = read_nested(doc, "sample", ct_sample_fields, k, err);
	return ret;
}

static int read_kind(struct ct_session *s, struct ct_workload *w, json_t *doc, struct ct_err *err)
{
	struct ct_kind *k = ct_workload__add_kind(w);
	int ret;

	(void)s;
	if (!json_object_get(doc, "cap"))
		return ct_err__set(err, EINVAL, "\"cap\" is missing");
	k->key.nr = CT_NR_NONE;
	ret = ct_fields__read(ct_kind_fields, k, doc, err);
	if (!ret)
		ret = read_stack(k, doc, err);
	if (!ret)
		ret = read_sample(k, doc, err);
	if (!ret)
		ret = read_nested(doc, "outcome", ct_outcome_fields, k, err);
	taken(doc, "cap_name");
	taken(doc, "granted");
	k->rest = rest_of(doc);
	return ret;
}

static int read_rule_args(struct ct_seccomp_rule *r, json_t *doc, struct ct_err *err)
{
	json_t *args = json_object_get(doc, "args"), *o;
	size_t i;

	if (!args)
		return 0;
	if (!json_is_array(args) || json_array_size(args) > CT_SECCOMP_ARGS)
		return ct_err__set(err, EINVAL, "\"args\" is not an array of at most %d objects",
				   CT_SECCOMP_ARGS);
	json_array_foreach(args, i, o) {
		if (!json_is_object(o))
			return ct_err__set(err, EINVAL,
					   "\"args\" holds something other than an object");
		if (ct_fields__read(ct_seccomp_arg_fields, &r->args[r->nargs++], o, err))
			return -EINVAL;
	}
	taken(doc, "args");
	return 0;
}

static int read_rule(struct ct_session *s, struct ct_workload *w, json_t *doc, struct ct_err *err)
{
	struct ct_seccomp_profile *p = &w->container.profile;
	struct ct_seccomp_rule *r = CT_PUSH(p->rules, p->nrules, p->rules_cap);
	int ret;

	(void)s;
	*r = (struct ct_seccomp_rule){ 0 };
	ret = ct_fields__read(ct_seccomp_rule_fields, r, doc, err);
	if (!ret && !r->syscall)
		ret = ct_err__set(err, EINVAL, "\"syscall\" is missing");
	if (!ret)
		ret = read_rule_args(r, doc, err);
	r->rest = rest_of(doc);
	return ret;
}

static int read_act(struct ct_session *s, struct ct_workload *w, json_t *doc, struct ct_err *err)
{
	struct ct_act *a = ct_workload__add_act(w);
	int ret;

	(void)s;
	a->key.nr = CT_NR_NONE;
	ret = ct_fields__read(ct_act_fields, a, doc, err);
	if (!ret)
		ret = read_nested(doc, "proc", ct_proc_fields, &a->proc, err);
	a->rest = rest_of(doc);
	return ret;
}

static int read_exec(struct ct_session *s, struct ct_workload *w, json_t *doc, struct ct_err *err)
{
	struct ct_exec *e = ct_workload__add_exec(w);
	int ret;

	(void)s;
	ret = ct_fields__read(ct_exec_fields, e, doc, err);
	if (!ret)
		ret = read_nested(doc, "creds", ct_creds_fields, &e->creds, err);
	e->rest = rest_of(doc);
	return ret;
}

static int read_exit(struct ct_session *s, struct ct_workload *w, json_t *doc, struct ct_err *err)
{
	struct ct_exit *e = ct_workload__add_exit(w);
	int ret = ct_fields__read(ct_exit_fields, e, doc, err);

	(void)s;
	e->rest = rest_of(doc);
	return ret;
}

static int read_trailer(struct ct_session *s, struct ct_workload *unused, json_t *doc,
			struct ct_err *err)
{
	int ret;

	(void)unused;
	/* Older recordings have a count by the judge here, which is always 0. */
	json_object_del(json_object_get(doc, "losses"), "unknown_sites");
	ret = read_nested(doc, "losses", ct_losses_fields, &s->losses, err);
	if (!ret)
		ret = ct_fields__read(ct_trailer_fields, &s->host, doc, err);
	s->host.trailer_rest = rest_of(doc);
	return ret;
}

static const struct document {
	const char *type;
	bool has_workload; /* "workload" is the index of the one it belongs to */
	int (*read)(struct ct_session *s, struct ct_workload *w, json_t *doc, struct ct_err *err);
} documents[] = {
	{ "workload", false, read_workload }, { "seccomp_rule", true, read_rule },
	{ "kind", true, read_kind },	      { "act", true, read_act },
	{ "exec", true, read_exec },	      { "exit", true, read_exit },
	{ "trailer", false, read_trailer },
};

/* Keeps a document of a newer captrim, which may belong to a workload. */
static void keep_other(struct ct_session *s, json_t *doc)
{
	json_t **others = &s->others;
	uint64_t index;

	if (!ct_fields__to_uint(json_object_get(doc, "workload"), &index) && index < s->nworkloads)
		others = &s->workloads[index]->others;
	if (!*others)
		*others = json_array();
	json_array_append(*others, doc);
}

static int read_document(struct reader *r, json_t *doc, struct ct_err *err)
{
	const char *type = json_string_value(json_object_get(doc, "type"));
	const struct document *d = NULL;
	struct ct_workload *w = NULL;
	uint64_t index;

	if (json_object_get(doc, "schema"))
		return ct_err__set(err, EINVAL, "another recording begins here");
	if (r->ended)
		return ct_err__set(err, EINVAL,
				   "more follows the trailer, which must be the last line");
	if (!type)
		return ct_err__set(err, EINVAL, "\"type\" is missing");
	for (size_t i = 0; i < CT_ARRAY_SIZE(documents); i++)
		if (!strcmp(type, documents[i].type))
			d = &documents[i];
	if (!d) {
		keep_other(r->s, doc);
		return 0;
	}
	if (d->has_workload) {
		if (ct_fields__to_uint(json_object_get(doc, "workload"), &index) ||
		    index >= r->s->nworkloads)
			return ct_err__set(err, EINVAL,
					   "\"workload\" must be a number below %zu, the "
					   "count of workloads read so far",
					   r->s->nworkloads);
		w = r->s->workloads[index];
	}
	r->ended = d->read == read_trailer;
	return d->read(r->s, w, doc, err);
}

static int read_header(struct reader *r, json_t *doc, struct ct_err *err)
{
	static const char family[] = "captrim.recording/";
	const char *schema = json_string_value(json_object_get(doc, "schema"));

	if (!schema || strncmp(schema, family, sizeof(family) - 1))
		return ct_err__set(err, EINVAL, "%s:%zu: this is not a recording; " NOT_OURS,
				   r->name, r->line);
	if (strcmp(schema, CT_RECORDING_SCHEMA))
		return ct_err__set(
			err, EINVAL,
			"%s:%zu: the recording has another format than " CT_RECORDING_SCHEMA
			"; use the captrim that made it, or a newer one",
			r->name, r->line);
	if (ct_fields__read(ct_host_fields, &r->s->host, doc, err))
		return damaged(r, err, err ? err->msg : "");
	taken(doc, "schema");
	taken(doc, "clock");
	r->s->host.rest = rest_of(doc);
	return 0;
}

static int not_json(const struct reader *r, const json_error_t *why, struct ct_err *err)
{
	ct_autofree char *text = ct_printable(why->text);

	if (r->line == 1)
		return ct_err__set(err, EINVAL, "%s:1: this is not a recording (%s); " NOT_OURS,
				   r->name, text);
	return ct_err__set(err, EINVAL, "%s:%zu: this is not JSON (%s); " DAMAGED, r->name, r->line,
			   text);
}

/* A truncated file may still end in a newline: editors and log collectors add one. */
static bool at_end(FILE *in)
{
	int c;

	do
		c = getc_unlocked(in);
	while (c == '\n' || c == '\r');
	return c == EOF;
}

static int parse_line(struct reader *r, FILE *in, const struct ct_str *line, struct ct_err *err)
{
	json_error_t why;
	json_t *doc = json_loadb(line->s, line->len, JSON_REJECT_DUPLICATES, &why);
	int ret;

	if (!doc && r->line > 1 && at_end(in)) {
		r->s->losses.truncated = true;
		return 0;
	}
	if (!doc)
		return not_json(r, &why, err);
	if (r->line == 1) {
		ret = read_header(r, doc, err);
	} else if (r->documents++ == MAX_DOCUMENTS) {
		ret = ct_err__set(err, EINVAL,
				  "%s:%zu: more than %u documents; record for a shorter time",
				  r->name, r->line, MAX_DOCUMENTS);
	} else {
		ct_autoerr struct ct_err why_not = { 0 };

		ret = read_document(r, doc, &why_not);
		if (ret)
			damaged(r, err, why_not.msg);
	}
	json_decref(doc);
	return ret;
}

static int read_lines(struct reader *r, FILE *in, struct ct_str *line, struct ct_err *err)
{
	int last, ret;

	do {
		r->line++;
		last = read_line(in, line);
		if (last == -EFBIG || line->len > MAX_LINE)
			return damaged(r, err, "the line is longer than 16 MiB");
		if (last < 0)
			return ct_err__set(err, -last, "cannot read %s: %s", r->name,
					   strerror(-last));
		if (r->line == 1 && last && !line->len)
			return ct_err__set(err, EINVAL, "%s is empty; " NOT_OURS, r->name);
		if (r->line > 1 && (!line->len || strspn(line->s, "\r") == line->len))
			continue;
		ret = parse_line(r, in, line, err);
		if (ret)
			return ret;
	} while (!last);
	return 0;
}

int ct_recording__read_stream(FILE *in, const char *name, struct ct_session **s, struct ct_err *err)
{
	ct_autosession struct ct_session *session = ct_session__new();
	ct_autofree char *printable = ct_printable(name);
	struct reader r = { .name = printable, .s = session };
	struct ct_str line = { 0 };
	int ret = read_lines(&r, in, &line, err);

	ct_str__free(&line);
	if (ret)
		return ret;
	if (!r.ended)
		session->losses.truncated = true;
	*s = ct_steal(session);
	return 0;
}

int ct_recording__read(const char *path, struct ct_session **s, struct ct_err *err)
{
	ct_autofclose FILE *file = NULL;

	if (!strcmp(path, "-"))
		return ct_recording__read_stream(stdin, "standard input", s, err);
	file = fopen(path, "re");
	if (!file) {
		int code = errno;
		ct_autofree char *name = ct_printable(path);

		return ct_err__set(err, code, "cannot read %s: %s", name, strerror(code));
	}
	return ct_recording__read_stream(file, path, s, err);
}
