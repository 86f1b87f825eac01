/* SPDX-License-Identifier: GPL-2.0-only */
/* The journal's native protocol: fields that can be searched for, such as CAPTRIM_CAPABILITY=. */
#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "sink/sink_priv.h"
#include "sink/sink_text.h"
#include "sink/wire.h"

#define SOCKET "/run/systemd/journal/socket"

/* Each kind of event has a message id of its own, whose last digit is the number of the kind. */
#define MESSAGE_ID "c4bd7e0f5a0c4a9d8e6b3f1207d95a6"

/* Uses the form with an explicit length, in which a value may hold any bytes. */
static void add_field(struct ct_str *s, const char *name, const char *value)
{
	uint64_t len = htole64(strlen(value));

	ct_str__addf(s, "%s\n", name);
	ct_str__addn(s, (const char *)&len, sizeof(len));
	ct_str__addf(s, "%s\n", value);
}

static void add_member(void *arg, const char *name, const char *value)
{
	ct_autofree char *field = ct_xasprintf("CAPTRIM_%s", name);

	for (char *p = field; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	add_field(arg, field, value);
}

static struct ct_str fields_of(const struct ct_notice *e)
{
	ct_autofree char *line = ct_sink_text__line(e), *json = ct_notice__text(e);
	char priority[2] = { (char)('0' + ct_sink_text__severity(e->kind)), '\0' };
	char id[sizeof(MESSAGE_ID) + 1];
	struct ct_str s = { 0 };

	snprintf(id, sizeof(id), MESSAGE_ID "%x", (unsigned int)e->kind % 16);
	add_field(&s, "MESSAGE", line);
	add_field(&s, "MESSAGE_ID", id);
	add_field(&s, "PRIORITY", priority);
	add_field(&s, "SYSLOG_IDENTIFIER", "captrim");
	ct_sink_text__members(e, add_member, &s);
	add_field(&s, "CAPTRIM_EVENT", json);
	return s;
}

static const char *path_of(const struct ct_sink *sink)
{
	return sink->c.socket ? sink->c.socket : SOCKET;
}

/* What is too large for a datagram is passed as a sealed memfd. */
static int send_as_file(const char *path, const struct ct_str *s)
{
	const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	ct_autoclose int fd = memfd_create("captrim-event", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	ct_autoclose int to = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct msghdr m = {
		.msg_name = &addr,
		.msg_namelen = sizeof(addr),
		.msg_control = control.buf,
		.msg_controllen = sizeof(control.buf),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	if (fd < 0 || to < 0)
		return -errno;
	if (write(fd, s->s, s->len) != (ssize_t)s->len || fcntl(fd, F_ADD_SEALS, seals))
		return -EIO;
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(to, &m, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

static int send_fields(struct ct_sink *sink, const struct ct_notice *e, struct ct_err *err)
{
	struct ct_str s = fields_of(e);
	int ret = ct_wire__send(sink->own, s.s, s.len, err);

	if (ret == -EMSGSIZE || ret == -ENOBUFS) {
		ret = send_as_file(path_of(sink), &s);
		if (ret)
			ct_err__set(err, -ret, "cannot write to the journal at %s: %s",
				    path_of(sink), strerror(-ret));
	}
	ct_str__free(&s);
	return ret;
}

static void on_sent(void *arg, int error, const char *why)
{
	const struct ct_sink_result r = { .error = error, .why = why };

	ct_sink__done(arg, &r);
}

static int open_journal(struct ct_sink *sink, struct ct_err *err)
{
	ct_autofree char *address = ct_xasprintf("unix:%s", path_of(sink));

	(void)err;
	sink->own = ct_wire__new(sink->loop, address, on_sent, sink);
	return 0;
}

static void close_journal(struct ct_sink *sink)
{
	ct_wire__free(sink->own);
}

static int check_journal(const struct ct_sink_config *c, struct ct_err *err)
{
	struct sockaddr_un addr;

	if (c->socket && (*c->socket != '/' || strlen(c->socket) >= sizeof(addr.sun_path)))
		return ct_err__set(err, EINVAL, "socket must be a path that begins with '/'");
	return 0;
}

static const struct ct_yaml_field fields[] = { CT_SINK_COMMON_FIELDS,
					       CT_SINK_FIELD("socket", TEXT, socket),
					       { .name = NULL } };

const struct ct_sink_type ct_sink_journal = {
	.name = "journal",
	.fields = fields,
	.check = check_journal,
	.open = open_journal,
	.close = close_journal,
	.send = send_fields,
};
