/* SPDX-License-Identifier: GPL-2.0-only */
/* Sockets, netlink and the network's sysctls: NET_ADMIN, NET_BIND_SERVICE, NET_RAW, AUDIT_WRITE, AUDIT_READ. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_tun.h>
#include <linux/inet_diag.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "case.h"

/* ports */

static bool binds(int type, int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = TRY(socket(AF_INET, type, 0));

	TRY(bind(fd, (void *)&a, sizeof(a)));
	return true;
}

static bool bind_low_port(void)
{
	return binds(SOCK_STREAM, 80);
}

static bool bind_low_port_closed(void)
{
	return binds(SOCK_STREAM, 80);
}

static bool bind_low_port_udp_closed(void)
{
	return binds(SOCK_DGRAM, 53);
}

static bool bind_low_port_ipv6_closed(void)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(80) };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	if (fd < 0)
		skip("no IPv6 here");
	TRY(bind(fd, (void *)&a, sizeof(a)));
	return true;
}

static bool bind_high_port_closed(void)
{
	return binds(SOCK_STREAM, 8080);
}

static bool tcp_over_loopback(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int l = TRY(socket(AF_INET, SOCK_STREAM, 0)), c = TRY(socket(AF_INET, SOCK_STREAM, 0));

	TRY(listen(l, 1));
	TRY(getsockname(l, (void *)&a, &len));
	TRY(connect(c, (void *)&a, len));
	TRY(write(c, "x", 1));
	return true;
}

static bool sends_without_a_copy(rlim_t limit)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int l = TRY(socket(AF_INET, SOCK_STREAM, 0)), c = TRY(socket(AF_INET, SOCK_STREAM, 0));
	static char text[65536];
	socklen_t len = sizeof(a);
	int one = 1;

	TRY(setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ limit, limit }));
	TRY(listen(l, 1));
	TRY(getsockname(l, (void *)&a, &len));
	TRY(connect(c, (void *)&a, len));
	TRY(setsockopt(c, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one)));
	TRY(send(c, text, sizeof(text), MSG_ZEROCOPY));
	return true;
}

static bool zerocopy_within_limit(void)
{
	return sends_without_a_copy(1 << 20);
}

static bool zerocopy_beyond_limit(void)
{
	return sends_without_a_copy(4096);
}

/* raw, packet and ping sockets */

static bool raw_socket(void)
{
	TRY(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
	return true;
}

static bool packet_socket(void)
{
	TRY(socket(AF_PACKET, SOCK_RAW, 0));
	return true;
}

static bool ping_socket(void)
{
	TRY(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP));
	return true;
}

/* As ping does it. */
static bool ping_or_raw(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);

	if (fd < 0)
		fd = TRY(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
	return fd >= 0;
}

static bool ping_or_raw_open(void)
{
	return ping_or_raw();
}

static bool ping_or_raw_closed(void)
{
	return ping_or_raw();
}

/* options */

static bool option(int type, int level, int name, int value)
{
	TRY(setsockopt(TRY(socket(AF_INET, type, 0)), level, name, &value, sizeof(value)));
	return true;
}

static bool so_mark(void)
{
	return option(SOCK_DGRAM, SOL_SOCKET, SO_MARK, 7);
}

/* NET_RAW, if there, is not effective at the time. */
static bool so_mark_net_raw_lowered(void)
{
	struct caps c;

	TRY(get_caps(&c));
	c.effective &= 1ull << CAP_NET_ADMIN;
	TRY(set_caps(c));
	return so_mark();
}

static bool so_priority_high(void)
{
	return option(SOCK_DGRAM, SOL_SOCKET, SO_PRIORITY, 7);
}

static bool so_priority_low(void)
{
	return option(SOCK_DGRAM, SOL_SOCKET, SO_PRIORITY, 6);
}

static bool so_bindtodevice(void)
{
	TRY(setsockopt(TRY(socket(AF_INET, SOCK_DGRAM, 0)), SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
	return true;
}

/* Only a socket bound already is to be changed by the privileged alone (since 5.7). */
static bool so_bindtodevice_again(void)
{
	int fd = TRY(socket(AF_INET, SOCK_DGRAM, 0));

	TRY(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
	TRY(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "", 0));
	return true;
}

static bool so_rcvbuf(void)
{
	return option(SOCK_DGRAM, SOL_SOCKET, SO_RCVBUF, 1 << 24);
}

/* as libsystemd does for every connection to a bus */
static bool so_sndbufforce_or_less(void)
{
	int s = TRY(socket(AF_UNIX, SOCK_STREAM, 0)), size = 8 << 20;

	if (setsockopt(s, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
		TRY(setsockopt(s, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)));
	return true;
}

static bool so_rcvbufforce(void)
{
	return option(SOCK_DGRAM, SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24);
}

static bool so_debug(void)
{
	return option(SOCK_STREAM, SOL_SOCKET, SO_DEBUG, 1);
}

static bool ip_transparent(void)
{
	return option(SOCK_STREAM, SOL_IP, IP_TRANSPARENT, 1);
}

static bool ip_transparent_off(void)
{
	return option(SOCK_STREAM, SOL_IP, IP_TRANSPARENT, 0);
}

static bool ip_freebind(void)
{
	return option(SOCK_STREAM, SOL_IP, IP_FREEBIND, 1);
}

static bool ip_tos(void)
{
	return option(SOCK_DGRAM, SOL_IP, IP_TOS, 0xe0);
}

static bool tcp_repair(void)
{
	return option(SOCK_STREAM, SOL_TCP, TCP_REPAIR, 1);
}

static bool socket_filter(void)
{
	struct sock_filter f = BPF_STMT(BPF_RET | BPF_K, 0xffff);
	struct sock_fprog p = { 1, &f };

	TRY(setsockopt(TRY(socket(AF_INET, SOCK_DGRAM, 0)), SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof(p)));
	return true;
}

/* interfaces, by ioctl */

static bool interface_ask(void)
{
	struct ifreq r = { .ifr_name = "lo" };

	TRY(ioctl(TRY(socket(AF_INET, SOCK_DGRAM, 0)), SIOCGIFFLAGS, &r));
	return r.ifr_flags & IFF_LOOPBACK;
}

static bool interface_ask_missing(void)
{
	struct ifreq r = { .ifr_name = "captrim-none" };

	return ioctl(TRY(socket(AF_INET, SOCK_DGRAM, 0)), SIOCGIFINDEX, &r) && errno == ENODEV;
}

static bool interface_set_mtu(void)
{
	struct ifreq r = { .ifr_name = "lo", .ifr_mtu = 65536 };

	TRY(ioctl(TRY(socket(AF_INET, SOCK_DGRAM, 0)), SIOCSIFMTU, &r));
	return true;
}

static bool tun_create(int fd)
{
	struct ifreq r = { .ifr_name = "captrim0", .ifr_flags = IFF_TUN | IFF_NO_PI };

	TRY(ioctl(fd, TUNSETIFF, &r));
	return true;
}

static bool tun_with_made_device(void)
{
	int fd;

	TRY(mknod("tun", S_IFCHR | 0600, makedev(10, 200)));
	fd = open("tun", O_RDWR);
	if (fd < 0 && errno == ENODEV)
		skip("no tun here");
	return tun_create(TRY(fd));
}

static bool iptables_ask(void)
{
	char buf[84] = "filter";
	socklen_t len = sizeof(buf);

	if (getsockopt(TRY(socket(AF_INET, SOCK_DGRAM, 0)), SOL_IP, 64 /* IPT_SO_GET_INFO */, buf, &len) < 0) {
		if (errno == ENOPROTOOPT)
			skip("no iptables here");
		return false;
	}
	return true;
}

/* netlink: the error or 0 in answer to one request */

struct request {
	struct nlmsghdr h;
	char body[256];
};

static int ask(int protocol, struct request *r)
{
	struct sockaddr_nl a = { .nl_family = AF_NETLINK };
	struct { struct nlmsghdr h; char body[32768]; } answer;
	struct nlmsgerr *e = NLMSG_DATA(&answer.h);
	int fd = TRY(socket(AF_NETLINK, SOCK_RAW, protocol));

	r->h.nlmsg_flags |= NLM_F_REQUEST;
	TRY(sendto(fd, r, r->h.nlmsg_len, 0, (void *)&a, sizeof(a)));
	TRY(recv(fd, &answer, sizeof(answer), 0));
	close(fd);
	if (answer.h.nlmsg_type != NLMSG_ERROR)
		return 0;
	if (e->error)
		fprintf(stderr, "netlink: %s\n", strerror(-e->error));
	return e->error;
}

static void add(struct request *r, int type, const void *data, int len)
{
	struct rtattr *a = (void *)((char *)r + NLMSG_ALIGN(r->h.nlmsg_len));

	a->rta_type = type;
	a->rta_len = RTA_LENGTH(len);
	memcpy(RTA_DATA(a), data, len);
	r->h.nlmsg_len = NLMSG_ALIGN(r->h.nlmsg_len) + RTA_ALIGN(a->rta_len);
}

static bool dump(int type)
{
	struct request r = { .h = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct rtgenmsg)), .nlmsg_type = type,
				    .nlmsg_flags = NLM_F_DUMP } };

	return ask(NETLINK_ROUTE, &r) == 0;
}

static bool netlink_list_links(void)
{
	return dump(RTM_GETLINK);
}

static bool netlink_list_addresses(void)
{
	return dump(RTM_GETADDR);
}

static bool netlink_list_routes(void)
{
	return dump(RTM_GETROUTE);
}

static bool netlink_watch_links(void)
{
	struct sockaddr_nl a = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };

	TRY(bind(TRY(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)), (void *)&a, sizeof(a)));
	return true;
}

static bool netlink_add_link(void)
{
	struct request r = { .h = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)), .nlmsg_type = RTM_NEWLINK,
				    .nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK } };
	char info[16];
	struct rtattr *kind = (void *)info;
	int error;

	kind->rta_type = IFLA_INFO_KIND;
	kind->rta_len = RTA_LENGTH(4);
	memcpy(RTA_DATA(kind), "veth", 4);
	add(&r, IFLA_IFNAME, "captrim1", 9);
	add(&r, IFLA_LINKINFO, info, kind->rta_len);
	error = ask(NETLINK_ROUTE, &r);
	if (error == -EOPNOTSUPP)
		skip("no veth here");
	return error == 0;
}

static bool netlink_add_address(void)
{
	struct request r = { .h = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ifaddrmsg)), .nlmsg_type = RTM_NEWADDR,
				    .nlmsg_flags = NLM_F_CREATE | NLM_F_ACK } };
	struct ifaddrmsg *m = NLMSG_DATA(&r.h);
	struct in_addr a = { htonl(0x7f000002) };

	m->ifa_family = AF_INET;
	m->ifa_prefixlen = 32;
	m->ifa_index = if_nametoindex("lo");
	add(&r, IFA_LOCAL, &a, sizeof(a));
	return ask(NETLINK_ROUTE, &r) == 0;
}

static bool sock_diag_dump(void)
{
	struct request r = { .h = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct inet_diag_req_v2)),
				    .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_DUMP } };
	struct inet_diag_req_v2 *q = NLMSG_DATA(&r.h);

	q->sdiag_family = AF_INET;
	q->sdiag_protocol = IPPROTO_TCP;
	q->idiag_states = -1;
	return ask(NETLINK_SOCK_DIAG, &r) == 0;
}

static bool nftables_list(void)
{
	struct request r = { .h = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct nfgenmsg)),
				    .nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE,
				    .nlmsg_flags = NLM_F_DUMP } };
	int error = ask(NETLINK_NETFILTER, &r);

	if (error == -EINVAL)
		skip("no nftables here");
	return error == 0;
}

static bool audit_write(void)
{
	struct request r = { .h = { .nlmsg_len = NLMSG_LENGTH(16), .nlmsg_type = AUDIT_USER,
				    .nlmsg_flags = NLM_F_ACK }, .body = "captrim test" };

	return ask(NETLINK_AUDIT, &r) == 0;
}

static bool audit_write_tolerant(void)
{
	struct request r = { .h = { .nlmsg_len = NLMSG_LENGTH(16), .nlmsg_type = AUDIT_USER,
				    .nlmsg_flags = NLM_F_ACK }, .body = "captrim test" };

	ask(NETLINK_AUDIT, &r);
	return true;
}

static bool audit_read(void)
{
	struct sockaddr_nl a = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);

	if (fd < 0)
		skip("no audit here");
	TRY(bind(fd, (void *)&a, sizeof(a)));
	return true;
}

/* sysctls of the network namespace; Docker mounts /proc/sys read-only unless told otherwise */

static bool sysctl_net_read(void)
{
	return number_in("/proc/sys/net/ipv4/ip_forward") >= 0;
}

static bool sysctl_net_write(void)
{
	put("/proc/sys/net/ipv4/ip_default_ttl", "65");
	return number_in("/proc/sys/net/ipv4/ip_default_ttl") == 65;
}

/* As app, who is not the network's root, with NET_ADMIN from the file's capabilities. */
static bool sysctl_net_write_as_app(void)
{
	return runs((char *[]){ "/t/netadmin-ep", "writes", "/proc/sys/net/ipv4/ip_default_ttl", "66", NULL });
}

/* Unix sockets */

static bool unix_connect_other(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "bob/open/socket" };

	bobs("listener", NULL);
	TRY(connect(TRY(socket(AF_UNIX, SOCK_STREAM, 0)), (void *)&a, sizeof(a)));
	return true;
}

static bool send_credentials(struct ucred c)
{
	union { struct cmsghdr h; char space[CMSG_SPACE(sizeof(c))]; } control;
	char byte = 0;
	struct iovec v = { &byte, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	int s[2], on = 1;

	TRY(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	TRY(setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)));
	control.h.cmsg_len = CMSG_LEN(sizeof(c));
	control.h.cmsg_level = SOL_SOCKET;
	control.h.cmsg_type = SCM_CREDENTIALS;
	memcpy(CMSG_DATA(&control.h), &c, sizeof(c));
	TRY(sendmsg(s[0], &m, 0));
	TRY(recvmsg(s[1], &m, 0));
	return !memcmp(CMSG_DATA(&control.h), &c, sizeof(c));
}

static bool credentials_true(void)
{
	return send_credentials((struct ucred){ getpid(), 0, 0 });
}

static bool credentials_other_pid(void)
{
	return send_credentials((struct ucred){ sleeper(), 0, 0 });
}

static bool credentials_other_uid(void)
{
	return send_credentials((struct ucred){ getpid(), BOB, 0 });
}

static bool credentials_other_gid(void)
{
	return send_credentials((struct ucred){ getpid(), 0, BOB });
}

const struct test_case net_cases[] = {
	CASE(bind_low_port),
	CASE(bind_low_port_closed),
	CASE(bind_low_port_udp_closed),
	CASE(bind_low_port_ipv6_closed),
	CASE(bind_high_port_closed),
	CASE(tcp_over_loopback),
	CASE(zerocopy_within_limit),
	CASE(zerocopy_beyond_limit),
	CASE(raw_socket),
	CASE(packet_socket),
	CASE(ping_socket),
	CASE(ping_or_raw_open),
	CASE(ping_or_raw_closed),
	CASE(so_mark),
	CASE(so_mark_net_raw_lowered),
	CASE(so_priority_high),
	CASE(so_priority_low),
	CASE(so_bindtodevice),
	CASE(so_bindtodevice_again),
	CASE(so_rcvbuf),
	CASE(so_sndbufforce_or_less),
	CASE(so_rcvbufforce),
	CASE(so_debug),
	CASE(ip_transparent),
	CASE(ip_transparent_off),
	CASE(ip_freebind),
	CASE(ip_tos),
	CASE(tcp_repair),
	CASE(socket_filter),
	CASE(interface_ask),
	CASE(interface_ask_missing),
	CASE(interface_set_mtu),
	CASE(tun_with_made_device),
	CASE(iptables_ask),
	CASE(netlink_list_links),
	CASE(netlink_list_addresses),
	CASE(netlink_list_routes),
	CASE(netlink_watch_links),
	CASE(netlink_add_link),
	CASE(netlink_add_address),
	CASE(sock_diag_dump),
	CASE(nftables_list),
	CASE(audit_write),
	CASE(audit_write_tolerant),
	CASE(audit_read),
	CASE(sysctl_net_read),
	CASE(sysctl_net_write),
	CASE(sysctl_net_write_as_app),
	CASE(unix_connect_other),
	CASE(credentials_true),
	CASE(credentials_other_pid),
	CASE(credentials_other_uid),
	CASE(credentials_other_gid),
	{ NULL, NULL }
};
