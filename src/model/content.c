/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/content.h"

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
	/* The other process's cgroup. */
	if (a->key.type == CT_ACT_TARGET)
		a->key.b = 0;
}

int ct_text__compare(const char *a, const char *b)
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

#define ORDER(a, b, f)        \
	if ((a)->f != (b)->f) \
	return (a)->f < (b)->f ? -1 : 1

int ct_kind__by_content(const void *one, const void *other)
{
	const struct ct_kind *x = one, *y = other;
	const struct ct_key *a = &x->key, *b = &y->key;
	int order;

	ORDER(a, b, cap);
	ORDER(a, b, flags);
	ORDER(a, b, nr);
	ORDER(a, b, sel);
	ORDER(a, b, entry);
	ORDER(a, b, level);
	ORDER(a, b, from);
	ORDER(a, b, effective);
	ORDER(a, b, after);
	order = ct_text__compare(x->syscall, y->syscall);
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
	return order ? order : ct_text__compare(a.syscall, b.syscall);
}

bool ct_exec__is_same(const struct ct_exec *a, const struct ct_exec *b)
{
	return a->entry == b->entry && a->was == b->was && a->fcaps == b->fcaps &&
	       a->fcaps_effective == b->fcaps_effective && a->setuid == b->setuid &&
	       a->creds.euid == b->creds.euid && a->creds.no_new_privs == b->creds.no_new_privs &&
	       ct_str_equal(a->file, b->file) &&
	       (a->was != CT_ENTRY_SETUP || ct_str_equal(a->argv, b->argv));
}
