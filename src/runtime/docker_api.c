/* SPDX-License-Identifier: GPL-2.0-only */
/* A client of the Docker API, which Podman speaks as well. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "base/columns.h"
#include "runtime/docker_http.h"
#include "runtime/docker_priv.h"

/* The newest API whose answers were read when this was written. */
#define API_MAJOR 1
#define API_MINOR 47

int ct_docker__negotiate(const char *server_max, unsigned int *major, unsigned int *minor)
{
	unsigned int ma, mi;
	char end;

	if (sscanf(server_max, "%3u.%4u%c", &ma, &mi, &end) != 2)
		return -EINVAL;
	if (ma > API_MAJOR || (ma == API_MAJOR && mi > API_MINOR)) {
		ma = API_MAJOR;
		mi = API_MINOR;
	}
	*major = ma;
	*minor = mi;
	return 0;
}

/* Bits 0 to cap_last_cap; Docker's engines before API 1.42 know nothing after AUDIT_READ. */
static uint64_t caps_all(unsigned int major, unsigned int minor, enum ct_runtime rt)
{
	ct_autofree char *text = NULL;
	int last = CT_CAP_KNOWN - 1;

	if (!ct_read_file("/proc/sys/kernel/cap_last_cap", 64, &text, NULL))
		last = atoi(text);
	if (rt == CT_RT_DOCKER && major == 1 && minor < 42 && last > CAP_AUDIT_READ)
		last = CAP_AUDIT_READ;
	return last < 0 || last >= CT_CAP_MAX - 1 ? ~0ull : (1ull << (last + 1)) - 1;
}

/* /_ping alone has no version in its path; its header tells Podman from Docker. */
static int ping(struct ct_docker *d, struct ct_err *err)
{
	unsigned int major = 1, minor = 0, a, b, c;
	ct_autoanswer struct ct_answer ans = { 0 };
	int ret;

	ret = ct_docker__ask(d, "/_ping", &ans, err);
	if (ret)
		return ret;
	if (ans.status != 200)
		return ct_docker__refused(d, &ans, err);
	/* A server that names no version is asked without one: it uses its newest. */
	if (ans.api && !ct_docker__negotiate(ans.api, &major, &minor))
		snprintf(d->prefix, sizeof(d->prefix), "/v%u.%u", major, minor);
	d->info.runtime = CT_RT_DOCKER;
	if (ans.libpod && sscanf(ans.libpod, "%3u.%4u.%4u", &a, &b, &c) == 3) {
		d->info.runtime = CT_RT_PODMAN;
		snprintf(d->libpod, sizeof(d->libpod), "/v%u.%u.%u/libpod", a, b, c);
		d->info.version = ct_xasprintf("%u.%u.%u", a, b, c);
		d->engine.server = ct_xasprintf("podman %s", d->info.version);
	}
	d->info.caps_all = caps_all(major, minor, d->info.runtime);
	return 0;
}

/* The longest word that is taken from what a service says of itself. */
#define MAX_WORD 64

/* NULL: none. A distribution's mark is left out: "20.10.24+dfsg1". The caller frees. */
static char *version_of(const json_t *root, const char *member)
{
	ct_autofree char *version = ct_printable(ct_json_in__str(root, member) ?: "");

	version[strcspn(version, "+ ")] = '\0';
	return *version ? ct_columns__cut(version, MAX_WORD) : NULL;
}

/* /version, where /info told none: the version decides which capabilities the engine knows. */
static void ask_version(struct ct_docker *d)
{
	ct_autofree char *path = ct_xasprintf("%s/version", d->prefix);
	ct_autojson json_t *root = NULL;

	if (!ct_docker__json(d, path, &root, NULL))
		d->info.version = version_of(root, "Version");
}

bool ct_docker__is_kernel(const char *said, const char *release)
{
	ct_autofree char *long_form = NULL;
	int n = 0;

	if (!strcmp(said, release))
		return true;
	(void)sscanf(release, "%*u.%*u%n", &n);
	if (!n || (release[n] == '.' && isdigit((unsigned char)release[n + 1])))
		return false;
	long_form = ct_xasprintf("%.*s.0%s", n, release, release + n);
	return !strcmp(said, long_form);
}

/* A socket of this machine may lead to an engine in a virtual machine, with another kernel. */
static int check_kernel(const struct ct_docker *d, const json_t *root, struct ct_err *err)
{
	const char *kernel = ct_json_in__str(root, "KernelVersion");
	struct ct_endpoint at = { .said = d->at.said ?: d->place };
	ct_autofree char *shown = NULL, *why = NULL;
	struct utsname u;

	if (!kernel || !*kernel || uname(&u) || ct_docker__is_kernel(kernel, u.release))
		return 0;
	why = ct_printable(kernel);
	shown = ct_columns__cut(why, MAX_WORD);
	free(why);
	why = ct_xasprintf(
		"it runs on Linux %s and this machine on %s: it is on another machine or in "
		"a virtual one",
		shown, u.release);
	return ct_endpoint__elsewhere(&at, why, err);
}

/*
 * What /info adds is welcome but not needed: a proxy in front of the socket may refuse it. A
 * refusal of the API version, though, means that this one is too old for the server; asked without
 * a version, it uses its newest.
 */
static int learn_docker(struct ct_docker *d, struct ct_err *err)
{
	ct_autofree char *path = ct_xasprintf("%s/info", d->prefix);
	ct_autojson json_t *root = NULL;
	ct_autoerr struct ct_err why = { 0 };
	int ret;

	ret = ct_docker__json(d, path, &root, &why);
	if (ret == -EINVAL && d->prefix[0]) {
		d->prefix[0] = '\0';
		ret = ct_docker__json(d, "/info", &root, &why);
	}
	if (ret == -ETIMEDOUT)
		return ct_err__set(err, -ret, "%s", why.msg);
	if (!ret) {
		ct_docker_info__parse(root, &d->info);
		ret = check_kernel(d, root, err);
		if (ret)
			return ret;
	}
	d->info.version = version_of(root, "ServerVersion");
	if (!d->info.version)
		ask_version(d);
	d->engine.server = d->info.version ? ct_xasprintf("docker %s", d->info.version) :
					     ct_xstrdup("docker");
	return 0;
}

/* Podman's /info takes seconds, as it asks the package manager. The socket's owner tells enough. */
static int learn_podman(struct ct_docker *d)
{
	struct stat st;

	d->info.seccomp = CT_SECCOMP_DEFAULT;
	d->info.rootless = d->at.socket && !stat(d->at.socket, &st) && st.st_uid != 0;
	return 0;
}

static void docker_close(struct ct_engine *e)
{
	struct ct_docker *d = ct_docker__of(e);

	ct_docker_stream__close(&d->stream);
	curl_easy_cleanup(d->easy);
	curl_multi_cleanup(d->multi);
	ct_endpoint__free(&d->at);
	free(d->place);
	free(d->base);
	free(d->engine.server);
	free(d->info.version);
	free(d);
	curl_global_cleanup();
}

static char *copy(const char *s)
{
	return s ? ct_xstrdup(s) : NULL;
}

static void take_place(struct ct_docker *d, const struct ct_endpoint *at)
{
	d->at = (struct ct_endpoint){
		.said = copy(at->said),
		.socket = copy(at->socket),
		.url = copy(at->url),
		.ca = copy(at->ca),
		.cert = copy(at->cert),
		.key = copy(at->key),
		.insecure = at->insecure,
		.uid = at->uid,
		.patience_ms = at->patience_ms ?: CT_DOCKER_TIMEOUT_MS,
	};
	d->place = ct_printable(at->socket ?: at->url);
	d->base = ct_xstrdup(at->url ?: "http://localhost");
}

static int docker_open(const struct ct_endpoint *at, struct ct_engine **e, struct ct_err *err)
{
	struct ct_docker *new = ct_xzalloc(sizeof(*new));
	int ret;

	curl_global_init(CURL_GLOBAL_DEFAULT); /* counted by libcurl; docker_close() undoes it */
	new->engine.ops = &ct_docker_api;
	new->stream.epoll = new->stream.kick = -1;
	take_place(new, at);
	new->info.seccomp = CT_SECCOMP_UNKNOWN;
	new->easy = ct_docker__handle(new, NULL);
	if (!new->easy) {
		ret = ct_err__set(err, ENOMEM, "libcurl could not be initialised");
		goto fail;
	}
	curl_easy_setopt(new->easy, CURLOPT_TIMEOUT_MS, new->at.patience_ms);
	ct_docker__take_answers(new->easy);
	ret = ping(new, err);
	if (!ret)
		ret = new->info.runtime == CT_RT_PODMAN ? learn_podman(new) :
							  learn_docker(new, err);
	if (ret)
		goto fail;
	new->engine.runtime = new->info.runtime;
	new->engine.rootless = new->info.rootless;
	new->engine.uid = at->uid;
	*e = &new->engine;
	return 0;
fail:
	docker_close(&new->engine);
	return ret;
}

/* Names and ids as the daemons allow them, without characters that have a meaning in a URL. */
static bool is_name(const char *s)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

	return *s && strspn(s, chars) == strlen(s) && *s != '.' && *s != '-';
}

static int get_container(struct ct_docker *d, const char *name, json_t **root, struct ct_err *err)
{
	bool podman = d->info.runtime == CT_RT_PODMAN;
	ct_autofree char *path = NULL, *shown = ct_printable(name);

	if (*name == '/')
		name++;
	if (!is_name(name))
		return ct_err__set(err, ENOENT, "no container is named \"%s\"", shown);
	path = ct_xasprintf("%s/containers/%s/json", podman ? d->libpod : d->prefix, name);
	return ct_docker__json(d, path, root, err);
}

/* An image's path in the API; the caller frees. NULL: that cannot be the name of an image. */
static char *image_path(const struct ct_docker *d, const char *image)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/:@";

	if (!*image || strspn(image, chars) != strlen(image) || strstr(image, ".."))
		return NULL;
	return ct_xasprintf("%s/images/%s/json", d->prefix, image);
}

bool ct_docker__are_composes(struct ct_docker *d, const char *image, const json_t *labels)
{
	ct_autofree char *path = image ? image_path(d, image) : NULL;
	ct_autojson json_t *root = NULL;
	const json_t *own;

	/* If the daemon does not show the image, only Compose's hash counts. */
	if (!path || ct_docker__json(d, path, &root, NULL))
		return ct_docker_labels__have_hash(labels, NULL);
	own = json_object_get(json_object_get(root, "Config"), "Labels");
	return ct_docker_labels__are_own(labels, own ?: json_object_get(root, "Labels"));
}

/*
 * Labels that come from the image do not make the container a service of Compose: anybody may
 * publish an image that says it is the database of somebody's project.
 */
static void drop_foreign_labels(struct ct_docker *d, const json_t *root, struct ct_container *c)
{
	const json_t *labels = json_object_get(json_object_get(root, "Config"), "Labels");

	if (!c->project && !c->service)
		return;
	if (!ct_docker__are_composes(d, ct_json_in__str(root, "Image"), labels))
		ct_container__forget_compose(c);
}

static int docker_inspect(struct ct_engine *e, const char *id_or_name, struct ct_workload *w,
			  struct ct_err *err)
{
	struct ct_docker *d = ct_docker__of(e);
	ct_autojson json_t *root = NULL;
	int ret;

	ret = get_container(d, id_or_name, &root, err);
	if (ret)
		return ret;
	ret = ct_docker_inspect__parse(root, &d->info, w);
	if (ret)
		return ct_err__set(err, -ret,
				   "%s describes a container without \"Id\", \"Config\" or "
				   "\"HostConfig\"",
				   d->engine.server);
	drop_foreign_labels(d, root, &w->container);
	return 0;
}

/* Names of all containers, for messages: "a, b, c"; the caller frees. */
static char *all_names(struct ct_docker *d)
{
	ct_autofree char *path = ct_xasprintf("%s/containers/json?all=1", d->prefix);
	ct_autojson json_t *root = NULL;
	struct ct_str s = { 0 };
	json_t *one;
	size_t i;

	ct_str__add(&s, "");
	if (ct_docker__json(d, path, &root, NULL))
		return s.s;
	json_array_foreach(root, i, one) {
		const json_t *names = json_object_get(one, "Names");
		const char *name = json_string_value(json_array_get(names, 0));
		ct_autofree char *shown = NULL;

		if (!name)
			continue;
		shown = ct_printable(name + (*name == '/'));
		ct_str__addf(&s, "%s%s", s.len ? ", " : "", shown);
	}
	return s.s;
}

static int docker_find(struct ct_engine *e, const char *id_or_name, char **full_id, int *pid,
		       struct ct_err *err)
{
	struct ct_docker *d = ct_docker__of(e);
	ct_autojson json_t *root = NULL;
	const char *id;
	int ret;

	ret = get_container(d, id_or_name, &root, err);
	if (ret == -ENOENT) {
		ct_autofree char *names = all_names(d), *shown = ct_printable(id_or_name);

		return ct_err__set(err, ENOENT, "no container \"%s\"; there %s%s", shown,
				   *names ? "are: " : "is none", names);
	}
	if (ret)
		return ret;
	id = ct_json_in__str(root, "Id");
	if (!id)
		return ct_err__set(err, EBADMSG, "%s listed a container without an id",
				   d->engine.server);
	*full_id = ct_xstrdup(id);
	*pid = json_integer_value(json_object_get(json_object_get(root, "State"), "Pid"));
	return 0;
}

static bool docker_is_composes(struct ct_engine *e, const struct ct_engine_event *ev)
{
	return ct_docker__are_composes(ct_docker__of(e), ev->image, ev->labels);
}

/* The URL-encoded query for the containers of a project; the caller frees. NULL: not UTF-8. */
static char *project_filter(struct ct_docker *d, const char *project)
{
	ct_autofree char *label = ct_xasprintf("com.docker.compose.project=%s", project);
	ct_autojson json_t *filter = json_pack("{s:[s]}", "label", label);
	ct_autofree char *text = filter ? json_dumps(filter, 0) : NULL;
	char *escaped = text ? curl_easy_escape(d->easy, text, 0) : NULL, *query = NULL;

	if (escaped)
		query = ct_xasprintf("?filters=%s", escaped);
	curl_free(escaped);
	return query;
}

static int docker_list(struct ct_engine *e, const char *project, ct_engine_id_fn fn, void *arg,
		       struct ct_err *err)
{
	struct ct_docker *d = ct_docker__of(e);
	ct_autofree char *query = project ? project_filter(d, project) : ct_xstrdup("");
	ct_autofree char *path = NULL;
	ct_autojson json_t *root = NULL;
	json_t *one;
	size_t i;
	int ret;

	if (!query)
		return ct_err__set(err, EINVAL, "the project's name is not UTF-8");
	path = ct_xasprintf("%s/containers/json%s", d->prefix, query);
	ret = ct_docker__json(d, path, &root, err);
	if (ret)
		return ret;
	json_array_foreach(root, i, one)
		if (ct_json_in__str(one, "Id"))
			fn(arg, ct_json_in__str(one, "Id"));
	return 0;
}

static int docker_restart(struct ct_engine *e, const char *id, struct ct_err *err)
{
	struct ct_docker *d = ct_docker__of(e);
	ct_autofree char *path = ct_xasprintf("%s/containers/%s/restart", d->prefix, id);
	ct_autoanswer struct ct_answer a = { 0 };
	int ret;

	if (!is_name(id))
		return ct_err__set(err, ENOENT, "no container has such an id");
	/* No limit: how long the container takes to end is its own affair. */
	curl_easy_setopt(d->easy, CURLOPT_TIMEOUT_MS, 0L);
	curl_easy_setopt(d->easy, CURLOPT_POSTFIELDS, "");
	ret = ct_docker__ask(d, path, &a, err);
	curl_easy_setopt(d->easy, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(d->easy, CURLOPT_TIMEOUT_MS, d->at.patience_ms);
	if (ret)
		return ret;
	return a.status / 100 == 2 ? 0 : ct_docker__refused(d, &a, err);
}

const struct ct_engine_ops ct_docker_api = {
	.open = docker_open,
	.close = docker_close,
	.inspect = docker_inspect,
	.find = docker_find,
	.list = docker_list,
	.is_composes = docker_is_composes,
	.while_waiting = ct_docker__while_waiting,
	.watch = ct_docker__watch,
	.read = ct_docker__read,
	.restart = docker_restart,
};
