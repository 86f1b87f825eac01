/* SPDX-License-Identifier: GPL-2.0-only */
#include "verify/standing.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/proc.h"

static const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

/* The words of Docker 20 to 28 and of Podman 3 to 5. */
static enum ct_status status_of(const json_t *state)
{
	static const char *const waits[] = { "created", "configured", "initialized", "", NULL };
	static const char *const runs[] = { "running", "paused", NULL };
	const char *word = text_of(state, "Status");

	if (json_is_true(json_object_get(state, "Restarting")) || !strcmp(word, "restarting"))
		return CT_STATUS_RESTARTS;
	if (ct_str_among(word, runs))
		return CT_STATUS_RUNS;
	return ct_str_among(word, waits) ? CT_STATUS_WAITS : CT_STATUS_ENDED;
}

/* Podman before 4.0 calls it "Healthcheck", and reports "" for a container without a check. */
static enum ct_health health_of(const json_t *state)
{
	static const struct {
		const char *word;
		enum ct_health health;
	} table[] = {
		{ "healthy", CT_HEALTH_GOOD },
		{ "unhealthy", CT_HEALTH_BAD },
		{ "starting", CT_HEALTH_WAIT },
	};
	const json_t *health = json_object_get(state, "Health");
	const char *word = text_of(health ? health : json_object_get(state, "Healthcheck"),
				   "Status");

	for (size_t i = 0; i < CT_ARRAY_SIZE(table); i++)
		if (!strcmp(word, table[i].word))
			return table[i].health;
	return CT_HEALTH_NONE;
}

static int read_one(const json_t *o, struct ct_standings *out)
{
	const json_t *state = json_object_get(o, "State");
	const json_t *labels = json_object_get(json_object_get(o, "Config"), "Labels");
	const char *service = text_of(labels, "com.docker.compose.service");
	json_int_t restarts = json_integer_value(json_object_get(o, "RestartCount"));

	if (!json_is_object(state) || !*text_of(o, "Id"))
		return -EBADMSG;
	*CT_PUSH(out->items, out->len, out->cap) = (struct ct_standing){
		.id = ct_xstrdup(text_of(o, "Id")),
		.service = *service ? ct_xstrdup(service) : NULL,
		.started_at = ct_xstrdup(text_of(state, "StartedAt")),
		.status = status_of(state),
		.exit_code = (int)json_integer_value(json_object_get(state, "ExitCode")),
		.oom_killed = json_is_true(json_object_get(state, "OOMKilled")),
		.restarts = restarts > 0 ? (uint64_t)restarts : 0,
		.health = health_of(state),
	};
	return 0;
}

int ct_standings__parse(const char *json, struct ct_standings *out)
{
	/* The client's complaint about a container that is gone by now follows the JSON. */
	json_t *root = json_loads(json, JSON_DISABLE_EOF_CHECK, NULL), *one;
	struct ct_standings s = {};
	int ret = json_is_array(root) ? 0 : -EBADMSG;
	size_t i;

	json_array_foreach(root, i, one)
		if (!ret)
			ret = read_one(one, &s);
	json_decref(root);
	if (ret)
		ct_standings__free(&s);
	else
		*out = s;
	return ret;
}

/* Adds the ids of a list, one on each line. -EBADMSG: the text is not such a list. */
static int add_ids(const char *text, struct ct_strings *words)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		for (size_t i = 0; i < len; i++)
			if (!isxdigit((unsigned char)text[i]))
				return -EBADMSG;
		if (len)
			ct_strings__take(words, ct_xstrndup(text, len));
		text += len + (text[len] == '\n');
	}
	return 0;
}

int ct_standings__ask(char *const *client, const char *label, struct ct_standings *out)
{
	ct_autofree char *filter = ct_xasprintf("label=%s", label), *ids = NULL, *json = NULL;
	ct_autostrings struct ct_strings list = {}, inspect = {};
	size_t before;

	ct_strings__add_all(&list, (const char *const *)client);
	ct_strings__add_all(&list, (const char *const[]){ "ps", "-aq", "--no-trunc", "--filter",
							  filter, NULL });
	ct_strings__add_all(&inspect, (const char *const *)client);
	ct_strings__add_all(&inspect,
			    (const char *const[]){ "inspect", "--type", "container", NULL });
	before = inspect.len;
	if (ct_proc__run(list.items, &ids) || add_ids(ids, &inspect))
		return -EIO;
	if (inspect.len == before)
		return 0;
	/* It also fails if one of several is gone; what it says of the others is valid. */
	if (ct_proc__run(inspect.items, &json) < 0 || !json)
		return -EIO;
	return ct_standings__parse(json, out);
}

void ct_standings__free(struct ct_standings *s)
{
	for (size_t i = 0; i < s->len; i++) {
		free(s->items[i].id);
		free(s->items[i].service);
		free(s->items[i].started_at);
	}
	free(s->items);
	*s = (struct ct_standings){};
}

static struct ct_habit *habit_of(struct ct_habits *h, const char *service)
{
	struct ct_habit *new;

	for (size_t i = 0; i < h->len; i++)
		if (ct_str_equal(h->items[i].service, service))
			return &h->items[i];
	new = CT_PUSH(h->items, h->len, h->cap);
	*new = (struct ct_habit){ .service = service ? ct_xstrdup(service) : NULL };
	return new;
}

static void forget_starts(struct ct_habits *h)
{
	for (size_t i = 0; i < h->nstarts; i++) {
		free(h->starts[i].id);
		free(h->starts[i].at);
	}
	h->nstarts = 0;
}

void ct_habits__begin(struct ct_habits *h, bool recording)
{
	forget_starts(h);
	h->known |= recording;
}

void ct_habits__free(struct ct_habits *h)
{
	forget_starts(h);
	free(h->starts);
	for (size_t i = 0; i < h->len; i++)
		free(h->items[i].service);
	free(h->items);
	*h = (struct ct_habits){};
}

/* Was the container started again since it was last seen? */
static bool was_started_anew(const struct ct_standing *s, struct ct_habits *h)
{
	for (size_t i = 0; i < h->nstarts; i++) {
		struct ct_seen_start *seen = &h->starts[i];

		if (strcmp(seen->id, s->id) != 0)
			continue;
		if (!strcmp(seen->at, s->started_at))
			return false;
		free(seen->at);
		seen->at = ct_xstrdup(s->started_at);
		return true;
	}
	*CT_PUSH(h->starts, h->nstarts, h->starts_cap) =
		(struct ct_seen_start){ ct_xstrdup(s->id), ct_xstrdup(s->started_at) };
	return false;
}

static char *how_it_ended(const struct ct_standing *s)
{
	if (s->oom_killed)
		return ct_xstrdup("it was killed because it ran out of memory");
	if (s->exit_code > 128 && s->exit_code < 128 + 65)
		return ct_xasprintf("ended by signal %d", s->exit_code - 128);
	return ct_xasprintf("exit status %d", s->exit_code);
}

static char *restarted(const struct ct_standing *s)
{
	ct_autofree char *how = how_it_ended(s);

	if (s->status == CT_STATUS_RESTARTS)
		return ct_xasprintf("%s, and its engine starts it again", how);
	return ct_xstrdup("it ended, and its engine started it again");
}

static enum ct_life life_of_running(const struct ct_standing *s, struct ct_habits *h,
				    const struct ct_demand *d, char **why)
{
	struct ct_habit *habit = habit_of(h, s->service);
	bool anew = was_started_anew(s, h);

	if (!anew && !s->restarts)
		return CT_LIFE_UP;
	habit->restarts |= d->recording;
	if (!habit->restarts) {
		*why = restarted(s);
		return CT_LIFE_DEAD;
	}
	return anew ? CT_LIFE_WAIT : CT_LIFE_UP;
}

static enum ct_life life_of_ended(const struct ct_standing *s, struct ct_habits *h,
				  const struct ct_demand *d, char **why)
{
	struct ct_habit *habit = habit_of(h, s->service);

	if (s->exit_code || s->oom_killed) {
		*why = how_it_ended(s);
		return CT_LIFE_DEAD;
	}
	habit->ends |= d->recording;
	if (!d->stay || !h->known || habit->ends)
		return CT_LIFE_UP;
	*why = ct_xstrdup("it ended before the time");
	return CT_LIFE_DEAD;
}

enum ct_life ct_standing__life(const struct ct_standing *s, struct ct_habits *h,
			       const struct ct_demand *d, char **why)
{
	switch (s->status) {
	case CT_STATUS_WAITS: return CT_LIFE_WAIT;
	case CT_STATUS_RUNS: return life_of_running(s, h, d, why);
	case CT_STATUS_RESTARTS:
		habit_of(h, s->service)->restarts |= d->recording;
		if (habit_of(h, s->service)->restarts)
			return CT_LIFE_WAIT;
		*why = restarted(s);
		return CT_LIFE_DEAD;
	case CT_STATUS_ENDED: break;
	}
	return life_of_ended(s, h, d, why);
}
