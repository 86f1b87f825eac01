/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The config.json that a low-level runtime was given, for containers whose API is out of reach. It
 * tells what was granted, but names only through annotations and Podman's storage.
 */
#include "runtime/oci.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/files.h"
#include "base/host_root.h"
#include "model/caps.h"
#include "runtime/docker_state.h"
#include "runtime/oci_priv.h"
#include "runtime/pod_notes.h"

/*
 * The default profiles of moby, containerd and Podman allow about 350 names; one
 * written for an application by hand or from a trace stays far below that.
 */
#define DEFAULT_PROFILE_NAMES 250

static uint64_t caps_of(const json_t *names)
{
	uint64_t set = 0;
	json_t *o;
	size_t i;

	json_array_foreach(names, i, o) {
		const char *name = json_string_value(o);
		int cap = name ? ct_cap__parse(name) : -1;

		if (cap >= 0)
			set |= 1ull << cap;
	}
	return set;
}

/*
 * Is the namespace at path the host's? Unknown when it cannot be looked at. A path below /proc is
 * looked up in procfs: its links cannot be followed below another root, and need not be.
 */
static enum ct_tristate is_own_ns(const char *path, const char *file)
{
	ct_autofree char *own = ct_xasprintf("%s/ns/%s", *ct_host__root() ? "1" : "self", file);
	ct_autofree char *host = ct_host__procfs(own);
	ct_autofree char *there = strncmp(path, "/proc/", strlen("/proc/")) ?
					  ct_host__path(path) :
					  ct_host__procfs(path + strlen("/proc/"));
	struct stat a, b;

	if (ct_files__stat(there, &a) || ct_files__stat(host, &b))
		return CT_UNKNOWN;
	return a.st_dev == b.st_dev && a.st_ino == b.st_ino ? CT_YES : CT_NO;
}

/* Whether the container has a namespace of its own; one that is not listed is the host's. */
static enum ct_tristate has_ns(const json_t *linux_, const char *type, const char *file)
{
	const json_t *list = json_object_get(linux_, "namespaces");
	json_t *ns;
	size_t i;

	json_array_foreach(list, i, ns) {
		const char *name = ct_json_in__str(ns, "type"), *path = ct_json_in__str(ns, "path");
		enum ct_tristate own;

		if (!name || strcmp(name, type) != 0)
			continue;
		if (!path || !*path)
			return CT_YES;
		own = is_own_ns(path, file);
		return own == CT_UNKNOWN ? CT_UNKNOWN : !own;
	}
	return CT_NO;
}

static void set_mode(char **dst, enum ct_tristate own)
{
	if (own != CT_UNKNOWN)
		ct_json_in__take(dst, own ? "private" : "host");
}

static enum ct_seccomp seccomp_of(const json_t *seccomp)
{
	const char *action = ct_json_in__str(seccomp, "defaultAction");
	const json_t *rules = json_object_get(seccomp, "syscalls");
	size_t i, names = 0;
	json_t *rule;

	if (!json_is_object(seccomp))
		return CT_SECCOMP_NONE;
	json_array_foreach(rules, i, rule) {
		const char *what = ct_json_in__str(rule, "action");

		if (what && !strcmp(what, "SCMP_ACT_ALLOW"))
			names += json_array_size(json_object_get(rule, "names"));
	}
	if (action && !strcmp(action, "SCMP_ACT_ERRNO") && names > DEFAULT_PROFILE_NAMES)
		return CT_SECCOMP_DEFAULT;
	return CT_SECCOMP_CUSTOM;
}

/* Podman and the CRI note in annotations what they were asked for. */
static void parse_annotations(const json_t *notes, struct ct_container *c)
{
	const char *privileged = ct_json_in__str(notes, "io.podman.annotations.privileged");

	ct_json_in__take(&c->image, ct_json_in__str(notes, "io.kubernetes.cri.image-name"));
	ct_json_in__take(&c->image, ct_json_in__str(notes, "io.kubernetes.cri-o.ImageName"));
	ct_json_in__take(&c->image_digest, ct_json_in__str(notes, "io.kubernetes.cri-o.ImageRef"));
	if (privileged)
		c->privileged = !strcmp(privileged, "TRUE") ? CT_YES : CT_NO;
}

/* Is it a name as nerdctl and containerd allow it? With a '/' it would look like a pod's. */
static bool is_plain(const char *s)
{
	for (const char *c = s; *c; c++)
		if (!isascii(*c) || (!isalnum((unsigned char)*c) && !strchr("._-", *c)))
			return false;
	return *s;
}

void ct_oci__take_spaced(char **name, const char *space, const char *given)
{
	bool usual = !space || !*space || !strcmp(space, "default");

	if (*name || !given || !is_plain(given) || (!usual && !is_plain(space)))
		return;
	*name = ct_xasprintf("%s%s%s", usual ? "" : space, usual ? "" : ":", given);
}

/*
 * nerdctl copies its labels into annotations, so that its hooks can read them. In a pod's container
 * such annotations may come from the pod's author, and are left out.
 */
static void take_nerdctls(const json_t *notes, struct ct_container *c)
{
	if (!json_object_get(notes, "io.kubernetes.cri.container-type") &&
	    !json_object_get(notes, "io.kubernetes.cri-o.ContainerType"))
		ct_oci__take_spaced(&c->name, ct_json_in__str(notes, "nerdctl/namespace"),
				    ct_json_in__str(notes, "nerdctl/name"));
}

/* Takes what a list of containers/storage says of the container with that id. */
static void read_list(const char *path, const char *id, struct ct_container *c)
{
	ct_autojson json_t *root = NULL;
	json_error_t bad;
	json_t *one;
	size_t i;

	if (ct_oci__load(path, &root, &bad))
		return;
	json_array_foreach(root, i, one) {
		const char *this = ct_json_in__str(one, "id"),
			   *text = ct_json_in__str(one, "metadata");
		ct_autojson json_t *meta = NULL;

		if (!this || strcmp(this, id) != 0)
			continue;
		/* JSON within a JSON string. */
		meta = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
		ct_json_in__take(&c->name, ct_json_in__str(meta, "name"));
		ct_json_in__take(&c->image, ct_json_in__str(meta, "image-name"));
		ct_json_in__take(&c->image_digest, ct_json_in__str(meta, "image-id"));
	}
}

/*
 * containers/storage keeps the names of all containers beside their directories:
 * STORAGE/overlay-containers/{containers.json,ID/userdata/config.json}. Newer versions keep
 * containers that are removed at their end (--rm) in a list of their own.
 */
static void read_storage(const char *config, struct ct_container *c)
{
	static const char tail[] = "/userdata/config.json";
	ct_autofree char *dir = ct_xstrdup(config), *list = NULL, *list_rm = NULL;
	size_t len = strlen(dir);
	char *id;

	if (len < sizeof(tail) || strcmp(dir + len - strlen(tail), tail) != 0)
		return;
	dir[len - strlen(tail)] = '\0';
	id = strrchr(dir, '/');
	if (!id)
		return;
	*id++ = '\0';
	list = ct_xasprintf("%s/containers.json", dir);
	list_rm = ct_xasprintf("%s/volatile-containers.json", dir);
	read_list(list, id, c);
	read_list(list_rm, id, c);
}

static void parse_process(const json_t *process, struct ct_workload *w)
{
	const json_t *user = json_object_get(process, "user");
	const json_t *caps = json_object_get(process, "capabilities");
	struct ct_container *c = &w->container;

	if (json_is_object(user)) {
		free(c->user);
		c->user = ct_xasprintf("%lld:%lld",
				       (long long)json_integer_value(json_object_get(user, "uid")),
				       (long long)json_integer_value(json_object_get(user, "gid")));
	}
	c->no_new_privs = json_is_true(json_object_get(process, "noNewPrivileges"));
	/* Without "capabilities" the runtime drops all, as with an empty list. */
	w->configured = caps_of(json_object_get(caps, "bounding"));
	w->configured_known = true;
}

bool ct_oci__is_runtime(const char *program)
{
	static const char *const names[] = { "runc", "crun", "youki", "runsc", "kata-runtime" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(names); i++)
		if (!strcmp(program, names[i]))
			return true;
	return false;
}

int ct_oci__read(const char *config_json, const char *cgroup, struct ct_workload *w,
		 struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(config_json);
	struct ct_container *c = &w->container;
	const json_t *process, *linux_;
	ct_autojson json_t *root = NULL;
	json_error_t bad = { .line = 0 };
	int ret;

	ret = ct_oci__load(config_json, &root, &bad);
	if (ret == -EBADMSG)
		return ct_err__set(err, -ret, "%s: broken JSON in line %d", shown, bad.line);
	if (ret)
		return ct_err__set(err, -ret, "%s: %s", shown, strerror(-ret));
	process = json_object_get(root, "process");
	linux_ = json_object_get(root, "linux");
	if (!json_is_object(process) || !json_is_object(linux_))
		return ct_err__set(err, EBADMSG,
				   "%s is not an OCI configuration for Linux: \"process\" or "
				   "\"linux\" is missing",
				   shown);
	w->kind = CT_WL_CONTAINER;
	parse_process(process, w);
	parse_annotations(json_object_get(root, "annotations"), c);
	take_nerdctls(json_object_get(root, "annotations"), c);
	ct_pod_notes__read(root, cgroup, w);
	read_storage(config_json, c);
	ct_oci__tell_sandbox(w, cgroup);
	/* Docker's bundles have no names in them; one below /run/user is not of root's dockerd. */
	if (strstr(config_json, "/moby/") && strncmp(config_json, "/run/user/", 10) != 0)
		ct_docker_state__find(w->id, cgroup, c);
	set_mode(&c->network, has_ns(linux_, "network", "net"));
	set_mode(&c->pid_mode, has_ns(linux_, "pid", "pid"));
	set_mode(&c->ipc_mode, has_ns(linux_, "ipc", "ipc"));
	c->userns = has_ns(linux_, "user", "user");
	c->seccomp = seccomp_of(json_object_get(linux_, "seccomp"));
	return 0;
}
