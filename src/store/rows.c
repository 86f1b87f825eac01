/* SPDX-License-Identifier: GPL-2.0-only */
/* What identifies rows: the id of the store that wrote them, their keys, and their versions. */
#include <errno.h>
#include <nettle/sha2.h>
#include <string.h>
#include <sys/random.h>

#include "store/store_priv.h"

#define KEY_MAX 480 /* a PostgreSQL index takes 2,704 bytes of all columns together */

char *ct_store__digest(const char *text, size_t bytes)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx sha;
	struct ct_str hex = {};

	sha256_init(&sha);
	sha256_update(&sha, strlen(text), (const uint8_t *)text);
	sha256_digest(&sha, sizeof(digest), digest);
	for (size_t i = 0; i < bytes && i < sizeof(digest); i++)
		ct_str__addf(&hex, "%02x", digest[i]);
	return hex.s;
}

char *ct_store__key(const char *key)
{
	ct_autofree char *digest = NULL;

	if (strlen(key) <= KEY_MAX)
		return ct_xstrdup(key);
	digest = ct_store__digest(key, 16);
	return ct_xasprintf("%.*s~%s", KEY_MAX - 33, key, digest);
}

int ct_store__may_change(const struct ct_store *s, struct ct_err *err)
{
	if (s->may_change)
		return 0;
	return ct_err__set(err, EROFS, "%s was opened to be read only", s->db->name);
}

int ct_store__first_version(struct ct_db *db, int64_t *version, struct ct_err *err)
{
	int64_t last = 0;
	int ret = ct_db__number(db, "SELECT value FROM counter WHERE name = 'version'", NULL, 0,
				&last, err);

	if (!ret)
		*version = last + 1;
	return ret;
}

int ct_store__last_version(struct ct_db *db, int64_t version, struct ct_err *err)
{
	return ct_db__exec(db,
			   "INSERT INTO counter (name, value) VALUES ('version', $1)"
			   " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
			   CT_VALUES(CT_INT(version)), err);
}

int ct_store__identify(struct ct_store *s, struct ct_err *err)
{
	unsigned char random[6];
	struct ct_str id = {};
	int ret = ct_db__text(s->db, "SELECT value FROM setting WHERE name = 'store'", NULL, 0,
			      &s->id, err);

	if (ret || s->id)
		return ret;
	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return ct_err__set(err, errno, "no random number for the store: %s",
				   strerror(errno));
	for (size_t i = 0; i < sizeof(random); i++)
		ct_str__addf(&id, "%02x", random[i]);
	ret = ct_db__exec(s->db, "INSERT INTO setting (name, value) VALUES ('store', $1)",
			  CT_VALUES(CT_TEXT(id.s)), err);
	if (!ret)
		s->id = ct_steal(id.s);
	free(id.s);
	return ret;
}

int ct_store__id(struct ct_store *s, const char **id, struct ct_err *err)
{
	int ret = s->id ? 0 : ct_store__may_change(s, err);

	if (!ret && !s->id)
		ret = ct_store__identify(s, err);
	if (!ret)
		*id = s->id;
	return ret;
}
