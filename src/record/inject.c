/* SPDX-License-Identifier: GPL-2.0-only */
#include "record/inject.h"

#include <getopt.h>
#include <string.h>
#include <time.h>

#include "base/util.h"
#include "cgroup/name.h"
#include "record/recorder.h"
#include "runtime/docker_api.h"

/* Options before the subcommand that take a value as a word of their own. */
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
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(options); i++)
		if (!strcmp(word, options[i]))
			return true;
	return false;
}

/* Index of the next word that is not an option, from i on. */
static size_t next_word(char *const *argv, size_t i)
{
	while (argv[i] && argv[i][0] == '-')
		i += takes_value(argv[i]) && argv[i + 1] ? 2 : 1;
	return i;
}

static const char *value_of(char *const *argv, size_t from, size_t to, const char *a, const char *b)
{
	for (size_t i = from; i < to && argv[i]; i++) {
		size_t n = strlen(b);

		if (((a && !strcmp(argv[i], a)) || !strcmp(argv[i], b)) && argv[i + 1])
			return argv[i + 1];
		if (!strncmp(argv[i], b, n) && argv[i][n] == '=')
			return argv[i] + n + 1;
	}
	return NULL;
}

/* What the words in [from, to) say of the project. */
static void take_project(struct ct_injected *in, char *const *argv, size_t from, size_t to)
{
	in->is_compose = true;
	in->project = value_of(argv, from, to, "-p", "--project-name");
	in->project_file = value_of(argv, from, to, "-f", "--file");
	in->project_dir = value_of(argv, from, to, NULL, "--project-directory");
}

char *ct_random_token(void)
{
	unsigned char r[12] = { 0 };
	struct ct_str s = {};
	ct_autofclose FILE *f = fopen("/dev/urandom", "re");

	if (!f || fread(r, 1, sizeof(r), f) != sizeof(r))
		memcpy(r, &(struct timespec){ time(NULL), getpid() }, sizeof(r));
	for (size_t i = 0; i < sizeof(r); i++)
		ct_str__addf(&s, "%02x", r[i]);
	return s.s;
}

/* in->option behind the word at that index. */
static void put_option(struct ct_injected *in, size_t after, size_t argc)
{
	memmove(&in->argv[after + 2], &in->argv[after + 1], (argc - after) * sizeof(char *));
	in->argv[after + 1] = in->option;
}

static void put_label(struct ct_injected *in, size_t after, size_t argc)
{
	in->label = ct_random_token();
	in->option = ct_xasprintf("--label=%s=%s", CT_RUN_LABEL, in->label);
	put_option(in, after, argc);
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

struct ct_client ct_client__parse(char *const *argv)
{
	struct ct_client c = {};
	const char *name, *host;

	while (argv[c.argc])
		c.argc++;
	c.sub = c.argc;
	if (c.argc > 1 && !strcmp(name_of(argv[0]), "sudo"))
		c.name = 1;
	name = c.argc ? name_of(argv[c.name]) : "";
	c.is_container = !strcmp(name, "docker") || !strcmp(name, "podman") ||
			 !strcmp(name, "docker-compose");
	c.is_systemd_run = !strcmp(name, "systemd-run");
	if (!c.is_container)
		return c;
	c.sub = next_word(argv, c.name + 1);
	if (!strcmp(name, "docker-compose"))
		return c;
	if (!strcmp(name, "podman") && !access(CT_PODMAN_SOCKET, F_OK))
		c.socket = CT_PODMAN_SOCKET;
	host = value_of(argv, c.name + 1, c.sub, "-H", "--host");
	if (host && !strncmp(host, "unix://", 7))
		c.socket = host + 7;
	if (c.sub < c.argc && !strcmp(argv[c.sub], "container"))
		c.sub = next_word(argv, c.sub + 1);
	c.starts = c.sub < c.argc &&
		   (!strcmp(argv[c.sub], "run") || !strcmp(argv[c.sub], "create"));
	return c;
}

struct ct_systemd_run ct_systemd_run__parse(char *const *argv)
{
	/* Those that matter, or that would hide one as their value. */
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
	optind = 0; /* anew */
	/* Those without a value are unknown here, which does no harm. */
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

static void name_unit(struct ct_injected *in, const struct ct_client *c)
{
	struct ct_systemd_run r = ct_systemd_run__parse(in->argv);
	ct_autofree char *given = r.given, *name = NULL, *token = NULL;

	if (!given) {
		token = ct_random_token();
		given = ct_xasprintf("captrim-run-%.12s", token);
		in->option = ct_xasprintf("--unit=%s", given);
		put_option(in, c->name, c->argc);
	}
	name = ct_unit__name(given, r.scope ? ".scope" : ".service");
	in->unit = r.user ? ct_xasprintf("user@%u.service/%s", getuid(), name) : ct_steal(name);
	in->is_client = true;
}

void ct_inject(struct ct_injected *in, char *const *argv)
{
	struct ct_client c = ct_client__parse(argv);

	*in = (struct ct_injected){ .is_client = c.is_container, .socket = c.socket };
	if (!c.argc)
		return;
	in->argv = ct_xzalloc((c.argc + 2) * sizeof(char *));
	memcpy(in->argv, argv, c.argc * sizeof(char *));
	if (c.is_systemd_run)
		name_unit(in, &c);
	else if (c.starts)
		put_label(in, c.sub, c.argc);
	else if (c.is_container && !strcmp(name_of(argv[c.name]), "docker-compose"))
		take_project(in, argv, c.name + 1, c.sub);
	else if (c.sub < c.argc && !strcmp(argv[c.sub], "compose"))
		take_project(in, argv, c.sub + 1, next_word(argv, c.sub + 1));
}

void ct_inject__free(struct ct_injected *in)
{
	free(in->argv);
	free(in->label);
	free(in->option);
	free(in->unit);
}
