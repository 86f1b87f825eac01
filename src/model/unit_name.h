/* SPDX-License-Identifier: GPL-2.0-only */
/* What stays the same in the names of systemd's units. */
#ifndef CT_MODEL_UNIT_NAME_H
#define CT_MODEL_UNIT_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A unit's name with "*" for what is made up anew each time: numbers and random words of sessions,
 * of transient units (systemd-run), of services started per connection, and of units in which
 * desktops and runtimes start programs. All other names stay as they are, including those of
 * template instances. A user's session or unit is distinguished from those of other users; path is
 * that of its cgroup, or NULL. The caller frees.
 */
char *ct_unit_name__stable(const char *name, const char *path);

/*
 * The unit that systemd's tools mean by a name: one without a unit's suffix gets the given one
 * (".service"). The caller frees.
 */
char *ct_unit_name__complete(const char *name, const char *suffix);

/* Does it end in the suffix of a unit that holds processes, with something before it? */
bool ct_unit_name__has_type(const char *name, size_t len);

/* Did systemd-run make up the name, so that it says nothing about what runs? */
bool ct_unit_name__is_nameless(const char *name);

/* Is it a user's own systemd, "user@1000.service"? */
bool ct_unit_name__is_manager(const char *name);

/* The uid of the user whose own systemd the cgroup with this path belongs to; 0: none. */
uint32_t ct_unit_name__manager_uid(const char *path);

/*
 * Splits "getty@tty1.service" into "getty@.service" and "tty1"; false: it is not an instance. The
 * caller frees.
 */
bool ct_unit_name__template(const char *name, char **of, char **instance);

/*
 * The program that a desktop or snapd started in a unit, by the unit's name: "org.gnome.Terminal",
 * "flatpak org.kde.okular", "snap firefox.geckodriver"; NULL: nothing. The caller frees.
 */
char *ct_unit_name__app(const char *name);

#endif
