/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a recording of a workload says as a whole, beyond each single thing that was seen. The judge
 * may ask no other questions about all that was seen in a part: the answers are part of its setting
 * (model/setting.c), so that only recordings with equal answers are added up.
 */
#ifndef CT_MODEL_WHOLE_H
#define CT_MODEL_WHOLE_H

#include "model/session.h"

struct ct_whole {
	uint8_t base_level; /* of the workload's own user namespace */
	bool base_known;    /* for certain; else base_level is the lowest that was seen */
	uint64_t given;	    /* all that it was configured with or that came in with a process */
	/* The following holds only if no kinds of checks were lost in the session as a whole. */
	bool mounts_no_overlay; /* seen from its start, and it mounted no overlay */
	/* And this one only if capset, prctl and similar calls were watched. */
	bool leaves_sets_alone; /* no process of it changed its own sets */
};

void ct_whole__of(const struct ct_workload *part, struct ct_whole *w);

/* Was the process that the entry's processes descend from seen from its start? */
bool ct_whole__sees_start(const struct ct_workload *part, uint32_t entry);

/*
 * Did a capset that asked for more than its caller held check SETPCAP? CT_UNKNOWN: no capset at all
 * checked it, so that such checks may be ones that cannot be seen.
 */
enum ct_tristate ct_whole__asks_beyond(const struct ct_workload *part, uint32_t entry);

/* Was SETPCAP checked by a prctl that sets securebits? */
bool ct_whole__asks_for_securebits(const struct ct_workload *part);

/*
 * Did it only probe for memory policies? libnuma, which many programs are linked with, gets the
 * policy, sets MPOL_PREFERRED_MANY, which older kernels refuse, and right afterwards the default.
 * If it set both equally often, none was meant to stay. Another policy is meant to stay, and so is
 * its end.
 */
bool ct_whole__probes_mempolicy(const struct ct_workload *part, uint32_t mode);

/*
 * Does it mount overlays with an index, which NFS export needs as well? Only then does the mount
 * compare its layers with file handles that it noted (ovl_get_indexdir).
 */
bool ct_whole__mounts_with_index(const struct ct_workload *part, uint32_t entry);

/*
 * Is it the act of a process that came from outside, executed nothing, and held more than the
 * workload was ever given? Such a process does not descend from the workload.
 */
bool ct_act__is_outsiders(const struct ct_act *a, const struct ct_workload *part, uint64_t given);

/* The user namespace level of the credentials that were judged, and whether it is known. */
uint8_t ct_kind__level_of_judged(const struct ct_kind *k);
bool ct_kind__is_level_known(const struct ct_kind *k);

/* Was the check made in this function, while an overlay was being mounted? */
bool ct_kind__is_in_overlay_mount(const struct ct_kind *k, const char *function);

#endif
