/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/schema.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "store/tables.h"

/* The application_id of an SQLite file that is a store: "ctrm". */
#define APPLICATION 0x6374726d

/* Makes writers that start at the same time create the schema once. The number is arbitrary. */
#define LOCK_SQL "SELECT pg_advisory_xact_lock(7165089651436610125)"

/* ---- one text for both ---- */

static const struct {
	const char *word, *sqlite, *postgres;
} words[] = {
	{ "@INT", "INTEGER NOT NULL DEFAULT 0", "bigint NOT NULL DEFAULT 0" },
	{ "@TEXT", "TEXT NOT NULL DEFAULT ''", "text NOT NULL DEFAULT ''" },
	{ "@BLOB", "BLOB NOT NULL", "bytea NOT NULL" },
	{ "@END", "STRICT", "WITH (fillfactor = 70)" },
	{ "@TIME(", "strftime('%Y-%m-%d %H:%M:%S', 0.001 * ", "to_char(to_timestamp(0.001 * " },
	{ "@TIME_END", ", 'unixepoch')", ") AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')" },
};

char *ct_schema__text(const struct ct_db *db, const char *step)
{
	struct ct_str out = {};

	while (*step) {
		size_t n = strcspn(step, "@");

		ct_str__addn(&out, step, n);
		step += n;
		for (size_t i = CT_ARRAY_SIZE(words); *step && i--;) {
			size_t len = strlen(words[i].word);

			if (strncmp(step, words[i].word, len) != 0)
				continue;
			ct_str__add(&out, db->postgres ? words[i].postgres : words[i].sqlite);
			step += len;
			break;
		}
	}
	return out.s;
}

/* ---- versions ---- */

/* *version is 0 if there is no schema yet. */
static int read_version(struct ct_db *db, int64_t *version, struct ct_err *err)
{
	int64_t tables = 0, application = 0;
	int ret;

	*version = 0;
	if (db->postgres) {
		ret = ct_db__number(
			db,
			"SELECT count(*) FROM pg_catalog.pg_tables WHERE tablename = "
			"'captrim_schema' AND schemaname = ANY (current_schemas(false))",
			NULL, 0, &tables, err);
		if (!ret && tables)
			ret = ct_db__number(db, "SELECT version FROM captrim_schema", NULL, 0,
					    version, err);
		return ret;
	}
	ret = ct_db__number(db, "PRAGMA user_version", NULL, 0, version, err);
	if (!ret)
		ret = ct_db__number(db, "PRAGMA application_id", NULL, 0, &application, err);
	if (!ret)
		ret = ct_db__number(db, "SELECT count(*) FROM sqlite_schema", NULL, 0, &tables,
				    err);
	if (!ret && (tables || *version) && application != APPLICATION)
		ret = ct_err__set(
			err, EPROTO,
			"%s: this is a database of another program, and was left as it "
			"is; give the path of a store, or of a file that is not there yet",
			db->name);
	return ret;
}

static int write_version(struct ct_db *db, int64_t version, struct ct_err *err)
{
	ct_autofree char *sql = NULL;

	if (db->postgres)
		return ct_db__exec(db, "UPDATE captrim_schema SET version = $1",
				   CT_VALUES(CT_INT(version)), err);
	sql = ct_xasprintf("PRAGMA application_id = %d; PRAGMA user_version = %" PRId64,
			   APPLICATION, version);
	return ct_db__script(db, sql, err);
}

static int is_newer(const struct ct_db *db, int64_t version, int64_t known, struct ct_err *err)
{
	return ct_err__set(err, EPROTO,
			   "%s: its schema %" PRId64 " is newer than %" PRId64
			   ", which captrim " CT_VERSION
			   " knows; use the captrim that wrote it, or a newer one",
			   db->name, version, known);
}

static int run_steps(struct ct_db *db, const char *const *steps, int64_t known, struct ct_err *err)
{
	int64_t version = 0;
	/* Another process may have done it while this one waited for the lock. */
	int ret = read_version(db, &version, err);

	if (!ret && version > known)
		ret = is_newer(db, version, known, err);
	for (int64_t v = version; !ret && v < known; v++) {
		ct_autofree char *text = ct_schema__text(db, steps[v]);

		ret = ct_db__script(db, text, err);
		if (ret)
			ct_err__prefix(err, "schema %" PRId64, v + 1);
	}
	if (!ret && version < known)
		ret = write_version(db, known, err);
	return ret;
}

int ct_schema__migrate_by(struct ct_db *db, const char *const *steps, struct ct_err *err)
{
	int64_t version = 0, known = 0;
	int ret = read_version(db, &version, err);

	while (steps[known])
		known++;
	if (!ret && version > known)
		return is_newer(db, version, known, err);
	if (ret || version == known)
		return ret;
	ret = ct_db__begin(db, err);
	if (ret)
		return ret;
	if (db->postgres)
		ret = ct_db__exec(db, LOCK_SQL, NULL, 0, err);
	if (!ret)
		ret = run_steps(db, steps, known, err);
	return ct_db__end(db, ret, err);
}

int ct_schema__migrate(struct ct_db *db, struct ct_err *err)
{
	static const char *sqlite[CT_STORE_SCHEMA + 1] = { CT_TABLES_1 },
						    *postgres[CT_STORE_SCHEMA + 1] = {
							    CT_TABLES_1 CT_TABLES_1_POSTGRES
						    };

	return ct_schema__migrate_by(db, db->postgres ? postgres : sqlite, err);
}

int ct_schema__check(struct ct_db *db, struct ct_err *err)
{
	int64_t version = 0;
	int ret = read_version(db, &version, err);

	if (ret)
		return ret;
	if (version > CT_STORE_SCHEMA)
		return is_newer(db, version, CT_STORE_SCHEMA, err);
	if (version == CT_STORE_SCHEMA)
		return 0;
	return ct_err__set(err, ESTALE,
			   version ? "%s: its schema is older than this captrim; 'captrim store "
				     "vacuum' or a restart of 'captrim monitor' brings it up to "
				     "date" :
				     "%s: there is nothing in it yet; 'captrim monitor' fills it",
			   db->name);
}
