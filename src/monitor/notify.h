/* SPDX-License-Identifier: GPL-2.0-only */
/* What the service manager is told, see sd_notify(3): datagrams to the socket that it names. */
#ifndef CT_MONITOR_NOTIFY_H
#define CT_MONITOR_NOTIFY_H

#include <stdint.h>

#include "base/util.h"

struct ct_notify {
	int fd;		      /* -1: nobody asked to be told */
	uint64_t watchdog_ns; /* within which it wants to hear of us; 0: it does not */
};

/*
 * Looks at NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID. Never fails: without a socket nobody is
 * told.
 */
void ct_notify__open(struct ct_notify *n);
void ct_notify__close(struct ct_notify *n);

/* Lines of "NAME=VALUE". Never waits. */
void ct_notify__say(const struct ct_notify *n, const char *fmt, ...) CT_PRINTF(2, 3);

/* RELOADING=1 with the time, as Type=notify-reload wants it. */
void ct_notify__reloading(const struct ct_notify *n);

#endif
