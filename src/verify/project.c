/* SPDX-License-Identifier: GPL-2.0-only */
#include "verify/project.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/outfile.h"
#include "base/proc.h"
#include "base/strings.h"
#include "deploy/yaml_json.h"
#include "model/caps.h"

struct ct_project {
	json_t *root, *given;  /* given: as the file has it */
	const char **services; /* names within root */
	size_t nservices;
	const char *const *client;
	char *project;
};

static const char *const plugin[] = { "docker", "compose", NULL };
static const char *const standalone[] = { "docker-compose", NULL };

int ct_project__parse(const char *yaml, struct ct_project **c, struct ct_err *err)
{
	ct_autoyaml struct ct_yaml *y = NULL;
	json_t *root, *services, *value;
	struct ct_project *out;
	const char *key;
	int ret = ct_yaml__parse("Compose's configuration", yaml, strlen(yaml), &y, err);

	if (ret)
		return ret;
	/* Compose reads JSON as YAML, and JSON is easier to change. */
	root = ct_yaml__json(y);
	services = json_object_get(root, "services");
	if (!json_object_size(services)) {
		json_decref(root);
		return ct_err__set(err, EINVAL, "Compose's configuration names no services");
	}
	out = ct_xzalloc(sizeof(*out));
	out->root = root;
	out->given = json_deep_copy(root);
	out->services = ct_xzalloc(json_object_size(services) * sizeof(*out->services));
	json_object_foreach(services, key, value)
		if (json_is_object(value))
			out->services[out->nservices++] = key;
	*c = out;
	return 0;
}

static const char *const *find_client(void)
{
	const char *const *const clients[] = { plugin, standalone };

	for (size_t i = 0; i < CT_ARRAY_SIZE(clients); i++) {
		ct_autostrings struct ct_strings words = {};

		ct_strings__add_all(&words, clients[i]);
		ct_strings__add(&words, "version");
		if (!ct_proc__run(words.items, NULL))
			return clients[i];
	}
	return NULL;
}

int ct_project__open(const char *file, const char *project, struct ct_project **c,
		     struct ct_err *err)
{
	const char *const *client = find_client();
	ct_autostrings struct ct_strings words = {};
	ct_autofree char *output = NULL;
	int ret;

	if (file && strcmp(file, "-") != 0 && access(file, R_OK)) {
		ct_autofree char *shown = ct_printable(file);

		return ct_err__set(err, errno, "cannot read %s: %s", shown, strerror(errno));
	}
	if (!client)
		return ct_err__set(
			err, ENOENT,
			"neither 'docker compose' nor docker-compose works here: install "
			"one");
	ct_strings__add_all(&words, client);
	ct_strings__add_all(&words, (const char *const[]){ "-p", project, NULL });
	if (file)
		ct_strings__add_all(&words, (const char *const[]){ "-f", file, NULL });
	ct_strings__add(&words, "config");
	ret = ct_proc__run(words.items, &output);
	if (ret) {
		ct_autofree char *shown = ct_printable(output ? output : "no answer");

		return ct_err__set(err, EINVAL, "Compose does not understand the file: %s", shown);
	}
	ret = ct_project__parse(output, c, err);
	if (ret)
		return ret;
	(*c)->client = client;
	(*c)->project = ct_xstrdup(project);
	return 0;
}

void ct_project__close(struct ct_project *c)
{
	if (!c)
		return;
	json_decref(c->root);
	json_decref(c->given);
	free(c->services);
	free(c->project);
	free(c);
}

const char *const *ct_project__services(const struct ct_project *c, size_t *n)
{
	*n = c->nservices;
	return c->services;
}

const char *ct_project__image(const struct ct_project *c, const char *service)
{
	json_t *s = json_object_get(json_object_get(c->given, "services"), service);

	return json_object_get(s, "build") ? NULL : json_string_value(json_object_get(s, "image"));
}

/* One of a service's volumes, in the short or the long form. */
static void look_at_mount(const json_t *mount, bool *volumes, bool *binds)
{
	const char *text = json_string_value(mount), *options = text ? strchr(text, ':') : NULL;
	const char *type = json_string_value(json_object_get(mount, "type"));

	if (options) {
		bool named = !strchr("/.~", *text);

		options = strchr(options + 1, ':');
		*volumes |= named;
		*binds |= !named && !(options && ct_str_lists(options + 1, "ro"));
	} else if (type && !strcmp(type, "volume")) {
		*volumes |= !!json_object_get(mount, "source");
	} else if (type && !strcmp(type, "bind")) {
		*binds |= !json_is_true(json_object_get(mount, "read_only"));
	}
}

bool ct_project__keeps(const struct ct_project *c, const char *service, bool *binds)
{
	json_t *services = json_object_get(c->given, "services"), *value, *mount;
	bool volumes = false;
	const char *name;
	size_t i;

	*binds = false;
	json_object_foreach(services, name, value)
		if (!service || !strcmp(service, name))
			json_array_foreach(json_object_get(value, "volumes"), i, mount)
				look_at_mount(mount, &volumes, binds);
	return volumes;
}

/* Deletes names: what has none is named after the project, and is removed together with it. */
static void rename_all(json_t *items, const char *project, bool externals)
{
	json_t *item;
	const char *key;
	size_t len = project ? strlen(project) : 0;

	json_object_foreach(items, key, item) {
		json_t *external = json_object_get(item, "external");
		const char *name = json_string_value(json_object_get(item, "name"));
		bool is_external = json_is_true(external) || json_is_object(external);

		if (is_external ? !externals : !name || (len && !strncmp(name, project, len)))
			continue;
		json_object_del(item, "name");
		json_object_del(item, "external");
	}
}

void ct_project__rename(struct ct_project *c, bool volumes)
{
	rename_all(json_object_get(c->root, "networks"), c->project, false);
	if (volumes)
		rename_all(json_object_get(c->root, "volumes"), c->project, true);
}

void ct_project__limit(struct ct_project *c, const char *service, const uint64_t *set)
{
	static const char *const keys[] = { "privileged", "cap_drop", "cap_add" };
	json_t *s = json_object_get(json_object_get(c->root, "services"), service);
	json_t *given = json_object_get(json_object_get(c->given, "services"), service), *add;

	for (size_t i = 0; i < CT_ARRAY_SIZE(keys); i++) {
		json_object_del(s, keys[i]);
		if (!set && json_object_get(given, keys[i]))
			json_object_set(s, keys[i], json_object_get(given, keys[i]));
	}
	if (!set)
		return;
	add = json_array();
	ct_caps__for_each(cap, *set)
		json_array_append_new(add, json_string(ct_cap__name(cap)));
	json_object_set_new(s, "cap_drop", json_pack("[s]", "ALL"));
	json_object_set_new(s, "cap_add", add);
}

int ct_project__write(const struct ct_project *c, const char *path, struct ct_err *err)
{
	ct_autooutfile struct ct_outfile *f = NULL;
	FILE *out;
	int ret = ct_outfile__open(path, &f, &out, err);

	if (ret)
		return ret;
	if (json_dumpf(c->root, out, JSON_INDENT(1)))
		return ct_err__set(err, EIO, "cannot write %s", path);
	return ct_outfile__commit(ct_steal(f), err);
}

void ct_project__command(const struct ct_project *c, const char *path, struct ct_strings *words)
{
	ct_strings__add_all(words, c->client);
	ct_strings__add_all(words, (const char *const[]){ "-p", c->project, "-f", path, NULL });
}
