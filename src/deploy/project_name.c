/* SPDX-License-Identifier: GPL-2.0-only */
#include "deploy/project_name.h"

#include <ctype.h>
#include <errno.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>

#include "base/util.h"
#include "deploy/yaml_docs.h"

#define MAX_FILE ((size_t)4 << 20)

/* Compose's default: the directory's name in lower case, without odd characters. */
static char *normal_project(const char *name)
{
	ct_autofree char *copy = ct_xstrdup(name);
	size_t n = 0;

	for (const char *p = name; *p; p++) {
		char c = tolower((unsigned char)*p);

		if (isalnum((unsigned char)c) || (n && (c == '-' || c == '_')))
			copy[n++] = c;
	}
	copy[n] = '\0';
	return ct_steal(copy);
}

/* The Compose file of dir, or of the nearest directory above, found as Compose finds it. */
static char *find_file(const char *dir)
{
	static const char *const names[] = { "compose.yaml", "compose.yml", "docker-compose.yml",
					     "docker-compose.yaml" };
	ct_autofree char *at = ct_xstrdup(dir);

	for (;;) {
		char *slash = strrchr(at, '/');

		for (size_t i = 0; i < CT_ARRAY_SIZE(names); i++) {
			ct_autofree char *file = ct_xasprintf("%s/%s", at, names[i]);

			if (!access(file, F_OK))
				return ct_steal(file);
		}
		if (!slash)
			return NULL;
		*slash = '\0';
	}
}

/* Pipes and FIFOs are left alone: what is read here would be lost to Compose. */
static int read_regular(const char *path, char **text, size_t *len)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	return S_ISREG(st.st_mode) ? ct_read_file(path, MAX_FILE, text, len) : -EINVAL;
}

/* The project's name in a Compose file: a top-level "name:" without a variable, or NULL. */
static char *name_in_file(const char *path)
{
	struct ct_yaml_docs docs = { 0 };
	ct_autofree char *text = NULL;
	const char *name = NULL;
	char *found = NULL;
	size_t len = 0;

	if (!read_regular(path, &text, &len) && text)
		ct_yaml_docs__parse(path, text, len, &docs, NULL);
	for (size_t i = 0; i < docs.len; i++) {
		const struct ct_yaml_node *n = ct_yaml__get(docs.items[i]->root, "name");

		if (n && n->kind == CT_YAML_SCALAR && !ct_yaml__is_null(n))
			name = n->text;
	}
	if (name && *name && !strchr(name, '$'))
		found = ct_xstrdup(name);
	ct_yaml_docs__free(&docs);
	return found;
}

/* The value of a line of .env, without quotes or a comment behind it; no project's name has '#'. */
static char *value_of(const char *s)
{
	size_t len;

	s += strspn(s, " \t");
	if (*s == '"' || *s == '\'')
		return ct_xstrndup(s + 1, strcspn(s + 1, *s == '"' ? "\"\r\n" : "'\r\n"));
	len = strcspn(s, "#\r\n");
	while (len && strchr(" \t", s[len - 1]))
		len--;
	return ct_xstrndup(s, len);
}

/* COMPOSE_PROJECT_NAME=... of the project directory's .env, or NULL: it is not there, or empty. */
static char *name_in_env(const char *dir)
{
	static const char key[] = "COMPOSE_PROJECT_NAME=";
	ct_autofree char *path = ct_xasprintf("%s/.env", dir), *text = NULL, *name = NULL;

	if (read_regular(path, &text, NULL) || !text)
		return NULL;
	for (char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *p = line + strspn(line, " \t");

		if (!strncmp(p, "export ", 7))
			p += 7 + strspn(p + 7, " \t");
		if (strncmp(p, key, sizeof(key) - 1) != 0)
			continue;
		/* The last one counts. */
		free(name);
		name = value_of(p + sizeof(key) - 1);
	}
	return name && *name ? ct_steal(name) : NULL;
}

/* The first file of COMPOSE_FILE in the environment, or NULL. */
static char *file_in_environment(void)
{
	const char *files = getenv("COMPOSE_FILE"), *between = getenv("COMPOSE_PATH_SEPARATOR");
	const char *end;

	if (!files || !*files)
		return NULL;
	end = strstr(files, between && *between ? between : ":");
	return ct_xstrndup(files, end ? (size_t)(end - files) : strlen(files));
}

char *ct_compose__project_name(const char *name, const char *file, const char *where)
{
	ct_autofree char *cwd = realpath(".", NULL), *found = NULL, *dir = NULL;
	char *given;

	if (!name)
		name = getenv("COMPOSE_PROJECT_NAME");
	if (name && *name)
		return ct_xstrdup(name);
	found = file ? ct_xstrdup(file) : file_in_environment();
	if (!found && cwd)
		found = find_file(cwd);
	if (!where && found) {
		ct_autofree char *copy = ct_xstrdup(found);

		dir = realpath(dirname(copy), NULL);
	} else {
		dir = realpath(where ? where : ".", NULL);
	}
	if (!dir)
		return NULL;
	given = name_in_env(dir);
	if (!given && found)
		given = name_in_file(found);
	return given ? given : normal_project(basename(dir));
}
