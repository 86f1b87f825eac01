/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/store.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/outfile.h"
#include "store/lock.h"
#include "store/remote.h"
#include "store/schema.h"
#include "store/sqlite.h"
#include "store/store_priv.h"

bool ct_store__is_remote(const char *url)
{
	return url && (!strncmp(url, "postgresql://", 13) || !strncmp(url, "postgres://", 11));
}

static int check_name(const char *path, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(path);

	if (*path && !strstr(path, "://"))
		return 0;
	return ct_err__set(err, EINVAL,
			   "'%s' names no store; give a path, sqlite:///PATH or "
			   "postgresql://HOST/DATABASE",
			   shown);
}

int ct_store__check_url(const char *url, struct ct_err *err)
{
	return ct_store__is_remote(url) ? ct_remote__check_url(url, err) :
					  check_name(ct_store__path(url), err);
}

/* ---- opening ---- */

const char *ct_store__path(const char *url)
{
	if (!url || !*url)
		return CT_STORE_DEFAULT;
	return strncmp(url, "sqlite://", 9) != 0 ? url : url + 9;
}

static bool is_link(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && S_ISLNK(st.st_mode);
}

/* Resolves a link, because the lock and the files of SQLite stand beside the real file. */
static char *real_path(const char *path)
{
	char *real = is_link(path) ? realpath(path, NULL) : NULL;

	return real ? real : ct_xstrdup(path);
}

/* Does a file begin with text? A database does not, whatever its damage. */
static bool begins_with_text(const char *path)
{
	ct_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char s[16];
	ssize_t n = fd < 0 ? -1 : read(fd, s, sizeof(s));

	for (ssize_t i = 0; i < n; i++)
		if (!isprint((unsigned char)s[i]) && !isspace((unsigned char)s[i]))
			return false;
	return n > 0;
}

static int check_path(const char *path, bool create, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(path);
	struct stat st;
	int ret = check_name(path, err);

	if (ret)
		return ret;
	if (stat(path, &st) && errno == ENOENT && is_link(path))
		return ct_err__set(
			err, ENOENT,
			"the store %s is a link to what is not there; make or mount that, "
			"or remove the link",
			shown);
	if (stat(path, &st))
		return errno == ENOENT && create ?
			       0 :
			       ct_err__set(err, errno, "cannot open the store %s: %s%s", shown,
					   strerror(errno),
					   errno == ENOENT ?
						   "; 'captrim monitor' makes it, or name "
						   "another one with --store" :
					   errno == EACCES ? "; run as root, or as a member of its "
							     "group" :
							     "");
	if (S_ISDIR(st.st_mode) || !S_ISREG(st.st_mode))
		return ct_err__set(err, S_ISDIR(st.st_mode) ? EISDIR : EINVAL,
				   "the store %s is not a file; give a path such as %s/captrim.db",
				   shown, S_ISDIR(st.st_mode) ? shown : "/var/lib/captrim");
	if (begins_with_text(path))
		return ct_err__set(err, EPROTO,
				   "%s is a text file, not a store; it was left as it is", shown);
	return 0;
}

int ct_store__look(const char *url, struct ct_err *err)
{
	ct_autofree char *path = real_path(ct_store__path(url)), *shown = ct_printable(path);
	int ret = check_path(path, true, err), cannot = ret ? 0 : ct_outfile__look(path);

	if (!cannot)
		return ret;
	return ct_err__set(err, -cannot, "cannot write %s: %s%s", shown, strerror(-cannot),
			   cannot == -ENOENT ? "; make its directory first" :
					       "; run as root or as the daemon's user");
}

/*
 * Renames a broken store and the files that SQLite keeps for it; the time makes the names unique.
 */
static int put_aside(const char *path, struct ct_err *err)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	time_t now = time(NULL);
	struct tm tm;
	char when[32];
	ct_autofree char *shown = NULL;

	strftime(when, sizeof(when), "%Y%m%d-%H%M%S", gmtime_r(&now, &tm));
	for (size_t i = 0; i < CT_ARRAY_SIZE(ends); i++) {
		ct_autofree char *from = ct_xasprintf("%s%s", path, ends[i]);
		ct_autofree char *to = ct_xasprintf("%s.broken-%s%s", path, when, ends[i]);

		if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) &&
		    (errno != ENOENT || !i)) {
			ct_autofree char *name = ct_printable(from);

			return ct_err__set(err, errno, "cannot put %s aside: %s", name,
					   strerror(errno));
		}
	}
	shown = ct_printable(path);
	ct_warn("the broken store is kept as %s.broken-%s; a new one was begun", shown, when);
	return 0;
}

static int compare_clock(struct ct_store *s, struct ct_err *err)
{
	int64_t last = 0;
	int ret = ct_db__number(s->db, "SELECT coalesce(max(last_ms), 0) FROM workload", NULL, 0,
				&last, err);

	ct_retain__begin(&s->doubt, last, ct_clock__wall_ms());
	return ret;
}

bool ct_store__doubts_clock(const struct ct_store *s)
{
	return s->doubt.until_ms;
}

static int open_to_write(struct ct_store *s, unsigned int flags, struct ct_err *err)
{
	int ret = ct_store_lock__make_file(s->path, err);

	if (!ret)
		ret = ct_sqlite__open(s->path, true, &s->db, err);
	/* Reads the whole file, so that damage is found before anything is added. */
	if (!ret && (flags & CT_STORE_WRITE))
		ret = ct_sqlite__check(s->db, false, err);
	if (!ret)
		ret = ct_schema__migrate(s->db, err);
	if (!ret && (flags & CT_STORE_REBUILD))
		ret = ct_store__check(s, err);
	if (!ret && (flags & CT_STORE_WRITE))
		ret = compare_clock(s, err);
	return ret;
}

static int open_file(struct ct_store *s, unsigned int flags, struct ct_err *err)
{
	bool changes = flags & (CT_STORE_WRITE | CT_STORE_CHANGE);
	int ret = check_path(s->path, changes, err);

	if (!ret && (flags & (CT_STORE_WRITE | CT_STORE_REBUILD)))
		ret = ct_store_lock__take(s->path, &s->lock, err);
	if (ret)
		return ret;
	if (!changes) {
		ret = ct_sqlite__open(s->path, false, &s->db, err);
		return ret ? ret : ct_schema__check(s->db, err);
	}
	ret = open_to_write(s, flags, err);
	if (ret == -EBADMSG && (flags & CT_STORE_REBUILD)) {
		ct_db__close(ct_steal(s->db));
		ret = put_aside(s->path, err);
		if (!ret)
			ret = open_to_write(s, flags, err);
	}
	return ret;
}

static int open_remote(struct ct_store *s, const char *url, unsigned int flags, struct ct_err *err)
{
	int ret;

	if (flags & CT_STORE_WRITE) {
		ct_autofree char *shown = ct_remote__shown(url);

		return ct_err__set(
			err, EINVAL,
			"%s: a daemon writes to a file first; name that as \"local\" and "
			"this as \"url\" of the store",
			shown);
	}
	ret = ct_remote__open(url, &s->db, err);
	if (ret)
		return ret;
	/* Readers add many rows up to few, which fits into memory and takes less time than JIT
	 * compiling. A proxy may refuse these settings. */
	(void)ct_db__script(s->db, "SET jit = off; SET work_mem = '32MB'", NULL);
	return flags & CT_STORE_CHANGE ? ct_schema__migrate(s->db, err) :
					 ct_schema__check(s->db, err);
}

int ct_store__open(const char *url, unsigned int flags, struct ct_store **out, struct ct_err *err)
{
	ct_autostore struct ct_store *s = ct_xzalloc(sizeof(*s));
	struct stat st;
	int ret;

	s->lock = -1;
	s->may_change = flags & (CT_STORE_WRITE | CT_STORE_CHANGE);
	if (ct_store__is_remote(url)) {
		ret = open_remote(s, url, flags, err);
	} else {
		s->path = real_path(ct_store__path(url));
		ret = open_file(s, flags, err);
		if (!ret && !stat(s->path, &st)) {
			s->dev = st.st_dev;
			s->ino = st.st_ino;
		}
	}
	if (!ret)
		*out = ct_steal(s);
	return ret;
}

void ct_store__close(struct ct_store *s)
{
	if (!s)
		return;
	ct_db__close(s->db);
	if (s->lock >= 0)
		close(s->lock);
	free(s->path);
	free(s->id);
	free(s);
}
