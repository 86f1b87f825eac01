/* SPDX-License-Identifier: GPL-2.0-only */
#include "http/token.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/util.h"

#define SHORTEST 16
#define LONGEST	 256

#define CURE "; make one with: (umask 027; openssl rand -hex 32 >FILE)"

static int read_open(int fd, const char *shown, char **token, struct ct_err *err)
{
	ct_autofree char *text = NULL;
	struct stat st;
	size_t len, n;
	int ret;

	if (fstat(fd, &st))
		return ct_err__set(err, errno, "cannot read the token %s: %s", shown,
				   strerror(errno));
	if (!S_ISREG(st.st_mode))
		return ct_err__set(err, EINVAL, "the token %s is not a regular file" CURE, shown);
	if (st.st_mode & 007)
		return ct_err__set(err, EPERM, "the token %s may be read by everybody; chmod o= it",
				   shown);
	ret = ct_read_fd(fd, LONGEST + 2, &text, &len);
	if (ret == -EFBIG)
		return ct_err__set(err, EINVAL, "the token %s has more than %d characters" CURE,
				   shown, LONGEST);
	if (ret)
		return ct_err__set(err, -ret, "cannot read the token %s: %s", shown,
				   strerror(-ret));
	for (n = 0; n < len && text[n] > ' ' && text[n] <= '~';)
		n++;
	if (n + strspn(text + n, "\r\n") != len || n < SHORTEST || n > LONGEST)
		return ct_err__set(err, EINVAL,
				   "the token %s is not one line of %d to %d visible ASCII "
				   "characters" CURE,
				   shown, SHORTEST, LONGEST);
	text[n] = '\0';
	*token = ct_steal(text);
	return 0;
}

int ct_token__read(const char *path, char **token, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(path);
	ct_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return ct_err__set(err, errno, "cannot read the token %s: %s%s", shown,
				   strerror(errno), errno == ENOENT ? CURE : "");
	return read_open(fd, shown, token, err);
}

char *ct_token__random(void)
{
	unsigned char bytes[32];
	struct ct_str text = { 0 };

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		abort();
	for (size_t i = 0; i < sizeof(bytes); i++)
		ct_str__addf(&text, "%02x", bytes[i]);
	return text.s;
}

int ct_token__ensure(const char *path, char **token, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(path), *made = NULL, *line = NULL;
	ct_autoclose int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

	if (fd < 0 && errno == EEXIST)
		return ct_token__read(path, token, err);
	if (fd < 0)
		return ct_err__set(err, errno, "cannot make the token %s: %s", shown,
				   strerror(errno));
	fchmod(fd, 0640); /* despite the umask, so that a group can be given access by chgrp */
	made = ct_token__random();
	line = ct_xasprintf("%s\n", made);
	if (write(fd, line, strlen(line)) != (ssize_t)strlen(line) || fsync(fd)) {
		int code = errno ? errno : EIO;

		unlink(path);
		return ct_err__set(err, code, "cannot write the token %s: %s", shown,
				   strerror(code));
	}
	*token = ct_steal(made);
	return 0;
}

bool ct_token__equal(const char *token, const char *given)
{
	size_t len = token ? strlen(token) : 0, n = given ? strlen(given) : 0;
	volatile unsigned char differ = 0;

	if (!len || !n)
		return false;
	/* The number of steps is the length of the guess, which its sender knows anyway. */
	for (size_t i = 0; i < n; i++)
		differ |= (unsigned char)(given[i] ^ token[i % len]);
	return !differ && len == n;
}
