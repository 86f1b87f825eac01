/* SPDX-License-Identifier: GPL-2.0-only */
#include "runtime/grant.h"

#include <strings.h>

#include "model/caps.h"

bool ct_cap_list__add(struct ct_cap_list *l, const char *name)
{
	int cap;

	if (!strcasecmp(name, "ALL") || !strcasecmp(name, "CAP_ALL")) {
		l->all = true;
		return true;
	}
	cap = ct_cap__parse(name);
	if (cap >= 0)
		l->names |= 1ull << cap;
	return cap >= 0;
}

static uint64_t drop_last(uint64_t defaults, uint64_t all, struct ct_cap_list add,
			  struct ct_cap_list drop)
{
	uint64_t set = add.all ? all : defaults;

	if (drop.all)
		set = 0;
	return (set | add.names) & ~drop.names;
}

uint64_t ct_grant(enum ct_grant_order order, uint64_t defaults, uint64_t all,
		  struct ct_cap_list add, struct ct_cap_list drop)
{
	if (order == CT_GRANT_DROPS_LAST)
		return drop_last(defaults, all, add, drop);
	if (add.all)
		return all & ~drop.names;
	if (drop.all)
		return add.names;
	return (defaults & ~drop.names) | add.names;
}
