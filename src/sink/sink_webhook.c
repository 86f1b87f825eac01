/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A webhook: CloudEvents 1.0 in JSON with the whole event as data, signed as by Standard Webhooks
 * (https://www.standardwebhooks.com): HMAC-SHA256 over "id.timestamp.body".
 */
#include <errno.h>
#include <inttypes.h>
#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <string.h>

#include "base/clock.h"
#include "base/moment.h"
#include "sink/post.h"

#define PREFIX	"whsec_"
#define MIN_KEY 24 /* bytes, as Standard Webhooks asks for */
#define MAX_KEY 64

struct out_webhook {
	struct ct_post *post;
	uint8_t key[MAX_KEY];
	size_t key_len; /* 0: nothing is signed */
};

static int read_key(const char *path, struct out_webhook *w, struct ct_err *err)
{
	ct_autofree char *secret = NULL, *shown = ct_printable(path);
	struct base64_decode_ctx ctx;
	uint8_t key[BASE64_DECODE_LENGTH(4096)];
	size_t len = sizeof(key), skip;
	int ret = ct_post__secret(path, &secret, err);

	if (ret)
		return ret;
	skip = strncmp(secret, PREFIX, strlen(PREFIX)) ? 0 : strlen(PREFIX);
	base64_decode_init(&ctx);
	if (!base64_decode_update(&ctx, &len, key, strlen(secret + skip), secret + skip) ||
	    !base64_decode_final(&ctx) || len < MIN_KEY || len > MAX_KEY)
		return ct_err__set(err, EINVAL,
				   "%s must hold " PREFIX " and %d to %d bytes in base64; make one "
				   "with: printf 'whsec_%%s\\n' \"$(head -c 32 /dev/urandom | "
				   "base64)\"",
				   shown, MIN_KEY, MAX_KEY);
	memcpy(w->key, key, len);
	w->key_len = len;
	return 0;
}

static char *sign(const struct out_webhook *w, const char *id, int64_t seconds, const char *body)
{
	ct_autofree char *head = ct_xasprintf("%s.%" PRId64 ".", id, seconds);
	char text[BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE) + 1] = "";
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct hmac_sha256_ctx hmac;

	hmac_sha256_set_key(&hmac, w->key_len, w->key);
	hmac_sha256_update(&hmac, strlen(head), (const uint8_t *)head);
	hmac_sha256_update(&hmac, strlen(body), (const uint8_t *)body);
	hmac_sha256_digest(&hmac, sizeof(digest), digest);
	base64_encode_raw(text, sizeof(digest), digest);
	return ct_xasprintf("webhook-signature: v1,%s", text);
}

/* A URI reference: whatever is not an unreserved character is written as %XX. */
static char *source_of(const char *host)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "-._~";
	struct ct_str s = { 0 };

	ct_str__add(&s, "/captrim/");
	for (const char *p = host ? host : ""; *p; p++)
		ct_str__addf(&s, strchr(plain, *p) ? "%c" : "%%%02X", (unsigned char)*p);
	return s.s;
}

static char *body_of(const struct ct_notice *e)
{
	ct_autofree char *source = source_of(e->host);
	ct_autofree char *type = ct_xasprintf("captrim.event.%s", ct_notice_kind__name(e->kind));
	ct_autofree char *time = ct_moment__utc(e->time_ms);
	char *body = NULL;
	size_t len;
	FILE *f = ct_xmemstream(&body, &len);
	struct ct_json j = CT_JSON(f, 0);

	ct_json__object(&j, NULL);
	ct_json__str(&j, "specversion", "1.0");
	ct_json__str(&j, "id", e->id);
	ct_json__str(&j, "source", source);
	ct_json__str(&j, "type", type);
	ct_json__opt_str(&j, "subject", e->workload.key);
	ct_json__str(&j, "time", time);
	ct_json__str(&j, "datacontenttype", "application/json");
	ct_notice__put(&j, "data", e);
	ct_json__end_object(&j);
	ct_xmemstream_end(f, &body);
	return body;
}

static int send_event(struct ct_sink *s, const struct ct_notice *e, struct ct_err *err)
{
	const struct out_webhook *w = s->own;
	int64_t now = ct_clock__wall_ms() / 1000;
	ct_autofree char *body = body_of(e);
	ct_autofree char *id = ct_xasprintf("webhook-id: %s", e->id);
	ct_autofree char *time = ct_xasprintf("webhook-timestamp: %" PRId64, now);
	ct_autofree char *signature = w->key_len ? sign(w, e->id, now, body) : NULL;
	const char *const headers[] = {
		"Content-Type: application/cloudevents+json; charset=utf-8",
		id,
		time,
		signature,
		NULL,
	};

	return ct_post__send(w->post, headers, body, strlen(body), err);
}

static void close_webhook(struct ct_sink *s)
{
	struct out_webhook *w = s->own;

	if (!w)
		return;
	ct_post__free(w->post);
	explicit_bzero(w->key, sizeof(w->key));
	free(w);
}

static int reopen_webhook(struct ct_sink *s, struct ct_err *err)
{
	struct out_webhook *w = s->own;
	int ret = s->c.secret_file ? read_key(s->c.secret_file, w, err) : 0;

	return ret ? ret : ct_post__reload(w->post, err);
}

static int open_webhook(struct ct_sink *s, struct ct_err *err)
{
	struct out_webhook *w = s->own = ct_xzalloc(sizeof(*w));
	int ret = s->c.secret_file ? read_key(s->c.secret_file, w, err) : 0;

	if (!ret)
		ret = ct_post__new(s, NULL, NULL, &w->post, err);
	return ret;
}

static int look_webhook(const struct ct_sink_config *c, struct ct_err *err)
{
	struct out_webhook w = { 0 };
	int ret = c->secret_file ? read_key(c->secret_file, &w, err) : 0;

	explicit_bzero(w.key, sizeof(w.key));
	return ret ? ret : ct_post__look(c, err);
}

static const struct ct_yaml_field fields[] = {
	CT_SINK_COMMON_FIELDS,
	CT_SINK_HTTP_FIELDS,
	CT_SINK_FIELD("secret_file", TEXT, secret_file),
	{ .name = NULL },
};

const struct ct_sink_type ct_sink_webhook = {
	.name = "webhook",
	.fields = fields,
	.check = ct_post__check,
	.look = look_webhook,
	.open = open_webhook,
	.close = close_webhook,
	.reopen = reopen_webhook,
	.send = send_event,
};
