/* SPDX-License-Identifier: GPL-2.0-only */
/* The new values of a service's keys, with the reasons. */
#ifndef CT_EDIT_VALUES_H
#define CT_EDIT_VALUES_H

#include "edit/change.h"
#include "edit/patch.h"

/* Each fills an empty *v, which the caller frees. */
void ct_values__cap_drop(struct ct_change_value *v, const struct ct_patch_service *t);
void ct_values__cap_add(struct ct_change_value *v, const struct ct_patch_service *t);
void ct_values__not_privileged(struct ct_change_value *v);

/* x-captrim: the advice's origin. json: quote every word; reasons: with that of each capability. */
void ct_values__provenance(struct ct_change_value *v, const struct ct_patch *p,
			   const struct ct_patch_service *t, bool json, bool reasons);

#endif
