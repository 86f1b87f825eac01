/* SPDX-License-Identifier: GPL-2.0-only */
/* Proves that an edit changed what it was meant to change, and nothing else. */
#ifndef CT_EDIT_PROOF_H
#define CT_EDIT_PROOF_H

#include "deploy/yaml.h"
#include "edit/patch.h"

/*
 * With aliases and merge keys resolved, do both texts mean the same, except for cap_add, cap_drop,
 * privileged and x-captrim of p's services? Returns 0, or -EINVAL with the place in the old file.
 */
int ct_proof__trees(const struct ct_yaml *old, const struct ct_yaml *new, const struct ct_patch *p,
		    struct ct_err *err);

/*
 * Do p's services have what the advice gives them in the edited project, and all others what they
 * had? Returns 0, or -EINVAL with a place and a cure.
 */
int ct_proof__services(const struct ct_compose *old, const struct ct_compose *new,
		       const struct ct_patch *p, struct ct_err *err);

#endif
