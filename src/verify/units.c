/* SPDX-License-Identifier: GPL-2.0-only */
#include "verify/units.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>

#include "base/proc.h"
#include "emit/emit.h"
#include "runtime/user_unit.h"

/* systemd reads drop-ins in the order of their names, and the last setting counts. */
#define DROP_IN "/zzzz-captrim-verify.conf"

/* None of these can contain arbitrary text, and so none can fake the line of another. */
#define PROPERTIES                                                                         \
	"--property=Id,LoadState,ActiveState,SubState,Result,ExecMainCode,ExecMainStatus," \
	"NRestarts,InvocationID,Type,AmbientCapabilities,Transient,PrivateUsers,"          \
	"NeedDaemonReload"

static int add_systemctl(const char *unit, struct ct_strings *words)
{
	int ret = ct_workload__id_is_users(unit) ? ct_user_unit__as(unit, words) : 0;

	ct_strings__addf(words, "systemctl");
	if (ct_workload__id_is_users(unit))
		ct_strings__addf(words, "--user");
	return ret;
}

const char *ct_unit__plain(const char *unit)
{
	return ct_workload__id_is_users(unit) ? ct_user_unit__plain(unit) : unit;
}

char *ct_unit__full(const char *like, const char *name)
{
	int manager = (int)(ct_unit__plain(like) - like);

	return ct_xasprintf("%.*s%s", manager, like, name);
}

int ct_unit__systemctl(const char *unit, const char *const *words, struct ct_strings *all)
{
	int ret = add_systemctl(unit, all);

	ct_strings__add_all(all, words);
	ct_strings__addf(all, "--");
	ct_strings__add(all, ct_unit__plain(unit));
	return ret;
}

static int run(const char *unit, const char *const *words, char **output)
{
	ct_autostrings struct ct_strings all = {};
	int ret = ct_unit__systemctl(unit, words, &all);

	return ret ? ret : ct_proc__run(all.items, output);
}

static int reload(const char *unit, char **output)
{
	ct_autostrings struct ct_strings all = {};
	int ret = add_systemctl(unit, &all);

	ct_strings__addf(&all, "daemon-reload");
	return ret ? ret : ct_proc__run(all.items, output);
}

char *ct_unit__show(const char *unit)
{
	char *output = NULL;

	if (run(unit, (const char *const[]){ "show", PROPERTIES, NULL }, &output)) {
		free(output);
		return NULL;
	}
	return output;
}

char *ct_unit__property(const char *shown, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = shown; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, name, len) && line[len] == '=')
			return ct_xstrndup(line + len + 1, strcspn(line + len + 1, "\n"));
	}
	return ct_xstrdup("");
}

/* Counts the commands of a property, and those of them whose path begins with "+". */
static void count_commands(const char *line, size_t len, size_t *all, size_t *unlimited)
{
	json_t *root = json_loadb(line, len, 0, NULL), *command, *flag;
	size_t i, k;

	*all = *unlimited = 0;
	json_array_foreach(json_object_get(root, "data"), i, command) {
		++*all;
		json_array_foreach(json_array_get(command, 2), k, flag)
			if (ct_str_equal(json_string_value(flag), "privileged"))
				++*unlimited;
	}
	json_decref(root);
}

enum ct_tristate ct_unit__parse_unlimited(const char *output)
{
	size_t all, unlimited, others = 0, len = strcspn(output, "\n"), starts;

	count_commands(output, len, &starts, &unlimited);
	if (starts && starts == unlimited)
		return CT_YES;
	others = unlimited;
	for (output += len; *output; output += len) {
		output++;
		len = strcspn(output, "\n");
		count_commands(output, len, &all, &unlimited);
		others += unlimited;
	}
	return others ? CT_UNKNOWN : CT_NO;
}

/*
 * The unit's D-Bus object path; bytes other than letters and digits, and a leading digit, become
 * "_" and their hexadecimal value. The caller frees.
 */
static char *object_of(const char *unit)
{
	struct ct_str path = { 0 };

	ct_str__add(&path, "/org/freedesktop/systemd1/unit/");
	for (const char *p = unit; *p; p++) {
		if (isascii(*p) && (isalpha((unsigned char)*p) || (isdigit(*p) && p > unit)))
			ct_str__addn(&path, p, 1);
		else
			ct_str__addf(&path, "_%02x", (unsigned char)*p);
	}
	return path.s;
}

/* The commands are arbitrary text, which only JSON lets us parse safely. */
enum ct_tristate ct_unit__is_unlimited(const char *unit)
{
	ct_autofree char *object = object_of(unit), *output = NULL;
	char *argv[] = { "busctl",
			 "--json=short",
			 "get-property",
			 "org.freedesktop.systemd1",
			 object,
			 "org.freedesktop.systemd1.Service",
			 "ExecStartEx",
			 "ExecStartPreEx",
			 "ExecStartPostEx",
			 "ExecReloadEx",
			 "ExecStopEx",
			 "ExecStopPostEx",
			 NULL };

	/* "+" has no effect in a user's systemd, which has nothing to give. */
	if (ct_workload__id_is_users(unit) || ct_proc__run(argv, &output) || !output)
		return CT_NO;
	return ct_unit__parse_unlimited(output);
}

int ct_unit__do(const char *verb, const char *unit)
{
	return run(unit, (const char *const[]){ verb, NULL }, NULL);
}

void ct_unit__stop(const char *unit)
{
	if (ct_unit__do("stop", unit) == -ETIMEDOUT) {
		run(unit, (const char *const[]){ "kill", "--signal=KILL", NULL }, NULL);
		ct_unit__do("stop", unit);
	}
	ct_unit__do("reset-failed", unit);
}

int ct_unit__running(const char *unit, struct ct_strings *names)
{
	/* --all: those that depend on services which depend on it stop, too. */
	const char *const words[] = { "list-dependencies", "--reverse", "--all", "--plain", NULL };
	ct_autofree char *output = NULL;
	char *save;

	if (run(unit, words, &output))
		return -EIO;
	for (char *line = strtok_r(output, " \n", &save); line;
	     line = strtok_r(NULL, " \n", &save)) {
		ct_autofree char *full = ct_unit__full(unit, line);

		if (!ct_unit__do("is-active", full))
			ct_strings__add(names, full);
	}
	return 0;
}

static char *dir_of(const char *unit)
{
	if (ct_workload__id_is_users(unit))
		return ct_xasprintf("/run/user/%u/systemd/user/%s.d", ct_user_unit__uid(unit),
				    ct_user_unit__plain(unit));
	return ct_xasprintf("/run/systemd/system/%s.d", unit);
}

bool ct_unit__is_taken(const char *unit)
{
	ct_autofree char *dir = dir_of(unit), *path = ct_xasprintf("%s" DROP_IN, dir);

	return !access(path, F_OK);
}

bool ct_unit__takes_sets(const char *unit, const char *shown)
{
	ct_autofree char *own = ct_unit__property(shown, "PrivateUsers");

	return !ct_workload__id_is_users(unit) || !ct_user_unit__uid(unit) || !strcmp(own, "yes");
}

char *ct_unit__drop_in(const uint64_t *set, enum ct_unit_limit limit)
{
	char *text = NULL;
	size_t len;
	FILE *out = ct_xmemstream(&text, &len);

	fputs("[Unit]\nStartLimitIntervalSec=0\nStartLimitAction=none\nFailureAction=none\n"
	      "[Service]\nRestart=no\n",
	      out);
	if (set && limit == CT_UNIT_ALL_OR_NONE)
		fputs("NoNewPrivileges=yes\n", out);
	else if (set)
		ct_emit__unit_sets(*set, limit == CT_UNIT_AMBIENT, out);
	ct_xmemstream_end(out, &text);
	return text;
}

/*
 * Runs a shell script as the unit's user. The user may have made the directory a link to anywhere,
 * so nobody with more rights may write in it.
 */
static int as_user(const char *unit, const char *script, const char *const *arguments,
		   char **output)
{
	ct_autostrings struct ct_strings words = {};
	int ret = ct_user_unit__as(unit, &words);

	ct_strings__add_all(&words, (const char *const[]){ "sh", "-c", script, "sh", NULL });
	ct_strings__add_all(&words, arguments);
	return ret ? ret : ct_proc__run(words.items, output);
}

static int write_users(const char *unit, const char *dir, const char *path, const char *text,
		       struct ct_err *err)
{
	static const char script[] = "mkdir -p -- \"$1\" && printf %s \"$3\" >\"$2\"";
	ct_autofree char *output = NULL, *shown = NULL, *where = ct_printable(path);

	if (!as_user(unit, script, (const char *const[]){ dir, path, text, NULL }, &output))
		return 0;
	shown = ct_printable(output ? output : "no answer");
	return ct_err__set(err, EIO, "cannot write %s as its user: %s", where, shown);
}

static int write_drop_in(const char *unit, const char *text, struct ct_err *err)
{
	ct_autofree char *dir = dir_of(unit), *path = ct_xasprintf("%s" DROP_IN, dir);
	ct_autofclose FILE *f = NULL;

	if (ct_workload__id_is_users(unit))
		return write_users(unit, dir, path, text, err);
	if (mkdir(dir, 0755) && errno != EEXIST)
		return ct_err__set(err, errno, "cannot make %s: %s", dir, strerror(errno));
	f = fopen(path, "we");
	if (!f || fputs(text, f) < 0 || fflush(f))
		return ct_err__set(err, errno, "cannot write %s: %s", path, strerror(errno));
	return 0;
}

static bool remove_drop_in(const char *unit)
{
	ct_autofree char *dir = dir_of(unit), *path = ct_xasprintf("%s" DROP_IN, dir);
	bool ok;

	if (ct_workload__id_is_users(unit))
		return !as_user(unit, "rm -f -- \"$2\" && { rmdir -- \"$1\" 2>/dev/null || :; }",
				(const char *const[]){ dir, path, NULL }, NULL);
	ok = !unlink(path) || errno == ENOENT;
	rmdir(dir); /* unless there is more in it */
	return ok;
}

int ct_unit__limit(const char *unit, const uint64_t *set, enum ct_unit_limit limit,
		   struct ct_err *err)
{
	ct_autofree char *text = ct_unit__drop_in(set, limit), *output = NULL;
	ct_autofree char *name = ct_printable(unit);
	int ret;

	if (set && *set && limit == CT_UNIT_ALL_OR_NONE)
		return ct_err__set(
			err, EOPNOTSUPP,
			"%s needs capabilities, which programs with a set-user-ID bit or file "
			"capabilities give it, and its systemd can limit them to none alone "
			"(NoNewPrivileges=yes): verify its command as a system service: captrim "
			"verify -- systemd-run --uid=USER COMMAND",
			name);
	ret = write_drop_in(unit, text, err);
	if (!ret && reload(unit, &output)) {
		ct_autofree char *shown = ct_printable(output ? output : "no answer");

		ret = ct_err__set(err, EIO, "systemctl daemon-reload: %s", shown);
	}
	return ret;
}

/* Does systemd still have what a drop-in said that is gone, since it was not told so in time? */
static bool is_outdated(const char *unit)
{
	ct_autofree char *shown = ct_unit__show(unit);
	ct_autofree char *outdated = ct_unit__property(shown, "NeedDaemonReload");

	return !strcmp(outdated, "yes");
}

bool ct_unit__put_back(const char *unit, char *const *running)
{
	bool ok = true;

	ct_unit__stop(unit);
	if (ct_unit__is_taken(unit) || is_outdated(unit)) {
		ok = remove_drop_in(unit);
		ok = !reload(unit, NULL) && ok;
		/* Its socket or timer may have started it again, under the last set. */
		ct_unit__stop(unit);
	}
	for (char *const *name = running; name && *name; name++) {
		int ret = ct_unit__do("is-active", *name) ? ct_unit__do("start", *name) : 0;

		/* A unit that takes longer to start goes on doing so. */
		ok = (!ret || ret == -ETIMEDOUT) && ok;
	}
	return ok;
}
