/* SPDX-License-Identifier: GPL-2.0-only */
/* The other program of a case: what it is to do is its first argument, or "true" for a script's interpreter. */
#include <fcntl.h>
#include <linux/capability.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* Tells the case a number and lives as long as it. */
static void __attribute__((noreturn)) stay(int number)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(10);
	printf("%d\n", number);
	fflush(stdout);
	for (;;)
		pause();
}

static void __attribute__((noreturn)) listener(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "bob/open/socket" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	umask(077);
	if (fd < 0 || bind(fd, (void *)&a, sizeof(a)) || listen(fd, 5))
		fail("bob/open/socket");
	stay(0);
}

static void __attribute__((noreturn)) queue(void)
{
	char name[32];

	snprintf(name, sizeof(name), "/bob-%d", getpid());
	if (mq_open(name, O_CREAT | O_RDWR, 0600, NULL) < 0)
		fail("mq_open");
	stay(getpid());
}

static int holds(int cap)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2];

	if (syscall(SYS_capget, &h, d))
		fail("capget");
	return d[cap / 32].effective & 1U << cap % 32 ? 0 : 1;
}

static int becomes_root(void)
{
	uid_t r, e, s;

	if (setuid(0) || getresuid(&r, &e, &s))
		fail("setuid");
	return r || e || s;
}

static int writes(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail(path);
	return 0;
}

static int reads(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || read(fd, &byte, 1) < 0)
		fail(path);
	return 0;
}

int main(int argc, char **argv)
{
	const char *role = argc > 1 ? argv[1] : "true";

	if (!strcmp(role, "true"))
		return 0;
	if (!strcmp(role, "sleep"))
		stay(getpid());
	if (!strcmp(role, "shm"))
		stay(shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600));
	if (!strcmp(role, "sem"))
		stay(semget(IPC_PRIVATE, 1, IPC_CREAT | 0600));
	if (!strcmp(role, "msg"))
		stay(msgget(IPC_PRIVATE, IPC_CREAT | 0600));
	if (!strcmp(role, "queue"))
		queue();
	if (!strcmp(role, "listener"))
		listener();
	if (!strcmp(role, "dumpable"))
		return prctl(PR_GET_DUMPABLE) != 1;
	if (!strcmp(role, "euid-0"))
		return geteuid() != 0;
	if (!strcmp(role, "becomes-root"))
		return becomes_root();
	if (!strcmp(role, "raw-socket"))
		return socket(AF_INET, SOCK_RAW, 1) < 0;
	if (!strcmp(role, "holds") && argc == 3)
		return holds(atoi(argv[2]));
	if (!strcmp(role, "writes") && argc == 4)
		return writes(argv[2], argv[3]);
	if (!strcmp(role, "reads") && argc == 3)
		return reads(argv[2]);
	if (!strcmp(role, "chown-to-bob") && argc == 3)
		return chown(argv[2], 1001, -1) != 0;
	fprintf(stderr, "helper: no role '%s'\n", role);
	return 2;
}
