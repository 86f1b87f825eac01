/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the types of the running kernel are described. */
#ifndef CT_KERN_BTF_H
#define CT_KERN_BTF_H

#include <stdbool.h>

#include "base/err.h"

/* The kernel's own. */
#define CT_BTF_OWN "/sys/kernel/btf/vmlinux"

/* A file with the same, for kernels that were built without: named by --btf, or NULL. */
extern const char *ct_btf_file;

/* Does the kernel have BTF of its own? If not, it takes no program that names its types. */
bool ct_btf__is_own(void);

/* 0, or a negative errno and a message: there is none, or the file holds no BTF. */
int ct_btf__check(struct ct_err *err);

#endif
