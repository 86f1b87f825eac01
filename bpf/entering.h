/* SPDX-License-Identifier: GPL-2.0-only */
/* The map that the probe fills and that the refusing program reads. */
#ifndef CT_BPF_ENTERING_H
#define CT_BPF_ENTERING_H

/* Processes that came into their cgroup from another one, and their descendants. */
struct entering {
	__u32 entry;  /* CT_ENTRY_SLOT, hash of a command line, or CT_ENTRY_MAIN */
	__u32 mntns;  /* set-up lasts until an execve outside this mount namespace; 0: until any */
	__u64 cgroup; /* whose slot it is */
	/* The cgroup for which its checks still count, since it left for one of no workload. */
	__u64 home;
	__u64 away;  /* the cgroup that it went to */
	__u64 since; /* when it came, CLOCK_MONOTONIC */
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32); /* tgid */
	__type(value, struct entering);
} entering SEC(".maps");

#endif
