/* SPDX-License-Identifier: GPL-2.0-only */
/* What is read, and what is refused because it would wait or never end. */
#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/input.h"
#include "base/util.h"
#include "unit.h"

static char dir[] = "/tmp/captrim-test-XXXXXX";

static void refuse(const char *path, int code, const char *said)
{
	ct_autoerr struct ct_err err = { 0 };
	char *text = NULL;
	size_t len = 7;

	CU_ASSERT_EQUAL(ct_input__read(path, 1 << 20, "split it", &text, &len, &err), -code);
	CU_ASSERT_PTR_NULL(text);
	CU_ASSERT_EQUAL(len, 7);
	CU_ASSERT_PTR_NOT_NULL_FATAL(err.msg);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, said));
}

static void test_refused(void)
{
	ct_autofree char *fifo = ct_xasprintf("%s/fifo", dir);
	ct_autofree char *path = ct_xasprintf("%s/socket", dir);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	ct_autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CU_ASSERT_EQUAL_FATAL(mkfifo(fifo, 0600), 0);
	refuse(fifo, EINVAL, "is a FIFO");
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	refuse(path, EINVAL, "is a socket");
	refuse("/dev/zero", EINVAL, "/dev/zero is a device");
	refuse(dir, EISDIR, "Is a directory");
	refuse("/nonexistent\033", ENOENT, "/nonexistent\\x1b");
	unlink(fifo);
	unlink(path);
}

static void test_read(void)
{
	ct_autofree char *path = ct_xasprintf("%s/file", dir), *text = NULL, *piped = NULL;
	ct_autofree char *name = NULL;
	ct_autofclose FILE *f = fopen(path, "we");
	ct_autoerr struct ct_err err = { 0 };
	size_t len = 0;
	int fds[2];

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs("a\nb", f);
	fflush(f);
	CU_ASSERT_EQUAL(ct_input__read(path, 1 << 20, NULL, &text, &len, NULL), 0);
	CU_ASSERT_EQUAL(len, 3);
	UNIT_STR(text, "a\nb");
	CU_ASSERT_EQUAL(ct_input__read(path, 2, "split it", &text, &len, &err), -EFBIG);
	CU_ASSERT_PTR_NOT_NULL_FATAL(err.msg);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, ": split it"));
	unlink(path);
	free(ct_steal(text));
	CU_ASSERT_EQUAL(ct_input__read("/dev/null", 1, NULL, &text, &len, NULL), 0);
	UNIT_STR(text, "");
	/* As a shell gives it for <(COMMAND). */
	CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
	CU_ASSERT_EQUAL(write(fds[1], "piped", 5), 5);
	close(fds[1]);
	name = ct_xasprintf("/proc/self/fd/%d", fds[0]);
	CU_ASSERT_EQUAL(ct_input__read(name, 1 << 20, NULL, &piped, &len, NULL), 0);
	UNIT_STR(piped, "piped");
	close(fds[0]);
}

static void test_dir(void)
{
	rmdir(dir);
}

static CU_TestInfo tests[] = {
	{ "refused", test_refused },
	{ "read", test_read },
	{ "its directory goes", test_dir },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	return unit_run("input", tests);
}
