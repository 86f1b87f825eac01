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
	const char *word = argv[i];
	size_t n = strlen(b);

	if ((a && !strcmp(word, a)) || !strcmp(word, b))
		return argv[i + 1];
	if (a && !strncmp(word, a, 2))
		return word + (word[2] == '=' ? 3 : 2);
	return !strncmp(word, b, n) && word[n] == '=' ? word + n + 1 : NULL;
}

const char *ct_client__option(char *const *argv, size_t from, size_t to, const char *a,
			      const char *b)
{
	struct ct_strlist all = { 0 };
	const char *last;

	ct_client__options(argv, from, to, a, b, &all);
	last = all.len ? all.items[all.len - 1] : NULL;
	ct_strlist__free(&all);
	return last;
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

/* A program that runs the command behind its own options and NAME=VALUE words. */
struct prefix {
	const char *name, *letters;
	const struct option *options; /* those with a value, and those that matter */
	const char *unclear;	      /* with these, what the client does cannot be told here */
};

static const struct option sudo_options[] = {
	{ "user", required_argument, NULL, 'u' },
	{ "group", required_argument, NULL, 'g' },
	{ "host", required_argument, NULL, 'h' },
	{ "prompt", required_argument, NULL, 'p' },
	{ "role", required_argument, NULL, 'r' },
	{ "type", required_argument, NULL, 't' },
	{ "other-user", required_argument, NULL, 'U' },
	{ "close-from", required_argument, NULL, 'C' },
	{ "command-timeout", required_argument, NULL, 'T' },
	{ "auth-type", required_argument, NULL, 'a' },
	{ "login-class", required_argument, NULL, 'c' },
	{ "chdir", required_argument, NULL, 'D' },
	{ "chroot", required_argument, NULL, 'R' },
	{ "preserve-env", optional_argument, NULL, 'E' },
	{ "set-home", no_argument, NULL, 'H' },
	{ "non-interactive", no_argument, NULL, 'n' },
	{ "stdin", no_argument, NULL, 'S' },
	{ "askpass", no_argument, NULL, 'A' },
	{ "background", no_argument, NULL, 'b' },
	{ "bell", no_argument, NULL, 'B' },
	{ "no-update", no_argument, NULL, 'N' },
	{ "preserve-groups", no_argument, NULL, 'P' },
	{ "reset-timestamp", no_argument, NULL, 'k' },
	{ "shell", no_argument, NULL, 's' },
	{ NULL, 0, NULL, 0 },
};

static const struct option env_options[] = {
	{ "ignore-environment", no_argument, NULL, 'i' },
	{ "unset", required_argument, NULL, 'u' },
	{ "debug", no_argument, NULL, 'v' },
	{ "block-signal", optional_argument, NULL, 0 },
	{ "default-signal", optional_argument, NULL, 0 },
	{ "ignore-signal", optional_argument, NULL, 0 },
	{ NULL, 0, NULL, 0 },
};

/* Other directories and login shells change what a client's words mean. */
static const struct prefix prefixes[] = {
	{ "sudo", "+Aa:BbC:c:D:Eeg:Hh:iKklNnPp:R:r:SsT:t:U:u:Vv", sudo_options, "?DReilKVv" },
	{ "env", "+iu:v", env_options, "?" },
};

/* As another user, the client may ask another engine. */
static bool is_unclear(const struct prefix *p, int letter)
{
	return (letter && strchr(p->unclear, letter)) ||
	       (p->options == sudo_options && letter == 'u' && strcmp(optarg, "root") != 0 &&
		strcmp(optarg, "#0") != 0);
}

/* Index of the command that the prefix at that index runs; 0: that is not clear. */
static size_t behind(const struct prefix *p, char *const *argv, size_t argc, size_t at)
{
	bool unclear = false;
	int c;

	opterr = 0;
	optind = 0; /* makes getopt start afresh */
	while ((c = getopt_long((int)(argc - at), argv + at, p->letters, p->options, NULL)) != -1)
		unclear |= is_unclear(p, c);
	at += (size_t)optind;
	if (at < argc && !strcmp(argv[at], "-"))
		at++;
	while (at < argc && strchr(argv[at], '='))
		at++;
	return unclear || at >= argc ? 0 : at;
}

/* Index of the first word that is none of a prefix. */
static size_t skip_prefixes(char *const *argv, size_t argc)
{
	size_t at = 0, next;

	for (size_t i = 0; i < CT_ARRAY_SIZE(prefixes) && at < argc;) {
		if (strcmp(name_of(argv[at]), prefixes[i].name) != 0) {
			i++;
			continue;
		}
		next = behind(&prefixes[i], argv, argc, at);
		if (!next)
			break;
		at = next;
		i = 0;
	}
	return at;
}

void ct_client__adopt_env(const struct ct_client *c, char *const *argv)
{
	static const char *const families[] = { "DOCKER_", "COMPOSE_", "CONTAINER_" };

	for (size_t i = 0; i < c->name; i++) {
		const char *equals = strchr(argv[i], '=');
		ct_autofree char *name = equals ? ct_xstrndup(argv[i], equals - argv[i]) : NULL;

		for (size_t k = 0; name && k < CT_ARRAY_SIZE(families); k++)
			if (!strncmp(name, families[k], strlen(families[k])))
				setenv(name, equals + 1, 1);
	}
}

struct ct_client ct_client__parse(char *const *argv)
{
	const struct ct_runtime_type *type;
	struct ct_client c = {};
	const char *name;

	while (argv[c.argc])
		c.argc++;
	c.sub = c.argc;
	c.name = skip_prefixes(argv, c.argc);
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
