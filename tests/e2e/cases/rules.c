/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pairs around conditions of rules: what a call's arguments say, who asks, and what a question asked before looking
 * comes to.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "case.h"

#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62
#endif
#define AUDIT_USER_LOGIN 1112 /* libaudit.h */

/* two questions that must both be answered */

static bool stack_of_bob(void)
{
	pid_t pid = bobs("sleep", NULL);

	return contains(proc_path(pid, "stack"), "[<0>]");
}

/* an option that takes one alternative, and one that takes none */

static bool binds_to(int fd, int index)
{
	return setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &index, sizeof(index)) == 0;
}

static bool bind_to_interface(void)
{
	return binds_to(TRY(socket(AF_INET, SOCK_DGRAM, 0)), if_nametoindex("lo"));
}

static bool bind_to_another_interface(void)
{
	int fd = TRY(socket(AF_INET, SOCK_DGRAM, 0)), other = if_nametoindex("eth0");

	if (!other)
		skip("no second interface");
	return binds_to(fd, if_nametoindex("lo")) && binds_to(fd, other);
}

/* attributes: asked about only where there is one */

static bool lists(const char *path, const char *name)
{
	char names[4096];
	ssize_t n = TRY(listxattr(path, names, sizeof(names)));

	for (ssize_t i = 0; i < n; i += strlen(names + i) + 1)
		if (!strcmp(names + i, name))
			return true;
	return false;
}

static bool xattr_list_trusted(void)
{
	return lists("/t/trusted", "trusted.captrim");
}

/* tmpfs asks before it looks. */
static bool xattr_list_none_on_tmpfs(void)
{
	TRY(close(TRY(open("/scratch/file", O_CREAT | O_WRONLY, 0644))));
	return !lists("/scratch/file", "trusted.captrim");
}

static bool xattr_list_trusted_on_tmpfs(void)
{
	TRY(close(TRY(open("/scratch/file", O_CREAT | O_WRONLY, 0644))));
	TRY(setxattr("/scratch/file", "trusted.captrim", "yes", 3, 0));
	return lists("/scratch/file", "trusted.captrim");
}

/* sysctls: asked before the mode is looked at */

#define KEY "/proc/sys/net/ipv4/tcp_fastopen_key" /* 0600 */
#define TTL "/proc/sys/net/ipv4/ip_default_ttl"	  /* 0644 */

static bool sysctl_net_read_secret(void)
{
	return opens(KEY, O_RDONLY);
}

static bool sysctl_net_read_secret_as_app(void)
{
	return runs((char *[]){ "/t/netadmin-ep", "reads", KEY, NULL });
}

static bool sysctl_net_read_public_as_app(void)
{
	return runs((char *[]){ "/t/helper", "reads", TTL, NULL });
}

/* /proc */

static void hide_processes(void)
{
	if (mount("proc", "dir", "proc", 0, "hidepid=2,gid=1001") < 0) /* root's group would see all */
		not_done("hidepid");
}

static bool in_hidden(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "dir/%d/status", pid);
	return opens(path, O_RDONLY);
}

static bool hidepid_own(void)
{
	hide_processes();
	return in_hidden(getpid());
}

static bool hidepid_of_bob(void)
{
	pid_t pid = bobs("sleep", NULL);

	hide_processes();
	return in_hidden(pid);
}

static bool iomem_names(void)
{
	return contains("/proc/iomem", "RAM");
}

static bool iomem_addresses(void)
{
	FILE *f = fopen("/proc/iomem", "r");
	unsigned long long from, to;
	char line[256];

	if (!f)
		not_done("/proc/iomem");
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx-%llx", &from, &to) == 2 && to)
			return true;
	return false;
}

/* The same call asks about the file and about the directory, and only the one is its own. */

static bool link_own_read_only_to_other(void)
{
	TRY(chmod("own", 0444));
	TRY(link("own", "bob/name"));
	return true;
}

static bool link_own_read_only_to_open(void)
{
	TRY(chmod("own", 0444));
	TRY(link("own", "open/name"));
	return true;
}

/* messages for the audit log: the first one in a buffer speaks for itself */

struct audit_message {
	struct nlmsghdr h;
	char body[16];
};

static struct audit_message audit_message(int type)
{
	return (struct audit_message){
		.h = { .nlmsg_len = NLMSG_LENGTH(16), .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.body = "captrim test",
	};
}

/* Of n messages that were sent, are all acknowledged? */
static bool are_acknowledged(int fd, int n)
{
	struct {
		struct nlmsghdr h;
		struct nlmsgerr e;
		char room[256];
	} a;

	for (; n; n--)
		if (TRY(recv(fd, &a, sizeof(a), 0)) < 0 || a.h.nlmsg_type != NLMSG_ERROR || a.e.error)
			return false;
	return true;
}

static int audit_socket(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);

	if (fd < 0)
		skip("no audit here");
	return fd;
}

static bool audit_login_after_another(void)
{
	struct audit_message m[] = { audit_message(AUDIT_USER), audit_message(AUDIT_USER_LOGIN) };
	struct sockaddr_nl a = { .nl_family = AF_NETLINK };
	int fd = audit_socket();

	TRY(sendto(fd, m, sizeof(m), 0, (void *)&a, sizeof(a)));
	return are_acknowledged(fd, 2);
}

static bool audit_login_by_sendmsg(void)
{
	struct audit_message m = audit_message(AUDIT_USER_LOGIN);
	struct sockaddr_nl a = { .nl_family = AF_NETLINK };
	struct iovec v = { &m, sizeof(m) };
	struct msghdr h = { .msg_name = &a, .msg_namelen = sizeof(a), .msg_iov = &v, .msg_iovlen = 1 };
	int fd = audit_socket();

	TRY(sendmsg(fd, &h, 0));
	return are_acknowledged(fd, 1);
}

/* A chmod in an overlay of its own copies the directory above up as well, with that one's mode and owner. */

static void mount_own_overlay_with(const char *lower, const char *more)
{
	char options[256];

	TRY(mount("none", "/scratch", "tmpfs", 0, NULL));
	TRY(mkdir("/scratch/upper", 0755));
	TRY(mkdir("/scratch/work", 0755));
	snprintf(options, sizeof(options), "lowerdir=%s,upperdir=/scratch/upper,workdir=/scratch/work%s",
		 lower, more);
	if (mount("none", "dir", "overlay", 0, options) < 0) {
		if (errno == ENODEV)
			skip("no overlayfs here");
		not_done("overlay");
	}
}

static void mount_own_overlay(const char *lower)
{
	mount_own_overlay_with(lower, "");
}

static bool overlay_copies_setgid_up(void)
{
	TRY(close(TRY(open("open-setgid/file", O_CREAT | O_WRONLY, 0644))));
	mount_own_overlay(".");
	TRY(chmod("dir/open-setgid/file", 0600));
	return mode_of("dir/open-setgid") == 02777 && mode_of("dir/open-setgid/file") == 0600;
}

static bool overlay_copies_plain_up(void)
{
	TRY(close(TRY(open("open/file", O_CREAT | O_WRONLY, 0644))));
	mount_own_overlay(".");
	TRY(chmod("dir/open/file", 0600));
	return mode_of("dir/open") == 0777 && mode_of("dir/open/file") == 0600;
}

/* A user namespace for whom 0 is app and 1 is root. */
static int swapped_users(void)
{
	int ready[2], ns;
	pid_t pid;
	char byte;

	TRY(pipe(ready));
	pid = TRY(fork());
	if (pid == 0) {
		TRY(unshare(CLONE_NEWUSER));
		TRY(write(ready[1], "", 1));
		pause();
	}
	TRY(close(ready[1]));
	if (read(ready[0], &byte, 1) != 1)
		not_done("unshare");
	put(proc_path(pid, "uid_map"), "0 1000 1\n1 0 1\n");
	put(proc_path(pid, "gid_map"), "0 1000 1\n1 0 1\n");
	ns = TRY(open(proc_path(pid, "ns/user"), O_RDONLY));
	TRY(kill(pid, SIGKILL));
	return ns;
}

/* Root's file is app's where it is mounted a second time, and the directory root's. */
static bool link_on_mapped_mount(void)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	int tree;

	TRY(mount("none", "open", "tmpfs", 0, "mode=0777,uid=1,gid=1"));
	TRY(close(TRY(open("open/file", O_CREAT | O_WRONLY, 0600))));
	attr.userns_fd = swapped_users();
	tree = TRY(syscall(SYS_open_tree, AT_FDCWD, "open", OPEN_TREE_CLONE));
	if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0) {
		if (errno == EINVAL)
			skip("tmpfs cannot be mounted with other owners here");
		not_done("mount_setattr");
	}
	TRY(syscall(SYS_move_mount, tree, "", AT_FDCWD, "dir", MOVE_MOUNT_F_EMPTY_PATH));
	if (number_in("/proc/sys/fs/protected_hardlinks") != 1)
		skip("fs.protected_hardlinks is not 1");
	TRY(link("dir/file", "dir/other"));
	return true;
}

/* With an index two names of one file stay so when it is copied up. The lower layer is a tmpfs, too. */
static bool copies_up_two_names(const char *options)
{
	TRY(mount("none", "open", "tmpfs", 0, NULL));
	TRY(close(TRY(open("open/file", O_CREAT | O_WRONLY, 0644))));
	TRY(link("open/file", "open/other"));
	mount_own_overlay_with("open", options);
	put("dir/file", "changed");
	return contains("dir/other", "changed");
}

static bool overlay_with_index(void)
{
	return copies_up_two_names(",index=on");
}

static bool overlay_without_index(void)
{
	return !copies_up_two_names(",index=off");
}

static bool overlay_for_nfs(void)
{
	union {
		struct file_handle h;
		char room[sizeof(struct file_handle) + 128];
	} u = { .h.handle_bytes = 128 };
	int id;

	copies_up_two_names(",index=on,nfs_export=on");
	TRY(name_to_handle_at(AT_FDCWD, "dir/file", &u.h, &id, 0));
	return true;
}

const struct test_case rule_cases[] = {
	CASE(stack_of_bob),
	CASE(bind_to_interface),
	CASE(bind_to_another_interface),
	CASE(xattr_list_trusted),
	CASE(xattr_list_none_on_tmpfs),
	CASE(xattr_list_trusted_on_tmpfs),
	CASE(sysctl_net_read_secret),
	CASE(sysctl_net_read_secret_as_app),
	CASE(sysctl_net_read_public_as_app),
	CASE(hidepid_own),
	CASE(hidepid_of_bob),
	CASE(iomem_names),
	CASE(iomem_addresses),
	CASE(link_own_read_only_to_other),
	CASE(link_own_read_only_to_open),
	CASE(audit_login_after_another),
	CASE(audit_login_by_sendmsg),
	CASE(overlay_copies_setgid_up),
	CASE(overlay_copies_plain_up),
	CASE(link_on_mapped_mount),
	CASE(overlay_with_index),
	CASE(overlay_without_index),
	CASE(overlay_for_nfs),
	{ NULL, NULL }
};
