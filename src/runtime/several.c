/* SPDX-License-Identifier: GPL-2.0-only */
#include "runtime/several.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

#include "base/files.h"
#include "base/host_root.h"
#include "base/strings.h"
#include "cgroup/path.h"
#include "model/unit_name.h"

struct several {
	struct ct_engine engine; /* first */
	struct ct_engine **all;
	size_t n;
	int *streams;		      /* descriptors of event streams; -1: it has ended */
	struct ct_strings *confirmed; /* for each engine: ids of containers that are its user's */
	size_t missed; /* streams that could not be opened, and that was not reported yet */
	int epoll;
};

static struct several *of(struct ct_engine *e)
{
	return (struct several *)e;
}

static void several_close(struct ct_engine *e)
{
	struct several *s = of(e);

	for (size_t i = 0; i < s->n; i++) {
		ct_engine__close(s->all[i]);
		ct_strings__free(&s->confirmed[i]);
	}
	if (s->epoll >= 0)
		close(s->epoll);
	free(s->all);
	free(s->streams);
	free(s->confirmed);
	free(s->engine.server);
	free(s);
}

/* Is the process in a user namespace that the user made? */
static bool is_users(int pid, uint32_t uid)
{
	ct_autofree char *path = pid > 0 ? ct_host__proc(pid, "ns/user") : NULL;
	ct_autoclose int fd = path ? ct_files__open(path, O_RDONLY) : -1;
	uid_t owner = (uid_t)-1; /* valgrind does not know that the ioctl sets it */

	return fd >= 0 && !ioctl(fd, NS_GET_OWNER_UID, &owner) && owner == uid;
}

/*
 * Is the cgroup (NULL: not known) one in which that user may have containers? Below his own systemd
 * it is; elsewhere the container's main process has to be in it.
 */
static bool is_place_of(uint32_t uid, int pid, const char *cgroup)
{
	ct_autofree char *path = NULL;

	return !cgroup || ct_unit_name__manager_uid(cgroup) == uid ||
	       (pid > 0 && !ct_cgroup_path__of_pid(pid, &path) &&
		ct_cgroup_path__below(path, cgroup));
}

/*
 * May engine i answer for this container of its own, whose main process is pid? A user's engine may
 * say that it has the container of any id, with a process of that user.
 */
static bool may_answer(struct several *s, size_t i, const char *id, int pid, const char *cgroup)
{
	if (!s->all[i]->uid)
		return true;
	if (!is_place_of(s->all[i]->uid, pid, cgroup))
		return false;
	if (ct_strings__find(&s->confirmed[i], id))
		return true;
	if (!is_users(pid, s->all[i]->uid))
		return false;
	ct_strings__add(&s->confirmed[i], id);
	return true;
}

/*
 * Finds the engine that knows the container (uid: only that user's, unless it is 0; cgroup: where
 * the container is, or NULL), and sets *found, *id and *pid. Else returns -ENOENT, or the error of
 * an engine that failed otherwise, with the messages of all.
 */
static int who(struct several *s, const char *name, uint32_t uid, const char *cgroup, size_t *found,
	       char **id, int *pid, struct ct_err *err)
{
	struct ct_str words = {};
	int ret = -ENOENT, code;

	for (size_t i = 0; i < s->n; i++) {
		ct_autoerr struct ct_err why = {};
		ct_autofree char *its = NULL;
		int its_pid = 0;

		if (uid && s->all[i]->uid != uid)
			continue;
		code = ct_engine__find(s->all[i], name, &its, &its_pid, &why);
		if (!code && may_answer(s, i, its, its_pid, cgroup)) {
			*found = i;
			*id = ct_steal(its);
			*pid = its_pid;
			ct_str__free(&words);
			return 0;
		}
		if (code && code != -ENOENT)
			ret = code;
		if (code && (!s->all[i]->uid || code != -ENOENT))
			ct_str__addf(&words, "%s%s: %s", words.len ? "; " : "", s->all[i]->server,
				     why.msg);
	}
	ct_err__set(err, -ret, "%s", words.s ?: "no engine knows it");
	ct_str__free(&words);
	return ret;
}

static int several_find(struct ct_engine *e, const char *name, char **id, int *pid,
			struct ct_err *err)
{
	struct several *s = of(e);
	ct_autofree char *found = NULL, *shown = ct_printable(name);
	int its, ret;
	size_t i;

	ret = who(s, name, 0, NULL, &i, &found, &its, err);
	/* Root's container comes first; between containers of users, the name is ambiguous. */
	for (size_t k = i + 1; !ret && s->all[i]->uid && k < s->n; k++) {
		ct_autofree char *other = NULL;
		ct_autoerr struct ct_err why = {};
		int pid_of_other = 0;

		if (!ct_engine__find(s->all[k], name, &other, &pid_of_other, &why) &&
		    strcmp(found, other) != 0 && may_answer(s, k, other, pid_of_other, NULL))
			ret = ct_err__set(err, ENOTUNIQ, "several users have a container called %s",
					  shown);
	}
	if (ret)
		return ret;
	*id = ct_steal(found);
	*pid = its;
	return 0;
}

static int several_inspect(struct ct_engine *e, const char *name, struct ct_workload *w,
			   struct ct_err *err)
{
	struct several *s = of(e);
	ct_autofree char *id = NULL;
	size_t i;
	int pid, ret = who(s, name, w->container.engine_uid, w->cgroup_path, &i, &id, &pid, err);

	if (!ret)
		ret = ct_engine__inspect(s->all[i], id, w, err);
	if (!ret && s->all[i]->uid)
		w->container.engine_uid = s->all[i]->uid;
	return ret;
}

/* Whatever listens at some user's socket must not keep the containers of others from being found.
 */
static int several_list(struct ct_engine *e, const char *project, ct_engine_id_fn fn, void *arg,
			struct ct_err *err)
{
	struct several *s = of(e);
	int ret = 0;

	for (size_t i = 0; i < s->n && !ret; i++) {
		ct_autoerr struct ct_err why = {};
		int code = ct_engine__list(s->all[i], project, fn, arg, &why);

		if (code && s->all[i]->uid && s->n > 1)
			ct_warn("%s; containers of the user %u may be missing", why.msg,
				s->all[i]->uid);
		else if (code)
			ret = ct_err__set(err, -code, "%s", why.msg);
	}
	return ret;
}

static bool several_is_composes(struct ct_engine *e, const struct ct_engine_event *ev)
{
	(void)e;
	return ct_engine__is_composes(ev->from, ev);
}

static void several_while_waiting(struct ct_engine *e, int fd, void (*fn)(void *arg), void *arg)
{
	for (size_t i = 0; i < of(e)->n; i++)
		ct_engine__while_waiting(of(e)->all[i], fd, fn, arg);
}

/* Whatever listens at some user's socket must not keep the others from being heard. */
static int several_watch(struct ct_engine *e, const char *label_key, struct ct_err *err)
{
	ct_autoerr struct ct_err why = {};
	struct several *s = of(e);
	int ret = -ENOENT;

	if (s->epoll >= 0)
		close(s->epoll);
	s->missed = 0;
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (s->epoll < 0)
		return ct_err__set(err, errno, "cannot wait for engines: %s", strerror(errno));
	for (size_t i = 0; i < s->n; i++) {
		struct epoll_event in = { .events = EPOLLIN };
		int fd = ct_engine__watch(s->all[i], label_key, why.msg ? NULL : &why);

		s->streams[i] = fd < 0 || epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &in) ? -1 : fd;
		s->missed += s->streams[i] < 0;
		if (fd < 0 && ret == -ENOENT)
			ret = fd;
	}
	if (s->missed < s->n)
		return s->epoll;
	return ct_err__set(err, -ret, "%s", why.msg ?: "cannot wait for engines");
}

/*
 * Each stream's end is reported once, as -EPIPE; that of the last one with its own error. A stream
 * that could not be opened is one that has ended.
 */
static int several_read(struct ct_engine *e, ct_engine_event_fn fn, void *arg)
{
	struct several *s = of(e);
	size_t open = 0, ended = s->missed;
	int ret = 0, lost = 0;

	s->missed = 0;
	for (size_t i = 0; i < s->n; i++) {
		int code = s->streams[i] < 0 ? 0 : ct_engine__read(s->all[i], fn, arg);

		if (code < 0) {
			epoll_ctl(s->epoll, EPOLL_CTL_DEL, s->streams[i], NULL);
			s->streams[i] = -1;
			ended++;
			ret = code;
		}
		lost += code > 0 ? code : 0;
		open += s->streams[i] >= 0;
	}
	if (ended && open)
		return -EPIPE;
	return ret ?: lost;
}

static int several_restart(struct ct_engine *e, const char *name, struct ct_err *err)
{
	struct several *s = of(e);
	ct_autofree char *id = NULL;
	size_t i;
	int pid, ret = who(s, name, 0, NULL, &i, &id, &pid, err);

	return ret ? ret : ct_engine__restart(s->all[i], id, err);
}

static bool several_is_of(struct ct_engine *e, enum ct_runtime rt)
{
	for (size_t i = 0; i < of(e)->n; i++)
		if (ct_engine__is_of(of(e)->all[i], rt))
			return true;
	return false;
}

static bool several_is_roots(struct ct_engine *e, const char *id)
{
	for (size_t i = 0; i < of(e)->n; i++)
		if (ct_engine__is_roots(of(e)->all[i], id))
			return true;
	return false;
}

static const struct ct_engine_ops ops = {
	.close = several_close,
	.inspect = several_inspect,
	.find = several_find,
	.list = several_list,
	.is_composes = several_is_composes,
	.while_waiting = several_while_waiting,
	.watch = several_watch,
	.read = several_read,
	.restart = several_restart,
	.is_of = several_is_of,
	.is_roots = several_is_roots,
};

struct ct_engine *ct_several__new(struct ct_engine *const *engines, size_t n)
{
	struct several *s = ct_xzalloc(sizeof(*s));
	struct ct_str servers = {};

	s->engine = (struct ct_engine){ .ops = &ops, .runtime = engines[0]->runtime };
	s->all = ct_xzalloc(n * sizeof(*s->all));
	s->streams = ct_xzalloc(n * sizeof(*s->streams));
	s->confirmed = ct_xzalloc(n * sizeof(*s->confirmed));
	s->n = n;
	s->epoll = -1;
	memcpy(s->all, engines, n * sizeof(*s->all));
	for (size_t i = 0; i < n; i++)
		s->streams[i] = -1;
	for (size_t i = 0; i < n; i++)
		ct_str__addf(&servers, "%s%s", i ? ", " : "", engines[i]->server);
	s->engine.server = servers.s;
	return &s->engine;
}
