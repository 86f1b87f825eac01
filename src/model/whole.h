/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a recording of a workload says as a whole, beyond each single thing that was seen. Whoever
 * judges a part may ask only these questions across what was seen in it: all of them are part of
 * its setting (model/setting.c), so that recordings are added up only if they answer alike.
 */
#ifndef CT_MODEL_WHOLE_H
#define CT_MODEL_WHOLE_H

#include "model/session.h"

struct ct_whole {
	uint8_t base_level; /* of the workload's own user namespace */
	bool base_known;    /* for certain, and not only the lowest that was seen */
	uint64_t given;	    /* all that any way into it brought along */
	/* The following only if no kinds of checks were lost in the session as a whole. */
	bool mounts_no_overlay; /* seen from its start, and none of its mounts was one */
	/* And this one only if capset, prctl and their like were watched. */
	bool leaves_sets_alone; /* no process of it changed its own sets */
};

void ct_whole__of(const struct ct_workload *part, struct ct_whole *w);

/* Was the process seen from its start that the entry's processes descend from? */
bool ct_whole__sees_start(const struct ct_workload *part, uint32_t entry);

/*
 * Was SETPCAP asked by capset for more than its caller held? CT_UNKNOWN: it was not asked by any
 * capset at all, so that the question may be one that cannot be seen.
 */
enum ct_tristate ct_whole__asks_beyond(const struct ct_workload *part, uint32_t entry);

/* Was SETPCAP asked where securebits are set? */
bool ct_whole__asks_for_securebits(const struct ct_workload *part);

/*
 * Did it only find out about memory policies? libnuma, which many programs are linked with, sets
 * MPOL_PREFERRED_MANY, which older kernels refuse, and the default right afterwards, and asks for
 * the policy before. As many of the one as of the other mean that none was meant to stay. Another
 * policy is a wish, and so is its end.
 */
bool ct_whole__probes_mempolicy(const struct ct_workload *part, uint32_t mode);

/*
 * Does it mount overlays with an index, which NFS export needs as well? Only then the mount
 * compares its layers with file handles that it noted (ovl_get_indexdir).
 */
bool ct_whole__mounts_with_index(const struct ct_workload *part, uint32_t entry);

/*
 * By a process that came from outside and executed nothing, and held more than the workload was
 * ever given? Then it does not descend from the workload.
 */
bool ct_act__is_outsiders(const struct ct_act *a, const struct ct_workload *part, uint64_t given);

/* The level of the user namespace whose credentials were judged, and whether it is known. */
uint8_t ct_kind__level_of_judged(const struct ct_kind *k);
bool ct_kind__is_level_known(const struct ct_kind *k);

/* Was the question asked while an overlay was mounted, in that function, too? */
bool ct_kind__is_in_overlay_mount(const struct ct_kind *k, const char *function);

#endif
