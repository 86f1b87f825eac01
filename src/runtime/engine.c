/* SPDX-License-Identifier: GPL-2.0-only */
#include "runtime/engine.h"

#include <errno.h>

#include "base/util.h"

void ct_engine__close(struct ct_engine *e)
{
	if (e)
		e->ops->close(e);
}

int ct_engine__inspect(struct ct_engine *e, const char *id_or_name, struct ct_workload *w,
		       struct ct_err *err)
{
	int ret = e->ops->inspect(e, id_or_name, w, err);

	if (!ret)
		w->container.inspected = true;
	return ret;
}

int ct_engine__find(struct ct_engine *e, const char *id_or_name, char **full_id, int *pid,
		    struct ct_err *err)
{
	return e->ops->find(e, id_or_name, full_id, pid, err);
}

int ct_engine__list(struct ct_engine *e, const char *project, ct_engine_id_fn fn, void *arg,
		    struct ct_err *err)
{
	return e->ops->list(e, project, fn, arg, err);
}

bool ct_engine__is_composes(struct ct_engine *e, const struct ct_engine_event *ev)
{
	return e->ops->is_composes(e, ev);
}

void ct_engine__while_waiting(struct ct_engine *e, int fd, void (*fn)(void *arg), void *arg)
{
	e->ops->while_waiting(e, fd, fn, arg);
}

int ct_engine__watch(struct ct_engine *e, const char *label_key, struct ct_err *err)
{
	return e->ops->watch(e, label_key, err);
}

int ct_engine__read(struct ct_engine *e, ct_engine_event_fn fn, void *arg)
{
	return e->ops->read(e, fn, arg);
}

int ct_engine__restart(struct ct_engine *e, const char *id, struct ct_err *err)
{
	return e->ops->restart(e, id, err);
}

bool ct_engine__is_of(struct ct_engine *e, enum ct_runtime rt)
{
	return e->ops && e->ops->is_of ? e->ops->is_of(e, rt) : e->runtime == rt;
}

bool ct_engine__is_roots(struct ct_engine *e, const char *id)
{
	ct_autoerr struct ct_err err = {};
	ct_autofree char *full = NULL;
	int pid;

	if (e->ops->is_roots)
		return e->ops->is_roots(e, id);
	return !e->rootless && !e->uid && !ct_engine__find(e, id, &full, &pid, &err);
}

const char *ct_engine__cure(int code)
{
	switch (code) {
	case EACCES:
	case EPERM: return "; run as root or as a member of the socket's group";
	case ENOENT:
	case ECONNREFUSED:
		return "; is the service running? DOCKER_HOST=unix://PATH or --socket names "
		       "another one";
	default: return "";
	}
}
