/* SPDX-License-Identifier: GPL-2.0-only */
/* What is true of every container of a runtime: data alone, which the judge may ask for. */
#ifndef CT_RUNTIME_FACTS_H
#define CT_RUNTIME_FACTS_H

#include "model/session.h"
#include "runtime/grant.h"

/* Whose default seccomp profile a runtime applies. */
enum ct_default_profile {
	CT_PROFILE_MOBY,  /* moby profiles/seccomp/default.json, or one that resembles it */
	CT_PROFILE_COMMON /* containers/common pkg/seccomp/seccomp.json, which is laxer */
};

struct ct_runtime_facts {
	const char *title; /* its name for people */
	uint64_t caps;	   /* given when nothing is said; 0: its configuration decides */
	enum ct_grant_order order;
	const char *why_not_both; /* it refuses what is both added and dropped; NULL: it does not */
	bool in_guest; /* containers run on a kernel of their own, which checks what they do */
	bool users_hold_set; /* a user other than root holds the set, too */
	enum ct_default_profile profile;
	/* First major version that takes the name of each capability; 0: not known of any. */
	long names_all_since;
};

/* Of a runtime that is not known: as of those that resemble Docker. */
const struct ct_runtime_facts *ct_runtimes__facts(enum ct_runtime rt);

#endif
