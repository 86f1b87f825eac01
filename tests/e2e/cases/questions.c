/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a question is worth: two of which one answer will do, two that look so and are not, those that are asked once and
 * kept for later calls, and those that are asked only beyond a limit.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/inet_diag.h>
#include <linux/io_uring.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
/* Needed before linux/vm_sockets.h, whose older versions do not include it. */
#include <sys/socket.h>
#include <linux/vm_sockets.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "case.h"

/* socket options of IPv6 */

static bool option6(int level, int name, const void *value, socklen_t size)
{
	TRY(setsockopt(TRY(socket(AF_INET6, SOCK_DGRAM, 0)), level, name, value, size));
	return true;
}

static bool ipv6_hopopts(void)
{
	unsigned char padding[8] = { 0, 0, 1, 4 };

	return option6(SOL_IPV6, IPV6_HOPOPTS, padding, sizeof(padding));
}

static bool ipv6_dstopts(void)
{
	unsigned char padding[8] = { 0, 0, 1, 4 };

	return option6(SOL_IPV6, IPV6_DSTOPTS, padding, sizeof(padding));
}

static bool ipv6_routing_header_none(void)
{
	return option6(SOL_IPV6, IPV6_RTHDR, NULL, 0);
}

static bool ipv6_hopopts_and_rcvbufforce(void)
{
	int size = 1 << 20;

	return ipv6_hopopts() && option6(SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
}

static bool ipv6_transparent(void)
{
	int on = 1;

	return option6(SOL_IPV6, IPV6_TRANSPARENT, &on, sizeof(on));
}

static bool ipv6_transparent_off(void)
{
	int off = 0;

	return option6(SOL_IPV6, IPV6_TRANSPARENT, &off, sizeof(off));
}

/* NET_RAW, if there, is thrown away for good before. */
static bool ipv6_transparent_net_raw_dropped(void)
{
	struct caps c;

	TRY(get_caps(&c));
	c.effective &= BIT(CAP_NET_ADMIN);
	c.permitted &= BIT(CAP_NET_ADMIN);
	TRY(set_caps(c));
	return ipv6_transparent();
}

/* a mark or a priority for one packet */

static bool packet_with(int type, int value)
{
	char control[CMSG_SPACE(sizeof(value))] = "";
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct iovec v = { "x", 1 };
	struct msghdr m = { .msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &v, .msg_iovlen = 1,
			    .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(sizeof(value));
	memcpy(CMSG_DATA(c), &value, sizeof(value));
	TRY(sendmsg(TRY(socket(AF_INET, SOCK_DGRAM, 0)), &m, 0));
	return true;
}

static bool packet_mark(void)
{
	return packet_with(SO_MARK, 7);
}

static bool packet_plain(void)
{
	return packet_with(SCM_TIMESTAMPING, 0);
}

/* sockets listed through a filter */

static bool listed_through(const void *filter, size_t size)
{
	struct {
		struct nlmsghdr h;
		struct inet_diag_req_v2 q;
		struct nlattr a;
		char filter[64];
	} r = { .h = { .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.q = { .sdiag_family = AF_INET, .sdiag_protocol = IPPROTO_TCP, .idiag_states = -1 },
		.a = { .nla_len = NLA_HDRLEN + size, .nla_type = INET_DIAG_REQ_BYTECODE } };
	int fd = TRY(socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG));
	struct nlmsghdr *answer = malloc(65536);

	memcpy(r.filter, filter, size);
	r.h.nlmsg_len = sizeof(r.h) + sizeof(r.q) + r.a.nla_len;
	TRY(send(fd, &r, r.h.nlmsg_len, 0));
	TRY(recv(fd, answer, 65536, 0));
	if (answer->nlmsg_type != NLMSG_ERROR)
		return true;
	errno = -((struct nlmsgerr *)NLMSG_DATA(answer))->error;
	not_done("sock_diag");
}

static bool sock_diag_by_mark(void)
{
	struct {
		struct inet_diag_bc_op op;
		struct inet_diag_markcond cond;
	} filter = { { INET_DIAG_BC_MARK_COND, 12, 16 }, { 7, -1 } };

	return listed_through(&filter, sizeof(filter));
}

static bool sock_diag_by_port(void)
{
	struct inet_diag_bc_op filter[] = { { INET_DIAG_BC_S_GE, 8, 12 }, { 0, 0, 80 } };

	return listed_through(filter, sizeof(filter));
}

/* BPF */

static bool loads(const struct bpf_insn *code, unsigned int n)
{
	union bpf_attr a = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = (unsigned long)code, .insn_cnt = n,
			     .license = (unsigned long)"GPL" };

	TRY(syscall(SYS_bpf, BPF_PROG_LOAD, &a, sizeof(a)));
	return true;
}

static bool bpf_filter(void)
{
	struct bpf_insn code[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K }, { .code = BPF_JMP | BPF_EXIT } };

	return loads(code, 2);
}

/* Returns a pointer, which takes PERFMON beside BPF. */
static bool bpf_pointer_leak(void)
{
	struct bpf_insn code[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_X, .src_reg = 10 },
				   { .code = BPF_JMP | BPF_EXIT } };

	return loads(code, 2);
}

/* A cgroup that does not exist: who may ask is told so. */
static bool bpf_query_unconfined(void)
{
	union bpf_attr a = { .query = { .target_fd = -1, .attach_type = BPF_CGROUP_INET_INGRESS } };

	if (syscall(SYS_bpf, BPF_PROG_QUERY, &a, sizeof(a)) < 0 && errno == EPERM)
		not_done("bpf");
	return true;
}

/* io_uring */

static int ring(void)
{
	struct rlimit r = { 65536, 65536 };
	struct io_uring_params p = { 0 };
	int fd;

	TRY(setrlimit(RLIMIT_MEMLOCK, &r));
	fd = syscall(SYS_io_uring_setup, 8, &p);
	if (fd < 0)
		skip("io_uring is forbidden here");
	return fd;
}

/* Two pages at least, of which nothing is said to the kernel later. */
static bool io_uring_rings_beyond_limit(void)
{
	struct rlimit r = { 4096, 4096 };
	struct io_uring_params p = { 0 };

	TRY(setrlimit(RLIMIT_MEMLOCK, &r));
	return syscall(SYS_io_uring_setup, 8, &p) >= 0;
}

static bool registers(size_t size)
{
	struct iovec v = { mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), size };

	TRY(syscall(SYS_io_uring_register, ring(), IORING_REGISTER_BUFFERS, &v, 1));
	return true;
}

static bool io_uring_buffers_beyond_limit(void)
{
	return registers(4 << 20);
}

static bool io_uring_buffers_under_limit(void)
{
	return registers(4096);
}

/* the page cache of files, as mincore tells it */

static bool sees_page_cache(const char *path)
{
	unsigned char resident = 1;
	int fd = TRY(open(path, O_RDONLY));
	void *map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);

	TRY(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED));
	TRY(mincore(map, 4096, &resident));
	errno = 0;
	if (resident & 1)
		not_done("it is said to be in memory");
	return true;
}

static bool mincore_own(void)
{
	return sees_page_cache("own");
}

static bool mincore_other(void)
{
	return sees_page_cache("bob/public");
}

static bool mincore_other_writable(void)
{
	return sees_page_cache("bob/shared");
}

/* the same of a file, as cachestat (6.5) tells it; it may be another's that nobody may write, whatever they hold */

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

static bool asks_page_cache(const char *path)
{
	unsigned long range[2] = { 0, 4096 }, pages[5];
	int fd = TRY(open(path, O_RDONLY));

	if (syscall(SYS_cachestat, fd, range, pages, 0) == 0)
		return true;
	if (errno == ENOSYS)
		skip("no cachestat");
	return false;
}

static bool cachestat_other_unconfined(void)
{
	return asks_page_cache("bob/public");
}

static bool cachestat_other_read_only_unconfined(void)
{
	int fd;

	TRY(mount("none", "dir", "tmpfs", 0, NULL));
	fd = TRY(open("dir/bobs", O_CREAT | O_WRONLY, 0644));
	TRY(fchown(fd, BOB, BOB));
	TRY(close(fd));
	TRY(mount(NULL, "dir", NULL, MS_REMOUNT | MS_RDONLY, NULL));
	return opens("bob/private", O_WRONLY) && asks_page_cache("dir/bobs");
}

/* A user of each case's own, whose limits are nobody else's. Capabilities are kept. */
static void become(uid_t id)
{
	struct caps c;

	TRY(prctl(PR_SET_KEEPCAPS, 1));
	TRY(setresuid(id, id, id));
	TRY(get_caps(&c));
	c.effective = c.permitted;
	TRY(set_caps(c));
}

static bool pipes(uid_t id, int n, int size)
{
	struct rlimit r;
	int p[2];

	TRY(getrlimit(RLIMIT_NOFILE, &r));
	r.rlim_cur = r.rlim_max;
	TRY(setrlimit(RLIMIT_NOFILE, &r));
	if (r.rlim_max < 2u * n + 16)
		skip("too few descriptors are allowed");
	if (number_in("/proc/sys/fs/pipe-user-pages-soft") != 16384)
		skip("fs.pipe-user-pages-soft is otherwise");
	become(id);
	while (n--)
		TRY(pipe(p));
	errno = 0;
	if (fcntl(p[0], F_GETPIPE_SZ) < size)
		not_done("a smaller pipe");
	return true;
}

static bool pipes_under_limit(void)
{
	return pipes(47110, 1000, 65536);
}

static bool pipes_beyond_limit(void)
{
	return pipes(47111, 1100, 65536);
}

static bool pipes_beyond_limit_small(void)
{
	return pipes(47112, 1100, 4096);
}

static bool nothing(void)
{
	return true;
}

static bool forks_under(uid_t id, int limit)
{
	struct rlimit r = { limit, limit };

	become(id);
	TRY(setrlimit(RLIMIT_NPROC, &r));
	return in_child(nothing);
}

static bool processes_under_limit(void)
{
	return forks_under(47113, 2);
}

static bool processes_beyond_limit(void)
{
	return forks_under(47114, 1);
}

/* numbers of one's choice */

static bool choose_pid_unconfined(void)
{
	pid_t wanted = 4711;
	struct clone_args a = { .exit_signal = SIGCHLD, .set_tid = (unsigned long)&wanted, .set_tid_size = 1 };
	pid_t pid = TRY(syscall(SYS_clone3, &a, sizeof(a)));

	if (pid == 0)
		_exit(0);
	return exits_0(pid) && pid == wanted;
}

#define NEXT_ID "/proc/sys/kernel/sem_next_id"

static bool ipc_next_id_read(void)
{
	if (opens(NEXT_ID, O_RDONLY))
		return true;
	skip("no " NEXT_ID);
}

static bool ipc_next_id_write(void)
{
	if (!opens(NEXT_ID, O_RDONLY))
		skip("no " NEXT_ID);
	put(NEXT_ID, "4711");
	return true;
}

/* a directory by handle: SYS_ADMIN, asked where DAC_READ_SEARCH was refused, does not do in its stead */

static bool open_directory_by_handle_unconfined(void)
{
	struct { struct file_handle h; char space[128]; } f = { .h.handle_bytes = 128 };
	int mount, dir = TRY(open("/scratch", O_RDONLY | O_DIRECTORY));

	TRY(name_to_handle_at(AT_FDCWD, "/scratch", &f.h, &mount, 0));
	TRY(open_by_handle_at(dir, &f.h, O_RDONLY | O_DIRECTORY));
	return true;
}

static bool vsock_socket(void)
{
	if (socket(AF_VSOCK, SOCK_STREAM, 0) < 0)
		skip("no vsock here");
	return true;
}

const struct test_case question_cases[] = {
	CASE(ipv6_hopopts),
	CASE(ipv6_dstopts),
	CASE(ipv6_routing_header_none),
	CASE(ipv6_hopopts_and_rcvbufforce),
	CASE(ipv6_transparent),
	CASE(ipv6_transparent_off),
	CASE(ipv6_transparent_net_raw_dropped),
	CASE(packet_mark),
	CASE(packet_plain),
	CASE(sock_diag_by_mark),
	CASE(sock_diag_by_port),
	CASE(bpf_filter),
	CASE(bpf_pointer_leak),
	CASE(bpf_query_unconfined),
	CASE(io_uring_rings_beyond_limit),
	CASE(io_uring_buffers_beyond_limit),
	CASE(io_uring_buffers_under_limit),
	CASE(mincore_own),
	CASE(mincore_other),
	CASE(mincore_other_writable),
	CASE(cachestat_other_unconfined),
	CASE(cachestat_other_read_only_unconfined),
	CASE(pipes_under_limit),
	CASE(pipes_beyond_limit),
	CASE(pipes_beyond_limit_small),
	CASE(processes_under_limit),
	CASE(processes_beyond_limit),
	CASE(choose_pid_unconfined),
	CASE(ipc_next_id_read),
	CASE(ipc_next_id_write),
	CASE(open_directory_by_handle_unconfined),
	CASE(vsock_socket),
	{ NULL, NULL }
};
