/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * podman does its work itself, unless --url, --connection or --remote is given; the variables
 * CONTAINER_HOST and CONTAINER_CONNECTION count only with --remote (cmd/podman/root.go).
 * Connections are in a JSON file since Podman 5, before that in containers.conf.
 */
#include "runtime/podman_remote.h"

#include <errno.h>
#include <string.h>

#include "runtime/json_in.h"

#define FILE_MAX (4 << 20)

/* The URI of that connection (name NULL: the default); NULL: not known. The caller frees. */
static char *from_json(const char *path, const char *name)
{
	ct_autofree char *text = NULL;
	ct_autojson json_t *root = NULL;
	const json_t *connection;
	const char *uri;
	size_t len;

	if (ct_read_file(path, FILE_MAX, &text, &len))
		return NULL;
	root = json_loadb(text, len, 0, NULL);
	connection = json_object_get(root, "Connection");
	name = name ?: ct_json_in__str(connection, "Default") ?: "";
	connection = json_object_get(json_object_get(connection, "Connections"), name);
	uri = ct_json_in__str(connection, "URI");
	return uri ? ct_xstrdup(uri) : NULL;
}

/* [engine.service_destinations.NAME] and its uri = "..." */
static char *from_toml(const char *path, const char *name)
{
	ct_autofree char *text = NULL;
	ct_autofree char *plain = ct_xasprintf("[engine.service_destinations.%s]", name);
	ct_autofree char *quoted = ct_xasprintf("[engine.service_destinations.\"%s\"]", name);
	bool inside = false;
	char *save, *line;

	if (ct_read_file(path, FILE_MAX, &text, NULL))
		return NULL;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		line += strspn(line, " \t");
		if (*line == '[')
			inside = !strncmp(line, plain, strlen(plain)) ||
				 !strncmp(line, quoted, strlen(quoted));
		if (!inside || strncmp(line, "uri", 3) != 0)
			continue;
		line = strchr(line, '"');
		if (line)
			return ct_xstrndup(line + 1, strcspn(line + 1, "\""));
	}
	return NULL;
}

static char *find(const char *name)
{
	const char *home = getenv("HOME") ?: "/root", *config = getenv("XDG_CONFIG_HOME");
	ct_autofree char *dir = config && *config ? ct_xstrdup(config) :
						    ct_xasprintf("%s/.config", home);
	ct_autofree char *json = ct_xasprintf("%s/containers/podman-connections.json", dir);
	ct_autofree char *toml = ct_xasprintf("%s/containers/containers.conf", dir);
	char *uri = from_json(json, name);

	return uri || !name ? uri : from_toml(toml, name);
}

int ct_podman_remote__named(const struct ct_engine_words *w, struct ct_endpoint *e,
			    struct ct_err *err)
{
	const char *name = w->connection, *address = w->address, *option = w->option;
	ct_autofree char *uri = NULL, *shown = NULL;

	if (!address && !name && w->elsewhere) {
		address = getenv("CONTAINER_HOST");
		name = getenv("CONTAINER_CONNECTION");
		option = "CONTAINER_HOST";
	}
	if (address && *address) {
		shown = ct_printable(address);
		e->said = ct_xasprintf("%s%s%s", option, *option == '-' ? " " : "=", shown);
		return ct_endpoint__parse(address, false, e, err);
	}
	if (!name && !w->elsewhere)
		return 1;
	shown = name ? ct_printable(name) : NULL;
	e->said = name ? ct_xasprintf("Podman's connection %s", shown) :
			 ct_xstrdup("Podman's default connection");
	uri = find(name);
	if (!uri)
		return ct_err__set(err, ENXIO,
				   "%s is not configured here; 'podman system connection list' "
				   "lists those that are",
				   e->said);
	return ct_endpoint__parse(uri, false, e, err);
}
