/* SPDX-License-Identifier: GPL-2.0-only */
#include "runtime/containerd_api.h"

#include <string.h>

#include "model/pod.h"
#include "runtime/json_in.h"
#include "runtime/oci.h"
#include "runtime/pod_notes.h"
#include "runtime/proto.h"

#define SERVICE "containerd.services.containers.v1.Containers/"

/* The field numbers of containers.proto that are read or written here. */
enum {
	GET_ID = 1,
	GET_CONTAINER = 1,
	LIST_FILTERS = 1,
	LIST_CONTAINERS = 1,
	CONTAINER_LABELS = 2,
	CONTAINER_IMAGE = 3,
};

static char *labels_of(struct ct_proto container)
{
	struct ct_str lines = { 0 };
	struct ct_proto_field f;

	ct_str__add(&lines, "");
	while (ct_proto__next(&container, &f))
		if (f.number == CONTAINER_LABELS && f.is_bytes)
			ct_proto__add_entry(&f, &lines);
	return lines.s;
}

static void take_name(const char *labels, const char *space, char **name)
{
	size_t len = 0;
	const char *value = ct_labels__get(labels, "nerdctl/name", &len);
	ct_autofree char *given = value ? ct_xstrndup(value, len) : NULL;

	ct_oci__take_spaced(name, space, given);
}

/* containerd's CRI plugin keeps a pod's labels with its sandbox, which is a container, too. */
static int take_pod(struct ct_grpc *g, const char *space, const char *cgroup,
		    struct ct_container *c, struct ct_err *err)
{
	ct_autofree char *filter = ct_xasprintf("labels.\"io.kubernetes.pod.uid\"==%s,"
						"labels.\"io.cri-containerd.kind\"==sandbox",
						c->pod_uid);
	struct ct_str request = { 0 }, answer = { 0 };
	struct ct_pod pod;
	struct ct_proto_field f;
	int ret;

	ct_proto__put(&request, LIST_FILTERS, filter, strlen(filter));
	ret = ct_grpc__call(g, SERVICE "List", space, &request, &answer, err);
	if (!ret && ct_pod__parse(c->name, &pod)) {
		ct_autofree char *labels = NULL;

		if (ct_proto__find((struct ct_proto){ answer.s, answer.len, false },
				   LIST_CONTAINERS, &f)) {
			labels = labels_of(ct_proto__of(&f));
			ct_pod_notes__take(pod.space, pod.name, pod.container, c->pod_uid, labels,
					   cgroup, c);
		}
		ct_pod__free(&pod);
	}
	ct_str__free(&request);
	ct_str__free(&answer);
	return ret;
}

int ct_containerd_api__describe(struct ct_grpc *g, const char *space, const char *id,
				const char *cgroup, struct ct_container *c, struct ct_err *err)
{
	struct ct_str request = { 0 }, answer = { 0 };
	struct ct_proto_field f, image;
	int ret;

	ct_proto__put(&request, GET_ID, id, strlen(id));
	ret = ct_grpc__call(g, SERVICE "Get", space, &request, &answer, err);
	if (!ret &&
	    ct_proto__find((struct ct_proto){ answer.s, answer.len, false }, GET_CONTAINER, &f)) {
		ct_autofree char *labels = labels_of(ct_proto__of(&f));

		take_name(labels, space, &c->name);
		if (!c->image && ct_proto__find(ct_proto__of(&f), CONTAINER_IMAGE, &image) &&
		    image.len)
			c->image = ct_proto__text(&image);
	}
	ct_str__free(&request);
	ct_str__free(&answer);
	return ret || !c->pod_uid ? ret : take_pod(g, space, cgroup, c, err);
}
