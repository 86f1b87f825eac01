/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What engines answer: Docker's and Podman's JSON, the lines of their events, profiles of seccomp,
 * and the messages of containerd and of the CRI. Refused, it changes nothing; taken, it is a
 * workload that a recording can hold.
 */
#include <errno.h>
#include <string.h>

#include "runtime/containerd_api.h"
#include "runtime/cri.h"
#include "runtime/docker_priv.h"
#include "runtime/grpc.h"
#include "runtime/proto.h"
#include "runtime/seccomp_file.h"
#include "writable.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define POD                                                                       \
	"/kubepods.slice/kubepods-pod01234567_89ab_cdef_0123_456789abcdef.slice/" \
	"cri-containerd-" ID ".scope"

/* In place of a server: each call is answered by the next part of the input. */
static const uint8_t *answers;
static size_t answers_left;

struct ct_grpc *ct_grpc__new(const char *socket)
{
	(void)socket;
	return NULL;
}

void ct_grpc__free(struct ct_grpc *g)
{
	(void)g;
}

int ct_grpc__call(struct ct_grpc *g, const char *method, const char *space,
		  const struct ct_str *request, struct ct_str *answer, struct ct_err *err)
{
	struct ct_proto message = { request->s, request->len, false };
	struct ct_proto_field f;
	size_t len;

	(void)g;
	(void)space;
	while (ct_proto__next(&message, &f))
		;
	if (message.broken)
		abort(); /* we ask in words that can be read */
	if (answers_left < 2)
		return ct_err__set(err, ENOENT, "%s: no", method);
	len = answers[0] | (size_t)(answers[1] & 0x7f) << 8;
	if (answers[1] & 0x80)
		return ct_err__set(err, EOPNOTSUPP, "%s: not known", method);
	answers += 2;
	answers_left -= 2;
	len = len < answers_left ? len : answers_left;
	ct_str__addn(answer, (const char *)answers, len);
	answers += len;
	answers_left -= len;
	return 0;
}

static void read_inspect(const char *text, size_t len, bool podman)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, ID);
	struct ct_docker_info info = { .runtime = podman ? CT_RT_PODMAN : CT_RT_DOCKER,
				       .caps_all = CT_CAPS_ALL };
	ct_autojson json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);

	if (!root)
		return;
	ct_docker_info__parse(root, &info);
	if (!ct_docker_inspect__parse(root, &info, w))
		fuzz_must_be_writable(s);
	free(ct_docker_health__command(json_object_get(root, "Config")));
	ct_docker_labels__are_own(json_object_get(root, "Labels"), root);
}

/* Cut into pieces at any place it is the same lines. */
static void read_events(const char *text, size_t len, size_t piece)
{
	struct ct_docker_lines l = { 0 };
	struct ct_engine_event ev;
	size_t n, seen = 0;
	const char *line;

	for (size_t i = 0; i < len; i += piece) {
		ct_docker_lines__add(&l, text + i, piece < len - i ? piece : len - i);
		while ((line = ct_docker_lines__next(&l, &n))) {
			ct_autojson json_t *root = json_loadb(line, n, 0, NULL);

			if (n >= len - seen || memcmp(line, text + seen, n) ||
			    text[seen + n] != '\n')
				abort();
			seen += n + 1;
			if (root && ct_docker_event__parse(root, "x.y", &ev) &&
			    (!ev.action || !ev.id))
				abort();
		}
	}
	ct_str__free(&l.buf);
}

static void read_messages(const char *text, size_t len, bool cri)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, ID);
	ct_autoerr struct ct_err err = { 0 };
	int ret;

	answers = (const uint8_t *)text;
	answers_left = len;
	w->kind = CT_WL_CONTAINER;
	if (!cri) {
		w->container.name = ct_xstrdup("shop/web-0/web");
		w->container.pod_uid = ct_xstrdup("01234567-89ab-cdef-0123-456789abcdef");
	}
	ret = cri ? ct_cri__describe(NULL, ID, POD, &w->container, &err) :
		    ct_containerd_api__describe(NULL, "k8s.io", ID, POD, &w->container, &err);
	if (ret > 0)
		abort();
	fuzz_must_be_writable(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ct_seccomp_profile profile = { 0 };
	ct_autofree char *text = NULL;
	unsigned int major, minor;
	size_t len = size - 1;

	if (size < 2)
		return 0;
	text = ct_xzalloc(len + 1); /* of its own size, so that a byte too many is noticed */
	memcpy(text, data + 1, len);
	switch (data[0] & 7) {
	case 0: read_inspect(text, len, false); break;
	case 1: read_inspect(text, len, true); break;
	case 2: read_events(text, len, (data[0] >> 3) + 1u); break;
	case 3: read_messages(text, len, false); break;
	case 4: read_messages(text, len, true); break;
	case 5:
		if (!ct_seccomp_file__parse(text, len, &profile))
			ct_seccomp_profile__free(&profile);
		break;
	default:
		if (!ct_docker__negotiate(text, &major, &minor) &&
		    major > 1) /* newer than we know */
			abort();
	}
	return 0;
}
