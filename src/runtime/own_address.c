/* SPDX-License-Identifier: GPL-2.0-only */
#include "runtime/own_address.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bounded.h"
#include "base/util.h"

#define LOOKUP_MS 3000

struct lookup {
	char *host;
	struct addrinfo *found;
	int ret;
};

static void run_lookup(void *arg)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct lookup *l = arg;

	l->ret = getaddrinfo(l->host, NULL, &hints, &l->found);
}

static void lookup__free(void *arg)
{
	struct lookup *l = arg;

	if (l->found)
		freeaddrinfo(l->found);
	free(l->host);
	free(l);
}

static bool is_same(const struct sockaddr *a, const struct sockaddr *b)
{
	if (!b || a->sa_family != b->sa_family)
		return false;
	if (a->sa_family == AF_INET)
		return ((const struct sockaddr_in *)a)->sin_addr.s_addr ==
		       ((const struct sockaddr_in *)b)->sin_addr.s_addr;
	return a->sa_family == AF_INET6 &&
	       IN6_ARE_ADDR_EQUAL(&((const struct sockaddr_in6 *)a)->sin6_addr,
				  &((const struct sockaddr_in6 *)b)->sin6_addr);
}

static bool is_loopback(const struct sockaddr *a)
{
	if (a->sa_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)a)->sin_addr.s_addr) >> 24 == 127;
	return a->sa_family == AF_INET6 &&
	       IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)a)->sin6_addr);
}

static bool is_interfaces(const struct sockaddr *a)
{
	struct ifaddrs *all, *i;
	bool found = false;

	if (getifaddrs(&all))
		return false;
	for (i = all; i && !found; i = i->ifa_next)
		found = is_same(a, i->ifa_addr);
	freeifaddrs(all);
	return found;
}

/* Is it a local IPv4 address in this process's network namespace, according to fib_trie? */
static bool is_processes(const char *pid, const char *address)
{
	ct_autofree char *path = ct_xasprintf("/proc/%s/net/fib_trie", pid);
	ct_autofclose FILE *f = fopen(path, "re");
	bool named = false;
	char line[256];

	while (f && fgets(line, sizeof(line), f)) {
		const char *at = strstr(line, "-- ");

		if (at)
			named = !strncmp(at + 3, address, strlen(address)) &&
				at[3 + strlen(address)] == '\n';
		else if (named && strstr(line, "/32 host LOCAL"))
			return true;
	}
	return false;
}

/*
 * An address is looked for in other network namespaces only if this machine reaches it over a
 * bridge of its own: many networks have a 172.17.0.2.
 */
static bool is_on_bridge(const struct sockaddr_in *a)
{
	struct ifaddrs *all, *i;
	bool found = false;

	if (getifaddrs(&all))
		return false;
	for (i = all; i && !found; i = i->ifa_next) {
		const struct sockaddr_in *own = (const struct sockaddr_in *)i->ifa_addr;
		const struct sockaddr_in *mask = (const struct sockaddr_in *)i->ifa_netmask;
		ct_autofree char *bridge = ct_xasprintf("/sys/class/net/%s/bridge", i->ifa_name);

		found = own && mask && own->sin_family == AF_INET &&
			!((own->sin_addr.s_addr ^ a->sin_addr.s_addr) & mask->sin_addr.s_addr) &&
			!access(bridge, F_OK);
	}
	freeifaddrs(all);
	return found;
}

static bool is_containers(const struct sockaddr *a)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)a;
	char text[INET_ADDRSTRLEN];
	ino_t last = 0;
	struct dirent *ent;
	bool found = false;
	DIR *d;

	if (a->sa_family != AF_INET || !is_on_bridge(in) ||
	    !inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text)))
		return false;
	d = opendir("/proc");
	while (d && !found && (ent = readdir(d))) {
		ct_autofree char *ns = ct_xasprintf("/proc/%s/ns/net", ent->d_name);
		struct stat st;

		/* Neighbours in /proc mostly share their network namespace. */
		if (ent->d_name[0] < '1' || ent->d_name[0] > '9' || stat(ns, &st) ||
		    st.st_ino == last)
			continue;
		last = st.st_ino;
		found = is_processes(ent->d_name, text);
	}
	if (d)
		closedir(d);
	return found;
}

enum ct_own ct_own_address__is(const char *host)
{
	struct lookup *l = ct_xzalloc(sizeof(*l));
	enum ct_own own = CT_OWN_UNKNOWN;
	int ret;

	l->host = ct_xstrdup(host);
	ret = ct_bounded__call(run_lookup, lookup__free, l, LOOKUP_MS);
	if (ret == -ETIMEDOUT)
		return CT_OWN_UNKNOWN;
	for (const struct addrinfo *a = ret ? NULL : l->found; a && own != CT_OWN_YES;
	     a = a->ai_next)
		own = is_loopback(a->ai_addr) || is_interfaces(a->ai_addr) ||
				      is_containers(a->ai_addr) ?
			      CT_OWN_YES :
			      CT_OWN_NO;
	lookup__free(l);
	return own;
}
