/* SPDX-License-Identifier: GPL-2.0-only */
/* What a systemd unit gives to its commands (systemd.exec(5), systemd.service(5)). */
#include <errno.h>
#include <string.h>

#include "deploy/unit_priv.h"

/* Settings that take capabilities out of the bounding set. */
static const struct {
	const char *key;
	uint64_t set;
} takers[] = {
	{ "PrivateDevices", CT_CAP(MKNOD) | CT_CAP(SYS_RAWIO) },
	{ "ProtectClock", CT_CAP(SYS_TIME) | CT_CAP(WAKE_ALARM) },
	{ "ProtectKernelLogs", CT_CAP(SYSLOG) },
	{ "ProtectKernelModules", CT_CAP(SYS_MODULE) },
};

static const char *const exec_keys[] = { "ExecStart",	  "ExecCondition", "ExecStartPre",
					 "ExecStartPost", "ExecReload",	   "ExecReloadPost",
					 "ExecStop",	  "ExecStopPre",   "ExecStopPost" };

/* What a prefix of the program's path switches off: User=, or everything that restricts it. */
enum exec_flags { NO_USER = 1, NO_LIMITS = 2 };

struct command {
	size_t key; /* of exec_keys */
	unsigned int flags;
	struct ct_place at;
};

struct unit {
	struct ct_unit_read base;
	uint64_t taken[CT_ARRAY_SIZE(takers)];
	uint64_t bounding, ambient;
	bool bounding_set; /* assigned */
	bool dynamic_user, has_user, is_root, start_only;
	char *user; /* "User=NAME"; NULL: not set */
	struct ct_place user_at;
	struct command *commands;
	size_t len, cap;
};

/* parse_boolean() of systemd; anything else leaves the setting as it is. */
static enum ct_tristate truth(const char *s)
{
	static const char *const words[] = { "1", "yes", "y", "true",  "t", "on",
					     "0", "no",	 "n", "false", "f", "off" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(words); i++)
		if (!strcasecmp(s, words[i]))
			return i < CT_ARRAY_SIZE(words) / 2 ? CT_YES : CT_NO;
	return CT_UNKNOWN;
}

/* A capability's number as capability_from_name() reads it: any base, maybe a sign; or -1. */
static int number_of(const char *word)
{
	const char *digits = word + (*word == '+');
	int base = 0;
	char *end;
	long n;

	if (*digits == '0' && digits[1] && strchr("bB", digits[1]))
		base = 2;
	else if (*digits == '0' && digits[1] && strchr("oO", digits[1]))
		base = 8;
	digits += base ? 2 : 0;
	if (!*digits || strchr("+- \t", *digits))
		return -1;
	errno = 0;
	n = strtol(digits, &end, base);
	return *end || errno || n < 0 || n > 63 ? -1 : (int)n;
}

/* systemd requires the prefix; an unknown name is worth a line in its debug log at most. */
static void check_name(struct ct_named *n)
{
	int number = number_of(n->text);

	if (number >= 0) {
		n->set = 1ull << number;
		n->why = NULL;
	} else if (n->set &&
		   (strncasecmp(n->text, "CAP_", 4) != 0 || !strcasecmp(n->text, "CAP_ALL"))) {
		n->set = 0;
		n->why = "systemd accepts only names with CAP_, and ignores this one";
	} else if (!n->set) {
		n->why = "systemd does not know it, and ignores it silently";
	}
}

/* Adds each word of value to the list, with its place. Returns their set. */
static uint64_t read_names(const struct ct_unit_line *l, const char *value,
			   struct ct_named_list *names)
{
	uint64_t set = 0;
	const char *at;
	char *word;
	int ret;

	while ((ret = ct_unit_text__word(CT_WORDS_SYSTEMD, &value, &word, &at)) > 0) {
		struct ct_named *n;

		ct_named__add(names, word, ct_unit_line__place(l, at));
		free(word);
		n = &names->items[names->len - 1];
		check_name(n);
		/* systemd 252 takes nothing from it; newer versions close the quote themselves. */
		if (ret == 2) {
			n->set = 0;
			n->why = "its quote is not closed, and not every version of systemd "
				 "accepts that";
		}
		set |= n->set;
	}
	return set;
}

/*
 * As config_parse_capability_set(): the first assignment, an empty one, and one without any known
 * name replace the set; others add to it, or with "~" remove from it. *set == initial stands for
 * "not assigned yet".
 */
static void assign_set(struct unit *u, const struct ct_unit_line *l, const char *value,
		       uint64_t initial, uint64_t *set)
{
	struct ct_deployed *t = u->base.t;
	bool invert = *value == '~';
	uint64_t sum = read_names(l, value + invert, invert ? &t->dropped : &t->added);

	if (!sum || *set == initial)
		*set = invert ? ~sum : sum;
	else if (invert)
		*set &= ~sum;
	else
		*set |= sum;
}

static void read_user(struct unit *u, struct ct_place at, const char *value)
{
	free(u->user);
	u->user = *value ? ct_xasprintf("User=%s", value) : NULL;
	u->user_at = at;
	u->has_user = *value;
	u->is_root = !strcmp(value, "root") || !strcmp(value, "0");
}

/* The flags of the prefix of a command's path, as config_parse_exec() reads it. */
static unsigned int prefix_flags(const char *path)
{
	unsigned int bangs = 0, plus = 0;

	for (; *path && strchr("-@:+!|", *path); path++) {
		if ((*path == '+' && (plus || bangs)) || (*path == '!' && (plus || bangs == 2)))
			break;
		bangs += *path == '!';
		plus += *path == '+';
	}
	/* "!!" is ignored: it means "!" only without ambient capabilities, before Linux 4.3. */
	return plus ? NO_USER | NO_LIMITS : bangs == 1 ? NO_USER : 0;
}

/* Reads one or more commands, separated by ";"; an empty value clears those of this key. */
static void read_commands(struct unit *u, const struct ct_unit_line *l, size_t key,
			  const char *value)
{
	bool first = true;
	const char *at;
	size_t n = 0;
	char *word;

	for (size_t i = 0; i < u->len && !*value; i++)
		if (u->commands[i].key != key)
			u->commands[n++] = u->commands[i];
	u->len = *value ? u->len : n;
	while (ct_unit_text__word(CT_WORDS_SYSTEMD, &value, &word, &at) > 0) {
		bool separator = *at == ';' && value == at + 1;

		if (first && !separator)
			*CT_PUSH(u->commands, u->len,
				 u->cap) = (struct command){ key, prefix_flags(word),
							     ct_unit_line__place(l, at) };
		first = separator;
		free(word);
	}
}

static void take_setting(struct unit *u, const struct ct_unit_line *l, const char *key,
			 const char *value)
{
	struct ct_place at = ct_unit_line__place(l, key);
	enum ct_tristate is = truth(value);
	struct ct_deployed *t = u->base.t;

	if (!strcmp(key, "CapabilityBoundingSet")) {
		if (!u->bounding_set)
			u->bounding = UINT64_MAX;
		assign_set(u, l, value, UINT64_MAX, &u->bounding);
		u->bounding_set = true;
		t->set_at = at;
	} else if (!strcmp(key, "AmbientCapabilities")) {
		assign_set(u, l, value, 0, &u->ambient);
		if (!t->set_at.file)
			t->set_at = at;
	} else if (!strcmp(key, "User")) {
		read_user(u, at, value);
	} else if (!strcmp(key, "DynamicUser") && is != CT_UNKNOWN) {
		u->dynamic_user = is == CT_YES;
		if (!u->has_user)
			u->user_at = at;
	} else if (!strcmp(key, "PermissionsStartOnly") && is != CT_UNKNOWN) {
		u->start_only = is == CT_YES;
	}
	for (size_t i = 0; i < CT_ARRAY_SIZE(takers) && is != CT_UNKNOWN; i++)
		if (!strcmp(key, takers[i].key))
			u->taken[i] = is == CT_YES ? takers[i].set : 0;
	for (size_t i = 0; i < CT_ARRAY_SIZE(exec_keys); i++)
		if (!strcmp(key, exec_keys[i]))
			read_commands(u, l, i, value);
}

static void take(void *arg, const struct ct_unit_line *l, const char *section, const char *key,
		 const char *value)
{
	static const char *const sections[][2] = { { ".service", "Service" },
						   { ".socket", "Socket" },
						   { ".mount", "Mount" },
						   { ".swap", "Swap" } };
	struct unit *u = arg;

	for (size_t i = 0; i < CT_ARRAY_SIZE(sections); i++)
		if (!strcmp(u->base.suffix, sections[i][0]) && !strcmp(section, sections[i][1]))
			take_setting(u, l, key, value);
}

/* *all: flags that every command has (every ExecStart= if main); *some: flags that any has. */
static void sum_flags(const struct unit *u, bool main, unsigned int *all, unsigned int *some)
{
	bool none = true;

	*all = *some = 0;
	for (size_t i = 0; i < u->len; i++) {
		bool start = !u->commands[i].key;
		unsigned int flags = u->commands[i].flags;

		if (u->start_only && !start)
			flags = NO_USER | NO_LIMITS;
		*some |= flags;
		if (start || !main) {
			*all = none ? flags : *all & flags;
			none = false;
		}
	}
}

static void decide_user(struct unit *u, unsigned int all, unsigned int some)
{
	struct ct_deployed *t = u->base.t;

	/* A user that exists is taken as it is, root as well; DynamicUser= only makes others. */
	t->nonroot = u->has_user ? !u->is_root : u->dynamic_user;
	if (t->nonroot == CT_YES && all & NO_USER)
		t->nonroot = CT_NO;
	else if (t->nonroot == CT_YES && (some & NO_USER || (u->user && strchr(u->user, '%'))))
		t->nonroot = CT_UNKNOWN;
	if (t->nonroot == CT_YES)
		ct_settings__add(&t->settings, CT_SETTING_USER, u->user_at,
				 u->has_user ? ct_steal(u->user) : ct_xstrdup("DynamicUser=yes"));
}

static void decide(void *arg)
{
	struct unit *u = arg;
	struct ct_deployed *t = u->base.t;
	bool service = !strcmp(u->base.suffix, ".service");
	uint64_t taken = 0;
	unsigned int all, some;

	sum_flags(u, service, &all, &some);
	decide_user(u, all, some);
	for (size_t i = 0; i < CT_ARRAY_SIZE(takers); i++)
		taken |= u->taken[i];
	t->given = (u->bounding_set ? u->bounding & CT_CAPS_ALL : CT_CAPS_SYSTEMD_DEFAULT) & ~taken;
	t->ambient = u->ambient & t->given;
	t->from_none = u->bounding_set && (u->bounding & CT_CAPS_ALL) != CT_CAPS_ALL;
	for (size_t i = 0; i < u->len && !t->unlimited_at.file; i++)
		if (u->commands[i].flags & NO_LIMITS || (u->start_only && u->commands[i].key))
			t->unlimited_at = u->commands[i].at;
	t->unlimited = all & NO_LIMITS ? CT_YES : some & NO_LIMITS ? CT_UNKNOWN : CT_NO;
	if (t->unlimited == CT_YES) {
		t->given = CT_CAPS_ALL;
		t->from_none = false;
	}
	free(u->user);
	free(u->commands);
}

const struct ct_unit_kind ct_unit_systemd = {
	CT_UNIT_SYSTEMD, CT_DEPLOYED_SYSTEMD, sizeof(struct unit), take, decide,
};
