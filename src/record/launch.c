/* SPDX-License-Identifier: GPL-2.0-only */
#include "record/launch.h"

#include <string.h>
#include <sys/random.h>

#include "base/util.h"
#include "cgroup/name.h"
#include "model/unit_name.h"
#include "record/recorder.h"
#include "runtime/client.h"

char *ct_random_token(void)
{
	unsigned char r[12];
	struct ct_str s = {};

	if (getrandom(r, sizeof(r), 0) != (ssize_t)sizeof(r))
		abort();
	for (size_t i = 0; i < sizeof(r); i++)
		ct_str__addf(&s, "%02x", r[i]);
	return s.s;
}

/* Inserts l->option behind the word at that index. */
static void put_option(struct ct_launch *l, size_t after, size_t argc)
{
	memmove(&l->argv[after + 2], &l->argv[after + 1], (argc - after) * sizeof(char *));
	l->argv[after + 1] = l->option;
}

static void put_label(struct ct_launch *l, size_t after, size_t argc)
{
	l->label = ct_random_token();
	l->option = ct_xasprintf("--label=%s=%s", CT_RUN_LABEL, l->label);
	put_option(l, after, argc);
}

/* Notes what the words in [from, to) say of the project. */
static void take_project(struct ct_launch *l, char *const *argv, size_t from, size_t to)
{
	l->is_compose = true;
	l->project.name = ct_client__option(argv, from, to, "-p", "--project-name");
	l->project.dir = ct_client__option(argv, from, to, NULL, "--project-directory");
	ct_client__options(argv, from, to, "-f", "--file", &l->project.files);
	ct_client__options(argv, from, to, NULL, "--env-file", &l->project.env_files);
}

static void name_unit(struct ct_launch *l, const struct ct_client *c)
{
	struct ct_systemd_run r = ct_systemd_run__parse(l->argv);
	ct_autofree char *given = r.given, *name = NULL, *token = NULL;

	if (!given) {
		token = ct_random_token();
		given = ct_xasprintf("captrim-run-%.12s", token);
		l->option = ct_xasprintf("--unit=%s", given);
		put_option(l, c->name, c->argc);
	}
	name = ct_unit_name__complete(given, r.scope ? ".scope" : ".service");
	l->unit = r.user ? ct_xasprintf("user@%u.service/%s", getuid(), name) : ct_steal(name);
	l->is_client = true;
}

void ct_launch__prepare(struct ct_launch *l, char *const *argv)
{
	struct ct_client c = ct_client__parse(argv);

	*l = (struct ct_launch){ .is_client = c.is_container, .engine = c.engine };
	if (!c.argc)
		return;
	ct_client__adopt_env(&c, argv);
	l->argv = ct_xzalloc((c.argc + 2) * sizeof(char *));
	memcpy(l->argv, argv, c.argc * sizeof(char *));
	if (c.is_systemd_run)
		name_unit(l, &c);
	else if (c.starts)
		put_label(l, c.sub, c.argc);
	else if (c.is_compose)
		take_project(l, argv, c.name + 1, c.sub);
	else if (c.sub < c.argc && !strcmp(argv[c.sub], "compose"))
		take_project(l, argv, c.sub + 1, ct_client__word(argv, c.sub + 1));
}

void ct_launch__free(struct ct_launch *l)
{
	free(l->argv);
	ct_strlist__free(&l->project.files);
	ct_strlist__free(&l->project.env_files);
	free(l->label);
	free(l->option);
	free(l->unit);
}
