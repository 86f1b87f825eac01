/* SPDX-License-Identifier: GPL-2.0-only */
/* The names of enumeration values in files, for use within model/. NULL ends a list. */
#ifndef CT_MODEL_NAMES_H
#define CT_MODEL_NAMES_H

extern const char *const ct_workload_kind_names[];
extern const char *const ct_runtime_names[];
extern const char *const ct_seccomp_names[];
extern const char *const ct_seccomp_op_names[];
extern const char *const ct_phase_names[]; /* what ct_workload__phase() returns */

int ct_names__find(const char *const *names, const char *name); /* -EINVAL: unknown */
const char *ct_names__get(const char *const *names, int value); /* "?": out of range */

#endif
