/* SPDX-License-Identifier: GPL-2.0-only */
#include "runtime/pod_notes.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/bounded.h"
#include "base/files.h"
#include "base/host_root.h"
#include "base/strings.h"
#include "model/pod.h"
#include "runtime/oci_priv.h"
#include "runtime/pod_words.h"
#include "runtime/tells.h"

#define MAX_LABELS (64 << 10)
#define CRIO	   "io.kubernetes.cri-o."
#define CONTAINERD "io.kubernetes.cri."
#define KUBELET	   "io.kubernetes."
#define LOGS	   "/var/log/containers/"
#define SANDBOX	   CT_POD_SANDBOX

/* What one bundle says, borrowed from it except for split and split_uid. */
struct notes {
	const char *space, *pod, *container, *uid, *sandbox_id;
	struct ct_pod split;
	char *split_uid;
	bool proved; /* the pod's author cannot have written it */
};

static void notes__free(struct notes *n)
{
	ct_pod__free(&n->split);
	free(n->split_uid);
}

/*
 * CRI-O is going to rename its annotations (its ANNOTATION_MIGRATION.md) to words in small letters
 * below crio.io, such as container-type.crio.io. An old name is preferred where it is there.
 */
static const char *crio(const json_t *notes, const char *key)
{
	ct_autofree char *old = ct_xasprintf(CRIO "%s", key), *new = NULL;
	struct ct_str kebab = { 0 };
	const char *value = ct_json_in__str(notes, old);

	for (const char *c = key; *c && !value; c++) {
		char small = (char)tolower((unsigned char)*c);

		if (c > key && isupper((unsigned char)*c) && islower((unsigned char)c[-1]))
			ct_str__add(&kebab, "-");
		ct_str__addn(&kebab, &small, 1);
	}
	if (value)
		return value;
	new = ct_xasprintf("%s.crio.io", kebab.s);
	value = ct_json_in__str(notes, new);
	if (!value) {
		free(new);
		new = ct_xasprintf("%s.x.crio.io", kebab.s);
		value = ct_json_in__str(notes, new);
	}
	ct_str__free(&kebab);
	return value;
}

/* NAMESPACE_POD_UID, the kubelet's directory of a pod's logs; none of the three has a "_" in it. */
static void split_log_dir(const char *dir, struct notes *n)
{
	const char *space = dir && strrchr(dir, '/') ? strrchr(dir, '/') + 1 : NULL;
	const char *pod = space ? strchr(space, '_') : NULL,
		   *uid = pod ? strchr(pod + 1, '_') : NULL;

	if (!uid || strchr(uid + 1, '_'))
		return;
	n->space = n->split.space = ct_xstrndup(space, (size_t)(pod - space));
	n->pod = n->split.name = ct_xstrndup(pod + 1, (size_t)(uid - pod) - 1);
	n->split_uid = ct_xstrdup(uid + 1);
	n->uid = n->uid ?: n->split_uid;
}

/* Before containerd 1.4 only the sandbox's log directory named the pod. */
static void read_log_dir(const json_t *notes, struct notes *n)
{
	const char *dir = ct_json_in__str(notes, CONTAINERD "sandbox-log-directory");
	const char *id = ct_json_in__str(notes, CONTAINERD "sandbox-id");
	ct_autofree char *config = !dir && id ? ct_oci__find(CT_RT_CONTAINERD, id, NULL, NULL) :
						NULL;
	ct_autojson json_t *sandbox = NULL;
	json_error_t bad;

	if (config && !ct_oci__load(config, &sandbox, &bad))
		dir = ct_json_in__str(json_object_get(sandbox, "annotations"),
				      CONTAINERD "sandbox-log-directory");
	split_log_dir(dir, n);
}

/* containerd writes its own annotations last, so the pod's cannot replace them. */
static bool read_containerd(const json_t *notes, struct notes *n)
{
	const char *type = ct_json_in__str(notes, CONTAINERD "container-type");

	if (!type && !ct_json_in__str(notes, CONTAINERD "sandbox-name"))
		return false;
	n->container = type && !strcmp(type, "sandbox") ?
			       SANDBOX :
			       ct_json_in__str(notes, CONTAINERD "container-name");
	n->pod = ct_json_in__str(notes, CONTAINERD "sandbox-name");
	n->space = ct_json_in__str(notes, CONTAINERD "sandbox-namespace");
	n->uid = ct_json_in__str(notes, CONTAINERD "sandbox-uid");
	n->proved = true;
	if (!n->pod && !n->space)
		read_log_dir(notes, n);
	return true;
}

/* k8s_CONTAINER_POD_NAMESPACE_UID_ATTEMPT */
static void split_name(const char *name, struct notes *n)
{
	const char *at = name;

	if (!name || !ct_pod__parse_shim(name, &n->split))
		return;
	n->container = n->container ?: n->split.container;
	n->pod = n->pod ?: n->split.name;
	n->space = n->space ?: n->split.space;
	for (int i = 0; i < 4 && at; i++)
		at = strchr(at, '_') ? strchr(at, '_') + 1 : NULL;
	if (at && !n->uid)
		n->uid = n->split_uid = ct_xstrndup(at, strcspn(at, "_"));
}

/*
 * In a container's bundle CRI-O writes its own annotations, and then the kubelet's, after the
 * pod's. In a sandbox's bundle it writes the pod's after its own, and after those only the labels
 * that the kubelet sets, so the rest proves nothing.
 */
static bool read_crio(const json_t *notes, struct notes *n)
{
	const char *type = crio(notes, "ContainerType"),
		   *manager = ct_json_in__str(notes, "io.container.manager");

	if (manager ? strcmp(manager, "cri-o") != 0 : !type)
		return false;
	n->pod = ct_json_in__str(notes, KUBELET "pod.name");
	n->space = ct_json_in__str(notes, KUBELET "pod.namespace");
	n->uid = ct_json_in__str(notes, KUBELET "pod.uid");
	n->container = ct_json_in__str(notes, KUBELET "container.name");
	if (!type || strcmp(type, "container") != 0) {
		n->container = SANDBOX;
		return true;
	}
	n->proved = true;
	n->sandbox_id = crio(notes, "SandboxID");
	split_name(crio(notes, "Name"), n);
	return true;
}

/* The pod's uid in the path of the cgroup, or else in the bundle's cgroupsPath, or "". */
static void uid_of_cgroup(const json_t *config, const char *cgroup, char uid[CT_TELLS_WORD])
{
	const char *path = ct_json_in__str(json_object_get(config, "linux"), "cgroupsPath");

	uid[0] = '\0';
	if (cgroup)
		ct_tells__pod(cgroup, uid);
	if (!uid[0] && path)
		ct_tells__pod(path, uid);
}

/* Is it a label's value as Kubernetes allows it? Nothing else is kept, for it may be a secret. */
static bool is_label(const char *value)
{
	size_t len = strlen(value);

	return len <= 63 && strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "0123456789-_.") == len;
}

/* A sandbox's annotations but CRI-O's own: its labels, and what else the pod's author wrote. */
static char *labels_of(const json_t *notes)
{
	struct ct_str out = { 0 };
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)notes, key, value) {
		const char *s = json_string_value(value);

		if (!s || !strncmp(key, CRIO, strlen(CRIO)) || !is_label(s) || strpbrk(key, "=\n"))
			continue;
		if (out.len + strlen(key) + strlen(s) > MAX_LABELS)
			break;
		ct_str__addf(&out, "%s=%s\n", key, s);
	}
	return out.s;
}

static void read_sandbox(const char *id, struct ct_container *c)
{
	ct_autofree char *config = id ? ct_oci__find(CT_RT_CRIO, id, NULL, NULL) : NULL;
	ct_autojson json_t *root = NULL;
	json_error_t bad;

	if (!config || ct_oci__load(config, &root, &bad))
		return;
	free(c->labels);
	c->labels = labels_of(json_object_get(root, "annotations"));
}

static struct ct_pod_words words_of(const struct notes *n)
{
	return (struct ct_pod_words){ .space = n->space,
				      .pod = n->pod,
				      .container = n->container,
				      .uid = n->uid,
				      .proved = n->proved };
}

static void take(const struct notes *n, const char *uid, struct ct_container *c)
{
	const struct ct_pod_words words = words_of(n);

	if (n->sandbox_id)
		read_sandbox(n->sandbox_id, c);
	ct_pod_words__take(&words, uid, c);
}

static bool agrees(const struct notes *n, const char *uid)
{
	const struct ct_pod_words words = words_of(n);

	return ct_pod_words__agree(&words, uid);
}

void ct_pod_notes__read(const json_t *config, const char *cgroup, struct ct_workload *w)
{
	const json_t *notes = json_object_get(config, "annotations");
	struct notes n = {};
	char uid[CT_TELLS_WORD];

	if (ct_json_in__str(notes, "io.katacontainers.pkg.oci.container_type"))
		w->runtime = CT_RT_KATA;
	else if (ct_json_in__str(notes, CRIO "ContainerType") &&
		 ct_str_equal(ct_json_in__str(notes, "io.container.manager"), "cri-o"))
		w->runtime = CT_RT_CRIO;
	uid_of_cgroup(config, cgroup, uid);
	if ((read_containerd(notes, &n) || read_crio(notes, &n)) && agrees(&n, uid))
		take(&n, uid, &w->container);
	notes__free(&n);
}

void ct_pod_notes__take(const char *space, const char *pod, const char *container, const char *uid,
			const char *labels, const char *cgroup, struct ct_container *c)
{
	const struct notes n = {
		.space = space, .pod = pod, .container = container, .uid = uid, .proved = true
	};
	char expected[CT_TELLS_WORD];

	uid_of_cgroup(NULL, cgroup, expected);
	if (!agrees(&n, expected))
		return;
	free(c->labels);
	c->labels = labels && strlen(labels) <= MAX_LABELS ? ct_xstrdup(labels) : NULL;
	take(&n, *expected ? expected : "", c);
}

/* ---- the kubelet's links ---- */

struct log_search {
	char *pattern;
	char *name, *target; /* found */
};

static void log_search__free(void *arg)
{
	struct log_search *s = arg;

	free(s->pattern);
	free(s->name);
	free(s->target);
	free(s);
}

static void search(void *arg)
{
	ct_autostrings struct ct_strings paths = { 0 };
	struct log_search *s = arg;
	char target[4096];

	ct_host__glob(s->pattern, &paths);
	for (size_t i = 0; i < paths.len && !s->target; i++) {
		ct_autofree char *path = ct_xasprintf("%s%s", ct_host__root(), paths.items[i]);

		if (ct_files__readlink(path, target, sizeof(target)) <= 0)
			continue;
		s->name = ct_xstrdup(strrchr(path, '/') + 1);
		s->target = ct_xstrdup(target);
	}
}

/* POD_NAMESPACE_CONTAINER-ID.log: none of the three may have a "_" in it. */
static bool split_log(char *file, const char *id, struct notes *n)
{
	ct_autofree char *tail = ct_xasprintf("-%s.log", id);
	char *space = strchr(file, '_'), *container = space ? strchr(space + 1, '_') : NULL;

	if (!container || !ct_str_ends(container, tail))
		return false;
	*space++ = '\0';
	*container++ = '\0';
	container[strlen(container) - strlen(tail)] = '\0';
	n->pod = file;
	n->space = space;
	n->container = container;
	return true;
}

/* Is the link's target .../NAMESPACE_POD_UID/CONTAINER/RESTARTS.log of that container? */
static bool names_pod(const char *target, const struct notes *n, const char *uid)
{
	ct_autofree char *dir = ct_xasprintf("/%s_%s_%s/%s/", n->space, n->pod, uid, n->container);

	return strstr(target, dir) != NULL;
}

void ct_pod_notes__from_logs(const char *id, const char *cgroup, struct ct_container *c)
{
	struct ct_cgroup_part part = { id, strlen(id), 0 };
	struct log_search *s;
	char uid[CT_TELLS_WORD];
	struct notes n = {};

	if (c->pod_uid || !cgroup || !ct_cgroup_part__is_id(&part))
		return;
	ct_tells__pod(cgroup, uid);
	if (!*uid)
		return;
	s = ct_xzalloc(sizeof(*s));
	s->pattern = ct_xasprintf(LOGS "*-%s.log", id);
	if (ct_bounded__call(search, log_search__free, s, CT_OCI_SEARCH_MS) == -ETIMEDOUT)
		return;
	n.uid = uid;
	if (s->target && split_log(s->name, id, &n) && agrees(&n, uid) &&
	    names_pod(s->target, &n, uid))
		take(&n, uid, c);
	log_search__free(s);
}
