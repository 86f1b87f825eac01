/* SPDX-License-Identifier: GPL-2.0-only */
#include "runtime/pod_words.h"

#include <ctype.h>
#include <string.h>

#include "base/host_root.h"
#include "base/util.h"
#include "model/pod.h"
#include "runtime/json_in.h"
#include "runtime/tells.h"

#define LONGEST_NAME 253 /* of anything in Kubernetes; no longer name is believed */

/* Names are joined by "/" later on, and those of Kubernetes are plain text. */
static bool is_name(const char *s)
{
	size_t len = s ? strlen(s) : 0;

	if (!len || len > LONGEST_NAME)
		return false;
	for (; *s; s++)
		if (*s <= ' ' || *s > '~' || *s == '/')
			return false;
	return true;
}

bool ct_pod_words__agree(const struct ct_pod_words *words, const char *uid)
{
	if (!is_name(words->space) || !is_name(words->pod) || !is_name(words->container))
		return false;
	if (!*uid)
		return words->proved;
	/* Bundles of older versions of containerd have no uid, but cannot be forged. */
	return words->uid ? !strcmp(words->uid, uid) : words->proved;
}

static char *node_name(void)
{
	ct_autofree char *path = ct_host__path("/etc/hostname"), *text = NULL;

	if (ct_read_file(path, 4096, &text, NULL))
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	for (char *c = text; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return ct_steal(text);
}

void ct_pod_words__take(const struct ct_pod_words *words, const char *uid, struct ct_container *c)
{
	ct_autofree char *node = node_name();
	struct ct_pod_facts facts;

	free(c->name);
	c->name = ct_xasprintf("%s/%s/%s", words->space, words->pod, words->container);
	if (*uid)
		ct_json_in__take(&c->pod_uid, uid);
	facts = (struct ct_pod_facts){ .uid = c->pod_uid, .node = node, .labels = c->labels };
	free(c->owner);
	c->owner = ct_pod__find_owner(words->pod, &facts, &c->owner_guessed);
}

void ct_pod_words__of_docker(const json_t *labels, const char *cgroup, struct ct_container *c)
{
	const char *type = ct_json_in__str(labels, "io.kubernetes.docker.type");
	const struct ct_pod_words words = {
		.space = ct_json_in__str(labels, "io.kubernetes.pod.namespace"),
		.pod = ct_json_in__str(labels, "io.kubernetes.pod.name"),
		.container = type && !strcmp(type, "podsandbox") ?
				     CT_POD_SANDBOX :
				     ct_json_in__str(labels, "io.kubernetes.container.name"),
		.uid = ct_json_in__str(labels, "io.kubernetes.pod.uid"),
	};
	char uid[CT_TELLS_WORD] = "";

	if (cgroup)
		ct_tells__pod(cgroup, uid);
	if (*uid && words.uid && ct_pod_words__agree(&words, uid))
		ct_pod_words__take(&words, uid, c);
}
