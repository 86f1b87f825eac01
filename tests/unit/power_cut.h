/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file system for SQLite that can lose its power: of what was written since a file was synced,
 * some writes are there afterwards, some are not, and some in part, whatever their order was.
 */
#ifndef CT_UNIT_POWER_CUT_H
#define CT_UNIT_POWER_CUT_H

#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>

#include "base/util.h"

#define CUT_FILES  4
#define CUT_SECTOR 512

struct cut_write {
	size_t at, len; /* len 0: cut off there */
	char *data;
};

/* One that is not synced in full. */
struct cut_disk {
	char *name; /* NULL: free */
	char *data; /* what is there for certain */
	size_t len;
	struct cut_write *pending;
	size_t npending, pending_cap;
};

static struct cut_disk cut_disks[CUT_FILES];
static uint64_t cut_writes, cut_at; /* the power goes at that write or sync; 0: never */
static bool cut_ignores_sync;	    /* to see the test fail */
static sqlite3_vfs *cut_real;

struct cut_file {
	sqlite3_file base;
	struct cut_disk *disk; /* NULL: of no interest */
	sqlite3_file real[];
};

static inline bool cut_is_off(void)
{
	return cut_at && ++cut_writes >= cut_at;
}

static inline void cut_apply(struct cut_disk *d, size_t at, const char *data, size_t len)
{
	if (!data) {
		d->len = at < d->len ? at : d->len;
		return;
	}
	if (at + len > d->len) {
		d->data = ct_xrealloc(d->data, at + len);
		memset(d->data + d->len, 0, at + len - d->len);
		d->len = at + len;
	}
	if (len)
		memcpy(d->data + at, data, len);
}

static inline void cut_remember(struct cut_disk *d, size_t at, const void *data, size_t len)
{
	struct cut_write *w = CT_PUSH(d->pending, d->npending, d->pending_cap);

	*w = (struct cut_write){ .at = at, .len = len };
	if (data && len) {
		w->data = ct_xzalloc(len + 1);
		memcpy(w->data, data, len);
	}
}

static inline void cut_settle(struct cut_disk *d, bool all, unsigned int (*below)(unsigned int))
{
	for (size_t i = 0; i < d->npending; i++) {
		struct cut_write *w = &d->pending[i];

		if (all || below(3) == 0) {
			cut_apply(d, w->at, w->data, w->len);
		} else if (w->data && below(2)) {
			for (size_t n = 0; n < w->len; n += CUT_SECTOR)
				if (below(2))
					cut_apply(d, w->at + n, w->data + n,
						  w->len - n < CUT_SECTOR ? w->len - n :
									    CUT_SECTOR);
		}
		free(w->data);
	}
	d->npending = 0;
}

/* ---- the methods of a file ---- */

#define CUT_REAL(f) (((struct cut_file *)(f))->real)
#define CUT_PASS(method, args, ...)                                   \
	static inline int cut_##method args                           \
	{                                                             \
		return CUT_REAL(f)->pMethods->x##method(__VA_ARGS__); \
	}

CUT_PASS(Close, (sqlite3_file * f), CUT_REAL(f))
CUT_PASS(Read, (sqlite3_file * f, void *p, int n, sqlite3_int64 at), CUT_REAL(f), p, n, at)
CUT_PASS(FileSize, (sqlite3_file * f, sqlite3_int64 *n), CUT_REAL(f), n)
CUT_PASS(Lock, (sqlite3_file * f, int l), CUT_REAL(f), l)
CUT_PASS(Unlock, (sqlite3_file * f, int l), CUT_REAL(f), l)
CUT_PASS(CheckReservedLock, (sqlite3_file * f, int *out), CUT_REAL(f), out)
CUT_PASS(FileControl, (sqlite3_file * f, int op, void *arg), CUT_REAL(f), op, arg)
CUT_PASS(SectorSize, (sqlite3_file * f), CUT_REAL(f))
CUT_PASS(ShmMap, (sqlite3_file * f, int r, int n, int e, void volatile **p), CUT_REAL(f), r, n, e,
	 p)
CUT_PASS(ShmLock, (sqlite3_file * f, int at, int n, int flags), CUT_REAL(f), at, n, flags)
CUT_PASS(ShmUnmap, (sqlite3_file * f, int d), CUT_REAL(f), d)

static inline void cut_ShmBarrier(sqlite3_file *f)
{
	CUT_REAL(f)->pMethods->xShmBarrier(CUT_REAL(f));
}

/* The disk promises nothing: a sector may be torn, and writes come in any order. */
static inline int cut_DeviceCharacteristics(sqlite3_file *f)
{
	(void)f;
	return 0;
}

static inline int cut_Write(sqlite3_file *f, const void *data, int len, sqlite3_int64 at)
{
	struct cut_disk *d = ((struct cut_file *)f)->disk;

	if (d && cut_is_off())
		return SQLITE_IOERR_WRITE;
	if (d)
		cut_remember(d, (size_t)at, data, (size_t)len);
	return CUT_REAL(f)->pMethods->xWrite(CUT_REAL(f), data, len, at);
}

static inline int cut_Truncate(sqlite3_file *f, sqlite3_int64 size)
{
	struct cut_disk *d = ((struct cut_file *)f)->disk;

	if (d && cut_is_off())
		return SQLITE_IOERR_TRUNCATE;
	if (d)
		cut_remember(d, (size_t)size, NULL, 0);
	return CUT_REAL(f)->pMethods->xTruncate(CUT_REAL(f), size);
}

static inline int cut_Sync(sqlite3_file *f, int flags)
{
	struct cut_disk *d = ((struct cut_file *)f)->disk;

	(void)flags;
	if (d && cut_is_off())
		return SQLITE_IOERR_FSYNC;
	if (d && !cut_ignores_sync)
		cut_settle(d, true, NULL);
	return SQLITE_OK;
}

static const sqlite3_io_methods cut_methods = {
	.iVersion = 2,
	.xClose = cut_Close,
	.xRead = cut_Read,
	.xWrite = cut_Write,
	.xTruncate = cut_Truncate,
	.xSync = cut_Sync,
	.xFileSize = cut_FileSize,
	.xLock = cut_Lock,
	.xUnlock = cut_Unlock,
	.xCheckReservedLock = cut_CheckReservedLock,
	.xFileControl = cut_FileControl,
	.xSectorSize = cut_SectorSize,
	.xDeviceCharacteristics = cut_DeviceCharacteristics,
	.xShmMap = cut_ShmMap,
	.xShmLock = cut_ShmLock,
	.xShmBarrier = cut_ShmBarrier,
	.xShmUnmap = cut_ShmUnmap,
};

static inline struct cut_disk *cut_disk_of(const char *name)
{
	for (size_t i = 0; i < CUT_FILES; i++) {
		struct cut_disk *d = &cut_disks[i];

		if (!d->name)
			d->name = ct_xstrdup(name);
		if (!strcmp(d->name, name))
			return d;
	}
	return NULL;
}

static inline int cut_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
	struct cut_file *file = (struct cut_file *)f;
	int answer;

	(void)vfs;
	answer = cut_real->xOpen(cut_real, name, file->real, flags, out);
	f->pMethods = file->real->pMethods ? &cut_methods : NULL;
	file->disk = name && flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL) ? cut_disk_of(name) :
									       NULL;
	return answer;
}

/* From now on everything goes through it. */
static inline void cut_begin(void)
{
	static sqlite3_vfs vfs;

	cut_real = sqlite3_vfs_find("unix");
	vfs = *cut_real;
	vfs.zName = "power-cut";
	vfs.szOsFile = (int)sizeof(struct cut_file) + cut_real->szOsFile;
	vfs.xOpen = cut_open;
	sqlite3_vfs_register(&vfs, 1);
}

/* The power comes back: what is on the disks becomes the files. */
static inline void cut_end(unsigned int (*below)(unsigned int))
{
	sqlite3_vfs_register(cut_real, 1);
	for (size_t i = 0; i < CUT_FILES; i++) {
		struct cut_disk *d = &cut_disks[i];
		int fd;

		if (!d->name)
			continue;
		cut_settle(d, false, below);
		fd = open(d->name, O_WRONLY | O_TRUNC | O_CREAT, 0600);
		if (write(fd, d->data, d->len) != (ssize_t)d->len)
			abort();
		close(fd);
		free(d->name);
		free(d->data);
		free(d->pending);
		*d = (struct cut_disk){};
	}
	cut_writes = cut_at = 0;
}

#endif
