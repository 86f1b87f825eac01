/* SPDX-License-Identifier: GPL-2.0-only */
#include "runtime/endpoint.h"

#include <errno.h>
#include <string.h>

#include "runtime/own_address.h"

struct ct_engine_words ct_engine_words__of(const char *socket, const struct ct_engine_words *other)
{
	if (socket)
		return (struct ct_engine_words){ .address = socket, .option = "--socket" };
	return other ? *other : (struct ct_engine_words){};
}

void ct_endpoint__free(struct ct_endpoint *e)
{
	free(e->said);
	free(e->socket);
	free(e->url);
	free(e->ca);
	free(e->cert);
	free(e->key);
	*e = (struct ct_endpoint){};
}

int ct_endpoint__elsewhere(const struct ct_endpoint *e, const char *why, struct ct_err *err)
{
	return ct_err__set(
		err, EREMOTE,
		"%s: the engine is not on this machine (%s). Its containers run where it "
		"is, and captrim sees only what runs here: run captrim there, or name an "
		"engine of this machine with --socket",
		e->said, why);
}

/* The host of "USER@HOST:PORT/PATH"; an IPv6 address without its brackets. The caller frees. */
static char *host_of(const char *authority)
{
	const char *at = memrchr(authority, '@', strcspn(authority, "/"));

	if (at)
		authority = at + 1;
	if (*authority == '[')
		return ct_xstrndup(authority + 1, strcspn(authority + 1, "]/"));
	return ct_xstrndup(authority, strcspn(authority, ":/"));
}

static bool has_port(const char *authority)
{
	const char *end = *authority == '[' ? strchr(authority, ']') : authority;

	return end && end[strcspn(end, ":/")] == ':';
}

/* tcp://HOST[:PORT][/PATH]; authority is what follows the scheme. */
static int take_tcp(const char *authority, bool tls, struct ct_endpoint *e, struct ct_err *err)
{
	ct_autofree char *host = host_of(authority);
	size_t len = strcspn(authority, "/"), all = strlen(authority);
	ct_autofree char *shown = ct_printable(host), *why = NULL;

	if (!*host || strpbrk(authority, " \t\r\n\"\\<>^`{|}"))
		return ct_err__set(err, EPROTONOSUPPORT,
				   "%s is not a valid TCP address: write tcp://HOST:PORT", e->said);
	switch (ct_own_address__is(host)) {
	case CT_OWN_YES: break;
	case CT_OWN_UNKNOWN:
		return ct_err__set(err, EHOSTUNREACH, "%s: cannot resolve the host name %s",
				   e->said, shown);
	case CT_OWN_NO:
		why = ct_xasprintf("%s is not one of its addresses", shown);
		return ct_endpoint__elsewhere(e, why, err);
	}
	while (all > len && authority[all - 1] == '/')
		all--;
	e->url = ct_xasprintf("%s://%.*s%s%.*s", tls ? "https" : "http", (int)len, authority,
			      has_port(authority) ? "" :
			      tls		  ? ":2376" :
						    ":2375",
			      (int)(all - len), authority + len);
	return 0;
}

static const char *behind(const char *address, const char *scheme)
{
	size_t n = strlen(scheme);

	return strncmp(address, scheme, n) ? NULL : address + n;
}

int ct_endpoint__parse(const char *address, bool tls, struct ct_endpoint *e, struct ct_err *err)
{
	const char *rest;

	rest = *address == '/' || !access(address, F_OK) ? address : behind(address, "unix://");
	if (rest && *rest) {
		e->socket = ct_xstrdup(rest);
		return 0;
	}
	if ((rest = behind(address, "tcp://")))
		return take_tcp(rest, tls, e, err);
	if ((rest = behind(address, "http://")))
		return take_tcp(rest, false, e, err);
	if ((rest = behind(address, "https://")))
		return take_tcp(rest, true, e, err);
	/* Refused even if it is this machine by another name, or a virtual one behind a port. */
	if (behind(address, "ssh://"))
		return ct_endpoint__elsewhere(e, "ssh leads to it", err);
	return ct_err__set(err, EPROTONOSUPPORT,
			   "%s: not an address that captrim knows; write unix://PATH or "
			   "tcp://HOST:PORT",
			   e->said);
}
