/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads JSON files that anybody may have written. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bounded.h"
#include "base/files.h"
#include "base/host_root.h"
#include "runtime/oci_priv.h"

#define MAX_CONFIG (32 << 20)

/* A descriptor of ours, such as of a file below a container's root, is not the host's. */
static int open_it(const char *path, int flags)
{
	static const char own[] = "/proc/self/fd/";
	const char *number = strncmp(path, own, strlen(own)) ? "" : path + strlen(own);

	if (*number && strspn(number, "0123456789") == strlen(number))
		return ct_files__open(path, flags);
	return ct_host__open(path, flags);
}

int ct_oci__load_now(const char *path, json_t **root, json_error_t *bad)
{
	ct_autoclose int fd = open_it(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	ct_autofree char *text = NULL;
	struct stat st;
	size_t len;
	int ret;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	ret = ct_read_fd(fd, MAX_CONFIG, &text, &len);
	if (ret)
		return ret;
	*root = ct_json_in__load(text, len, bad);
	return *root ? 0 : -EBADMSG;
}

struct load {
	char *path;
	json_t *root;
	json_error_t bad;
	int ret;
};

static void run_load(void *arg)
{
	struct load *l = arg;

	l->ret = ct_oci__load_now(l->path, &l->root, &l->bad);
}

static void load__free(void *arg)
{
	struct load *l = arg;

	json_decref(l->root);
	free(l->path);
	free(l);
}

int ct_oci__load(const char *path, json_t **root, json_error_t *bad)
{
	struct load *l = ct_xzalloc(sizeof(*l));
	int ret;

	l->path = ct_xstrdup(path);
	ret = ct_bounded__call(run_load, load__free, l, CT_OCI_SEARCH_MS);
	if (ret == -ETIMEDOUT)
		return ret;
	if (!ret)
		ret = l->ret;
	*bad = l->bad;
	if (!ret)
		*root = ct_steal(l->root);
	load__free(l);
	return ret;
}
