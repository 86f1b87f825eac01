/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whatever cgroups are called: what a path tells stays within the path, is printable, and has its
 * quotes closed; what is only a guess counts nowhere, also below a service. Empty components, "..",
 * and names of every length.
 */
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "runtime/runtime.h"

#define LONGEST 8192

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void check_name(const struct ct_cgroup_name *name, const char *path)
{
	check(name->root_len <= strlen(path));
	check(name->id[0] && memchr(name->id, '\0', sizeof(name->id)));
	check(name->kind == CT_WL_CONTAINER || !name->in_service);
	check(!name->in_service || name->guessed);
}

static void check_text(const char *text)
{
	bool quoted = false;

	for (const char *c = text; *c; c++) {
		check((unsigned char)*c >= ' ' && *c != '\x7f');
		quoted ^= *c == '"';
	}
	check(!quoted && !strncmp(text, "kind=", strlen("kind=")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ct_autofree char *path = ct_xzalloc(LONGEST + 2), *text = NULL, *below = NULL;
	struct ct_cgroup_name name;
	struct ct_tells t;

	/* A path of the kernel's begins with a slash, has no byte 0, and an end. */
	path[0] = '/';
	memcpy(path + 1, data, size < LONGEST ? size : LONGEST);
	ct_runtimes__tell(path, &t);
	check_name(&t.outer.name, path);
	check(!t.inner.name.id[0] || t.inner.name.root_len > t.outer.name.root_len);
	check(t.sub >= path && t.sub <= path + strlen(path));
	text = ct_tells__text(&t, path);
	check_text(text);
	ct_runtimes__classify(path, &name);
	check_name(&name, path);
	/* Files bear nothing out here. */
	check(!name.guessed);
	below = ct_xasprintf("/system.slice/fuzz.service%s", path);
	ct_runtimes__classify(below, &name);
	check_name(&name, below);
	return 0;
}
