/* SPDX-License-Identifier: GPL-2.0-only */
#include "http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/util.h"

#define BACKLOG	  64
#define UNIX_MODE 0660
#define FIRST_FD  3 /* sd_listen_fds(3) */

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_un un;
	struct sockaddr_storage storage;
};

static int malformed(const char *address, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(address);

	return ct_err__set(err, EINVAL,
			   "cannot listen on '%s': write HOST:PORT with a numeric host or "
			   "localhost, such as 127.0.0.1:9469 or [::1]:9469, or unix:/PATH",
			   shown);
}

static int parse_unix(const char *path, const char *address, union address *a, socklen_t *len,
		      struct ct_err *err)
{
	if (*path != '/')
		return malformed(address, err);
	if (strlen(path) >= sizeof(a->un.sun_path))
		return ct_err__set(err, ENAMETOOLONG,
				   "cannot listen on a path of more than %zu bytes",
				   sizeof(a->un.sun_path) - 1);
	a->un.sun_family = AF_UNIX;
	strcpy(a->un.sun_path, path);
	*len = sizeof(a->un);
	return 0;
}

static int parse_port(const char *s)
{
	char *end;
	unsigned long port = strtoul(s, &end, 10);

	return *s < '0' || *s > '9' || *end || port > 65535 ? -1 : (int)port;
}

static int parse(const char *address, union address *a, socklen_t *len, struct ct_err *err)
{
	const char *colon = strrchr(address, ':');
	ct_autofree char *host = NULL;
	size_t n;
	int port;

	memset(a, 0, sizeof(*a));
	if (!strncmp(address, "unix:", 5))
		return parse_unix(address + 5, address, a, len, err);
	port = colon ? parse_port(colon + 1) : -1;
	if (port < 0)
		return malformed(address, err);
	n = (size_t)(colon - address);
	if (n >= 2 && address[0] == '[' && address[n - 1] == ']')
		host = ct_xstrndup(address + 1, n - 2);
	else
		host = ct_xstrndup(address, n);
	if (inet_pton(AF_INET, strcmp(host, "localhost") ? host : "127.0.0.1", &a->in.sin_addr) ==
	    1)
		a->any.sa_family = AF_INET;
	else if (!*host || !strcmp(host, "*") ||
		 (address[0] == '[' && inet_pton(AF_INET6, host, &a->in6.sin6_addr) == 1))
		a->any.sa_family = AF_INET6;
	else
		return malformed(address, err);
	a->in.sin_port = htons((uint16_t)port); /* at the same offset in both families */
	*len = a->any.sa_family == AF_INET ? sizeof(a->in) : sizeof(a->in6);
	return 0;
}

int ct_listener__check(const char *address, struct ct_err *err)
{
	union address a;
	socklen_t len;

	return parse(address, &a, &len, err);
}

static bool is_loopback(const union address *a)
{
	if (a->any.sa_family == AF_INET)
		return ntohl(a->in.sin_addr.s_addr) >> 24 == 127;
	if (a->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&a->in6.sin6_addr);
	return a->any.sa_family == AF_UNIX;
}

bool ct_listener__is_local(const char *address)
{
	union address a;
	socklen_t len;

	return !parse(address, &a, &len, NULL) && is_loopback(&a);
}

int ct_listener__needs_token(const char *address, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(address);

	return ct_err__set(err, EPERM,
			   "%s is reachable from other machines: give a token file, or listen on "
			   "127.0.0.1 or a unix: path",
			   shown);
}

/* Sets text, local and unix_ by the address that the socket has in fact. */
static void describe(struct ct_listener *l)
{
	union address a = { 0 };
	socklen_t len = sizeof(a);
	char host[INET6_ADDRSTRLEN] = "";

	if (getsockname(l->fd, &a.any, &len)) {
		l->text = ct_xstrdup("?");
		return;
	}
	l->local = is_loopback(&a);
	l->unix_ = a.any.sa_family == AF_UNIX;
	if (l->unix_) {
		ct_autofree char *path = ct_printable(len > sizeof(sa_family_t) ? a.un.sun_path :
										  "");

		l->text = ct_xasprintf("unix:%s", path);
	} else if (a.any.sa_family == AF_INET) {
		inet_ntop(AF_INET, &a.in.sin_addr, host, sizeof(host));
		l->text = ct_xasprintf("%s:%d", host, ntohs(a.in.sin_port));
	} else {
		inet_ntop(AF_INET6, &a.in6.sin6_addr, host, sizeof(host));
		l->text = ct_xasprintf("[%s]:%d", host, ntohs(a.in6.sin6_port));
	}
}

/* Is it a socket whose server has ended without removing it? */
static bool is_stale(const union address *a)
{
	ct_autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat st;

	return fd >= 0 && !lstat(a->un.sun_path, &st) && S_ISSOCK(st.st_mode) &&
	       connect(fd, &a->any, sizeof(a->un)) && errno == ECONNREFUSED;
}

static int bind_to(int fd, union address *a, socklen_t len)
{
	int one = 1, zero = 0, ret;

	if (a->any.sa_family == AF_UNIX) {
		/* bind() gives the path the mode of the descriptor, less the umask. */
		fchmod(fd, 0600);
		if (is_stale(a))
			unlink(a->un.sun_path);
	} else {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	}
	if (a->any.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	if (bind(fd, &a->any, len))
		return -errno;
	if (!listen(fd, BACKLOG) &&
	    (a->any.sa_family != AF_UNIX || !chmod(a->un.sun_path, UNIX_MODE)))
		return 0;
	ret = -errno;
	if (a->any.sa_family == AF_UNIX)
		unlink(a->un.sun_path);
	return ret;
}

static int open_socket(union address *a, socklen_t len, int *out)
{
	ct_autoclose int fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
				     0);
	int ret = fd < 0 ? -errno : bind_to(fd, a, len);

	if (!ret)
		*out = ct_steal_fd(&fd);
	return ret;
}

/* ":PORT" and "*:PORT" are all addresses, also where the kernel has none of IPv6. */
static int open_every(union address *a, int *out)
{
	const struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = a->in.sin_port };

	a->in = in;
	return open_socket(a, sizeof(a->in), out);
}

static int open_address(const char *address, struct ct_listener *l, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(address);
	ct_autoclose int fd = -1;
	union address a;
	socklen_t len = 0;
	int ret = parse(address, &a, &len, err);

	if (ret)
		return ret;
	ret = open_socket(&a, len, &fd);
	if (ret == -EAFNOSUPPORT && a.any.sa_family == AF_INET6 && *address != '[')
		ret = open_every(&a, &fd);
	if (ret == -EADDRINUSE)
		return ct_err__set(err, EADDRINUSE,
				   "cannot listen on %s: it is in use; choose another "
				   "address, or stop whoever 'ss -ltnp' shows there",
				   shown);
	if (ret)
		return ct_err__set(err, -ret, "cannot listen on %s: %s%s", shown, strerror(-ret),
				   ret == -EAFNOSUPPORT ? "; this kernel has no such addresses: "
							  "name one of IPv4" :
							  "");
	*l = (struct ct_listener){ .fd = ct_steal_fd(&fd) };
	if (a.any.sa_family == AF_UNIX)
		l->path = ct_xstrdup(a.un.sun_path);
	describe(l);
	return 0;
}

/* The descriptor that systemd has passed under this name, or -1. */
static int inherited(const char *name)
{
	const char *pid = getenv("LISTEN_PID"), *n = getenv("LISTEN_FDS");
	const char *names = getenv("LISTEN_FDNAMES");

	if (!pid || !n || !names || strtol(pid, NULL, 10) != getpid())
		return -1;
	for (int i = 0; i < (int)strtol(n, NULL, 10); i++) {
		size_t len = strcspn(names, ":");

		if (len == strlen(name) && !memcmp(names, name, len))
			return FIRST_FD + i;
		if (!names[len])
			break;
		names += len + 1;
	}
	return -1;
}

bool ct_listener__is_inherited(const char *name)
{
	return inherited(name) >= 0;
}

static int take_inherited(int fd, const char *name, struct ct_listener *l, struct ct_err *err)
{
	int listens = 0, type = 0;
	socklen_t len = sizeof(int);

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) || !listens ||
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) || type != SOCK_STREAM)
		return ct_err__set(err, EINVAL,
				   "the socket '%s' that was handed over does not listen for "
				   "streams; its unit wants ListenStream= and Accept=no",
				   name);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	*l = (struct ct_listener){ .fd = fd };
	describe(l);
	return 0;
}

int ct_listener__open(const char *address, const char *name, struct ct_listener *l,
		      struct ct_err *err)
{
	int fd = name ? inherited(name) : -1;

	if (fd >= 0)
		return take_inherited(fd, name, l, err);
	if (!address)
		return ct_err__set(err, ENOENT, "there is no address to listen on");
	return open_address(address, l, err);
}

void ct_listener__close(struct ct_listener *l)
{
	if (l->path)
		unlink(l->path);
	if (l->fd >= 0)
		close(l->fd);
	free(l->text);
	free(l->path);
	*l = (struct ct_listener){ .fd = -1 };
}
