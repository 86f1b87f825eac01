/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/clock.h"
#include "base/columns.h"
#include "base/human.h"
#include "base/term.h"
#include "base/urgent.h"
#include "record/believe.h"
#include "record/inner.h"
#include "record/pod_choice.h"
#include "record/recorder_priv.h"
#include "runtime/runtime.h"

#define TICK_NS 100000000ull /* of the timer for the progress line, deadlines and liveness */
/* Enough for events that are read at once; its pages are mapped twice, and count twice for us. */
#define SMALL_RING (1u << 21)
#define WAITING_NS 1000000000ull  /* before it is said that something still runs */
#define GRACE_NS   10000000000ull /* after Ctrl-C, for the command to end by itself */

static char *read_line(const char *path)
{
	char *text = NULL;

	if (ct_read_file(path, 4096, &text, NULL))
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void describe_host(struct ct_recorder *r)
{
	struct ct_host *h = &r->session->host;
	ct_autofree char *last = read_line("/proc/sys/kernel/cap_last_cap");
	struct utsname u;

	uname(&u);
	h->captrim = ct_xstrdup(CT_VERSION);
	h->kernel = ct_xstrdup(u.release);
	h->arch = ct_xstrdup(u.machine);
	h->backend = ct_xstrdup(ct_probe__backend(r->probe));
	h->boot_id = read_line("/proc/sys/kernel/random/boot_id");
	h->cgroup = ct_probe__cgroup_layout(r->probe);
	h->start_ms = r->start_ms;
	h->start_ns = r->start_ns;
	h->cap_last = last ? atoi(last) : CT_CAP_KNOWN - 1;
	h->outcomes = ct_probe__watches_outcomes(r->probe) ? CT_YES : CT_NO;
	h->syscalls = ct_probe__watches_syscalls(r->probe) ? CT_YES : CT_NO;
}

static void on_tick(void *arg);

static void on_probe(void *arg, int fd, uint32_t events)
{
	struct ct_recorder *r = arg;

	(void)fd, (void)events;
	ct_collect__consume(r->collect);
}

static int open_loop(struct ct_recorder *r, struct ct_err *err)
{
	int ret = r->opts.endless ? 0 : ct_recorder__catch_signals(r);

	if (!ret && !r->opts.endless)
		ret = ct_loop__add_timer(r->loop, TICK_NS, TICK_NS, on_tick, r, NULL);
	if (!ret)
		ret = ct_loop__add_fd(r->loop, ct_probe__fd(r->probe), EPOLLIN, on_probe, r, NULL);
	return ret ? ct_err__set(err, -ret, "cannot set up the event loop: %s", strerror(-ret)) : 0;
}

static void on_engine_events(void *arg, int fd, uint32_t events)
{
	(void)fd, (void)events;
	ct_recorder__hear_engine(arg);
}

static void consume(void *arg)
{
	ct_collect__consume(arg);
}

/* The daemon tries again every minute, and says the same only once. Frees the message. */
static void warn_of_engine(struct ct_recorder *r, char *message)
{
	if (!ct_str_equal(r->engine_said, message))
		ct_warn("%s", message);
	free(r->engine_said);
	r->engine_said = message;
}

/* A missing daemon is not an error: ids then stand in for names. */
static void open_engine(struct ct_recorder *r)
{
	ct_autoerr struct ct_err err = {};
	int fd, ret;

	ret = ct_runtimes__connect(&r->opts.engine, &r->engine, &err);
	/* That engine is on another machine: nothing that is recorded here can be its. */
	if (ret == -EREMOTE) {
		warn_of_engine(r, ct_xstrdup(err.msg));
		ret = ct_runtimes__connect_usual(&r->engine, &err);
	} else if (ret && (r->opts.engine.address || r->opts.label || r->opts.project ||
			   (ret == -EACCES && r->opts.all && !r->opts.endless))) {
		warn_of_engine(r,
			       ct_xasprintf("%s; continuing without names of containers", err.msg));
	}
	if (ret) {
		r->engine = NULL;
		return;
	}
	/*
	 * Events are read while the engine is asked: processes that end would otherwise take with
	 * them what has to be looked at.
	 */
	ct_engine__while_waiting(r->engine, ct_probe__fd(r->probe), consume, r->collect);
	fd = ct_engine__watch(r->engine, CT_RUN_LABEL, &err);
	if (fd < 0)
		warn_of_engine(r, ct_xasprintf("%s; continuing without the events of containers",
					       err.msg));
	else
		ct_loop__add_fd(r->loop, fd, EPOLLIN, on_engine_events, r, &r->engine_events);
}

/* Does a program of this name start containers, or have them started? */
static unsigned int sought_as(const char *name)
{
	ct_runtimes__for_each(type)
		if (ct_str_equal(type->client, name) || ct_str_equal(type->compose, name))
			return CT_SOUGHT_CLIENT;
	return ct_oci__is_runtime(name) ? CT_SOUGHT_RUNTIME : 0;
}

static void classify(void *arg, const char *path, struct ct_cgroup_name *name)
{
	ct_recorder__classify(arg, path, name);
}

static bool inner(void *arg, const char *path, struct ct_cgroup_name *name)
{
	return ct_recorder__inner(arg, path, name);
}

int ct_recorder__open(const struct ct_recorder_opts *opts, struct ct_recorder **out,
		      struct ct_err *err)
{
	struct ct_probe_opts po = { .backend = opts->backend,
				    .syscalls = opts->syscalls,
				    .outcomes = opts->endless ? opts->outcomes :
								opts->syscalls != NULL,
				    .ring = opts->endless ? SMALL_RING : 0 };
	struct ct_recorder *r = ct_xzalloc(sizeof(*r));
	int ret;

	r->opts = *opts;
	r->session = ct_session__new();
	ret = ct_loop__new(&r->loop, err);
	if (!ret && opts->spare)
		po.again = ct_steal(*opts->spare);
	if (!ret)
		ret = ct_probe__open(&po, &r->probe, err);
	if (!ret)
		ct_probe__set_detail(r->probe, opts->detail);
	/* Attaching takes a second or two, in which nothing is seen. */
	r->start_ns = ct_clock__now_ns();
	r->start_ms = ct_clock__wall_ms();
	if (!ret)
		ret = open_loop(r, err);
	if (ret) {
		ct_recorder__close(r);
		return ret;
	}
	if (!ct_probe__fingerprints(r->probe) && !opts->quiet)
		ct_warn("captrim cannot read call paths directly on this kernel: every check takes "
			"a full stack trace, which costs about a microsecond");
	r->collect = ct_collect__new(r->probe);
	ret = ct_collect__scan_error(r->collect);
	if (ret) {
		ct_recorder__close(r);
		return ct_err__set(err, -ret, "cannot read which cgroups there are: %s",
				   strerror(-ret));
	}
	if (opts->endless)
		ct_collect__never_ends(r->collect);
	ct_collect__on_entry(r->collect, ct_recorder__on_entry, r);
	ct_collect__set_classify(r->collect, classify, r);
	ct_collect__set_inner(r->collect, inner, r);
	ct_collect__look_for(r->collect, sought_as);
	describe_host(r);
	open_engine(r);
	r->asked = ct_asked__new(opts->cri);
	/* For a while a recording may run before everything else, but not all day. */
	if (!opts->endless)
		ct_urgent__begin();
	*out = r;
	return 0;
}

/*
 * Ends a command that outlives a recording ended by a signal: with SIGTERM at first, and with
 * SIGKILL after two seconds.
 */
static void end_command(struct ct_recorder *r)
{
	if (!r->signals || r->child.pid <= 0)
		return;
	for (int i = 0; i < 30; i++) {
		if (ct_child__reap(&r->child) && !ct_own_cgroup__processes(&r->own))
			return;
		if (i == 0)
			ct_own_cgroup__signal(&r->own, SIGTERM);
		if (i >= 20)
			ct_own_cgroup__signal(&r->own, SIGKILL);
		ct_clock__sleep_ns(TICK_NS);
	}
}

static void close_probe(struct ct_recorder *r)
{
	if (!r->probe || !r->opts.spare) {
		ct_probe__close(r->probe);
		return;
	}
	ct_probe__stop(r->probe);
	*r->opts.spare = r->probe;
}

void ct_recorder__close(struct ct_recorder *r)
{
	if (!r)
		return;
	ct_urgent__end();
	end_command(r);
	ct_own_cgroup__remove(&r->own);
	ct_collect__free(r->collect);
	close_probe(r);
	ct_engine__close(r->engine);
	ct_asked__free(r->asked);
	ct_session__free(r->session);
	ct_session__free(r->inner);
	ct_strings__free(&r->undecided);
	ct_spool__free(r->spool);
	ct_recorder__forget_told(r);
	free(r->engine_said);
	free(r->command);
	free(r->subtree);
	ct_loop__free(r->loop);
	free(r);
}

void ct_recorder__close_spare(struct ct_probe **spare)
{
	ct_probe__close(ct_steal(*spare));
}

static char *join(char **argv, const char *hidden)
{
	struct ct_str s = {};

	for (; *argv; argv++)
		if (*argv != hidden)
			ct_str__addf(&s, "%s%s", s.len ? " " : "", *argv);
	return s.s;
}

/* This only wakes the loop: finished() collects the command's exit status. */
static void on_command_end(void *arg, int pid)
{
	(void)arg, (void)pid;
}

int ct_recorder__start(struct ct_recorder *r, char **argv, int *exec_errno, struct ct_err *err)
{
	struct ct_child_opts opts;
	int ret;

	*exec_errno = 0;
	r->command = join(argv, r->opts.hidden);
	ret = ct_own_cgroup__make(&r->own, err);
	if (ret)
		return ret;
	ct_collect__consume(r->collect);
	ct_cgroups__add(ct_collect__cgroups(r->collect), r->own.id, r->own.path, true);
	ret = ct_probe__mark_inside(r->probe, r->own.id);
	if (ret)
		return ct_err__set(err, -ret, "cannot watch the cgroup of the command: %s",
				   strerror(-ret));
	opts = (struct ct_child_opts){ &r->own, ct_loop__outer_mask(r->loop), r->opts.bounding,
				       r->opts.output };
	ret = ct_child__start(&r->child, argv, &opts, exec_errno, err);
	if (!ret)
		ct_loop__add_child(r->loop, r->child.pid, on_command_end, NULL, NULL);
	return ret;
}

static void show_progress(struct ct_recorder *r)
{
	static const char clear[] = "\r\033[K";
	const char *waiting = r->signals      ? ", waiting for the command to end (Ctrl-C aborts)" :
			      r->waiting_said ? ", waiting for what the command started (Ctrl-C "
						"ends it)" :
						"";
	ct_autofree char *time = NULL, *kinds = NULL, *lost = NULL, *line = NULL, *cut = NULL;
	struct ct_losses l = {};

	if (r->opts.quiet || !isatty(STDERR_FILENO))
		return;
	time = ct_human__duration(ct_clock__now_ns() - r->start_ns);
	kinds = ct_human__count(ct_collect__kinds(r->collect), "kind of check", "kinds of checks");
	ct_probe__losses(r->probe, &l);
	lost = ct_human__count(l.events + l.kinds + l.acts + l.missed, "event", "events");
	line = ct_xasprintf("captrim: %s%s; %s on this host, %s lost", time, waiting, kinds, lost);
	/* What is wider than the terminal would stay there. */
	cut = ct_columns__cut(line, ct_term__of(stderr, CT_COLOR_NEVER).width - 1);
	fprintf(stderr, "%s%s\r", clear, cut);
}

/* After each tick the loop checks deadlines and what is still alive. */
static void on_tick(void *arg)
{
	ct_recorder__take_some(arg);
	show_progress(arg);
}

struct ct_loop *ct_recorder__events(struct ct_recorder *r)
{
	return r->loop;
}

void ct_recorder__end(struct ct_recorder *r)
{
	r->ended = true;
}

struct ct_probe *ct_recorder__probe(struct ct_recorder *r)
{
	return r->probe;
}

void ct_recorder__reconnect(struct ct_recorder *r)
{
	if (r->engine_events)
		return;
	ct_engine__close(ct_steal(r->engine));
	open_engine(r);
	if (r->engine)
		ct_recorder__look_again(r);
}

struct ct_collect *ct_recorder__collect(struct ct_recorder *r)
{
	return r->collect;
}

const struct ct_host *ct_recorder__host(const struct ct_recorder *r)
{
	return &r->session->host;
}

static bool time_is_up(const struct ct_recorder *r)
{
	return r->deadline_ns && ct_clock__now_ns() >= r->deadline_ns;
}

static bool finished(struct ct_recorder *r)
{
	if (r->ended)
		return true;
	if (r->child.pid <= 0)
		return r->signals > 0;
	if (!ct_child__reap(&r->child))
		return r->signals && ct_clock__now_ns() - r->ended_ns > GRACE_NS;
	if (r->signals)
		return true;
	if (!ct_recorder__alive(r)) {
		/* What the command started last may only be known from events that still wait. */
		ct_collect__consume(r->collect);
		if (!ct_recorder__alive(r))
			return true;
	}
	if (!r->waiting_ns)
		r->waiting_ns = ct_clock__now_ns();
	/* Runtimes need a moment to tidy up. */
	if (ct_clock__now_ns() - r->waiting_ns < WAITING_NS)
		return false;
	if (!r->waiting_said && !r->opts.quiet && !isatty(STDERR_FILENO))
		ct_warn("the command has ended, but what it started is still running: waiting for "
			"it (Ctrl-C or SIGTERM ends the recording)");
	r->waiting_said = true;
	return false;
}

int ct_recorder__loop(struct ct_recorder *r, uint64_t ns)
{
	bool ended;
	int ret;

	r->deadline_ns = ns ? ct_clock__after_ns(ns) : 0;
	while (!(ended = finished(r)) && !time_is_up(r)) {
		ret = ct_loop__turn(r->loop);
		if (ret)
			return ret;
		ct_pod_choice__decide(r);
		if (r->signals > 1)
			return -EINTR;
	}
	ct_recorder__hear_engine(r);
	if (!r->opts.quiet && isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	return ended ? 0 : 1;
}

bool ct_recorder__interrupted(const struct ct_recorder *r)
{
	return r->signals > 0;
}

const char *ct_recorder__cgroup(const struct ct_recorder *r)
{
	return r->own.dir;
}

int ct_recorder__exit_status(const struct ct_recorder *r)
{
	return r->child.reaped ? ct_child__exit_status(&r->child) : -1;
}

bool ct_recorder__cut_short(const struct ct_recorder *r)
{
	return r->cut_short;
}

int ct_recorder__running(struct ct_recorder *r)
{
	return r->child.pid > 0 && !ct_child__reap(&r->child) ? r->child.pid : 0;
}

static bool has_container(const struct ct_session *s)
{
	for (size_t i = 0; i < s->nworkloads; i++)
		if (s->workloads[i]->kind == CT_WL_CONTAINER)
			return true;
	return false;
}

/*
 * A container that was created in the meantime may be anybody's. One without a cgroup of its own,
 * as a user's Podman makes it where it may not make cgroups, cannot be told apart from the process
 * that started it. In both cases the recording says that containers are missing.
 */
static void note_left_out(struct ct_recorder *r)
{
	const struct ct_recorder_opts *o = &r->opts;
	struct ct_workload *w = ct_session__find(r->session, "command");
	bool not_known = r->foreign && !o->label && !o->project && !o->any_container &&
			 ct_collect__executed(r->collect, r->own.id, CT_SOUGHT_CLIENT);
	bool started = ct_collect__executed(r->collect, r->own.id, CT_SOUGHT_RUNTIME) ||
		       ct_collect__executed_between(r->collect, CT_SOUGHT_RUNTIME);

	if (w && (not_known || (started && !has_container(r->session))))
		w->left_out = true;
}

/*
 * The recording ended when the probe was stopped, however long an engine then took to answer. A
 * check's time is that of a tick, which may be a little later.
 */
static void note_end(struct ct_session *s, uint64_t ns)
{
	for (size_t i = 0; i < s->nworkloads; i++)
		if (s->workloads[i]->last_ns > ns)
			ns = s->workloads[i]->last_ns;
	s->host.end_ns = ns;
}

struct ct_session *ct_recorder__finish(struct ct_recorder *r)
{
	uint64_t end_ns;

	ct_probe__stop(r->probe);
	end_ns = ct_clock__now_ns();
	ct_collect__consume(r->collect);
	ct_pod_choice__decide(r);
	ct_urgent__end();
	ct_recorder__take_last(r);
	note_end(r->session, end_ns);
	ct_session__conclude(r->session);
	note_left_out(r);
	/* What follows may block on a pipe that nobody reads, so signals must end us again. */
	end_command(r);
	ct_own_cgroup__remove(&r->own);
	ct_recorder__release_signals(r);
	return ct_steal(r->session);
}
