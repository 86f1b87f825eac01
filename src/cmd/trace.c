/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim trace: every check as it happens. */
#include <errno.h>
#include <string.h>

#include "base/host_root.h"
#include "base/human.h"
#include "base/json.h"
#include "base/loop.h"
#include "cgroup/name.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "kern/probe.h"
#include "kern/selectors.h"
#include "model/unit_name.h"
#include "record/resolve.h"
#include "runtime/runtime.h"

static const char *container, *unit, *backend, *socket_path, *host_root, *pid_text;
static bool json;
static uint64_t duration;

static const struct ct_opt opts[] = {
	{ 'c', "container", "NAME|ID", CT_OPT_STR, &container, NULL, "only this container" },
	{ 'u', "unit", "UNIT", CT_OPT_STR, &unit, NULL, "only this systemd unit" },
	{ 'p', "pid", "PID", CT_OPT_STR, &pid_text, NULL, "only this process" },
	{ 0, "json", NULL, CT_OPT_FLAG, &json, NULL, "one JSON document per line" },
	{ 'd', "duration", "TIME", CT_OPT_DURATION, &duration, NULL,
	  "for how long (30s, 5m, 2h); without it, until Ctrl-C" },
	CT_ROW_BACKEND(&backend),
	CT_ROW_BTF,
	CT_ROW_SOCKET(&socket_path),
	CT_ROW_HOST_ROOT(&host_root),
	{ .name = NULL },
};

const struct ct_command ct_trace_command = {
	.name = "trace",
	.args = "[OPTION]...",
	.summary = "print every capability check as it happens",
	.details = "Overcommit checks, by far the most frequent and never a need, are left out.",
	.opts = opts,
};

struct tracer {
	struct ct_loop *loop;
	struct ct_probe *probe;
	struct ct_cgroups *cgroups;
	int pid;    /* the only one of interest, or 0 */
	char *id;   /* of the only workload of interest, or NULL */
	int broken; /* why the output cannot be written any more: a positive errno */
};

static void print_text(const struct ct_sample *s, const char *workload, const char *syscall,
		       char **stack, size_t len)
{
	ct_autofree char *comm = ct_xstrndup(s->proc.comm, sizeof(s->proc.comm));
	ct_autofree char *shown = ct_printable(comm), *where = ct_printable(workload);

	printf("%12.6f %-7s %-18s %-15s %7u %-14s %-30s %.20s\n", s->h.ns / 1e9,
	       s->key.flags & CT_F_GRANTED ? "granted" : "refused", ct_cap__name(s->key.cap), shown,
	       s->proc.pid, syscall ? syscall : "-",
	       len > 2 ? stack[2] :
	       len     ? stack[len - 1] :
			 "?",
	       where);
}

static void print_json(const struct ct_sample *s, const char *workload, const char *syscall,
		       char **stack, size_t len)
{
	struct ct_json j = CT_JSON(stdout, 0);
	ct_autofree char *comm = ct_xstrndup(s->proc.comm, sizeof(s->proc.comm));

	ct_json__object(&j, NULL);
	ct_json__uint(&j, "ns", s->h.ns);
	ct_json__bool(&j, "granted", s->key.flags & CT_F_GRANTED);
	ct_json__str(&j, "capability", ct_cap__name(s->key.cap));
	ct_json__str(&j, "process", comm);
	ct_json__uint(&j, "pid", s->proc.pid);
	ct_json__str(&j, "syscall", syscall);
	ct_json__uint(&j, "selector", s->key.sel);
	ct_json__bool(&j, "own_credentials", !(s->key.flags & CT_CRED_OTHERS));
	ct_json__str(&j, "workload", workload);
	ct_json__array(&j, "stack");
	for (size_t i = 0; i < len; i++)
		ct_json__str(&j, NULL, stack[i]);
	ct_json__end_array(&j);
	ct_json__end_object(&j);
	putchar('\n');
}

/* Right after writing: what comes then may fail for another reason. */
static void note_broken(struct tracer *t)
{
	if (ferror(stdout) && !t->broken)
		t->broken = errno ? errno : EIO;
}

static void on_event(void *arg, const struct ct_event *ev, size_t size)
{
	struct tracer *t = arg;
	const struct ct_sample *s = (const void *)ev;
	const char *path;
	struct ct_cgroup_name name;
	ct_autofree char *syscall = NULL;
	char **stack = NULL;
	size_t len = 0;

	if (ev->type == CT_EV_CGROUP && size >= sizeof(struct ct_cgroup_event))
		ct_cgroups__add(t->cgroups, ev->cgroup, ((const struct ct_cgroup_event *)ev)->path,
				false);
	if (ev->type != CT_EV_SAMPLE || size < sizeof(*s) || t->broken)
		return;
	path = ct_cgroups__path(t->cgroups, s->key.cgroup);
	ct_runtimes__classify(path ? path : "?", &name);
	if ((t->pid && s->proc.pid != (uint32_t)t->pid) || (t->id && strcmp(name.id, t->id) != 0))
		return;
	ct_probe__stack(t->probe, s->key.site, &stack, &len);
	syscall = ct_syscall__name(s->key.nr);
	errno = 0;
	(json ? print_json : print_text)(s, name.id, syscall, stack, len);
	note_broken(t);
	for (size_t i = 0; i < len; i++)
		free(stack[i]);
	free(stack);
}

static int find_workload(struct tracer *t, struct ct_err *err)
{
	const struct ct_engine_words words = ct_engine_words__of(socket_path, NULL);
	struct ct_engine *e = NULL;
	int ret;

	if (unit) {
		t->id = ct_unit_name__complete(unit, ".service");
		if (!ct_resolve__unit(t->cgroups, t->id)) {
			ct_autofree char *shown = ct_printable(t->id);

			ct_warn("%s is not running: waiting for it to start", shown);
		}
		return 0;
	}
	if (!container)
		return 0;
	ret = ct_runtimes__connect(&words, &e, err);
	if (ret && socket_path)
		return ret;
	ret = ct_resolve__container(ret ? NULL : e, t->cgroups, container, &t->id, err);
	ct_engine__close(e);
	return ret;
}

static void on_probe(void *arg, int fd, uint32_t events)
{
	struct tracer *t = arg;

	(void)fd, (void)events;
	ct_probe__consume(t->probe, on_event, t);
	errno = 0;
	if (!t->broken && fflush(stdout))
		note_broken(t);
	if (t->broken)
		ct_loop__stop(t->loop);
}

static void on_signal(void *arg, const struct signalfd_siginfo *info)
{
	struct tracer *t = arg;

	(void)info;
	ct_loop__stop(t->loop);
}

static void on_time(void *arg)
{
	struct tracer *t = arg;

	ct_loop__stop(t->loop);
}

/* Runs until the time is up, a signal comes, or the output cannot be written any more. */
static int follow(struct tracer *t, struct ct_err *err)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	int ret = 0;

	for (size_t i = 0; i < CT_ARRAY_SIZE(signals) && !ret; i++)
		ret = ct_loop__add_signal(t->loop, signals[i], on_signal, t, NULL);
	if (!ret && duration)
		ret = ct_loop__add_timer(t->loop, duration, 0, on_time, t, NULL);
	if (!ret)
		ret = ct_loop__add_fd(t->loop, ct_probe__fd(t->probe), EPOLLIN, on_probe, t, NULL);
	if (!ret)
		ret = ct_loop__run(t->loop);
	return ret ? ct_err__set(err, -ret, "cannot wait for events: %s", strerror(-ret)) : 0;
}

int ct_cmd__trace(int argc, char **argv)
{
	struct ct_probe_opts po = { .every = true };
	ct_autoerr struct ct_err err = {};
	struct ct_strlist words = {};
	struct ct_losses l = {};
	struct tracer t = {};
	int ret = ct_opts__parse(&ct_trace_command, argc, argv, &words, &err);

	if (ret > 0)
		return 0;
	if (!ret)
		ret = ct_cmd__no_words(&ct_trace_command, &words, NULL, &err);
	ct_strlist__free(&words);
	if (!ret && pid_text)
		ret = ct_cmd__pid(pid_text, &t.pid, &err);
	if (!ret && container && unit)
		ret = ct_err__set(&err, EINVAL, "-c and -u exclude each other");
	if (ret)
		return ct_cmd__usage(&ct_trace_command, &err);
	if (ct_host__use_root(host_root, &err)) {
		ct_warn("%s", err.msg);
		return CT_EXIT_FAILURE;
	}
	t.cgroups = ct_cgroups__new();
	ct_cgroups__scan(t.cgroups);
	po.backend = backend;
	ret = find_workload(&t, &err);
	if (!ret)
		ret = ct_loop__new(&t.loop, &err);
	if (!ret)
		ret = ct_probe__open(&po, &t.probe, &err);
	if (!ret) {
		ct_cgroups__scan(t.cgroups); /* cgroups that appeared in between */
		ret = follow(&t, &err);
		ct_probe__stop(t.probe);
		ct_probe__losses(t.probe, &l);
	}
	if (ret)
		ct_warn("%s", err.msg);
	if (l.events) {
		ct_autofree char *lost = ct_human__count(l.events, "check", "checks");

		ct_warn("%s not shown: the ring was full", lost);
	}
	/* A closed pipe is not an error, here or in main(). */
	if (t.broken == EPIPE) {
		clearerr(stdout);
	} else if (t.broken) {
		ct_warn("cannot write standard output: %s", strerror(t.broken));
		ret = -t.broken;
	}
	ct_cgroups__free(t.cgroups);
	ct_probe__close(t.probe);
	ct_loop__free(t.loop);
	free(t.id);
	return ret ? CT_EXIT_FAILURE : 0;
}
