/* SPDX-License-Identifier: GPL-2.0-only */
#include "verify/units.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>

#include "base/proc.h"
#include "emit/emit.h"

#define DIRECTORY "/run/systemd/system/%s.d"
/* Drop-ins are read in the order of their names, and the last word counts. */
#define DROP_IN DIRECTORY "/zzzz-captrim-verify.conf"

/* None of them can hold text of anybody's choice, and so no line that looks like another. */
#define PROPERTIES                                                                         \
	"--property=Id,LoadState,ActiveState,SubState,Result,ExecMainCode,ExecMainStatus," \
	"NRestarts,InvocationID,Type,AmbientCapabilities,Transient"

char *ct_unit__show(const char *unit)
{
	char *argv[] = { "systemctl", "show", PROPERTIES, "--", (char *)unit, NULL };
	char *output = NULL;

	if (ct_proc__run(argv, &output)) {
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

/* So many of a property's commands, and of these so many with "+". */
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

/* The name in an object's path: what is neither a letter nor a digit as its number. */
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

/* Of text of anybody's choice, such as these commands are, only JSON can be taken apart. */
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

	if (ct_proc__run(argv, &output) || !output)
		return CT_NO;
	return ct_unit__parse_unlimited(output);
}

int ct_unit__do(const char *verb, const char *unit)
{
	char *argv[] = { "systemctl", (char *)verb, "--", (char *)unit, NULL };

	return ct_proc__run(argv, NULL);
}

void ct_unit__stop(const char *unit)
{
	char *kill[] = { "systemctl", "kill", "--signal=KILL", "--", (char *)unit, NULL };

	if (ct_unit__do("stop", unit) == -ETIMEDOUT) {
		ct_proc__run(kill, NULL);
		ct_unit__do("stop", unit);
	}
	ct_unit__do("reset-failed", unit);
}

void ct_unit__running(const char *unit, struct ct_strings *names)
{
	char *argv[] = { "systemctl", "list-dependencies", "--reverse", "--plain",
			 "--",	      (char *)unit,	   NULL };
	ct_autofree char *output = NULL;
	char *save;

	if (ct_proc__run(argv, &output))
		return;
	for (char *line = strtok_r(output, " \n", &save); line; line = strtok_r(NULL, " \n", &save))
		if (!ct_unit__do("is-active", line))
			ct_strings__add(names, line);
}

bool ct_unit__is_taken(const char *unit)
{
	ct_autofree char *path = ct_xasprintf(DROP_IN, unit);

	return !access(path, F_OK);
}

char *ct_unit__drop_in(const uint64_t *set, bool ambient)
{
	char *text = NULL;
	size_t len;
	FILE *out = ct_xmemstream(&text, &len);

	fputs("[Unit]\nStartLimitIntervalSec=0\nStartLimitAction=none\nFailureAction=none\n"
	      "[Service]\nRestart=no\n",
	      out);
	if (set)
		ct_emit__unit_sets(*set, ambient, out);
	ct_xmemstream_end(out);
	return text;
}

int ct_unit__limit(const char *unit, const uint64_t *set, bool ambient, struct ct_err *err)
{
	char *reload[] = { "systemctl", "daemon-reload", NULL };
	ct_autofree char *dir = ct_xasprintf(DIRECTORY, unit), *path = ct_xasprintf(DROP_IN, unit);
	ct_autofree char *text = ct_unit__drop_in(set, ambient), *output = NULL;
	ct_autofclose FILE *f = NULL;

	if (mkdir(dir, 0755) && errno != EEXIST)
		return ct_err__set(err, errno, "cannot make %s: %s", dir, strerror(errno));
	f = fopen(path, "we");
	if (!text || !f || fputs(text, f) < 0 || fflush(f))
		return ct_err__set(err, errno, "cannot write %s: %s", path, strerror(errno));
	if (ct_proc__run(reload, &output)) {
		ct_autofree char *shown = ct_printable(output ? output : "no answer");

		return ct_err__set(err, EIO, "systemctl daemon-reload: %s", shown);
	}
	return 0;
}

bool ct_unit__put_back(const char *unit, char *const *running)
{
	char *reload[] = { "systemctl", "daemon-reload", NULL };
	ct_autofree char *dir = ct_xasprintf(DIRECTORY, unit), *path = ct_xasprintf(DROP_IN, unit);
	bool ok = true;

	ct_unit__stop(unit);
	if (!access(path, F_OK)) {
		ok = !unlink(path);
		rmdir(dir); /* unless there is more in it */
		ok = !ct_proc__run(reload, NULL) && ok;
	}
	for (char *const *name = running; name && *name; name++) {
		int ret = ct_unit__do("is-active", *name) ? ct_unit__do("start", *name) : 0;

		/* One that takes long goes on starting. */
		ok = (!ret || ret == -ETIMEDOUT) && ok;
	}
	return ok;
}
