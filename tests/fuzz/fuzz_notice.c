/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events of any bytes are read without harm; and events with names of any bytes are written so that
 * they are read back, and so that neither syslog nor the journal takes a name for anything else.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/loop.h"
#include "event/notice.h"
#include "leaks.h"
#include "sink/sink.h"

static struct ct_loop *loop;
static struct ct_sinks *sinks;
static int syslog_fd, journal_fd;

static int receiver(char *path, size_t size)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(path, size, "/tmp/captrim-fuzz-XXXXXX");
	if (fd < 0 || !mkdtemp(path))
		abort();
	snprintf(path + strlen(path), size - strlen(path), "/s");
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)))
		abort();
	return fd;
}

static void set_up(void)
{
	ct_autoyaml struct ct_yaml *y = NULL;
	ct_autofree char *text = NULL;
	char one[64], two[64];

	syslog_fd = receiver(one, sizeof(one));
	journal_fd = receiver(two, sizeof(two));
	text = ct_xasprintf("- {type: syslog, address: 'unix:%s'}\n- {type: journal, socket: %s}",
			    one, two);
	if (ct_loop__new(&loop, NULL) || ct_sinks__new(loop, NULL, &sinks, NULL) ||
	    ct_yaml__parse("fuzz", text, strlen(text), &y, NULL) ||
	    ct_sinks__configure(sinks, y, y->root, NULL))
		abort();
	/* The connections stay; the names are not needed any more. */
}

static void check_syslog(void)
{
	char line[65536];
	ssize_t n = recv(syslog_fd, line, sizeof(line) - 1, 0);
	bool quoted = false;
	char *p;

	if (n <= 0)
		abort();
	line[n] = '\0';
	for (p = line; *p; p++)
		if ((unsigned char)*p < ' ')
			abort();
	/* The structured data ends where it ends, whatever is within quotes. */
	p = strstr(line, " [captrim@32473 ");
	if (!p)
		abort();
	for (; *p && (quoted || *p != ']'); p++) {
		if (quoted && *p == '\\') {
			if (!*++p)
				abort();
		} else if (*p == '"')
			quoted = !quoted;
	}
	if (strncmp(p, "] \xef\xbb\xbf", 5))
		abort();
}

static void check_journal(const char *name)
{
	char text[262144];
	ssize_t n = recv(journal_fd, text, sizeof(text), 0);
	bool found = false;

	for (ssize_t at = 0; at < n;) {
		char *line = memchr(text + at, '\n', (size_t)(n - at));
		uint64_t len;

		if (!line || line + 1 + sizeof(len) > text + n)
			abort();
		memcpy(&len, line + 1, sizeof(len));
		found |= !strncmp(text + at, "CAPTRIM_LABEL\n", 14) && len == strlen(name) &&
			 !memcmp(line + 1 + sizeof(len), name, len);
		at = line + 1 + sizeof(len) + len + 1 - text;
		if (at > n || text[at - 1] != '\n')
			abort();
	}
	if (n <= 0 || (*name && !found))
		abort();
}

static void write_one(const char *name, uint8_t seed)
{
	ct_autonotice struct ct_notice *e = ct_notice__new(seed % CT_NOTICE_KINDS, name, seed);
	ct_autonotice struct ct_notice *back = NULL;
	ct_autofree char *text = NULL, *again = NULL;

	e->workload.key = ct_xstrdup("name:x");
	e->workload.label = ct_xstrdup(name);
	e->workload.image = ct_xstrdup(name);
	e->reason.process = ct_xstrdup(name);
	e->generation = ct_xstrdup(name);
	e->text = ct_xstrdup(name);
	e->caps = seed;
	ct_notice__identify(e);
	text = ct_notice__text(e);
	if (strpbrk(text, "\n\r\033") || ct_notice__read(text, strlen(text), &back, NULL))
		abort();
	again = ct_notice__text(back);
	if (strcmp(text, again) != 0)
		abort();
	ct_sinks__send(sinks, e);
	if (ct_sinks__pending(sinks))
		abort();
	check_syslog();
	check_journal(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ct_autoerr struct ct_err err = { 0 };
	ct_autofree char *name = NULL;
	struct ct_notice *e = NULL;

	if (!loop)
		set_up();
	if (ct_notice__read((const char *)data, size, &e, &err)) {
		if (!err.msg || e)
			abort();
	} else {
		ct_autofree char *text = ct_notice__text(e);

		if (!text)
			abort();
		ct_notice__free(e);
	}
	if (!size || size > 8192)
		return 0;
	name = ct_xstrndup((const char *)data + 1, size - 1);
	write_one(name, data[0]);
	return 0;
}
