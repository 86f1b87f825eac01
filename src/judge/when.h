/* SPDX-License-Identifier: GPL-2.0-only */
/* Under which conditions a rule speaks. */
#ifndef CT_JUDGE_WHEN_H
#define CT_JUDGE_WHEN_H

#include "model/session.h"

/* A condition whose facts were not recorded does not hold. */
enum ct_when {
	CT_WHEN_ALWAYS,
	CT_WHEN_AFTER,	     /* arg was refused to the task just before */
	CT_WHEN_AUDIT_PLAIN, /* one message for the audit log, no login record */
	CT_WHEN_BEFORE,	     /* the kernel is older than version arg */
	CT_WHEN_BPF_CMD,     /* bpf() with command arg */
	CT_WHEN_CHMOD_NO_SGID,
	CT_WHEN_CHMOD_SGID,   /* the mode to be set has S_ISGID */
	CT_WHEN_CONT_SESSION, /* SIGCONT, every time within the session */
	CT_WHEN_CREAT_FOUND,  /* every file that O_CREAT names was there */
	CT_WHEN_EMPTY_LIST,   /* every file whose attributes were listed has none */
	CT_WHEN_ALL_FAILED,   /* granted, and every call failed all the same */
	CT_WHEN_EUID0,	      /* effective uid 0, and the initial user namespace is asked */
	CT_WHEN_GLOBAL_ROOT,  /* effective uid 0 of the host, whatever namespace is asked */
	CT_WHEN_HARDLINK,     /* may the file that gets a new name be read and written? */
	CT_WHEN_IF_QUERY,     /* an ioctl that only asks about an interface */
	CT_WHEN_INH_WITHIN,   /* capset: nothing new becomes inheritable */
	CT_WHEN_IN_VAIN,      /* granted, and every call failed as if it had been refused */
	CT_WHEN_LOCK_WITHIN,  /* mmap: RLIMIT_MEMLOCK allows to lock the mapping */
	CT_WHEN_NO_DATA,      /* granted, and no file had the attribute that was read */
	CT_WHEN_NO_DEVICE,    /* granted, and there was no such network interface */
	CT_WHEN_NNP,	      /* an execve of a task with no_new_privs */
	CT_WHEN_NOAUDIT,
	CT_WHEN_NO_SGID,      /* no file that got an ACL has S_ISGID */
	CT_WHEN_ON_PROC,      /* a directory of /proc/PID */
	CT_WHEN_ONLY_READS,   /* whoever is asked wants to read or to search, and nothing else */
	CT_WHEN_OWN_FILE,     /* every file that got a hard link is the caller's own */
	CT_WHEN_OWN_SEGMENT,  /* shmctl: the caller owns or made what it locks or unlocks */
	CT_WHEN_PERF_SELF,    /* perf_event_open: the caller alone, and nothing of the kernel's */
	CT_WHEN_POWER_OF_TWO, /* bpf: a map with a power of two of entries */
	CT_WHEN_READING,      /* open without writing, read */
	CT_WHEN_SETID_NOOP,
	CT_WHEN_SETID_SILENT,
	CT_WHEN_SIG0,
	CT_WHEN_SINCE,	 /* the kernel is of version arg or newer */
	CT_WHEN_SOCKOPT, /* setsockopt, arg: level << 16 | option */
	CT_WHEN_TOUCH,	 /* may the file be written whose times are set to the current one? */
	CT_WHEN_UNDER,	 /* function text is on the stack, too */
	CT_WHEN_UTIMES_SET,
};

struct ct_condition {
	enum ct_when when;
	uint32_t arg;
	const char *text; /* a name, where the condition has one */
};

/* A version of the kernel as one number, which compares as versions do. */
#define CT_KERNEL(major, minor) ((uint32_t)(major) << 16 | (minor))

/*
 * What "uname -r" says, as CT_KERNEL; 0 if it is not known which mainline version decides: there is
 * no number, or the vendor takes over changes of newer versions by the thousand.
 */
uint32_t ct_kernel__version(const char *release);

/*
 * A condition of a rule, for a kind of check on a kernel. CT_UNKNOWN only where the kernel's
 * version decides and kernel is 0.
 */
enum ct_tristate ct_when__holds(const struct ct_condition *c, const struct ct_kind *k,
				uint32_t kernel);

#endif
