/* SPDX-License-Identifier: GPL-2.0-only */
#include "cgroup/cgroups.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <uthash.h>

#include "ct/event.h"
#include "cgroup/hierarchy.h"

struct entry {
	uint64_t id;
	char *path;
	uint32_t uid;
	bool inside;
	UT_hash_handle hh;
};

/* Where the hierarchies are mounted; empty: not at all. */
struct mounts {
	char v2[256], v1[256];
};

struct ct_cgroups {
	struct entry *table;
	struct mounts mounts;
	char *root; /* of our cgroup namespace; NULL: "/" */
};

void ct_cgroups__free(struct ct_cgroups *c)
{
	struct entry *e, *tmp;

	if (!c)
		return;
	HASH_ITER(hh, c->table, e, tmp)
	{
		HASH_DEL(c->table, e);
		free(e->path);
		free(e);
	}
	free(c->root);
	free(c);
}

static struct entry *find(const struct ct_cgroups *c, uint64_t id)
{
	struct entry *e;

	HASH_FIND(hh, c->table, &id, sizeof(id), e);
	return e;
}

void ct_cgroups__add(struct ct_cgroups *c, uint64_t id, const char *path, bool inside)
{
	struct entry *e = find(c, id);

	if (!e) {
		e = ct_xzalloc(sizeof(*e));
		e->id = id;
		HASH_ADD(hh, c->table, id, sizeof(e->id), e);
	}
	free(e->path);
	e->path = ct_xstrdup(path);
	e->inside |= inside;
}

void ct_cgroups__set_owner(struct ct_cgroups *c, uint64_t id, uint32_t uid)
{
	struct entry *e = find(c, id);

	if (e)
		e->uid = uid;
}

uint32_t ct_cgroups__owner_of(const struct ct_cgroups *c, const char *path)
{
	struct entry *e, *tmp;
	uint32_t uid = 0;

	/* A path may be one of several hierarchies: it is root's only in all of them. */
	HASH_ITER(hh, c->table, e, tmp)
	if (e->uid && !strcmp(e->path, path))
		uid = e->uid;
	return uid;
}

const char *ct_cgroups__path(const struct ct_cgroups *c, uint64_t id)
{
	struct entry *e = find(c, id);

	return e ? e->path : NULL;
}

bool ct_cgroups__inside(const struct ct_cgroups *c, uint64_t id)
{
	struct entry *e = find(c, id);

	return e && e->inside;
}

void ct_cgroups__set_root(struct ct_cgroups *c, const char *root, size_t len)
{
	free(c->root);
	c->root = ct_xstrndup(root, len);
}

const char *ct_cgroups__from_root(const struct ct_cgroups *c, const char *path)
{
	size_t len = c->root ? strlen(c->root) : 0;

	if (!len || !ct_cgroup_path__below(path, c->root))
		return path;
	return path[len] ? path + len : "/";
}

static bool has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; p; p = strchr(p, ',')) {
		p += *p == ',';
		if (!strncmp(p, word, n) && (!p[n] || strchr(",\n ", p[n])))
			return true;
	}
	return false;
}

/* The v1 hierarchy is the one that the probe prefers, too. */
static void find_mounts(struct mounts *m)
{
	size_t best = SIZE_MAX;
	ct_autofclose FILE *f = fopen("/proc/self/mounts", "re");
	char line[4096], dir[256], type[64], options[1024];

	*m = (struct mounts){};
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*s %255s %63s %1023s", dir, type, options) != 3)
			continue;
		if (!strcmp(type, "cgroup2") && !m->v2[0])
			strcpy(m->v2, dir);
		for (size_t i = 0; !strcmp(type, "cgroup") && i < best && ct_v1_controllers[i];
		     i++) {
			if (!has_word(options, ct_v1_controllers[i]))
				continue;
			strcpy(m->v1, dir);
			best = i;
		}
	}
	/* A pure v2 host needs no v1 ids, even if a stray controller is mounted. */
	if (!access("/sys/fs/cgroup/cgroup.controllers", F_OK))
		m->v1[0] = '\0';
}

static void scan_tree(struct ct_cgroups *c, const char *root, uint64_t tag)
{
	char *const paths[] = { (char *)root, NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	size_t skip = strlen(root);
	FTSENT *ent;

	while (fts && (ent = fts_read(fts))) {
		const char *path = ent->fts_path + skip;

		uint64_t id = ent->fts_statp->st_ino | tag;

		if (ent->fts_info != FTS_D)
			continue;
		ct_cgroups__add(c, id, *path ? path : "/", false);
		ct_cgroups__set_owner(c, id, ent->fts_statp->st_uid);
	}
	if (fts)
		fts_close(fts);
}

struct ct_cgroups *ct_cgroups__new(void)
{
	struct ct_cgroups *c = ct_xzalloc(sizeof(*c));

	find_mounts(&c->mounts);
	return c;
}

void ct_cgroups__scan(struct ct_cgroups *c)
{
	if (c->mounts.v2[0])
		scan_tree(c, c->mounts.v2, 0);
	if (c->mounts.v1[0])
		scan_tree(c, c->mounts.v1, CT_CGROUP_V1);
}

/* Our own path in the hierarchy: "0::/x" for v2, else the line that names the controller. */
static char *own_path(bool v2, const char *v1_mount)
{
	ct_autofclose FILE *f = fopen("/proc/self/cgroup", "re");
	const char *controller = strrchr(v1_mount, '/');
	char line[4096];

	while (f && fgets(line, sizeof(line), f)) {
		char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL;

		if (!path)
			continue;
		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		if (v2 ? !strncmp(line, "0:", 2) : controller && has_word(list + 1, controller + 1))
			return ct_xstrdup(path);
	}
	return ct_xstrdup("/");
}

static int try_make(struct ct_own_cgroup *c, const char *mount, const char *parent, uint64_t tag)
{
	const char *sep = !strcmp(parent, "/") ? "" : parent;
	ct_autofree char *path = ct_xasprintf("%s/captrim-%d", sep, getpid());
	ct_autofree char *dir = ct_xasprintf("%s%s", mount, path);
	struct stat st;

	if (mkdir(dir, 0755) && errno != EEXIST)
		return -errno;
	if (stat(dir, &st))
		return -errno;
	c->id = st.st_ino | tag;
	c->path = ct_steal(path);
	c->dir = ct_steal(dir);
	return 0;
}

static void remove_tree(const char *dir)
{
	char *const paths[] = { (char *)dir, NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *ent;

	while (fts && (ent = fts_read(fts)))
		if (ent->fts_info == FTS_DP)
			(void)rmdir(ent->fts_path);
	if (fts)
		fts_close(fts);
}

/*
 * Those of captrims that were killed, once nothing runs in them: rmdir refuses the others. A young
 * one may be of a captrim in another PID namespace that has not moved its command in yet.
 */
static void remove_stale(const char *mount, const char *parent)
{
	ct_autofree char *name = ct_xasprintf("%s%s", mount, parent);
	DIR *d = opendir(name);
	struct dirent *ent;

	while (d && (ent = readdir(d))) {
		ct_autofree char *dir = NULL;
		struct stat st;
		int pid;

		if (sscanf(ent->d_name, "captrim-%d", &pid) != 1 || !kill(pid, 0) || errno != ESRCH)
			continue;
		dir = ct_xasprintf("%s/%s", name, ent->d_name);
		if (!stat(dir, &st) && st.st_ctime + 60 < time(NULL))
			remove_tree(dir);
	}
	if (d)
		closedir(d);
}

int ct_own_cgroup__make(struct ct_own_cgroup *c, struct ct_err *err)
{
	struct mounts m;
	const char *mount;
	uint64_t tag;
	int ret;

	find_mounts(&m);
	mount = m.v2[0] ? m.v2 : m.v1;
	tag = m.v2[0] ? 0 : CT_CGROUP_V1;
	if (!mount[0])
		return ct_err__set(err, ENOENT,
				   "no cgroup file system is mounted: mount one, as in "
				   "'mount -t cgroup2 none /sys/fs/cgroup'");
	ct_autofree char *parent = own_path(m.v2[0], m.v1);

	remove_stale(mount, parent);
	ret = try_make(c, mount, parent, tag);
	if (ret)
		ret = try_make(c, mount, "/", tag);
	if (ret)
		return ct_err__set(err, -ret, "cannot make a cgroup below %s: %s", mount,
				   strerror(-ret));
	return 0;
}

int ct_own_cgroup__enter(const struct ct_own_cgroup *c, int pid, struct ct_err *err)
{
	ct_autofree char *procs = ct_xasprintf("%s/cgroup.procs", c->dir);
	ct_autoclose int fd = open(procs, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || dprintf(fd, "%d", pid) < 0)
		return ct_err__set(err, errno, "cannot move the command into %s: %s", c->dir,
				   strerror(errno));
	return 0;
}

/* Calls fn for every process in the cgroup and below. Returns how many there were. */
static int each_process(const char *dir, void (*fn)(void *arg, int pid), void *arg)
{
	char *const paths[] = { (char *)dir, NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *ent;
	int n = 0;

	while (fts && (ent = fts_read(fts))) {
		if (ent->fts_info != FTS_D)
			continue;
		ct_autofree char *procs = ct_xasprintf("%s/cgroup.procs", ent->fts_path);
		ct_autofclose FILE *f = fopen(procs, "re");
		int pid;

		while (f && fscanf(f, "%d", &pid) == 1) {
			n++;
			if (fn)
				fn(arg, pid);
		}
	}
	if (fts)
		fts_close(fts);
	return n;
}

static void send_signal(void *arg, int pid)
{
	kill(pid, *(int *)arg);
}

int ct_cgroup_dir__signal(const char *dir, int sig)
{
	return each_process(dir, sig ? send_signal : NULL, &sig);
}

int ct_cgroups__processes(const struct ct_cgroups *c, const char *path)
{
	const struct mounts *m = &c->mounts;
	ct_autofree char *dir = ct_xasprintf("%s%s", m->v2[0] ? m->v2 : m->v1, path);

	return each_process(dir, NULL, NULL);
}

bool ct_cgroup_path__below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return !strncmp(path, dir, n) && (!path[n] || path[n] == '/');
}

char *ct_cgroups__plain(const struct ct_cgroups *c, const char *path)
{
	const char *const mounts[] = { c->mounts.v2, c->mounts.v1 };
	size_t len;

	for (size_t i = 0; i < CT_ARRAY_SIZE(mounts); i++)
		if (*mounts[i] && ct_cgroup_path__below(path, mounts[i])) {
			path += strlen(mounts[i]);
			break;
		}
	path += strspn(path, "/");
	len = strlen(path);
	while (len && path[len - 1] == '/')
		len--;
	return ct_xasprintf("/%.*s", (int)len, path);
}

int ct_cgroups__find(const struct ct_cgroups *c, const char *path, char **dir, uint64_t *id)
{
	const struct mounts *m = &c->mounts;

	for (int v1 = 0; v1 < 2; v1++) {
		const char *mount = v1 ? m->v1 : m->v2;
		ct_autofree char *full = ct_xasprintf("%s%s", mount, path);
		struct stat st;

		if (!*mount || stat(full, &st) || !S_ISDIR(st.st_mode))
			continue;
		*id = st.st_ino | (v1 ? CT_CGROUP_V1 : 0);
		*dir = ct_steal(full);
		return 0;
	}
	return -ENOENT;
}

static void note_process(void *arg, int pid)
{
	*(int *)arg = pid;
}

int ct_cgroup_dir__process(const char *dir)
{
	int pid = 0;

	each_process(dir, note_process, &pid);
	return pid;
}

static char *dir_of(const struct ct_cgroups *c, uint64_t id)
{
	const char *mount = id & CT_CGROUP_V1 ? c->mounts.v1 : c->mounts.v2;
	const char *path = ct_cgroups__path(c, id);

	return path && *mount ? ct_xasprintf("%s%s", mount, path) : NULL;
}

int ct_cgroups__processes_of(const struct ct_cgroups *c, uint64_t id)
{
	ct_autofree char *dir = dir_of(c, id);

	return dir ? each_process(dir, NULL, NULL) : 0;
}

int ct_cgroups__process_of(const struct ct_cgroups *c, uint64_t id)
{
	ct_autofree char *dir = dir_of(c, id);

	return dir ? ct_cgroup_dir__process(dir) : 0;
}

void ct_cgroups__forget(struct ct_cgroups *c, uint64_t id)
{
	struct entry *e = find(c, id);

	if (!e)
		return;
	HASH_DEL(c->table, e);
	free(e->path);
	free(e);
}

void ct_cgroups__each_gone(const struct ct_cgroups *c, ct_cgroup_id_fn fn, void *arg)
{
	struct entry *e, *tmp;

	/* From a namespace of our own not every cgroup can be seen. */
	if (c->root)
		return;
	HASH_ITER(hh, c->table, e, tmp)
	{
		ct_autofree char *dir = dir_of(c, e->id);
		struct stat st;

		if (!dir)
			continue;
		if (stat(dir, &st) ? errno == ENOENT : st.st_ino != (e->id & ~CT_CGROUP_V1))
			fn(arg, e->id);
	}
}

void ct_cgroups__each(const struct ct_cgroups *c, ct_cgroup_fn fn, void *arg)
{
	struct entry *e, *tmp;

	HASH_ITER(hh, c->table, e, tmp)
	fn(arg, e->path, e->inside);
}

int ct_own_cgroup__processes(const struct ct_own_cgroup *c)
{
	return c->dir ? each_process(c->dir, NULL, NULL) : 0;
}

void ct_own_cgroup__signal(const struct ct_own_cgroup *c, int sig)
{
	if (c->dir)
		ct_cgroup_dir__signal(c->dir, sig);
}

static void move_to(void *arg, int pid)
{
	ct_autoclose int fd = open(arg, O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		(void)!dprintf(fd, "%d", pid);
}

void ct_own_cgroup__remove(struct ct_own_cgroup *c)
{
	if (!c->dir)
		return;
	ct_autofree char *parent = ct_xasprintf("%s/../cgroup.procs", c->dir);

	/* An ended process may count for some milliseconds yet. */
	for (int i = 0; i < 50 && !access(c->dir, F_OK); i++) {
		each_process(c->dir, move_to, parent);
		remove_tree(c->dir);
		if (!access(c->dir, F_OK))
			usleep(10000);
	}
	free(c->dir);
	free(c->path);
	*c = (struct ct_own_cgroup){};
}
