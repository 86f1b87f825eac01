/* SPDX-License-Identifier: GPL-2.0-only */
/* The one list of what the opener opens for a daemon without privileges. */
#ifndef CT_MONITOR_OPENER_LIST_H
#define CT_MONITOR_OPENER_LIST_H

#include <stdbool.h>

enum ct_opener_op {
	CT_OPENER_LOOK = 1, /* an O_PATH descriptor: tells what the file is, and reads nothing */
	CT_OPENER_READ = 2, /* a regular file for reading */
	CT_OPENER_LINK = 4, /* the target of a link */
	CT_OPENER_EACH = 8, /* the files that match a pattern */
};

enum ct_opener_place {
	CT_OPENER_NOWHERE, /* not on the list */
	CT_OPENER_PROC,
	CT_OPENER_ROOTS, /* root alone writes there */
	CT_OPENER_USERS, /* a user may have put anything there, links too */
};

/* Where the list has the path for this operation; a path with ".." is never on it. */
enum ct_opener_place ct_opener_list__find(enum ct_opener_op op, const char *path);

/* Calls fn for each line of the list, for people: what may be done, and with which paths. */
void ct_opener_list__each(void (*fn)(void *arg, const char *what, const char *pattern), void *arg);

#endif
