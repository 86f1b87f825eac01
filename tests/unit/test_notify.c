/* SPDX-License-Identifier: GPL-2.0-only */
/* What a service manager hears. */
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/clock.h"
#include "dir.h"
#include "monitor/notify.h"

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	size_t len = strlen(path);

	memcpy(address.sun_path, path, len);
	if (*path == '@')
		address.sun_path[0] = '\0';
	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&address,
				   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
			      0);
	return fd;
}

static char *heard(int fd)
{
	char text[512];
	ssize_t n = recv(fd, text, sizeof(text), 0);

	return n < 0 ? NULL : ct_xstrndup(text, (size_t)n);
}

static void say_to(const char *name)
{
	ct_autoclose int fd = listen_at(name);
	ct_autofree char *text = NULL, *reloading = NULL, *nothing = NULL;
	struct ct_notify n;

	setenv("NOTIFY_SOCKET", name, 1);
	ct_notify__open(&n);
	ct_notify__say(&n, "READY=1\nSTATUS=%s", "watching");
	text = heard(fd);
	UNIT_STR(text, "READY=1\nSTATUS=watching");
	ct_notify__reloading(&n);
	reloading = heard(fd);
	CU_ASSERT_PTR_NOT_NULL_FATAL(reloading);
	CU_ASSERT_FALSE(strncmp(reloading, "RELOADING=1\nMONOTONIC_USEC=", 27));
	CU_ASSERT_TRUE(strtoull(reloading + 27, NULL, 10) <= ct_clock__now_ns() / 1000);
	ct_notify__close(&n);
	ct_notify__say(&n, "READY=1");
	nothing = heard(fd);
	CU_ASSERT_PTR_NULL(nothing);
	unsetenv("NOTIFY_SOCKET");
}

static void test_said(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *path = ct_xasprintf("%s/notify", dir);
	ct_autofree char *abstract = ct_xasprintf("@captrim-test-%d", (int)getpid());

	say_to(path);
	say_to(abstract);
}

/* Nobody asked, or nobody is there: nothing happens. */
static void test_nobody(void)
{
	static const char *const names[] = { "", "relative", "/nowhere/at/all", "@" };
	struct ct_notify n;

	unsetenv("NOTIFY_SOCKET");
	ct_notify__open(&n);
	CU_ASSERT_EQUAL(n.fd, -1);
	ct_notify__say(&n, "READY=1");
	for (size_t i = 0; i < CT_ARRAY_SIZE(names); i++) {
		setenv("NOTIFY_SOCKET", names[i], 1);
		ct_notify__open(&n);
		CU_ASSERT_EQUAL(n.fd, -1);
	}
	unsetenv("NOTIFY_SOCKET");
}

static void test_watchdog(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *path = ct_xasprintf("%s/notify", dir);
	ct_autofree char *pid = ct_xasprintf("%d", (int)getpid());
	ct_autoclose int fd = listen_at(path);
	struct ct_notify n;

	setenv("NOTIFY_SOCKET", path, 1);
	setenv("WATCHDOG_USEC", "30000000", 1);
	setenv("WATCHDOG_PID", pid, 1);
	ct_notify__open(&n);
	CU_ASSERT_EQUAL(n.watchdog_ns, 30 * CT_NS_PER_SEC);
	ct_notify__close(&n);
	/* That of another process. */
	setenv("WATCHDOG_PID", "1", 1);
	ct_notify__open(&n);
	CU_ASSERT_EQUAL(n.watchdog_ns, 0);
	ct_notify__close(&n);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

static CU_TestInfo tests[] = {
	{ "said", test_said },
	{ "nobody", test_nobody },
	{ "watchdog", test_watchdog },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("notify", tests)
