/* SPDX-License-Identifier: GPL-2.0-only */
#include "sink/sink_spool.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"

#define MAX_SIZE (64u << 20)

static char *path_of(const char *state, const char *name, const char *end)
{
	return ct_xasprintf("%s/sink-%s.ndjson%s", state, name, end);
}

static void complain(const char *path)
{
	static bool said;

	if (!said)
		ct_warn("%s: cannot save undelivered events: %s", path, strerror(errno));
	said = true;
}

/* Opens the file for writing; returns NULL and sets errno on failure. */
static FILE *open_for(const char *path, int how)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | how, 0600);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (fd >= 0 && !f)
		close(fd);
	return f;
}

static void put(FILE *f, const struct ct_notice *e)
{
	ct_autofree char *text = ct_notice__text(e);

	fprintf(f, "%s\n", text);
}

static bool finish(FILE *f)
{
	bool bad = ferror(f);

	return !fclose(f) && !bad;
}

void ct_sink_spool__forget(const char *state, const char *name)
{
	ct_autofree char *path = state ? path_of(state, name, "") : NULL;

	if (path)
		unlink(path);
}

void ct_sink_spool__keep(const char *state, const char *name, const struct ct_sink_queue *q)
{
	ct_autofree char *path = state ? path_of(state, name, "") : NULL;
	ct_autofree char *fresh = state ? path_of(state, name, ".new") : NULL;
	FILE *f;

	if (!path)
		return;
	if (!q->len) {
		ct_sink_spool__forget(state, name);
		return;
	}
	f = open_for(fresh, O_TRUNC);
	for (size_t i = 0; f && i < q->len; i++)
		put(f, q->items[i].e);
	if (!f || !finish(f) || rename(fresh, path))
		complain(path);
}

void ct_sink_spool__add(const char *state, const char *name, const struct ct_notice *e)
{
	ct_autofree char *path = state ? path_of(state, name, "") : NULL;
	FILE *f;

	if (!path)
		return;
	f = open_for(path, O_APPEND);
	if (f)
		put(f, e);
	if (!f || !finish(f))
		complain(path);
}

size_t ct_sink_spool__load(const char *state, const char *name, struct ct_sink_queue *q, size_t max)
{
	ct_autofree char *path = state ? path_of(state, name, "") : NULL, *text = NULL;
	size_t len, lost = 0;
	const char *line, *end;
	int ret = path ? ct_read_file(path, MAX_SIZE, &text, &len) : -ENOENT;

	if (ret == -ENOENT)
		return 0;
	if (ret) {
		ct_warn("%s: cannot read the undelivered events saved there: %s", path,
			strerror(-ret));
		return 1;
	}
	/* After a power failure it may hold NULs, which must not hide what follows. */
	for (line = text; (end = memchr(line, '\n', len - (size_t)(line - text))); line = end + 1) {
		ct_autonotice struct ct_notice *e = NULL;

		lost += ct_notice__read(line, (size_t)(end - line), &e, NULL) ||
			ct_sink_queue__put(q, e, max, false, ct_clock__now_ns());
	}
	/* A last line without its newline was cut short by a crash or a full disk. */
	return lost + (line < text + len);
}
