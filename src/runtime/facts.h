/* SPDX-License-Identifier: GPL-2.0-only */
/* What is true of every container of a runtime: data alone, which the judge may ask for. */
#ifndef CT_RUNTIME_FACTS_H
#define CT_RUNTIME_FACTS_H

#include "model/session.h"
#include "runtime/grant.h"

/* Which default seccomp profile a runtime applies. */
enum ct_default_profile {
	CT_PROFILE_MOBY,  /* moby profiles/seccomp/default.json, or one that resembles it */
	CT_PROFILE_COMMON /* containers/common pkg/seccomp/seccomp.json, which is laxer */
};

struct ct_runtime_facts {
	const char *title; /* its name for people */
	uint64_t caps;	   /* the default set; 0: its configuration decides */
	enum ct_grant_order order;
	const char *why_not_both; /* it refuses what is both added and dropped; NULL: it does not */
	bool in_guest; /* containers run on a kernel of their own, which checks what they do */
	bool users_hold_set; /* processes of users other than root hold the set, too */
	enum ct_default_profile profile;
	/* The first major version that accepts the name of every capability; 0: not known. */
	long names_all_since;
};

/* For CT_RT_NONE, the facts of a runtime that resembles Docker. */
const struct ct_runtime_facts *ct_runtimes__facts(enum ct_runtime rt);

#endif
