/* SPDX-License-Identifier: GPL-2.0-only */
/* Kubernetes manifests: every object with a pod's spec, in one or many documents. */
#include <string.h>

#include "deploy/deployed.h"
#include "deploy/yaml_docs.h"

struct manifest_reader {
	struct ct_deployment *t;
	const struct ct_yaml *y;
	const char *file;
	const char *where; /* "Deployment/web" */
	const char *space; /* its namespace; NULL: not named */
	const char *pod;   /* as Podman calls it */
	enum ct_manifest_reader by;
};

static struct ct_place place(const struct manifest_reader *r, const struct ct_yaml_node *n)
{
	struct ct_place at = { .file = r->file };

	ct_yaml__place(r->y, n->start, &at.line, &at.column);
	return at;
}

static const char *text_of(const struct ct_yaml_node *map, const char *key)
{
	const struct ct_yaml_node *n = ct_yaml__get(map, key);

	return n && n->kind == CT_YAML_SCALAR && !ct_yaml__is_null(n) ? n->text : NULL;
}

/* Is the value left to Helm, envsubst or Kustomize, and so unknown here? */
static bool is_template(const struct ct_yaml_node *n)
{
	n = ct_yaml__resolve(n);
	return n && n->kind == CT_YAML_SCALAR && (strstr(n->text, "{{") || strchr(n->text, '$'));
}

/* containerd puts CAP_ before any name, and runc ignores names that it does not know. */
static void check_prefix(struct ct_named *n)
{
	if (n->set && !strncasecmp(n->text, "CAP_", 4)) {
		n->set = 0;
		n->why = "containerd accepts only names without CAP_, and ignores this one";
	}
}

static void refuse_name(const struct manifest_reader *r, const struct ct_yaml_node *n,
			struct ct_named_list *l, const char *why)
{
	ct_named__add(l, n->kind == CT_YAML_SCALAR ? n->text : "", place(r, n));
	l->items[l->len - 1].set = 0;
	l->items[l->len - 1].why = why;
}

/* Returns false if a template decides about the list. */
static bool read_names(const struct manifest_reader *r, const struct ct_yaml_node *caps,
		       const char *key, struct ct_named_list *l)
{
	const struct ct_yaml_node *list = ct_yaml__get(caps, key);
	bool certain = true;

	if (!list || ct_yaml__is_null(list))
		return true;
	if (is_template(list))
		return false;
	if (list->kind != CT_YAML_SEQ)
		refuse_name(r, list, l, "Kubernetes wants a list here: [NAME]");
	for (size_t i = 0; list->kind == CT_YAML_SEQ && i < list->nitems; i++) {
		const struct ct_yaml_node *n = ct_yaml__resolve(list->items[i]);

		if (is_template(n)) {
			certain = false;
		} else if (n->kind != CT_YAML_SCALAR) {
			refuse_name(r, n, l, "Kubernetes wants a name here");
		} else {
			ct_named__add(l, n->text, place(r, list->items[i]));
			if (r->by == CT_MANIFEST_CRI)
				check_prefix(&l->items[l->len - 1]);
		}
	}
	return certain;
}

/* What kubectl's reader (goyaml.v2, after YAML 1.1) takes for true, in these spellings only. */
static bool is_true(const char *text)
{
	static const char *const words[] = { "true", "True", "TRUE", "yes", "Yes", "YES",
					     "on",   "On",   "ON",   "y",   "Y" };

	for (size_t i = 0; text && i < CT_ARRAY_SIZE(words); i++)
		if (!strcmp(text, words[i]))
			return true;
	return false;
}

static bool is_unknown(const char *text)
{
	return text && (strstr(text, "{{") || strchr(text, '$'));
}

/* The container's own setting takes precedence over its pod's. */
static enum ct_tristate read_nonroot(const struct ct_yaml_node *own,
				     const struct ct_yaml_node *pods)
{
	const char *user = text_of(own, "runAsUser"), *strict = text_of(own, "runAsNonRoot");

	if (!user)
		user = text_of(pods, "runAsUser");
	if (!strict)
		strict = text_of(pods, "runAsNonRoot");
	if (is_unknown(user) || (!user && is_unknown(strict)))
		return CT_UNKNOWN;
	if (user)
		return strcmp(user, "0") != 0 ? CT_YES : CT_NO;
	return is_true(strict) ? CT_YES : CT_UNKNOWN;
}

/* Adds "key: value" from the container, or else from the pod. */
static void add_setting(const struct manifest_reader *r, struct ct_deployed *t,
			enum ct_setting_kind kind, const struct ct_yaml_node *own,
			const struct ct_yaml_node *pods, const char *key)
{
	const struct ct_yaml_node *n = ct_yaml__get(text_of(own, key) ? own : pods, key);

	ct_settings__add(&t->settings, kind, place(r, n), ct_xasprintf("%s: %s", key, n->text));
}

static void read_settings(const struct manifest_reader *r, struct ct_deployed *t,
			  const struct ct_yaml_node *context, const struct ct_yaml_node *pod)
{
	static const struct {
		const char *key;
		enum ct_setting_kind kind;
	} shared[] = {
		{ "hostNetwork", CT_SETTING_NET_HOST },
		{ "hostPID", CT_SETTING_PID_HOST },
		{ "hostIPC", CT_SETTING_IPC_HOST },
	};
	const struct ct_yaml_node *pods = ct_yaml__get(pod, "securityContext");
	const struct ct_yaml_node *own = ct_yaml__get(context, "seccompProfile");
	const char *type = text_of(own ? own : ct_yaml__get(pods, "seccompProfile"), "type");

	if (t->nonroot == CT_YES)
		add_setting(r, t, CT_SETTING_USER, context, pods,
			    text_of(context, "runAsUser") || text_of(pods, "runAsUser") ?
				    "runAsUser" :
				    "runAsNonRoot");
	for (size_t i = 0; i < CT_ARRAY_SIZE(shared); i++)
		if (is_true(text_of(pod, shared[i].key)))
			add_setting(r, t, shared[i].kind, NULL, pod, shared[i].key);
	if (type && !strcmp(type, "Unconfined"))
		add_setting(r, t, CT_SETTING_UNCONFINED, own, ct_yaml__get(pods, "seccompProfile"),
			    "type");
}

/* Kubernetes ignores or refuses these keys in the wrong place, so they give nothing. */
static void note_misplaced(const struct manifest_reader *r, const struct ct_yaml_node *map,
			   const char *what)
{
	static const char *const keys[] = { "capabilities", "privileged" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(keys); i++) {
		const struct ct_yaml_node *n = ct_yaml__get(map, keys[i]);
		struct ct_place at = n ? place(r, n) : (struct ct_place){ 0 };
		ct_autofree char *shown = ct_place__text(&at), *where = ct_printable(r->where);

		if (n)
			*CT_PUSH(r->t->notes.items, r->t->notes.len, r->t->notes.cap) =
				ct_xasprintf(
					"%s: %s: '%s' in %s has no effect in Kubernetes: move it "
					"to the securityContext of each container",
					shown, where, keys[i], what);
	}
}

static void read_container(const struct manifest_reader *r, const struct ct_yaml_node *c,
			   const struct ct_yaml_node *pod)
{
	const struct ct_yaml_node *context = ct_yaml__get(c, "securityContext");
	const struct ct_yaml_node *caps = ct_yaml__get(context, "capabilities");
	const struct ct_yaml_node *name = ct_yaml__get(c, "name");
	const struct ct_yaml_node *privileged = ct_yaml__get(context, "privileged");
	const char *text = text_of(c, "name"), *image = text_of(c, "image");
	struct ct_deployed *t;

	t = ct_deployment__add(r->t, CT_DEPLOYED_KUBERNETES, text ? text : "?");
	t->where = ct_xstrdup(r->where);
	if (r->by == CT_MANIFEST_PODMAN)
		t->alias = ct_xasprintf("%s-%s", r->pod, t->name);
	t->image = image ? ct_xstrdup(image) : NULL;
	t->at = place(r, name ? name : c);
	t->space = r->space ? ct_xstrdup(r->space) : NULL;
	t->unknown = is_template(context) || is_template(caps);
	t->unknown |= !read_names(r, caps, "add", &t->added);
	t->unknown |= !read_names(r, caps, "drop", &t->dropped);
	if (caps || t->unknown)
		t->set_at = place(r, caps ? caps : context);
	if (is_true(text_of(context, "privileged")) || is_template(privileged)) {
		t->privileged = is_template(privileged) ? CT_UNKNOWN : CT_YES;
		t->privileged_at = place(r, privileged);
	}
	note_misplaced(r, c, "a container itself");
	t->nonroot = read_nonroot(context, ct_yaml__get(pod, "securityContext"));
	read_settings(r, t, context, pod);
	/* containerd's default is assumed, because it gives more than CRI-O's. */
	ct_deployed__decide(t, r->by == CT_MANIFEST_PODMAN ? CT_RT_PODMAN : CT_RT_CONTAINERD);
}

static void read_pod(const struct manifest_reader *r, const struct ct_yaml_node *spec)
{
	static const char *const lists[] = { "initContainers", "containers",
					     "ephemeralContainers" };

	note_misplaced(r, ct_yaml__get(spec, "securityContext"), "a pod's securityContext");
	for (size_t i = 0; i < CT_ARRAY_SIZE(lists); i++) {
		const struct ct_yaml_node *list = ct_yaml__get(spec, lists[i]);

		for (size_t k = 0; list && list->kind == CT_YAML_SEQ && k < list->nitems; k++)
			read_container(r, ct_yaml__resolve(list->items[k]), spec);
	}
}

static void read_object(struct manifest_reader *r, const struct ct_yaml_node *o, int depth)
{
	const struct ct_yaml_node *spec = ct_yaml__get(o, "spec"), *list = ct_yaml__get(o, "items");
	const struct ct_yaml_node *job = ct_yaml__get(ct_yaml__get(spec, "jobTemplate"), "spec");
	const char *kind = text_of(o, "kind"), *name;
	ct_autofree char *where = NULL, *pod = NULL;
	bool is_pod = kind && !strcmp(kind, "Pod");

	for (size_t i = 0; list && !depth && list->kind == CT_YAML_SEQ && i < list->nitems; i++)
		read_object(r, ct_yaml__resolve(list->items[i]), depth + 1); /* of a List */
	name = text_of(ct_yaml__get(o, "metadata"), "name");
	if (!name)
		name = text_of(ct_yaml__get(o, "metadata"), "generateName");
	where = ct_xasprintf("%s/%s", kind ? kind : "?", name ? name : "?");
	r->where = where;
	pod = ct_xasprintf("%s%s", name ? name : "?", is_pod ? "" : "-pod");
	r->pod = pod;
	r->space = text_of(ct_yaml__get(o, "metadata"), "namespace");
	if (is_unknown(r->space))
		r->space = NULL;
	read_pod(r, ct_yaml__get(ct_yaml__get(o, "template"), "spec")); /* of a PodTemplate */
	read_pod(r, ct_yaml__get(ct_yaml__get(spec, "template"), "spec"));
	read_pod(r, ct_yaml__get(ct_yaml__get(job, "template"), "spec"));
	if (is_pod)
		read_pod(r, spec);
}

void ct_deployment__manifest_docs(struct ct_deployment *t, const char *path,
				  const struct ct_yaml_docs *docs, enum ct_manifest_reader by)
{
	for (size_t i = 0; i < docs->len; i++) {
		struct manifest_reader r = {
			.t = t, .y = docs->items[i], .file = ct_deployment__file(t, path), .by = by
		};

		read_object(&r, docs->items[i]->root, 0);
	}
}

int ct_deployment__manifest(struct ct_deployment *t, const char *path, const char *text, size_t len,
			    enum ct_manifest_reader by, struct ct_err *err)
{
	struct ct_yaml_docs docs = { 0 };
	int ret = ct_yaml_docs__parse(path, text, len, &docs, err);

	if (!ret)
		ct_deployment__manifest_docs(t, path, &docs, by);
	ct_yaml_docs__free(&docs);
	return ret;
}
