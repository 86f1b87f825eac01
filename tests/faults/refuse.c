/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * To be preloaded: the REFUSE_AT-th allocation of the process fails, and with REFUSE_ALL=1 all that
 * come after it. With REFUSE_AT=0 none does. How many there were is written to REFUSE_COUNT, a
 * file, at the end; where the process crashes, or is told to by SIGABRT, the name of the library or
 * program that was running, as "crash PATH". The C library counts for who called it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);

static atomic_ulong made;
static unsigned long refused;
static int all, ready;

static void put(const char *text, size_t len)
{
	const char *path = getenv("REFUSE_COUNT");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;

	if (fd < 0)
		return;
	if (write(fd, text, len) < 0)
		_exit(99);
	close(fd);
}

/* Where it was, and then as it would have been. */
static void crashed(int sig)
{
	void *frames[32];
	int n = backtrace(frames, 32);
	Dl_info own, where;

	if (!dladdr((void *)crashed, &own))
		n = 0;
	for (int i = 0; i < n; i++) {
		char text[512] = "crash ";

		if (!dladdr(frames[i], &where) || !where.dli_fname ||
		    where.dli_fbase == own.dli_fbase || strstr(where.dli_fname, "/libc.so"))
			continue;
		strncat(text, where.dli_fname, sizeof(text) - 16);
		put(text, strlen(text));
		break;
	}
	signal(sig, SIG_DFL);
	raise(sig);
}

__attribute__((constructor)) static void begin(void)
{
	const char *at = getenv("REFUSE_AT"), *rest = getenv("REFUSE_ALL");
	struct sigaction crash = { .sa_handler = crashed };
	void *first;

	refused = at ? strtoul(at, NULL, 10) : 0;
	all = rest && *rest == '1';
	backtrace(&first, 1); /* it wants memory once */
	sigaction(SIGSEGV, &crash, NULL);
	sigaction(SIGABRT, &crash, NULL);
	/* What it starts is another program. */
	unsetenv("LD_PRELOAD");
	ready = 1;
}

static int refuses(void)
{
	unsigned long n;

	if (!ready)
		return 0;
	n = atomic_fetch_add(&made, 1) + 1;
	if (!refused || n < refused || (n > refused && !all))
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return refuses() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return refuses() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	return refuses() ? NULL : __libc_realloc(p, size);
}

__attribute__((destructor)) static void end(void)
{
	char digits[24];
	int i = sizeof(digits);
	unsigned long n = atomic_load(&made);

	if (refused)
		return;
	do
		digits[--i] = (char)('0' + n % 10);
	while (n /= 10);
	put(digits + i, sizeof(digits) - (size_t)i);
}
