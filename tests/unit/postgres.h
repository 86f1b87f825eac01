/* SPDX-License-Identifier: GPL-2.0-only */
/* A PostgreSQL server for a test program, in a directory of its own. */
#ifndef CT_UNIT_POSTGRES_H
#define CT_UNIT_POSTGRES_H

#include <stdlib.h>
#include <sys/wait.h>

#include "base/util.h"
#include "store/remote.h"
#include "unit.h"

static char postgres_dir[] = "/tmp/captrim-postgres-XXXXXX";
static char *postgres_url;

static inline int postgres_do(const char *what)
{
	ct_autofree char *command = ct_xasprintf("scripts/postgres %s %s", what, postgres_dir);
	int status = system(command);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline void postgres_end(void)
{
	ct_autofree char *command = ct_xasprintf("rm -rf %s", postgres_dir);

	postgres_do("stop");
	if (system(command))
		printf("%s is left\n", postgres_dir);
	free(postgres_url);
}

/* Call once, before the tests. False: it is not installed, or not built in. */
static inline bool postgres_begin(void)
{
#ifdef CT_HAVE_POSTGRES
	int ret;

	if (!mkdtemp(postgres_dir))
		abort();
	ret = postgres_do("start");
	if (ret == 77) {
		rmdir(postgres_dir);
		return false;
	}
	if (ret)
		abort();
	postgres_url = ct_xasprintf("postgresql:///postgres?host=%s&user=captrim_test",
				    postgres_dir);
	atexit(postgres_end);
	return true;
#else
	return false;
#endif
}

/* In the server, as its owner. */
static inline int postgres_sql(const char *sql)
{
	struct ct_db *db = NULL;
	ct_autoerr struct ct_err err = {};
	int ret = ct_remote__open(postgres_url, &db, &err);

	if (!ret)
		ret = ct_db__script(db, sql, &err);
	if (ret)
		printf("%s: %s\n", sql, err.msg);
	ct_db__close(db);
	return ret;
}

#endif
