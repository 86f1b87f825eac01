/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which cgroup identifies a process: its cgroup in the v2 hierarchy, if it is below the root there.
 * On pure v1 hosts, and for processes at the v2 root of hybrid hosts, it is the cgroup in the
 * hierarchy of a v1 controller that container runtimes always use.
 */
#ifndef CT_CGROUP_HIERARCHY_H
#define CT_CGROUP_HIERARCHY_H

#include <stdbool.h>

/* Names by enum ct_v1_controller, in order of preference, NULL at the end. */
extern const char *const ct_v1_controllers[];

/* How processes are distinguished by cgroup on this host. */
struct ct_hierarchy {
	int layout;	   /* 1: v1, 2: v2, 3: hybrid */
	int v1_controller; /* enum ct_v1_controller; -1: only v2 */
	int v1_hierarchy;  /* its number, or -1 */
};
void ct_hierarchy__detect(struct ct_hierarchy *s);

/* Mount points of the hierarchies; empty: not mounted. */
struct ct_cgroup_mounts {
	char v2[512];
	char v1[512]; /* of the controller that the probe prefers, too */
};
/* Returns 0, or a negative errno, with *m empty, if the mounts cannot be read. */
int ct_cgroup_mounts__find(struct ct_cgroup_mounts *m);

/* Does the comma-separated list name the controller? */
bool ct_controllers__have(const char *list, const char *controller);

#endif
