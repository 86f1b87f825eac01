/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs that were executed and processes that ended, on the whole host: what is alike is kept
 * once, so that a host that starts programs all day costs no more memory than its programs are
 * many.
 */
#include <string.h>

#include "record/collect_priv.h"

#define MAX_EXECS 16384 /* different ones */
#define MAX_EXITS 8192
#define MAX_ALIKE 16 /* ends with the same status, of the same program in a cgroup */

struct ct_seen_id {
	uint64_t hash;
	size_t index;
	unsigned int count;
	UT_hash_handle hh;
};

static uint64_t add_bytes(uint64_t h, const void *data, size_t len)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 0x100000001b3ull;
	return h;
}

#define ADD(h, field) ((h) = add_bytes(h, &(field), sizeof(field)))

static uint64_t hash_exec(const struct ct_seen_exec *x)
{
	const struct ct_exec *e = &x->exec;
	uint64_t h = 0xcbf29ce484222325ull;

	ADD(h, x->event.h.cgroup);
	ADD(h, x->event.entered);
	ADD(h, x->event.mntns_inum);
	ADD(h, x->event.flags);
	ADD(h, x->unread);
	ADD(h, e->entry);
	ADD(h, e->was);
	ADD(h, e->fcaps);
	ADD(h, e->fcaps_effective);
	ADD(h, e->setuid);
	ADD(h, e->creds);
	h = add_bytes(h, e->file, strlen(e->file) + 1);
	return add_bytes(h, e->argv, strlen(e->argv));
}

static struct ct_seen_id *id_of(struct ct_seen_id **table, uint64_t hash)
{
	struct ct_seen_id *id;

	HASH_FIND(hh, *table, &hash, sizeof(hash), id);
	return id;
}

static struct ct_seen_id *new_id(struct ct_seen_id **table, uint64_t hash, size_t index)
{
	struct ct_seen_id *id = ct_xzalloc(sizeof(*id));

	id->hash = hash;
	id->index = index;
	HASH_ADD(hh, *table, hash, sizeof(id->hash), id);
	return id;
}

static void free_ids(struct ct_seen_id **table)
{
	struct ct_seen_id *id, *tmp;

	HASH_ITER(hh, *table, id, tmp)
	{
		HASH_DEL(*table, id);
		free(id);
	}
}

/* Does it tell more than that a program ran? */
static bool is_ordinary(const struct ct_seen_exec *x)
{
	return !CT_IS_PENDING(x->exec.was) && !x->exec.fcaps && !x->exec.setuid;
}

void ct_collect__keep_exec(struct ct_collect *c, struct ct_seen_exec *x)
{
	struct ct_seen_id *id;
	uint64_t hash;

	if (is_ordinary(x))
		x->exec.argv[0] = '\0';
	hash = hash_exec(x);
	id = id_of(&c->exec_ids, hash);
	if (id) {
		c->execs[id->index].exec.count += x->exec.count;
	} else if (c->nexecs < MAX_EXECS) {
		new_id(&c->exec_ids, hash, c->nexecs);
		*CT_PUSH(c->execs, c->nexecs, c->execs_cap) = *x;
		return; /* the strings are its own now */
	} else if (!is_ordinary(x) || x->unread) {
		c->dropped++;
	}
	free(x->exec.file);
	free(x->exec.argv);
}

void ct_collect__keep_exit(struct ct_collect *c, const struct ct_exit_event *e)
{
	uint64_t h = 0xcbf29ce484222325ull;
	struct ct_seen_id *id;

	ADD(h, e->h.cgroup);
	ADD(h, e->entry);
	ADD(h, e->code);
	ADD(h, e->is_main);
	ADD(h, e->proc.comm);
	id = id_of(&c->exit_ids, h);
	if (c->nexits == MAX_EXITS || (id && id->count == MAX_ALIKE)) {
		c->dropped += !id;
		/* The last one is as telling as the first. */
		if (id)
			c->exits[id->index] = *e;
		return;
	}
	if (!id)
		id = new_id(&c->exit_ids, h, c->nexits);
	id->index = c->nexits;
	id->count++;
	*CT_PUSH(c->exits, c->nexits, c->exits_cap) = *e;
}

void ct_collect__free_programs(struct ct_collect *c)
{
	for (size_t i = 0; i < c->nexecs; i++) {
		free(c->execs[i].exec.file);
		free(c->execs[i].exec.argv);
	}
	free(c->execs);
	free(c->exits);
	free_ids(&c->exec_ids);
	free_ids(&c->exit_ids);
}
