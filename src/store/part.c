/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/part.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "model/recording.h"
#include "model/setting.h"
#include "model/tally.h"
#include "store/store_priv.h"

#define MAX_SIZE (256u << 20) /* of a recording: a row is not trusted */

static int write_text(const struct ct_session *s, const struct ct_workload *part, bool losses,
		      char **text, size_t *len)
{
	struct ct_workload alone = *part, *only = &alone;
	struct ct_session one = {
		.host = s->host, .workloads = &only, .nworkloads = 1, .recordings = s->recordings
	};
	FILE *out = open_memstream(text, len);
	int ret;

	if (!out)
		return -errno;
	alone.nmore = 0;
	if (losses)
		one.losses = s->losses;
	ret = ct_recording__write_stream(&one, out);
	/* No text: glibc could not move it to its final place. */
	if (fclose(out) || !*text)
		ret = -ENOMEM;
	return ret;
}

int ct_packed__make(const struct ct_session *s, const struct ct_workload *part, bool losses,
		    struct ct_packed *out, struct ct_err *err)
{
	ct_autofree char *text = NULL;
	ct_autofree void *data = NULL;
	size_t len = 0;
	uLongf room;
	int ret = write_text(s, part, losses, &text, &len);

	if (ret)
		return ct_err__set(err, -ret, "cannot write a recording to memory: %s",
				   strerror(-ret));
	if (len > MAX_SIZE)
		return ct_err__set(err, EFBIG, "a recording of more than %u MiB cannot be stored",
				   MAX_SIZE >> 20);
	room = compressBound(len);
	data = ct_xzalloc(room);
	if (compress2(data, &room, (const Bytef *)text, len, 6) != Z_OK)
		return ct_err__set(err, ENOMEM, "a recording cannot be compressed");
	*out = (struct ct_packed){ .data = ct_steal(data), .len = room, .size = len };
	return 0;
}

int ct_packed__open(const void *data, size_t len, uint64_t size, const char *name,
		    struct ct_session **s, struct ct_err *err)
{
	ct_autofree char *text = NULL;
	ct_autofclose FILE *in = NULL;
	uLongf got = size;
	int ret;

	if (!size || size > MAX_SIZE)
		return ct_err__set(err, EBADMSG, "%s: a stored recording has a wrong size", name);
	text = ct_xzalloc(size);
	if (uncompress((Bytef *)text, &got, data, len) != Z_OK || got != size)
		return ct_err__set(err, EBADMSG, "%s: a stored recording is damaged", name);
	in = fmemopen(text, size, "r");
	if (!in)
		return ct_err__set(err, errno, "cannot read from memory: %s", strerror(errno));
	ret = ct_recording__read_stream(in, name, s, err);
	if (!ret && (*s)->nworkloads != 1) {
		ct_session__free(ct_steal(*s));
		return ct_err__set(err, EBADMSG, "%s: a stored recording is not of one workload",
				   name);
	}
	return ret;
}

static void take_host(struct ct_session *into, struct ct_session *from)
{
	struct ct_host host = into->host;

	into->host = from->host;
	from->host = host;
}

void ct_packed__assemble(struct ct_session *into, struct ct_session *from)
{
	struct ct_workload *w = from->workloads[0], *first;

	/* Only one of the parts has the losses. */
	ct_losses__add(&into->losses, &from->losses);
	if (into->recordings < from->recordings)
		into->recordings = from->recordings;
	from->nworkloads = 0;
	if (!into->nworkloads) {
		take_host(into, from);
		*CT_PUSH(into->workloads, into->nworkloads, into->workloads_cap) = w;
		w->place = 1;
		return;
	}
	first = into->workloads[0];
	*CT_PUSH(first->more, first->nmore, first->more_cap) = w;
	/* Keeps the order in which the parts were stored: of parts that began at the same time, the
	 * first one stands for all. */
	w->place = (uint32_t)first->nmore + 1;
}

char *ct_packed__setting(const struct ct_session *s, const struct ct_workload *part, size_t number)
{
	ct_autofree char *text = ct_setting__text(part, &s->host);

	if (!text || !*text)
		return ct_xasprintf("part-%zu", number);
	return ct_store__digest(text, 16);
}
