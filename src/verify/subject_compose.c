/* SPDX-License-Identifier: GPL-2.0-only */
/* The services of a Compose project, started together and proved one after the other. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/proc.h"
#include "verify/project.h"
#include "verify/standing.h"

struct compose_subject {
	struct ct_subject t;
	struct ct_project *project;
	const char *file;
	int stopper;
	bool recording; /* the current run is as configured */
	struct ct_habits habits;
	char *failure; /* why a service failed, until that is reported */
	char *failed;  /* that service's container */
};

static int open_stack(struct ct_subject *t, struct ct_err *err)
{
	struct compose_subject *s = (struct compose_subject *)t;
	int ret = ct_project__open(s->file, t->journal->project, &s->project, err);

	if (ret)
		return ret;
	ct_project__rename(s->project, !t->keep_volumes);
	t->services = ct_project__services(s->project, &t->nservices);
	setenv("CAPTRIM_PROJECT", t->journal->project, 1);
	return 0;
}

static int start(struct ct_subject *t, const uint64_t *set, bool fresh, struct ct_start *start,
		 struct ct_err *err)
{
	struct compose_subject *s = (struct compose_subject *)t;
	int ret = 0;

	(void)fresh; /* clear() has removed the volumes, or left them */
	s->recording = !set;
	ct_habits__begin(&s->habits, s->recording);
	free(ct_steal(s->failure));
	free(ct_steal(s->failed));
	if (set)
		ct_project__limit(s->project, t->service, set);
	ret = ct_project__write(s->project, s->t.journal->stack_path, err);
	if (ret)
		return ret;
	start->project = t->journal->project;
	ct_project__command(s->project, s->t.journal->stack_path, &start->words);
	ct_strings__add_all(&start->words, (const char *const[]){ "up", "-d", NULL });
	return 0;
}

static char *last_words(struct ct_subject *t)
{
	struct compose_subject *s = (struct compose_subject *)t;
	ct_autofree char *id = s->failed ? ct_xstrdup(s->failed) : NULL;
	ct_autostandings struct ct_standings all = {};
	char *argv[] = { "sh", "-c", "exec docker logs --tail 1 \"$0\" 2>&1", NULL, NULL };
	char *output = NULL;

	if (!id && t->service && !ct_standings__ask(t->client, t->journal->label, &all))
		for (size_t i = 0; i < all.len && !id; i++)
			if (ct_str_equal(all.items[i].service, t->service))
				id = ct_xstrdup(all.items[i].id);
	argv[3] = id;
	if (id)
		ct_proc__run(argv, &output);
	return output;
}

/* Is the service one of those to be proved? If any of these fails, the stack does. */
static bool is_asked_for(const struct ct_subject *t, const struct ct_standing *one)
{
	for (size_t i = 0; i < t->asked->len; i++)
		if (ct_str_equal(t->asked->items[i], one->service))
			return true;
	return !t->asked->len;
}

static void note_failure(struct compose_subject *s, const struct ct_standing *one, const char *why)
{
	ct_autofree char *service = ct_printable(one->service ? one->service : "?");

	free(s->failure);
	s->failure = ct_xasprintf("service %s: %s", service, why);
	free(s->failed);
	s->failed = ct_xstrdup(one->id);
}

/*
 * The stack waits as long as any service does: Compose creates all containers before it starts the
 * first.
 */
static enum ct_life life(struct ct_subject *t)
{
	struct compose_subject *s = (struct compose_subject *)t;
	const struct ct_demand demand = { .recording = s->recording, .stay = t->must_stay };
	ct_autostandings struct ct_standings all = {};
	enum ct_life life = CT_LIFE_WAIT;
	bool waits = false;

	if (ct_standings__ask(t->client, t->journal->label, &all))
		return CT_LIFE_UNKNOWN;
	for (size_t i = 0; i < all.len; i++) {
		ct_autofree char *why = NULL;

		if (!is_asked_for(t, &all.items[i]))
			continue;
		life = ct_standing__life(&all.items[i], &s->habits, &demand, &why);
		if (life == CT_LIFE_DEAD) {
			note_failure(s, &all.items[i], why);
			return life;
		}
		waits |= life == CT_LIFE_WAIT;
	}
	return waits ? CT_LIFE_WAIT : life;
}

static char *ending(struct ct_subject *t, bool stopped)
{
	(void)stopped;
	return ct_steal(((struct compose_subject *)t)->failure);
}

/*
 * The worst of those that have a health check: the stack is healthy if all of them are. One that
 * has ended, which life() may allow, is probed no more, and Docker calls it unhealthy from then on:
 * it counts only if all have ended.
 */
static enum ct_health health(struct ct_subject *t)
{
	ct_autostandings struct ct_standings all = {};
	enum ct_health worst = CT_HEALTH_NONE;
	bool any = false, ended = false;

	if (ct_standings__ask(t->client, t->journal->label, &all))
		return CT_HEALTH_WAIT;
	for (size_t i = 0; i < all.len; i++) {
		enum ct_health h = all.items[i].health;

		if (!is_asked_for(t, &all.items[i]))
			continue;
		if (all.items[i].status == CT_STATUS_ENDED) {
			ended = true;
			continue;
		}
		any = true;
		if (h == CT_HEALTH_BAD)
			return h;
		if (worst == CT_HEALTH_NONE || (h == CT_HEALTH_WAIT && worst == CT_HEALTH_GOOD))
			worst = h;
	}
	if (any)
		return worst;
	return ended ? CT_HEALTH_BAD : CT_HEALTH_WAIT;
}

static void stop(struct ct_subject *t, bool hard)
{
	struct compose_subject *s = (struct compose_subject *)t;
	ct_autostrings struct ct_strings words = {};
	ct_autoclose int null = -1;

	if (hard) {
		ct_journal__remove_containers(t->journal, false);
		return;
	}
	if (s->stopper > 0)
		return;
	ct_project__command(s->project, s->t.journal->stack_path, &words);
	ct_strings__add(&words, "stop");
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	s->stopper = ct_proc__start(words.items, null);
}

static void clear(struct ct_subject *t, bool volumes)
{
	struct compose_subject *s = (struct compose_subject *)t;

	if (s->stopper > 0)
		ct_proc__end(s->stopper);
	s->stopper = 0;
	ct_journal__remove_containers(t->journal, volumes && !t->keep_volumes);
}

static void settle(struct ct_subject *t, const uint64_t *set)
{
	ct_project__limit(((struct compose_subject *)t)->project, t->service, set);
}

static const char *image(struct ct_subject *t)
{
	return ct_project__image(((struct compose_subject *)t)->project, t->service);
}

static enum ct_leavings leaves(const struct ct_subject *t)
{
	bool binds, volumes = ct_project__keeps(((const struct compose_subject *)t)->project,
						t->service, &binds);

	if (binds || (volumes && t->keep_volumes))
		return CT_LEAVES_ALL;
	return volumes ? CT_LEAVES_VOLUMES : CT_LEAVES_NOTHING;
}

static void free_stack(struct ct_subject *t)
{
	struct compose_subject *s = (struct compose_subject *)t;

	ct_project__close(s->project);
	ct_habits__free(&s->habits);
	free(s->failure);
	free(s->failed);
	free(s);
}

struct ct_subject *ct_subject__compose(const char *file)
{
	static char *client[] = { (char *)"docker", NULL };
	struct compose_subject *s = ct_xzalloc(sizeof(*s));

	s->file = file;
	s->t = (struct ct_subject){
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
