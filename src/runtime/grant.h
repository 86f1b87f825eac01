/* SPDX-License-Identifier: GPL-2.0-only */
/* What an engine gives to a container whose configuration adds and drops capabilities. */
#ifndef CT_RUNTIME_GRANT_H
#define CT_RUNTIME_GRANT_H

#include <stdbool.h>
#include <stdint.h>

/* ALL is kept apart: a list with ALL and names does not mean the same as one of all names. */
struct ct_cap_list {
	uint64_t names;
	bool all;
};

/* Adds ALL or one name, with or without CAP_; false: no capability has that name. */
bool ct_cap_list__add(struct ct_cap_list *l, const char *name);

enum ct_grant_order {
	/*
	 * Docker: moby, oci/caps/utils.go TweakCapabilities(): with ALL added, all but the names
	 * that are dropped; with ALL dropped, the names that are added; else it drops, then adds.
	 * Podman, containers/common pkg/capabilities MergeCapabilities(), does the same, and
	 * refuses what is both added and dropped.
	 */
	CT_GRANT_ADDS_LAST,
	/*
	 * The CRI: containerd, WithCapabilities(), and CRI-O, setupCapabilities(): ALL is added,
	 * ALL is dropped, names are added, names are dropped.
	 */
	CT_GRANT_DROPS_LAST
};

/* defaults: the set if nothing is added or dropped; all: what the engine takes ALL for. */
uint64_t ct_grant(enum ct_grant_order order, uint64_t defaults, uint64_t all,
		  struct ct_cap_list add, struct ct_cap_list drop);

#endif
