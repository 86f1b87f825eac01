/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The order is the client's (cli/command/cli.go, resolveContextName): --context, -H, DOCKER_HOST,
 * DOCKER_CONTEXT, currentContext in config.json. The context "default" is what the variables say.
 */
#include "runtime/docker_context.h"

#include <errno.h>
#include <glob.h>
#include <string.h>

#include "runtime/json_in.h"

#define CONFIG_MAX  (4 << 20)
#define DEFAULT_ONE "default"

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static char *config_dir(const struct ct_engine_words *w)
{
	const char *dir = w->config ?: variable("DOCKER_CONFIG"), *home = variable("HOME");

	return dir ? ct_xstrdup(dir) : ct_xasprintf("%s/.docker", home ?: "/root");
}

static json_t *load(const char *path)
{
	ct_autofree char *text = NULL;
	size_t len;

	if (ct_read_file(path, CONFIG_MAX, &text, &len))
		return NULL;
	return json_loadb(text, len, 0, NULL);
}

/* The path of that file if it is there, else NULL; the caller frees. */
static char *file_in(const char *dir, const char *name)
{
	ct_autofree char *path = ct_xasprintf("%s/%s", dir, name);

	return access(path, F_OK) ? NULL : ct_steal(path);
}

static void take_files(const char *dir, struct ct_endpoint *e)
{
	e->ca = file_in(dir, "ca.pem");
	e->cert = file_in(dir, "cert.pem");
	e->key = file_in(dir, "key.pem");
}

static void put_file(char **file, const char *path)
{
	if (!path)
		return;
	free(*file);
	*file = ct_xstrdup(path);
}

/* Takes an address from the command line or DOCKER_HOST, with what they say about TLS. */
static int take_address(const struct ct_engine_words *w, const char *option, const char *address,
			struct ct_endpoint *e, struct ct_err *err)
{
	const char *certs = variable("DOCKER_CERT_PATH");
	bool verifies = w->verifies || variable("DOCKER_TLS_VERIFY");
	bool tls = verifies || w->tls || variable("DOCKER_TLS");
	ct_autofree char *dir = certs ? ct_xstrdup(certs) : config_dir(w);
	ct_autofree char *shown = ct_printable(address);

	e->said = ct_xasprintf("%s%s%s", option, *option == '-' ? " " : "=", shown);
	if (tls)
		take_files(dir, e);
	put_file(&e->ca, w->ca);
	put_file(&e->cert, w->cert);
	put_file(&e->key, w->key);
	e->insecure = !verifies;
	return ct_endpoint__parse(address, tls || w->ca || w->cert || w->key, e, err);
}

/* Takes what a context's file says; its certificates are in a directory of the same name. */
static int take_context(const json_t *root, const char *meta, struct ct_endpoint *e,
			struct ct_err *err)
{
	const json_t *docker = json_object_get(json_object_get(root, "Endpoints"), "docker");
	const char *host = ct_json_in__str(docker, "Host");
	size_t end = strlen(meta) - strlen("/meta.json"), name;
	ct_autofree char *tls = NULL;

	for (name = end; meta[name - 1] != '/';)
		name--;
	tls = ct_xasprintf("%.*s/tls/%.*s/docker", (int)(name - strlen("/meta/")), meta,
			   (int)(end - name), meta + name);
	if (!host || !*host)
		return 1; /* the client then uses its default */
	take_files(tls, e);
	e->insecure = json_is_true(json_object_get(docker, "SkipTLSVerify"));
	return ct_endpoint__parse(host, e->ca || e->cert || e->insecure, e, err);
}

/* The files are named by a hash of the context's name, so the name is looked for inside them. */
static int find_context(const char *dir, const char *context, const char *said,
			struct ct_endpoint *e, struct ct_err *err)
{
	ct_autofree char *pattern = ct_xasprintf("%s/contexts/meta/*/meta.json", dir);
	ct_autofree char *shown = ct_printable(context), *place = ct_printable(dir);
	glob_t g = {};
	int ret = -ENOENT;

	e->said = ct_xasprintf("the context \"%s\" (%s)", shown, said);
	if (!glob(pattern, GLOB_NOSORT, NULL, &g))
		for (size_t i = 0; i < g.gl_pathc && ret == -ENOENT; i++) {
			ct_autojson json_t *root = load(g.gl_pathv[i]);

			if (ct_str_equal(ct_json_in__str(root, "Name"), context))
				ret = take_context(root, g.gl_pathv[i], e, err);
		}
	globfree(&g);
	if (ret == -ENOENT)
		return ct_err__set(
			err, ENXIO,
			"%s is not known in %s/contexts; 'docker context ls' lists those "
			"that are",
			e->said, place);
	return ret;
}

int ct_docker_context__named(const struct ct_engine_words *w, struct ct_endpoint *e,
			     struct ct_err *err)
{
	const char *host = variable("DOCKER_HOST"), *context = variable("DOCKER_CONTEXT");
	ct_autofree char *dir = config_dir(w), *file = ct_xasprintf("%s/config.json", dir);
	ct_autojson json_t *root = NULL;

	if (w->address)
		return take_address(w, w->option ?: "--host", w->address, e, err);
	if (w->context && strcmp(w->context, DEFAULT_ONE) != 0)
		return find_context(dir, w->context, "--context", e, err);
	if (host)
		return take_address(w, "DOCKER_HOST", host, e, err);
	if (w->context)
		return 1;
	if (context && strcmp(context, DEFAULT_ONE) != 0)
		return find_context(dir, context, "DOCKER_CONTEXT", e, err);
	root = context ? NULL : load(file);
	context = ct_json_in__str(root, "currentContext");
	if (context && *context && strcmp(context, DEFAULT_ONE) != 0)
		return find_context(dir, context, "currentContext in its config.json", e, err);
	return 1;
}
