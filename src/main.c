/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of commands, and what to do with the first word. */
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <string.h>

#include "base/inherited.h"
#include "cmd/cmd.h"

static const struct {
	const struct ct_command *cmd;
	int (*run)(int argc, char **argv);
} commands[] = {
#define CT_COMMAND(name) { &ct_##name##_command, ct_cmd__##name },
#include "cmd/commands.def"
#undef CT_COMMAND
};

static void help(FILE *out)
{
	fputs("captrim: the smallest set of Linux capabilities that a workload needs\n\n"
	      "Usage: captrim COMMAND [OPTION]... [ARGUMENT]...\n\n",
	      out);
	for (size_t i = 0; i < CT_ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-8s %s\n", commands[i].cmd->name, commands[i].cmd->summary);
	fputs("\nA first try:  sudo captrim run -- docker run --rm nginx\n"
	      "'captrim COMMAND --help' describes a command; captrim(1) is the full manual.\n",
	      out);
}

/* Reports write errors on standard output; a closed pipe is not an error. */
static int end(int status)
{
	errno = 0;
	if ((!fflush(stdout) && !ferror(stdout)) || errno == EPIPE || status)
		return status;
	ct_warn("cannot write standard output: %s", strerror(errno ? errno : EIO));
	return CT_EXIT_FAILURE;
}

/* Commands that have to clean up must survive a closed pipe; these need not. */
static bool only_prints(const char *name)
{
	static const char *const names[] = { "advise", "check", "diff", "explain", "list" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static int unknown(const char *name)
{
	ct_autofree char *shown = ct_printable(name);

	ct_warn("unknown command '%s'; 'captrim --help' lists the commands", shown);
	return CT_EXIT_USAGE;
}

static int help_on(const char *name)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(commands); i++)
		if (!strcmp(name, commands[i].cmd->name)) {
			ct_opts__help(commands[i].cmd, stdout);
			return end(0);
		}
	return unknown(name);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;

	ct_inherited__note();
	/* Without memory, jansson would leave a number out, as if the recording lacked it. */
	json_set_alloc_funcs(ct_xalloc, free);
	if (name && !only_prints(name))
		signal(SIGPIPE, SIG_IGN);
	/* A file that grows beyond the limit is an error to be told, as a full disk is. */
	signal(SIGXFSZ, SIG_IGN);
	if (!name) {
		help(stderr);
		return CT_EXIT_USAGE;
	}
	if (!strcmp(name, "help") && argc > 2)
		return help_on(argv[2]);
	if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
		help(stdout);
		return end(0);
	}
	if (!strcmp(name, "--version") || !strcmp(name, "-V")) {
		puts("captrim " CT_VERSION "\n" CT_FEATURES);
		return end(0);
	}
	/* For the man page and shell completion; not for people, so --help does not list it. */
	if (!strcmp(name, "--dump-options")) {
		for (size_t i = 0; i < CT_ARRAY_SIZE(commands); i++)
			ct_opts__dump(commands[i].cmd, stdout);
		return end(0);
	}
	for (size_t i = 0; i < CT_ARRAY_SIZE(commands); i++)
		if (!strcmp(name, commands[i].cmd->name))
			return end(commands[i].run(argc - 1, argv + 1));
	return unknown(name);
}
