/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim monitor --self-test: one event through every sink, and which of them took it. */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "monitor/daemon_priv.h"

#define WAIT_NS (20 * CT_NS_PER_SEC)

struct self_test {
	struct ct_loop *loop;
	struct ct_sinks *sinks;
	bool *took;
	size_t left;
};

static void on_result(void *arg, const struct ct_sink_status *sink, const struct ct_notice *e,
		      int error, const char *why)
{
	struct self_test *t = arg;

	(void)e;
	(void)why;
	for (size_t i = 0; i < ct_sinks__count(t->sinks) && !error; i++)
		if (!t->took[i] && !strcmp(ct_sinks__status(t->sinks, i).name, sink->name)) {
			t->took[i] = true;
			t->left--;
		}
	if (!t->left)
		ct_loop__stop(t->loop);
}

static void on_timeout(void *arg)
{
	ct_loop__stop(arg);
}

static struct ct_notice *synthetic(void)
{
	struct ct_notice *e;
	char host[65] = "";

	gethostname(host, sizeof(host) - 1);
	e = ct_notice__new(CT_NOTICE_SELF_TEST, host, ct_clock__wall_ms());
	e->text = ct_xstrdup("captrim was asked to send an event through every sink");
	ct_notice__identify(e);
	return e;
}

/* Returns how many did not take it. */
static size_t report(const struct self_test *t)
{
	size_t failed = 0;

	for (size_t i = 0; i < ct_sinks__count(t->sinks); i++) {
		struct ct_sink_status s = ct_sinks__status(t->sinks, i);
		ct_autofree char *name = ct_printable(s.name);

		failed += !t->took[i];
		printf("%s (%s): %s\n", name, s.type,
		       t->took[i] ? "took it" :
		       s.problem  ? s.problem :
				    "did not answer in 20 seconds");
	}
	return failed;
}

static int send_and_wait(struct self_test *t)
{
	ct_autonotice struct ct_notice *e = synthetic();

	t->left = ct_sinks__count(t->sinks);
	t->took = ct_xzalloc((t->left + 1) * sizeof(*t->took));
	ct_sinks__on_result(t->sinks, on_result, t);
	for (size_t i = 0; i < ct_sinks__count(t->sinks); i++)
		ct_sinks__send_to(t->sinks, ct_sinks__status(t->sinks, i).name, e);
	ct_loop__add_timer(t->loop, WAIT_NS, 0, on_timeout, t->loop, NULL);
	return t->left ? ct_loop__run(t->loop) : 0;
}

int ct_monitor__self_test(const struct ct_monitor_opts *o, struct ct_err *err)
{
	ct_autoconfig struct ct_config *c = NULL;
	struct self_test t = {};
	size_t failed = 0;
	int ret = ct_daemon__read_config(o, &c, err);

	if (!ret)
		ret = ct_loop__new(&t.loop, err);
	if (!ret)
		ret = ct_sinks__new(t.loop, NULL, &t.sinks, err);
	if (!ret)
		ret = ct_sinks__configure(t.sinks, c->yaml, c->sinks, err);
	if (!ret && o->events)
		ret = ct_sinks__add_file(t.sinks, o->events, err);
	if (!ret && !ct_sinks__count(t.sinks))
		ret = ct_err__set(err, ENOENT,
				  "there is no sink that could be tested: configure one under "
				  "'sinks:', or give --events FILE");
	if (!ret)
		ret = send_and_wait(&t);
	if (!ret)
		failed = report(&t);
	if (failed)
		ret = ct_err__set(err, EIO, "%zu of %zu sinks did not take the event", failed,
				  ct_sinks__count(t.sinks));
	free(t.took);
	ct_sinks__free(t.sinks);
	ct_loop__free(t.loop);
	return ret;
}
