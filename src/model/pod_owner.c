/* SPDX-License-Identifier: GPL-2.0-only */
/* What made a pod: proved by labels that its controller set, or guessed from its name. */
#include <string.h>

#include "base/util.h"
#include "model/pod.h"

#define STATIC_UID 32 /* digits, without dashes */
#define UUID	   36 /* with them */

const char *ct_labels__get(const char *labels, const char *key, size_t *len)
{
	size_t n = strlen(key);

	while (labels && *labels) {
		const char *end = strchrnul(labels, '\n');

		if (!strncmp(labels, key, n) && labels[n] == '=') {
			*len = (size_t)(end - labels) - n - 1;
			return labels + n + 1;
		}
		labels = *end ? end + 1 : end;
	}
	return NULL;
}

/* Do the labels match one term of a selector? */
static bool matches(const char *labels, const char *term, size_t len)
{
	bool no = len && *term == '!', unequal = false;
	const char *equals = memchr(term + no, '=', len - no), *value;
	size_t key_len = equals ? (size_t)(equals - term) : len, n;
	ct_autofree char *key = NULL;

	if (equals && key_len && equals[-1] == '!') {
		unequal = true;
		key_len--;
	}
	key = ct_xstrndup(term + no, key_len - no);
	value = ct_labels__get(labels, key, &n);
	if (!equals)
		return no ? !value : value != NULL;
	equals += 1 + (equals[1] == '=');
	len -= (size_t)(equals - term);
	return (value && n == len && !memcmp(value, equals, len)) != unequal;
}

bool ct_labels__match(const char *labels, const char *selector)
{
	while (*selector) {
		size_t len = strcspn(selector, ",");

		if (len && !matches(labels, selector, len))
			return false;
		selector += len + (selector[len] == ',');
	}
	return true;
}

#define LABEL "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

/* Is it a term of a selector? What follows is a comma or the end. */
static bool is_term(const char *s, size_t len)
{
	const char *end = s + len;
	bool no = *s == '!';
	size_t key = strspn(s + no, LABEL "/");

	s += no + key;
	if (key && !no && (*s == '=' || !strncmp(s, "!=", 2))) {
		s += *s == '!' || s[1] == '=' ? 2 : 1;
		s += strspn(s, LABEL);
	}
	return key && s == end;
}

bool ct_labels__is_selector(const char *s)
{
	while (*s) {
		size_t len = strcspn(s, ",");

		if (len && !is_term(s, len))
			return false;
		s += len + (s[len] == ',');
	}
	return true;
}

static bool has(const char *labels, const char *key)
{
	size_t len;

	return ct_labels__get(labels, key, &len) != NULL;
}

static char *value_of(const char *labels, const char *key)
{
	size_t len;
	const char *value = ct_labels__get(labels, key, &len);

	return value ? ct_xstrndup(value, len) : NULL;
}

/* The name without its last part if that is min to max characters of the set `of`, else NULL. */
static char *without(const char *name, const char *of, size_t min, size_t max)
{
	const char *last = strrchr(name, '-'), *end = last;

	if (!last || last == name || !ct_pod__skip(&end, of, min, max) || *end)
		return NULL;
	return ct_xstrndup(name, (size_t)(last - name));
}

static char *named(const char *kind, const char *name)
{
	return ct_xasprintf("%s/%s", kind, name);
}

/* The owner of a pod NAME-HASH-RANDOM, where the controller's label says which hash it is. */
static char *with_hash(const char *kind, const char *pod, const char *labels, const char *key)
{
	ct_autofree char *hash = value_of(labels, key), *set = NULL, *tail = NULL;

	if (!hash || !*hash)
		return NULL;
	set = without(pod, CT_POD_RANDOM, 5, 5);
	tail = ct_xasprintf("-%s", hash);
	if (!set || !ct_str_ends(set, tail) || strlen(set) == strlen(tail))
		return NULL;
	set[strlen(set) - strlen(tail)] = '\0';
	return named(kind, set);
}

/* The names of a CronJob's jobs are its own name and the time of their start. */
static char *of_job(const char *job)
{
	ct_autofree char *cron = without(job, CT_POD_DIGITS, 8, 10);

	return cron ? named("CronJob", cron) : named("Job", job);
}

static char *by_labels(const char *pod, const char *labels)
{
	ct_autofree char *job = value_of(labels, "batch.kubernetes.io/job-name") ?:
					value_of(labels, "job-name");
	ct_autofree char *config = value_of(labels, "deploymentconfig"), *name = NULL;
	char *owner = with_hash("Rollout", pod, labels, "rollouts-pod-template-hash") ?:
			      with_hash("Deployment", pod, labels, "pod-template-hash");

	if (owner)
		return owner;
	if (has(labels, "controller-revision-hash") && has(labels, "pod-template-generation")) {
		name = without(pod, CT_POD_RANDOM, 5, 5);
		return name ? named("DaemonSet", name) : NULL;
	}
	if (has(labels, "statefulset.kubernetes.io/pod-name") ||
	    has(labels, "controller-revision-hash")) {
		name = without(pod, CT_POD_DIGITS, 1, 10);
		return name ? named("StatefulSet", name) : NULL;
	}
	if (job && !strncmp(pod, job, strlen(job)) && pod[strlen(job)] == '-')
		return of_job(job);
	if (config && !strncmp(pod, config, strlen(config)) && pod[strlen(config)] == '-')
		return named("DeploymentConfig", config);
	return NULL;
}

static char *by_name(const char *pod)
{
	ct_autofree char *set = without(pod, CT_POD_RANDOM, 5, 5);
	ct_autofree char *name = ct_pod__owner(pod), *deployment = NULL, *cron = NULL;

	if (!set)
		return named(strcmp(name, pod) ? "StatefulSet" : "Pod", name);
	deployment = without(set, CT_POD_RANDOM, 8, CT_POD_HASH);
	cron = without(set, CT_POD_DIGITS, 8, 10);
	if (deployment && !strcmp(deployment, name))
		return named("Deployment", name);
	if (cron && !strcmp(cron, name))
		return named("CronJob", name);
	/* A DaemonSet, a Job, or anything else that sets generateName. */
	return named("Controller", name);
}

static bool is_hash(const char *uid)
{
	return strlen(uid) == STATIC_UID && strspn(uid, "0123456789abcdef") == STATIC_UID;
}

/* The API server gives nothing but UUIDs. */
static bool is_uuid(const char *uid)
{
	return strlen(uid) == UUID && strspn(uid, "0123456789abcdefABCDEF-") == UUID;
}

/*
 * The owner of a static pod, POD-NODE. The kubelet read it from a file if its uid is the kubelet's
 * hash, or if it is named after the node and has a uid, set in that file, that is no UUID.
 */
static char *of_file(const char *pod, const struct ct_pod_facts *f)
{
	size_t len = strlen(pod), node = f->node ? strlen(f->node) : 0;
	bool nodes = node && len > node + 1 && ct_str_ends(pod, f->node) &&
		     pod[len - node - 1] == '-';

	if (!f->uid || (!is_hash(f->uid) && (!nodes || !*f->uid || is_uuid(f->uid))))
		return NULL;
	if (nodes)
		len -= node + 1;
	return ct_xasprintf("StaticPod/%.*s", (int)len, pod);
}

char *ct_pod__find_owner(const char *pod, const struct ct_pod_facts *f, bool *guessed)
{
	char *owner = of_file(pod, f);

	*guessed = false;
	if (!owner && f->labels) {
		owner = by_labels(pod, f->labels);
		/* A pod without labels of a controller was not made by one. */
		if (!owner && !has(f->labels, "pod-template-hash") &&
		    !has(f->labels, "controller-revision-hash"))
			owner = named("Pod", pod);
	}
	if (owner)
		return owner;
	*guessed = true;
	return by_name(pod);
}
