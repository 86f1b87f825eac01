/* SPDX-License-Identifier: GPL-2.0-only */
#include "verify/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/proc.h"
#include "cgroup/cgroups.h"
#include "cgroup/dir.h"
#include "record/launch.h"
#include "verify/units.h"

#define PROJECT_LABEL "com.docker.compose.project="

/* A directory of ours that nobody else can write to; the caller frees. */
static char *state_dir(struct ct_err *err)
{
	ct_autofree char *dir = ct_xstrdup("/run/captrim-runs");
	struct stat st;

	if ((mkdir(dir, 0700) && errno != EEXIST) || lstat(dir, &st)) {
		ct_err__set(err, errno, "cannot make %s: %s", dir, strerror(errno));
		return NULL;
	}
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022)) {
		ct_err__set(err, EPERM, "%s is not a directory that only we can write to", dir);
		return NULL;
	}
	return ct_steal(dir);
}

static json_t *to_array(char **words)
{
	json_t *array = json_array();

	for (; words && *words; words++)
		json_array_append_new(array, json_string(*words));
	return array;
}

static void from_array(const json_t *array, struct ct_strings *words)
{
	json_t *word;
	size_t i;

	json_array_foreach(array, i, word)
		if (json_is_string(word))
			ct_strings__add(words, json_string_value(word));
}

static int save(const struct ct_journal *s, struct ct_err *err)
{
	json_t *client = to_array(s->client), *running = to_array(s->running.items), *root;
	ct_autofree char *text = NULL;
	size_t len;

	root = json_pack("{s:s, s:s, s:o, s:s?, s:s?, s:o}", "token", s->token, "label", s->label,
			 "client", client, "cgroup", s->cgroup, "unit", s->unit, "running",
			 running);
	text = root ? json_dumps(root, 0) : NULL;
	json_decref(root);
	if (!text)
		return ct_err__set(err, EINVAL, "the command's words are not UTF-8");
	len = strlen(text);
	/* Truncated last, so the file is never empty: a reader takes only the first document. */
	if (pwrite(s->fd, text, len, 0) != (ssize_t)len || ftruncate(s->fd, len))
		return ct_err__set(err, errno, "cannot write %s: %s", s->path, strerror(errno));
	return 0;
}

/* Runs "CLIENT LIST --filter FILTER", then "CLIENT WORDS ID..." for the ids that it printed. */
static bool for_filtered(const struct ct_journal *s, const char *filter, const char *const *list,
			 const char *const *words)
{
	ct_autostrings struct ct_strings find = {}, act = {};
	ct_autofree char *out = NULL;
	bool any = false;

	ct_strings__add_all(&find, (const char *const *)s->client);
	ct_strings__add_all(&find, list);
	ct_strings__add(&find, "--filter");
	ct_strings__add(&find, filter);
	ct_strings__add_all(&act, (const char *const *)s->client);
	ct_strings__add_all(&act, words);
	if (ct_proc__run(find.items, &out))
		return false;
	for (char *save = NULL, *id = strtok_r(out, "\n", &save); id;
	     id = strtok_r(NULL, "\n", &save)) {
		ct_strings__add(&act, id);
		any = true;
	}
	return !any || !ct_proc__run(act.items, NULL);
}

static bool for_listed(const struct ct_journal *s, const char *const *list,
		       const char *const *words)
{
	ct_autofree char *filter = ct_xasprintf("label=%s", s->label);

	return for_filtered(s, filter, list, words);
}

/* What Compose has built for the project has its name; not all versions give it a label. */
static bool remove_images(const struct ct_journal *s)
{
	static const char *const list[] = { "images", "--format", "{{.Repository}}:{{.Tag}}",
					    NULL };
	static const char *const remove[] = { "rmi", NULL };
	ct_autofree char *filter = NULL;

	if (!s->client || strncmp(s->label, PROJECT_LABEL, strlen(PROJECT_LABEL)) != 0)
		return true;
	filter = ct_xasprintf("reference=%s*", s->label + strlen(PROJECT_LABEL));
	return for_filtered(s, filter, list, remove);
}

bool ct_journal__remove_containers(const struct ct_journal *s, bool volumes)
{
	static const char *const kinds[][2][5] = {
		{ { "ps", "-aq" }, { "rm", "-f", "-v" } },
		{ { "volume", "ls", "-q" }, { "volume", "rm", "-f" } },
		{ { "network", "ls", "-q" }, { "network", "rm" } },
	};
	bool ok = true;

	if (!s->client)
		return true;
	for (size_t i = 0; i < (volumes ? CT_ARRAY_SIZE(kinds) : 1); i++)
		ok = for_listed(s, kinds[i][0], kinds[i][1]) && ok;
	return ok;
}

bool ct_journal__stop_containers(const struct ct_journal *s)
{
	static const char *const list[] = { "ps", "-q", NULL };
	static const char *const stop[] = { "stop", "-t", "3", NULL };

	return for_listed(s, list, stop);
}

static bool remove_all(const struct ct_journal *s, bool containers)
{
	bool ok = !containers || ct_journal__remove_containers(s, true);

	ok = remove_images(s) && ok;
	if (s->unit)
		ok = ct_unit__put_back(s->unit, s->running.items) && ok;
	if (!s->cgroup)
		return ok;
	for (int i = 0; i < 100 && ct_cgroup_dir__signal(s->cgroup, SIGKILL) > 0; i++)
		usleep(10000);
	/* The command may have made others in it. */
	ct_cgroup_dir__remove(s->cgroup);
	return (!rmdir(s->cgroup) || errno == ENOENT) && ok;
}

static char *stack_path(const char *dir, const char *token)
{
	return ct_xasprintf("%s/stack-%.24s.yaml", dir, token);
}

/* Reads the journal of a killed captrim and removes what it lists. */
static bool remove_leftovers(const char *dir, int fd)
{
	struct ct_journal s = { .fd = fd };
	ct_autostrings struct ct_strings client = {}, running = {};
	json_t *root = json_loadfd(fd, JSON_DISABLE_EOF_CHECK, NULL);
	const char *token, *label, *group, *unit;
	bool ok = false;

	if (root && !json_unpack(root, "{s:s, s:s}", "token", &token, "label", &label)) {
		from_array(json_object_get(root, "client"), &client);
		from_array(json_object_get(root, "running"), &running);
		group = json_string_value(json_object_get(root, "cgroup"));
		unit = json_string_value(json_object_get(root, "unit"));
		s.label = (char *)label;
		s.client = client.items;
		s.unit = unit && !strchr(ct_unit__plain(unit), '/') ? (char *)unit : NULL;
		s.running = running;
		/* Only a cgroup that has a name of ours. */
		s.cgroup = group && strstr(group, "/captrim-") ? (char *)group : NULL;
		ok = remove_all(&s, true);
		ct_autofree char *stack = stack_path(dir, token);

		unlink(stack);
	}
	json_decref(root);
	return ok;
}

/* A file whose lock is free belongs to a captrim that is dead. */
static void clean_up_after_others(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *ent;

	while (d && (ent = readdir(d))) {
		ct_autoclose int fd = -1;

		if (strncmp(ent->d_name, "verify-", 7) != 0)
			continue;
		fd = openat(dirfd(d), ent->d_name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB))
			continue;
		ct_warn("removing what an earlier 'captrim verify', which was killed, left behind");
		if (remove_leftovers(dir, fd))
			unlinkat(dirfd(d), ent->d_name, 0);
		else
			ct_warn("it could not all be removed; %s/%s lists it, and the next captrim "
				"verify tries again",
				dir, ent->d_name);
	}
	if (d)
		closedir(d);
}

int ct_journal__open(struct ct_journal *s, char **client, bool stack, struct ct_err *err)
{
	ct_autofree char *dir = state_dir(err);
	struct ct_journal out = { .client = client, .fd = -1 };
	int ret;

	if (!dir)
		return -err->code;
	clean_up_after_others(dir);
	out.token = ct_random_token();
	if (stack)
		out.project = ct_xasprintf("captrim-%s", out.token);
	out.label = stack ? ct_xasprintf(PROJECT_LABEL "%s", out.project) :
			    ct_xasprintf("%s=%s", CT_VERIFY_LABEL, out.token);
	out.stack_path = stack_path(dir, out.token);
	out.path = ct_xasprintf("%s/verify-%s", dir, out.token);
	out.fd = open(out.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out.fd < 0 || flock(out.fd, LOCK_EX))
		ret = ct_err__set(err, errno, "cannot make %s: %s", out.path, strerror(errno));
	else
		ret = save(&out, err);
	if (ret)
		ct_journal__close(&out, true);
	else
		*s = out;
	return ret;
}

int ct_journal__cgroup(struct ct_journal *s, const char *dir, struct ct_err *err)
{
	free(s->cgroup);
	s->cgroup = dir ? ct_xstrdup(dir) : NULL;
	return save(s, err);
}

int ct_journal__unit(struct ct_journal *s, const char *unit, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(unit);

	ct_strings__free(&s->running);
	/* Without an answer it could not be put back as it was. */
	if (ct_unit__running(unit, &s->running))
		return ct_err__set(err, EIO, "systemd does not tell what depends on %s", shown);
	free(s->unit);
	s->unit = ct_xstrdup(unit);
	return save(s, err);
}

void ct_journal__close(struct ct_journal *s, bool keep)
{
	if (!s->path)
		return;
	if (remove_all(s, !keep))
		unlink(s->path);
	else
		ct_warn("not everything could be removed; the next captrim verify tries again");
	if (s->fd >= 0)
		close(s->fd);
	unlink(s->stack_path);
	free(s->token);
	free(s->label);
	free(s->project);
	free(s->path);
	free(s->stack_path);
	free(s->cgroup);
	free(s->unit);
	ct_strings__free(&s->running);
	*s = (struct ct_journal){ .fd = -1 };
}
