/* SPDX-License-Identifier: GPL-2.0-only */
/* Output files are whole or absent. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/outfile.h"
#include "unit.h"

static char dir[64];

static char *path_of(const char *name)
{
	return ct_xasprintf("%s/%s", dir, name);
}

static int count_files(void)
{
	DIR *d = opendir(dir);
	int n = 0;

	for (struct dirent *e; (e = readdir(d));)
		n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
	closedir(d);
	return n;
}

static int put(const char *path, const char *text, struct ct_err *err)
{
	ct_autooutfile struct ct_outfile *f = NULL;
	FILE *out;
	int ret;

	ret = ct_outfile__open(path, &f, &out, err);
	if (ret)
		return ret;
	fputs(text, out);
	return ct_outfile__commit(ct_steal(f), err);
}

static void check_content(const char *path, const char *want)
{
	ct_autofree char *data = NULL;

	CU_ASSERT_EQUAL(ct_read_file(path, 1 << 20, &data, NULL), 0);
	UNIT_STR(data, want);
}

static void test_new(void)
{
	ct_autofree char *path = path_of("new");
	mode_t mask = umask(027);
	struct stat st;

	CU_ASSERT_EQUAL(put(path, "one", NULL), 0);
	umask(mask);
	check_content(path, "one");
	CU_ASSERT(!stat(path, &st) && (st.st_mode & 07777) == 0640);
	CU_ASSERT_EQUAL(count_files(), 1);
	unlink(path);
}

static void test_replace(void)
{
	ct_autofree char *path = path_of("target");
	ct_autofree char *link = path_of("link");
	struct ct_outfile *f;
	struct stat st;
	FILE *out;

	CU_ASSERT_EQUAL(put(path, "old", NULL), 0);
	CU_ASSERT_EQUAL(chmod(path, 0604), 0);
	CU_ASSERT_EQUAL(symlink("target", link), 0);

	/* Nothing changes before the commit, nothing stays after an abort. */
	CU_ASSERT_EQUAL_FATAL(ct_outfile__open(path, &f, &out, NULL), 0);
	fputs("half", out);
	fflush(out);
	check_content(path, "old");
	CU_ASSERT_EQUAL(count_files(), 3);
	ct_outfile__abort(f);
	check_content(path, "old");
	CU_ASSERT_EQUAL(count_files(), 2);

	/* Through a link the file behind it is replaced, and its mode stays. */
	CU_ASSERT_EQUAL(put(link, "new", NULL), 0);
	check_content(path, "new");
	CU_ASSERT(!lstat(link, &st) && S_ISLNK(st.st_mode));
	CU_ASSERT(!stat(path, &st) && (st.st_mode & 07777) == 0604);
	CU_ASSERT_EQUAL(count_files(), 2);

	/* A link to nothing makes what it names. */
	unlink(path);
	CU_ASSERT_EQUAL(put(link, "made", NULL), 0);
	check_content(path, "made");
	unlink(path);
	unlink(link);
}

static void test_errors(void)
{
	ct_autoerr struct ct_err err = { 0 };
	struct ct_outfile *f = (struct ct_outfile *)1;
	FILE *out = (FILE *)2;

	CU_ASSERT_EQUAL(ct_outfile__open("/nonexistent/x", &f, &out, &err), -ENOENT);
	UNIT_STR(err.msg, "cannot write /nonexistent/x: No such file or directory");
	CU_ASSERT_EQUAL(ct_outfile__open("/tmp", &f, &out, &err), -EISDIR);
	CU_ASSERT_EQUAL(ct_outfile__open("", &f, &out, &err), -ENOENT);
	CU_ASSERT_EQUAL(ct_outfile__open("/dev/fd/1000000", &f, &out, &err), -EBADF);
	CU_ASSERT_PTR_EQUAL(f, (struct ct_outfile *)1);
	CU_ASSERT_PTR_EQUAL(out, (FILE *)2);
}

/* Nothing is made or changed by asking. */
static void test_check(void)
{
	ct_autofree char *path = path_of("asked");
	ct_autoerr struct ct_err err = { 0 };
	struct stat st;

	CU_ASSERT_EQUAL(ct_outfile__check(path, NULL), 0);
	CU_ASSERT_EQUAL(stat(path, &st), -1);
	CU_ASSERT_EQUAL(put(path, "kept", NULL), 0);
	CU_ASSERT_EQUAL(ct_outfile__check(path, NULL), 0);
	check_content(path, "kept");
	unlink(path);
	CU_ASSERT_EQUAL(mkfifo(path, 0600), 0);
	CU_ASSERT_EQUAL(ct_outfile__check(path, NULL), 0); /* does not wait for a reader */
	unlink(path);
	CU_ASSERT_EQUAL(ct_outfile__check("-", NULL), 0);
	CU_ASSERT_EQUAL(ct_outfile__check("/dev/null", NULL), 0);
	CU_ASSERT_EQUAL(ct_outfile__check("/tmp", NULL), -EISDIR);
	CU_ASSERT_EQUAL(ct_outfile__check("", NULL), -ENOENT);
	CU_ASSERT_EQUAL(ct_outfile__check("/dev/fd/1000000", NULL), -EBADF);
	CU_ASSERT_EQUAL(ct_outfile__check("/nonexistent/x", &err), -ENOENT);
	UNIT_STR(err.msg, "cannot write /nonexistent/x: No such file or directory");
}

static void test_readonly(void)
{
	ct_autofree char *path = path_of("readonly");

	bool root = !geteuid();

	CU_ASSERT_EQUAL(put(path, "x", NULL), 0);
	CU_ASSERT_EQUAL(chmod(path, 0444), 0);
	/* Root may write everything, so it is somebody else who tries. */
	if (root && (chmod(dir, 0777) || seteuid(65534)))
		UNIT_SKIP("root cannot become another user");
	CU_ASSERT_EQUAL(put(path, "y", NULL), -EACCES);
	if (root && (seteuid(0) || chmod(dir, 0700)))
		CU_FAIL("root again");
	check_content(path, "x");
	unlink(path);
}

/* Who may write a file through its group alone leaves it to that group. */
static void test_group(void)
{
	ct_autofree char *path = path_of("shared");
	const gid_t group = 4242;
	struct stat st;

	if (geteuid())
		UNIT_SKIP("needs root");
	CU_ASSERT_EQUAL(put(path, "x", NULL), 0);
	CU_ASSERT_EQUAL_FATAL(chown(path, 1234, group), 0);
	CU_ASSERT_EQUAL(chmod(path, 0660), 0);
	if (chmod(dir, 0777) || setgroups(1, &group) || seteuid(65534))
		UNIT_SKIP("root cannot become another user");
	CU_ASSERT_EQUAL(put(path, "y", NULL), 0);
	if (seteuid(0) || chmod(dir, 0700) || setgroups(0, NULL))
		CU_FAIL("root again");
	check_content(path, "y");
	CU_ASSERT(!stat(path, &st) && st.st_uid == 65534 && st.st_gid == group);
	CU_ASSERT_EQUAL(st.st_mode & 07777, 0660);
	unlink(path);
}

/* "docker run -v ./compose.yaml:/compose.yaml" mounts a file, which cannot be replaced. */
static void test_mounted(void)
{
	ct_autofree char *path = path_of("mounted");
	ct_autoerr struct ct_err err = { 0 };
	int status;
	pid_t pid;

	CU_ASSERT_EQUAL(put(path, "x", NULL), 0);
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWNS) || mount("", "/", "", MS_REC | MS_PRIVATE, NULL) ||
		    mount(path, path, "", MS_BIND, NULL))
			_exit(2);
		_exit(put(path, "y", &err) == -EBUSY &&
				      strstr(err.msg, "mount its directory instead") &&
				      count_files() == 1 ?
			      0 :
			      1);
	}
	CU_ASSERT_EQUAL_FATAL(waitpid(pid, &status, 0), pid);
	check_content(path, "x");
	unlink(path);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
		UNIT_SKIP("mounting is not allowed here");
	CU_ASSERT_EQUAL(status, 0);
}

/* The error of a write is reported as what it was, however early it happened. */
static void test_full(void)
{
	ct_autoerr struct ct_err err = { 0 };
	struct ct_outfile *f;
	FILE *out;

	CU_ASSERT_EQUAL(put("/dev/full", "x", &err), -ENOSPC);
	UNIT_STR(err.msg, "cannot write /dev/full: No space left on device");
	CU_ASSERT_EQUAL_FATAL(ct_outfile__open("/dev/full", &f, &out, &err), 0);
	for (int i = 0; i < 100000; i++)
		fputs("long enough for the buffer", out);
	errno = 0;
	CU_ASSERT_EQUAL(ct_outfile__commit(f, &err), -ENOSPC);
	CU_ASSERT_EQUAL(put("/dev/null", "x", &err), 0);
}

static void test_pipe(void)
{
	ct_autofree char *name = NULL;
	ct_autofree char *fifo = path_of("fifo");
	char buf[8] = "";
	int fds[2], fd;

	CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
	name = ct_xasprintf("/dev/fd/%d", fds[1]);
	CU_ASSERT_EQUAL(put(name, "abc", NULL), 0);
	CU_ASSERT_EQUAL(read(fds[0], buf, sizeof(buf)), 3);
	UNIT_STR(buf, "abc");
	close(fds[0]);
	signal(SIGPIPE, SIG_IGN);
	CU_ASSERT_EQUAL(put(name, "abc", NULL), -EPIPE);
	close(fds[1]);

	CU_ASSERT_EQUAL_FATAL(mkfifo(fifo, 0600), 0);
	fd = open(fifo, O_RDWR);
	CU_ASSERT_EQUAL(put(fifo, "fifo", NULL), 0);
	CU_ASSERT_EQUAL(read(fd, buf, sizeof(buf)), 4);
	close(fd);
	unlink(fifo);
}

/* "> file" and ">> file" with -o - or -o /dev/stdout: the file goes on where it was. */
static void test_stdout(void)
{
	ct_autofree char *path = path_of("stdout");
	int saved, fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, "0", 1), 1);
	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	dup2(fd, STDOUT_FILENO);
	close(fd);
	fputs("1", stdout);
	CU_ASSERT_EQUAL(put("-", "2", NULL), 0);
	fputs("3", stdout);
	CU_ASSERT_EQUAL(put("/dev/stdout", "4", NULL), 0);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	check_content(path, "01234");
	unlink(path);
}

static void test_relative(void)
{
	char cwd[4096];

	CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(cwd, sizeof(cwd)));
	CU_ASSERT_EQUAL(chdir(dir), 0);
	CU_ASSERT_EQUAL(put("plain", "x", NULL), 0);
	CU_ASSERT_EQUAL(put("./plain", "y", NULL), 0);
	check_content("plain", "y");
	CU_ASSERT_EQUAL(count_files(), 1);
	unlink("plain");
	CU_ASSERT_EQUAL(chdir(cwd), 0);
}

static int put_private(const char *path)
{
	ct_autooutfile struct ct_outfile *f = NULL;
	FILE *out;
	int ret = ct_outfile__open_private(path, &f, &out, NULL);

	return ret ? ret : ct_outfile__commit(ct_steal(f), NULL);
}

/* A new one is its owner's alone, who is who called sudo; one that is there stays as it is. */
static void test_private(void)
{
	ct_autofree char *path = path_of("private"), *link = path_of("link");
	mode_t mask = umask(0);
	struct stat st;

	unsetenv("SUDO_UID");
	CU_ASSERT_EQUAL(put_private(path), 0);
	CU_ASSERT(!stat(path, &st) && (st.st_mode & 07777) == 0600 && st.st_uid == geteuid());
	CU_ASSERT_EQUAL(chmod(path, 0644), 0);
	setenv("SUDO_UID", "12345", 1);
	setenv("SUDO_GID", "23456", 1);
	CU_ASSERT_EQUAL(put_private(path), 0);
	CU_ASSERT(!stat(path, &st) && (st.st_mode & 07777) == 0644 && st.st_uid == geteuid());
	unlink(path);
	CU_ASSERT_EQUAL(put_private(path), 0);
	CU_ASSERT(!stat(path, &st) && (st.st_mode & 07777) == 0600);
	CU_ASSERT_EQUAL(st.st_uid, geteuid() ? geteuid() : 12345);
	CU_ASSERT_EQUAL(st.st_gid, geteuid() ? getegid() : 23456);
	unlink(path);
	setenv("SUDO_UID", "4294967295", 1); /* to nobody: chown() would leave it as it is */
	CU_ASSERT_EQUAL(put_private(path), 0);
	CU_ASSERT(!stat(path, &st) && st.st_uid == geteuid() && st.st_gid == getegid());
	unlink(path);
	unsetenv("SUDO_UID");
	CU_ASSERT_EQUAL(symlink(path, link), 0);
	CU_ASSERT_EQUAL(put_private(link), 0);
	CU_ASSERT(!stat(path, &st) && (st.st_mode & 07777) == 0600);
	unlink(link);
	unlink(path);
	umask(mask);
}

static CU_TestInfo tests[] = {
	{ "new", test_new },	     { "replace", test_replace },   { "errors", test_errors },
	{ "check", test_check },     { "readonly", test_readonly }, { "group", test_group },
	{ "mounted", test_mounted }, { "full", test_full },	    { "pipe", test_pipe },
	{ "stdout", test_stdout },   { "relative", test_relative }, { "private", test_private },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	int ret;

	strcpy(dir, "/tmp/captrim-test-XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	ret = unit_run("outfile", tests);
	rmdir(dir);
	return ret;
}
