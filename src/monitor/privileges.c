/* SPDX-License-Identifier: GPL-2.0-only */
#include "monitor/privileges.h"

#include <dirent.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "model/caps.h"
#include "monitor/sandbox.h"

/* Executing a program as root gains nothing, and changing ids changes no set. */
#define NO_ROOT                                                                                  \
	(SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |                         \
	 SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE | \
	 SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED)

static int set_sets(uint64_t caps)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct now[2] = {}, data[2] = {};

	if (syscall(SYS_capget, &head, now))
		return -errno;
	for (int i = 0; i < 2; i++)
		data[i].effective = data[i].permitted = now[i].permitted &
							(uint32_t)(caps >> (32 * i));
	return syscall(SYS_capset, &head, data) ? -errno : 0;
}

/*
 * The bounding set and the securebits take SETPCAP, which a service need not have. Without it they
 * stay, which does no harm: with no_new_privs neither of them matters.
 */
static int limit(uint64_t caps)
{
	for (int cap = 0; cap < CT_CAP_MAX; cap++)
		if (!(caps >> cap & 1) && prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1)
			(void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	(void)prctl(PR_SET_SECUREBITS, NO_ROOT, 0, 0, 0);
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) && errno != EINVAL)
		return -errno;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return set_sets(caps);
}

int ct_privileges__limit(uint64_t caps, struct ct_err *err)
{
	int ret = limit(caps);

	return ret ? ct_err__set(err, -ret, "cannot drop capabilities: %s", strerror(-ret)) : 0;
}

/* Only the calling thread's sets can be changed. */
static bool has_one_thread(void)
{
	DIR *d = opendir("/proc/self/task");
	struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d)))
		n += e->d_name[0] != '.';
	if (d)
		closedir(d);
	return n <= 1;
}

/* Tries it in a child that has already lost what we are about to lose. */
static bool works_without(const struct ct_drop *d)
{
	int status = 0, pid = fork();

	if (!pid)
		_exit(limit(0) || !d->works(d->arg));
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       !WEXITSTATUS(status);
}

int ct_privileges__drop(const struct ct_drop *d, uint64_t *kept, struct ct_err *err)
{
	uint64_t keep = !d->works || works_without(d) ? 0 : CT_CAP(BPF);
	int ret;

	if (!has_one_thread())
		return ct_err__set(err, EBUSY,
				   "cannot drop capabilities: other threads would keep theirs");
	ret = ct_privileges__limit(keep, err);
	if (!ret)
		ret = ct_sandbox__daemon(err);
	if (!ret)
		*kept = keep;
	return ret;
}
