/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is read of a host whose root is any tree: bundles of containers, the states of runc and
 * crun, /proc/PID/cgroup, the mounts, and the paths of cgroups themselves.
 */
#include <string.h>

#include "base/host_root.h"
#include "cgroup/hierarchy.h"
#include "cgroup/path.h"
#include "files.h"
#include "runtime/oci.h"
#include "runtime/runtime.h"
#include "writable.h"

#define ID  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define PID 4711
#define POD                                                                       \
	"/kubepods.slice/kubepods-pod01234567_89ab_cdef_0123_456789abcdef.slice/" \
	"cri-containerd-" ID ".scope"

static void put(const char *name, const void *data, size_t size)
{
	free(fuzz_put(name, data, size));
}

static void read_bundle(const void *data, size_t size, const char *cgroup)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, ID);
	ct_autoerr struct ct_err err = { 0 };
	int ret;

	put("bundle/config.json", data, size);
	ret = ct_oci__read("/bundle/config.json", cgroup, w, &err);
	if (!ret)
		fuzz_must_be_writable(s);
	else if (ret > 0 || !err.msg)
		abort();
}

/* Whatever the state says, no file is named that is not one of a bundle. */
static void read_state(const void *data, size_t size, const char *place)
{
	ct_autofree char *name = ct_xasprintf(place, ID), *config = NULL;
	enum ct_runtime found = CT_RT_NONE;

	put(name, data, size);
	config = ct_oci__find(CT_RT_NONE, ID, "/docker/" ID, &found);
	if (config && (config[0] != '/' || !ct_str_ends(config, "/config.json")))
		abort();
	ct_oci__knows(CT_RT_NONE, ID, "/docker/" ID);
	free(ct_steal(config));
	config = ct_xasprintf("%s/%s", fuzz_dir, name);
	unlink(config);
}

static void look_at_path(const char *path)
{
	struct ct_cgroup_name name;
	struct ct_tells tells;
	ct_autofree char *text = NULL, *shown = NULL;

	ct_runtimes__classify(path, &name);
	if (name.root_len > strlen(path) || !memchr(name.id, 0, sizeof(name.id)))
		abort();
	if (name.kind != CT_WL_CGROUP && !*name.id)
		abort();
	ct_runtimes__tell(path, &tells);
	text = ct_tells__text(&tells, path);
	shown = ct_printable(text);
	if (strcmp(text, shown) || strchr(text, '\n'))
		abort(); /* never raw to a terminal */
}

static void read_cgroup(const void *data, size_t size)
{
	ct_autofree char *path = NULL;

	put("proc/4711/cgroup", data, size);
	if (!ct_cgroup_path__of_pid(PID, &path))
		look_at_path(path);
}

static void read_mounts(const void *data, size_t size)
{
	struct ct_cgroup_mounts m;
	struct ct_hierarchy h;

	put("proc/1/mounts", data, size);
	ct_cgroup_mounts__find(&m);
	if (!memchr(m.v1, 0, sizeof(m.v1)) || !memchr(m.v2, 0, sizeof(m.v2)))
		abort();
	if ((*m.v1 && strncmp(m.v1, fuzz_dir, strlen(fuzz_dir))) ||
	    (*m.v2 && strncmp(m.v2, fuzz_dir, strlen(fuzz_dir))))
		abort();
	ct_hierarchy__detect(&h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool begun;
	ct_autofree char *text = NULL;

	if (size < 2)
		return 0;
	ct_host__set_root(fuzz_make_dir());
	if (!begun) {
		/* Looked up once, when none are mounted. */
		put("proc/1/mounts", "", 0);
		begun = true;
	}
	switch (data[0] & 7) {
	case 0: read_bundle(data + 1, size - 1, NULL); break;
	case 1: read_bundle(data + 1, size - 1, POD); break;
	case 2: read_state(data + 1, size - 1, "run/runc/%s/state.json"); break;
	case 3: read_state(data + 1, size - 1, "run/crun/%s/status"); break;
	case 4: read_cgroup(data + 1, size - 1); break;
	case 5: read_mounts(data + 1, size - 1); break;
	default:
		text = ct_xstrndup((const char *)data + 1, size - 1);
		if (*text == '/')
			look_at_path(text);
	}
	return 0;
}
