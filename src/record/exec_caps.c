/* SPDX-License-Identifier: GPL-2.0-only */
#include "record/exec_caps.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/files.h"
#include "base/host_root.h"
#include "base/uthash.h"
#include "base/util.h"
#include "record/file_caps.h"

#define MAX_ROOTS 256u /* descriptors; the oldest goes first */

struct root {
	uint64_t cgroup;
	int fd;
	UT_hash_handle hh;
};

/* The last program that a process executed. */
struct program {
	uint32_t pid, dev;
	uint64_t ino;
	struct ct_file_caps caps;
};

#define LAST_PROGRAMS 1024
#define TICK_NS	      ((int64_t)(10 * CT_NS_PER_MS)) /* CONFIG_HZ=100 */

struct ct_exec_caps {
	struct program last[LAST_PROGRAMS]; /* by pid */
	struct root *table;
	struct statx own; /* our root directory */
	int own_fd;
	unsigned int max_roots;
	uint64_t own_mntns;
};

/* Inode number of our mount namespace, or of the host's, where that is elsewhere; 0: unknown. */
static uint64_t own_mntns(void)
{
	ct_autofree char *link = ct_host__procfs(*ct_host__root() ? "1/ns/mnt" : "self/ns/mnt");
	struct stat st;

	return ct_files__stat(link, &st) ? 0 : st.st_ino;
}

/* Does not ask a file server, which may never answer. */
static bool know_root(int fd, struct statx *st)
{
	return !statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO, st);
}

static bool is_same(const struct statx *a, const struct statx *b)
{
	return a->stx_ino == b->stx_ino && a->stx_dev_major == b->stx_dev_major &&
	       a->stx_dev_minor == b->stx_dev_minor;
}

/*
 * Half of the descriptors that are left are for everything else: without one, a cgroup that has
 * processes looks empty, and a file as if it could not be read. used: about how many are open.
 */
static unsigned int room_for_roots(int used)
{
	struct rlimit l;
	rlim_t room = MAX_ROOTS;

	if (!getrlimit(RLIMIT_NOFILE, &l) && l.rlim_cur != RLIM_INFINITY)
		room = used >= 0 && l.rlim_cur > (rlim_t)used ? (l.rlim_cur - used) / 2 : 0;
	return room < MAX_ROOTS ? (unsigned int)room : MAX_ROOTS;
}

struct ct_exec_caps *ct_exec_caps__new(void)
{
	struct ct_exec_caps *r = ct_xzalloc(sizeof(*r));

	r->own_fd = ct_host__open("/", O_PATH | O_DIRECTORY);
	(void)know_root(r->own_fd, &r->own);
	r->max_roots = room_for_roots(r->own_fd);
	r->own_mntns = own_mntns();
	return r;
}

static void drop(struct ct_exec_caps *r, struct root *root)
{
	HASH_DEL(r->table, root);
	close(root->fd);
	free(root);
}

void ct_exec_caps__free(struct ct_exec_caps *r)
{
	struct root *root, *tmp;

	if (!r)
		return;
	HASH_ITER(hh, r->table, root, tmp)
	drop(r, root);
	if (r->own_fd >= 0)
		close(r->own_fd);
	free(r);
}

void ct_exec_caps__drop(struct ct_exec_caps *r, uint64_t cgroup)
{
	struct root *root;

	HASH_FIND(hh, r->table, &cgroup, sizeof(cgroup), root);
	if (root)
		drop(r, root);
}

bool ct_exec_caps__is_ours(const struct ct_exec_caps *r, int pid)
{
	ct_autoclose int fd = ct_open_root_of(pid);
	struct statx root;

	return fd >= 0 && know_root(fd, &root) && is_same(&root, &r->own);
}

uint32_t ct_exec_caps__our_mntns(const struct ct_exec_caps *r)
{
	return (uint32_t)r->own_mntns;
}

bool ct_exec_caps__keep(struct ct_exec_caps *r, uint64_t cgroup, int pid)
{
	int fd = ct_open_root_of(pid);
	struct root *root;
	struct statx own;
	bool known;

	if (fd < 0)
		return false;
	/* The runtime has not changed its root yet. */
	if (!know_root(fd, &own) || is_same(&own, &r->own)) {
		close(fd);
		return false;
	}
	HASH_FIND(hh, r->table, &cgroup, sizeof(cgroup), root);
	known = root;
	if (known)
		drop(r, root);
	if (r->table && HASH_COUNT(r->table) >= r->max_roots)
		drop(r, r->table); /* the table is in order of insertion */
	root = ct_xzalloc(sizeof(*root));
	root->cgroup = cgroup;
	root->fd = fd;
	HASH_ADD(hh, r->table, cgroup, sizeof(root->cgroup), root);
	return !known;
}

/* The root that a process which is gone most likely had. It belongs to r unless *own is set. */
static int relative_root(struct ct_exec_caps *r, const struct ct_exec_event *e, bool *own)
{
	struct root *root;

	*own = false;
	if (e->mntns_inum == r->own_mntns)
		return r->own_fd;
	HASH_FIND(hh, r->table, &e->h.cgroup, sizeof(e->h.cgroup), root);
	if (root)
		return root->fd;
	if (ct_host__ns(e->proc.ppid, "mnt") != e->mntns_inum)
		return -ESRCH;
	*own = true;
	return ct_open_root_of(e->proc.ppid);
}

/*
 * For users other than root, the kernel itself says by secureexec whether the file's effective bit
 * is set, whatever came of it (under no_new_privs nothing does). Without secureexec the file's
 * capabilities are not needed, and no set-id bit changed anything. In a user namespace it is not
 * known here which id is root. (security/commoncap.c:cap_bprm_creds_from_file, 5.10 to 7.3)
 */
static bool tells_no_need(const struct ct_exec_event *e)
{
	return !(e->flags & CT_EXEC_F_SECURE) && e->creds.uid && !e->creds.userns_level;
}

/*
 * The process is gone, so a relative name is completed by its parent's working directory, which
 * most processes do not leave.
 */
static char *absolute_by_parent(const struct ct_exec_event *e, const char *file)
{
	ct_autofree char *link = ct_host__proc(e->proc.ppid, "cwd");
	char cwd[PATH_MAX];
	ssize_t n;

	if (*file == '/')
		return ct_xstrdup(file);
	n = ct_files__readlink(link, cwd, sizeof(cwd));
	if (n <= 0 || *cwd != '/')
		return NULL;
	return ct_xasprintf("%s/%s", cwd, file);
}

/*
 * What this process, or else its parent, executed last, if that is the file that it executes now;
 * NULL: not known. Another file: the one that ended had the same PID, or an execve was lost.
 */
static const struct program *last_program(const struct ct_exec_caps *r,
					  const struct ct_exec_event *e)
{
	const uint32_t pids[] = { e->proc.pid, e->proc.ppid };

	for (size_t i = 0; i < CT_ARRAY_SIZE(pids); i++) {
		const struct program *p = &r->last[pids[i] % LAST_PROGRAMS];

		if (pids[i] && p->pid == pids[i] && p->ino == e->ino && p->dev == e->dev)
			return p;
	}
	return NULL;
}

static void remember(struct ct_exec_caps *r, const struct ct_exec_event *e,
		     const struct ct_file_caps *caps)
{
	r->last[e->proc.pid % LAST_PROGRAMS] =
		(struct program){ .pid = e->proc.pid, .dev = e->dev, .ino = e->ino, .caps = *caps };
}

/*
 * Most mount namespaces made by a service manager show our root's files in other places or with
 * other options, or hide some of them. So the name and the file itself must agree.
 */
static int look_up_same(struct ct_exec_caps *r, const struct ct_exec_event *e, const char *path,
			struct ct_file_caps *caps)
{
	const struct ct_file_id id = { .ino = e->ino, .dev = e->dev };

	return ct_file_caps__read_same(r->own_fd, path, &id, caps);
}

static int look_up(struct ct_exec_caps *r, const struct ct_exec_event *e, const char *file,
		   struct ct_file_caps *caps)
{
	const struct ct_file_id id = { .ino = e->ino, .dev = e->dev };
	int ret = ct_file_caps__read(e->proc.pid, file, &id, caps);
	ct_autofree char *path = NULL;
	bool own;
	int fd;

	if (ret != -ESRCH)
		return ret;
	if (tells_no_need(e))
		return 0;
	path = absolute_by_parent(e, file);
	if (!path)
		return ret;
	fd = relative_root(r, e, &own);
	if (fd < 0)
		return look_up_same(r, e, path, caps) ? ret : 0;
	ret = ct_file_caps__read_below(fd, path, &id, caps);
	if (own)
		close(fd);
	return ret;
}

/*
 * The parent may have been running before the recording began: what it runs now is what was
 * executed, if it is the same file.
 */
static int look_up_parents(const struct ct_exec_event *e, struct ct_file_caps *caps)
{
	const struct ct_file_id id = { .ino = e->ino, .dev = e->dev };

	return ct_file_caps__read_running((int)e->proc.ppid, &id, caps);
}

/*
 * /proc/self/exe is the program that the process was running before: busybox executes its applets
 * that way.
 */
static int look_up_again(const struct ct_exec_caps *r, const struct ct_exec_event *e,
			 struct ct_file_caps *caps)
{
	const struct program *p = last_program(r, e);

	if (!p)
		return look_up_parents(e, caps);
	*caps = p->caps;
	return 0;
}

/*
 * File capabilities given by user 0 of another user namespace hold there and below; an execve
 * anywhere else does not see them (security/commoncap.c:rootid_owns_currentns, 5.10 to 7.3). Who
 * user 0 of a namespace is, is not known here, except for the initial one.
 */
static bool hold_for(const struct ct_file_caps *caps, const struct ct_exec_event *e)
{
	return !caps->rootid || e->creds.userns_level;
}

/*
 * May the file have been changed since it was executed? It has nothing now that it could give, but
 * a write, a chown and "setcap -r" take away what it gave then (fs/attr.c:notify_change,
 * security/commoncap.c:cap_inode_killpriv, 5.10 to 7.3). A file's time is that of the last tick, so
 * that within one nobody knows what came first; who looks at once has missed less than that. The
 * wall clock is read last: a delay in between makes the execve seem later, and the file unchanged.
 */
static bool may_have_given(const struct ct_file_caps *caps, const struct ct_exec_event *e)
{
	uint64_t now_ns = ct_clock__now_ns();
	int64_t age_ns = e->h.ns < now_ns ? (int64_t)(now_ns - e->h.ns) : 0;
	int64_t unsure_ns = age_ns < TICK_NS ? age_ns : TICK_NS;

	return e->h.ns && !caps->permitted && !caps->setid &&
	       caps->changed_ns > ct_clock__wall_ns() - age_ns - unsure_ns;
}

int ct_exec_caps__find(struct ct_exec_caps *r, const struct ct_exec_event *e, struct ct_exec *x)
{
	struct ct_file_caps caps = { 0 };
	int ret = look_up(r, e, x->file, &caps);

	if (ret < 0 && !strcmp(x->file, "/proc/self/exe"))
		ret = look_up_again(r, e, &caps);
	if (ret)
		return ret;
	if (may_have_given(&caps, e))
		return tells_no_need(e) ? 0 : -ESTALE;
	remember(r, e, &caps);
	if (hold_for(&caps, e)) {
		x->fcaps = caps.permitted;
		x->fcaps_effective = caps.effective;
	}
	x->setuid = caps.setid;
	return 0;
}
