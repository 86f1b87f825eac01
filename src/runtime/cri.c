/* SPDX-License-Identifier: GPL-2.0-only */
#include "runtime/cri.h"

#include <errno.h>
#include <string.h>

#include "runtime/json_in.h"
#include "runtime/pod_notes.h"
#include "runtime/proto.h"

/* The field numbers of api.proto that are read or written here. */
enum {
	LIST_FILTER = 1,
	FILTER_ID = 1,
	LIST_ITEM = 1,
	CONTAINER_SANDBOX = 2,
	CONTAINER_METADATA = 3,
	CONTAINER_IMAGE = 4,
	CONTAINER_IMAGE_REF = 5,
	SANDBOX_METADATA = 2,
	SANDBOX_LABELS = 5,
	IMAGE_NAME = 1,
	METADATA_NAME = 1,
	METADATA_UID = 2,
	METADATA_NAMESPACE = 3,
};

/* Before Kubernetes 1.23 the same messages were in v1alpha2. */
static int call(struct ct_grpc *g, const char *method, const char *id, struct ct_str *answer,
		struct ct_err *err)
{
	static const char *const versions[] = { "v1", "v1alpha2" };
	struct ct_str filter = { 0 }, request = { 0 };
	int ret = 0;

	ct_proto__put(&filter, FILTER_ID, id, strlen(id));
	ct_proto__put(&request, LIST_FILTER, filter.s, filter.len);
	for (size_t i = 0; i < CT_ARRAY_SIZE(versions); i++) {
		ct_autofree char *name = ct_xasprintf("runtime.%s.RuntimeService/%s", versions[i],
						      method);

		ret = ct_grpc__call(g, name, NULL, &request, answer, err);
		if (ret != -EOPNOTSUPP)
			break;
	}
	ct_str__free(&filter);
	ct_str__free(&request);
	return ret;
}

int ct_cri__check(struct ct_grpc *g, struct ct_err *err)
{
	struct ct_str answer = { 0 };
	int ret = call(g, "ListPodSandbox", "captrim", &answer, err);

	ct_str__free(&answer);
	return ret;
}

static char *text(struct ct_proto message, uint64_t number)
{
	struct ct_proto_field f;

	return ct_proto__find(message, number, &f) ? ct_proto__text(&f) : NULL;
}

static char *text_within(struct ct_proto message, uint64_t outer, uint64_t number)
{
	struct ct_proto_field f;

	return ct_proto__find(message, outer, &f) ? text(ct_proto__of(&f), number) : NULL;
}

/* Empty text, not NULL, if there are no labels: NULL would mean that they are not known. */
static char *labels(struct ct_proto message, uint64_t number)
{
	struct ct_str lines = { 0 };
	struct ct_proto_field f;

	ct_str__add(&lines, "");
	while (ct_proto__next(&message, &f))
		if (f.number == number && f.is_bytes)
			ct_proto__add_entry(&f, &lines);
	return lines.s;
}

static int take_sandbox(struct ct_grpc *g, const char *id, const char *container,
			const char *cgroup, struct ct_container *c, struct ct_err *err)
{
	ct_autofree char *pod = NULL, *space = NULL, *uid = NULL, *all = NULL;
	struct ct_proto_field f, metadata;
	struct ct_str answer = { 0 };
	struct ct_proto sandbox;
	int ret = call(g, "ListPodSandbox", id, &answer, err);

	if (!ret &&
	    !ct_proto__find((struct ct_proto){ answer.s, answer.len, false }, LIST_ITEM, &f))
		ret = ct_err__set(err, ENOENT, "the pod is not known");
	if (!ret) {
		sandbox = ct_proto__of(&f);
		if (ct_proto__find(sandbox, SANDBOX_METADATA, &metadata)) {
			pod = text(ct_proto__of(&metadata), METADATA_NAME);
			uid = text(ct_proto__of(&metadata), METADATA_UID);
			space = text(ct_proto__of(&metadata), METADATA_NAMESPACE);
		}
		all = labels(sandbox, SANDBOX_LABELS);
		ct_pod_notes__take(space, pod, container, uid, all, cgroup, c);
	}
	ct_str__free(&answer);
	return ret;
}

int ct_cri__describe(struct ct_grpc *g, const char *id, const char *cgroup, struct ct_container *c,
		     struct ct_err *err)
{
	ct_autofree char *sandbox = NULL, *name = NULL, *image = NULL, *ref = NULL;
	struct ct_str answer = { 0 };
	struct ct_proto_field f;
	struct ct_proto container;
	int ret = call(g, "ListContainers", id, &answer, err);

	if (!ret &&
	    !ct_proto__find((struct ct_proto){ answer.s, answer.len, false }, LIST_ITEM, &f))
		ret = ct_err__set(err, ENOENT, "the container is not known");
	if (!ret) {
		container = ct_proto__of(&f);
		sandbox = text(container, CONTAINER_SANDBOX);
		name = text_within(container, CONTAINER_METADATA, METADATA_NAME);
		image = text_within(container, CONTAINER_IMAGE, IMAGE_NAME);
		ref = text(container, CONTAINER_IMAGE_REF);
		if (!c->image)
			ct_json_in__take(&c->image, image);
		if (!c->image_digest)
			ct_json_in__take(&c->image_digest, ref);
		ret = take_sandbox(g, sandbox ?: "", name, cgroup, c, err);
	}
	ct_str__free(&answer);
	return ret;
}
