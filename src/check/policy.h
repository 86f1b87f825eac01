/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy: what an organization allows its workloads, as a small YAML or JSON file.
 *
 *	forbid: [SYS_ADMIN, SYS_MODULE]	# never, nowhere
 *	max_scope: namespace		# none, namespace or host
 *	max_risk: medium		# low, medium or high
 *	min_confidence: high		# low, medium, high or proved
 *	allow: [CHOWN, SETUID]		# nothing but these, unless a workload has its own list
 *	workloads:
 *	  vpn:				# container, service, unit or command
 *	    allow: [NET_ADMIN]		# exactly these: forbid and max_* do not apply
 */
#ifndef CT_CHECK_POLICY_H
#define CT_CHECK_POLICY_H

#include "deploy/deployed.h"
#include "deploy/yaml.h"
#include "judge/judge.h"

struct ct_policy_list {
	char *name; /* of the workload; NULL: of all others */
	uint64_t allow;
	struct ct_place at;
	bool used; /* some workload has that name */
};

struct ct_policy {
	uint64_t forbid;
	bool has_allow;
	struct ct_policy_list allow;
	/* -1: not set */
	int max_scope, max_risk, min_confidence;
	struct ct_place forbid_at, scope_at, risk_at, confidence_at;
	struct ct_policy_list *workloads;
	size_t len, cap;
};

/* Does this document look like one? */
bool ct_policy__is(const struct ct_yaml_node *root);

/* Unknown keys, names and values are errors: -EINVAL with file:line:column. file must outlive p. */
int ct_policy__read(const struct ct_yaml *y, const char *file, struct ct_policy *p,
		    struct ct_err *err);
void ct_policy__free(struct ct_policy *p); /* what it holds */

#endif
