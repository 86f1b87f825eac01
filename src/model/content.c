/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/content.h"

#include <jansson.h>
#include <string.h>

#include "base/util.h"

uint64_t ct_stack__hash(char *const *names, size_t len)
{
	uint64_t h = 0xcbf29ce484222325ull;

	for (size_t i = 0; i < len; i++)
		for (size_t k = 0; k <= strlen(names[i]); k++) /* the NUL ends a name */
			h = (h ^ (unsigned char)names[i][k]) * 0x100000001b3ull;
	return h;
}

void ct_kind__forget_boot(struct ct_kind *k)
{
	k->key.cgroup = 0;
	k->key.site = ct_stack__hash(k->stack, k->stack_len);
}

void ct_act__forget_boot(struct ct_act *a)
{
	a->key.cgroup = 0;
	/* This is the other process's cgroup. */
	if (a->key.type == CT_ACT_TARGET)
		a->key.b = 0;
}

void ct_workload__forget_boot(struct ct_workload *w)
{
	for (size_t i = 0; i < w->nkinds; i++)
		ct_kind__forget_boot(&w->kinds[i]);
	for (size_t i = 0; i < w->nacts; i++)
		ct_act__forget_boot(&w->acts[i]);
}

int ct_content__compare_text(const char *a, const char *b)
{
	if (!a || !b)
		return !!a - !!b;
	return strcmp(a, b);
}

static int compare_stacks(const struct ct_kind *a, const struct ct_kind *b)
{
	if (a->stack_len != b->stack_len)
		return a->stack_len < b->stack_len ? -1 : 1;
	for (size_t i = 0; i < a->stack_len; i++) {
		int order = strcmp(a->stack[i], b->stack[i]);

		if (order)
			return order;
	}
	return 0;
}

#define ORDER_OF(x, y)  \
	if ((x) != (y)) \
	return (x) < (y) ? -1 : 1
#define ORDER(a, b, f) ORDER_OF((a)->f, (b)->f)

int ct_key__compare(const struct ct_key *a, const struct ct_key *b)
{
	ORDER(a, b, cap);
	ORDER(a, b, flags);
	ORDER(a, b, nr);
	ORDER(a, b, sel);
	ORDER(a, b, entry);
	ORDER(a, b, level);
	ORDER(a, b, from);
	ORDER(a, b, effective);
	ORDER(a, b, after);
	return 0;
}

int ct_kind__by_content(const void *one, const void *other)
{
	const struct ct_kind *x = one, *y = other;
	int order = ct_key__compare(&x->key, &y->key);

	if (!order)
		order = ct_content__compare_text(x->syscall, y->syscall);
	return order ? order : compare_stacks(x, y);
}

int ct_act__by_content(const void *one, const void *other)
{
	struct ct_act a = *(const struct ct_act *)one, b = *(const struct ct_act *)other;
	int order;

	ct_act__forget_boot(&a);
	ct_act__forget_boot(&b);
	ORDER(&a, &b, held);
	order = memcmp(&a.key, &b.key, sizeof(a.key));
	return order ? order : ct_content__compare_text(a.syscall, b.syscall);
}

int ct_exec__by_content(const void *one, const void *other)
{
	const struct ct_exec *a = one, *b = other;
	int order;

	/* The entry point comes first. */
	ORDER_OF(!ct_exec__is_entry_point(a), !ct_exec__is_entry_point(b));
	ORDER(a, b, entry);
	ORDER(a, b, was);
	ORDER(a, b, fcaps);
	ORDER(a, b, fcaps_effective);
	ORDER(a, b, setuid);
	ORDER(a, b, creds.euid);
	ORDER(a, b, creds.no_new_privs);
	order = ct_content__compare_text(a->file, b->file);
	/* Arguments matter only in the execve by which a process came in. */
	return order || a->was != CT_ENTRY_SETUP ? order :
						   ct_content__compare_text(a->argv, b->argv);
}

/* Whether none, some or all of a kind's calls did something. */
enum share { SHARE_NONE, SHARE_SOME, SHARE_ALL };

static enum share share(uint64_t of, uint64_t count)
{
	return !of ? SHARE_NONE : of < count ? SHARE_SOME : SHARE_ALL;
}

/*
 * What adding up preserves: if none, some or all calls of each of two kinds did something, the same
 * is true of the calls of both together. Combinations of errors count as well.
 */
static uint64_t shares(const struct ct_kind *k)
{
	const struct ct_outcome *o = &k->outcome;
	const uint64_t of[] = { o->ok,
				o->eperm,
				o->eacces,
				o->other,
				o->eperm + o->other,
				o->eperm + o->eacces + o->other,
				o->found,
				o->made,
				o->same_session,
				o->other_session,
				o->own_file,
				o->other_file,
				o->sgid,
				o->no_sgid,
				o->listed,
				o->empty,
				o->nodata };
	uint64_t all = 0;

	_Static_assert(2 * CT_ARRAY_SIZE(of) <= 64, "two bits each");
	for (size_t i = 0; i < CT_ARRAY_SIZE(of); i++)
		all = all << 2 | share(of[i], k->count);
	return all;
}

static int compare_rest(const json_t *a, const json_t *b)
{
	ct_autofree char *x = a ? json_dumps(a, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	ct_autofree char *y = b ? json_dumps(b, JSON_COMPACT | JSON_SORT_KEYS) : NULL;

	return ct_content__compare_text(x, y);
}

int ct_kind__by_finding(const void *one, const void *other)
{
	const struct ct_kind *a = one, *b = other;
	int order = ct_kind__by_content(a, b);

	if (order)
		return order;
	ORDER_OF(shares(a), shares(b));
	if (!(a->key.flags & CT_F_CREDS)) {
		ORDER(a, b, sampled);
		ORDER(a, b, creds.userns_level);
		ORDER(a, b, creds.permitted);
		ORDER(a, b, creds.effective);
	}
	return compare_rest(a->rest, b->rest);
}

int ct_act__by_finding(const void *one, const void *other)
{
	const struct ct_act *a = one, *b = other;
	int order = ct_act__by_content(a, b);

	if (order)
		return order;
	ORDER(a, b, went_on);
	return compare_rest(a->rest, b->rest);
}

int ct_exec__by_finding(const void *one, const void *other)
{
	const struct ct_exec *a = one, *b = other;
	int order = ct_exec__by_content(a, b);

	if (!order)
		order = memcmp(&a->creds, &b->creds, sizeof(a->creds));
	return order ? order : compare_rest(a->rest, b->rest);
}

int ct_exit__by_finding(const void *one, const void *other)
{
	const struct ct_exit *a = one, *b = other;
	int order;

	ORDER(a, b, entry);
	ORDER(a, b, code);
	order = ct_content__compare_text(a->comm, b->comm);
	return order ? order : compare_rest(a->rest, b->rest);
}

uint32_t ct_kind__hash(const void *k)
{
	return ct_hash32(&((const struct ct_kind *)k)->key, sizeof(struct ct_key));
}

uint32_t ct_act__hash(const void *a)
{
	return ct_hash32(&((const struct ct_act *)a)->key, sizeof(struct ct_act_key));
}

uint32_t ct_exec__hash(const void *x)
{
	const struct ct_exec *e = x;

	return ct_hash32(e->file ? e->file : "", e->file ? strlen(e->file) : 0) ^ e->entry;
}

uint32_t ct_exit__hash(const void *x)
{
	const struct ct_exit *e = x;

	return e->entry * 31 + (uint32_t)e->code;
}
