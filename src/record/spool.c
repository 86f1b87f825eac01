/* SPDX-License-Identifier: GPL-2.0-only */
#include "record/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "model/recording.h"

struct ct_spool {
	FILE *file;   /* NULL: not made yet */
	size_t *ends; /* file offsets at which each write ended */
	size_t n, cap;
};

struct ct_spool *ct_spool__new(void)
{
	return ct_xzalloc(sizeof(struct ct_spool));
}

void ct_spool__free(struct ct_spool *sp)
{
	if (!sp)
		return;
	if (sp->file)
		fclose(sp->file);
	free(sp->ends);
	free(sp);
}

/* The file may be large, and /tmp is memory on many hosts. */
static FILE *make_file(void)
{
	const char *dir = getenv("TMPDIR");
	int fd = open(dir && *dir ? dir : "/var/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	FILE *f = fd >= 0 ? fdopen(fd, "w+e") : NULL;

	if (fd >= 0 && !f)
		close(fd);
	return f ? f : tmpfile();
}

static size_t end_of(const struct ct_spool *sp)
{
	return sp->n ? sp->ends[sp->n - 1] : 0;
}

int ct_spool__put(struct ct_spool *sp, const struct ct_session *s)
{
	long end;

	if (!sp->file)
		sp->file = make_file();
	if (!sp->file)
		return -errno;
	if (fseek(sp->file, (long)end_of(sp), SEEK_SET))
		return -errno;
	errno = 0;
	if (!ct_recording__write_stream(s, sp->file) && !fflush(sp->file)) {
		end = ftell(sp->file);
		if (end >= 0) {
			*CT_PUSH(sp->ends, sp->n, sp->cap) = (size_t)end;
			return 0;
		}
	}
	end = errno ? errno : EIO;
	clearerr(sp->file);
	return (int)-end;
}

/* The part of the file from begin to end. */
static int read_part(struct ct_spool *sp, size_t begin, size_t end, struct ct_session **s,
		     struct ct_err *err)
{
	size_t size = end - begin;
	ct_autofree char *text = ct_xzalloc(size + 1);
	ct_autofclose FILE *in = NULL;

	if (fseek(sp->file, (long)begin, SEEK_SET) || fread(text, 1, size, sp->file) != size)
		return ct_err__set(err, errno ? errno : EIO, "cannot read ended workloads back: %s",
				   strerror(errno ? errno : EIO));
	in = fmemopen(text, size, "r");
	if (!in)
		return ct_err__set(err, errno, "cannot read ended workloads back: %s",
				   strerror(errno));
	return ct_recording__read_stream(in, "what has ended", s, err);
}

int ct_spool__read(struct ct_spool *sp, ct_spooled_fn fn, void *arg, struct ct_err *err)
{
	int ret = 0;

	for (size_t i = 0; i < sp->n && !ret; i++) {
		struct ct_session *s = NULL;

		ret = read_part(sp, i ? sp->ends[i - 1] : 0, sp->ends[i], &s, err);
		if (!ret)
			fn(arg, s);
	}
	return ret;
}
