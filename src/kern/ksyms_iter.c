/* SPDX-License-Identifier: GPL-2.0-only */
#include "kern/ksyms_iter.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "ksyms.skel.h"

#define CHUNK (1u << 16)

static int read_all(int fd, char **text)
{
	size_t len = 0, cap = 0;
	char *s = NULL;
	ssize_t n;

	do {
		if (cap - len < CHUNK) {
			cap += cap / 2 + 2 * CHUNK;
			s = ct_xrealloc(s, cap);
		}
		n = read(fd, s + len, cap - len - 1);
		if (n > 0)
			len += n;
	} while (n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN)));
	if (n < 0 || !len) {
		int ret = n < 0 ? -errno : -ENODATA;

		free(s);
		return ret;
	}
	s[len] = '\0';
	*text = s;
	return 0;
}

int ct_ksyms_iter__read(char **text)
{
	struct ksyms_bpf *s = ksyms_bpf__open_and_load();
	int ret = s ? 0 : -errno;
	int fd;

	if (!ret)
		ret = ksyms_bpf__attach(s);
	if (!ret) {
		fd = bpf_iter_create(bpf_link__fd(s->links.list_symbols));
		ret = fd < 0 ? -errno : read_all(fd, text);
		if (fd >= 0)
			close(fd);
	}
	ksyms_bpf__destroy(s);
	return ret;
}
