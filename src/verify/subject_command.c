/* SPDX-License-Identifier: GPL-2.0-only */
/* A plain command, in a cgroup of its own. */
#include <signal.h>

#include "cgroup/dir.h"
#include "verify/subject.h"

struct command_subject {
	struct ct_subject t;
	char *const *argv;
	char *line; /* its words, joined */
	uint64_t set;
};

static int start(struct ct_subject *t, const uint64_t *set, bool fresh, struct ct_start *start,
		 struct ct_err *err)
{
	struct command_subject *c = (struct command_subject *)t;

	(void)fresh;
	(void)err;
	ct_strings__add_all(&start->words, (const char *const *)c->argv);
	if (set) {
		c->set = *set;
		start->bounding = &c->set;
	}
	return 0;
}

static enum ct_life life(struct ct_subject *t)
{
	(void)t;
	return CT_LIFE_UP;
}

static enum ct_health health(struct ct_subject *t)
{
	(void)t;
	return CT_HEALTH_NONE;
}

static void stop(struct ct_subject *t, bool hard)
{
	if (t->journal->cgroup)
		ct_cgroup_dir__signal(t->journal->cgroup, hard ? SIGKILL : SIGTERM);
}

/* Daemons that it left behind must be gone before the next run. */
static void clear(struct ct_subject *t, bool volumes)
{
	(void)volumes;
	for (int i = 0; t->journal->cgroup && i < 500; i++) {
		if (!ct_cgroup_dir__signal(t->journal->cgroup, SIGKILL))
			break;
		usleep(10000);
	}
}

/* What it writes to the host's disk stays there. */
static enum ct_leavings leaves(const struct ct_subject *t)
{
	(void)t;
	return CT_LEAVES_ALL;
}

static const char *line(struct ct_subject *t)
{
	return ((struct command_subject *)t)->line;
}

static void free_command(struct ct_subject *t)
{
	free(((struct command_subject *)t)->line);
	free(t);
}

struct ct_subject *ct_subject__command(char *const *argv)
{
	struct command_subject *c = ct_xzalloc(sizeof(*c));

	c->argv = argv;
	c->line = ct_strings__join(argv, " ");
	c->t = (struct ct_subject){ .kind = CT_WL_COMMAND,
				    .command = line,
				    .start = start,
				    .life = life,
				    .health = health,
				    .stop = stop,
				    .clear = clear,
				    .leaves = leaves,
				    .free = free_command };
	return &c->t;
}
