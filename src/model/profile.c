/* SPDX-License-Identifier: GPL-2.0-only */
/* What a session holds of a seccomp profile. */
#include <jansson.h>

#include "base/util.h"
#include "model/names.h"
#include "model/session.h"

const char *const ct_seccomp_op_names[] = { "eq", "ne", "lt", "le", "gt", "ge", "masked_eq", NULL };

void ct_seccomp_profile__free(struct ct_seccomp_profile *p)
{
	for (size_t i = 0; i < p->nrules; i++) {
		free(p->rules[i].syscall);
		json_decref(p->rules[i].rest);
	}
	free(p->rules);
	*p = (struct ct_seccomp_profile){ 0 };
}
