/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim monitor --self-test: does an event arrive at every sink? */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/human.h"
#include "speak/speaker.h"

#define LIMIT_NS (30 * CT_NS_PER_SEC)

struct self_test {
	struct ct_notice *e;
	FILE *out;
	struct ct_strings answered; /* the names of sinks that took it or failed */
	size_t good;
	bool over;
};

static void on_result(void *arg, const struct ct_sink_status *sink, const struct ct_notice *e,
		      int error, const char *why)
{
	struct self_test *t = arg;

	if (strcmp(e->id, t->e->id) != 0 || ct_strings__find(&t->answered, sink->name))
		return;
	ct_strings__add(&t->answered, sink->name);
	t->good += !error;
	fprintf(t->out, "%s (%s): %s%s\n", sink->name, sink->type, error ? "NOT taken: " : "taken",
		error ? why : "");
}

static void on_limit(void *arg)
{
	struct self_test *t = arg;

	t->over = true;
}

static void tell_silent(const struct self_test *t, const struct ct_sinks *sinks)
{
	for (size_t i = 0; i < ct_sinks__count(sinks); i++) {
		struct ct_sink_status s = ct_sinks__status(sinks, i);

		if (!ct_strings__find(&t->answered, s.name))
			fprintf(t->out, "%s (%s): NOT taken: no answer in time\n", s.name, s.type);
	}
}

int ct_speaker__self_test(struct ct_loop *l, struct ct_sinks *sinks, const char *host, FILE *out,
			  struct ct_err *err)
{
	struct self_test t = { .out = out };
	struct ct_source *limit = NULL;
	size_t n = ct_sinks__count(sinks);
	int ret = 0;

	if (!n)
		return ct_err__set(err, ENOENT,
				   "there is no sink: name some under 'sinks:' in the "
				   "configuration");
	t.e = ct_notice__new(CT_NOTICE_SELF_TEST, host, ct_clock__wall_ms());
	t.e->text =
		ct_xstrdup("a test event of captrim monitor --self-test: no workload caused it");
	ct_notice__identify(t.e);
	ct_sinks__on_result(sinks, on_result, &t);
	(void)ct_loop__add_timer(l, LIMIT_NS, 0, on_limit, &t, &limit);
	ct_sinks__send(sinks, t.e);
	while (!ret && !t.over && t.answered.len < n)
		ret = ct_loop__turn(l);
	ct_sinks__on_result(sinks, NULL, NULL);
	ct_loop__remove(l, &limit);
	tell_silent(&t, sinks);
	ct_strings__free(&t.answered);
	ct_notice__free(t.e);
	if (t.good < n) {
		ct_autofree char *missing = ct_human__count(n - t.good, "sink", "sinks");

		return ct_err__set(err, EIO, "%s of %zu did not take the event", missing, n);
	}
	return ret;
}
