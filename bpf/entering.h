/* SPDX-License-Identifier: GPL-2.0-only */
/* The map that the probe fills and that the refusing program reads. */
#ifndef CT_BPF_ENTERING_H
#define CT_BPF_ENTERING_H

#include "ct/event.h"

/* Processes that came into their cgroup from another one, and their descendants. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32); /* tgid */
	__type(value, struct ct_entering);
} entering SEC(".maps");

#endif
