/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/sqlite.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

#define BUSY_MS	   10000
#define STATEMENTS 64 /* that are kept prepared; then the oldest makes room */

struct kept {
	uint32_t hash; /* of its text */
	sqlite3_stmt *stmt;
};

struct sqlite {
	struct ct_db db;
	sqlite3 *handle;
	struct kept kept[STATEMENTS];
	size_t next; /* to be replaced */
};

sqlite3 *ct_sqlite__handle(struct ct_db *db)
{
	return ((struct sqlite *)db)->handle;
}

/* ---- what SQLite's answers mean ---- */

static int to_errno(sqlite3 *handle)
{
	int system = sqlite3_system_errno(handle);

	switch (sqlite3_errcode(handle) & 0xff) {
	case SQLITE_FULL: return ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED: return EBUSY;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT: return EBADMSG;
	case SQLITE_READONLY: return EROFS;
	case SQLITE_PERM:
	case SQLITE_AUTH: return EACCES;
	case SQLITE_NOMEM: return ENOMEM;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		return system == ENOSPC || system == EDQUOT || system == EACCES ||
				       system == EROFS || system == ENOENT ?
			       system :
			       EIO;
	default: return EIO;
	}
}

/* reads: the database was opened to be read only. */
static const char *cure(int code, bool reads)
{
	switch (code) {
	case EDQUOT:
	case ENOSPC: return "; make room, nothing that was stored is lost";
	case EBUSY: return "; another program holds it, try again when that has ended";
	case EBADMSG:
		return "; it was left as it is: 'captrim store rebuild' puts it aside and begins a "
		       "new one";
	case EACCES: return "; run as root, or as a member of the group that may read it";
	case EROFS:
		return reads ? "; even to read it, SQLite must create files beside it: run as "
			       "root, "
			       "or copy it to a directory of your own" :
			       "; it cannot be written to";
	default: return "";
	}
}

int ct_sqlite__failed(struct ct_db *db, const char *what, struct ct_err *err)
{
	sqlite3 *handle = ct_sqlite__handle(db);
	int code = to_errno(handle);
	ct_autofree char *text = ct_printable(sqlite3_errmsg(handle));

	return ct_err__set(err, code, "%s: %s%s%s%s", db->name, what, *what ? ": " : "", text,
			   cure(code, code == EROFS && sqlite3_db_readonly(handle, "main") == 1));
}

/* ---- rows ---- */

static int64_t row_int(const struct ct_row *row, int column)
{
	return sqlite3_column_int64(row->of, column);
}

static const char *row_text(const struct ct_row *row, int column)
{
	const unsigned char *text = sqlite3_column_text(row->of, column);

	return text ? (const char *)text : "";
}

static const void *row_blob(const struct ct_row *row, int column, size_t *len)
{
	const void *data = sqlite3_column_blob(row->of, column);

	*len = data ? (size_t)sqlite3_column_bytes(row->of, column) : 0;
	return data;
}

static const struct ct_row_type row_type = { row_int, row_text, row_blob };

/* ---- statements ---- */

static int bind_text(sqlite3_stmt *stmt, int at, const struct ct_value *v)
{
	char *mended = ct_db__mended(v->data, v->len);

	if (mended)
		return sqlite3_bind_text(stmt, at, mended, -1, free);
	return sqlite3_bind_text64(stmt, at, v->data, v->len, SQLITE_STATIC, SQLITE_UTF8);
}

/* SQLite numbers "$2" by its position, PostgreSQL by the digit: so values are bound by name. */
static int bind(sqlite3_stmt *stmt, const struct ct_value *values, size_t n)
{
	int ret = SQLITE_OK;

	/* A parameter without a value would be NULL, which compares with nothing. */
	for (int at = 1; at <= sqlite3_bind_parameter_count(stmt); at++)
		if (strtoul(sqlite3_bind_parameter_name(stmt, at) + 1, NULL, 10) > n)
			return SQLITE_RANGE;
	for (size_t i = 0; i < n && ret == SQLITE_OK; i++) {
		const struct ct_value *v = &values[i];
		char name[24];
		int at;

		snprintf(name, sizeof(name), "$%zu", i + 1);
		at = sqlite3_bind_parameter_index(stmt, name);
		if (!at)
			continue;
		if (v->type == CT_VALUE_INT)
			ret = sqlite3_bind_int64(stmt, at, v->n);
		else if (v->type == CT_VALUE_TEXT)
			ret = bind_text(stmt, at, v);
		else
			ret = sqlite3_bind_blob64(stmt, at, v->data ? v->data : "", v->len,
						  SQLITE_STATIC);
	}
	return ret;
}

/*
 * Keeps statements by their text. *once is set if the statement cannot be kept: then the caller
 * finalizes it. One that is being stepped through is not handed out again, nor forgotten.
 */
static sqlite3_stmt *prepare(struct sqlite *s, const char *sql, bool *once)
{
	uint32_t hash = ct_hash32(sql, strlen(sql));
	sqlite3_stmt *stmt = NULL;
	struct kept *k;

	*once = false;
	for (size_t i = 0; i < STATEMENTS && s->kept[i].stmt && !*once; i++) {
		k = &s->kept[i];
		if (k->hash != hash || strcmp(sqlite3_sql(k->stmt), sql) != 0)
			continue;
		if (!sqlite3_stmt_busy(k->stmt))
			return k->stmt;
		*once = true;
	}
	if (sqlite3_prepare_v3(s->handle, sql, -1, 0, &stmt, NULL) != SQLITE_OK)
		return NULL;
	k = &s->kept[s->next];
	*once = *once || (k->stmt && sqlite3_stmt_busy(k->stmt));
	if (!*once) {
		sqlite3_finalize(k->stmt);
		*k = (struct kept){ hash, stmt };
	}
	s->next = (s->next + !*once) % STATEMENTS;
	return stmt;
}

static int query(struct ct_db *db, const char *sql, const struct ct_value *values, size_t n,
		 ct_db_row_fn fn, void *arg, struct ct_err *err)
{
	struct sqlite *s = (struct sqlite *)db;
	struct ct_row row = { .type = &row_type };
	int answer = SQLITE_ERROR, ret = 0;
	bool once = false;
	sqlite3_stmt *stmt = prepare(s, sql, &once);

	row.of = stmt;
	if (stmt)
		answer = bind(stmt, values, n);
	if (answer == SQLITE_OK)
		while (!ret && (answer = sqlite3_step(stmt)) == SQLITE_ROW)
			ret = fn ? fn(&row, arg) : 0;
	if (!ret && answer != SQLITE_DONE)
		ret = ct_sqlite__failed(db, "", err);
	if (once) {
		sqlite3_finalize(stmt);
	} else if (stmt) {
		sqlite3_reset(stmt);
		sqlite3_clear_bindings(stmt);
	}
	return ret;
}

static int script(struct ct_db *db, const char *sql, struct ct_err *err)
{
	if (sqlite3_exec(ct_sqlite__handle(db), sql, NULL, NULL, NULL) != SQLITE_OK)
		return ct_sqlite__failed(db, "", err);
	return 0;
}

static void close_it(struct ct_db *db)
{
	struct sqlite *s = (struct sqlite *)db;

	for (size_t i = 0; i < STATEMENTS && s->kept[i].stmt; i++)
		sqlite3_finalize(s->kept[i].stmt);
	sqlite3_close(s->handle);
	free(db->name);
	free(s);
}

static const struct ct_db_type type = { query, script, close_it };

/* ---- functions that PostgreSQL has ---- */

static void extreme(sqlite3_context *context, int n, sqlite3_value **values)
{
	bool greatest = sqlite3_user_data(context) != NULL;
	sqlite3_int64 best = sqlite3_value_int64(values[0]);

	for (int i = 1; i < n; i++) {
		sqlite3_int64 v = sqlite3_value_int64(values[i]);

		if (greatest ? v > best : v < best)
			best = v;
	}
	sqlite3_result_int64(context, best);
}

static int add_functions(sqlite3 *handle)
{
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
	int ret = sqlite3_create_function(handle, "greatest", -1, flags, handle, extreme, NULL,
					  NULL);

	if (ret == SQLITE_OK)
		ret = sqlite3_create_function(handle, "least", -1, flags, NULL, extreme, NULL,
					      NULL);
	return ret;
}

/* ---- opening ---- */

/*
 * If nobody has the database open, and its directory may not be written to, SQLite cannot make the
 * files beside it that readers and writers share. But then nobody else changes it while we read.
 */
static bool is_alone(const char *path)
{
	ct_autofree char *wal = ct_xasprintf("%s-wal", path);
	struct stat st;

	return stat(wal, &st) || !st.st_size;
}

static char *as_uri(const char *path)
{
	struct ct_str uri = {};

	ct_str__add(&uri, "file:");
	for (const char *p = path; *p; p++)
		if (*p == '%' || *p == '?' || *p == '#')
			ct_str__addf(&uri, "%%%02x", (unsigned int)*p);
		else
			ct_str__addn(&uri, p, 1);
	ct_str__add(&uri, "?immutable=1");
	return uri.s;
}

/* Reads the first page, so that a file that is not a database is refused here. */
static int try_open(struct sqlite *s, const char *path, int flags)
{
	int ret = sqlite3_open_v2(path, &s->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);

	if (!s->handle) /* no memory even for that */
		return ret & 0xff;
	sqlite3_extended_result_codes(s->handle, 1);
	sqlite3_busy_timeout(s->handle, BUSY_MS);
	if (ret == SQLITE_OK)
		ret = sqlite3_exec(s->handle, "PRAGMA schema_version", NULL, NULL, NULL);
	return ret & 0xff;
}

/*
 * FULL: what was committed survives a power cut, at the cost of one sync for each commit. The log
 * stays when the last connection is closed (PERSIST_WAL), so that a reader without rights on the
 * directory can still open the database.
 */
static const char write_settings[] = "PRAGMA journal_mode = WAL;"
				     "PRAGMA synchronous = FULL;"
				     "PRAGMA journal_size_limit = 4194304;"
				     "PRAGMA trusted_schema = OFF;"
				     "PRAGMA cell_size_check = ON;"
				     "PRAGMA cache_size = -1024;";
static const char read_settings[] = "PRAGMA trusted_schema = OFF;"
				    "PRAGMA cell_size_check = ON;";

static int set_up(struct sqlite *s, bool write, struct ct_err *err)
{
	int on = 1;
	int ret = script(&s->db, write ? write_settings : read_settings, err);

	if (!ret && add_functions(s->handle) != SQLITE_OK)
		ret = ct_sqlite__failed(&s->db, "functions", err);
	if (!ret && write)
		sqlite3_file_control(s->handle, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
	/* Files are not trusted: limits the size of values that a damaged one can ask for. */
	sqlite3_limit(s->handle, SQLITE_LIMIT_LENGTH, 256 << 20);
	return ret;
}

int ct_sqlite__open(const char *path, bool write, struct ct_db **db, struct ct_err *err)
{
	struct sqlite *s = ct_xzalloc(sizeof(*s));
	int ret, answer;

	s->db = (struct ct_db){ .type = &type, .name = ct_printable(path) };
	answer = try_open(s, path, write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
	if (answer == SQLITE_CANTOPEN && !write && is_alone(path)) {
		ct_autofree char *uri = as_uri(path);

		sqlite3_close(ct_steal(s->handle));
		answer = try_open(s, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
	}
	ret = answer == SQLITE_OK ? set_up(s, write, err) :
				    ct_sqlite__failed(&s->db, "cannot be opened", err);
	if (ret)
		close_it(&s->db);
	else
		*db = &s->db;
	return ret;
}

static int first_complaint(const struct ct_row *row, void *arg)
{
	const char *text = ct_row__text(row, 0);
	char **complaint = arg;

	if (!*complaint && strcmp(text, "ok") != 0)
		*complaint = ct_printable(text);
	return 0;
}

int ct_sqlite__check(struct ct_db *db, bool thorough, struct ct_err *err)
{
	ct_autofree char *complaint = NULL;
	int ret = ct_db__query(db, thorough ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)",
			       NULL, 0, first_complaint, &complaint, err);

	if (!ret && complaint)
		ret = ct_err__set(err, EBADMSG, "%s: it is broken (%s)%s", db->name, complaint,
				  cure(EBADMSG, false));
	return ret;
}
