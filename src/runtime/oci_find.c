/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the bundle of a container is. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bounded.h"
#include "base/host_root.h"
#include "base/util.h"
#include "cgroup/path.h"
#include "model/unit_name.h"
#include "runtime/oci_priv.h"
#include "runtime/runtime.h"

#define MAX_PID 64

struct bundle_search {
	enum ct_runtime rt, found;
	char *id, *space; /* space: containerd's namespace, or NULL */
	char *cgroup;	  /* or NULL */
	char *config;	  /* found */
	char *state;	  /* the state file that named the bundle, or NULL */
	bool by_state;	  /* look only at state files */
	bool by_hand;	  /* leave out places that engines choose, such as /run/docker/runtime-* */
};

/*
 * Does the bundle say that its container is in this cgroup? It has it as a path, or in systemd's
 * notation, SLICE:PREFIX:NAME.
 */
static bool names_cgroup(const char *config, const char *cgroup)
{
	ct_autofree char *scope = NULL;
	ct_autojson json_t *root = NULL;
	const char *path, *prefix, *name, *last = strrchr(cgroup, '/');
	json_error_t bad;

	if (ct_oci__load_now(config, &root, &bad))
		return false;
	path = ct_json_in__str(json_object_get(root, "linux"), "cgroupsPath");
	if (!path || !last)
		return false;
	if (!strcmp(path, cgroup) || !strcmp(path, last + 1))
		return true;
	prefix = strchr(path, ':');
	name = prefix ? strchr(prefix + 1, ':') : NULL;
	if (!name)
		return false;
	scope = ct_xasprintf("%.*s-%s.scope", (int)(name - prefix - 1), prefix + 1, name + 1);
	return !strcmp(scope, last + 1);
}

/*
 * The state of runc, crun and runsc names the bundle, wherever it is: crun in "bundle", runsc in
 * "bundleDir", runc among the labels as "bundle=PATH".
 */
static char *config_from_state(const char *state)
{
	ct_autojson json_t *root = NULL;
	const char *bundle;
	json_error_t bad;
	json_t *label;
	size_t i;

	if (ct_oci__load_now(state, &root, &bad))
		return NULL;
	bundle = ct_json_in__str(root, "bundle") ?: ct_json_in__str(root, "bundleDir");
	json_array_foreach(json_object_get(json_object_get(root, "config"), "labels"), i, label) {
		const char *s = json_string_value(label);

		if (s && !strncmp(s, "bundle=", strlen("bundle=")))
			bundle = s + strlen("bundle=");
	}
	if (!bundle || *bundle != '/')
		return NULL;
	return ct_xasprintf("%s/config.json", bundle);
}

/* The first process of a container, by the state of runc, crun, youki or runsc; 0: not noted. */
static int pid_in_state(const char *state)
{
	ct_autojson json_t *root = NULL;
	json_error_t bad;
	json_t *pid;

	if (ct_oci__load_now(state, &root, &bad))
		return 0;
	pid = json_object_get(root, "init_process_pid") ?:
		      json_object_get(root, "pid")	?:
		      json_object_get(json_object_get(root, "sandbox"), "pid");
	return json_is_integer(pid) && json_integer_value(pid) <= INT_MAX ?
		       (int)json_integer_value(pid) :
		       0;
}

/* Is the first process that a low-level runtime's state names in this cgroup or below? */
static bool state_is_of(const char *state, const char *cgroup)
{
	ct_autofree char *path = NULL;
	int pid = pid_in_state(state);

	return pid > 0 && !ct_cgroup_path__of_pid(pid, &path) &&
	       ct_cgroup_path__below(path, cgroup);
}

/* Is this the bundle that is looked for? A full id is unique, but a name may be another's. */
static bool is_it(const struct bundle_search *w, const char *config)
{
	struct ct_cgroup_part id = { w->id, strlen(w->id), 0 };

	return ct_cgroup_part__is_id(&id) || !w->cgroup || names_cgroup(config, w->cgroup);
}

/* A bundle that was run by hand often names no cgroup: then the first process tells. */
static bool is_its_state(const struct bundle_search *w, const struct ct_bundle_place *p,
			 const char *state)
{
	return p->state && !p->users && state_is_of(state, w->cgroup);
}

/* Is it a regular file? *uid is set to its owner. */
static bool is_file(const char *path, uid_t *uid)
{
	ct_autoclose int fd = ct_host__open(path, O_PATH);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return false;
	*uid = st.st_uid;
	return true;
}

/*
 * The bundle of the first match that is a regular file, is the right one, and belongs to *owner
 * (NULL: anybody). The caller frees.
 */
static char *first_of(struct bundle_search *w, const struct ct_strings *paths,
		      const struct ct_bundle_place *p, const uid_t *owner)
{
	char *found = NULL;
	uid_t uid;

	for (size_t i = 0; i < paths->len && !found; i++) {
		const char *path = paths->items[i];

		if (!is_file(path, &uid) || (owner && uid != *owner))
			continue;
		found = p->state ? config_from_state(path) : ct_xstrdup(path);
		if (found && !is_it(w, found) && !is_its_state(w, p, path))
			free(ct_steal(found));
		if (found && p->state) {
			free(w->state);
			w->state = ct_xstrdup(path);
		}
	}
	return found;
}

static char *first_match(struct bundle_search *w, const char *pattern,
			 const struct ct_bundle_place *p)
{
	uid_t user = p->users && w->cgroup ? ct_unit_name__manager_uid(w->cgroup) : 0;
	ct_autostrings struct ct_strings paths = { 0 };
	char *found = NULL;

	if (strchr(pattern, '*'))
		ct_host__glob(pattern, &paths);
	else
		ct_strings__add(&paths, pattern);
	/* Another user may have made, or copied, a bundle for the same id. */
	if (user && paths.len > 1)
		found = first_of(w, &paths, p, &user);
	return found ?: first_of(w, &paths, p, NULL);
}

/* The id becomes part of glob patterns and paths. */
static bool is_plain(const char *id)
{
	return *id && *id != '.' && !strpbrk(id, "/*?[]\\{}~");
}

static char *look_at(struct bundle_search *w, const struct ct_bundle_place *p)
{
	ct_autofree char *pattern = ct_xstrdup(p->pattern), *all = NULL;
	char *hole = strstr(pattern, "%s"), *any = strchr(pattern, '*');

	if ((w->space && (!any || any > hole)) || (w->by_hand && any && any < hole))
		return NULL;
	*hole = '\0';
	if (w->space) {
		*any = '\0';
		all = ct_xasprintf("%s%s%s%s%s", pattern, w->space, any + 1, w->id, hole + 2);
	} else {
		all = ct_xasprintf("%s%s%s", pattern, w->id, hole + 2);
	}
	return first_match(w, all, p);
}

static void look_everywhere(struct bundle_search *w, bool users)
{
	ct_runtimes__for_each(type) {
		if (w->rt != CT_RT_NONE && type != ct_runtimes[w->rt])
			continue;
		for (const struct ct_bundle_place *p = type->bundles; p && p->pattern; p++) {
			if (w->config || p->users != users || (w->by_state && !p->state))
				continue;
			w->config = look_at(w, p);
			/* A state file does not tell which runtime is above runc or crun. */
			w->found = p->state ? w->rt : (enum ct_runtime)(ct_at - ct_runtimes);
		}
	}
}

static struct bundle_search *bundle_search__new(enum ct_runtime rt, const char *id,
						const char *cgroup)
{
	const char *slash = strchr(id, '/');
	struct bundle_search *w = ct_xzalloc(sizeof(*w));

	w->rt = rt;
	w->id = ct_xstrdup(slash ? slash + 1 : id);
	w->space = slash ? ct_xstrndup(id, (size_t)(slash - id)) : NULL;
	w->cgroup = cgroup ? ct_xstrdup(cgroup) : NULL;
	return w;
}

static void bundle_search__free(void *arg)
{
	struct bundle_search *w = arg;

	free(w->id);
	free(w->space);
	free(w->cgroup);
	free(w->config);
	free(w->state);
	free(w);
}

static bool is_sound(const struct bundle_search *w)
{
	return is_plain(w->id) && (!w->space || is_plain(w->space));
}

/* Run by ct_bounded__call(), since some places belong to users, whose file systems may hang. */
static void search(void *arg)
{
	struct bundle_search *w = arg;
	struct ct_cgroup_part id = { w->id, strlen(w->id), 0 };

	look_everywhere(w, false);
	/* Below kubepods, Docker's containers are named as containerd's are. */
	if (!w->config && w->rt == CT_RT_CONTAINERD && ct_cgroup_part__is_id(&id)) {
		w->rt = CT_RT_DOCKER;
		look_everywhere(w, false);
	}
	if (!w->config)
		look_everywhere(w, true);
}

char *ct_oci__find(enum ct_runtime rt, const char *id, const char *cgroup, enum ct_runtime *found)
{
	struct bundle_search *w = bundle_search__new(rt, id, cgroup);
	char *config;

	if (!is_sound(w)) {
		bundle_search__free(w);
		return NULL;
	}
	if (ct_bounded__call(search, bundle_search__free, w, CT_OCI_SEARCH_MS) == -ETIMEDOUT)
		return NULL;
	config = ct_steal(w->config);
	if (config && found)
		*found = w->found;
	bundle_search__free(w);
	return config;
}

/* Is there a directory for the namespace? It stays when its containers go. */
static bool has_dir(const struct ct_bundle_place *p, const char *space)
{
	const char *any = strchr(p->pattern, '*'), *hole = strstr(p->pattern, "%s");
	ct_autostrings struct ct_strings paths = { 0 };
	ct_autofree char *dir = NULL;

	if (p->users || !any || any > hole)
		return false;
	dir = ct_xasprintf("%.*s%s", (int)(any - p->pattern), p->pattern, space);
	ct_host__glob(dir, &paths);
	return paths.len > 0;
}

bool ct_oci__has_space(enum ct_runtime rt, const char *id)
{
	struct bundle_search *w = bundle_search__new(rt, id, NULL);
	const struct ct_bundle_place *p = rt != CT_RT_NONE ? ct_runtimes[rt]->bundles : NULL;
	bool has = false;

	for (; w->space && is_sound(w) && p && p->pattern && !has; p++)
		has = has_dir(p, w->space);
	bundle_search__free(w);
	return has;
}

bool ct_oci__knows(enum ct_runtime rt, const char *id, const char *cgroup)
{
	struct bundle_search *w = bundle_search__new(rt, id, cgroup);
	bool knows;

	if (is_sound(w))
		look_everywhere(w, false);
	knows = w->config && names_cgroup(w->config, cgroup);
	bundle_search__free(w);
	return knows;
}

/* The pid that containerd's shim, Podman or CRI-O noted beside the configuration; 0: none. */
static int pid_beside(const char *config)
{
	static const char *const names[] = { "init.pid", "pidfile" };
	const char *slash = strrchr(config, '/');
	int pid = 0;

	for (size_t i = 0; i < CT_ARRAY_SIZE(names) && !pid; i++) {
		ct_autofree char *beside = ct_xasprintf("%.*s/%s", (int)(slash - config), config,
							names[i]);
		ct_autofree char *path = ct_host__path(beside), *text = NULL;

		if (!ct_read_file(path, MAX_PID, &text, NULL))
			pid = (int)strtol(text, NULL, 10);
	}
	return pid;
}

bool ct_oci__lives_in(enum ct_runtime rt, const char *id, const char *cgroup)
{
	struct bundle_search *w = bundle_search__new(rt, id, cgroup);
	ct_autofree char *path = NULL;
	bool lives = false;
	int pid = 0;

	if (is_sound(w))
		look_everywhere(w, false);
	if (w->config)
		pid = pid_beside(w->config);
	/* Podman has its configuration in one place, and the state with the pid in another. */
	if (w->config && !pid && !w->state) {
		free(ct_steal(w->config));
		w->by_state = true;
		look_everywhere(w, false);
	}
	if (pid > 0)
		lives = !ct_cgroup_path__of_pid(pid, &path) && ct_cgroup_path__below(path, cgroup);
	else if (w->state)
		lives = state_is_of(w->state, cgroup);
	bundle_search__free(w);
	return lives;
}

bool ct_oci__started(const char *id, const char *cgroup)
{
	struct bundle_search *w = bundle_search__new(CT_RT_NONE, id, cgroup);
	bool started;

	w->by_state = w->by_hand = true;
	if (is_sound(w) && !w->space)
		look_everywhere(w, false);
	started = w->state && state_is_of(w->state, cgroup);
	bundle_search__free(w);
	return started;
}

void ct_oci__tell_sandbox(struct ct_workload *workload, const char *cgroup)
{
	struct bundle_search *w = bundle_search__new(CT_RT_GVISOR, ct_workload__plain_id(workload),
						     cgroup);

	if (is_sound(w))
		look_everywhere(w, false);
	if (w->state)
		workload->runtime = CT_RT_GVISOR;
	bundle_search__free(w);
}
