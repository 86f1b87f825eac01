/* SPDX-License-Identifier: GPL-2.0-only */
#include "monitor/opener_work.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/util.h"
#include "base/walk.h"

union one_fd {
	char space[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

int ct_opener_work__send(int socket, const void *data, size_t len, int fd)
{
	struct iovec io = { (void *)data, len };
	union one_fd control = {};
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1 };

	if (fd >= 0) {
		struct cmsghdr *c;

		m.msg_control = control.space;
		m.msg_controllen = sizeof(control.space);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	return sendmsg(socket, &m, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

ssize_t ct_opener_work__receive(int socket, void *data, size_t size, int *fd)
{
	struct iovec io = { data, size };
	union one_fd control = {};
	struct msghdr m = { .msg_iov = &io,
			    .msg_iovlen = 1,
			    .msg_control = control.space,
			    .msg_controllen = sizeof(control.space) };
	ssize_t n;

	*fd = -1;
	do {
		n = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
			memcpy(fd, CMSG_DATA(c), sizeof(*fd));
	return n;
}

/*
 * The seccomp filter of a container may refuse openat2(). Then open() does, unless links must not
 * be followed.
 */
static int open_how(const char *path, uint64_t flags, uint64_t resolve)
{
	struct open_how how = { .flags = flags | O_CLOEXEC, .resolve = resolve };
	int fd = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));

	if (fd < 0 && (errno == ENOSYS || errno == EPERM) && !(resolve & RESOLVE_NO_SYMLINKS))
		fd = open(path, (int)flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/*
 * Which links are followed: in /proc those of processes, which are what is wanted; elsewhere no
 * such magic links, and where users may write no links at all.
 */
static uint64_t links_in(enum ct_opener_place place)
{
	switch (place) {
	case CT_OPENER_PROC: return 0;
	case CT_OPENER_ROOTS: return RESOLVE_NO_MAGICLINKS;
	default: return RESOLVE_NO_SYMLINKS;
	}
}

/* A FIFO must not block us, and of a device nothing is wanted. */
static int open_file(const char *path, enum ct_opener_place place)
{
	int fd = open_how(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, links_in(place));
	struct stat st;

	if (fd < 0)
		return fd;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return -EINVAL;
}

static int32_t read_link(const char *path, char *text)
{
	ssize_t n = readlink(path, text, CT_OPENER_TEXT);

	return n < 0 ? -errno : (int32_t)n;
}

/* The paths come one after the other, each with its NUL; what does not fit is left out. */
static int32_t find_files(const char *pattern, char *text)
{
	size_t used = 0;
	glob_t g = {};

	if (!glob(pattern, GLOB_NOSORT, NULL, &g))
		for (size_t i = 0; i < g.gl_pathc; i++) {
			size_t len = strlen(g.gl_pathv[i]) + 1;

			if (len > CT_OPENER_TEXT - used)
				break;
			memcpy(text + used, g.gl_pathv[i], len);
			used += len;
		}
	globfree(&g);
	return (int32_t)used;
}

int ct_opener_work__answer(const struct ct_opener_request *q, int root, struct ct_opener_answer *a)
{
	enum ct_opener_place place = CT_OPENER_NOWHERE;
	int fd = -1, ret = -EINVAL;

	if (q->op != CT_OPENER_IN_ROOT)
		place = ct_opener_list__find(q->op, q->path);
	if (q->op == CT_OPENER_IN_ROOT)
		ret = fd = root < 0 ? -EBADF : ct_walk__open_in_root(root, q->path);
	else if (place == CT_OPENER_NOWHERE)
		ret = -EACCES;
	else if (q->op == CT_OPENER_LOOK)
		ret = fd = open_how(q->path, O_PATH, links_in(place));
	else if (q->op == CT_OPENER_READ)
		ret = fd = open_file(q->path, place);
	else if (q->op == CT_OPENER_LINK)
		ret = read_link(q->path, a->text);
	else if (q->op == CT_OPENER_EACH)
		ret = find_files(q->path, a->text);
	a->seq = q->seq;
	a->result = fd >= 0 ? 0 : ret;
	return fd >= 0 ? fd : -1;
}

void ct_opener_work__run(int socket)
{
	static struct ct_opener_request q;
	static struct ct_opener_answer a;
	ssize_t n;
	int root;

	while ((n = ct_opener_work__receive(socket, &q, sizeof(q) - 1, &root)) > 0) {
		int fd;

		((char *)&q)[n] = '\0';
		if ((size_t)n >= offsetof(struct ct_opener_request, path)) {
			fd = ct_opener_work__answer(&q, root, &a);
			ct_opener_work__send(socket, &a,
					     offsetof(struct ct_opener_answer, text) +
						     (a.result > 0 ? (size_t)a.result : 0),
					     fd);
			if (fd >= 0)
				close(fd);
		}
		if (root >= 0)
			close(root);
	}
}
