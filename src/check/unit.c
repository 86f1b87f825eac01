// SPDX-License-Identifier: GPL-2.0-only
/* systemd units with their drop-ins, and Quadlet's .container files. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "check/target.h"

#define MAX_FILE (1u << 20)

/* Settings that take capabilities out of the bounding set (systemd.exec(5)). */
static const struct {
	const char *key;
	uint64_t set;
} takers[] = {
	{ "PrivateDevices", CT_CAP(MKNOD) | CT_CAP(SYS_RAWIO) },
	{ "ProtectClock", CT_CAP(SYS_TIME) | CT_CAP(WAKE_ALARM) },
	{ "ProtectKernelLogs", CT_CAP(SYSLOG) },
	{ "ProtectKernelModules", CT_CAP(SYS_MODULE) },
};

struct unit {
	struct ct_target *t;
	struct ct_targets *all;
	bool quadlet;
	bool ours; /* in a section that says how to execute */
	uint64_t taken[CT_ARRAY_SIZE(takers)];
	uint64_t bounding, ambient;
	bool bounding_set;
	bool dynamic_user, has_user, is_root;
	char *user; /* as User= has it; NULL: not set */
	struct ct_place user_at;
};

/* Where a setting stands. */
struct line {
	const char *file;
	unsigned int number;
	const char *start; /* of its key */
	size_t indent;
	size_t length; /* of the line that it begins in: what is behind it was joined */
};

static struct ct_place place(const struct line *at, const char *p)
{
	size_t offset = (size_t)(p - at->start);

	if (offset >= at->length)
		offset = 0;
	return (struct ct_place){ at->file, at->number, (unsigned int)(at->indent + offset) + 1 };
}

static bool is_true(const char *s)
{
	static const char *const words[] = { "1", "yes", "y", "true", "t", "on" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(words); i++)
		if (!strcasecmp(s, words[i]))
			return true;
	return false;
}

/* systemd wants the prefix, and drops what it does not know with a line in its log. */
static void check_systemd_name(struct ct_named *n)
{
	if (n->set && (strncasecmp(n->text, "CAP_", 4) != 0 || !strcasecmp(n->text, "CAP_ALL"))) {
		n->set = 0;
		n->why = "systemd takes names with CAP_ only, and drops this one";
	} else if (!n->set) {
		n->why = "systemd does not know it, and drops it without a word";
	}
}

/* Words of value; each goes to the list, with its place. The set of them is returned. */
static uint64_t read_names(struct unit *u, const struct line *at, const char *value,
			   struct ct_named_list *l)
{
	uint64_t set = 0;

	while (*(value += strspn(value, " \t"))) {
		size_t len = strcspn(value, " \t");
		ct_autofree char *word = ct_xstrndup(value, len);
		struct ct_named *n;

		ct_named__add(l, word, place(at, value));
		n = &l->items[l->len - 1];
		if (!u->quadlet)
			check_systemd_name(n);
		set |= n->set;
		value += len;
	}
	return set;
}

/*
 * systemd, config_parse_capability_set(): the first assignment, an empty one, and one of
 * which no name is known replace; others add, or take away behind "~".
 */
static void assign_set(struct unit *u, const struct line *at, const char *value, uint64_t initial,
		       uint64_t *set)
{
	bool invert = *value == '~';
	struct ct_named_list *l = invert ? &u->t->dropped : &u->t->added;
	uint64_t sum = read_names(u, at, value + invert, l);

	if (!sum || *set == initial)
		*set = invert ? CT_CAPS_ALL & ~sum : sum;
	else if (invert)
		*set &= ~sum;
	else
		*set |= sum;
}

static void read_user(struct unit *u, const struct line *at, const char *value)
{
	free(u->user);
	u->user = *value ? ct_xasprintf("User=%s", value) : NULL;
	u->user_at = place(at, at->start);
	u->has_user = *value;
	u->is_root = !strcmp(value, "root") || !strcmp(value, "0") ||
		     (*value == '0' && value[1] == ':') || !strncmp(value, "root:", 5);
}

static void read_systemd(struct unit *u, const struct line *at, const char *key, const char *value)
{
	if (!strcmp(key, "CapabilityBoundingSet")) {
		assign_set(u, at, value, CT_CAPS_SYSTEMD_DEFAULT, &u->bounding);
		u->bounding_set = true;
		u->t->set_at = place(at, at->start);
	} else if (!strcmp(key, "AmbientCapabilities")) {
		assign_set(u, at, value, 0, &u->ambient);
		if (!u->t->set_at.file)
			u->t->set_at = place(at, at->start);
	} else if (!strcmp(key, "DynamicUser")) {
		u->dynamic_user = is_true(value);
		if (!u->has_user)
			u->user_at = place(at, at->start);
	}
	for (size_t i = 0; i < CT_ARRAY_SIZE(takers); i++)
		if (!strcmp(key, takers[i].key))
			u->taken[i] = is_true(value) ? takers[i].set : 0;
}

static void clear(struct ct_named_list *l)
{
	while (l->len)
		free(l->items[--l->len].text);
}

static void replace(char **field, const char *value)
{
	free(*field);
	*field = *value ? ct_xstrdup(value) : NULL;
}

static void read_quadlet(struct unit *u, const struct line *at, const char *key, const char *value)
{
	bool add = !strcmp(key, "AddCapability");

	if (add || !strcmp(key, "DropCapability")) {
		struct ct_named_list *l = add ? &u->t->added : &u->t->dropped;

		if (*value)
			read_names(u, at, value, l);
		else
			clear(l);
		u->t->set_at = place(at, at->start);
	} else if (!strcmp(key, "Image")) {
		replace(&u->t->image, value);
	} else if (!strcmp(key, "ContainerName")) {
		replace(&u->t->alias, value);
	} else if (!strcmp(key, "Network") && !strcmp(value, "host")) {
		ct_settings__add(&u->t->settings, CT_SETTING_NET_HOST, place(at, at->start),
				 ct_xstrdup("Network=host"));
	} else if (!strcmp(key, "SeccompProfile") && !strcmp(value, "unconfined")) {
		ct_settings__add(&u->t->settings, CT_SETTING_UNCONFINED, place(at, at->start),
				 ct_xstrdup("SeccompProfile=unconfined"));
	} else if (!strcmp(key, "PodmanArgs")) {
		const char *found = strstr(value, "--privileged");

		if (found && (!found[12] || strchr(" \t=", found[12])) &&
		    strncmp(found + 12, "=false", 6) != 0) {
			u->t->privileged = CT_YES;
			u->t->privileged_at = place(at, at->start);
		}
	}
}

static void read_setting(struct unit *u, const struct line *at, char *text)
{
	char *value = strchr(text, '='), *end;

	if (!value || !u->ours)
		return;
	for (end = value; end > text && strchr(" \t", end[-1]);)
		end--;
	*end = '\0';
	value += 1 + strspn(value + 1, " \t");
	for (end = value + strlen(value); end > value && strchr(" \t\r", end[-1]);)
		*--end = '\0';
	if (!strcmp(text, "User"))
		read_user(u, at, value);
	if (u->quadlet)
		read_quadlet(u, at, text, value);
	else
		read_systemd(u, at, text, value);
}

static void read_section(struct unit *u, const char *line)
{
	static const char *const sections[] = { "[Service]", "[Socket]", "[Mount]", "[Swap]" };

	u->ours = u->quadlet && !strncmp(line, "[Container]", 11);
	for (size_t i = 0; i < CT_ARRAY_SIZE(sections) && !u->quadlet; i++)
		u->ours |= !strncmp(line, sections[i], strlen(sections[i]));
}

/* A backslash at the end joins lines; comments among them are left out (systemd.syntax(7)). */
static void read_text(struct unit *u, const char *path, char *text)
{
	struct line at = { .file = ct_targets__file(u->all, path) };
	char *line = text, *next = NULL;
	unsigned int number = 0;

	for (; line; line = next) {
		char *end;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		number++;
		at.indent = strspn(line, " \t");
		line += at.indent;
		at.length = strlen(line);
		if (!*line || strchr("#;\r", *line))
			continue;
		at.number = number;
		at.start = line;
		if (*line == '[') {
			read_section(u, line);
			continue;
		}
		end = line + strlen(line);
		if (end > line && end[-1] == '\r')
			*--end = '\0';
		while (end > line && end[-1] == '\\' && next) {
			char *more = next;

			next = strchr(more, '\n');
			if (next)
				*next++ = '\0';
			number++;
			end[-1] = ' ';
			if (strchr("#;", more[strspn(more, " \t")]) && *more) {
				end[-1] = '\\';
				continue;
			}
			memmove(end, more, strlen(more) + 1);
			end += strlen(end);
		}
		read_setting(u, &at, line);
	}
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_conf(const struct dirent *e)
{
	size_t len = strlen(e->d_name);

	return *e->d_name != '.' && len > 5 && !strcmp(e->d_name + len - 5, ".conf");
}

/* The .conf files of the directory UNIT.d beside it, in the order of their names. */
static int read_dropins(struct unit *u, const char *path, struct ct_err *err)
{
	ct_autofree char *dir = ct_xasprintf("%s.d", path);
	struct dirent **entries = NULL;
	int n = scandir(dir, &entries, is_conf, by_name), ret = 0;

	for (int i = 0; i < n; i++) {
		ct_autofree char *file = ct_xasprintf("%s/%s", dir, entries[i]->d_name);
		ct_autofree char *text = NULL, *shown = ct_printable(file);

		free(entries[i]);
		if (ret)
			continue;
		ret = ct_read_file(file, MAX_FILE, &text, NULL);
		if (ret)
			ct_err__set(err, -ret, "cannot read %s: %s", shown, strerror(-ret));
		else
			read_text(u, file, text);
	}
	free(entries);
	return ret;
}

static void decide(struct unit *u)
{
	struct ct_target *t = u->t;
	uint64_t taken = 0;

	if (u->has_user)
		t->nonroot = u->is_root ? CT_NO : CT_YES;
	else if (!u->quadlet)
		t->nonroot = CT_NO; /* of the system's manager */
	if (u->dynamic_user)
		t->nonroot = CT_YES;
	if (t->nonroot == CT_YES)
		ct_settings__add(&t->settings, CT_SETTING_USER, u->user_at,
				 u->has_user ? ct_steal(u->user) : ct_xstrdup("DynamicUser=yes"));
	free(u->user);
	if (u->quadlet) {
		uint64_t drop = ct_named__set(&t->dropped);

		t->from_none = drop == CT_CAPS_ALL;
		t->given = t->privileged == CT_YES ?
				   CT_CAPS_ALL :
				   ct_caps__docker(CT_CAPS_PODMAN_DEFAULT, ct_named__set(&t->added),
						   drop);
		return;
	}
	for (size_t i = 0; i < CT_ARRAY_SIZE(takers); i++)
		taken |= u->taken[i];
	t->given = u->bounding & ~taken;
	t->ambient = u->ambient & t->given;
	t->from_none = u->bounding_set && u->bounding != CT_CAPS_ALL;
}

int ct_targets__unit(struct ct_targets *t, const char *path, const char *text, struct ct_err *err)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');
	struct unit u = { .all = t, .bounding = CT_CAPS_SYSTEMD_DEFAULT };
	ct_autofree char *name = NULL, *copy = ct_xstrdup(text);
	int ret;

	u.quadlet = dot && !strcmp(dot, ".container");
	name = u.quadlet ? ct_xstrndup(base, (size_t)(dot - base)) : ct_xstrdup(base);
	u.t = ct_targets__add(t, u.quadlet ? CT_TARGET_QUADLET : CT_TARGET_SYSTEMD, name);
	u.t->at = (struct ct_place){ ct_targets__file(t, path), 1, 1 };
	read_text(&u, path, copy);
	ret = read_dropins(&u, path, err);
	decide(&u);
	return ret;
}
