/* SPDX-License-Identifier: GPL-2.0-only */
#include "rehearse/rehearse.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "judge/seccomp.h"
#include "rehearse/stage.h"
#include "runtime/runtime.h"

void ct_rehearsal__free(struct ct_rehearsal *r)
{
	ct_report__free(r->report);
	ct_session__free(r->session);
	ct_confined__free(&r->confined);
	free(r->trouble);
	*r = (struct ct_rehearsal){};
}

static int find_target(struct ct_stage *s, struct ct_err *err)
{
	const struct ct_rehearse_opts *o = s->opts;
	const struct ct_engine_words words = ct_engine_words__of(o->socket, NULL);
	ct_autoerr struct ct_err ignored = {};
	int ret = 0;

	/* Its error lists the running containers if this is not one of them. */
	if (o->confined.container)
		ret = ct_recorder__watch_container(s->recorder, o->confined.container, err);
	if (ret)
		return ret;
	if (ct_runtimes__connect(&words, &s->engine, o->confined.container ? err : &ignored)) {
		s->engine = NULL;
		if (o->confined.container)
			return -err->code;
	}
	ret = ct_confined__find(&o->confined, s->engine, &s->r.confined, err);
	if (!ret)
		ct_recorder__watch_cgroup(s->recorder, s->r.confined.path);
	return ret;
}

static int begin(struct ct_stage *s, struct ct_err *err)
{
	struct ct_refuse_opts refuse = { .cgroup = s->r.confined.cgroup,
					 .caps = ~s->opts->keep,
					 .given = s->r.confined.given,
					 .userns = s->r.confined.userns,
					 .container = s->r.confined.container };
	int ret = 0;

	if (s->opts->check)
		ret = ct_signs__check_now(s, err);
	if (!ret && !s->opts->log_only)
		ret = ct_refuser__open(ct_recorder__probe(s->recorder), &refuse, &s->refuser, err);
	if (!ret)
		ret = ct_signs__watch(s, err);
	if (ret)
		return ret;
	ct_probe__forget(ct_recorder__probe(s->recorder));
	s->r.start_ns = ct_clock__now_ns();
	s->next_check_ns = ct_clock__after_ns(s->opts->every_ns);
	s->deadline_ns = s->opts->for_ns ? ct_clock__after_ns(s->opts->for_ns) : 0;
	if (s->refuser)
		ct_refuser__extend(s->refuser);
	return 0;
}

/* Were these the credentials of somebody else, who held more than the workload was given? */
static bool are_anothers(const struct ct_rehearsal *r, const struct ct_kind *k)
{
	return k->key.flags & CT_CRED_OTHERS && k->key.effective & ~r->confined.given;
}

/* Would it have been refused? Decided as in bpf/rehearse.bpf.c, as far as a kind tells. */
static bool concerns(const struct ct_rehearsal *r, const struct ct_kind *k)
{
	if (!(k->key.flags & CT_F_GRANTED) || r->keep >> k->key.cap & 1 || are_anothers(r, k))
		return false;
	if (k->key.entry == CT_ENTRY_SETUP &&
	    !(r->confined.container && ct_judge__starts_program(k, r->confined.given)))
		return false;
	/* In a user namespace that it made itself it holds everything, whatever was dropped. */
	if (r->confined.host_userns && k->key.level)
		return false;
	if (!k->stack_len)
		return true;
	/* Never a need, and not all kernels show it. */
	if (!strcmp(k->stack[0], "cap_vm_enough_memory"))
		return false;
	/* The capability module's own checks do not pass through the hook. */
	return r->log_only || !strcmp(k->stack[0], "security_capable");
}

static void drop_others(const struct ct_rehearsal *r, struct ct_workload *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->nkinds; i++) {
		struct ct_kind k = w->kinds[i];

		if (!concerns(r, &k))
			continue;
		/* Swapped, so that the unwanted kinds end up behind, where they are freed. */
		w->kinds[i] = w->kinds[n];
		w->kinds[n++] = k;
	}
	ct_workload__truncate_kinds(w, n);
}

/* Adds to the trouble how the main process ended, if that was seen. */
static void describe_end(struct ct_rehearsal *r, const struct ct_workload *w)
{
	for (size_t i = 0; i < w->nexits && r->trouble; i++) {
		const struct ct_exit *x = &w->exits[i];
		char *text;

		if (!r->confined.pid || x->pid != (uint32_t)r->confined.pid)
			continue;
		text = WIFSIGNALED(x->code) ? ct_xasprintf("%s: %s, killed by signal %d",
							   r->trouble, x->comm, WTERMSIG(x->code)) :
					      ct_xasprintf("%s: %s, exit status %d", r->trouble,
							   x->comm, WEXITSTATUS(x->code));
		free(r->trouble);
		r->trouble = text;
		return;
	}
}

/* Collects what was seen and judges it. */
static void conclude(struct ct_stage *s)
{
	struct ct_rehearsal *r = &s->r;

	if (s->refuser) {
		ct_refuser__read(s->refuser, r->refused);
		r->lapsed = ct_refuser__lapsed(s->refuser);
	}
	r->session = ct_recorder__finish(s->recorder);
	for (size_t i = 0; i < r->session->nworkloads; i++) {
		drop_others(r, r->session->workloads[i]);
		if (r->trouble_code && !strcmp(r->trouble_code, "process-ended"))
			describe_end(r, r->session->workloads[i]);
	}
	r->report = ct_judge__session(r->session, CT_MODE_DEFAULT);
}

static int run(struct ct_stage *s, struct ct_err *err)
{
	int ret = find_target(s, err);

	if (!ret)
		ret = begin(s, err);
	if (ret)
		return ret;
	if (!s->opts->quiet)
		ct_warn(s->opts->log_only ? "nothing is refused, only counted; Ctrl-C ends it" :
					    "refusing from now on; Ctrl-C lifts it");
	ret = ct_recorder__loop(s->recorder, 0);
	if (s->refuser)
		ct_refuser__lift(s->refuser);
	if (ret)
		return ct_err__set(err, EINTR, "aborted; nothing is refused any more");
	if (!s->r.end_ns) {
		s->r.end_ns = ct_clock__now_ns();
		s->r.end = CT_REHEARSE_STOPPED;
	}
	conclude(s);
	return 0;
}

int ct_rehearse(const struct ct_rehearse_opts *opts, struct ct_rehearsal *r, struct ct_err *err)
{
	struct ct_recorder_opts ro = { .backend = opts->backend,
				       .syscalls = ct_gates_watched,
				       .engine = ct_engine_words__of(opts->socket, NULL),
				       .quiet = opts->quiet };
	struct ct_stage s = {
		.opts = opts,
		.r = { .keep = opts->keep, .log_only = opts->log_only, .check = opts->check },
		.process_fd = -1,
		.cgroup_fd = -1
	};
	int ret;

	ret = ct_recorder__open(&ro, &s.recorder, err);
	if (!ret) {
		s.loop = ct_recorder__events(s.recorder);
		ret = run(&s, err);
	}
	ct_refuser__close(s.refuser);
	ct_signs__close(&s);
	ct_recorder__close(s.recorder);
	ct_engine__close(s.engine);
	if (ret)
		ct_rehearsal__free(&s.r);
	else
		*r = s.r;
	return ret;
}

enum ct_effect ct_rehearsal__effect(const struct ct_rehearsal *r, const struct ct_reason *reason)
{
	/* A need without a check has no time. */
	if (!reason->last_ns && reason->verdict == CT_REQUIRED)
		return reason->any_of & r->keep ? CT_EFFECT_NONE : CT_EFFECT_UNTRIED;
	if (reason->verdict == CT_UNNEEDED || reason->any_of & r->keep)
		return CT_EFFECT_NONE;
	return reason->verdict == CT_OPTIONAL ? CT_EFFECT_TOLERATED : CT_EFFECT_FAILS;
}

const char *ct_effect__name(enum ct_effect e)
{
	static const char *const names[] = { "none", "tolerated", "fails", "untried" };

	return names[e];
}
