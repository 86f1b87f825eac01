/* SPDX-License-Identifier: GPL-2.0-only */
#include "runtime/user_unit.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>

#include "model/unit_name.h"

#define PREFIX "user@"
#define SUFFIX ".service/"

int ct_user_unit__name(const char *user, const char *unit, char **id, struct ct_err *err)
{
	ct_autofree char *name = ct_unit_name__complete(unit, ".service");
	ct_autofree char *shown = ct_printable(user);
	const struct passwd *pw = getpwnam(user);
	char *end;
	unsigned long uid = strtoul(user, &end, 10);

	if (pw)
		uid = pw->pw_uid;
	else if (!*user || *end || uid >= UINT32_MAX)
		return ct_err__set(err, ENOENT, "there is no user %s here", shown);
	*id = ct_xasprintf(PREFIX "%lu" SUFFIX "%s", uid, name);
	return 0;
}

uid_t ct_user_unit__uid(const char *id)
{
	return (uid_t)strtoul(id + strlen(PREFIX), NULL, 10);
}

const char *ct_user_unit__plain(const char *id)
{
	return strchr(id, '/') + 1;
}

int ct_user_unit__as(const char *id, struct ct_strings *words)
{
	uid_t uid = ct_user_unit__uid(id);
	const struct passwd *pw = getpwuid(uid);

	if (!pw)
		return -ENOENT;
	ct_strings__addf(words, "setpriv");
	ct_strings__addf(words, "--reuid=%u", uid);
	ct_strings__addf(words, "--regid=%u", pw->pw_gid);
	ct_strings__add_all(words,
			    (const char *const[]){ "--init-groups", "--reset-env", "env", NULL });
	ct_strings__addf(words, "XDG_RUNTIME_DIR=/run/user/%u", uid);
	return 0;
}

int ct_user_unit__systemctl(const char *id, const char *verb, struct ct_strings *words)
{
	/* The bus of a user's systemd lets nobody else in, not even root. */
	int ret = ct_user_unit__as(id, words);

	if (ret)
		return ret;
	ct_strings__add_all(words,
			    (const char *const[]){ "systemctl", "--user", verb, "--", NULL });
	ct_strings__add(words, ct_user_unit__plain(id));
	return 0;
}
