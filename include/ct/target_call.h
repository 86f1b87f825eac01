/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System calls that ask for a capability only if another process holds more than the caller, and
 * how their arguments name that process. User space fills in the table, the probe reads it.
 */
#ifndef CT_TARGET_CALL_H
#define CT_TARGET_CALL_H

#ifndef __bpf__
#include <linux/types.h>
#endif

/* ct_act_key.sel of CT_ACT_TARGET: which comparison was passed. */
#define CT_TARGET_LOOK	   1u /* security/commoncap.c:cap_ptrace_access_check */
#define CT_TARGET_SCHEDULE 2u /* security/commoncap.c:cap_safe_nice */

enum ct_target_how {
	CT_TARGET_NONE,
	/* By a path below /proc. */
	CT_TARGET_OPEN,	    /* follows links unless the flags say otherwise; returns a descriptor */
	CT_TARGET_FOLLOW,   /* follows links unless the flags say otherwise */
	CT_TARGET_NOFOLLOW, /* never follows the last link */
	CT_TARGET_READLINK, /* reads the last link */
	CT_TARGET_SOCKET,   /* the path in a Unix socket's address, which is the argument */
	CT_TARGET_PATHS_END = CT_TARGET_SOCKET,
	/* By a number. */
	CT_TARGET_PID,	    /* a process id, 0 for the caller */
	CT_TARGET_PIDFD,    /* a descriptor */
	CT_TARGET_PRIORITY, /* setpriority: the first argument tells what the number names */
	CT_TARGET_IOPRIO,   /* ioprio_set: the same, counted from 1 */
	CT_TARGET_PTRACE,   /* ptrace: PTRACE_ATTACH and PTRACE_SEIZE alone */
	CT_TARGET_KCMP,	    /* this process id and the first argument's */
	CT_TARGET_PERF,	    /* perf_event_open: a process id, if it is one */
	CT_TARGET_PRCTL,    /* prctl: PR_SCHED_CORE alone */
	CT_TARGET_IOCTL,    /* ioctl: the requests of process descriptors */
};

#define CT_TARGET_NO_ARG 255

struct ct_target_call {
	__u8 how;   /* enum ct_target_how */
	__u8 kind;  /* CT_TARGET_LOOK or CT_TARGET_SCHEDULE */
	__u8 arg;   /* index of the path or the number */
	__u8 dir;   /* index of the directory's descriptor, or CT_TARGET_NO_ARG */
	__u8 flags; /* index of the flags, or CT_TARGET_NO_ARG */
	/* Index of a second path, or 0; its directory's descriptor, if there is one, precedes it.
	 */
	__u8 second;
	__u8 pad[2];
	__u32 nofollow; /* the flags that keep the last link from being followed */
};

#endif
