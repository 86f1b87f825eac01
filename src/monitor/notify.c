/* SPDX-License-Identifier: GPL-2.0-only */
#include "monitor/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/clock.h"

/* A name that begins with '@' is one of the abstract namespace. */
static int connect_to(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(name);
	ct_autoclose int fd = -1;

	if (len < 2 || len >= sizeof(address.sun_path) || (*name != '/' && *name != '@'))
		return -1;
	memcpy(address.sun_path, name, len);
	if (*name == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)))
		return -1;
	return ct_steal_fd(&fd);
}

static uint64_t number_of(const char *name)
{
	const char *value = getenv(name);

	return value ? strtoull(value, NULL, 10) : 0;
}

void ct_notify__open(struct ct_notify *n)
{
	const char *name = getenv("NOTIFY_SOCKET");
	uint64_t pid = number_of("WATCHDOG_PID");

	*n = (struct ct_notify){ .fd = name ? connect_to(name) : -1 };
	if (n->fd >= 0 && (!pid || pid == (uint64_t)getpid()))
		n->watchdog_ns = number_of("WATCHDOG_USEC") * 1000;
}

void ct_notify__close(struct ct_notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}

void ct_notify__say(const struct ct_notify *n, const char *fmt, ...)
{
	ct_autofree char *text = NULL;
	va_list ap;

	if (n->fd < 0)
		return;
	va_start(ap, fmt);
	text = ct_xvasprintf(fmt, ap);
	va_end(ap);
	(void)!send(n->fd, text, strlen(text), MSG_NOSIGNAL);
}

void ct_notify__reloading(const struct ct_notify *n)
{
	ct_notify__say(n, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, ct_clock__now_ns() / 1000);
}
