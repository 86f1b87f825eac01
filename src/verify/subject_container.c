/* SPDX-License-Identifier: GPL-2.0-only */
/* A container that "docker run" or "podman run" starts. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/proc.h"
#include "verify/runline.h"
#include "verify/standing.h"
#include "verify/subject.h"

struct container_subject {
	struct ct_subject t;
	struct ct_runline line;
	struct ct_strings client;
	struct ct_strings volumes; /* fresh ones, in place of the command line's */
	char *name;		   /* if the command line gives none */
	char *label;		   /* of the current run */
	char *command;		   /* set when it is first asked for */
	unsigned int runs;
	int stopper;	/* pid of "docker stop", 0: none */
	bool recording; /* the current run is as configured */
	struct ct_habits habits;
	char *failure; /* why it is dead, until that is reported */
};

static int make_volumes(struct container_subject *c, struct ct_err *err)
{
	ct_strings__free(&c->volumes);
	for (size_t i = 0; i < c->line.volumes.len; i++) {
		ct_autofree char *label = ct_xasprintf("--label=%s=%s", CT_VERIFY_LABEL,
						       c->t.journal->token);
		ct_autofree char *output = NULL;
		ct_autostrings struct ct_strings words = {};

		ct_strings__take(&c->volumes, ct_xasprintf("captrim-%s-%u-%zu", c->t.journal->token,
							   c->runs, i));
		ct_runline__client(&c->line, &words);
		ct_strings__add_all(&words,
				    (const char *const[]){ "volume", "create", label, NULL });
		ct_strings__add(&words, c->volumes.items[i]);
		if (ct_proc__run(words.items, &output)) {
			ct_autofree char *shown = ct_printable(output ? output : "no answer");

			return ct_err__set(err, EIO, "a fresh volume could not be made: %s", shown);
		}
	}
	return 0;
}

static int start(struct ct_subject *t, const uint64_t *set, bool fresh, struct ct_start *start,
		 struct ct_err *err)
{
	struct container_subject *c = (struct container_subject *)t;
	struct ct_runline_changes changes = { .set = set };
	ct_autofree char *run = NULL, *verify = NULL, *name = NULL;
	const char *options[4] = {};
	int ret;

	c->runs++;
	c->recording = !set;
	ct_habits__begin(&c->habits, c->recording);
	free(ct_steal(c->failure));
	if (fresh && !t->keep_volumes) {
		ret = make_volumes(c, err);
		if (ret)
			return ret;
	}
	free(c->label);
	c->label = ct_xasprintf("%s-%u", t->journal->token, c->runs);
	run = ct_xasprintf("--label=%s=%s", CT_RUN_LABEL, c->label);
	verify = ct_xasprintf("--label=%s", t->journal->label);
	options[0] = run;
	options[1] = verify;
	if (!c->line.name) {
		if (!c->name)
			c->name = ct_xasprintf("captrim-%s", t->journal->token);
		t->name = c->name;
		name = ct_xasprintf("--name=%s", c->name);
		options[2] = name;
	}
	changes.options = options;
	if (c->volumes.len)
		changes.new_volumes = (const char *const *)c->volumes.items;
	start->label = ct_xstrdup(c->label);
	ct_runline__build(&c->line, &changes, &start->words);
	return 0;
}

/* Adds "CLIENT VERB ID" to words, for the running container. False: none is running. */
static bool find(struct container_subject *c, const char *const *verb, struct ct_strings *words)
{
	ct_autofree char *filter = ct_xasprintf("label=%s=%s", CT_RUN_LABEL, c->label);
	ct_autofree char *output = NULL;
	ct_autostrings struct ct_strings list = {};

	ct_runline__client(&c->line, &list);
	ct_strings__add_all(&list, (const char *const[]){ "ps", "-q", "--filter", filter, NULL });
	if (ct_proc__run(list.items, &output) || !*output)
		return false;
	output[strcspn(output, "\n")] = '\0';
	ct_runline__client(&c->line, words);
	ct_strings__add_all(words, verb);
	ct_strings__add(words, output);
	return true;
}

static int ask(struct container_subject *c, struct ct_standings *out)
{
	ct_autofree char *label = ct_xasprintf("%s=%s", CT_RUN_LABEL, c->label);

	return ct_standings__ask(c->client.items, label, out);
}

/* The client tells how the container ended, but not that the engine restarts it. */
static enum ct_life life(struct ct_subject *t)
{
	struct container_subject *c = (struct container_subject *)t;
	const struct ct_demand demand = { .recording = c->recording };
	ct_autostandings struct ct_standings s = {};

	if (ask(c, &s))
		return CT_LIFE_UNKNOWN;
	if (!s.len || s.items[0].status == CT_STATUS_ENDED)
		return CT_LIFE_WAIT;
	return ct_standing__life(&s.items[0], &c->habits, &demand, &c->failure);
}

static char *ending(struct ct_subject *t, bool stopped)
{
	(void)stopped;
	return ct_steal(((struct container_subject *)t)->failure);
}

static enum ct_health health(struct ct_subject *t)
{
	ct_autostandings struct ct_standings s = {};

	return ask((struct container_subject *)t, &s) || !s.len ? CT_HEALTH_WAIT :
								  s.items[0].health;
}

static void stop(struct ct_subject *t, bool hard)
{
	struct container_subject *c = (struct container_subject *)t;
	ct_autostrings struct ct_strings words = {};
	ct_autoclose int null = -1;

	if (hard) {
		ct_journal__remove_containers(t->journal, false);
		return;
	}
	if (c->stopper > 0 || !find(c, (const char *const[]){ "stop", NULL }, &words))
		return;
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	c->stopper = ct_proc__start(words.items, null);
}

static void clear(struct ct_subject *t, bool volumes)
{
	struct container_subject *c = (struct container_subject *)t;

	if (c->stopper > 0)
		ct_proc__end(c->stopper);
	c->stopper = 0;
	ct_journal__remove_containers(t->journal, volumes && c->volumes.len);
}

static const char *image(struct ct_subject *t)
{
	const struct ct_runline *l = &((struct container_subject *)t)->line;

	return l->argv[l->image];
}

/* The command that follows the image on the command line, or else the image's own. */
static const char *command(struct ct_subject *t)
{
	static const char *const inspect[] = { "image", "inspect", "-f",
					       "{{range .Config.Cmd}}{{println .}}{{end}}", NULL };
	struct container_subject *c = (struct container_subject *)t;
	const struct ct_runline *l = &c->line;
	ct_autostrings struct ct_strings words = {};

	if (!c->command && l->argv[l->image + 1])
		c->command = ct_strings__join(l->argv + l->image + 1, " ");
	if (c->command || l->entrypoint)
		return c->command;
	ct_runline__client(l, &words);
	ct_strings__add_all(&words, inspect);
	ct_strings__add(&words, l->argv[l->image]);
	if (ct_proc__run(words.items, &c->command) || *c->command == '\n' || !*c->command) {
		free(ct_steal(c->command));
		return NULL;
	}
	for (char *p = c->command; *p; p++)
		if (*p == '\n')
			*p = p[1] && p[1] != '\n' ? ' ' : '\0';
	return c->command;
}

static enum ct_leavings leaves(const struct ct_subject *t)
{
	const struct ct_runline *l = &((const struct container_subject *)t)->line;

	if (l->keeps || (t->keep_volumes && l->volumes.len))
		return CT_LEAVES_ALL;
	return l->volumes.len ? CT_LEAVES_VOLUMES : CT_LEAVES_NOTHING;
}

static void free_container(struct ct_subject *t)
{
	struct container_subject *c = (struct container_subject *)t;

	ct_runline__free(&c->line);
	ct_strings__free(&c->client);
	ct_strings__free(&c->volumes);
	ct_habits__free(&c->habits);
	free(c->failure);
	free(c->command);
	free(c->name);
	free(c->label);
	free(c);
}

int ct_subject__container(char *const *argv, struct ct_subject **t, struct ct_err *err)
{
	struct container_subject *c;
	struct ct_runline line;
	int ret = ct_runline__parse(argv, &line, err);

	if (ret)
		return ret;
	c = ct_xzalloc(sizeof(*c));
	c->line = line;
	ct_runline__client(&line, &c->client);
	c->t = (struct ct_subject){
		.start = start,
		.life = life,
		.health = health,
		.ending = ending,
		.stop = stop,
		.clear = clear,
		.leaves = leaves,
		.image = image,
		.command = command,
		.free = free_container,
		.kind = CT_WL_CONTAINER,
		.privileged = line.privileged,
		.detached = line.detached,
		.engine = line.client.engine,
		.name = line.name,
		.client = c->client.items,
	};
	*t = &c->t;
	return 0;
}

void ct_start__free(struct ct_start *s)
{
	ct_strings__free(&s->words);
	free(s->label);
	*s = (struct ct_start){};
}
