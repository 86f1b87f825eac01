/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/when.h"

#include <ctype.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/sockios.h>
#include <signal.h>
#include <string.h>

#include "base/util.h"
#include "ct/selector.h"
#include "model/frames.h"

#define AUDIT_USER_LOGIN 1112 /* libaudit.h */

/*
 * Is it the kernel of a vendor who keeps a version's number for years and takes over changes of
 * newer ones?
 */
static bool is_vendors_mixture(const char *release)
{
	static const char *const marks[] = { ".el", "-default", ".amzn", "uek", "-tegra" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(marks); i++)
		if (strstr(release, marks[i]))
			return true;
	return false;
}

uint32_t ct_kernel__version(const char *release)
{
	unsigned long major, minor;
	char *end;

	if (!release || !isdigit((unsigned char)*release) || is_vendors_mixture(release))
		return 0;
	major = strtoul(release, &end, 10);
	if (*end != '.' || !isdigit((unsigned char)end[1]))
		return 0;
	minor = strtoul(end + 1, NULL, 10);
	return major < 1 || major > UINT16_MAX || minor > UINT16_MAX ? 0 : CT_KERNEL(major, minor);
}

#define SYSCALL_IN(k, ...) ct_str_among((k)->syscall, (const char *const[]){ __VA_ARGS__, NULL })

/*
 * Do the call's name and selector say what this check is about? Not in a 32-bit call that no native
 * one stands for: its arguments are not read, and its selector is 0. And not in work that was
 * deferred until some later call returned, because then the registers are those of that call
 * (io_uring).
 */
static bool speaks_of_call(const struct ct_kind *k)
{
	return ct_key__tells_arguments(&k->key) && !ct_kind__has_frame(k, "task_work_run");
}

static bool is_setid(const struct ct_kind *k)
{
	return SYSCALL_IN(k, "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid",
			  "setfsuid", "setfsgid");
}

static bool is_chmod(const struct ct_kind *k)
{
	return SYSCALL_IN(k, "chmod", "fchmod", "fchmodat", "fchmodat2");
}

/*
 * Was it one of these functions that asked inode_permission()? Inlined functions of fs/namei.c go
 * by the name of the function that they are part of. A path is a kind's own only where the probe
 * takes it whole (bpf/outcome.h, needs_whole_path). Elsewhere kinds that agree in their innermost
 * frames share the path of the first one, and no rule may leave out a need because of it.
 */
static bool permission_for(const struct ct_kind *k, const char *const *askers)
{
	for (size_t i = 0; i + 1 < k->stack_len; i++) {
		char name[128];

		if (strcmp(k->stack[i], "inode_permission") != 0)
			continue;
		ct_frame__plain(k->stack[i + 1], name, sizeof(name));
		return ct_str_among(name, askers);
	}
	return false;
}

#define PERMISSION_FOR(k, ...) permission_for(k, (const char *const[]){ __VA_ARGS__, NULL })

/*
 * Does one of these functions ask itself? A question of another function that it calls, perhaps a
 * driver's, is a different one.
 */
static bool asks_itself(const struct ct_kind *k, const char *const *names)
{
	static const char *const passers[] = { "security_capable", "capable", "ns_capable", NULL };
	char name[128] = "";

	for (size_t i = 0; i < k->stack_len; i++) {
		ct_frame__plain(k->stack[i], name, sizeof(name));
		if (!ct_str_among(name, passers))
			break;
	}
	return ct_str_among(name, names);
}

#define ASKED_BY(k, ...) asks_itself(k, (const char *const[]){ __VA_ARGS__, NULL })

/*
 * Was the question about the directory, in which nothing had to be created? The file's own
 * permission is may_open()'s question.
 */
static bool creates_nothing(const struct ct_kind *k)
{
	return SYSCALL_IN(k, "open", "openat", "openat2", "creat") &&
	       PERMISSION_FOR(k, "path_openat", "open_last_lookups", "lookup_open",
			      "may_o_create") &&
	       !k->outcome.made && k->outcome.found && k->outcome.found >= k->count;
}

/*
 * Did every file that got a further name belong to the caller? An owner may always link its file.
 * Permission for the directory of the new name is another question.
 */
static bool links_own_files(const struct ct_kind *k)
{
	return PERMISSION_FOR(k, "may_linkat", "safe_hardlink_source") && !k->outcome.other_file &&
	       k->outcome.own_file && k->outcome.own_file >= k->count;
}

/*
 * Calls that have done nothing if they fail with EACCES, and that say EACCES where a path is
 * refused. Not those that make or truncate a file first (an LSM may refuse to open what was just
 * made), nor a hard link, where may_linkat says EPERM.
 */
static bool fails_whole(const struct ct_kind *k)
{
	if (SYSCALL_IN(k, "open", "openat", "openat2"))
		return !(k->key.sel & (CT_OPEN_CREAT | CT_OPEN_TRUNC));
	return SYSCALL_IN(k, "access", "chdir", "faccessat", "faccessat2", "getxattr", "lgetxattr",
			  "listxattr", "llistxattr", "lstat", "mkdir", "mkdirat", "mknod",
			  "mknodat", "newfstatat", "readlink", "readlinkat", "rmdir", "stat",
			  "statfs", "statx", "unlink", "unlinkat");
}

/* Each call was granted, and failed with the error that refusing would have given it. */
static bool is_in_vain(const struct ct_kind *k)
{
	const struct ct_outcome *o = &k->outcome;

	return k->key.flags & CT_F_GRANTED && fails_whole(k) && !o->ok && !o->eperm && !o->other &&
	       o->eacces && o->eacces >= k->count;
}

/* Each call was granted, and none succeeded, for whatever reason. */
static bool have_all_failed(const struct ct_kind *k)
{
	const struct ct_outcome *o = &k->outcome;
	uint64_t failed = o->eperm + o->eacces + o->other;

	return k->key.flags & CT_F_GRANTED && !o->ok && failed && failed >= k->count;
}

/* Each call was granted, and said that there is no such thing, as refusing would have. */
static bool have_found_nothing(const struct ct_kind *k)
{
	const struct ct_outcome *o = &k->outcome;

	return k->key.flags & CT_F_GRANTED && !o->ok && !o->eperm && !o->eacces &&
	       o->other == o->nodata && o->nodata && o->nodata >= k->count;
}

static bool have_found_no_data(const struct ct_kind *k)
{
	return SYSCALL_IN(k, "fgetxattr", "getxattr", "getxattrat", "lgetxattr") &&
	       have_found_nothing(k);
}

/*
 * Any other error comes from an interface that is there, perhaps only since its module was loaded:
 * it has no address, or does not know such a request of ethtool.
 */
static bool have_found_no_device(const struct ct_kind *k)
{
	return SYSCALL_IN(k, "ioctl") && have_found_nothing(k);
}

static bool is_signal(const struct ct_kind *k, uint32_t signal)
{
	return SYSCALL_IN(k, "kill", "tkill", "tgkill", "pidfd_send_signal", "rt_sigqueueinfo",
			  "rt_tgsigqueueinfo") &&
	       k->key.sel == signal;
}

static bool stays_in_session(const struct ct_kind *k)
{
	const struct ct_outcome *o = &k->outcome;

	return is_signal(k, SIGCONT) && !o->other_session && o->same_session &&
	       o->same_session >= k->count;
}

/* A name like proc_pid_permission right above the question shows that the inode is procfs's. */
static bool on_proc(const struct ct_kind *k)
{
	for (size_t i = 0; i < k->stack_len && i < 6; i++)
		if (!strncmp(k->stack[i], "proc_", 5) && strstr(k->stack[i], "permission"))
			return true;
	return false;
}

/* Requests for which net/core/dev_ioctl.c:dev_ioctl asks nothing except in dev_load. */
static bool is_interface_query(uint32_t command)
{
	switch (command) {
	case SIOCGIFFLAGS:
	case SIOCGIFMETRIC:
	case SIOCGIFMTU:
	case SIOCGIFHWADDR:
	case SIOCGIFSLAVE:
	case SIOCGIFMAP:
	case SIOCGIFINDEX:
	case SIOCGIFTXQLEN:
	case SIOCETHTOOL: return true;
	default: return false;
	}
}

/*
 * Is it one message for the audit log, as libraries write it for callers who ignore a refusal, and
 * not a login record? The old AUDIT_USER is sent by programs that want to write just that.
 */
static bool is_plain_audit_message(const struct ct_kind *k)
{
	const uint32_t type = k->key.sel;

	return SYSCALL_IN(k, "sendto") && type != AUDIT_USER_LOGIN &&
	       ((type >= AUDIT_FIRST_USER_MSG && type <= AUDIT_LAST_USER_MSG) ||
		(type >= AUDIT_FIRST_USER_MSG2 && type <= AUDIT_LAST_USER_MSG2));
}

static bool opens_for_reading(const struct ct_kind *k)
{
	return SYSCALL_IN(k, "open", "openat", "openat2") &&
	       !(k->key.sel & (CT_OPEN_WRITE | CT_OPEN_CREAT | CT_OPEN_TRUNC));
}

static bool is_reading(const struct ct_kind *k)
{
	return SYSCALL_IN(k, "read", "readv", "pread64", "preadv", "preadv2") ||
	       opens_for_reading(k);
}

/*
 * Does the call want files and directories only to be read or searched? Then generic_permission()
 * asked for DAC_READ_SEARCH before it asked for DAC_OVERRIDE (fs/namei.c, 5.10 to 7.3), also where
 * the probe could not pair the two, because the task lost the processor in between. Whoever held
 * the former was asked for something else.
 */
static bool only_reads(const struct ct_kind *k)
{
	return k->key.flags & CT_F_CREDS && !(k->key.flags & CT_CRED_OTHERS) &&
	       !(k->key.effective & CT_CAP(DAC_READ_SEARCH)) &&
	       (SYSCALL_IN(k, "stat", "lstat", "newfstatat", "statx", "readlink", "readlinkat",
			   "chdir", "statfs") ||
		opens_for_reading(k));
}

/* Conditions of the system call and its arguments. */
static bool holds_for_call(const struct ct_condition *c, const struct ct_kind *k)
{
	const uint32_t sel = k->key.sel;

	switch (c->when) {
	case CT_WHEN_BPF_CMD: return SYSCALL_IN(k, "bpf") && (sel & ~CT_BPF_POWER_OF_TWO) == c->arg;
	case CT_WHEN_CHMOD_SGID: return is_chmod(k) && (sel & 02000);
	case CT_WHEN_CHMOD_NO_SGID: return is_chmod(k) && !(sel & 02000);
	case CT_WHEN_CONT_SESSION: return stays_in_session(k);
	case CT_WHEN_CREAT_FOUND: return creates_nothing(k);
	case CT_WHEN_EMPTY_LIST:
		return !k->outcome.listed && k->outcome.empty && k->outcome.empty >= k->count;
	case CT_WHEN_ALL_FAILED: return have_all_failed(k);
	case CT_WHEN_IF_QUERY: return SYSCALL_IN(k, "ioctl") && is_interface_query(sel);
	case CT_WHEN_INH_WITHIN: return SYSCALL_IN(k, "capset") && sel == CT_CAPSET_WITHIN;
	case CT_WHEN_IN_VAIN: return is_in_vain(k);
	case CT_WHEN_LOCK_WITHIN:
		return SYSCALL_IN(k, "mmap") && sel == CT_LOCK_WITHIN &&
		       ASKED_BY(k, "do_mmap", "mlock_future_ok");
	case CT_WHEN_NO_DATA: return have_found_no_data(k);
	case CT_WHEN_NO_DEVICE: return have_found_no_device(k);
	case CT_WHEN_AUDIT_PLAIN: return is_plain_audit_message(k);
	case CT_WHEN_NNP: return SYSCALL_IN(k, "execve", "execveat") && sel == CT_EXEC_NNP;
	case CT_WHEN_NO_SGID:
		return !k->outcome.sgid && k->outcome.no_sgid && k->outcome.no_sgid >= k->count;
	case CT_WHEN_ONLY_READS: return only_reads(k);
	case CT_WHEN_OWN_FILE: return links_own_files(k);
	case CT_WHEN_OWN_SEGMENT:
		return SYSCALL_IN(k, "shmctl") && sel != ~0u && sel & CT_SHM_OWN &&
		       ASKED_BY(k, "shmctl_do_lock");
	case CT_WHEN_PERF_SELF:
		return SYSCALL_IN(k, "perf_event_open") && sel == CT_PERF_SELF &&
		       ASKED_BY(k, "perf_check_permission", "sys_perf_event_open");
	case CT_WHEN_POWER_OF_TWO:
		return SYSCALL_IN(k, "bpf") && sel == (BPF_MAP_CREATE | CT_BPF_POWER_OF_TWO);
	case CT_WHEN_READING: return is_reading(k);
	case CT_WHEN_SETID_NOOP: return is_setid(k) && sel == CT_SETID_NOOP;
	case CT_WHEN_SETID_SILENT: return is_setid(k) && sel == CT_SETID_SILENT;
	case CT_WHEN_SIG0: return is_signal(k, 0);
	case CT_WHEN_SOCKOPT: return SYSCALL_IN(k, "setsockopt") && sel == c->arg;
	case CT_WHEN_UTIMES_SET:
		return SYSCALL_IN(k, "utimensat", "utimes", "utime", "futimesat") &&
		       sel == CT_TIMES_SET;
	default: return false;
	}
}

static bool holds(const struct ct_condition *c, const struct ct_kind *k)
{
	switch (c->when) {
	case CT_WHEN_ALWAYS: return true;
	case CT_WHEN_AFTER: return k->key.after == c->arg + 1;
	/* The recording has the host's numbers, and does not know another namespace's root. */
	case CT_WHEN_EUID0: return k->key.flags & CT_F_EUID0 && !k->key.level;
	case CT_WHEN_GLOBAL_ROOT: return k->key.flags & CT_F_EUID0;
	case CT_WHEN_HARDLINK: return PERMISSION_FOR(k, "may_linkat", "safe_hardlink_source");
	case CT_WHEN_NOAUDIT: return (k->key.flags & CT_F_OPTS) && (k->key.flags & CT_F_NOAUDIT);
	case CT_WHEN_ON_PROC: return on_proc(k);
	case CT_WHEN_TOUCH: return PERMISSION_FOR(k, "may_setattr", "notify_change");
	case CT_WHEN_UNDER: return ct_kind__has_frame(k, c->text);
	default: return holds_for_call(c, k) && speaks_of_call(k);
	}
}

enum ct_tristate ct_when__holds(const struct ct_condition *c, const struct ct_kind *k,
				uint32_t kernel)
{
	bool older;

	if (c->when != CT_WHEN_BEFORE && c->when != CT_WHEN_SINCE)
		return holds(c, k) ? CT_YES : CT_NO;
	if (!kernel)
		return CT_UNKNOWN;
	older = kernel < c->arg;
	return older == (c->when == CT_WHEN_BEFORE) ? CT_YES : CT_NO;
}
