/* SPDX-License-Identifier: GPL-2.0-only */
#include "deploy/project_name.h"

#include <ctype.h>
#include <errno.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>

#include "base/strings.h"
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

/* Adds the first of n files that is in dir. */
static bool add_found(const char *dir, const char *const *names, size_t n, struct ct_strings *to)
{
	for (size_t i = 0; i < n; i++) {
		ct_autofree char *file = ct_xasprintf("%s/%s", dir, names[i]);

		if (access(file, F_OK) != 0)
			continue;
		ct_strings__take(to, ct_steal(file));
		return true;
	}
	return false;
}

/* The Compose file of dir, or of the nearest directory above, and its override, as Compose does. */
static void find_files(const char *dir, struct ct_strings *to)
{
	static const char *const names[] = { "compose.yaml", "compose.yml", "docker-compose.yml",
					     "docker-compose.yaml" };
	static const char *const overrides[] = { "compose.override.yml", "compose.override.yaml",
						 "docker-compose.override.yml",
						 "docker-compose.override.yaml" };
	ct_autofree char *at = ct_xstrdup(dir);

	for (;;) {
		char *slash = strrchr(at, '/');

		if (add_found(at, names, CT_ARRAY_SIZE(names), to)) {
			add_found(at, overrides, CT_ARRAY_SIZE(overrides), to);
			return;
		}
		if (!slash)
			return;
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

/* Looks for KEY=... in a file of variables; the last one counts, and replaces *value. */
static void look_in(const char *path, const char *key, char **value)
{
	ct_autofree char *text = NULL;
	size_t len = strlen(key);

	if (read_regular(path, &text, NULL) || !text)
		return;
	for (char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *p = line + strspn(line, " \t");

		if (!strncmp(p, "export ", 7))
			p += 7 + strspn(p + 7, " \t");
		if (strncmp(p, key, len) != 0 || p[len] != '=')
			continue;
		free(*value);
		*value = value_of(p + len + 1);
	}
}

static void split(const char *s, const char *between, struct ct_strings *to)
{
	for (const char *end; s; s = end ? end + strlen(between) : NULL) {
		end = strstr(s, between);
		ct_strings__take(to, ct_xstrndup(s, end ? (size_t)(end - s) : strlen(s)));
	}
}

/* Is the variable true for Go's strconv.ParseBool()? */
static bool is_set(const char *key)
{
	static const char *const yes[] = { "1", "t", "T", "true", "TRUE", "True" };
	const char *value = getenv(key);

	for (size_t i = 0; value && i < CT_ARRAY_SIZE(yes); i++)
		if (!strcmp(value, yes[i]))
			return true;
	return false;
}

/* KEY=... of the files of variables, by default a directory's .env; NULL: none, or empty. */
static char *value_in_env(const struct ct_compose_words *w, const char *dir, const char *key)
{
	ct_autostrings struct ct_strings files = { 0 };
	const char *listed = getenv("COMPOSE_ENV_FILES");
	ct_autofree char *value = NULL;

	for (size_t i = 0; i < w->env_files.len; i++)
		ct_strings__add(&files, w->env_files.items[i]);
	if (!files.len && listed && *listed)
		split(listed, ",", &files);
	if (!files.len && !is_set("COMPOSE_DISABLE_ENV_FILE"))
		ct_strings__addf(&files, "%s/.env", dir);
	for (size_t i = 0; i < files.len; i++)
		look_in(files.items[i], key, &value);
	return value && *value ? ct_steal(value) : NULL;
}

/* A variable of the environment, or else of those files; NULL: none, or empty. */
static char *variable(const struct ct_compose_words *w, const char *dir, const char *key)
{
	const char *value = getenv(key);

	return value && *value ? ct_xstrdup(value) : value_in_env(w, dir, key);
}

/* The files that are used if the command names none. */
static void choose_files(const struct ct_compose_words *w, struct ct_strings *to)
{
	const char *dir = w->dir ? w->dir : ".";
	ct_autofree char *files = variable(w, dir, "COMPOSE_FILE");
	ct_autofree char *between = variable(w, dir, "COMPOSE_PATH_SEPARATOR");
	ct_autofree char *real = files ? NULL : realpath(dir, NULL);

	if (real)
		find_files(real, to);
	split(files, between ? between : ":", to);
}

/* The directory of the first file, standard input aside, or else the working one. */
static char *project_dir(const struct ct_strings *files)
{
	for (size_t i = 0; i < files->len; i++) {
		ct_autofree char *copy = ct_xstrdup(files->items[i]);

		if (strcmp(copy, "-") != 0)
			return realpath(dirname(copy), NULL);
	}
	return realpath(".", NULL);
}

/* The name in the last file that has one. */
static char *name_in_files(const struct ct_strings *files)
{
	char *name = NULL;

	for (size_t i = files->len; i > 0 && !name; i--)
		if (strcmp(files->items[i - 1], "-") != 0)
			name = name_in_file(files->items[i - 1]);
	return name;
}

static char *find_name(const struct ct_compose_words *w, struct ct_strings *files)
{
	static const char key[] = "COMPOSE_PROJECT_NAME";
	ct_autofree char *dir = NULL;
	char *name = NULL;

	for (size_t i = 0; i < w->files.len; i++)
		ct_strings__add(files, w->files.items[i]);
	if (!files->len)
		choose_files(w, files);
	dir = w->dir ? realpath(w->dir, NULL) : project_dir(files);
	if (!dir)
		return NULL;
	/* Compose reads .env twice: before it knows the files, and after. */
	if (!w->files.len && !w->dir)
		name = value_in_env(w, ".", key);
	if (!name)
		name = value_in_env(w, dir, key);
	if (!name)
		name = name_in_files(files);
	return name ? name : normal_project(basename(dir));
}

char *ct_compose__project_name(const struct ct_compose_words *w)
{
	struct ct_strings files = { 0 };
	const char *name = w->name ? w->name : getenv("COMPOSE_PROJECT_NAME");
	char *found;

	if (name && *name)
		return ct_xstrdup(name);
	found = find_name(w, &files);
	ct_strings__free(&files);
	return found;
}
