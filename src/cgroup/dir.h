/* SPDX-License-Identifier: GPL-2.0-only */
/* The directory of a cgroup, and the processes in it. */
#ifndef CT_CGROUP_DIR_H
#define CT_CGROUP_DIR_H

/*
 * Calls fn (NULL: nothing) for every process in the cgroup and below. Returns how many there are.
 */
int ct_cgroup_dir__each(const char *dir, void (*fn)(void *arg, int pid), void *arg);

/* PID of a process in the cgroup of that directory or below; 0: there is none. */
int ct_cgroup_dir__process(const char *dir);

/* Sends sig (0: none) to every process in the cgroup and below. Returns how many there are. */
int ct_cgroup_dir__signal(const char *dir, int sig);

/* Removes the cgroup and those below it, except where processes are left. */
void ct_cgroup_dir__remove(const char *dir);

#endif
