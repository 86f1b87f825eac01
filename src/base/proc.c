/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/loop.h"

#define LIMIT_NS   60000000000ull
#define OUTPUT_MAX (16 << 20)

/* By main(), so that a closed pipe and a file that may not grow are errors to be told. */
static const int ignored_signals[] = { SIGPIPE, SIGXFSZ };

void ct_proc__default_signals(void)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(ignored_signals); i++)
		signal(ignored_signals[i], SIG_DFL);
}

static int start(char *const *argv, int out, int complaints)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, ignored;
	int pid, ret;

	sigemptyset(&none);
	sigemptyset(&ignored);
	for (size_t i = 0; i < CT_ARRAY_SIZE(ignored_signals); i++)
		sigaddset(&ignored, ignored_signals[i]);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, complaints, STDERR_FILENO);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &ignored);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP |
						POSIX_SPAWN_SETSIGDEF);
	ret = posix_spawnp(&pid, argv[0], &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return ret ? -ret : pid;
}

int ct_proc__start(char *const *argv, int out)
{
	return start(argv, out, out);
}

bool ct_proc__ended(int pid, int *status)
{
	return waitpid(pid, status, WNOHANG) == pid;
}

void ct_proc__end(int pid)
{
	kill(-pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* Its exit status as a shell reports it, or -ETIMEDOUT. */
static int wait_for(int pid)
{
	int status;

	if (ct_loop__await_child(pid, LIMIT_NS) && ct_proc__ended(pid, &status))
		return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	ct_proc__end(pid);
	return -ETIMEDOUT;
}

static size_t size_of(FILE *f)
{
	struct stat st;

	return fstat(fileno(f), &st) || st.st_size < 0 ? 0 : (size_t)st.st_size;
}

/* Appends what was written to the file to *text, whose length is *len. */
static void add_text(FILE *f, char **text, size_t *len)
{
	size_t size = size_of(f), max = size < OUTPUT_MAX ? size : OUTPUT_MAX;

	*text = ct_xrealloc(*text, *len + max + 1);
	rewind(f);
	*len += fread(*text + *len, 1, max, f);
	(*text)[*len] = '\0';
}

int ct_proc__run(char *const *argv, char **output)
{
	ct_autofclose FILE *out = tmpfile(), *complaints = tmpfile();
	size_t len = 0;
	int ret;

	if (!out || !complaints)
		return -errno;
	ret = start(argv, fileno(out), fileno(complaints));
	if (ret < 0)
		return ret;
	ret = wait_for(ret);
	if (!output)
		return ret;
	*output = NULL;
	/* What is cut off could still be understood, as something else. */
	if (!ret && size_of(out) > OUTPUT_MAX)
		return -EFBIG;
	add_text(out, output, &len);
	if (ret)
		add_text(complaints, output, &len);
	return ret;
}
