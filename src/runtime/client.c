/* SPDX-License-Identifier: GPL-2.0-only */
#include "runtime/client.h"

#include <getopt.h>
#include <string.h>

#include "base/util.h"
#include "runtime/runtime.h"

/* Options before the subcommand whose value is a separate word. */
static bool takes_value(const char *word)
{
	static const char *const options[] = {
		"-H",
		"--host",
		"-c",
		"--context",
		"--config",
		"-l",
		"--log-level",
		"--tlscacert",
		"--tlscert",
		"--tlskey",
		"--url",
		"--connection",
		"--identity",
		"--root",
		"--runroot",
		"--runtime",
		"--storage-driver",
		"--cgroup-manager",
		"-f",
		"--file",
		"-p",
		"--project-name",
		"--profile",
		"--env-file",
		"--project-directory",
		"--ansi",
		"--progress",
		"--parallel",
		"--tmpdir",
		"--storage-opt",
		"--imagestore",
		"--runtime-flag",
		"--events-backend",
		"--network-cmd-path",
		"--network-config-dir",
		"--volumepath",
		"--hooks-dir",
		"--cdi-spec-dir",
		"--conmon",
		"--module",
		"--ssh",
		"--out",
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(options); i++)
		if (!strcmp(word, options[i]))
			return true;
	return false;
}

size_t ct_client__word(char *const *argv, size_t i)
{
	while (argv[i] && argv[i][0] == '-')
		i += takes_value(argv[i]) && argv[i + 1] ? 2 : 1;
	return i;
}

/* The value of the option if argv[i] is it, else NULL. */
static const char *option_at(char *const *argv, size_t i, const char *a, const char *b)
{
	size_t n = strlen(b);

	if ((a && !strcmp(argv[i], a)) || !strcmp(argv[i], b))
		return argv[i + 1];
	return !strncmp(argv[i], b, n) && argv[i][n] == '=' ? argv[i] + n + 1 : NULL;
}

const char *ct_client__option(char *const *argv, size_t from, size_t to, const char *a,
			      const char *b)
{
	const char *value = NULL;

	for (size_t i = from; i < to && argv[i] && !value; i++)
		value = option_at(argv, i, a, b);
	return value;
}

void ct_client__options(char *const *argv, size_t from, size_t to, const char *a, const char *b,
			struct ct_strlist *values)
{
	for (size_t i = from; i < to && argv[i]; i++) {
		const char *value = option_at(argv, i, a, b);

		if (!value)
			continue;
		*CT_PUSH(values->items, values->len, values->cap) = value;
		i += value == argv[i + 1];
	}
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The runtime that this client belongs to; NULL: it is not an engine's client. */
static const struct ct_runtime_type *runtime_of(const char *client, bool *compose)
{
	ct_runtimes__for_each(type) {
		if (!type->engine)
			continue;
		*compose = type->compose && !strcmp(type->compose, client);
		if (*compose || ct_str_equal(type->client, client))
			return type;
	}
	return NULL;
}

static bool has_flag(char *const *argv, size_t from, size_t to, const char *a, const char *b)
{
	for (size_t i = from; i < to && argv[i]; i++)
		if ((a && !strcmp(argv[i], a)) || !strcmp(argv[i], b))
			return true;
	return false;
}

/* The words between the client's name and its subcommand. */
static void read_engine(struct ct_client *c, char *const *argv, const struct ct_runtime_type *type)
{
	struct ct_engine_words *w = &c->engine;
	size_t from = c->name + 1, to = c->sub;

	*w = (struct ct_engine_words){
		.type = type,
		.option = "--host",
		.address = ct_client__option(argv, from, to, "-H", "--host"),
		.config = ct_client__option(argv, from, to, NULL, "--config"),
		.ca = ct_client__option(argv, from, to, NULL, "--tlscacert"),
		.cert = ct_client__option(argv, from, to, NULL, "--tlscert"),
		.key = ct_client__option(argv, from, to, NULL, "--tlskey"),
		.tls = has_flag(argv, from, to, NULL, "--tls"),
		.verifies = has_flag(argv, from, to, NULL, "--tlsverify"),
		.elsewhere = has_flag(argv, from, to, "-r", "--remote"),
	};
	if (ct_client__option(argv, from, to, NULL, "--url")) {
		w->option = "--url";
		w->address = ct_client__option(argv, from, to, NULL, "--url");
	}
	w->context = ct_client__option(argv, from, to, "-c", "--context");
	w->connection = ct_client__option(argv, from, to, "-c", "--connection");
}

struct ct_client ct_client__parse(char *const *argv)
{
	const struct ct_runtime_type *type;
	struct ct_client c = {};
	const char *name;

	while (argv[c.argc])
		c.argc++;
	c.sub = c.argc;
	if (c.argc > 1 && !strcmp(name_of(argv[0]), "sudo"))
		c.name = 1;
	name = c.argc ? name_of(argv[c.name]) : "";
	type = runtime_of(name, &c.is_compose);
	c.is_container = type;
	c.is_systemd_run = !strcmp(name, "systemd-run");
	if (!type)
		return c;
	c.sub = ct_client__word(argv, c.name + 1);
	read_engine(&c, argv, type);
	if (c.is_compose)
		return c;
	if (c.sub < c.argc && !strcmp(argv[c.sub], "container"))
		c.sub = ct_client__word(argv, c.sub + 1);
	c.starts = c.sub < c.argc &&
		   (!strcmp(argv[c.sub], "run") || !strcmp(argv[c.sub], "create"));
	return c;
}

struct ct_systemd_run ct_systemd_run__parse(char *const *argv)
{
	/* The options that matter, and those whose value could be taken for one of them. */
	static const struct option options[] = {
		{ "unit", required_argument, NULL, 'u' },
		{ "scope", no_argument, NULL, 's' },
		{ "user", no_argument, NULL, 'U' },
		{ "host", required_argument, NULL, 'H' },
		{ "machine", required_argument, NULL, 'M' },
		{ "property", required_argument, NULL, 'p' },
		{ "description", required_argument, NULL, 0 },
		{ "slice", required_argument, NULL, 0 },
		{ "service-type", required_argument, NULL, 0 },
		{ "uid", required_argument, NULL, 0 },
		{ "gid", required_argument, NULL, 0 },
		{ "nice", required_argument, NULL, 0 },
		{ "working-directory", required_argument, NULL, 0 },
		{ "setenv", required_argument, NULL, 0 },
		{ "on-active", required_argument, NULL, 0 },
		{ "on-boot", required_argument, NULL, 0 },
		{ "on-startup", required_argument, NULL, 0 },
		{ "on-unit-active", required_argument, NULL, 0 },
		{ "on-unit-inactive", required_argument, NULL, 0 },
		{ "on-calendar", required_argument, NULL, 0 },
		{ "path-property", required_argument, NULL, 0 },
		{ "socket-property", required_argument, NULL, 0 },
		{ "timer-property", required_argument, NULL, 0 },
		{ NULL, 0, NULL, 0 },
	};
	struct ct_client client = ct_client__parse(argv);
	struct ct_systemd_run r = {};
	int c;

	opterr = 0;
	optind = 0; /* makes getopt start afresh */
	/* Options without a value are unknown here, which does no harm. */
	while ((c = getopt_long((int)(client.argc - client.name), argv + client.name,
				"+H:M:p:E:u:", options, NULL)) != -1) {
		r.scope |= c == 's';
		r.user |= c == 'U';
		r.remote |= c == 'H' || c == 'M';
		r.ambient |= c == 'p' && !strncmp(optarg, "AmbientCapabilities=", 20);
		if (c == 'u') {
			free(r.given);
			r.given = ct_xstrdup(optarg);
		}
	}
	r.command = client.name + optind;
	return r;
}
