/* SPDX-License-Identifier: GPL-2.0-only */
#include "monitor/opener_list.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "base/host_root.h"
#include "base/util.h"
#include "runtime/runtime.h"

/* "#" is a number; "%s" and "*" are one name: letters, digits, and whatever else ids contain. */
struct line {
	const char *pattern;
	unsigned int ops; /* of enum ct_opener_op */
	enum ct_opener_place place;
};

/* Of processes: their root, program, working directory, and namespaces. */
static const struct line processes[] = {
	{ "/proc/#/root", CT_OPENER_LOOK, CT_OPENER_PROC },
	{ "/proc/#/exe", CT_OPENER_LOOK, CT_OPENER_PROC },
	{ "/proc/#/cwd", CT_OPENER_LINK, CT_OPENER_PROC },
	{ "/proc/#/ns/*", CT_OPENER_LOOK, CT_OPENER_PROC },
	{ NULL },
};

/* What runtimes keep outside the places that their tables name (ct_runtime_type.bundles). */
static const struct line kept[] = {
	/* The names of containers, as containers/storage has them. */
	{ "/var/lib/containers/storage/overlay-containers/containers.json", CT_OPENER_READ,
	  CT_OPENER_ROOTS },
	{ "/var/lib/containers/storage/overlay-containers/volatile-containers.json", CT_OPENER_READ,
	  CT_OPENER_ROOTS },
	/* The kubelet's links to logs, which tell the pod of a container. */
	{ "/var/log/containers/*-%s", CT_OPENER_EACH, CT_OPENER_ROOTS },
	{ "/var/log/containers/*", CT_OPENER_LINK, CT_OPENER_ROOTS },
	/* Which containers Kata runs in a virtual machine, and the names of LXC containers. */
	{ "/run/kata/*", CT_OPENER_LOOK, CT_OPENER_ROOTS },
	{ "/run/vc/sbs/*", CT_OPENER_LOOK, CT_OPENER_ROOTS },
	{ "/var/lib/lxc/*/config", CT_OPENER_LOOK, CT_OPENER_ROOTS },
	{ "/var/lib/lxd/containers/*", CT_OPENER_LOOK, CT_OPENER_ROOTS },
	{ "/var/lib/incus/containers/*", CT_OPENER_LOOK, CT_OPENER_ROOTS },
	{ "/var/snap/lxd/common/lxd/containers/*", CT_OPENER_LOOK, CT_OPENER_ROOTS },
	{ NULL },
};

#define OF_BUNDLES (CT_OPENER_LOOK | CT_OPENER_READ | CT_OPENER_EACH)

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || strchr("_.-+:@", c);
}

/* Length of one name at s, or 0; "." and ".." are none. */
static size_t name_at(const char *s, bool number)
{
	size_t n = 0;

	while (s[n] && (number ? isdigit((unsigned char)s[n]) != 0 : is_name(s[n])))
		n++;
	return n == strspn(s, ".") ? 0 : n;
}

static bool matches(const char *pattern, const char *path, bool with_stars);

/*
 * The pattern may continue within the same name, so the longest part is tried first, then shorter
 * ones.
 */
static bool matches_part(const char *rest, const char *path, bool with_stars)
{
	size_t n = name_at(path, false);

	for (; n && n != strspn(path, "."); n--)
		if (matches(rest, path + n, with_stars))
			return true;
	return false;
}

/*
 * A star in the pattern stands for the rest of a name, or for all of it. with_stars: the path is a
 * pattern itself, and has its stars where the pattern has them.
 */
static bool matches(const char *pattern, const char *path, bool with_stars)
{
	for (; *pattern; pattern++) {
		if (pattern[0] == '%' && pattern[1] == 's')
			return matches_part(pattern + 2, path, with_stars);
		if (*pattern == '*' && !with_stars)
			return matches_part(pattern + 1, path, with_stars);
		if (*pattern == '#') {
			size_t n = name_at(path, true);

			if (!n)
				return false;
			path += n;
		} else if (*pattern != *path++) {
			return false;
		}
	}
	return !*path;
}

static enum ct_opener_place find(const struct line *list, enum ct_opener_op op, const char *path)
{
	for (; list->pattern; list++)
		if ((list->ops & op) == op && (matches(list->pattern, path, false) ||
					       matches(list->pattern, path, op == CT_OPENER_EACH)))
			return list->place;
	return CT_OPENER_NOWHERE;
}

static enum ct_opener_place find_bundle(enum ct_opener_op op, const char *path)
{
	ct_runtimes__for_each(type) {
		const struct ct_bundle_place *p = type->bundles;

		for (; (OF_BUNDLES & op) == op && p && p->pattern; p++)
			if (matches(p->pattern, path, false) ||
			    matches(p->pattern, path, op == CT_OPENER_EACH))
				return p->users ? CT_OPENER_USERS : CT_OPENER_ROOTS;
	}
	return CT_OPENER_NOWHERE;
}

enum ct_opener_place ct_opener_list__find(enum ct_opener_op op, const char *path)
{
	const char *root = ct_host__root();
	enum ct_opener_place place = find(processes, op, path);

	/* /proc may be our own; everything else is below the root of the host. */
	if (place || strlen(path) >= PATH_MAX || strncmp(path, root, strlen(root)) != 0)
		return place;
	path += strlen(root);
	place = find(processes, op, path);
	if (!place)
		place = find(kept, op, path);
	return place ? place : find_bundle(op, path);
}

static char *ops_text(unsigned int ops)
{
	ct_autofree char *text = ct_xasprintf("%s%s%s%s", ops & CT_OPENER_LOOK ? "look at, " : "",
					      ops & CT_OPENER_READ ? "read, " : "",
					      ops & CT_OPENER_LINK ? "read the link, " : "",
					      ops & CT_OPENER_EACH ? "find, " : "");

	return ct_xstrndup(text, strlen(text) - strlen(", "));
}

static void tell(const char *pattern, unsigned int ops,
		 void (*fn)(void *arg, const char *what, const char *pattern), void *arg)
{
	ct_autofree char *what = ops_text(ops);

	fn(arg, what, pattern);
}

void ct_opener_list__each(void (*fn)(void *arg, const char *what, const char *pattern), void *arg)
{
	for (const struct line *l = processes; l->pattern; l++)
		tell(l->pattern, l->ops, fn, arg);
	for (const struct line *l = kept; l->pattern; l++)
		tell(l->pattern, l->ops, fn, arg);
	ct_runtimes__for_each(type)
		for (const struct ct_bundle_place *p = type->bundles; p && p->pattern; p++)
			tell(p->pattern, OF_BUNDLES, fn, arg);
}
