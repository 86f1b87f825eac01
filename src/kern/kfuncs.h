/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts the kernel's functions into an object's calls, see ct/kfunc.h. */
#ifndef CT_KERN_KFUNCS_H
#define CT_KERN_KFUNCS_H

#include <stddef.h>
#include <stdint.h>

#include "ct/kfunc.h"

/* By enum ct_kfunc: BTF ids; 0 where the kernel has no such function. */
struct ct_kfunc_ids {
	uint32_t id[CT_KFUNC_MAX];
};

/* Looks them up in the kernel's own BTF, never in a module's. */
void ct_kfuncs__find(struct ct_kfunc_ids *ids);

/*
 * Changes the calls in the bytes of an object file, in place. A function that the kernel's BTF
 * lacks gets the id 0, which the verifier refuses only where it is reached. Returns how many calls
 * were changed, or -EINVAL if this is not an object file.
 */
int ct_kfuncs__patch(void *object, size_t size, const struct ct_kfunc_ids *ids);

#endif
