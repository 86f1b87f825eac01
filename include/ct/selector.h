/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Selectors: the one number that, beside the system call, decides what a check
 * was about.  The probe computes it from the arguments (and, for identity
 * calls, the credentials), user space only reads it.
 */
#ifndef CT_SELECTOR_H
#define CT_SELECTOR_H

#define CT_SYSCALLS    512 /* system call numbers below this have a selector */
#define CT_INNER_CALLS 32  /* more than socketcall and ipc make (linux/net.h, linux/ipc.h) */

/* How the selector of a system call is made; low 5 bits of a table entry. */
enum ct_sel_kind {
	CT_SEL_NONE,
	CT_SEL_ARG,	/* argument n, low 32 bits; ~0 if no kernel knows such a value */
	CT_SEL_PAIR,	/* arguments n and n+1, 16 bits each: high n, low n+1 */
	CT_SEL_OPEN,	/* open flags in argument n, CT_OPEN_* */
	CT_SEL_OPENAT2, /* the same from struct open_how */
	CT_SEL_MODE,	/* set-id and sticky bits of the mode in argument n */
	CT_SEL_TIMES,	/* CT_TIMES_*, timespec or timeval array in argument n */
	CT_SEL_CLONE3,	/* flags of struct clone_args, CT_CLONE3_* for the upper half */
	CT_SEL_UID,	/* setuid; from here to FSGID uid is even, gid odd */
	CT_SEL_GID,
	CT_SEL_REUID, /* setreuid */
	CT_SEL_REGID,
	CT_SEL_RESUID, /* setresuid */
	CT_SEL_RESGID,
	CT_SEL_FSUID,
	CT_SEL_FSGID,
	CT_SEL_CAPSET, /* CT_CAPSET_*, struct __user_cap_data_struct[2] in argument n */
	CT_SEL_CREAT,  /* creat: as CT_SEL_MODE */
	CT_SEL_EXEC,   /* CT_EXEC_*, of the task */
	CT_SEL_LINK,   /* 0; the probe looks at the file that gets a further name */
	CT_SEL_XATTR,  /* 0; the probe looks at the file that gets an ACL */
	CT_SEL_LIST,   /* 0; the probe looks whether attributes were listed */
	CT_SEL_ATTR,   /* 0; the probe looks whether there is such an attribute */
	CT_SEL_WORD,   /* CT_WORD_*, of the string at argument n */
	CT_SEL_NLMSG, /* CT_NLMSG_*, or the type of the netlink message in buffer n of length n+1 */
	CT_SEL_BITS,  /* the bits of argument n that kernels know */
	CT_SEL_LOCK,  /* CT_LOCK_*, for a mapping whose length is argument n */
	CT_SEL_SHM,   /* shmctl's command in argument n, and CT_SHM_OWN */
	CT_SEL_PERF,  /* CT_PERF_*, of struct perf_event_attr in argument n */
	CT_SEL_BPF,   /* bpf()'s command in argument n, and CT_BPF_POWER_OF_TWO */
};

/* Table entry: kind, and the argument's index from bit 5. */
#define CT_SEL(kind, arg) ((__u8)((kind) | (arg) << 5))

/* CT_SEL_WORD: the first four bytes of a word of interest, lowest byte first; 0: no string. */
#define CT_WORD_OVERLAY 0x7265766fu /* "over" */
#define CT_WORD_OTHER	1	    /* any other, or a caller could make millions of kinds */
#define CT_WORD_UNKNOWN (~0u)	    /* it could not be read */

/* CT_SEL_NLMSG: instead of a type, which has 16 bits */
#define CT_NLMSG_NONE	 0u /* no message, or not readable */
#define CT_NLMSG_SEVERAL 0x10000u

/*
 * CT_SEL_CLONE3: the new namespaces, the flags above bit 31, and whether the child gets a copy of
 * the memory as by fork(). The lowest bits are free: clone takes them for a signal, and clone3
 * refuses them.
 */
#define CT_CLONE3_CLEAR_SIGHAND (1u << 0)
#define CT_CLONE3_INTO_CGROUP	(1u << 1)
#define CT_CLONE3_OTHER		(1u << 2)
#define CT_CLONE3_FORK		(1u << 3)  /* without CLONE_VM */
#define CT_CLONE3_NAMESPACES	0x7e020080 /* CLONE_NEW* as they are */

/* CT_SEL_OPEN: what an open can need permission for. */
#define CT_OPEN_READ	(1u << 0)
#define CT_OPEN_WRITE	(1u << 1)
#define CT_OPEN_CREAT	(1u << 2)
#define CT_OPEN_TRUNC	(1u << 3)
#define CT_OPEN_NOATIME (1u << 4)
#define CT_OPEN_PATH	(1u << 5)
#define CT_OPEN_DIR	(1u << 6)
#define CT_OPEN_EXCL	(1u << 7)

/* CT_SEL_TIMES */
#define CT_TIMES_NOW	 0u
#define CT_TIMES_SET	 1u
#define CT_TIMES_UNKNOWN 2u

/* CT_SEL_EXEC: may the file give privileges? Recordings made before this was recorded have 0. */
#define CT_EXEC_PRIVS 1u
#define CT_EXEC_NNP   2u /* no_new_privs: set-id bits are ignored, nothing more is permitted */

/* CT_SEL_CAPSET: the inheritable set asked for, against what the caller holds */
#define CT_CAPSET_WITHIN 0u /* within its inheritable and permitted sets */
#define CT_CAPSET_BEYOND 1u /* more (SETPCAP decides), or not readable */

/* CT_SEL_LOCK: could the mapping be locked? Recordings made before this was recorded have 0. */
#define CT_LOCK_UNKNOWN 0u /* beyond RLIMIT_MEMLOCK, or not known */
#define CT_LOCK_WITHIN	1u /* within it, together with all that the process has locked */

/*
 * CT_SEL_SHM, beside the command: the caller owns or created the segment, and its RLIMIT_MEMLOCK
 * does not forbid the command
 */
#define CT_SHM_OWN 0x10000u

/* CT_SEL_PERF: what is to be measured */
#define CT_PERF_OTHER 0u
#define CT_PERF_SELF  1u /* the caller alone, and nothing of the kernel's */

/* CT_SEL_BPF, beside BPF_MAP_CREATE: the map is to have a power of two of entries. */
#define CT_BPF_POWER_OF_TWO 0x10000u

/* Identity calls: what the capability changed. */
#define CT_SETID_NOOP	0u /* same result with and without */
#define CT_SETID_SILENT 1u /* succeeds without, but changes fewer ids */
#define CT_SETID_NEEDED 2u /* fails without */

#endif
