/* SPDX-License-Identifier: GPL-2.0-only */
/* A map that the probe fills and the program that refuses reads. */
#ifndef CT_BPF_NEWCOMERS_H
#define CT_BPF_NEWCOMERS_H

/* Processes that came into their cgroup from outside and their descendants. */
struct newcomer {
	__u32 entry; /* CT_ENTRY_SETUP, or hash of a command line */
	__u32 mntns; /* set-up lasts until an execve in another mount namespace; 0: in any */
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32); /* tgid */
	__type(value, struct newcomer);
} newcomers SEC(".maps");

#endif
