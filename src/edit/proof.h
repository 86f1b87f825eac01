/* SPDX-License-Identifier: GPL-2.0-only */
/* The proof that an edit changed what it was meant to change, and nothing else. */
#ifndef CT_EDIT_PROOF_H
#define CT_EDIT_PROOF_H

#include "deploy/yaml.h"
#include "edit/patch.h"

/*
 * Do both texts mean the same, aliases and merge keys resolved, but for cap_add, cap_drop,
 * privileged and x-captrim of the services of p? -EINVAL with the place in the old file if not.
 */
int ct_proof__trees(const struct ct_yaml *old, const struct ct_yaml *new, const struct ct_patch *p,
		    struct ct_err *err);

/*
 * Do the services of the edited project have what they were to have, and all others what
 * they had? -EINVAL with a place and a cure if not.
 */
int ct_proof__services(const struct ct_compose *old, const struct ct_compose *new,
		       const struct ct_patch *p, struct ct_err *err);

#endif
