/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/caps.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"

#define HOST	 CT_SCOPE_HOST, CT_RISK_HIGH
#define INSIDE	 CT_SCOPE_NAMESPACE, CT_RISK_MEDIUM
#define HARMLESS CT_SCOPE_NAMESPACE, CT_RISK_LOW

/* clang-format off */
/* Name, scope and risk; what it allows, its danger, its uses, a safer way. */
static const struct ct_cap_info caps[CT_CAP_KNOWN] = {
	[CAP_CHOWN] = { "CHOWN", INSIDE,
		"give any file any owner and group",
		"files of other users, also on volumes and bind mounts, can be taken over",
		"entry points that hand their data directory to a service account",
		"give files and volumes their owner when the image is built, or start with user:" },
	[CAP_DAC_OVERRIDE] = { "DAC_OVERRIDE", INSIDE,
		"read, write and search any file or directory, whatever its permission bits",
		"nothing on any mount is protected from it, bind mounts of the host included",
		"root working in a directory that belongs to another user",
		"run as the owner of the files, or let root own what root writes" },
	[CAP_DAC_READ_SEARCH] = { "DAC_READ_SEARCH", INSIDE,
		"read any file, search any directory, and open files by handle",
		"open_by_handle_at() reaches files outside the container on the same filesystem",
		"backup agents, file servers, root looking into directories of other users",
		"run as the owner of the data, or put reader and owner into one group" },
	[CAP_FOWNER] = { "FOWNER", INSIDE,
		"do to any file what its owner may: chmod, times, ACLs, unlink in sticky directories",
		"the mode of any file can be opened up, also on bind mounts",
		"chmod after chown in entry points, package managers, tar",
		"chmod before chown, or set modes when the image is built" },
	[CAP_FSETID] = { "FSETID", INSIDE,
		"keep set-user-ID and set-group-ID bits when a file is changed, or set them for a foreign group",
		"programs with these bits can be altered without losing their privilege",
		"chmod g+s for a group the process is not in, package managers, tar",
		"set the bits when the image is built" },
	[CAP_KILL] = { "KILL", INSIDE,
		"send any signal to processes of any user",
		"every process of the PID namespace can be stopped; with pid: host every one of the host",
		"supervisors whose children run under other accounts",
		"run supervisor and children as one user, or one service per container" },
	[CAP_SETGID] = { "SETGID", INSIDE,
		"take on any group and any list of supplementary groups",
		"the groups that own files on volumes and bind mounts can be joined",
		"servers that start as root and go over to an account: gosu, su-exec, nginx, sshd",
		"start as that account with user:" },
	[CAP_SETUID] = { "SETUID", INSIDE,
		"take on any user ID, and send any user ID over a socket",
		"a process that was to stay another user can become root or anybody else",
		"servers that start as root and go over to an account: gosu, su-exec, nginx, sshd",
		"start as that account with user:" },
	[CAP_SETPCAP] = { "SETPCAP", INSIDE,
		"drop from the bounding set, add to the inheritable set, change securebits",
		"capabilities can be kept over changes of identity that were to end them",
		"setpriv, capsh and service managers that start something with less",
		"let the runtime drop: cap_drop and no-new-privileges" },
	[CAP_LINUX_IMMUTABLE] = { "LINUX_IMMUTABLE", INSIDE,
		"set and clear the immutable and append-only flags of files",
		"protected logs can be rewritten, other files made impossible to delete",
		"chattr, restoring backups",
		"set the flags on the host" },
	[CAP_NET_BIND_SERVICE] = { "NET_BIND_SERVICE", HARMLESS,
		"listen on ports below net.ipv4.ip_unprivileged_port_start (1024 where unset)",
		"it can pose as another service on a low port; nothing more",
		"web, mail and DNS servers on their usual ports",
		"listen on a high port and map it, or set that sysctl to 0 (Docker since 20.10 does)" },
	[CAP_NET_BROADCAST] = { "NET_BROADCAST", INSIDE,
		"hear netlink messages of other network namespaces; broadcasts need nothing",
		"it sees network changes of peers that have an ID in its namespace",
		"next to none: monitors of many network namespaces",
		"leave it out: sending broadcasts and joining multicast groups work without" },
	[CAP_NET_ADMIN] = { "NET_ADMIN", INSIDE,
		"change interfaces, addresses, routes, firewall, queueing and many socket options",
		"traffic can be redirected and filters removed; nftables and tc open a lot of kernel code",
		"VPNs, iptables, ip, DHCP servers, load balancers",
		"let the runtime set addresses and sysctls:, keep one small sidecar for the rest" },
	[CAP_NET_RAW] = { "NET_RAW", INSIDE,
		"open raw and packet sockets, bind to foreign addresses",
		"packets of neighbours on the same bridge can be read and forged",
		"older versions of ping, tcpdump, arping, nmap, DHCP",
		"for ping set net.ipv4.ping_group_range (Docker since 20.10 does)" },
	[CAP_IPC_LOCK] = { "IPC_LOCK", INSIDE,
		"lock memory beyond RLIMIT_MEMLOCK and use huge pages for shared memory",
		"locked memory cannot be reclaimed; without a memory limit the host runs short",
		"databases, Vault, DPDK, real-time programs, older BPF loaders",
		"ulimits: memlock: (a number, or -1)" },
	[CAP_IPC_OWNER] = { "IPC_OWNER", INSIDE,
		"use any System V queue, semaphore and shared memory, whatever its mode",
		"data of other users in the IPC namespace is open; with ipc: host that of the host",
		"database and middleware with processes under several accounts",
		"run what shares memory as one user or group" },
	[CAP_SYS_MODULE] = { "SYS_MODULE", HOST,
		"load and unload kernel modules",
		"a module is code in the kernel: a process that loads one owns the host",
		"VPN, iptables and storage images that call modprobe",
		"load the module on the host, in /etc/modules-load.d" },
	[CAP_SYS_RAWIO] = { "SYS_RAWIO", HOST,
		"reach I/O ports, /dev/mem, MSRs, and send raw commands to disks",
		"hardware and kernel memory can be written past every check",
		"smartctl, flashrom, dmidecode, hardware monitors",
		"an agent on the host, with only the devices it needs" },
	[CAP_SYS_CHROOT] = { "SYS_CHROOT", INSIDE,
		"chroot(), and entering another mount namespace",
		"a crafted root directory can mislead privileged programs that are run in it",
		"sshd, postfix, BIND and FTP servers that lock themselves in",
		"switch the jail off: the container is one already" },
	[CAP_SYS_PTRACE] = { "SYS_PTRACE", INSIDE,
		"trace any process, read and write its memory, look into its /proc entries",
		"every process of the PID namespace can be taken over; with pid: host every one of the host",
		"debuggers, profilers, monitors that read /proc/PID/exe or environ of other users",
		"trace only processes of the same user, which needs no capability" },
	[CAP_SYS_PACCT] = { "SYS_PACCT", HOST,
		"switch process accounting on and off",
		"accounting that others rely on can be stopped or sent to another file",
		"acct and psacct",
		"run the accounting on the host" },
	[CAP_SYS_ADMIN] = { "SYS_ADMIN", HOST,
		"mount, setns, sethostname, quotas, swap, BPF, device ioctls and a hundred things more",
		"nearly root on the host: there are many known ways out of the container",
		"FUSE, systemd inside, image builds, nested containers, tracing agents",
		"mount on the host and bind it in; build rootless; take PERFMON, BPF or SYSLOG where these do" },
	[CAP_SYS_BOOT] = { "SYS_BOOT", HOST,
		"reboot, and load a kernel for kexec",
		"the host can be stopped or started with another kernel",
		"init systems; inside a PID namespace reboot() only ends that namespace",
		"exit, and let the runtime or an agent on the host restart" },
	[CAP_SYS_NICE] = { "SYS_NICE", INSIDE,
		"raise priorities, real-time scheduling, set affinity and memory placement of others",
		"a real-time loop starves everything else on its CPUs",
		"databases on NUMA machines, audio and video, telephony",
		"ulimits: rtprio: and nice:, cpuset: for placement" },
	[CAP_SYS_RESOURCE] = { "SYS_RESOURCE", INSIDE,
		"exceed resource limits, disk quotas and the reserved blocks of filesystems",
		"what keeps one service from using up a shared resource no longer binds it",
		"servers that raise their own file limit, older BPF loaders, setting oom_score_adj",
		"ulimits: and oom_score_adj: set by the runtime" },
	[CAP_SYS_TIME] = { "SYS_TIME", HOST,
		"set the system clock and the hardware clock",
		"there is one clock for the host: logs, certificates and leases follow it",
		"ntpd, chronyd",
		"keep time on the host; containers only read it" },
	[CAP_SYS_TTY_CONFIG] = { "SYS_TTY_CONFIG", INSIDE,
		"vhangup(), and privileged ioctls of terminals and consoles",
		"sessions on a shared terminal can be cut off, console keyboards remapped",
		"getty, login, X servers",
		"leave consoles to the host" },
	[CAP_MKNOD] = { "MKNOD", INSIDE,
		"make device nodes",
		"a node for the host's disk; only the device cgroup stands between it and the data",
		"entry points that make /dev/net/tun, debootstrap, package managers",
		"devices: in Compose; FIFOs and sockets need nothing" },
	[CAP_LEASE] = { "LEASE", INSIDE,
		"take leases on files of other users",
		"others that open such a file wait until the lease is given back",
		"Samba and other file servers",
		"serve files as their owner" },
	[CAP_AUDIT_WRITE] = { "AUDIT_WRITE", HOST,
		"write records to the audit log",
		"there is one audit log for the host: it can be flooded and fed with lies",
		"PAM, sshd, login, sudo, useradd",
		"login programs built or configured without audit, if nobody reads these records" },
	[CAP_AUDIT_CONTROL] = { "AUDIT_CONTROL", HOST,
		"change audit rules, switch auditing off, set login user IDs anew",
		"an intruder can switch off what would record him",
		"auditd, pam_loginuid in nested logins",
		"auditd on the host; leave pam_loginuid out" },
	[CAP_SETFCAP] = { "SETFCAP", INSIDE,
		"put capabilities on files, and map user 0 into a new user namespace",
		"anybody who runs such a file gains them, as far as the bounding set allows",
		"setcap, package managers, newuidmap",
		"setcap when the image is built" },
	[CAP_MAC_OVERRIDE] = { "MAC_OVERRIDE", HOST,
		"ignore the Smack policy; other security modules do not look at it",
		"mandatory access control no longer binds the process",
		"system services on Smack systems",
		"a rule in the policy" },
	[CAP_MAC_ADMIN] = { "MAC_ADMIN", HOST,
		"load AppArmor profiles, change Smack rules, set unknown SELinux labels",
		"the policy that confines every container can be replaced",
		"apparmor_parser, container engines, package managers on SELinux systems",
		"load profiles on the host" },
	[CAP_SYSLOG] = { "SYSLOG", HOST,
		"read and clear the kernel log where dmesg_restrict is set, see kernel addresses",
		"the log speaks of the whole host, and addresses help an exploit along",
		"dmesg, log collectors, tracing agents",
		"read the host's journal with an agent there" },
	[CAP_WAKE_ALARM] = { "WAKE_ALARM", HOST,
		"set timers that wake the machine from sleep",
		"a laptop or device can be kept from sleeping",
		"alarm clocks, schedulers on devices, systemd timers with WakeSystem=",
		"a timer of the host's systemd" },
	[CAP_BLOCK_SUSPEND] = { "BLOCK_SUSPEND", HOST,
		"keep the machine from suspending (EPOLLWAKEUP, /sys/power/wake_lock)",
		"a battery can be run down",
		"next to none on servers; libraries set EPOLLWAKEUP and do well without",
		"systemd-inhibit on the host" },
	[CAP_AUDIT_READ] = { "AUDIT_READ", INSIDE,
		"read the audit log by netlink multicast",
		"commands, logins and file names of the whole host are in it",
		"systemd-journald, security monitors",
		"an agent on the host" },
	[CAP_PERFMON] = { "PERFMON", HOST,
		"profile and trace every process and the kernel",
		"what other containers and the kernel do, and data they handle, can be read",
		"perf, profilers, eBPF agents",
		"kernel.perf_event_paranoid at 2 or less lets a user profile its own processes" },
	[CAP_BPF] = { "BPF", HOST,
		"load BPF programs, make maps of every type, read BTF and program ids",
		"it runs verified code in the kernel; with PERFMON or NET_ADMIN it sees and changes a lot",
		"eBPF networking, tracing and security agents",
		"one dedicated agent on the host" },
	[CAP_CHECKPOINT_RESTORE] = { "CHECKPOINT_RESTORE", INSIDE,
		"choose process IDs and read /proc/PID/map_files, for saving and restoring processes",
		"memory files of other processes of the namespace can be opened",
		"CRIU, Java with CRaC",
		"checkpoint from the host: docker checkpoint, podman container checkpoint" },
};
/* clang-format on */

const struct ct_cap_info *ct_cap__info(int cap)
{
	return cap >= 0 && cap < CT_CAP_KNOWN ? &caps[cap] : NULL;
}

const char *ct_cap__name(int cap)
{
	static const char *const newer[CT_CAP_MAX - CT_CAP_KNOWN] = {
		"CAP_41", "CAP_42", "CAP_43", "CAP_44", "CAP_45", "CAP_46", "CAP_47", "CAP_48",
		"CAP_49", "CAP_50", "CAP_51", "CAP_52", "CAP_53", "CAP_54", "CAP_55", "CAP_56",
		"CAP_57", "CAP_58", "CAP_59", "CAP_60", "CAP_61", "CAP_62", "CAP_63",
	};

	if (cap < 0 || cap >= CT_CAP_MAX)
		return "CAP_?";
	return cap < CT_CAP_KNOWN ? caps[cap].name : newer[cap - CT_CAP_KNOWN];
}

int ct_cap__parse(const char *name)
{
	const char *bare = strncasecmp(name, "CAP_", 4) ? name : name + 4;

	for (int cap = 0; cap < CT_CAP_KNOWN; cap++)
		if (!strcasecmp(bare, caps[cap].name))
			return cap;
	for (int cap = CT_CAP_KNOWN; cap < CT_CAP_MAX; cap++)
		if (!strcasecmp(name, ct_cap__name(cap)))
			return cap;
	return -EINVAL;
}

int ct_caps__parse_one(const char *name, uint64_t *set)
{
	int cap;

	if (!strcasecmp(name, "ALL") || !strcasecmp(name, "CAP_ALL")) {
		*set = CT_CAPS_ALL;
		return 0;
	}
	cap = ct_cap__parse(name);
	if (cap < 0)
		return cap;
	*set = 1ull << cap;
	return 0;
}

char *ct_caps__join(uint64_t set, const char *sep, const char *prefix)
{
	struct ct_str out = { 0 };

	ct_str__add(&out, "");
	ct_caps__for_each(cap, set) {
		if (out.len)
			ct_str__add(&out, sep);
		/* "CAP_41" is the whole name: it takes no prefix. */
		if (prefix && cap < CT_CAP_KNOWN)
			ct_str__add(&out, prefix);
		ct_str__add(&out, ct_cap__name(cap));
	}
	return out.s;
}

const char *ct_scope__name(enum ct_scope scope)
{
	switch (scope) {
	case CT_SCOPE_NONE: return "none";
	case CT_SCOPE_NAMESPACE: return "namespace";
	case CT_SCOPE_HOST: return "host";
	}
	return "?";
}

const char *ct_risk__name(enum ct_risk risk)
{
	switch (risk) {
	case CT_RISK_LOW: return "low";
	case CT_RISK_MEDIUM: return "medium";
	case CT_RISK_HIGH: return "high";
	}
	return "?";
}
