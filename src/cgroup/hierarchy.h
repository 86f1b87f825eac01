/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which hierarchy identifies a process? The v2 tree where it holds anything; on pure v1 hosts, and
 * for processes at the v2 root of hybrid ones, a v1 controller's that container runtimes always
 * use.
 */
#ifndef CT_CGROUP_HIERARCHY_H
#define CT_CGROUP_HIERARCHY_H

#include <stdbool.h>

/* Names of enum ct_v1_controller, by preference, NULL at the end. */
extern const char *const ct_v1_controllers[];

/* How processes are distinguished by cgroup on this host. */
struct ct_hierarchy {
	int layout;	   /* 1: v1, 2: v2, 3: both */
	int v1_controller; /* enum ct_v1_controller, -1: v2 alone */
	int v1_hierarchy;  /* number, -1 */
};
void ct_hierarchy__detect(struct ct_hierarchy *s);

/* Where the hierarchies are mounted; empty: not at all. */
struct ct_cgroup_mounts {
	char v2[512];
	char v1[512]; /* the one that the probe prefers, too */
};
void ct_cgroup_mounts__find(struct ct_cgroup_mounts *m);

/* Does the comma-separated list name the controller? */
bool ct_controllers__have(const char *list, const char *controller);

#endif
