/* SPDX-License-Identifier: GPL-2.0-only */
/* A systemd service: one that exists, or one that systemd-run makes. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/proc.h"
#include "cgroup/name.h"
#include "model/caps.h"
#include "model/unit_name.h"
#include "record/launch.h"
#include "runtime/client.h"
#include "runtime/user_unit.h"
#include "verify/subject.h"
#include "verify/units.h"

#define SETTLE_US    50000 /* between two checks of whether it has ended */
#define SETTLE_TRIES 200

struct unit_subject {
	struct ct_subject t;
	char *name;
	char *const *argv; /* of systemd-run; NULL: the unit exists by itself */
	struct ct_systemd_run run;
	enum ct_unit_limit limit;
	bool recording;	     /* the current run is as configured */
	bool stops_badly;    /* systemd says that it failed whenever it is asked to end */
	bool restarts;	     /* systemd restarts it even when it runs as configured */
	bool was_restarted;  /* it counts as dead because it was restarted */
	int nrestarts;	     /* seen in the current run */
	char invocation[40]; /* of the current run, "": not known yet */
	time_t started;
	int stopper; /* pid of "systemctl stop", 0: none */
};

static int open_unit(struct ct_subject *t, struct ct_err *err)
{
	struct unit_subject *u = (struct unit_subject *)t;
	ct_autofree char *shown = ct_unit__show(u->name);
	ct_autofree char *load = ct_unit__property(shown, "LoadState");

	if (!shown)
		return ct_err__set(err, ENOTCONN, "systemd does not answer");
	ct_autofree char *printable = ct_printable(u->name);

	if (u->argv && strcmp(load, "not-found") != 0)
		return ct_err__set(err, EEXIST, "a unit %s exists already", printable);
	if (!u->argv && ct_unit__is_taken(u->name))
		return ct_err__set(err, EBUSY, "another captrim is verifying %s", printable);
	return ct_journal__unit(t->journal, u->name, err);
}

/* Its socket or timer may have started it again, before anybody watched. */
static void start_unit(const struct unit_subject *u, struct ct_strings *words)
{
	ct_unit__systemctl(u->name, (const char *const[]){ "restart", "--quiet", NULL }, words);
}

static void add_set(const char *key, uint64_t set, struct ct_strings *words)
{
	ct_autofree char *names = ct_caps__join(set, " ", "CAP_");

	ct_strings__take(words, ct_xasprintf("--property=%s=", key));
	if (set)
		ct_strings__take(words, ct_xasprintf("--property=%s=%s", key, names));
}

/* The user's options come first, so that ours win: systemd-run takes the last of two. */
static void run_transient(const struct unit_subject *u, const uint64_t *set,
			  struct ct_strings *words)
{
	size_t at = u->run.command;

	if (!strcmp(u->argv[at - 1], "--"))
		at--;
	for (size_t i = 0; i < at; i++)
		ct_strings__add(words, u->argv[i]);
	ct_strings__add_all(words, (const char *const[]){ "--wait", "--quiet", "--collect", NULL });
	ct_strings__take(words, ct_xasprintf("--unit=%s", u->name));
	if (set)
		add_set("CapabilityBoundingSet", *set, words);
	if (set && u->run.ambient)
		add_set("AmbientCapabilities", *set, words);
	ct_strings__add(words, "--");
	ct_strings__add_all(words, (const char *const *)u->argv + u->run.command);
}

static int start(struct ct_subject *t, const uint64_t *set, bool fresh, struct ct_start *start,
		 struct ct_err *err)
{
	struct unit_subject *u = (struct unit_subject *)t;
	int ret;

	(void)fresh;
	u->recording = !set;
	u->was_restarted = false;
	u->invocation[0] = '\0';
	u->nrestarts = 0;
	u->started = time(NULL);
	start->unit = u->name;
	if (u->argv) {
		run_transient(u, set, &start->words);
		return 0;
	}
	/* In this order: its socket or timer may start it again as soon as it is stopped. */
	ret = ct_unit__limit(u->name, set, u->limit, err);
	if (ret)
		return ret;
	ct_unit__stop(u->name);
	start_unit(u, &start->words);
	return 0;
}

/* Is it another run of the unit than the one that was last looked at? */
static bool is_another(const struct unit_subject *u, const char *shown)
{
	ct_autofree char *invocation = ct_unit__property(shown, "InvocationID");

	return *u->invocation && *invocation && strcmp(u->invocation, invocation) != 0;
}

/* Was the unit restarted, by whomever, since it was last looked at? Then it has not stayed up. */
static bool was_started_anew(struct unit_subject *u, const char *shown)
{
	ct_autofree char *invocation = ct_unit__property(shown, "InvocationID");
	ct_autofree char *restarts = ct_unit__property(shown, "NRestarts");
	bool anew = atoi(restarts) > u->nrestarts || is_another(u, shown);

	snprintf(u->invocation, sizeof(u->invocation), "%s", invocation);
	u->nrestarts = atoi(restarts);
	return anew;
}

static enum ct_life life(struct ct_subject *t)
{
	struct unit_subject *u = (struct unit_subject *)t;
	ct_autofree char *shown = ct_unit__show(u->name);
	ct_autofree char *state = ct_unit__property(shown, "ActiveState");

	if (!shown)
		return CT_LIFE_UNKNOWN;
	if (!strcmp(state, "failed"))
		return CT_LIFE_DEAD;
	if (!ct_str_among(state, (const char *const[]){ "active", "reloading", NULL }))
		return CT_LIFE_WAIT;
	if (was_started_anew(u, shown)) {
		u->restarts |= u->recording;
		u->was_restarted = !u->restarts;
		return u->restarts ? CT_LIFE_WAIT : CT_LIFE_DEAD;
	}
	return CT_LIFE_UP;
}

static enum ct_health health(struct ct_subject *t)
{
	(void)t;
	return CT_HEALTH_NONE;
}

/*
 * Waits for the unit's processes to end, for some seconds at most, unless it was started again by
 * then. Returns what systemd then says of the unit; the caller frees.
 */
static char *show_ended(const struct unit_subject *u)
{
	for (int i = 0;; i++) {
		char *shown = ct_unit__show(u->name);
		ct_autofree char *state = ct_unit__property(shown, "ActiveState");
		ct_autofree char *sub = ct_unit__property(shown, "SubState");

		if (i == SETTLE_TRIES || !strcmp(sub, "exited") || is_another(u, shown) ||
		    ct_str_among(state, (const char *const[]){ "inactive", "failed", "", NULL }))
			return shown;
		free(shown);
		usleep(SETTLE_US);
	}
}

/* How a service failed, as systemd tells it; NULL: it did not. The caller frees. */
static char *describe(const char *shown)
{
	ct_autofree char *result = ct_unit__property(shown, "Result");
	ct_autofree char *code = ct_unit__property(shown, "ExecMainCode");
	ct_autofree char *status = ct_unit__property(shown, "ExecMainStatus");

	if (!strcmp(result, "success") || !*result)
		return NULL;
	if (atoi(code) == CLD_EXITED && atoi(status))
		return ct_xasprintf("exit status %s", status);
	if (atoi(code) == CLD_KILLED || atoi(code) == CLD_DUMPED)
		return ct_xasprintf("ended by signal %s", status);
	return ct_xasprintf("systemd's result: %s", result);
}

static char *ending(struct ct_subject *t, bool stopped)
{
	struct unit_subject *u = (struct unit_subject *)t;
	ct_autofree char *shown = NULL, *why = NULL;

	if (u->was_restarted)
		return ct_xstrdup("it ended, and was started again");
	shown = show_ended(u);
	/* It ended as asked, and its socket or timer has started it again. */
	if (stopped && is_another(u, shown))
		return NULL;
	why = describe(shown);
	if (stopped && u->recording)
		u->stops_badly = why;
	return stopped && u->stops_badly ? NULL : ct_steal(why);
}

static char *last_words(struct ct_subject *t)
{
	const struct unit_subject *u = (struct unit_subject *)t;
	ct_autofree char *since = ct_xasprintf("--since=@%lld", (long long)u->started);
	bool is_users = ct_workload__id_is_users(u->name);
	ct_autofree char *unit = ct_xasprintf("_SYSTEMD_%sUNIT=%s", is_users ? "USER_" : "",
					      ct_unit__plain(u->name));
	ct_autofree char *user = is_users ? ct_xasprintf("_UID=%u", ct_user_unit__uid(u->name)) :
					    NULL;
	char *text = NULL;
	char *argv[] = { "journalctl", "-q", "-o", "cat", "-n", "1", since, unit, user, NULL };

	ct_proc__run(argv, &text);
	return text;
}

static void stop(struct ct_subject *t, bool hard)
{
	struct unit_subject *u = (struct unit_subject *)t;
	const char *const asks[] = { "stop", NULL }, *const ends[] = { "kill", "--signal=KILL",
								       NULL };
	ct_autostrings struct ct_strings words = {};
	ct_autoclose int null = -1;

	ct_unit__systemctl(u->name, hard ? ends : asks, &words);
	if (hard) {
		ct_proc__run(words.items, NULL);
		return;
	}
	if (u->stopper > 0)
		return;
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	u->stopper = ct_proc__start(words.items, null);
}

static void clear(struct ct_subject *t, bool volumes)
{
	struct unit_subject *u = (struct unit_subject *)t;

	(void)volumes;
	if (u->stopper > 0)
		ct_proc__end(u->stopper);
	u->stopper = 0;
	ct_unit__stop(u->name);
}

/* What it writes to the host's disk stays there. */
static enum ct_leavings leaves(const struct ct_subject *t)
{
	(void)t;
	return CT_LEAVES_ALL;
}

static void free_unit(struct ct_subject *t)
{
	struct unit_subject *u = (struct unit_subject *)t;

	free(u->name);
	free(u->run.given);
	free(u);
}

static struct unit_subject *new_unit(char *name)
{
	struct unit_subject *u = ct_xzalloc(sizeof(*u));

	u->name = name;
	u->stops_badly = true; /* until a recording shows otherwise */
	u->t = (struct ct_subject){
		.open = open_unit,
		.start = start,
		.life = life,
		.health = health,
		.ending = ending,
		.last_words = last_words,
		.stop = stop,
		.clear = clear,
		.leaves = leaves,
		.free = free_unit,
		.kind = CT_WL_UNIT,
		.unit = name,
	};
	return u;
}

/* A command that no set is applied to would work under each of them, which proves nothing. */
static int refuse_unlimited(const char *name, const char *printable, struct ct_err *err)
{
	switch (ct_unit__is_unlimited(name)) {
	case CT_YES:
		return ct_err__set(err, EINVAL,
				   "%s cannot be verified: no setting limits a command whose path "
				   "begins with '+', as that of its ExecStart= does",
				   printable);
	case CT_UNKNOWN:
		ct_warn("%s has commands whose path begins with '+': no setting limits them, and "
			"what they need is not found out",
			printable);
		break;
	case CT_NO: break;
	}
	return 0;
}

/* Returns 0 if the unit can be verified. */
static int refuse(const char *name, const char *shown, struct ct_err *err)
{
	ct_autofree char *load = ct_unit__property(shown, "LoadState");
	ct_autofree char *transient = ct_unit__property(shown, "Transient");
	ct_autofree char *id = ct_unit__property(shown, "Id");
	ct_autofree char *printable = ct_printable(name);
	const char *suffix = strrchr(name, '.');

	if (!shown)
		return ct_err__set(err, ENOTCONN, "cannot ask systemd about %s", printable);
	if (strcmp(load, "loaded") != 0)
		return ct_err__set(err, ENOENT, "no unit %s: systemd says %s", printable, load);
	if (!suffix || strcmp(suffix, ".service") != 0)
		return ct_err__set(err, EINVAL, "%s is not a service", printable);
	if (!strcmp(transient, "yes"))
		return ct_err__set(err, EINVAL,
				   "%s is gone when it ends: verify the systemd-run that makes it",
				   printable);
	return refuse_unlimited(ct_workload__id_is_users(name) ? name : id, printable, err);
}

int ct_subject__unit(const char *name, struct ct_subject **t, struct ct_err *err)
{
	ct_autofree char *full = ct_unit_name__complete(name, ".service"), *shown = NULL;
	ct_autofree char *given = ct_printable(name);
	struct unit_subject *u;
	int ret;

	if (!*ct_unit__plain(name) || strchr(ct_unit__plain(name), '/'))
		return ct_err__set(err, EINVAL, "'%s' is not the name of a unit", given);
	shown = ct_unit__show(full);
	ct_autofree char *own = ct_unit__property(shown, "Id"); /* name may be an alias */
	ct_autofree char *id = ct_unit__full(full, own);
	ct_autofree char *type = ct_unit__property(shown, "Type");
	ct_autofree char *ambient = ct_unit__property(shown, "AmbientCapabilities");

	ret = refuse(full, shown, err);
	if (ret)
		return ret;
	u = new_unit(ct_steal(id));
	u->t.detached = strcmp(type, "oneshot") != 0;
	u->limit = !ct_unit__takes_sets(full, shown) ? CT_UNIT_ALL_OR_NONE :
		   *ambient			     ? CT_UNIT_AMBIENT :
						       CT_UNIT_BOUNDING;
	*t = &u->t;
	return 0;
}

int ct_subject__transient(char *const *argv, struct ct_subject **t, struct ct_err *err)
{
	ct_autofree char *token = ct_random_token(), *made = ct_xasprintf("captrim-%.12s", token);
	struct ct_systemd_run run = ct_systemd_run__parse(argv);
	struct unit_subject *u;

	if (!argv[run.command] || run.scope || run.user || run.remote) {
		free(run.given);
		return ct_err__set(err, EINVAL,
				   "verify takes a system service that systemd-run makes on this "
				   "machine from a command; what a scope runs can be verified as a "
				   "plain command");
	}
	u = new_unit(ct_unit_name__complete(run.given ? run.given : made, ".service"));
	u->argv = argv;
	u->run = run;
	u->t.is_transient = true;
	*t = &u->t;
	return 0;
}
