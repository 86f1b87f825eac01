/* SPDX-License-Identifier: GPL-2.0-only */
/* Signs of trouble. At the first one the refusing is lifted, before anything else. */
#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/syscall.h>

#include "base/clock.h"
#include "cgroup/dir.h"
#include "rehearse/stage.h"

#define TICK_NS	      200000000 /* far below CT_REFUSE_LEASE_NS */
#define CHECK_SECONDS "30"

static void end(struct ct_stage *s, enum ct_rehearse_end how)
{
	if (s->r.end_ns)
		return;
	if (s->refuser)
		ct_refuser__lift(s->refuser);
	s->r.end_ns = ct_clock__now_ns();
	s->r.end = how;
	ct_recorder__end(s->recorder);
}

static void trouble(struct ct_stage *s, const char *code, const char *fmt, ...) CT_PRINTF(3, 4);
static void trouble(struct ct_stage *s, const char *code, const char *fmt, ...)
{
	va_list args;

	if (s->r.end_ns)
		return;
	end(s, CT_REHEARSE_TROUBLE);
	s->r.trouble_code = code;
	va_start(args, fmt);
	s->r.trouble = ct_xvasprintf(fmt, args);
	va_end(args);
}

/* The check's output goes to standard error; timeout(1) ends it with all its children. */
static int start_check(struct ct_stage *s, struct ct_err *err)
{
	char *argv[] = {
		"sh",	 "-c",		"exec timeout -k 2 \"$1\" sh -c \"$2\" >&2 </dev/null",
		"check", CHECK_SECONDS, (char *)s->opts->check,
		NULL
	};
	struct ct_child_opts child = { .mask = ct_loop__outer_mask(s->loop) };
	int exec_errno;

	return ct_child__start(&s->check, argv, &child, &exec_errno, err);
}

/* NULL: it passed. The caller frees. */
static char *end_check(struct ct_stage *s)
{
	int status;

	while (!ct_child__reap(&s->check))
		ct_loop__await_child(s->check.pid, CT_NS_PER_SEC);
	status = ct_child__exit_status(&s->check);
	s->check = (struct ct_child){};
	if (!status) {
		s->r.checks++;
		return NULL;
	}
	if (status == 124)
		return ct_xstrdup("the check took longer than " CHECK_SECONDS " s");
	return ct_xasprintf("the check failed: exit status %d", status);
}

int ct_signs__check_now(struct ct_stage *s, struct ct_err *err)
{
	ct_autofree char *failure = NULL;
	int ret = start_check(s, err);

	if (ret)
		return ret;
	failure = end_check(s);
	s->r.checks = 0; /* this one passed with nothing refused */
	if (failure)
		ret = ct_err__set(err, ECANCELED, "%s, before anything was refused", failure);
	return ret;
}

static void on_check_end(void *arg, int pid)
{
	struct ct_stage *s = arg;
	ct_autofree char *failure = end_check(s);

	(void)pid;
	if (failure)
		trouble(s, "check-failed", "%s", failure);
	s->next_check_ns = ct_clock__after_ns(s->opts->every_ns);
	if (s->deadline_ns && ct_clock__now_ns() >= s->deadline_ns)
		end(s, CT_REHEARSE_PASSED);
}

static void begin_check(struct ct_stage *s)
{
	ct_autoerr struct ct_err err = {};

	if (start_check(s, &err) ||
	    ct_loop__add_child(s->loop, s->check.pid, on_check_end, s, NULL))
		trouble(s, "check-failed", "the check cannot be started: %s",
			err.msg ? err.msg : "no memory");
}

/* Reports the first refusal of each capability at once, since a rehearsal may take many minutes. */
static void tell_news(struct ct_stage *s)
{
	struct ct_refused refused[CT_CAP_MAX];

	ct_refuser__read(s->refuser, refused);
	for (int cap = 0; cap < CT_CAP_MAX; cap++) {
		ct_autofree char *comm = NULL, *shown = NULL;

		if (!refused[cap].count || s->told >> cap & 1)
			continue;
		s->told |= 1ull << cap;
		comm = ct_xstrndup(refused[cap].comm, sizeof(refused[cap].comm));
		shown = ct_printable(comm);
		if (!s->opts->quiet)
			ct_warn("refused %s to %s (pid %u)", ct_cap__name(cap), shown,
				refused[cap].pid);
	}
}

static void on_tick(void *arg)
{
	struct ct_stage *s = arg;
	uint64_t now = ct_clock__now_ns();

	if (s->r.end_ns)
		return;
	if (s->refuser) {
		ct_refuser__extend(s->refuser);
		tell_news(s);
	}
	/* In a v1 hierarchy this is the only notice that the cgroup is empty. */
	if (!ct_cgroup_dir__process(s->r.confined.dir))
		trouble(s, "cgroup-empty", "no process is left in the cgroup");
	if (s->check.pid)
		return;
	if (s->deadline_ns && now >= s->deadline_ns && !s->opts->check)
		end(s, CT_REHEARSE_PASSED);
	else if (s->opts->check &&
		 (now >= s->next_check_ns || (s->deadline_ns && now >= s->deadline_ns)))
		begin_check(s); /* once more at the end, where it decides the result */
}

static void on_process_end(void *arg, int fd, uint32_t events)
{
	struct ct_stage *s = arg;

	(void)fd, (void)events;
	trouble(s, "process-ended", "its main process (pid %d) ended", s->r.confined.pid);
	ct_loop__remove(s->loop, &s->on_process);
}

static void on_cgroup_event(void *arg, int fd, uint32_t events)
{
	struct ct_stage *s = arg;
	ct_autofree char *path = ct_xasprintf("%s/cgroup.events", s->r.confined.dir), *text = NULL;
	char event[4096];

	(void)events;
	if (read(fd, event, sizeof(event)) < 0)
		return;
	if (ct_read_file(path, 4096, &text, NULL) || strstr(text, "populated 0"))
		trouble(s, "cgroup-empty", "no process is left in the cgroup");
}

static void on_container(void *arg, const struct ct_engine_event *ev)
{
	struct ct_stage *s = arg;

	if (strcmp(ev->id, s->r.confined.id) != 0)
		return;
	if (!strcmp(ev->action, "die") || !strcmp(ev->action, "died"))
		trouble(s, "container-stopped", "the container stopped: exit status %d",
			ev->exit_code);
	else if (!strncmp(ev->action, "health_status", strlen("health_status")) &&
		 strstr(ev->action, "unhealthy"))
		trouble(s, "unhealthy", "the container's health check says unhealthy");
}

static void on_engine_ready(void *arg, int fd, uint32_t events)
{
	struct ct_stage *s = arg;
	int ret;

	(void)fd, (void)events;
	ret = ct_engine__read(s->engine, on_container, s);
	if (ret > 0)
		ct_warn("the container daemon told of a container in too many words to be read; a "
			"failing health check may have gone unseen");
	if (ret >= 0)
		return;
	ct_warn("%s container daemon closed its event stream; a failing health check of its "
		"containers would go unseen",
		ret == -EPIPE ? "one" : "the");
	/* The other engines' streams go on. */
	if (ret == -EPIPE)
		return;
	ct_loop__remove(s->loop, &s->engine_events);
	ct_engine__close(ct_steal(s->engine));
}

static int watch_cgroup(struct ct_stage *s)
{
	ct_autofree char *path = ct_xasprintf("%s/cgroup.events", s->r.confined.dir);

	s->cgroup_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (s->cgroup_fd < 0)
		return -errno;
	/* v1 has no such file; there on_tick() notices that the cgroup is empty. */
	if (inotify_add_watch(s->cgroup_fd, path, IN_MODIFY) < 0)
		return 0;
	return ct_loop__add_fd(s->loop, s->cgroup_fd, EPOLLIN, on_cgroup_event, s, &s->on_cgroup);
}

static int watch_process(struct ct_stage *s)
{
	s->process_fd = syscall(SYS_pidfd_open, s->r.confined.pid, 0);
	if (s->process_fd < 0)
		return -errno;
	return ct_loop__add_fd(s->loop, s->process_fd, EPOLLIN, on_process_end, s, &s->on_process);
}

int ct_signs__watch(struct ct_stage *s, struct ct_err *err)
{
	int ret = ct_loop__add_timer(s->loop, TICK_NS, TICK_NS, on_tick, s, NULL), fd;

	if (!ret)
		ret = watch_cgroup(s);
	if (!ret && s->r.confined.pid)
		ret = watch_process(s);
	if (ret)
		return ct_err__set(err, -ret, "cannot watch the workload: %s", strerror(-ret));
	if (!s->engine)
		return 0;
	fd = ct_engine__watch(s->engine, NULL, err);
	if (fd < 0)
		return fd;
	return ct_loop__add_fd(s->loop, fd, EPOLLIN, on_engine_ready, s, &s->engine_events);
}

void ct_signs__close(struct ct_stage *s)
{
	int fds[] = { s->process_fd, s->cgroup_fd };

	ct_loop__remove(s->loop, &s->on_process);
	ct_loop__remove(s->loop, &s->on_cgroup);
	ct_loop__remove(s->loop, &s->engine_events);
	if (s->check.pid)
		kill(s->check.pid, SIGTERM); /* timeout(1) passes it on */
	for (size_t i = 0; i < CT_ARRAY_SIZE(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}
