/* SPDX-License-Identifier: GPL-2.0-only */
/* Events as NDJSON, to standard output or to a file, which may be moved away at any time. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include "base/outfile.h"
#include "sink/sink_priv.h"

struct out_file {
	int fd;
	bool regular;
	char *line; /* being written, with its newline; a pipe may take it in pieces */
	size_t len, written;
	char id[CT_NOTICE_ID_LEN + 1]; /* of the event in line */
};

/* Returns -ENXIO only for a pipe that nobody reads. */
static int cannot_open(const char *path, const char *shown, int error, struct ct_err *err)
{
	const char *why = strerror(error);
	struct stat st;

	if (error == ENXIO && (lstat(path, &st) || !S_ISFIFO(st.st_mode)))
		return ct_err__set(err, EINVAL, "cannot write events to %s: it is not a file",
				   shown);
	if (error == ENXIO)
		why = "nobody reads it";
	return ct_err__set(err, error, "cannot write events to %s: %s%s", shown, why,
			   error == ELOOP ? "; name the file itself, not a link to it" : "");
}

/* Opens what never blocks a writer: files, character devices, and pipes that somebody reads. */
static int open_path(const char *path, struct out_file *f, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(path);
	ct_autoclose int fd = open(path,
				   O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK |
					   O_NOCTTY | O_CLOEXEC,
				   0640);
	struct stat st;

	if (fd < 0)
		return cannot_open(path, shown, errno, err);
	if (fstat(fd, &st))
		return ct_err__set(err, errno, "cannot write events to %s: %s", shown,
				   strerror(errno));
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode))
		return ct_err__set(err, EINVAL, "cannot write events to %s: it is not a file",
				   shown);
	if (f->fd >= 0)
		close(f->fd);
	f->fd = ct_steal_fd(&fd);
	f->regular = S_ISREG(st.st_mode);
	/* A line that was begun in the old file is written to the new one from its beginning. */
	f->written = 0;
	return 0;
}

static struct out_file *make(struct ct_sink *s)
{
	struct out_file *f = ct_xzalloc(sizeof(*f));

	f->fd = -1;
	s->own = f;
	return f;
}

static void close_file(struct ct_sink *s)
{
	struct out_file *f = s->own;

	if (!f)
		return;
	if (f->fd >= 0)
		close(f->fd);
	free(f->line);
	free(f);
}

/* Succeeds for a pipe that nobody reads: it is opened when there is something to send. */
static int open_if_read(struct ct_sink *s, struct ct_err *err)
{
	ct_autoerr struct ct_err why = { 0 };
	int ret = open_path(s->c.path, s->own, &why);

	if (!ret || ret == -ENXIO)
		return 0;
	return ct_err__set(err, -ret, "%s", why.msg);
}

static int open_file(struct ct_sink *s, struct ct_err *err)
{
	int ret;

	make(s);
	ret = open_if_read(s, err);
	if (ret) {
		close_file(s);
		s->own = NULL;
	}
	return ret;
}

static int open_stdout(struct ct_sink *s, struct ct_err *err)
{
	struct out_file *f = make(s);
	struct stat st;

	(void)err;
	f->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	f->regular = f->fd >= 0 && !fstat(f->fd, &st) && S_ISREG(st.st_mode);
	return 0;
}

/* Was it moved away, or removed, or could it not be opened yet? */
static bool is_gone(const struct ct_sink *s, const struct out_file *f)
{
	struct stat here, there;

	return s->c.path && s->type == &ct_sink_file &&
	       (f->fd < 0 || fstat(f->fd, &here) || lstat(s->c.path, &there) ||
		here.st_dev != there.st_dev || here.st_ino != there.st_ino);
}

/* Removes the beginning of a line that could not be written whole, if it is in a regular file. */
static void take_back(const struct out_file *f, ssize_t written)
{
	struct stat st;

	if (f->regular && written > 0 && !fstat(f->fd, &st) && st.st_size >= written)
		(void)!ftruncate(f->fd, st.st_size - written);
}

/* Returns -EAGAIN if the rest of the line has to be written later. */
static int write_line(struct out_file *f)
{
	while (f->written < f->len) {
		struct pollfd p = { .fd = f->fd, .events = POLLOUT };
		size_t left = f->len - f->written, n = left;
		ssize_t done;

		/* A pipe that is writable takes PIPE_BUF bytes without blocking. */
		if (!f->regular) {
			n = left > PIPE_BUF ? PIPE_BUF : left;
			if (poll(&p, 1, 0) < 1)
				return -EAGAIN;
		}
		done = write(f->fd, f->line + f->written, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		if (f->regular && (size_t)done < n) {
			take_back(f, done);
			return -ENOSPC;
		}
		f->written += (size_t)done;
	}
	return 0;
}

static void begin_line(struct out_file *f, const struct ct_notice *e)
{
	ct_autofree char *text = ct_notice__text(e);

	f->line = ct_xasprintf("%s\n", text);
	f->len = strlen(f->line);
	f->written = 0;
	memcpy(f->id, e->id, sizeof(f->id));
}

static int send_line(struct ct_sink *s, const struct ct_notice *e, struct ct_err *err)
{
	struct out_file *f = s->own;
	bool more = true;
	int ret = is_gone(s, f) ? open_path(s->c.path, f, err) : 0;

	if (ret)
		return ret;
	while (more) {
		if (!f->line)
			begin_line(f, e);
		ret = write_line(f);
		if (ret)
			break;
		/* The line of an earlier event, begun and given up, had to be completed first. */
		more = strcmp(f->id, e->id) != 0;
		free(ct_steal(f->line));
	}
	if (ret) {
		ct_autofree char *shown =
			ct_printable(s->type == &ct_sink_file ? s->c.path : "standard output");

		ct_err__set(err, -ret, "cannot write events to %s: %s", shown,
			    ret == -EAGAIN ? "nobody reads" : strerror(-ret));
		/* If nothing of it was written, the next call may begin with another event. */
		if (!f->written)
			free(ct_steal(f->line));
	}
	return ret;
}

static int check_file(const struct ct_sink_config *c, struct ct_err *err)
{
	if (!c->path || !*c->path)
		return ct_err__set(err, EINVAL, "it needs 'path:', the file to write");
	if (!strcmp(c->path, "-"))
		return ct_err__set(err, EINVAL, "for standard output write 'type: stdout'");
	if (*c->path != '/')
		return ct_err__set(err, EINVAL, "path must begin with '/'");
	return 0;
}

/* What open_path() would say, without making the file. */
static int look_file(const struct ct_sink_config *c, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(c->path);
	struct stat st;
	int ret;

	if (lstat(c->path, &st))
		ret = ct_outfile__look(c->path);
	else if (S_ISLNK(st.st_mode))
		ret = -ELOOP;
	else if (S_ISDIR(st.st_mode))
		ret = -EISDIR;
	else if (S_ISSOCK(st.st_mode) || S_ISBLK(st.st_mode))
		ret = -ENXIO;
	else
		ret = ct_outfile__look(c->path);
	return ret ? cannot_open(c->path, shown, -ret, err) : 0;
}

static const struct ct_yaml_field file_fields[] = { CT_SINK_COMMON_FIELDS,
						    CT_SINK_FIELD("path", TEXT, path),
						    { .name = NULL } };
static const struct ct_yaml_field stdout_fields[] = { CT_SINK_COMMON_FIELDS, { .name = NULL } };

const struct ct_sink_type ct_sink_file = {
	.name = "file",
	.fields = file_fields,
	.check = check_file,
	.look = look_file,
	.open = open_file,
	.close = close_file,
	.reopen = open_if_read,
	.send = send_line,
};

const struct ct_sink_type ct_sink_stdout = {
	.name = "stdout",
	.fields = stdout_fields,
	.open = open_stdout,
	.close = close_file,
	.send = send_line,
};
