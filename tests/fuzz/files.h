/* SPDX-License-Identifier: GPL-2.0-only */
/* A directory of a fuzzer's own for what is read by name; removed at the end. */
#ifndef CT_FUZZ_FILES_H
#define CT_FUZZ_FILES_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"

static char fuzz_dir[64];

static int fuzz_remove(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static void fuzz_remove_dir(void)
{
	nftw(fuzz_dir, fuzz_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static inline const char *fuzz_make_dir(void)
{
	if (*fuzz_dir)
		return fuzz_dir;
	strcpy(fuzz_dir, "/dev/shm/captrim-fuzz-XXXXXX");
	if (!mkdtemp(fuzz_dir))
		abort();
	atexit(fuzz_remove_dir);
	return fuzz_dir;
}

/* Writes a file below it, with its directories. The caller frees the path. */
static inline char *fuzz_put(const char *name, const void *data, size_t size)
{
	char *path = ct_xasprintf("%s/%s", fuzz_make_dir(), name);
	FILE *f = fopen(path, "w");

	for (char *slash = path + strlen(fuzz_dir) + 1; !f && (slash = strchr(slash, '/'));
	     slash++) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	if (!f)
		f = fopen(path, "w");
	if (!f || (size && fwrite(data, size, 1, f) != 1))
		abort();
	fclose(f);
	return path;
}

/* What stands before the first line that is "--", and behind it (empty if there is none). */
static inline const char *fuzz_split(const char *text, size_t size, size_t *first, size_t *second)
{
	const char *mark = memmem(text, size, "\n--\n", 4);

	*first = mark ? (size_t)(mark - text) + 1 : size;
	*second = mark ? size - *first - 3 : 0;
	return mark ? mark + 4 : text + size;
}

#endif
