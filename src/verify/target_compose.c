/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "verify/compose.h"
#include "verify/proc.h"
#include "verify/target.h"

#define FORMAT "{{.Label \"com.docker.compose.service\"}} {{.Status}}"

struct stack {
	struct ct_target t;
	struct ct_compose *compose;
	const char *file;
	int stopper;
	char *failure; /* of a service in the recording, until it is told */
	char *failed;  /* that service's name */
};

static int open_stack(struct ct_target *t, struct ct_err *err)
{
	struct stack *s = (struct stack *)t;
	int ret = ct_compose__open(s->file, t->state->project, &s->compose, err);

	if (ret)
		return ret;
	ct_compose__rename(s->compose, !t->keep_volumes);
	t->services = ct_compose__services(s->compose, &t->nservices);
	setenv("CAPTRIM_PROJECT", t->state->project, 1);
	return 0;
}

static int start(struct ct_target *t, const uint64_t *set, bool fresh, struct ct_start *start,
		 struct ct_err *err)
{
	struct stack *s = (struct stack *)t;
	int ret = 0;

	(void)fresh; /* clear() has removed the volumes, or left them */
	if (set)
		ct_compose__limit(s->compose, t->service, set);
	ret = ct_compose__write(s->compose, s->t.state->stack_path, err);
	if (ret)
		return ret;
	start->project = t->state->project;
	ct_compose__command(s->compose, s->t.state->stack_path, &start->words);
	ct_words__add_all(&start->words, (const char *const[]){ "up", "-d", NULL });
	return 0;
}

/* Id of the service's container; the caller frees. NULL: there is none. */
static char *container_of(struct stack *s, const char *name)
{
	ct_autofree char *project = ct_xasprintf("label=%s", s->t.state->label);
	ct_autofree char *service = ct_xasprintf("label=com.docker.compose.service=%s", name);
	ct_autowords struct ct_words list = {};
	ct_autofree char *id = NULL;

	ct_words__add_all(&list, (const char *const[]){ "docker", "ps", "-aq", "--filter", project,
							"--filter", service, NULL });
	if (ct_proc__run(list.items, &id) || !*id)
		return NULL;
	id[strcspn(id, "\n")] = '\0';
	return ct_steal(id);
}

/* Its state in Docker's JSON; the caller frees. NULL: there is none. */
static char *state_of(struct stack *s)
{
	ct_autofree char *id = container_of(s, s->t.service), *output = NULL;
	char *argv[] = { "docker", "inspect", "-f", "{{json .State}}", id, NULL };

	return id && !ct_proc__run(argv, &output) ? ct_steal(output) : NULL;
}

static char *last_words(struct ct_target *t)
{
	struct stack *s = (struct stack *)t;
	const char *name = t->service ? t->service : s->failed;
	ct_autofree char *id = name ? container_of(s, name) : NULL;
	char *argv[] = { "sh", "-c", "exec docker logs --tail 1 \"$0\" 2>&1", id, NULL };
	char *output = NULL;

	if (id)
		ct_proc__run(argv, &output);
	return output;
}

/* "NAME Exited (3) 2 seconds ago" of one that is to be proved and did not end well. */
static bool is_failure(const struct ct_target *t, const char *line)
{
	size_t len = strcspn(line, " ");
	bool asked = !t->asked->len;

	for (size_t i = 0; i < t->asked->len; i++)
		asked |= strlen(t->asked->items[i]) == len &&
			 !strncmp(t->asked->items[i], line, len);
	return asked && !strncmp(line + len, " Exited (", 9) && !strstr(line + len, "(0)");
}

/* Of the whole stack: what fails with all that it was given cannot be proved with less. */
static enum ct_life life_of_all(struct stack *s)
{
	ct_autofree char *project = ct_xasprintf("label=%s", s->t.state->label);
	const char *argv[] = {
		"docker", "ps", "-a", "--filter", project, "--format", FORMAT, NULL
	};
	ct_autofree char *output = NULL;
	enum ct_life life = CT_LIFE_WAIT;

	if (ct_proc__run((char *const *)argv, &output))
		return CT_LIFE_WAIT;
	for (char *save, *line = strtok_r(output, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		/* All are created before the first is started. */
		if (strstr(line, " Created"))
			return CT_LIFE_WAIT;
		life = CT_LIFE_UP;
		if (is_failure(&s->t, line)) {
			ct_autofree char *shown = ct_printable(line);

			free(s->failure);
			s->failure = ct_xasprintf("service %s", shown);
			free(s->failed);
			s->failed = ct_xstrndup(line, strcspn(line, " "));
			return CT_LIFE_DEAD;
		}
	}
	return life;
}

static char *ending(struct ct_target *t, bool stopped)
{
	(void)stopped;
	return ct_steal(((struct stack *)t)->failure);
}

static enum ct_life life(struct ct_target *t)
{
	struct stack *s = (struct stack *)t;
	ct_autofree char *state = t->service ? state_of(s) : NULL;

	if (!t->service)
		return life_of_all(s);
	if (!state || strstr(state, "\"Status\":\"created\""))
		return CT_LIFE_WAIT;
	if (strstr(state, "\"Status\":\"exited\"") && !strstr(state, "\"ExitCode\":0,"))
		return CT_LIFE_DEAD;
	return CT_LIFE_UP;
}

static enum ct_health health(struct ct_target *t)
{
	ct_autofree char *state = t->service ? state_of((struct stack *)t) : NULL;

	return ct_health__parse(state);
}

static void stop(struct ct_target *t, bool hard)
{
	struct stack *s = (struct stack *)t;
	ct_autowords struct ct_words words = {};
	ct_autoclose int null = -1;

	if (hard) {
		ct_state__remove_containers(t->state, false);
		return;
	}
	if (s->stopper > 0)
		return;
	ct_compose__command(s->compose, s->t.state->stack_path, &words);
	ct_words__add(&words, "stop");
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	s->stopper = ct_proc__start(words.items, null);
}

static void clear(struct ct_target *t, bool volumes)
{
	struct stack *s = (struct stack *)t;

	if (s->stopper > 0)
		ct_proc__end(s->stopper);
	s->stopper = 0;
	ct_state__remove_containers(t->state, volumes && !t->keep_volumes);
}

static void settle(struct ct_target *t, const uint64_t *set)
{
	ct_compose__limit(((struct stack *)t)->compose, t->service, set);
}

static const char *image(struct ct_target *t)
{
	return ct_compose__image(((struct stack *)t)->compose, t->service);
}

static enum ct_leavings leaves(const struct ct_target *t)
{
	bool binds,
		volumes = ct_compose__keeps(((const struct stack *)t)->compose, t->service, &binds);

	if (binds || (volumes && t->keep_volumes))
		return CT_LEAVES_ALL;
	return volumes ? CT_LEAVES_VOLUMES : CT_LEAVES_NOTHING;
}

static void free_stack(struct ct_target *t)
{
	struct stack *s = (struct stack *)t;

	ct_compose__close(s->compose);
	free(s->failure);
	free(s->failed);
	free(s);
}

struct ct_target *ct_target__compose(const char *file)
{
	static char *client[] = { (char *)"docker", NULL };
	struct stack *s = ct_xzalloc(sizeof(*s));

	s->file = file;
	s->t = (struct ct_target){
		.open = open_stack,
		.start = start,
		.life = life,
		.ending = ending,
		.health = health,
		.last_words = last_words,
		.stop = stop,
		.clear = clear,
		.leaves = leaves,
		.image = image,
		.settle = settle,
		.free = free_stack,
		.is_stack = true,
		.kind = CT_WL_CONTAINER,
		.client = client,
	};
	return &s->t;
}
