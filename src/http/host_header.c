/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks the Host header, against DNS rebinding: a foreign page whose host name was made to resolve
 * to this machine sends that name in the header, and must learn nothing.
 */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "http/httpd.h"

/* The length of the part before the port, or 0 if the header is malformed. */
static size_t host_length(const char *header)
{
	size_t n = *header == '[' ? strcspn(header, "]") + 1 : strcspn(header, ":");
	const char *rest;

	if (n > strlen(header))
		return 0;
	rest = header + n;
	if (*rest && (*rest != ':' || strspn(rest + 1, "0123456789") != strlen(rest + 1)))
		return 0;
	return n;
}

static bool is_numeric(const char *host)
{
	unsigned char raw[sizeof(struct in6_addr)];
	ct_autofree char *inner = NULL;

	if (*host != '[')
		return inet_pton(AF_INET, host, raw) == 1;
	inner = ct_xstrndup(host + 1, strlen(host) - 2);
	return inet_pton(AF_INET6, inner, raw) == 1;
}

bool ct_httpd__host_is_ours(const char *header, const char *const *hosts)
{
	size_t n = header ? host_length(header) : 0;
	ct_autofree char *host = NULL;

	if (!n)
		return false;
	host = ct_xstrndup(header, n);
	if (is_numeric(host) || !strcasecmp(host, "localhost"))
		return true;
	for (; hosts && *hosts; hosts++)
		if (!strcasecmp(*hosts, host))
			return true;
	return false;
}
