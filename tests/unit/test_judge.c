/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One check each, as a kernel would ask it, and what it is to be judged: the facts of
 * docs/kernel-facts.md, for and against. Stacks are as recorded on 6.18 where nothing
 * else is said.
 */
#include <linux/audit.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>

#include "build.h"
#include "ct/selector.h"

#define SOCKOPT(level, name) ((uint32_t)(level) << 16 | (name))
#define DAC		     (CT_CAP(DAC_READ_SEARCH) | CT_CAP(DAC_OVERRIDE))
#define INODE		     "security_capable capable_wrt_inode_uidgid "
#define GENERIC		     INODE "generic_permission inode_permission "
#define OVERCOMMIT	     "security_vm_enough_memory_mm __mmap_region do_mmap"
#define NETCTL		     "security_capable ns_capable_noaudit net_ctl_permissions sysctl_perm "
#define SETID(call)	     "security_capable ns_capable_setid __sys_" call " do_syscall_64"
#define SETSOCKOPT	     "security_capable ns_capable sk_setsockopt do_sock_setsockopt"

static const struct fact {
	const char *what;
	int cap;
	const char *syscall, *stack;
	enum ct_verdict verdict;
	uint64_t any_of; /* 0: the capability alone */
	uint32_t sel, euid, entry;
	uint16_t flags;
	uint8_t after;
	bool refused, nnp, everything, failed, unsampled;
	bool mounts; /* the workload mounted an overlay */
	bool unseen; /* its start was not seen */
	bool unit;   /* of systemd, no container */
	bool docker; /* asked of one who holds what Docker gives */
	struct ct_outcome outcome;
	uint64_t count;	    /* 0: 1 */
	const char *kernel; /* NULL: 6.18 */
} facts[] = {
/* Further members by name. */
#define F(what_, cap_, call, stack_, verdict_, ...)                                   \
	{                                                                             \
		.what = (what_), .cap = (cap_), .syscall = (call), .stack = (stack_), \
		.verdict = (verdict_), ##__VA_ARGS__                                  \
	}
	/* 1: overridden credentials */
	F("copy-up with the mounter's credentials", CAP_DAC_OVERRIDE, "openat",
	  GENERIC "ovl_copy_up_one ovl_open", CT_UNNEEDED, .flags = CT_F_CRED_FOREIGN),
	F("a lower layer's attribute", CAP_SYS_ADMIN, "newfstatat",
	  "security_capable capable xattr_permission vfs_getxattr ovl_get_inode", CT_UNNEEDED,
	  .flags = CT_F_CRED_FOREIGN),
	F("the same with its own credentials", CAP_SYS_ADMIN, "getxattr",
	  "security_capable capable xattr_permission vfs_getxattr do_getxattr", CT_REQUIRED),
	F("an overlay that it mounted itself", CAP_DAC_OVERRIDE, "openat",
	  GENERIC "ovl_permission path_openat", CT_REQUIRED, .flags = CT_F_CRED_DERIVED,
	  .everything = true, .mounts = true),
	F("an overlay that it mounted for an inner container", CAP_CHOWN, "openat",
	  INODE "setattr_prepare ovl_copy_up_one ovl_open", CT_REQUIRED, .flags = CT_F_CRED_FOREIGN,
	  .everything = true, .mounts = true),
	F("the runtime's overlay beside one of its own", CAP_CHOWN, "openat",
	  INODE "setattr_prepare ovl_copy_up_one ovl_open", CT_UNNEEDED, .flags = CT_F_CRED_FOREIGN,
	  .mounts = true),
	F("mounter and container both hold everything", CAP_DAC_OVERRIDE, "openat",
	  GENERIC "ovl_permission path_openat", CT_UNNEEDED, .flags = CT_F_CRED_DERIVED,
	  .everything = true),
	F("the same, and it may have mounted one before", CAP_DAC_OVERRIDE, "openat",
	  GENERIC "ovl_permission path_openat", CT_REQUIRED, .flags = CT_F_CRED_DERIVED,
	  .everything = true, .unseen = true),
	F("the overlay's own file, with a registered personality", CAP_DAC_OVERRIDE,
	  "io_uring_enter", INODE "generic_permission ovl_permission inode_permission may_open",
	  CT_REQUIRED, .flags = CT_F_CRED_DERIVED, .everything = true),
	F("the same, of a personality with another bounding set", CAP_DAC_OVERRIDE,
	  "io_uring_enter", INODE "generic_permission ovl_permission inode_permission may_open",
	  CT_REQUIRED, .flags = CT_F_CRED_FOREIGN, .everything = true),
	F("bits that the caller keeps in writing to an overlay", CAP_FSETID, "io_uring_enter",
	  INODE "setattr_should_drop_suidgid file_remove_privs_flags backing_file_write_iter "
		"ovl_write_iter",
	  CT_REQUIRED, .flags = CT_F_CRED_DERIVED, .everything = true),
	F("bits that the mounter keeps in writing to the layer", CAP_FSETID, "write",
	  INODE "setattr_should_drop_suidgid file_remove_privs_flags ext4_buffered_write_iter "
		"vfs_iter_write backing_file_write_iter ovl_write_iter",
	  CT_UNNEEDED, .flags = CT_F_CRED_DERIVED, .everything = true),
	F("bits that a FUSE server keeps in passing a write on", CAP_FSETID, "write",
	  INODE "setattr_should_drop_suidgid file_remove_privs_flags ext4_buffered_write_iter "
		"vfs_iter_write backing_file_write_iter fuse_passthrough_write_iter",
	  CT_REQUIRED, .flags = CT_F_CRED_DERIVED, .everything = true),
	F("where a lower file came from", CAP_DAC_READ_SEARCH, "openat",
	  "security_capable capable ovl_can_decode_fh ovl_lookup", CT_UNNEEDED,
	  .flags = CT_F_CRED_FOREIGN, .everything = true),
	F("other credentials of its own, no overlay", CAP_DAC_OVERRIDE, "openat",
	  GENERIC "path_openat", CT_REQUIRED, .flags = CT_F_CRED_DERIVED, .everything = true),
	F("a descriptor's opener, who held more than its reader", CAP_SYS_ADMIN, "pread64",
	  "security_capable file_ns_capable pagemap_read vfs_read", CT_REQUIRED,
	  .flags = CT_F_CRED_FOREIGN, .everything = true),
	F("a descriptor's opener, who holds more than was ever given", CAP_SYS_ADMIN, "pread64",
	  "security_capable file_ns_capable pagemap_read vfs_read", CT_UNNEEDED,
	  .flags = CT_F_CRED_FOREIGN),
	F("access() overrides with its own identity", CAP_DAC_OVERRIDE, "faccessat2",
	  GENERIC "do_faccessat", CT_REQUIRED, .flags = CT_F_CRED_DERIVED, .everything = true),
	F("access() to read", CAP_DAC_READ_SEARCH, "access", GENERIC "do_faccessat", CT_REQUIRED,
	  .any_of = DAC, .flags = CT_F_CRED_DERIVED, .everything = true),
	F("asked of a child namespace by its owner", CAP_SYS_ADMIN, "openat",
	  "security_capable ns_capable userns_get open_related_ns", CT_UNNEEDED,
	  .flags = CT_F_BY_OWNER),
	/* 2: overcommit, with and without frames that kernels inline */
	F("overcommit on 6.18", CAP_SYS_ADMIN, "mmap", OVERCOMMIT, CT_UNNEEDED),
	F("overcommit, the short way", CAP_SYS_ADMIN, NULL, "cap_vm_enough_memory", CT_UNNEEDED),
	F("overcommit on 5.10", CAP_SYS_ADMIN, "brk",
	  "cap_vm_enough_memory security_vm_enough_memory_mm do_brk_flags", CT_UNNEEDED),
	F("overcommit refused", CAP_SYS_ADMIN, "mmap", OVERCOMMIT, CT_UNNEEDED, .refused = true),
	/* 3: set-up is not the workload's */
	F("runc mounts", CAP_SYS_ADMIN, "mount", "security_capable ns_capable path_mount",
	  CT_UNNEEDED, .entry = CT_ENTRY_SETUP),
	F("the workload mounts", CAP_SYS_ADMIN, "mount", "security_capable ns_capable path_mount",
	  CT_REQUIRED),
	F("an unknown site during set-up", CAP_SYS_ADMIN, "mount", "capable nobody_knows",
	  CT_UNNEEDED, .entry = CT_ENTRY_SETUP),
	F("the execve that ends the set-up", CAP_DAC_OVERRIDE, "execve",
	  GENERIC "may_open path_openat do_filp_open do_open_execat", CT_REQUIRED,
	  .entry = CT_ENTRY_SETUP, .everything = true),
	F("an execve with more than is given, before the set-up ends", CAP_DAC_OVERRIDE, "execve",
	  GENERIC "may_open path_openat do_filp_open do_open_execat", CT_UNNEEDED,
	  .entry = CT_ENTRY_SETUP),
	F("systemd's execve as root", CAP_DAC_OVERRIDE, "execve",
	  GENERIC "may_open path_openat do_filp_open do_open_execat", CT_UNNEEDED,
	  .entry = CT_ENTRY_SETUP, .everything = true, .unit = true),
	F("systemd's execve as another user", CAP_DAC_OVERRIDE, "execve",
	  GENERIC "may_open path_openat do_filp_open do_open_execat", CT_REQUIRED, .euid = 1000,
	  .entry = CT_ENTRY_SETUP, .everything = true, .unit = true),
	F("an execve of other credentials during set-up", CAP_DAC_OVERRIDE, "execve",
	  GENERIC "ovl_permission inode_permission do_open_execat", CT_UNNEEDED,
	  .flags = CT_F_CRED_DERIVED, .entry = CT_ENTRY_SETUP, .everything = true),
	F("exec'd in", CAP_CHOWN, "chown", INODE "setattr_prepare", CT_REQUIRED, .entry = 1234),
	/* 4: identity calls */
	F("setuid to an id it has", CAP_SETUID, "setuid", SETID("setuid"), CT_UNNEEDED,
	  .sel = CT_SETID_NOOP),
	F("setuid for good", CAP_SETUID, "setuid", SETID("setuid"), CT_REQUIRED,
	  .sel = CT_SETID_SILENT),
	F("setuid to another", CAP_SETUID, "setuid", SETID("setuid"), CT_REQUIRED,
	  .sel = CT_SETID_NEEDED),
	F("setgid to an id it has", CAP_SETGID, "setgid", SETID("setgid"), CT_UNNEEDED,
	  .sel = CT_SETID_NOOP),
	F("setgid to another", CAP_SETGID, "setgid", SETID("setgid"), CT_REQUIRED,
	  .sel = CT_SETID_NEEDED),
	F("setresuid to ids it has", CAP_SETUID, "setresuid", SETID("setresuid"), CT_UNNEEDED,
	  .sel = CT_SETID_NOOP),
	F("setreuid to another", CAP_SETUID, "setreuid", SETID("setreuid"), CT_REQUIRED,
	  .sel = CT_SETID_NEEDED),
	F("setfsuid to another", CAP_SETUID, "setfsuid", SETID("setfsuid"), CT_REQUIRED,
	  .sel = CT_SETID_NEEDED),
	F("setgroups, whatever to", CAP_SETGID, "setgroups",
	  "security_capable ns_capable_setid __do_sys_setgroups do_syscall_64", CT_REQUIRED),
	F("setgroups on arm64", CAP_SETGID, "setgroups", "ns_capable_setid __arm64_sys_setgroups",
	  CT_REQUIRED),
	/* 6: FSETID */
	F("chmod without g+s", CAP_FSETID, "fchmodat", INODE "setattr_prepare", CT_UNNEEDED),
	F("chmod g+s", CAP_FSETID, "fchmodat", INODE "setattr_prepare", CT_REQUIRED, .sel = 02000),
	F("chown, which may lose a bit", CAP_FSETID, "fchownat", INODE "setattr_copy ext4_setattr",
	  CT_REQUIRED),
	F("writing to a set-id file", CAP_FSETID, "write", "capable setattr_should_drop_suidgid",
	  CT_REQUIRED),
	/* 7: /proc of others */
	F("fields of /proc/PID/stat", CAP_SYS_PTRACE, "read",
	  "security_capable ns_capable_noaudit __ptrace_may_access ptrace_may_access do_task_stat",
	  CT_OPTIONAL),
	F("exe of another's process", CAP_SYS_PTRACE, "readlink",
	  "ns_capable_noaudit __ptrace_may_access ptrace_may_access proc_pid_readlink",
	  CT_REQUIRED),
	F("ptrace attach", CAP_SYS_PTRACE, "ptrace",
	  "ns_capable __ptrace_may_access ptrace_attach __do_sys_ptrace", CT_REQUIRED),
	F("maps of another's process, 6.18", CAP_PERFMON, "openat",
	  "capable mm_access proc_mem_open proc_maps_open", CT_REQUIRED,
	  .any_of = CT_CAP(SYS_PTRACE) | CT_CAP(PERFMON) | CT_CAP(SYS_ADMIN)),
	/* 8: permission by asking first */
	F("root reading a net sysctl", CAP_NET_ADMIN, "openat", NETCTL "proc_sys_permission",
	  CT_UNNEEDED, .sel = CT_OPEN_READ),
	F("another reading a net sysctl", CAP_NET_ADMIN, "openat", NETCTL "proc_sys_permission",
	  CT_REQUIRED, .sel = CT_OPEN_READ, .euid = 33),
	F("the same, when it is read", CAP_NET_ADMIN, "read", NETCTL "proc_sys_call_handler",
	  CT_REQUIRED, .sel = 3, .euid = 33),
	F("reading an IPC sysctl", CAP_SYS_ADMIN, "read",
	  "ns_capable ipc_permissions sysctl_perm proc_sys_call_handler", CT_UNNEEDED,
	  .any_of = CT_CAP(SYS_ADMIN) | CT_CAP(CHECKPOINT_RESTORE)),
	F("writing an IPC sysctl", CAP_SYS_ADMIN, "write",
	  "ns_capable ipc_permissions sysctl_perm proc_sys_call_handler", CT_REQUIRED,
	  .any_of = CT_CAP(SYS_ADMIN) | CT_CAP(CHECKPOINT_RESTORE)),
	F("root writing a net sysctl", CAP_NET_ADMIN, "write", NETCTL "proc_sys_call_handler",
	  CT_UNNEEDED, .sel = 1),
	F("another writing a net sysctl", CAP_NET_ADMIN, "write", NETCTL "proc_sys_call_handler",
	  CT_REQUIRED, .sel = 1, .euid = 33),
	F("writing a net sysctl, as who knows", CAP_NET_ADMIN, "write",
	  NETCTL "proc_sys_call_handler", CT_REQUIRED, .sel = 1, .unsampled = true),
	F("lists of sockets", CAP_NET_ADMIN, "sendto",
	  "security_capable ns_capable netlink_net_capable inet_diag_dump_icsk", CT_OPTIONAL),
	F("lists of sockets through a filter", CAP_NET_ADMIN, "sendto",
	  "security_capable ns_capable netlink_net_capable __inet_diag_dump_start", CT_REQUIRED),
	F("the BPF JIT's barriers", CAP_SYS_ADMIN, "prctl",
	  "security_capable ns_capable_noaudit do_jit bpf_int_jit_compile do_seccomp", CT_UNNEEDED),
	F("a marked packet", CAP_NET_RAW, "setsockopt", SETSOCKOPT, CT_REQUIRED,
	  .any_of = CT_CAP(NET_RAW) | CT_CAP(NET_ADMIN), .sel = SOCKOPT(SOL_SOCKET, SO_MARK)),
	F("a bound socket to another interface", CAP_NET_RAW, "setsockopt", SETSOCKOPT, CT_REQUIRED,
	  .sel = SOCKOPT(SOL_SOCKET, SO_BINDTOIFINDEX)),
	F("another's kernel stack", CAP_SYS_PTRACE, "read",
	  "security_capable ns_capable ptrace_has_cap __ptrace_may_access ptrace_may_access "
	  "proc_pid_stack proc_single_show",
	  CT_REQUIRED),
	F("a pipe beyond the limit of all", CAP_SYS_RESOURCE, "fcntl",
	  "capable pipe_fcntl do_fcntl", CT_REQUIRED),
	F("kernel addresses", CAP_SYSLOG, "openat",
	  "security_capable has_capability_noaudit kallsyms_show_value kallsyms_open", CT_REQUIRED),
	/* 9: NOAUDIT is not noise, audited is not a need */
	F("a seccomp filter", CAP_SYS_ADMIN, "seccomp",
	  "security_capable ns_capable_noaudit do_seccomp __do_sys_seccomp", CT_REQUIRED,
	  .flags = CT_F_OPTS | CT_F_NOAUDIT),
	F("remembering the lowest oom_score_adj", CAP_SYS_RESOURCE, "write",
	  "security_capable has_capability_noaudit __set_oom_adj.isra.0 oom_score_adj_write",
	  CT_UNNEEDED, .flags = CT_F_OPTS | CT_F_NOAUDIT),
	F("lowering oom_score_adj", CAP_SYS_RESOURCE, "write",
	  "security_capable capable __set_oom_adj.isra.0 oom_score_adj_write", CT_REQUIRED,
	  .flags = CT_F_OPTS),
	F("remembering it, options unknown", CAP_SYS_RESOURCE, "write",
	  "security_capable has_capability_noaudit __set_oom_adj.isra.0 oom_score_adj_write",
	  CT_UNNEEDED),
	F("remembering it, inlined otherwise", CAP_SYS_RESOURCE, "write",
	  "security_capable has_ns_capability_noaudit __set_oom_adj oom_adj_write", CT_UNNEEDED),
	F("oom_score_adj, options unknown", CAP_SYS_RESOURCE, "write",
	  "security_capable capable __set_oom_adj.isra.0 oom_score_adj_write", CT_REQUIRED),
	F("a pipe beyond the limits", CAP_SYS_RESOURCE, "pipe2",
	  "security_capable capable alloc_pipe_info create_pipe_files", CT_REQUIRED),
	F("a pipe beyond the user's limits", CAP_SYS_ADMIN, "pipe2",
	  "security_capable capable alloc_pipe_info create_pipe_files", CT_REQUIRED,
	  .any_of = CT_CAP(SYS_RESOURCE) | CT_CAP(SYS_ADMIN)),
	F("reserved blocks", CAP_SYS_RESOURCE, "write",
	  "security_capable capable ext4_has_free_clusters ext4_claim_free_clusters", CT_REQUIRED),
	/* 10: either-or, also when the first was granted */
	F("reading against the mode", CAP_DAC_READ_SEARCH, "openat", GENERIC "path_openat",
	  CT_REQUIRED, .any_of = DAC, .sel = CT_OPEN_READ),
	F("reading, the second question", CAP_DAC_OVERRIDE, "openat", GENERIC "path_openat",
	  CT_REQUIRED, .any_of = DAC, .after = CAP_DAC_READ_SEARCH + 1),
	F("writing, by the path of a search before it", CAP_DAC_OVERRIDE, "openat",
	  GENERIC "link_path_walk path_openat", CT_REQUIRED, .sel = CT_OPEN_WRITE),
	F("writing against the mode", CAP_DAC_OVERRIDE, "openat", GENERIC "path_openat",
	  CT_REQUIRED, .sel = CT_OPEN_WRITE),
	F("SO_MARK, since 5.17", CAP_NET_RAW, "setsockopt", SETSOCKOPT, CT_REQUIRED,
	  .any_of = CT_CAP(NET_RAW) | CT_CAP(NET_ADMIN), .sel = SOCKOPT(SOL_SOCKET, SO_MARK)),
	F("SO_MARK, the second question", CAP_NET_ADMIN, "setsockopt", SETSOCKOPT, CT_REQUIRED,
	  .any_of = CT_CAP(NET_RAW) | CT_CAP(NET_ADMIN), .sel = SOCKOPT(SOL_SOCKET, SO_MARK),
	  .after = CAP_NET_RAW + 1),
	F("real-time ioprio", CAP_SYS_ADMIN, "ioprio_set", "capable ioprio_check_cap", CT_REQUIRED,
	  .any_of = CT_CAP(SYS_ADMIN) | CT_CAP(SYS_NICE)),
	F("the kernel log", CAP_SYSLOG, "syslog", "security_capable capable do_syslog",
	  CT_REQUIRED),
	F("reading the kernel log, the old way", CAP_SYS_ADMIN, "syslog",
	  "capable check_syslog_permissions do_syslog", CT_REQUIRED,
	  .any_of = CT_CAP(SYSLOG) | CT_CAP(SYS_ADMIN)),
	/* 12: refused, and what became of it */
	F("refused, and lived", CAP_CHOWN, "chown", INODE "setattr_prepare", CT_UNNEEDED,
	  .refused = true),
	F("refused, and failed", CAP_CHOWN, "chown", INODE "setattr_prepare", CT_REQUIRED,
	  .refused = true, .failed = true),
	F("unneeded stays so in a run that failed", CAP_SYS_ADMIN, "mmap", OVERCOMMIT, CT_UNNEEDED,
	  .refused = true, .failed = true),
	/* 15: names of frames, unknown sites */
	F("a suffix of the compiler", CAP_CHOWN, "chown",
	  "capable_wrt_inode_uidgid setattr_prepare.constprop.0.isra.1", CT_REQUIRED),
	F("a site that no rule knows", CAP_CHOWN, "chown", "capable nobody_knows_this",
	  CT_REQUIRED),
	F("no stack at all", CAP_MKNOD, "mknodat", "", CT_REQUIRED),
	F("a rule of the site for another capability", CAP_SYS_TIME, "chown",
	  INODE "setattr_prepare", CT_REQUIRED),
	/* further facts: files */
	F("utimes to now", CAP_FOWNER, "utimensat", INODE "may_setattr notify_change", CT_REQUIRED,
	  .any_of = CT_CAP(FOWNER) | CT_CAP(DAC_OVERRIDE)),
	F("utimes to a given time", CAP_FOWNER, "utimensat", INODE "setattr_prepare notify_change",
	  CT_REQUIRED, .sel = CT_TIMES_SET),
	F("a file handle asked by overlayfs", CAP_DAC_READ_SEARCH, "mount",
	  "capable ovl_can_decode_fh ovl_fill_super", CT_OPTIONAL),
	F("a directory of /proc", CAP_DAC_READ_SEARCH, "openat",
	  GENERIC "proc_pid_permission inode_permission", CT_REQUIRED, .any_of = DAC),
	/* audit, limits, priorities, buffers, signals, nets */
	F("an audit message", CAP_AUDIT_WRITE, "sendto",
	  "security_capable netlink_capable audit_receive_msg audit_receive", CT_OPTIONAL,
	  .sel = 1100),
	F("a message for its own sake", CAP_AUDIT_WRITE, "sendto",
	  "security_capable netlink_capable audit_receive_msg audit_receive", CT_REQUIRED,
	  .sel = 1005),
	F("a login record", CAP_AUDIT_WRITE, "sendto",
	  "security_capable netlink_capable audit_receive_msg audit_receive", CT_REQUIRED,
	  .sel = 1112),
	F("listing attributes, none were there", CAP_SYS_ADMIN, "listxattr",
	  "ns_capable_noaudit simple_xattr_list shmem_listxattr vfs_listxattr", CT_UNNEEDED,
	  .outcome.empty = 2, .count = 2),
	F("some files have attributes", CAP_SYS_ADMIN, "listxattr",
	  "ns_capable_noaudit simple_xattr_list shmem_listxattr vfs_listxattr", CT_REQUIRED,
	  .outcome = { .empty = 1, .listed = 1 }, .count = 2),
	F("listing attributes, not all were followed", CAP_SYS_ADMIN, "listxattr",
	  "ns_capable_noaudit simple_xattr_list shmem_listxattr vfs_listxattr", CT_REQUIRED,
	  .outcome.empty = 1, .count = 2),
	F("several messages in one buffer", CAP_AUDIT_WRITE, "sendto",
	  "security_capable netlink_capable audit_receive_msg audit_receive", CT_REQUIRED,
	  .sel = CT_NLMSG_SEVERAL),
	F("an audit message that was not read", CAP_AUDIT_WRITE, "sendmsg",
	  "security_capable netlink_capable audit_receive_msg audit_receive", CT_REQUIRED),
	F("a hard limit raised", CAP_SYS_RESOURCE, "prlimit64", "capable do_prlimit", CT_REQUIRED),
	F("locking much memory", CAP_IPC_LOCK, "mlock", "capable do_mlock", CT_REQUIRED),
	F("a forced buffer", CAP_NET_ADMIN, "setsockopt", SETSOCKOPT, CT_REQUIRED,
	  .sel = SOCKOPT(SOL_SOCKET, SO_RCVBUFFORCE)),
	F("a high packet priority", CAP_NET_RAW, "setsockopt", SETSOCKOPT, CT_REQUIRED,
	  .any_of = CT_CAP(NET_RAW) | CT_CAP(NET_ADMIN), .sel = SOCKOPT(SOL_SOCKET, SO_PRIORITY)),
	F("congestion control", CAP_NET_ADMIN, "setsockopt",
	  "sockopt_ns_capable tcp_setsockopt do_sock_setsockopt", CT_REQUIRED,
	  .sel = SOCKOPT(SOL_TCP, TCP_CONGESTION)),
	F("asking for an interface that is not there", CAP_NET_ADMIN, "ioctl",
	  "security_capable capable dev_ioctl sock_do_ioctl", CT_UNNEEDED, .sel = SIOCGIFINDEX,
	  .outcome = { .other = 1, .nodata = 1 }),
	F("the same, a module of its very name", CAP_SYS_MODULE, "ioctl",
	  "security_capable capable dev_ioctl sock_do_ioctl", CT_OPTIONAL, .sel = SIOCGIFINDEX,
	  .outcome = { .other = 1, .nodata = 1 }),
	F("one that is there once its module is, and has no address", CAP_NET_ADMIN, "ioctl",
	  "security_capable capable dev_load devinet_ioctl", CT_REQUIRED, .sel = SIOCGIFADDR,
	  .outcome.other = 1),
	F("one that is there once its module is", CAP_NET_ADMIN, "ioctl",
	  "security_capable capable dev_ioctl sock_do_ioctl", CT_REQUIRED, .sel = SIOCGIFINDEX,
	  .outcome = { .ok = 1, .other = 1 }, .count = 2),
	F("the same where the end was not seen", CAP_SYS_MODULE, "ioctl",
	  "security_capable capable dev_ioctl sock_do_ioctl", CT_REQUIRED, .sel = SIOCGIFINDEX),
	F("changing an interface", CAP_NET_ADMIN, "ioctl",
	  "security_capable ns_capable dev_ioctl sock_do_ioctl", CT_REQUIRED, .sel = SIOCSIFMTU),
	F("a key that not even the administrator may clear", CAP_SYS_ADMIN, "keyctl",
	  "security_capable capable keyctl_keyring_clear", CT_UNNEEDED, .outcome.other = 1),
	F("one that he may", CAP_SYS_ADMIN, "keyctl",
	  "security_capable capable keyctl_keyring_clear", CT_REQUIRED,
	  .outcome = { .ok = 1, .other = 1 }, .count = 2),
	F("kill(pid, 0)", CAP_KILL, "kill", "security_capable ns_capable check_kill_permission",
	  CT_REQUIRED),
	F("kill(pid, SIGTERM)", CAP_KILL, "kill",
	  "security_capable ns_capable check_kill_permission", CT_REQUIRED, .sel = 15),
	/* Read and search are asked for first, whether or not the two questions could be paired. */
	F("reading another's file", CAP_DAC_OVERRIDE, "openat", GENERIC "path_openat", CT_REQUIRED,
	  .sel = CT_OPEN_READ, .docker = true, .any_of = DAC),
	F("searching another's directory", CAP_DAC_OVERRIDE, "statx", GENERIC "filename_lookup",
	  CT_REQUIRED, .docker = true, .any_of = DAC),
	F("writing to it", CAP_DAC_OVERRIDE, "openat", GENERIC "path_openat", CT_REQUIRED,
	  .sel = CT_OPEN_READ | CT_OPEN_WRITE, .docker = true),
	F("executing it", CAP_DAC_OVERRIDE, "execve", GENERIC "do_open_execat", CT_REQUIRED,
	  .docker = true),
	F("a directory that may have to be written", CAP_DAC_OVERRIDE, "openat",
	  GENERIC "lookup_open", CT_REQUIRED, .sel = CT_OPEN_READ | CT_OPEN_CREAT, .docker = true),
	F("something else, since one who may read was asked", CAP_DAC_OVERRIDE, "openat",
	  GENERIC "path_openat", CT_REQUIRED, .sel = CT_OPEN_READ),
	F("arguments that are not known", CAP_DAC_OVERRIDE, "openat", GENERIC "path_openat",
	  CT_REQUIRED, .docker = true, .flags = CT_F_COMPAT),
	/* protected_hardlinks: permission to read and write comes first, the owner second */
	F("a hard link to another's file", CAP_DAC_OVERRIDE, "link",
	  INODE "generic_permission ovl_permission inode_permission may_linkat do_linkat",
	  CT_REQUIRED, .any_of = CT_CAP(DAC_OVERRIDE) | CT_CAP(FOWNER)),
	F("the same on a kernel that may have shown two paths as one", CAP_DAC_OVERRIDE, "link",
	  INODE "generic_permission ovl_permission inode_permission may_linkat do_linkat",
	  CT_REQUIRED, .kernel = "6.1.0"),
	F("the same without DAC_OVERRIDE", CAP_FOWNER, "linkat", "ns_capable may_linkat do_linkat",
	  CT_REQUIRED, .any_of = CT_CAP(DAC_OVERRIDE) | CT_CAP(FOWNER),
	  .after = CAP_DAC_OVERRIDE + 1),
	F("a hard link to another's set-user-ID file", CAP_FOWNER, "link",
	  "ns_capable may_linkat do_linkat", CT_REQUIRED),
	F("the new name's directory", CAP_DAC_OVERRIDE, "link", GENERIC "vfs_link do_linkat",
	  CT_REQUIRED),
	F("times to now, neither owner nor FOWNER", CAP_DAC_OVERRIDE, "utimensat",
	  GENERIC "may_setattr notify_change vfs_utimes", CT_REQUIRED,
	  .any_of = CT_CAP(DAC_OVERRIDE) | CT_CAP(FOWNER), .after = CAP_FOWNER + 1),
	F("the same on 5.10", CAP_DAC_OVERRIDE, "utimensat", GENERIC "notify_change vfs_utimes",
	  CT_REQUIRED, .any_of = CT_CAP(DAC_OVERRIDE) | CT_CAP(FOWNER), .after = CAP_FOWNER + 1),
	F("SIGCONT within the session", CAP_KILL, "kill",
	  "ns_capable check_kill_permission group_send_sig_info", CT_UNNEEDED, .sel = SIGCONT,
	  .outcome.same_session = 2, .count = 2),
	F("SIGCONT to another session", CAP_KILL, "pidfd_send_signal",
	  "ns_capable check_kill_permission", CT_REQUIRED, .sel = SIGCONT,
	  .outcome = { .same_session = 1, .other_session = 1 }, .count = 2),
	F("SIGCONT, not always seen where to", CAP_KILL, "kill", "ns_capable check_kill_permission",
	  CT_REQUIRED, .sel = SIGCONT, .outcome.same_session = 1, .count = 2),
	F("SIGCONT, nothing known", CAP_KILL, "kill", "ns_capable check_kill_permission",
	  CT_REQUIRED, .sel = SIGCONT),
	F("another signal within the session", CAP_KILL, "kill", "ns_capable check_kill_permission",
	  CT_REQUIRED, .sel = SIGTERM, .outcome.same_session = 1),
	F("a raw socket", CAP_NET_RAW, "socket", "security_capable ns_capable inet_create",
	  CT_REQUIRED),
	F("a low port", CAP_NET_BIND_SERVICE, "bind", "security_capable ns_capable __inet_bind",
	  CT_REQUIRED),
	/* O_CREAT: the directory is asked for before the file is looked up */
	F("O_CREAT, the file was there", CAP_DAC_OVERRIDE, "openat",
	  INODE "generic_permission ovl_permission inode_permission path_openat", CT_UNNEEDED,
	  .sel = CT_OPEN_READ | CT_OPEN_CREAT, .outcome.found = 1),
	F("the same, functions not inlined", CAP_DAC_OVERRIDE, "open",
	  GENERIC "lookup_open.isra.0 open_last_lookups path_openat", CT_UNNEEDED,
	  .sel = CT_OPEN_WRITE | CT_OPEN_CREAT, .outcome.found = 3, .count = 3),
	F("creat() of a file that was there", CAP_DAC_OVERRIDE, "creat", GENERIC "path_openat",
	  CT_UNNEEDED, .outcome.found = 1),
	F("a refused one", CAP_DAC_OVERRIDE, "openat", GENERIC "path_openat", CT_UNNEEDED,
	  .sel = CT_OPEN_CREAT, .outcome.found = 1, .refused = true, .failed = true),
	F("O_CREAT, the file was made", CAP_DAC_OVERRIDE, "openat", GENERIC "path_openat",
	  CT_REQUIRED, .sel = CT_OPEN_CREAT, .outcome.made = 1),
	F("O_CREAT, one of them was made", CAP_DAC_OVERRIDE, "openat", GENERIC "path_openat",
	  CT_REQUIRED, .sel = CT_OPEN_CREAT, .outcome = { .found = 2, .made = 1 }, .count = 2),
	F("O_CREAT, not all were followed", CAP_DAC_OVERRIDE, "openat", GENERIC "path_openat",
	  CT_REQUIRED, .sel = CT_OPEN_CREAT, .outcome.found = 2, .count = 3),
	F("O_CREAT, none was followed", CAP_DAC_OVERRIDE, "openat", GENERIC "path_openat",
	  CT_REQUIRED, .sel = CT_OPEN_CREAT),
	F("O_CREAT, the found file's own permission", CAP_DAC_OVERRIDE, "openat",
	  GENERIC "may_open path_openat", CT_REQUIRED, .sel = CT_OPEN_WRITE | CT_OPEN_CREAT,
	  .outcome.found = 1),
	F("O_CREAT, a directory on the way", CAP_DAC_OVERRIDE, "openat",
	  GENERIC "link_path_walk path_openat", CT_REQUIRED, .any_of = DAC, .sel = CT_OPEN_CREAT,
	  .after = CAP_DAC_READ_SEARCH + 1, .outcome.found = 1),
	/* what became of the calls */
	F("a grant for nothing in /proc", CAP_DAC_READ_SEARCH, "readlink",
	  INODE "generic_permission proc_fd_permission inode_permission link_path_walk",
	  CT_UNNEEDED, .outcome.eacces = 3, .count = 3),
	F("one of them was for something", CAP_DAC_READ_SEARCH, "readlink",
	  INODE "generic_permission proc_fd_permission inode_permission link_path_walk",
	  CT_REQUIRED, .any_of = DAC, .outcome = { .eacces = 2, .ok = 1 }, .count = 3),
	F("one of them failed otherwise", CAP_DAC_OVERRIDE, "openat", GENERIC "link_path_walk",
	  CT_REQUIRED, .outcome = { .eacces = 2, .other = 1 }, .count = 3),
	F("not all of them were followed", CAP_DAC_READ_SEARCH, "readlink",
	  GENERIC "link_path_walk", CT_REQUIRED, .any_of = DAC, .outcome.eacces = 2, .count = 3),
	F("a file that may have been made and could not be opened", CAP_DAC_OVERRIDE, "openat",
	  GENERIC "path_openat", CT_REQUIRED, .sel = CT_OPEN_CREAT, .outcome.eacces = 1),
	F("one that was opened, and truncated perhaps", CAP_DAC_OVERRIDE, "openat",
	  GENERIC "may_open path_openat", CT_REQUIRED, .sel = CT_OPEN_WRITE | CT_OPEN_TRUNC,
	  .outcome.eacces = 1),
	F("one that was opened for writing", CAP_DAC_OVERRIDE, "openat",
	  GENERIC "may_open path_openat", CT_UNNEEDED, .sel = CT_OPEN_WRITE, .outcome.eacces = 1),
	F("a hard link, which says EPERM when it is refused", CAP_DAC_OVERRIDE, "linkat",
	  GENERIC "may_linkat do_linkat", CT_REQUIRED,
	  .any_of = CT_CAP(DAC_OVERRIDE) | CT_CAP(FOWNER), .outcome.eacces = 1),
	F("in vain in a run that failed", CAP_DAC_READ_SEARCH, "readlink", GENERIC "link_path_walk",
	  CT_REQUIRED, .any_of = DAC, .outcome.eacces = 1, .failed = true),
	F("attributes that are not there", CAP_SYS_ADMIN, "getxattr",
	  "security_capable capable xattr_permission vfs_getxattr", CT_UNNEEDED,
	  .outcome = { .other = 2, .nodata = 2 }, .count = 2),
	F("one of them was", CAP_SYS_ADMIN, "getxattr",
	  "security_capable capable xattr_permission vfs_getxattr", CT_REQUIRED,
	  .outcome = { .other = 1, .nodata = 1, .ok = 1 }, .count = 2),
	F("one of them could not be read for another reason", CAP_SYS_ADMIN, "lgetxattr",
	  "security_capable capable xattr_permission vfs_getxattr", CT_REQUIRED,
	  .outcome = { .other = 2, .nodata = 1 }, .count = 2),
	F("one that was to be removed", CAP_SYS_ADMIN, "removexattr",
	  "security_capable capable xattr_permission vfs_removexattr", CT_REQUIRED,
	  .outcome = { .other = 1, .nodata = 1 }),
	F("locking what is mapped within the limit", CAP_IPC_LOCK, "mmap",
	  "security_capable capable do_mmap vm_mmap_pgoff", CT_UNNEEDED, .sel = CT_LOCK_WITHIN),
	F("the same by a function of its own", CAP_IPC_LOCK, "mmap",
	  "security_capable capable mlock_future_ok do_mmap vm_mmap_pgoff", CT_UNNEEDED,
	  .sel = CT_LOCK_WITHIN),
	F("locking beyond the limit", CAP_IPC_LOCK, "mmap",
	  "security_capable capable do_mmap vm_mmap_pgoff", CT_REQUIRED),
	F("a stack that grows while something is mapped", CAP_IPC_LOCK, "mmap",
	  "security_capable capable mlock_future_ok acct_stack_growth expand_downwards",
	  CT_REQUIRED, .sel = CT_LOCK_WITHIN),
	F("one's own shared memory", CAP_IPC_LOCK, "shmctl", "ns_capable shmctl_do_lock",
	  CT_UNNEEDED, .sel = 11 | CT_SHM_OWN),
	F("another's", CAP_IPC_LOCK, "shmctl", "ns_capable shmctl_do_lock", CT_REQUIRED, .sel = 11),
	F("beyond the limit", CAP_IPC_LOCK, "shmctl", "capable user_shm_lock shmctl_do_lock",
	  CT_REQUIRED, .sel = 11 | CT_SHM_OWN),
	F("measuring oneself", CAP_PERFMON, "perf_event_open", "capable __do_sys_perf_event_open",
	  CT_UNNEEDED, .sel = CT_PERF_SELF, .any_of = CT_CAP(PERFMON) | CT_CAP(SYS_ADMIN)),
	F("what a device asks on the way", CAP_PERFMON, "perf_event_open",
	  "capable some_pmu_event_init perf_try_init_event __do_sys_perf_event_open", CT_REQUIRED,
	  .sel = CT_PERF_SELF, .any_of = CT_CAP(PERFMON) | CT_CAP(SYS_ADMIN)),
	F("what a device asks while it is mapped", CAP_IPC_LOCK, "mmap",
	  "security_capable capable some_mmap mmap_region do_mmap vm_mmap_pgoff", CT_REQUIRED,
	  .sel = CT_LOCK_WITHIN),
	F("what is locked elsewhere", CAP_IPC_LOCK, "shmctl", "capable shmem_lock shmctl_do_lock",
	  CT_REQUIRED, .sel = 11 | CT_SHM_OWN),
	F("measuring the kernel", CAP_PERFMON, "perf_event_open",
	  "capable __do_sys_perf_event_open", CT_REQUIRED,
	  .any_of = CT_CAP(PERFMON) | CT_CAP(SYS_ADMIN)),
	F("a look into another process that was refused all the same", CAP_PERFMON, "openat",
	  "security_capable capable mm_access proc_mem_open environ_open", CT_UNNEEDED,
	  .outcome.eacces = 2, .count = 2),
	F("one of two that was not", CAP_PERFMON, "openat",
	  "security_capable capable mm_access proc_mem_open environ_open", CT_REQUIRED,
	  .any_of = CT_CAP(SYS_PTRACE) | CT_CAP(SYS_ADMIN) | CT_CAP(PERFMON),
	  .outcome = { .eacces = 1, .ok = 1 }, .count = 2),
	F("a link of another process that could not be read", CAP_SYS_PTRACE, "readlink",
	  "security_capable ns_capable __ptrace_may_access ptrace_may_access proc_pid_readlink",
	  CT_UNNEEDED, .outcome.eacces = 1),
	F("a link of which nothing is known", CAP_SYS_PTRACE, "readlink",
	  "security_capable ns_capable __ptrace_may_access ptrace_may_access proc_pid_readlink",
	  CT_REQUIRED),
	F("another error than a refusal's", CAP_DAC_READ_SEARCH, "linkat",
	  "security_capable capable path_init path_lookupat", CT_REQUIRED, .outcome.eacces = 1),
	F("a hard link to its own read-only file", CAP_DAC_OVERRIDE, "linkat",
	  INODE "generic_permission inode_permission may_linkat do_linkat", CT_UNNEEDED,
	  .outcome.own_file = 2, .count = 2),
	F("hard links to its own and to another's", CAP_DAC_OVERRIDE, "linkat",
	  INODE "generic_permission inode_permission may_linkat do_linkat", CT_REQUIRED,
	  .any_of = CT_CAP(DAC_OVERRIDE) | CT_CAP(FOWNER),
	  .outcome = { .own_file = 1, .other_file = 1 }, .count = 2),
	F("the directory of the new name, its own file", CAP_DAC_OVERRIDE, "linkat",
	  GENERIC "filename_create do_linkat", CT_REQUIRED, .outcome.own_file = 1),
	F("the ACL of a file whose new mode has no g+s", CAP_FSETID, "fchmodat",
	  INODE "posix_acl_update_mode ext4_set_acl posix_acl_chmod", CT_UNNEEDED, .sel = 01000),
	F("the same with g+s", CAP_FSETID, "fchmodat",
	  INODE "posix_acl_update_mode ext4_set_acl posix_acl_chmod", CT_REQUIRED, .sel = 02000),
	F("a BPF array with a power of two of elements", CAP_PERFMON, "bpf",
	  "bpf_token_capable array_map_alloc map_create", CT_UNNEEDED, .sel = CT_BPF_POWER_OF_TWO),
	F("a BPF array with another number", CAP_PERFMON, "bpf",
	  "bpf_token_capable array_map_alloc map_create", CT_REQUIRED,
	  .any_of = CT_CAP(PERFMON) | CT_CAP(SYS_ADMIN)),
	F("an ACL on a file without g+s", CAP_FSETID, "setxattr",
	  INODE "posix_acl_update_mode ext4_set_acl vfs_set_acl", CT_UNNEEDED,
	  .outcome.no_sgid = 1),
	F("an ACL on a file with g+s", CAP_FSETID, "setxattr",
	  INODE "posix_acl_update_mode ext4_set_acl vfs_set_acl", CT_REQUIRED,
	  .outcome = { .no_sgid = 1, .sgid = 1 }, .count = 2),
	F("an ACL that changed no file", CAP_FSETID, "setxattr",
	  INODE "posix_acl_update_mode ext4_set_acl vfs_set_acl", CT_REQUIRED),
	F("set-id execution under no_new_privs", CAP_SETUID, "execve",
	  "ns_capable cap_bprm_creds_from_file", CT_UNNEEDED, .sel = CT_EXEC_NNP),
	F("known of a first sample alone", CAP_SETUID, "execve",
	  "ns_capable cap_bprm_creds_from_file", CT_REQUIRED, .nnp = true),
	F("another process's no_new_privs", CAP_SETUID, "execveat",
	  "ns_capable cap_bprm_creds_from_file", CT_REQUIRED, .sel = CT_EXEC_PRIVS, .nnp = true),
	/* the selector is of the call's own arguments, and only then a fact of the check */
	F("a 32-bit setuid to another id", CAP_SETUID, "setuid", SETID("setuid"), CT_REQUIRED,
	  .flags = CT_F_COMPAT),
	F("a 32-bit chmod of who knows what", CAP_FSETID, "chmod", INODE "setattr_prepare",
	  CT_REQUIRED, .flags = CT_F_COMPAT),
	F("a 32-bit open of who knows how", CAP_NET_ADMIN, "open", NETCTL "proc_sys_permission",
	  CT_REQUIRED, .flags = CT_F_COMPAT, .euid = 33),
	F("a 32-bit setuid to an id it has", CAP_SETUID, "setuid", SETID("setuid"), CT_UNNEEDED,
	  .flags = CT_F_COMPAT | CT_F_AS_NATIVE, .sel = CT_SETID_NOOP),
	F("an open that was put off until a read", CAP_SYS_RESOURCE, "read",
	  "ns_capable_noaudit set_permissions sysctl_perm proc_sys_permission inode_permission "
	  "may_open path_openat io_openat2 io_issue_sqe io_req_task_submit task_work_run",
	  CT_REQUIRED),
	F("reading a limit of user namespaces", CAP_SYS_RESOURCE, "read",
	  "ns_capable_noaudit set_permissions sysctl_perm proc_sys_call_handler", CT_UNNEEDED),
	F("set-id execution while traced", CAP_SETUID, "execve",
	  "ns_capable cap_bprm_creds_from_file", CT_REQUIRED),
#undef F
};

/* The first half of an either-or, which was refused: asked by the same function in the same call.
 */
static void build_refused(struct ct_workload *w, const struct ct_kind *second)
{
	struct ct_key key = second->key;
	struct ct_str stack = { 0 };

	for (size_t i = 0; i < second->stack_len; i++)
		ct_str__addf(&stack, "%s ", second->stack[i]);
	key.cap = second->key.after - 1;
	key.after = 0;
	key.flags &= (uint16_t)~CT_F_GRANTED;
	build_check(w, key.cap, second->syscall, stack.s)->key = key;
	ct_str__free(&stack);
}

static void build_fact(struct ct_session *s, const struct fact *f)
{
	struct ct_workload *w = build_container(s, "web");
	struct ct_kind *k = build_check(w, f->cap, f->syscall, f->stack);

	s->host.kernel = ct_xstrdup(f->kernel ? f->kernel : "6.18.0");
	k->key.flags = CT_F_CREDS | f->flags | (f->refused ? 0 : CT_F_GRANTED) |
		       (f->euid || f->unsampled ? 0 : CT_F_EUID0);
	k->key.sel = f->sel;
	k->key.after = f->after;
	k->key.entry = f->entry;
	k->sampled = !f->unsampled;
	k->creds.euid = k->creds.fsuid = f->euid;
	k->creds.no_new_privs = f->nnp;
	k->outcome = f->outcome;
	k->count = f->count ? f->count : 1;
	w->container.userns = CT_NO;
	if (f->everything)
		w->configured = CT_CAPS_ALL;
	if (f->docker) {
		w->configured = k->key.effective = CT_CAPS_DOCKER_DEFAULT;
		s->host.syscalls = CT_YES;
	}
	if (f->unit)
		w->kind = CT_WL_UNIT;
	if (f->unseen)
		w->start_seen = CT_UNKNOWN;
	if (f->mounts)
		build_check(w, CAP_SYS_ADMIN, "mount", "ns_capable path_mount")->key.sel =
			CT_WORD_OVERLAY;
	if (f->after)
		build_refused(w, k);
	if (f->failed)
		w->end_code = 1 << 8;
}

static void check_fact(const struct fact *f)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	const struct ct_cap_verdict *v;
	uint64_t any_of = f->any_of ? f->any_of : 1ull << f->cap;
	bool right;

	build_fact(s, f);
	r = ct_judge__session(s, CT_MODE_STRICT);
	v = build_cap(r, f->cap);
	CU_ASSERT_PTR_NOT_NULL_FATAL(v);
	right = v->nreasons == 1 && v->reasons[0].verdict == f->verdict &&
		(f->verdict == CT_UNNEEDED || v->reasons[0].any_of == any_of) &&
		(f->verdict == CT_REQUIRED) == ((r->advices[0].cap_add & any_of) != 0);
	if (!right)
		printf("%s: %s, any of 0x%llx (%s)\n", f->what,
		       ct_verdict__name(v->reasons[0].verdict),
		       (unsigned long long)v->reasons[0].any_of, v->reasons[0].text);
	CU_ASSERT_TRUE(right);
}

static void test_facts(void)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(facts); i++)
		check_fact(&facts[i]);
}

/*
 * Another capability would not have done for credentials that did not hold it at that moment; a
 * sample speaks for all checks of a kind only in older recordings.
 */
static void test_not_held(void)
{
	static const struct {
		uint64_t permitted, effective, wanted;
		uint16_t flags;
	} cases[] = {
#define ADMIN CT_CAP(NET_ADMIN)
#define RAW   CT_CAP(NET_RAW)
		{ ADMIN | RAW, ADMIN, ADMIN, CT_F_CREDS },
		{ ADMIN | RAW, ADMIN | RAW, ADMIN | RAW, CT_F_CREDS },
		{ ADMIN, ADMIN, ADMIN, CT_F_CREDS },
		{ ADMIN | RAW, ADMIN, ADMIN, 0 },
		{ ADMIN, ADMIN, ADMIN | RAW, 0 },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");
		struct ct_kind *k = build_check(w, CAP_NET_ADMIN, "setsockopt", SETSOCKOPT);

		k->key.flags = CT_F_GRANTED | cases[i].flags;
		k->key.effective = cases[i].flags ? cases[i].effective : 0;
		k->key.sel = SOCKOPT(SOL_SOCKET, SO_MARK);
		k->key.after = CAP_NET_RAW + 1;
		k->creds.permitted = cases[i].permitted;
		k->creds.effective = cases[i].effective;
		build_refused(w, k);
		r = ct_judge__session(s, CT_MODE_STRICT);
		CU_ASSERT_EQUAL(build_cap(r, CAP_NET_ADMIN)->reasons[0].any_of, cases[i].wanted);
	}
}

/* Never given, an alternative counts where root would certainly have held it. */
static void test_never_given(void)
{
	static const struct {
		uint16_t flags;
		uint64_t effective;
		enum ct_act_type act;
		enum ct_tristate watched, start;
		uint64_t wanted;
	} cases[] = {
#define GIVEN CT_CAPS_DOCKER_DEFAULT
#define OVER  CT_CAP(DAC_OVERRIDE)
		{ CT_F_EUID0, GIVEN, 0, CT_YES, CT_YES, DAC },
		{ 0, GIVEN, 0, CT_YES, CT_YES, OVER },
		{ CT_F_EUID0, GIVEN & ~CT_CAP(KILL), 0, CT_YES, CT_YES, OVER },
		{ CT_F_EUID0, GIVEN, CT_ACT_CAPSET, CT_YES, CT_YES, OVER },
		{ CT_F_EUID0, GIVEN, CT_ACT_BSET_DROP, CT_YES, CT_YES, OVER },
		{ CT_F_EUID0, GIVEN, CT_ACT_SECUREBITS, CT_YES, CT_YES, OVER },
		{ CT_F_EUID0, GIVEN, CT_ACT_SYSCALL, CT_YES, CT_YES, DAC },
		{ CT_F_EUID0, GIVEN, 0, CT_NO, CT_YES, OVER },
		{ CT_F_EUID0, GIVEN, 0, CT_YES, CT_NO, OVER },
		{ CT_F_EUID0 | CT_F_CRED_DERIVED, GIVEN, 0, CT_YES, CT_YES, OVER },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");
		struct ct_kind *k = build_check(w, CAP_DAC_OVERRIDE, "openat",
						GENERIC "path_openat");

		s->host.syscalls = cases[i].watched;
		w->start_seen = cases[i].start;
		k->key.flags |= cases[i].flags;
		k->key.effective = cases[i].effective;
		k->key.after = CAP_DAC_READ_SEARCH + 1;
		build_refused(w, k);
		if (cases[i].act)
			build_act(w, cases[i].act, "getpid");
		r = ct_judge__session(s, CT_MODE_STRICT);
		CU_ASSERT_EQUAL(build_cap(r, CAP_DAC_OVERRIDE)->reasons[0].any_of, cases[i].wanted);
	}
}

/* A refusal that another function asked for is not the first half of this question. */
static void test_other_half(void)
{
	static const struct {
		const char *refused_at;
		uint32_t sel;
		bool granted;
		uint64_t wanted;
	} cases[] = {
		{ GENERIC "path_openat", 0, false, DAC },
		{ "capable generic_permission inode_permission path_openat", 0, false, DAC },
		{ INODE "path_init path_openat", 0, false, CT_CAP(DAC_OVERRIDE) },
		{ GENERIC "link_path_walk path_openat", 0, false, CT_CAP(DAC_OVERRIDE) },
		{ GENERIC "path_openat", 1, false, CT_CAP(DAC_OVERRIDE) },
		{ GENERIC "path_openat", 0, true, CT_CAP(DAC_OVERRIDE) },
		{ "", 0, false, CT_CAP(DAC_OVERRIDE) },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");
		struct ct_kind *first = build_check(w, CAP_DAC_READ_SEARCH, "openat",
						    cases[i].refused_at);

		first->key.sel = cases[i].sel;
		if (!cases[i].granted)
			first->key.flags = CT_F_CREDS;
		build_check(w, CAP_DAC_OVERRIDE, "openat", GENERIC "path_openat")->key.after =
			CAP_DAC_READ_SEARCH + 1;
		r = ct_judge__session(s, CT_MODE_STRICT);
		CU_ASSERT_EQUAL(build_cap(r, CAP_DAC_OVERRIDE)->reasons[0].any_of, cases[i].wanted);
	}
}

/* Unknown sites are counted, doubtful, said; set-up's are not. */
static void test_unknown(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	struct ct_workload *w = build_container(s, "web");
	const struct ct_cap_verdict *v;

	build_check(w, CAP_SYS_TIME, "ioctl", "security_capable capable frob_ioctl vfs_ioctl");
	build_check(w, CAP_SYS_TIME, "ioctl", "capable frob_setup")->key.entry = CT_ENTRY_SETUP;
	r = ct_judge__session(s, CT_MODE_DEFAULT);
	v = build_cap(r, CAP_SYS_TIME);
	CU_ASSERT_EQUAL(r->advices[0].unknown_sites, 1);
	CU_ASSERT_EQUAL(r->unknown_sites, 1);
	CU_ASSERT_EQUAL(r->advices[0].confidence, CT_CONF_MEDIUM);
	CU_ASSERT_PTR_NOT_NULL_FATAL(v);
	UNIT_STR(v->reasons[0].site, "frob_ioctl");
	CU_ASSERT(v->reasons[0].doubtful && !v->reasons[0].known);
	CU_ASSERT(strstr(r->advices[0].why, "checks at call sites without a rule") != NULL);
}

/* The use decides: the function that asks tells host from namespace. */
static void test_scope(void)
{
	static const struct {
		int cap;
		const char *stack;
		enum ct_scope scope;
	} uses[] = {
		{ CAP_CHOWN, INODE "setattr_prepare", CT_SCOPE_NAMESPACE },
		{ CAP_SYS_ADMIN, "security_capable ns_capable path_mount", CT_SCOPE_NAMESPACE },
		{ CAP_SYS_RESOURCE, "security_capable capable do_prlimit", CT_SCOPE_HOST },
		{ CAP_MKNOD, "security_capable capable vfs_mknod", CT_SCOPE_HOST },
		{ CAP_NET_RAW, "security_capable ns_capable inet_create", CT_SCOPE_NAMESPACE },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(uses); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;

		build_check(build_container(s, "x"), uses[i].cap, "call", uses[i].stack);
		r = ct_judge__session(s, CT_MODE_DEFAULT);
		CU_ASSERT_EQUAL(build_cap(r, uses[i].cap)->reasons[0].scope, uses[i].scope);
	}
}

/* A recording without anything in it gives the empty set and no high confidence. */
static void test_empty(void)
{
	ct_autosession struct ct_session *s = ct_session__new(), *none = ct_session__new();
	ct_autoreport struct ct_report *r = NULL, *nothing = NULL;

	build_container(s, "x");
	r = ct_judge__session(s, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL(r->advices[0].cap_add, 0);
	CU_ASSERT_EQUAL(r->advices[0].removed, CT_CAPS_DOCKER_DEFAULT);
	CU_ASSERT_EQUAL(r->advices[0].confidence, CT_CONF_LOW);
	CU_ASSERT_EQUAL(r->advices[0].ncaps, 0);
	nothing = ct_judge__session(none, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL(nothing->nadvices, 0);
}

/* Required ones are in every set, optional ones only where asked for. */
static void test_modes(void)
{
	static const struct {
		enum ct_mode mode;
		uint64_t add, optional;
	} modes[] = {
		{ CT_MODE_STRICT, CT_CAP(CHOWN), CT_CAP(AUDIT_WRITE) },
		{ CT_MODE_DEFAULT, CT_CAP(CHOWN), CT_CAP(AUDIT_WRITE) },
		{ CT_MODE_GENEROUS, CT_CAP(CHOWN) | CT_CAP(AUDIT_WRITE), 0 },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(modes); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");

		build_check(w, CAP_CHOWN, "chown", INODE "setattr_prepare");
		build_check(w, CAP_AUDIT_WRITE, "sendto", "netlink_capable audit_receive_msg")
			->key.sel = AUDIT_FIRST_USER_MSG;
		build_check(w, CAP_SYS_ADMIN, "mmap", OVERCOMMIT);
		r = ct_judge__session(s, modes[i].mode);
		CU_ASSERT_EQUAL(r->advices[0].cap_add, modes[i].add);
		CU_ASSERT_EQUAL(r->advices[0].optional, modes[i].optional);
		CU_ASSERT_EQUAL(r->advices[0].removed,
				CT_CAPS_DOCKER_DEFAULT & ~(modes[i].add | modes[i].optional));
		CU_ASSERT_EQUAL(build_cap(r, CAP_SYS_ADMIN)->verdict, CT_UNNEEDED);
	}
}

/* Equal evidence is one line with more weight; the order is by importance. */
static void test_reasons(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	struct ct_workload *w = build_container(s, "x");
	const struct ct_cap_verdict *v;

	build_check(w, CAP_CHOWN, "chown", "capable nobody")->key.entry = CT_ENTRY_SETUP;
	build_check(w, CAP_CHOWN, "chown", INODE "setattr_prepare")->key.entry = 99;
	build_check(w, CAP_CHOWN, "fchownat", INODE "setattr_prepare ext4_setattr")->count = 4;
	build_check(w, CAP_CHOWN, "fchownat", INODE "setattr_prepare tmpfs_setattr")->count = 3;
	r = ct_judge__session(s, CT_MODE_DEFAULT);
	v = build_cap(r, CAP_CHOWN);
	CU_ASSERT_EQUAL_FATAL(v->nreasons, 3);
	CU_ASSERT_EQUAL(v->granted, 9);
	UNIT_STR(v->reasons[0].phase, "main");
	CU_ASSERT_EQUAL(v->reasons[0].granted, 7);
	UNIT_STR(v->reasons[1].phase, "exec");
	UNIT_STR(v->reasons[2].phase, "setup");
	UNIT_STR(v->reasons[0].process, "prog");
	CU_ASSERT(strstr(v->reasons[0].source, "fs/attr.c") != NULL);
}

static CU_TestInfo tests[] = {
	{ "facts", test_facts },	   { "not held", test_not_held },
	{ "other half", test_other_half }, { "never given", test_never_given },
	{ "unknown sites", test_unknown }, { "scope", test_scope },
	{ "empty", test_empty },	   { "modes", test_modes },
	{ "reasons", test_reasons },	   CU_TEST_INFO_NULL,
};

UNIT_MAIN("judge", tests)
