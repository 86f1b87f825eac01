/* SPDX-License-Identifier: GPL-2.0-only */
#include "event/notice.h"

#include <errno.h>
#include <inttypes.h>
#include <nettle/sha2.h>
#include <string.h>
#include <time.h>

#include "model/identity.h"

static const char *const kinds[] = {
	[CT_NOTICE_NEW_NEED] = "new-need",
	[CT_NOTICE_HOST_SCOPE] = "host-scope",
	[CT_NOTICE_DENIED] = "denied",
	[CT_NOTICE_UNUSED_FOR] = "unused-for",
	[CT_NOTICE_GAP] = "gap",
	[CT_NOTICE_HEARTBEAT] = "heartbeat",
	[CT_NOTICE_SUPPRESSED] = "suppressed",
	[CT_NOTICE_SELF_TEST] = "self-test",
};
_Static_assert(CT_ARRAY_SIZE(kinds) == CT_NOTICE_KINDS, "each kind of event has its name");

const char *ct_notice_kind__name(enum ct_notice_kind kind)
{
	return kinds[kind];
}

int ct_notice_kind__parse(const char *name)
{
	for (int i = 0; i < CT_NOTICE_KINDS; i++)
		if (!strcmp(kinds[i], name))
			return i;
	return -EINVAL;
}

static char *copy(const char *s)
{
	return s ? ct_xstrdup(s) : NULL;
}

struct ct_notice *ct_notice__new(enum ct_notice_kind kind, const char *host, int64_t time_ms)
{
	struct ct_notice *e = ct_xzalloc(sizeof(*e));

	e->kind = kind;
	e->host = copy(host);
	e->time_ms = time_ms;
	e->refs = 1;
	return e;
}

struct ct_notice *ct_notice__hold(const struct ct_notice *e)
{
	struct ct_notice *held = (struct ct_notice *)e;

	held->refs++;
	return held;
}

void ct_notice__free(struct ct_notice *e)
{
	if (!e || --e->refs)
		return;
	free(e->workload.key);
	free(e->workload.id);
	free(e->workload.kind);
	free(e->workload.runtime);
	free(e->workload.label);
	free(e->workload.container);
	free(e->workload.image);
	free(e->workload.project);
	free(e->workload.service);
	free(e->reason.site);
	free(e->reason.syscall);
	free(e->reason.process);
	free(e->reason.text);
	free(e->host);
	free(e->generation);
	free(e->code);
	free(e->text);
	free(e);
}

void ct_notice__about(struct ct_notice *e, const struct ct_workload *w)
{
	struct ct_notice_workload *to = &e->workload;
	struct ct_identity id;

	ct_identity__of(w, &id);
	*to = (struct ct_notice_workload){
		.key = id.key,
		.id = copy(w->id),
		.kind = copy(ct_workload_kind__name(w->kind)),
		.runtime = copy(ct_runtime__name(w->runtime)),
		.label = copy(ct_workload__label(w)),
		.container = copy(w->container.name),
		.image = copy(w->container.image),
		.project = copy(w->container.project),
		.service = copy(w->container.service),
	};
	e->generation = copy(w->container.image_digest);
}

/* Hashes the NUL at the end, too, so that no two lists of texts are hashed alike. */
static void mix(struct sha256_ctx *sha, const char *s)
{
	const char *text = s ? s : "";

	sha256_update(sha, strlen(text) + 1, (const uint8_t *)text);
}

/* Is it news each time that it happens? */
static bool is_of_its_time(enum ct_notice_kind kind)
{
	return kind == CT_NOTICE_HEARTBEAT || kind == CT_NOTICE_SELF_TEST ||
	       kind == CT_NOTICE_GAP || kind == CT_NOTICE_SUPPRESSED;
}

void ct_notice__identify(struct ct_notice *e)
{
	int64_t when = is_of_its_time(e->kind) ? e->time_ms : 0;
	ct_autofree char *caps = ct_xasprintf("%" PRIx64, e->caps);
	ct_autofree char *time = ct_xasprintf("%" PRId64, when);
	uint8_t digest[CT_NOTICE_ID_LEN / 2];
	struct sha256_ctx sha;

	sha256_init(&sha);
	mix(&sha, CT_NOTICE_SCHEMA);
	mix(&sha, e->host);
	mix(&sha, kinds[e->kind]);
	mix(&sha, e->workload.key);
	mix(&sha, caps);
	mix(&sha, ct_verdict__name(e->verdict));
	mix(&sha, ct_scope__name(e->scope));
	mix(&sha, e->generation);
	mix(&sha, e->code);
	mix(&sha, time);
	sha256_digest(&sha, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(e->id + 2 * i, 3, "%02x", digest[i]);
}

int ct_notice__cap(const struct ct_notice *e)
{
	return ct_caps__count(e->caps) == 1 ? ct_caps__next(e->caps, -1) : -1;
}

bool ct_notice__is_finding(const struct ct_notice *e)
{
	return e->kind == CT_NOTICE_NEW_NEED || e->kind == CT_NOTICE_HOST_SCOPE ||
	       e->kind == CT_NOTICE_DENIED || e->kind == CT_NOTICE_UNUSED_FOR;
}

void ct_notices__take(struct ct_notices *l, struct ct_notice *e)
{
	*CT_PUSH(l->items, l->len, l->cap) = e;
}

void ct_notices__free(struct ct_notices *l)
{
	for (size_t i = 0; i < l->len; i++)
		ct_notice__free(l->items[i]);
	free(l->items);
	*l = (struct ct_notices){ 0 };
}
