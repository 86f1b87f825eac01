/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The contract between the probe in the kernel and user space: fixed-width
 * types only, no padding left implicit.  Both sides include this file.
 */
#ifndef CT_EVENT_H
#define CT_EVENT_H

#ifndef __bpf__
#include <linux/types.h>
#endif

#define CT_STACK_DEPTH 24 /* return addresses kept of a call path */
#define CT_WINDOW      24 /* words of kernel stack that make a fingerprint */
#define CT_ARGS	       6
#define CT_COMM_LEN    16
#define CT_TEXT_LEN    512 /* a path, or a command line with NULs */
#define CT_CACHE_SLOTS 256 /* per CPU, a power of two */

/* Values of ct_key.nr that are not the number of a system call. */
#define CT_NR_NONE  (-1)   /* no system call: page fault, interrupt, io_uring worker */
#define CT_NR_OTHER 0x7fff /* another ABI's call, such as x32's, with unknown arguments */

/* ct_key.flags */
#define CT_F_GRANTED (1u << 0)
#define CT_F_COMPAT  (1u << 1) /* 32-bit system call numbers */
#define CT_F_OPTS    (1u << 2) /* NOAUDIT and INSETID are known */
#define CT_F_NOAUDIT (1u << 3)
#define CT_F_INSETID (1u << 4)
/* Whose credentials were checked. Neither of these two bits: the task's own. */
#define CT_F_CRED_DERIVED (1u << 5) /* other credentials, with the task's own bounding set */
#define CT_F_CRED_FOREIGN (1u << 6) /* other credentials, with another bounding set */
#define CT_CRED_OTHERS	  (CT_F_CRED_DERIVED | CT_F_CRED_FOREIGN)
#define CT_F_EUID0	  (1u << 7) /* the checked credentials have the host's effective uid 0 */
#define CT_F_CREDS	  (1u << 8) /* effective and from are known for every check of the kind */
/* Granted to the owner of a child user namespace, whatever it holds (cap_capable, 5.10-7.3). */
#define CT_F_BY_OWNER (1u << 9)
/*
 * The probe was told to record less. NO_SITE: no call path. TOTAL: only whose check it was (cgroup
 * and entry), the capability and the verdict. What is left out is zero, or CT_NR_NONE for nr.
 */
#define CT_F_NO_SITE (1u << 10)
#define CT_F_TOTAL   (1u << 11)
/* nr and sel of a 32-bit call are those of the native call that does the same. */
#define CT_F_AS_NATIVE (1u << 12)

/* How much is recorded of a check. Each level leaves out what the one before it does, and more. */
enum ct_detail {
	CT_DETAIL_FULL,
	CT_DETAIL_NO_SITES, /* neither call paths nor outcomes: CT_F_NO_SITE, site is 0 */
	CT_DETAIL_KINDS,    /* no samples: process, credentials and arguments are not known */
	CT_DETAIL_TOTALS,   /* no kinds: CT_F_TOTAL */
};

/* ct_key.entry: how the process came into its cgroup. */
#define CT_ENTRY_MAIN  0u /* the entry point's tree */
#define CT_ENTRY_SETUP 1u /* the runtime before the first execve inside */
/* The process came from another cgroup and executed nothing there. In recordings only. */
#define CT_ENTRY_ENTERED 0x80000001u
/* any other value: hash of the command line of a process that was exec'd in */

/*
 * Until it executes a program, a process that came from another cgroup carries the number of a slot
 * of its new cgroup. What becomes of the slot's processes decides in the end what their checks
 * count as.
 */
#define CT_SLOTS	     8 /* of a cgroup, from 1; the last one takes whoever finds no other */
#define CT_ENTRY_SLOT(slot)  (CT_ENTRY_SETUP | (__u32)(slot) << 2)
#define CT_SLOT_OF(entry)    ((entry) >> 2)
#define CT_IS_PENDING(entry) (((entry)&3) == CT_ENTRY_SETUP && (entry) != CT_ENTRY_ENTERED)

/* Top bit of a cgroup id: the id is one of a v1 hierarchy. */
#define CT_CGROUP_V1 (1ull << 63)

/* Controllers whose v1 hierarchy can stand in for the v2 tree, by preference. */
enum ct_v1_controller { CT_V1_PIDS, CT_V1_MEMORY, CT_V1_DEVICES, CT_V1_FREEZER };

/*
 * What tells one kind of check from another.  site is a fingerprint of the
 * return addresses above cap_capable: equal call paths have equal
 * fingerprints, so every call site becomes a kind of its own, with a stack
 * taken once.
 */
struct ct_key {
	__u64 cgroup;
	__u64 site;
	__u64 effective; /* effective set of the checked credentials */
	__s16 nr;
	__u16 flags; /* CT_F_* */
	__u32 sel;   /* selector, see ct/selector.h */
	__u32 entry; /* CT_ENTRY_* */
	__u8 cap;
	__u8 level; /* of the target user namespace; 0 is the initial one */
	__u8 from;  /* of the user namespace of the checked credentials */
	/* 1 + the capability that was refused to this task just before in the same call; 0: none */
	__u8 after;
};

#define CT_PATH_WORDS CT_STACK_DEPTH

/* One slot of the per-CPU cache in front of the map of kinds. */
struct ct_slot {
	struct ct_key key;
	__u64 count;   /* hits that are not yet in the map of kinds */
	__u64 last;    /* jiffies64 */
	__u32 settled; /* following such calls would tell nothing new */
	/*
	 * The return addresses that identify key.site, if the probe reads the stack word by word.
	 */
	__u32 words;		/* how many; 0: none are remembered */
	__u8 at[CT_PATH_WORDS]; /* where each lies, in words from cap_capable's return address */
	__u64 word[CT_PATH_WORDS];
};

/* Per-CPU value in the map of kinds. */
struct ct_count {
	__u64 count;
	__u64 last; /* jiffies64 of the last hit flushed from the cache */
};

/* What became of calls with a check of one kind. */
struct ct_results {
	__u64 ok, eperm, eacces, other;	   /* how they ended */
	__u64 found, made;		   /* the file that O_CREAT names was there, was created */
	__u64 same_session, other_session; /* where SIGCONT went */
	__u64 own_file, other_file;	   /* whose file got a further hard link */
	__u64 sgid, no_sgid;		   /* has the file that got an ACL the set-group-ID bit? */
	__u64 listed, empty;		   /* were there attributes to list? */
	__u64 nodata;			   /* those of other with ENODATA or ENODEV */
};

/* Overcommit checks of a cgroup: refused, granted. */
struct ct_vm_count {
	__u64 n[2];
};

struct ct_creds {
	__u32 uid, gid, euid, egid, suid, sgid, fsuid, fsgid;
	__u64 inheritable, permitted, effective, bounding, ambient;
	__u32 securebits;
	__u8 userns_level;
	__u8 no_new_privs;
	__u8 seccomp; /* 0 none, 1 strict, 2 filter */
	__u8 pad;
};

struct ct_proc {
	__u32 pid, tid, ppid, pad;
	char comm[CT_COMM_LEN];
	char pcomm[CT_COMM_LEN];
};

enum ct_event_type {
	CT_EV_SAMPLE = 1, /* first hit of a kind */
	CT_EV_CGROUP,	  /* a cgroup was made */
	CT_EV_EXEC,	  /* execve succeeded */
	CT_EV_EXIT,	  /* a process ended */
	CT_EV_ACT,	  /* a need without a check */
	CT_EV_GONE,	  /* a cgroup was removed: a struct ct_event alone */
};

struct ct_event {
	__u32 type;
	__u32 size;
	__u64 ns; /* CLOCK_MONOTONIC */
	__u64 cgroup;
};

struct ct_sample {
	struct ct_event h; /* h.cgroup: where the task was; key.cgroup: whose check it is */
	struct ct_key key;
	struct ct_proc proc;
	struct ct_creds creds;
	__u64 args[CT_ARGS];
};

/* One call path, in a map by its fingerprint (ct_key.site). */
struct ct_stack {
	__s32 depth; /* entries in addr[], or a negative errno */
	__u32 pad;
	__u64 addr[CT_STACK_DEPTH]; /* innermost first */
};

struct ct_slot_id {
	__u64 cgroup;
	__u32 slot;
	__u32 pad;
};

/* How processes came into a cgroup. */
#define CT_CAME_BY_ITSELF (1u << 0) /* it had executed a program, and moved itself */
#define CT_CAME_WHOLE	  (1u << 1) /* into a scope, with nothing left to set up */
#define CT_CAME_NESTED	  (1u << 2) /* by a process outside of the host's PID namespace */

/* One slot of a cgroup: processes that came into it in the same way, one after the other. */
struct ct_entered {
	__u64 from;  /* the cgroup they were in; 0: unknown */
	__u64 held;  /* capabilities that were in the permitted set of each of them when it came */
	__u32 how;   /* CT_CAME_* */
	__u32 alive; /* how many have neither executed nor ended */
	__u32 unclosed; /* the last one ended without an execve */
	__u32 mixed;	/* it had to take processes for which no slot was free */
};

/* A process that came into its cgroup from another one, or a descendant of such a process. */
struct ct_entering {
	__u32 entry;  /* CT_ENTRY_SLOT, hash of a command line, or CT_ENTRY_MAIN */
	__u32 mntns;  /* set-up lasts until an execve outside this mount namespace; 0: until any */
	__u64 cgroup; /* whose slot it is */
	/* The cgroup for which its checks still count, since it left for one of no workload. */
	__u64 home;
	__u64 away;  /* the cgroup that it went to */
	__u64 since; /* when it came, CLOCK_MONOTONIC */
};

/* A cgroup made since the probe was attached: has its entry point begun? */
struct ct_group {
	__u32 main;   /* tgid of the entry point, 0 before its execve */
	__u32 inside; /* made by a descendant of the watched command */
};

struct ct_cgroup_event {
	struct ct_event h; /* h.cgroup is the new one */
	__u32 inside;	   /* its maker descends from the watched command */
	__u32 uid;	   /* of its maker, to whom it belongs */
	char path[CT_TEXT_LEN];
};

struct ct_exec_event {
	struct ct_event h;
	struct ct_proc proc;
	struct ct_creds creds;
	__u32 entry;	  /* of the process from now on */
	__u32 was;	  /* entry before; CT_IS_PENDING() if it was entering */
	__u32 port_start; /* net.ipv4.ip_unprivileged_port_start, ~0 unknown */
	__u32 ping_low, ping_high;
	__u32 mntns_inum;
	__u32 argv_len;
	__u32 flags; /* CT_EXEC_F_* */
	__u32 pad;
	__u32 dev;     /* of the file: device number of its file system, as the kernel encodes it */
	__u64 ino;     /* its inode number there */
	__u64 entered; /* the cgroup whose slot is named by was */
	char file[256]; /* of a script: its interpreter, whose file capabilities count */
	char argv[CT_TEXT_LEN];
};

/* ct_exec_event.flags */
#define CT_EXEC_F_SECURE                                                                         \
	(1u << 0) /* it changed ids or, unless the user is root, the file's effective bit is set \
		     (cap_bprm_creds_from_file, 5.10 to 7.3) */
#define CT_EXEC_F_32BIT (1u << 1) /* a 32-bit program, whose system calls are not all watched */

struct ct_exit_event {
	struct ct_event h;
	struct ct_proc proc;
	__u32 entry;
	__s32 code;    /* as wait(2) reports it */
	__u32 is_main; /* the entry point's own process */
	__u32 pad;
};

enum ct_act_type {
	CT_ACT_CAPSET = 1, /* a: permitted, b: effective, c: inheritable, as asked */
	CT_ACT_AMBIENT,	   /* a: capability raised */
	CT_ACT_BSET_DROP,  /* a: capability dropped */
	CT_ACT_SECUREBITS, /* a: bits asked */
	CT_ACT_SYSCALL,	   /* a system call that seccomp profiles gate: nr, sel */
	CT_ACT_RELOAD,	   /* no need: a process got a SIGHUP that it handles */
	CT_ACT_LOW_MAP,	   /* memory mapped below vm.mmap_min_addr */
	/*
	 * The kernel did not ask, because another process held no more than the caller. sel: which
	 * comparison (CT_TARGET_*), a: the other process's permitted set, b: its cgroup, c: the
	 * caller's set that it was compared with; 0 in older recordings.
	 */
	CT_ACT_TARGET,
	CT_ACT_CAPGET, /* no need: capget told a process its own sets; a: the permitted one */
};

/* ct_act_key.asked, of a CAPSET: what did the process know of its own sets? */
#define CT_ASKED_NOTHING 0 /* it never called capget for them */
#define CT_ASKED_SOME	 1 /* it called capget; in recordings up to 0.1, which lack the answer */
#define CT_ASKED_GOT	 2 /* the got_* fields are what capget last reported to it */

#define CT_ACT_UNFILTERED 1

/*
 * How a call ended. One that failed with an error that no seccomp filter gives was let through,
 * which may be all that its caller wants.
 */
#define CT_ACT_OK	   1
#define CT_ACT_LET_THROUGH 2

struct ct_act_key {
	__u64 cgroup;
	__u64 a, b, c;
	__u64 before; /* bounding set */
	__u64 got_permitted, got_effective, got_inheritable;
	__u32 entry;
	__s32 nr;
	__u32 sel;
	__u16 type;   /* enum ct_act_type */
	__u8 ok;      /* CT_ACT_OK, CT_ACT_LET_THROUGH, or 0: refused */
	__u8 asked;   /* CT_ASKED_* */
	__u8 level;   /* of the caller's user namespace */
	__u8 seccomp; /* 1 + mode of the caller: CT_ACT_UNFILTERED, 2 strict, 3 filter; 0 unknown */
	__u8 pad[6];
};

struct ct_act_event {
	struct ct_event h;
	struct ct_act_key key;
	struct ct_proc proc;
};

/* Checks of one capability that a rehearsal refused; all but the count is of the last one. */
struct ct_refused {
	__u64 count;
	__u64 last_ns; /* CLOCK_MONOTONIC */
	__u32 pid;
	__s32 nr;
	char comm[CT_COMM_LEN];
};

/* What it takes to find cap_capable's return address from a program's context. */
#define CT_CALIBRATION_WORDS 48
struct ct_calibration {
	__s32 depth; /* of addr[]; 0: not taken yet */
	__u32 pad;
	__u64 word[CT_CALIBRATION_WORDS]; /* the stack from the context on */
	__u64 addr[CT_STACK_DEPTH];	  /* the true call path, innermost first */
};

/* Entries of the maps that all cgroups share, see ct_share. */
#define CT_KINDS   16384
#define CT_ACTS	   4096
#define CT_RESULTS 4096
enum ct_pool { CT_POOL_KINDS, CT_POOL_ACTS, CT_POOL_RESULTS, CT_POOLS };

/* What one cgroup has of them. */
struct ct_share {
	__u32 used[CT_POOLS];
	__u8 refused[32]; /* refused acts that are stored, by enum ct_act_type */
	__u32 epoch,
		sent; /* bytes sent while the ring was over half full, and which time that was */
	__u32 pad;
	__u64 lost; /* kinds, acts and events of this cgroup that found no room */
};

/* What can be lost is counted, in one array slot each. */
enum ct_loss {
	CT_LOSS_RING,	  /* ring full: a sample or event is missing, counts are not */
	CT_LOSS_KINDS,	  /* no room to count a check */
	CT_LOSS_ACTS,	  /* map of acts full */
	CT_LOSS_PROCS,	  /* no room to follow a process or a cgroup: its phase is unknown */
	CT_LOSS_STACKS,	  /* no stack could be taken */
	CT_LOSS_OUTCOMES, /* result of a refused call not watched */
	CT_LOSS_MAX,
};

#endif
