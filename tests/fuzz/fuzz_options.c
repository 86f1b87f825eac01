/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Any words behind any command: understood by its table, or refused with a message that can be
 * shown; and the values that options take: moments, sizes, shares, addresses. Nothing is done.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/amount.h"
#include "base/moment.h"
#include "cmd/cmd.h"
#include "http/listen.h"
#include "runtime/endpoint.h"

#define MOST_WORDS 64

static const struct ct_command *const commands[] = {
#define CT_COMMAND(name) &ct_##name##_command,
#include "cmd/commands.def"
#undef CT_COMMAND
};

static void must_tell(int ret, const struct ct_err *err)
{
	ct_autofree char *shown = err->msg ? ct_printable(err->msg) : NULL;

	if (ret < 0 && (!err->msg || strcmp(err->msg, shown)))
		abort();
}

/* The tables set variables of their commands, which are used once. */
static void forget(const struct ct_command *cmd)
{
	for (const struct ct_opt *o = cmd->opts; o && o->name; o++) {
		if (o->type == CT_OPT_LIST)
			ct_strlist__free(o->dest);
		if (o->type == CT_OPT_STR)
			*(const char **)o->dest = NULL;
	}
}

static void parse(const struct ct_command *cmd, int argc, char **argv)
{
	struct ct_strlist rest = { 0 };
	ct_autoerr struct ct_err err = { 0 };
	int ret = ct_opts__parse(cmd, argc, argv, &rest, &err);

	must_tell(ret, &err);
	if (ret && rest.len)
		abort();
	for (size_t i = 0; i < rest.len; i++) {
		bool given = false;

		for (int k = 1; k < argc; k++)
			given |= rest.items[i] == argv[k];
		if (!given)
			abort();
	}
	ct_strlist__free(&rest);
	forget(cmd);
}

static void read_value(const char *word)
{
	ct_autoendpoint struct ct_endpoint at = { 0 };
	ct_autoerr struct ct_err err = { 0 }, err2 = { 0 };
	int64_t ms = -1;
	uint64_t n = 7;

	if (ct_moment__parse(word, 1796000000000, &ms) && ms != -1)
		abort();
	if (ct_size__parse(word, &n) && n != 7)
		abort();
	n = 7;
	if (ct_share__parse(word, &n) && n != 7)
		abort();
	n = 7;
	if (ct_duration__parse(word, &n) && n != 7)
		abort();
	must_tell(ct_listener__check(word, &err), &err);
	/* A host's name would be looked up. */
	if (!strncmp(word, "unix:", 5) || !strchr(word, ':')) {
		at.said = ct_xstrdup("--socket");
		must_tell(ct_endpoint__parse(word, false, &at, &err2), &err2);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ct_autofree char *text = NULL;
	char *argv[MOST_WORDS + 2] = { "captrim" };
	int argc = 1;

	if (!size)
		return 0;
	if (!freopen("/dev/null", "w", stdout)) /* --help */
		abort();
	text = ct_xzalloc(size + 1);
	memcpy(text, data + 1, size - 1);
	for (char *word = text; word < text + size && argc <= MOST_WORDS; argc++) {
		argv[argc] = word;
		read_value(word);
		word += strlen(word) + 1;
	}
	parse(commands[data[0] % CT_ARRAY_SIZE(commands)], argc, argv);
	return 0;
}
