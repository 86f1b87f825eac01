/* SPDX-License-Identifier: GPL-2.0-only */
/* To which workload a cgroup belongs, and whether that is decided. */
#include <string.h>

#include "cgroup/name.h"
#include "record/take_priv.h"

struct home {
	uint64_t cgroup;
	struct ct_workload *w, *inner;
	bool looked; /* for the inner container */
	UT_hash_handle hh;
};

static struct home *home_of(struct ct_taking *t, uint64_t cgroup)
{
	const char *path = ct_cgroups__path(t->c->cgroups, cgroup);
	struct ct_cgroup_name name;
	struct home *h;

	HASH_FIND(hh, t->homes, &cgroup, sizeof(cgroup), h);
	if (h)
		return h;
	h = ct_xzalloc(sizeof(*h));
	h->cgroup = cgroup;
	HASH_ADD(hh, t->homes, cgroup, sizeof(h->cgroup), h); /* first: senders may form a ring */
	if (path) {
		ct_collect__classify(t->c, path, &name);
		h->w = t->choose(t->arg, t->s, &name, path,
				 ct_cgroups__inside(t->c->cgroups, cgroup));
	}
	if (!h->w && path && !ct_cgroup_name__has_own_set(&name))
		h->w = ct_origins__sender_to(t->origins, cgroup);
	return h;
}

struct ct_workload *ct_taking__home(void *arg, uint64_t cgroup)
{
	return home_of(arg, cgroup)->w;
}

struct ct_workload *ct_taking__inner(void *arg, uint64_t cgroup)
{
	struct ct_taking *t = arg;
	struct home *h = home_of(t, cgroup);
	const char *path = ct_cgroups__path(t->c->cgroups, cgroup);
	struct ct_cgroup_name name;

	if (h->looked)
		return h->inner;
	h->looked = true;
	/* Containers within a wanted workload are wanted, too. */
	if (path && ct_collect__inner(t->c, path, &name))
		h->inner = t->choose(t->arg, t->s, &name, path, h->w != NULL);
	if (h->inner == h->w)
		h->inner = NULL;
	return h->inner;
}

bool ct_taking__is_final(const struct ct_taking *t, uint64_t cgroup)
{
	return t->how == CT_TAKE_LAST || ct_collect__is_gone(t->c, cgroup);
}

bool ct_taking__is_decided(const struct ct_taking *t, uint64_t cgroup, uint32_t entry)
{
	return ct_taking__is_final(t, cgroup) || !CT_IS_PENDING(entry) ||
	       ct_origins__is_settled(t->origins, cgroup, entry);
}

bool ct_taking__is_over(void *arg, const struct ct_act_key *key)
{
	struct ct_taking *t = arg;

	return key->type == CT_ACT_TARGET && key->entry == CT_ENTRY_MAIN &&
	       ct_collect__is_gone(t->c, key->b) && ct_taking__home(t, key->cgroup);
}

void ct_taking__free_homes(struct ct_taking *t)
{
	CT_HASH_FREE(t->homes);
}
