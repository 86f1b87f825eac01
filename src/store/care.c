/* SPDX-License-Identifier: GPL-2.0-only */
/* Looks after a store: its size, whether it is sound, copies of it. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "store/sqlite.h"
#include "store/store_priv.h"

/* ---- size ---- */

static int64_t size_of(const char *path, const char *end)
{
	ct_autofree char *name = ct_xasprintf("%s%s", path, end);
	struct stat st;

	return stat(name, &st) ? 0 : st.st_size;
}

static int count(struct ct_store *s, const char *sql, uint64_t *n, struct ct_err *err)
{
	int64_t rows = 0;
	int ret = ct_db__number(s->db, sql, NULL, 0, &rows, err);

	if (!ret)
		*n = (uint64_t)rows;
	return ret;
}

int ct_store__status(struct ct_store *s, struct ct_store_status *out, struct ct_err *err)
{
	struct ct_store_status st = { .commit_ms = s->commit_ms, .commits = s->commits };
	int ret = count(s, "SELECT count(*) FROM workload", &st.workloads, err);

	if (!ret)
		ret = count(s, "SELECT count(*) FROM event", &st.events, err);
	if (!ret)
		ret = count(s, "SELECT count(*) FROM gap", &st.gaps, err);
	if (!ret && s->path)
		st.bytes = size_of(s->path, "") + size_of(s->path, "-wal");
	if (!ret)
		*out = st;
	return ret;
}

/* ---- is it sound ---- */

/* What SQLite cannot know: whether the recordings can be read. */
static int check_recordings(struct ct_store *s, struct ct_err *err)
{
	struct ct_session *all = NULL;
	int64_t parts = 0, orphans = 0;
	int ret = ct_store__load(s, NULL, &all, err);

	ct_session__free(all);
	if (!ret)
		ret = ct_db__number(s->db, "SELECT count(*) FROM part", NULL, 0, &parts, err);
	if (!ret)
		ret = ct_db__number(s->db,
				    "SELECT count(*) FROM part p WHERE NOT EXISTS (SELECT 1 FROM"
				    " workload w WHERE w.host = p.host AND w.store = p.store"
				    " AND w.key = p.key)",
				    NULL, 0, &orphans, err);
	if (!ret && orphans)
		ret = ct_err__set(err, EBADMSG, "%s: %lld of %lld recordings belong to no workload",
				  s->db->name, (long long)orphans, (long long)parts);
	return ret;
}

int ct_store__check(struct ct_store *s, struct ct_err *err)
{
	int ret = s->path ? ct_sqlite__check(s->db, true, err) : 0;

	return ret ? ret : check_recordings(s, err);
}

/* ---- copies ---- */

static int only_files(const struct ct_store *s, const char *instead, struct ct_err *err)
{
	if (s->path)
		return 0;
	return ct_err__set(err, EINVAL, "%s is a database of PostgreSQL; use %s there", s->db->name,
			   instead);
}

int ct_store__backup(struct ct_store *s, const char *path, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(path);
	int fd, ret = only_files(s, "pg_dump", err);

	if (ret)
		return ret;
	/* We make the file ourselves, so that its mode is right, it is new, and we can sync it. */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (fd < 0)
		return ct_err__set(err, errno, "cannot make %s: %s%s", shown, strerror(errno),
				   errno == EEXIST ? "; give the name of a new file" : "");
	ret = ct_db__exec(s->db, "VACUUM INTO $1", CT_VALUES(CT_TEXT(path)), err);
	if (!ret && fsync(fd))
		ret = ct_err__set(err, errno, "cannot write %s: %s", shown, strerror(errno));
	close(fd);
	if (ret)
		unlink(path);
	return ret;
}

int ct_store__vacuum(struct ct_store *s, struct ct_err *err)
{
	int ret = ct_store__may_change(s, err);

	if (!ret)
		ret = ct_db__exec(s->db, "VACUUM", NULL, 0, err);
	/* The result is in the log; the file itself shrinks when the log is emptied into it. */
	if (!ret && s->path)
		ret = ct_db__script(s->db, "PRAGMA wal_checkpoint(TRUNCATE)", err);
	return ret;
}
