/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

#include "base/amount.h"

struct ct_outfile {
	char *name;   /* for messages: printable */
	char *target; /* real path, NULL when written directly */
	char *temp;   /* exists as long as this is not NULL */
	FILE *stream;
	bool is_private;
	struct ct_outfile *next; /* in the list of those that have a temp */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct ct_outfile *unfinished;

/* If the lock is held, the list is being changed: leaving a file behind is better than removing
 * somebody else's. */
static void remove_unfinished(void)
{
	if (pthread_mutex_trylock(&lock))
		return;
	for (const struct ct_outfile *f = unfinished; f; f = f->next)
		unlink(f->temp);
}

static void note(struct ct_outfile *f, char *temp)
{
	pthread_mutex_lock(&lock);
	f->temp = temp;
	f->next = unfinished;
	unfinished = f;
	pthread_mutex_unlock(&lock);
	ct_set_last_will(remove_unfinished);
}

/* Takes f off the list. Returns the name of its temporary file, or NULL; the caller frees. */
static char *forget(struct ct_outfile *f)
{
	struct ct_outfile **at = &unfinished;
	char *temp = f->temp;

	if (!temp)
		return NULL;
	pthread_mutex_lock(&lock);
	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	f->temp = NULL;
	pthread_mutex_unlock(&lock);
	return temp;
}

static int fail(const struct ct_outfile *f, int code, struct ct_err *err)
{
	return ct_err__set(err, code, "cannot write %s: %s", *f->name ? f->name : "''",
			   strerror(code));
}

void ct_outfile__abort(struct ct_outfile *f)
{
	if (!f)
		return;
	if (f->stream)
		fclose(f->stream);
	ct_autofree char *temp = forget(f);

	if (temp)
		unlink(temp);
	free(f->name);
	free(f->target);
	free(f);
}

/* The descriptor that a path like /dev/fd/3 stands for, or -1. */
static int path_to_fd(const char *path)
{
	static const char dir[] = "/dev/fd/";
	char *end;
	long fd;

	if (!strcmp(path, "-") || !strcmp(path, "/dev/stdout"))
		return STDOUT_FILENO;
	if (!strcmp(path, "/dev/stderr"))
		return STDERR_FILENO;
	if (strncmp(path, dir, sizeof(dir) - 1))
		return -1;
	path += sizeof(dir) - 1;
	fd = strtol(path, &end, 10);
	return end != path && !*end && fd >= 0 && fd <= INT32_MAX ? (int)fd : -1;
}

/*
 * The open descriptor is duplicated, since opening the path again would start at the file's
 * beginning and overwrite what ">>" was meant to keep.
 */
static int open_fd(int fd)
{
	int copy;

	fflush(NULL);
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return copy < 0 ? -errno : copy;
}

static int open_direct(const struct ct_outfile *f, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY,
		      f->is_private ? 0600 : 0666);

	return fd < 0 ? -errno : fd;
}

/* The user who ran sudo is the one who wants to read the file. */
static void give_to_sudoer(int fd)
{
	const char *uid = getenv("SUDO_UID"), *gid = getenv("SUDO_GID"), *end;
	uint64_t user, group;

	if (!geteuid() && uid && gid && !ct_number__parse(uid, &user, &end) && !*end &&
	    !ct_number__parse(gid, &group, &end) && !*end && user < UINT32_MAX &&
	    group < UINT32_MAX)
		(void)!fchown(fd, (uid_t)user, (gid_t)group);
}

/* st is NULL if the target does not exist yet. */
static int open_beside(struct ct_outfile *f, const struct stat *st)
{
	const char *slash = strrchr(f->target, '/');
	int dirlen = slash ? (int)(slash - f->target) + 1 : 0;
	ct_autofree char *temp = ct_xasprintf("%.*s.captrim-XXXXXX", dirlen, f->target);
	mode_t mode;
	int fd;

	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	note(f, ct_steal(temp));
	if (st) {
		mode = st->st_mode & 07777;
		/*
		 * Only root can change the owner, and nobody else needs to. But those who share the
		 * file through its group must not lose it.
		 */
		if (fchown(fd, st->st_uid, st->st_gid) &&
		    (errno != EPERM || (fchown(fd, (uid_t)-1, st->st_gid) && errno != EPERM)))
			goto failed;
	} else if (f->is_private) {
		mode = 0600;
		give_to_sudoer(fd);
	} else {
		mode = umask(0);
		umask(mode);
		mode = 0666 & ~mode;
	}
	if (!fchmod(fd, mode))
		return fd;
failed:
	mode = errno;
	close(fd);
	return -(int)mode;
}

static int open_path(struct ct_outfile *f, const char *path)
{
	int fd = path_to_fd(path);
	struct stat st;

	if (fd >= 0)
		return open_fd(fd);
	if (stat(path, &st)) {
		if (errno != ENOENT || !*path)
			return -errno;
		/* A dangling link: opening it creates the file that it names. */
		if (!lstat(path, &st))
			return open_direct(f, path);
		f->target = ct_xstrdup(path);
		return open_beside(f, NULL);
	}
	if (!S_ISREG(st.st_mode))
		return open_direct(f, path);
	/* A rename would get around the protection of a read-only file. */
	if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS))
		return -errno;
	f->target = realpath(path, NULL);
	if (!f->target)
		return -errno;
	return open_beside(f, &st);
}

static int open_it(const char *path, bool is_private, struct ct_outfile **file, FILE **stream,
		   struct ct_err *err)
{
	ct_autooutfile struct ct_outfile *f = ct_xzalloc(sizeof(*f));
	int fd;

	f->is_private = is_private;
	f->name = strcmp(path, "-") ? ct_printable(path) : ct_xstrdup("standard output");
	fd = open_path(f, path);
	if (fd < 0)
		return fail(f, -fd, err);
	f->stream = fdopen(fd, "w");
	if (!f->stream) {
		close(fd);
		return fail(f, ENOMEM, err);
	}
	*stream = f->stream;
	*file = ct_steal(f);
	return 0;
}

int ct_outfile__open(const char *path, struct ct_outfile **file, FILE **stream, struct ct_err *err)
{
	return open_it(path, false, file, stream, err);
}

int ct_outfile__open_private(const char *path, struct ct_outfile **file, FILE **stream,
			     struct ct_err *err)
{
	return open_it(path, true, file, stream, err);
}

int ct_outfile__check(const char *path, struct ct_err *err)
{
	ct_autooutfile struct ct_outfile *f = ct_xzalloc(sizeof(*f));
	int fd = path_to_fd(path), ret = 0;
	struct stat st;

	f->name = strcmp(path, "-") ? ct_printable(path) : ct_xstrdup("standard output");
	if (fd >= 0)
		ret = fcntl(fd, F_GETFD) < 0 ? -errno : 0;
	else if (!stat(path, &st) && !S_ISREG(st.st_mode))
		/* Opening a FIFO would wait for its reader. */
		ret = S_ISDIR(st.st_mode)			  ? -EISDIR :
		      faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) ? -errno :
								    0;
	else if (!lstat(path, &st) && S_ISLNK(st.st_mode) && stat(path, &st))
		ret = 0; /* a dangling link: only creating the file would tell */
	else if ((ret = open_path(f, path)) >= 0)
		ret = close(ret);
	return ret < 0 ? fail(f, -ret, err) : 0;
}

/* 0 or the positive errno of the first failed write. */
static int flush(FILE *stream)
{
	bool failed = ferror(stream);

	clearerr(stream);
	/* stdio forgets why an earlier write failed; another write will tell. */
	if (failed)
		fputc('\n', stream);
	if (fflush(stream))
		return errno;
	return failed ? EIO : 0;
}

/* The file's new name must survive a crash, too. Where directories cannot be synced, so be it. */
static void sync_dir(const char *path)
{
	const char *slash = strrchr(path, '/');
	ct_autofree char *dir = slash ? ct_xstrndup(path, slash - path + 1) : ct_xstrdup(".");
	ct_autoclose int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		fsync(fd);
}

/* StateDirectory= and RuntimeDirectory= of captrim-monitor.service. */
static bool is_made_at_start(const char *dir)
{
	return !strcmp(dir, "/var/lib/captrim") || !strcmp(dir, "/run/captrim");
}

int ct_outfile__look(const char *path)
{
	const char *slash = strrchr(path, '/');
	ct_autofree char *dir = !slash ? ct_xstrdup(".") :
					 ct_xstrndup(path,
						     slash > path ? (size_t)(slash - path) : 1);

	if (!access(path, W_OK))
		return 0;
	if (errno != ENOENT)
		return -errno;
	if (!access(dir, W_OK | X_OK) || (errno == ENOENT && is_made_at_start(dir)))
		return 0;
	return -errno;
}

int ct_outfile__commit(struct ct_outfile *file, struct ct_err *err)
{
	ct_autooutfile struct ct_outfile *f = file;
	int code = flush(f->stream);

	if (!code && f->temp && fsync(fileno(f->stream)))
		code = errno;
	if (fclose(ct_steal(f->stream)) && !code)
		code = errno;
	if (code)
		return fail(f, code, err);
	if (!f->temp)
		return 0;
	if (rename(f->temp, f->target))
		return errno != EBUSY ?
			       fail(f, errno, err) :
			       ct_err__set(err, EBUSY,
					   "cannot write %s: it is mounted there on its own, so "
					   "that no new file can take its place; mount its "
					   "directory instead",
					   f->name);
	free(forget(f));
	sync_dir(f->target);
	return 0;
}

int ct_outfile__write(const char *path, void (*fn)(FILE *out, void *arg), void *arg,
		      struct ct_err *err)
{
	struct ct_outfile *f = NULL;
	FILE *out = NULL;
	int ret = ct_outfile__open(path, &f, &out, err);

	if (!f)
		return ret;
	fn(out, arg);
	return ct_outfile__commit(f, err);
}
