/* SPDX-License-Identifier: GPL-2.0-only */
#include "cgroup/cgroups.h"

#include <errno.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>

#include "base/uthash.h"
#include "base/util.h"
#include "cgroup/dir.h"
#include "cgroup/hierarchy.h"
#include "cgroup/path.h"
#include "ct/event.h"
#include "model/unit_name.h"

struct entry {
	uint64_t id;
	char *path;
	uint32_t uid;
	bool inside, made; /* made: uid made it, whoever it was given to later */
	UT_hash_handle hh;
};

struct ct_cgroups {
	struct entry *table;
	struct ct_cgroup_mounts mounts;
	int unread; /* negative errno: it is not known what is mounted */
	char *root; /* of our cgroup namespace; NULL: "/" */
	bool awaits_root;
};

static void drop(struct ct_cgroups *c, struct entry *e)
{
	HASH_DEL(c->table, e);
	free(e->path);
	free(e);
}

void ct_cgroups__free(struct ct_cgroups *c)
{
	if (!c)
		return;
	while (c->table)
		drop(c, c->table);
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
	e->inside |= inside;
	/* The event of a cgroup that was found before: somebody may be reading its path. */
	if (e->path && !strcmp(e->path, path))
		return;
	free(e->path);
	e->path = ct_xstrdup(path);
}

void ct_cgroups__set_inside(struct ct_cgroups *c, uint64_t id)
{
	struct entry *e = find(c, id);

	if (e)
		e->inside = true;
}

void ct_cgroups__set_owner(struct ct_cgroups *c, uint64_t id, uint32_t uid)
{
	struct entry *e = find(c, id);

	if (e)
		e->uid = uid;
}

void ct_cgroups__set_maker(struct ct_cgroups *c, uint64_t id, uint32_t uid)
{
	struct entry *e = find(c, id);

	if (!e)
		return;
	e->uid = uid;
	e->made = true;
}

static const struct entry *find_path(const struct ct_cgroups *c, const char *path, size_t len)
{
	const struct entry *e, *tmp;

	HASH_ITER(hh, c->table, e, tmp)
	if (!strncmp(e->path, path, len) && !e->path[len])
		return e;
	return NULL;
}

static uint32_t user_of(const struct ct_cgroups *c, const struct entry *e, uint32_t manager)
{
	const char *slash = strrchr(e->path, '/');
	const struct entry *above;

	if (!e->uid || e->made || manager)
		return e->uid ? manager ?: e->uid : 0;
	/*
	 * Root's engine may have given a container with a user namespace its own cgroup, so the
	 * owner of the cgroup above decides.
	 */
	above = slash ? find_path(c, e->path, (size_t)(slash - e->path)) : NULL;
	return above ? above->uid : 0;
}

/* Several hierarchies may have this path: it is root's only if it is that in each. */
uint32_t ct_cgroups__user_of(const struct ct_cgroups *c, const char *path)
{
	uint32_t manager = ct_unit_name__manager_uid(path), uid = 0;
	const struct entry *e, *tmp;
	bool found = false;

	HASH_ITER(hh, c->table, e, tmp)
	{
		if (strcmp(e->path, path) != 0)
			continue;
		uid = uid ?: user_of(c, e, manager);
		found = true;
	}
	return found ? uid : manager;
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

void ct_cgroups__await_root(struct ct_cgroups *c)
{
	c->awaits_root = true;
}

/* Shortens the paths that were added before the root was known. */
static void shorten_paths(struct ct_cgroups *c)
{
	struct entry *e, *tmp;

	HASH_ITER(hh, c->table, e, tmp)
	{
		char *path = ct_xstrdup(ct_cgroups__from_root(c, e->path));

		free(e->path);
		e->path = path;
	}
}

void ct_cgroups__learn_root(struct ct_cgroups *c, uint64_t id, const char *path)
{
	const char *mount = id & CT_CGROUP_V1 ? c->mounts.v1 : c->mounts.v2;

	if (!c->awaits_root || !*mount)
		return;
	for (const char *rest = path; rest; rest = strchr(rest + 1, '/')) {
		ct_autofree char *dir = ct_xasprintf("%s%s", mount, rest);
		struct stat st;

		if (stat(dir, &st) || st.st_ino != (id & ~CT_CGROUP_V1))
			continue;
		c->awaits_root = false;
		if (rest == path)
			return; /* the whole of the host's tree is mounted here */
		ct_cgroups__set_root(c, path, (size_t)(rest - path));
		shorten_paths(c);
		return;
	}
}

const char *ct_cgroups__from_root(const struct ct_cgroups *c, const char *path)
{
	size_t len = c->root ? strlen(c->root) : 0;

	if (!len || !ct_cgroup_path__below(path, c->root))
		return path;
	return path[len] ? path + len : "/";
}

/*
 * A cgroup may go while it is looked at, and some may not be looked at; but without descriptors or
 * memory all are left out.
 */
static void note_unread(const FTSENT *ent, int *ret)
{
	bool failed = ent->fts_info == FTS_DNR || ent->fts_info == FTS_ERR;

	if (failed &&
	    (ent->fts_errno == EMFILE || ent->fts_errno == ENFILE || ent->fts_errno == ENOMEM))
		*ret = -ent->fts_errno;
}

static int scan_tree(struct ct_cgroups *c, const char *root, uint64_t tag)
{
	char *const paths[] = { (char *)root, NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	int ret = fts ? 0 : -errno;
	size_t skip = strlen(root);
	FTSENT *ent;

	while (fts && (ent = fts_read(fts))) {
		const char *path = ent->fts_path + skip;

		uint64_t id = ent->fts_statp->st_ino | tag;

		note_unread(ent, &ret);
		if (ent->fts_info != FTS_D)
			continue;
		ct_cgroups__add(c, id, *path ? path : "/", false);
		ct_cgroups__set_owner(c, id, ent->fts_statp->st_uid);
	}
	if (fts)
		fts_close(fts);
	return ret;
}

struct ct_cgroups *ct_cgroups__new(void)
{
	struct ct_cgroups *c = ct_xzalloc(sizeof(*c));

	c->unread = ct_cgroup_mounts__find(&c->mounts);
	return c;
}

int ct_cgroups__scan(struct ct_cgroups *c)
{
	int ret = c->unread;

	if (!ret && c->mounts.v2[0])
		ret = scan_tree(c, c->mounts.v2, 0);
	if (!ret && c->mounts.v1[0])
		ret = scan_tree(c, c->mounts.v1, CT_CGROUP_V1);
	return ret;
}

int ct_cgroups__processes(const struct ct_cgroups *c, const char *path)
{
	const char *const mounts[] = { c->mounts.v2, c->mounts.v1 };
	int n = 0;

	/* On a hybrid host a runtime may use v1 alone: v2 then has nothing, or no such cgroup. */
	for (size_t i = 0; i < CT_ARRAY_SIZE(mounts) && !n; i++) {
		ct_autofree char *dir = ct_xasprintf("%s%s", mounts[i], path);

		n = *mounts[i] ? ct_cgroup_dir__each(dir, NULL, NULL) : 0;
	}
	return n;
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
	const struct ct_cgroup_mounts *m = &c->mounts;

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

static char *dir_of(const struct ct_cgroups *c, uint64_t id)
{
	const char *mount = id & CT_CGROUP_V1 ? c->mounts.v1 : c->mounts.v2;
	const char *path = ct_cgroups__path(c, id);

	return path && *mount ? ct_xasprintf("%s%s", mount, path) : NULL;
}

int ct_cgroups__processes_of(const struct ct_cgroups *c, uint64_t id)
{
	ct_autofree char *dir = dir_of(c, id);

	return dir ? ct_cgroup_dir__each(dir, NULL, NULL) : 0;
}

int ct_cgroups__process_of(const struct ct_cgroups *c, uint64_t id)
{
	ct_autofree char *dir = dir_of(c, id);

	return dir ? ct_cgroup_dir__process(dir) : 0;
}

void ct_cgroups__forget(struct ct_cgroups *c, uint64_t id)
{
	struct entry *e = find(c, id);

	if (e)
		drop(c, e);
}

void ct_cgroups__each_gone(const struct ct_cgroups *c, ct_cgroup_id_fn fn, void *arg)
{
	struct entry *e, *tmp;

	/* Not every cgroup can be seen from within a cgroup namespace. */
	if (c->root || c->awaits_root)
		return;
	HASH_ITER(hh, c->table, e, tmp)
	{
		ct_autofree char *dir = dir_of(c, e->id);
		struct stat st;

		/* The kernel's event cuts a long path off. */
		if (!dir || strlen(e->path) >= CT_TEXT_LEN - 1)
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
