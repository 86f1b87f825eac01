/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What Docker and Podman say of a container. Podman is asked through its own API, whose answer has
 * the same shape and a few more members, the bounding set among them.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/moment.h"
#include "model/caps.h"
#include "runtime/docker_priv.h"
#include "runtime/grant.h"
#include "runtime/pod_words.h"
#include "runtime/seccomp_file.h"

static bool is_true(const char *s)
{
	return !strcmp(s, "1") || !strcasecmp(s, "t") || !strcasecmp(s, "true");
}

/* The value of a security option, "NAME=VALUE", or "NAME:VALUE" as old clients write it. */
static const char *option_value(const char *opt, const char *name)
{
	size_t n = strlen(name);

	if (strncmp(opt, name, n) != 0 || (opt[n] != '=' && opt[n] != ':'))
		return NULL;
	return opt + n + 1;
}

static enum ct_seccomp seccomp_of(const char *profile)
{
	if (!strcmp(profile, "unconfined"))
		return CT_SECCOMP_NONE;
	if (!strcmp(profile, "default") || !strcmp(profile, "builtin"))
		return CT_SECCOMP_DEFAULT;
	return CT_SECCOMP_CUSTOM; /* a path, or the profile's text itself */
}

void ct_docker_info__parse(const json_t *root, struct ct_docker_info *info)
{
	const json_t *opts = json_object_get(root, "SecurityOptions");
	size_t i;
	json_t *o;

	if (!json_is_array(opts))
		return;
	/* Without this option either the daemon was built without seccomp, or the kernel was. */
	info->seccomp = CT_SECCOMP_NONE;
	json_array_foreach(opts, i, o) {
		const char *s = json_string_value(o), *profile;

		if (!s)
			continue;
		if (!strncmp(s, "name=seccomp", strlen("name=seccomp"))) {
			profile = strstr(s, ",profile=");
			profile = profile ? profile + strlen(",profile=") : "default";
			info->seccomp = seccomp_of(profile);
			if (strlen(profile) < sizeof(info->seccomp_path))
				strcpy(info->seccomp_path, profile);
		}
		info->userns |= !strcmp(s, "name=userns");
		info->rootless |= !strcmp(s, "name=rootless");
		info->no_new_privs |= !strcmp(s, "name=no-new-privileges");
	}
}

/*
 * Docker's daemon has the text of a profile, which its client sent; Podman and a daemon's
 * configuration have its path. containers/common looks for its default in these places, and else
 * takes the built-in one (pkg/seccomp, default_linux.go).
 */
static void read_profile(const char *profile, const struct ct_docker_info *info,
			 struct ct_container *c)
{
	static const char *const podmans[] = { "/etc/containers/seccomp.json",
					       "/usr/share/containers/seccomp.json" };

	if (*profile == '{')
		(void)ct_seccomp_file__parse(profile, strlen(profile), &c->profile);
	else if (*profile == '/')
		(void)ct_seccomp_file__read(profile, &c->profile);
	for (size_t i = 0; i < CT_ARRAY_SIZE(podmans) && c->seccomp == CT_SECCOMP_DEFAULT &&
			   info->runtime == CT_RT_PODMAN && !c->profile.known;
	     i++)
		(void)ct_seccomp_file__read(podmans[i], &c->profile);
}

static void parse_security_opts(const json_t *host, const struct ct_docker_info *info,
				struct ct_container *c)
{
	const json_t *opts = json_object_get(host, "SecurityOpt");
	const char *profile = info->seccomp_path;
	size_t i;
	json_t *o;

	c->no_new_privs = info->no_new_privs ? CT_YES : CT_NO;
	c->seccomp = c->privileged == CT_YES ? CT_SECCOMP_NONE : info->seccomp;
	json_array_foreach(opts, i, o) {
		const char *s = json_string_value(o), *value;

		if (!s)
			continue;
		if (!strcmp(s, "no-new-privileges"))
			c->no_new_privs = CT_YES;
		value = option_value(s, "no-new-privileges");
		if (value)
			c->no_new_privs = is_true(value) ? CT_YES : CT_NO;
		value = option_value(s, "seccomp");
		if (!value)
			continue;
		c->seccomp = seccomp_of(value);
		profile = value;
	}
	if (c->seccomp != CT_SECCOMP_NONE)
		read_profile(profile, info, c);
}

static enum ct_tristate userns_of(const json_t *host, const struct ct_docker_info *info)
{
	const char *mode = ct_json_in__str(host, "UsernsMode");

	if (info->rootless)
		return CT_YES;
	if (!mode)
		return CT_UNKNOWN;
	if (!strcmp(mode, "host"))
		return CT_NO;
	if (info->runtime != CT_RT_PODMAN)
		return info->userns ? CT_YES : CT_NO;
	if (!strncmp(mode, "container:", strlen("container:")))
		return CT_UNKNOWN;
	/* "private", "auto", "keep-id", "nomap", "ns:PATH" */
	return *mode || json_is_object(json_object_get(host, "IDMappings")) ? CT_YES : CT_NO;
}

char *ct_docker_health__command(const json_t *config)
{
	const json_t *test = json_object_get(json_object_get(config, "Healthcheck"), "Test");
	const char *how = json_string_value(json_array_get(test, 0));
	struct ct_str s = { 0 };
	json_t *word;
	size_t i;

	if (!how || !strcmp(how, "NONE"))
		return NULL;
	if (!strcmp(how, "CMD-SHELL")) {
		const json_t *shell = json_object_get(config, "Shell");

		json_array_foreach(shell, i, word)
			ct_str__addf(&s, "%s%s", i ? " " : "", json_string_value(word) ?: "");
		if (!json_array_size(shell))
			ct_str__add(&s, "/bin/sh -c");
	}
	json_array_foreach(test, i, word) {
		/* To Podman, a first word that is not a keyword is part of the command. */
		if (i == 0 && (!strcmp(how, "CMD") || !strcmp(how, "CMD-SHELL")))
			continue;
		ct_str__addf(&s, "%s%s", s.len ? " " : "", json_string_value(word) ?: "");
	}
	return s.s;
}

/* A daemon refuses names that it does not know, so they cannot be here. */
static struct ct_cap_list caps_of(const json_t *names)
{
	struct ct_cap_list list = { 0 };
	json_t *o;
	size_t i;

	json_array_foreach(names, i, o)
		if (json_string_value(o))
			(void)ct_cap_list__add(&list, json_string_value(o));
	return list;
}

uint64_t ct_docker__caps(const struct ct_docker_info *info, bool privileged, const json_t *add,
			 const json_t *drop)
{
	if (privileged)
		return info->caps_all;
	return ct_grant(CT_GRANT_ADDS_LAST, CT_CAPS_DOCKER_DEFAULT, info->caps_all, caps_of(add),
			caps_of(drop));
}

/* libpod reports the set; Docker's is computed in the way of its daemon. */
static void parse_caps(const json_t *root, const json_t *host, const struct ct_docker_info *info,
		       struct ct_workload *w)
{
	const json_t *bounding = json_object_get(root, "BoundingCaps");

	if (info->runtime == CT_RT_PODMAN) {
		if (!json_is_array(bounding))
			return;
		w->configured = caps_of(bounding).names;
	} else {
		w->configured = ct_docker__caps(info, w->container.privileged == CT_YES,
						json_object_get(host, "CapAdd"),
						json_object_get(host, "CapDrop"));
	}
	w->configured_known = true;
}

static void parse_modes(const json_t *host, struct ct_container *c)
{
	const char *network = ct_json_in__str(host, "NetworkMode");
	const char *pid = ct_json_in__str(host, "PidMode"), *ipc = ct_json_in__str(host, "IpcMode");

	if (network && (!*network || !strcmp(network, "default")))
		network = "bridge";
	ct_json_in__take(&c->network, network);
	/* Docker's "" means a namespace of its own, which Podman calls "private". */
	ct_json_in__take(&c->pid_mode, pid && !*pid ? "private" : pid);
	ct_json_in__take(&c->ipc_mode, ipc && !*ipc ? "private" : ipc);
}

static void parse_labels(const json_t *labels, struct ct_container *c)
{
	ct_json_in__take(&c->project, ct_json_in__str(labels, "com.docker.compose.project"));
	ct_json_in__take(&c->service, ct_json_in__str(labels, "com.docker.compose.service"));
	ct_json_in__take(&c->compose_files,
			 ct_json_in__str(labels, "com.docker.compose.project.config_files"));
	ct_json_in__take(&c->compose_dir,
			 ct_json_in__str(labels, "com.docker.compose.project.working_dir"));
}

static bool is_own(const json_t *container, const json_t *image, const char *key)
{
	const char *mine = ct_json_in__str(container, key), *its = ct_json_in__str(image, key);

	return mine && (!its || strcmp(mine, its) != 0);
}

bool ct_docker_labels__have_hash(const json_t *container, const json_t *image)
{
	return is_own(container, image, "com.docker.compose.config-hash") ||
	       is_own(container, image, "io.podman.compose.config-hash");
}

bool ct_docker_labels__are_own(const json_t *container, const json_t *image)
{
	static const char *const names[] = { "com.docker.compose.project",
					     "com.docker.compose.service" };

	if (ct_docker_labels__have_hash(container, image))
		return true;
	/* Each label must differ from the image's, as one that was given by hand does. */
	for (size_t i = 0; i < CT_ARRAY_SIZE(names); i++)
		if (ct_json_in__str(container, names[i]) && !is_own(container, image, names[i]))
			return false;
	return true;
}

/*
 * The name that the administrator gave the low-level runtime tells one with a kernel of its own. It
 * then counts as the container's runtime, instead of the engine: its checks are not seen here.
 */
static enum ct_runtime runtime_of(const json_t *root, const json_t *host,
				  const struct ct_docker_info *info)
{
	const char *name = ct_json_in__str(host, "Runtime") ?: ct_json_in__str(root, "OCIRuntime");

	if (name && strstr(name, "runsc"))
		return CT_RT_GVISOR;
	return name && strstr(name, "kata") ? CT_RT_KATA : info->runtime;
}

/*
 * FinishedAt is in the year 1 until the container ends for the first time. Once it has ended,
 * nothing tells whether it had run before: Docker may note the start of one that lives for a
 * millisecond after its end. The first answer stays, since its restart policy may start the
 * container again while it is watched.
 */
static void parse_state(const json_t *state, struct ct_container *c)
{
	const char *started = ct_json_in__str(state, "StartedAt");
	const char *finished = ct_json_in__str(state, "FinishedAt");
	int64_t start_ms, finish_ms;

	if (!started || !finished || c->ran_before != CT_UNKNOWN)
		return;
	if (!strncmp(finished, "0001-", 5))
		c->ran_before = CT_NO;
	else if (json_is_true(json_object_get(state, "Running")) &&
		 !ct_moment__parse_utc(started, &start_ms) &&
		 !ct_moment__parse_utc(finished, &finish_ms) && start_ms > finish_ms)
		c->ran_before = CT_YES;
}

int ct_docker_inspect__parse(const json_t *root, const struct ct_docker_info *info,
			     struct ct_workload *w)
{
	const json_t *host = json_object_get(root, "HostConfig");
	const json_t *config = json_object_get(root, "Config");
	const char *name = ct_json_in__str(root, "Name"), *image = ct_json_in__str(config, "Image");
	const char *digest = ct_json_in__str(root, "ImageDigest");
	const json_t *privileged = json_object_get(host, "Privileged");
	struct ct_container *c = &w->container;
	char *health;

	if (!ct_json_in__str(root, "Id") || !json_is_object(host) || !json_is_object(config))
		return -EBADMSG;
	w->kind = CT_WL_CONTAINER;
	w->runtime = runtime_of(root, host, info);
	ct_json_in__take(&c->id, ct_json_in__str(root, "Id"));
	ct_json_in__take(&c->name, name ? name + (*name == '/') : NULL);
	ct_json_in__take(&c->image, image ? image : ct_json_in__str(root, "ImageName"));
	ct_json_in__take(&c->image_digest,
			 digest && *digest ? digest : ct_json_in__str(root, "Image"));
	ct_json_in__take(&c->user, ct_json_in__str(config, "User"));
	parse_labels(json_object_get(config, "Labels"), c);
	if (info->runtime == CT_RT_DOCKER)
		ct_pod_words__of_docker(json_object_get(config, "Labels"),
					ct_json_in__str(host, "CgroupParent"), c);
	parse_modes(host, c);
	parse_state(json_object_get(root, "State"), c);
	health = ct_docker_health__command(config);
	free(c->health);
	c->health = health;
	c->privileged = json_is_boolean(privileged) ? json_is_true(privileged) : CT_UNKNOWN;
	ct_json_in__take(&c->engine, info->version);
	c->userns = userns_of(host, info);
	parse_security_opts(host, info, c);
	parse_caps(root, host, info, w);
	return 0;
}
