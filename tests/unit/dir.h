/* SPDX-License-Identifier: GPL-2.0-only */
/* Temporary directories for tests. */
#ifndef CT_UNIT_DIR_H
#define CT_UNIT_DIR_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/util.h"
#include "unit.h"

/* A directory of its own for a test; removed with everything in it. */
static inline char *make_dir(void)
{
	char *dir = ct_xstrdup("/tmp/captrim-test-XXXXXX");

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
	return dir;
}

static inline void remove_dir(char **dir)
{
	ct_autofree char *cmd = ct_xasprintf("rm -rf '%s'", *dir);

	CU_ASSERT_EQUAL(system(cmd), 0);
	free(*dir);
}
#define autodir __attribute__((cleanup(remove_dir)))

static inline char *put(const char *dir, const char *name, const char *text)
{
	char *path = ct_xasprintf("%s/%s", dir, name);
	ct_autofclose FILE *f = NULL;

	for (char *slash = path + strlen(dir) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	f = fopen(path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs(text, f);
	return path;
}

#endif
