/* SPDX-License-Identifier: GPL-2.0-only */
#include "verify/trial.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/proc.h"
#include "judge/seccomp.h"

#define SLICE_NS       100000000ull   /* between two looks at the checks */
#define PAUSE_NS       300000000ull   /* between two tries of a check, or questions for the state */
#define IDLE_NS	       1000000000ull  /* for an engine to notice that a container has ended */
#define STOP_NS	       10000000000ull /* for a command to end when asked to */
#define DAEMON_STOP_NS 90000000000ull /* a daemon has its own timeout; this is for a dead one */
#define LAST_CHECK_NS  30000000000ull
#define TAIL	       4096

/* The run in progress. */
struct watch {
	struct ct_subject *t;
	const struct ct_run_opts *opts;
	struct ct_run *run;
	struct ct_recorder *r;
	uint64_t start_ns, stopped_ns;
	uint64_t up_ns;		       /* since when it has been running; 0: it is not */
	uint64_t checked_ns, asked_ns; /* last end of the check, last question for its state */
	uint64_t asked_idle_ns;	       /* the same while no process of it is left */
	int check_pid;		       /* 0: none runs */
	int check_out;
	bool check_good, health_good, stopping;
	uint64_t idle_ns; /* since when no process of it is left; 0: there are some */
	bool life_known;  /* when last asked, the engine or systemd answered */
	bool was_up;	  /* it has been up before in this run */
	bool unseen;	  /* nothing of it ran, and nobody complained */
	char *complaint;  /* why it fails; NULL: it does not so far */
	char *words;	  /* what it had written last by then, or NULL */
};

static void fails(struct watch *w, char *why)
{
	if (w->complaint) {
		free(why);
		return;
	}
	w->complaint = why;
	/* They are gone once it is removed. */
	if (w->t->last_words && !w->opts->verbose)
		w->words = w->t->last_words(w->t);
}

static char *ending_of(int status)
{
	if (status > 128 && status < 128 + 65)
		return ct_xasprintf("ended by signal %d", status - 128);
	return ct_xasprintf("exit status %d", status);
}

static void start_check(struct watch *w)
{
	char *argv[] = { "sh", "-c", (char *)w->opts->works.check, NULL };

	if (w->t->name)
		setenv("CAPTRIM_CONTAINER", w->t->name, 1);
	w->check_pid = ct_proc__start(argv, w->check_out);
	if (w->check_pid < 0)
		fails(w,
		      ct_xasprintf("the check could not be started: %s", strerror(-w->check_pid)));
}

/* Ends the check if it still runs. */
static void end_check(struct watch *w)
{
	if (w->check_pid > 0)
		ct_proc__end(w->check_pid);
	w->check_pid = 0;
}

/* Starts the check if none runs, or takes its result if it has ended. */
static void look_at_check(struct watch *w)
{
	int status;

	if (w->check_pid <= 0) {
		if (ct_clock__now_ns() - w->checked_ns >= PAUSE_NS)
			start_check(w);
		return;
	}
	if (!ct_proc__ended(w->check_pid, &status))
		return;
	w->check_pid = 0;
	w->checked_ns = ct_clock__now_ns();
	w->check_good = WIFEXITED(status) && !WEXITSTATUS(status);
}

static void look_at_health(struct watch *w)
{
	enum ct_health h = w->t->health(w->t);

	w->health_good = h == CT_HEALTH_GOOD;
	if (h == CT_HEALTH_BAD)
		fails(w, ct_xstrdup("its health check says: unhealthy"));
	if (h == CT_HEALTH_NONE)
		fails(w, ct_xstrdup("it has no health check"));
}

/* How it ended badly, for the caller to free. NULL: it ended well, or its client will tell. */
static char *ending_in_target(const struct watch *w)
{
	return w->t->ending ? w->t->ending(w->t, w->stopping) : NULL;
}

/* After a restart, what was seen before does not count. */
static void begin(struct watch *w)
{
	if (w->was_up)
		w->check_good = w->health_good = false;
	w->was_up = true;
	w->up_ns = ct_clock__now_ns();
}

/*
 * Is "up" still running? It may not have made all services yet, and those that it has not made are
 * not missed.
 */
static bool is_starting(const struct watch *w)
{
	return w->t->is_stack && ct_recorder__running(w->r);
}

/* Until systemctl has ended, what is up may be what the unit's socket or timer has started. */
static bool is_restarting(const struct watch *w)
{
	return w->t->kind == CT_WL_UNIT && !w->t->is_transient && ct_recorder__running(w->r);
}

/* Asks the engine or systemd for its state, but not too often. */
static void look_at_state(struct watch *w)
{
	enum ct_life life;

	if (ct_clock__now_ns() - w->asked_ns < PAUSE_NS || is_restarting(w))
		return;
	w->asked_ns = ct_clock__now_ns();
	life = w->t->life(w->t);
	w->life_known = life != CT_LIFE_UNKNOWN;
	if (life == CT_LIFE_DEAD)
		fails(w, ending_in_target(w) ?: ct_xstrdup("its container has failed"));
	else if (life == CT_LIFE_UP && !w->up_ns && !is_starting(w))
		begin(w);
	else if (life == CT_LIFE_WAIT)
		w->up_ns = 0;
	if (w->up_ns && w->opts->works.health && !w->health_good)
		look_at_health(w);
}

/* Are all conditions met that can be met while it runs? */
static bool satisfied(struct watch *w)
{
	const struct ct_works *k = &w->opts->works;

	if (!k->check && !k->health && !k->stay_ns)
		return false;
	look_at_state(w);
	if (!w->up_ns)
		return false;
	if (k->check && !w->check_good)
		look_at_check(w);
	if ((k->check && !w->check_good) || (k->health && !w->health_good) ||
	    ct_clock__now_ns() - w->up_ns < k->stay_ns)
		return false;
	/* It may have ended since the last look. */
	w->asked_ns = 0;
	look_at_state(w);
	return !w->complaint && w->up_ns && w->life_known;
}

static void stop(struct watch *w, bool hard)
{
	w->t->stop(w->t, hard);
	w->stopping = true;
	w->stopped_ns = ct_clock__now_ns();
}

/* Where "up" fails, some services are missing, and others may wait for them for ever. */
static void look_at_client(struct watch *w)
{
	int status = ct_recorder__exit_status(w->r);

	if (w->t->is_stack && !w->stopping && status > 0)
		fails(w, ending_of(status));
}

static void look(struct watch *w)
{
	uint64_t limit = w->opts->works.limit_ns;
	uint64_t patience = w->t->kind == CT_WL_COMMAND ? STOP_NS : DAEMON_STOP_NS;

	look_at_client(w);
	if (w->stopping) {
		if (ct_clock__now_ns() - w->stopped_ns > patience)
			stop(w, true);
	} else if (satisfied(w)) {
		stop(w, false);
	} else if (w->complaint) {
		stop(w, true);
	} else if (limit && ct_clock__now_ns() - w->start_ns > limit) {
		fails(w, ct_xasprintf("%s after %llu s",
				      w->opts->works.check ? "the check did not succeed" :
							     "it was not done",
				      (unsigned long long)(limit / 1000000000)));
		w->run->timed_out = true;
		stop(w, true);
	}
}

/* It has ended by itself. The check runs once more, to look at what it did. */
static void look_at_the_end(struct watch *w, int status)
{
	const struct ct_works *k = &w->opts->works;

	if (status)
		fails(w, ending_of(status));
	else if (k->stay_ns)
		fails(w, ct_xstrdup("it ended before the time"));
	else if (k->health && !w->health_good)
		fails(w, ct_xstrdup("it ended before it was healthy"));
	if (w->complaint || !k->check || w->check_good)
		return;
	start_check(w);
	if (w->check_pid > 0 && ct_loop__await_child(w->check_pid, LAST_CHECK_NS))
		look_at_check(w);
	end_check(w);
	if (!w->check_good)
		fails(w, ct_xstrdup("it ended, and the check does not succeed"));
}

/*
 * No process of it is left. For a stack that need not be the end: its engine may be about to
 * restart it, or may just have done so.
 */
static bool goes_on(struct watch *w)
{
	uint64_t now = ct_clock__now_ns();
	enum ct_life life;

	if (!w->t->is_stack || w->stopping)
		return false;
	if (now - w->asked_idle_ns >= PAUSE_NS) {
		w->asked_idle_ns = now;
		life = w->t->life(w->t);
		if (life != CT_LIFE_WAIT && (life != CT_LIFE_UP || now - w->idle_ns > IDLE_NS))
			return false;
	}
	/* At the next tick of the recorder, or at a signal. */
	return !ct_loop__turn(ct_recorder__events(w->r));
}

/* Runs until it has ended, by itself or because enough was known and it was stopped. */
static int loop(struct watch *w)
{
	for (;;) {
		int ret = ct_recorder__loop(w->r, SLICE_NS);

		if (ret < 0 || ct_recorder__interrupted(w->r)) {
			w->t->stop(w->t, true);
			return -EINTR;
		}
		if (ret)
			w->idle_ns = 0;
		else if (!w->idle_ns)
			w->idle_ns = ct_clock__now_ns();
		if (ret == 0 && !goes_on(w))
			return 0;
		look(w);
	}
}

/* Docker ends its messages with "See 'docker run --help'." or "Run 'docker run --help' for ...". */
static bool is_hint(const char *line)
{
	return (!strncmp(line, "See '", 5) || !strncmp(line, "Run '", 5)) &&
	       strstr(line, "--help'");
}

static char *last_line(char *text)
{
	size_t n = text ? strlen(text) : 0;
	char *line;

	do {
		while (n && strchr(" \r\n\t", text[n - 1]))
			n--;
		if (!n)
			return NULL;
		text[n] = '\0';
		line = strrchr(text, '\n');
		line = line ? line + 1 : text;
		n = (size_t)(line - text);
	} while (n && is_hint(line));
	return ct_printable(line);
}

/* The last line of its output, or else of its client's; log NULL: the client's is shown anyway. */
static char *last_words(struct watch *w, FILE *log)
{
	char buf[TAIL + 1], *own = last_line(w->words);

	if (own || !log)
		return own;
	if (fseek(log, -TAIL, SEEK_END))
		rewind(log);
	buf[fread(buf, 1, TAIL, log)] = '\0';
	return last_line(buf);
}

bool ct_run__was_killed(const struct ct_workload *w)
{
	return w && w->end_seen == CT_YES && WIFSIGNALED(w->end_code) &&
	       WTERMSIG(w->end_code) == SIGKILL;
}

/* The engine's client says so by exit status 125, with which the workload itself may end, too. */
static bool was_not_started(const struct watch *w, int status)
{
	const struct ct_workload *seen = w->run->workload;

	return w->t->kind == CT_WL_CONTAINER && status == 125 &&
	       !(seen && seen->start_seen == CT_YES);
}

/*
 * Who starts the workload may be content though nothing was started: systemd is when a condition of
 * the unit is not met. That proves no set.
 */
static bool was_seen(const struct ct_workload *w)
{
	return w && (w->start_seen == CT_YES || w->nexecs || w->nexits || w->nkinds || w->nacts);
}

static char *not_seen(const struct ct_subject *t)
{
	return ct_xstrdup(t->kind == CT_WL_UNIT ? "nothing of it ran: perhaps a condition of the "
						  "unit is not met, such as ConditionPathExists=" :
						  "nothing of it was seen to run");
}

static void judge_ending(struct watch *w, int status, FILE *log)
{
	struct ct_run *run = w->run;
	ct_autofree char *words = NULL;

	if (!w->stopping)
		look_at_the_end(w, status);
	else if (!w->complaint && !w->opts->may_be_killed && ct_run__was_killed(run->workload))
		fails(w, ct_xstrdup("it did not end when asked to"));
	w->unseen = !w->complaint && !was_seen(run->workload);
	if (w->unseen)
		fails(w, not_seen(w->t));
	run->ending = w->complaint ? CT_FAILS : CT_WORKS;
	if (!w->stopping && was_not_started(w, status))
		run->ending = CT_UNABLE;
	words = w->complaint ? last_words(w, log) : NULL;
	if (w->complaint)
		run->why = ct_xasprintf("%s%s%s", w->complaint, words ? ": " : "",
					words ? words : "");
}

bool ct_subject__is(const struct ct_subject *t, const struct ct_workload *w)
{
	if (w->kind != t->kind || (t->unit && strcmp(w->id, t->unit) != 0))
		return false;
	return !t->service || (w->container.service && !strcmp(w->container.service, t->service));
}

static void take_session(struct watch *w)
{
	struct ct_session *s = ct_recorder__finish(w->r);

	w->run->session = s;
	for (size_t i = s->nworkloads; i-- > 0;) {
		if (ct_subject__is(w->t, s->workloads[i]))
			w->run->workload = s->workloads[i];
		else if (s->nworkloads > 1) /* a client's own checks are of no interest */
			ct_session__remove(s, i);
	}
}

static int record(struct watch *w, struct ct_start *start, FILE *log, struct ct_err *err)
{
	int exec_errno, ret;
	char *why;

	ret = start->unit ? ct_recorder__watch_unit(w->r, start->unit, err) : 0;
	if (!ret)
		ret = ct_recorder__start(w->r, start->words.items, &exec_errno, err);
	if (ret)
		return ret;
	if (w->t->kind == CT_WL_COMMAND)
		ret = ct_journal__cgroup(w->t->journal, ct_recorder__cgroup(w->r), err);
	w->start_ns = ct_clock__now_ns();
	if (!ret)
		ret = loop(w);
	w->run->ns = ct_clock__now_ns() - w->start_ns;
	w->run->worked_ns = w->stopping ? w->stopped_ns - w->start_ns : w->run->ns;
	end_check(w);
	why = ret || w->complaint ? NULL : ending_in_target(w);
	if (why)
		fails(w, why);
	/* This must come before the recorder lets go of the cgroup and what is in it. */
	w->t->clear(w->t, false);
	if (ret)
		return ret;
	take_session(w);
	judge_ending(w, ct_recorder__exit_status(w->r), log);
	/* It would be the same with all other sets. */
	if (w->opts->set && w->t->kind == CT_WL_UNIT && w->unseen)
		return ct_err__set(err, ENOEXEC,
				   "it cannot be proved, since it does not run again: %s",
				   w->run->why);
	return 0;
}

int ct_run__do(struct ct_subject *t, const struct ct_run_opts *opts, struct ct_run *run,
	       struct ct_err *err)
{
	struct watch w = { .t = t, .opts = opts, .run = run };
	struct ct_start start = {};
	struct ct_recorder_opts ro;
	ct_autofclose FILE *log = tmpfile();
	int ret;

	*run = (struct ct_run){};
	if (!log)
		return ct_err__set(err, errno, "cannot make a temporary file: %s", strerror(errno));
	w.check_out = fileno(log);
	t->must_stay = opts->works.stay_ns > 0;
	ret = t->start(t, opts->set, opts->fresh, &start, err);
	if (!ret) {
		ro = (struct ct_recorder_opts){
			.backend = opts->backend,
			.syscalls = ct_gates_watched,
			.engine = ct_engine_words__of(opts->socket, &t->engine),
			.label = start.label,
			.project = start.project,
			.any_container = false,
			.quiet = true,
			.bounding = start.bounding,
			.output = opts->verbose ? STDERR_FILENO : fileno(log),
			.spare = opts->spare,
		};
		ret = ct_recorder__open(&ro, &w.r, err);
	}
	if (!ret)
		ret = record(&w, &start, opts->verbose ? NULL : log, err);
	ct_recorder__close(w.r);
	if (t->kind == CT_WL_COMMAND && t->journal->cgroup)
		(void)ct_journal__cgroup(t->journal, NULL, NULL);
	ct_start__free(&start);
	free(w.complaint);
	free(w.words);
	if (ret)
		ct_run__free(run);
	return ret;
}

void ct_run__free(struct ct_run *run)
{
	ct_session__free(run->session);
	free(run->why);
	*run = (struct ct_run){};
}
