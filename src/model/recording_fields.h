/* SPDX-License-Identifier: GPL-2.0-only */
/* The members of each document of a recording, besides its arrays and nested objects. */
#ifndef CT_MODEL_RECORDING_FIELDS_H
#define CT_MODEL_RECORDING_FIELDS_H

#include "model/fields.h"

extern const struct ct_field ct_host_fields[];	  /* of the header */
extern const struct ct_field ct_trailer_fields[]; /* of struct ct_host, known at the end */
extern const struct ct_field ct_losses_fields[];
extern const struct ct_field ct_container_fields[];
extern const struct ct_field ct_sysctls_fields[];
extern const struct ct_field ct_workload_fields[];
extern const struct ct_field ct_configured_fields[]; /* only if known */
extern const struct ct_field ct_proc_fields[];
extern const struct ct_field ct_creds_fields[];
extern const struct ct_field ct_kind_fields[];
extern const struct ct_field ct_sample_fields[];  /* of struct ct_kind */
extern const struct ct_field ct_outcome_fields[]; /* of struct ct_kind */
extern const struct ct_field ct_seccomp_rule_fields[];
extern const struct ct_field ct_seccomp_arg_fields[];
extern const struct ct_field ct_act_fields[];
extern const struct ct_field ct_exec_fields[];
extern const struct ct_field ct_exit_fields[];

#endif
