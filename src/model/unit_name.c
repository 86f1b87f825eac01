/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/unit_name.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

#define DIGITS	    "0123456789"
#define HEX	    DIGITS "abcdef"
#define UUID	    36
#define LONG_ID	    64 /* of containers: runtimes name units after them */
#define LONG_NUMBER 8  /* a number this long is not a count */
#define RANDOM	    32 /* digits of systemd's random words */

bool ct_unit_name__has_type(const char *name, size_t len)
{
	static const char *const types[] = { ".service", ".scope", ".socket", ".mount", ".swap" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(types); i++) {
		size_t n = strlen(types[i]);

		if (len > n && !memcmp(name + len - n, types[i], n))
			return true;
	}
	return false;
}

char *ct_unit_name__complete(const char *name, const char *suffix)
{
	return ct_xasprintf("%s%s", name, ct_unit_name__has_type(name, strlen(name)) ? "" : suffix);
}

static size_t uuid_at(const char *s)
{
	static const size_t lengths[] = { 8, 4, 4, 4, 12 };

	for (size_t i = 0; i < CT_ARRAY_SIZE(lengths); i++) {
		if (strspn(s, HEX) != lengths[i])
			return 0;
		s += lengths[i];
		if (i + 1 < CT_ARRAY_SIZE(lengths) && *s++ != '-')
			return 0;
	}
	return UUID;
}

/* The length of a made-up word at s, where a word begins; 0: it is none. */
static size_t made_up(const char *s, bool scope)
{
	size_t hex = strspn(s, HEX), digits = strspn(s, DIGITS);

	if (hex == LONG_ID)
		return hex;
	if (!scope)
		return 0;
	if (uuid_at(s))
		return UUID;
	if (hex == RANDOM)
		return hex;
	/* A scope is made for processes that run already, and numbered after one of them. */
	return digits && (!s[digits] || strchr("-.\\", s[digits])) ? digits : 0;
}

/*
 * The length of a hexadecimal number that ends a scope's name: launchers make up eight digits, as
 * does Podman for its pause process. One without a decimal digit may be a real word. 0: there is
 * none.
 */
static size_t last_number(const char *s)
{
	size_t hex = strspn(s, HEX);

	return hex >= LONG_NUMBER && strcspn(s, DIGITS) < hex && !strcmp(s + hex, ".scope") ? hex :
											      0;
}

/*
 * The length of the instance of a service that systemd started for one connection (Accept=yes): a
 * number, then both addresses with their ports, or the process and the user at the other end. 0: it
 * is none.
 */
static size_t connection(const char *s)
{
	const char *dot = strrchr(s, '.'), *second = NULL, *colon = NULL;
	size_t number = strspn(s, DIGITS), dashes = 0;

	if (!number || s[number] != '-' || !dot)
		return 0;
	for (const char *c = s; c < dot; c++) {
		if (!strchr(HEX ":.-_", *c))
			return 0;
		if (*c == '-' && ++dashes == 2)
			second = c;
		if (*c == ':')
			colon = c;
	}
	if (dashes != 2)
		return 0;
	if (colon)
		return colon > second && memchr(s, ':', (size_t)(second - s)) ? (size_t)(dot - s) :
										0;
	return s + strspn(s, DIGITS "-_") == dot ? (size_t)(dot - s) : 0;
}

/* Words begin after these characters, and after systemd's "\x2d", which is a '-'. */
static bool begins_word(const char *name, const char *at)
{
	static const char dash[] = "\\x2d";

	return at == name || strchr("-_.@:", at[-1]) ||
	       (at - name >= (ptrdiff_t)strlen(dash) &&
		!memcmp(at - strlen(dash), dash, strlen(dash)));
}

/* run-uN, run-rRANDOM, run-pPID-iINODE, run-PID (systemd's src/run/run.c over time) */
bool ct_unit_name__is_nameless(const char *name)
{
	const char *user = strrchr(name, '/'), *s = user ? user + 1 : name, *dot = strrchr(s, '.');
	size_t len;

	if (strncmp(s, "run-", 4) != 0 || !dot)
		return false;
	s += 4;
	if (*s == 'r' && strspn(s + 1, HEX) == RANDOM)
		return s + 1 + RANDOM == dot;
	if (*s == 'p') {
		len = strspn(s + 1, DIGITS);
		s += 1 + len;
		return len && !strncmp(s, "-i", 2) && s + 2 + strspn(s + 2, DIGITS) == dot;
	}
	s += *s == 'u';
	len = strspn(s, DIGITS);
	return len && s + len == dot;
}

bool ct_unit_name__is_manager(const char *name)
{
	return !strncmp(name, "user@", 5) && ct_str_ends(name, ".service") && !strchr(name, '/');
}

uint32_t ct_unit_name__manager_uid(const char *path)
{
	static const char before[] = "/user@", after[] = ".service";

	for (const char *at = path; (at = strstr(at, before));) {
		unsigned long uid;
		char *end;

		at += strlen(before);
		uid = strtoul(at, &end, 10);
		if (isdigit(*at) && uid < UINT32_MAX && !strncmp(end, after, strlen(after)) &&
		    (!end[strlen(after)] || end[strlen(after)] == '/'))
			return (uint32_t)uid;
	}
	return 0;
}

/* session-3.scope, and session-c1.scope of a greeter */
static bool is_session(const char *s)
{
	size_t len;

	if (strncmp(s, "session-", strlen("session-")) != 0)
		return false;
	s += strlen("session-");
	s += *s == 'c';
	len = strspn(s, DIGITS);
	return len && !strcmp(s + len, ".scope");
}

/* The user whose slice is in the path, as "user-UID.slice/", or "". */
static char *users_slice(const char *path)
{
	const char *at = path ? strstr(path, "/user-") : NULL;
	size_t len = at ? strspn(at + 6, DIGITS) : 0;

	if (!len || strncmp(at + 6 + len, ".slice", 6) != 0)
		return ct_xstrdup("");
	return ct_xasprintf("%.*s.slice/", (int)(len + 5), at + 1);
}

char *ct_unit_name__stable(const char *name, const char *path)
{
	const char *user = strrchr(name, '/'), *s = user ? user + 1 : name;
	bool scope = ct_str_ends(name, ".scope");
	struct ct_str out = { 0 };

	if (is_session(s)) {
		ct_autofree char *slice = users_slice(path);

		return ct_xasprintf("%ssession-*.scope", slice);
	}
	ct_str__addn(&out, name, (size_t)(s - name));
	/* Podman names units after containers: ID-RANDOM.service for a health check. */
	if (ct_unit_name__is_nameless(name) || strspn(s, HEX) == LONG_ID) {
		ct_str__addf(&out, "%s*%s", ct_unit_name__is_nameless(name) ? "run-" : "",
			     strrchr(s, '.') ?: "");
		return out.s;
	}
	for (const char *at = s; *at;) {
		size_t len = begins_word(s, at) ? made_up(at, scope && at > s) : 0;

		/* The number of a bus name, and an instance that a desktop made up. */
		if (!len && at > s && at[-1] == ':' && !strncmp(s, "dbus-", 5))
			len = strspn(at, DIGITS ".");
		if (!len && at > s && at[-1] == '@' &&
		    (!strncmp(s, "app-", 4) || !strncmp(s, "dbus-", 5))) {
			len = strspn(at, HEX);
			len = at[len] == '.' && (len >= LONG_NUMBER || len == strspn(at, DIGITS)) ?
				      len :
				      0;
		}
		if (!len && at > s && at[-1] == '@' && !scope)
			len = connection(at);
		if (!len && at > s && scope && begins_word(s, at))
			len = last_number(at);
		if (!len && scope && strspn(at, DIGITS) >= LONG_NUMBER)
			len = strspn(at, DIGITS);
		ct_str__addn(&out, len ? "*" : at, 1);
		at += len ?: 1;
	}
	return out.s ?: ct_xstrdup("");
}

bool ct_unit_name__template(const char *name, char **of, char **instance)
{
	const char *user = strrchr(name, '/'), *s = user ? user + 1 : name;
	const char *at = strchr(s, '@'), *dot = strrchr(s, '.');

	if (!at || !dot || dot <= at + 1)
		return false;
	*of = ct_xasprintf("%.*s%s", (int)(at + 1 - name), name, dot);
	*instance = ct_xstrndup(at + 1, (size_t)(dot - at) - 1);
	return true;
}

/* snap.NAME.APP.UUID.scope (of newer snapd snap.NAME.APP-UUID.scope) and snap.NAME.APP.service */
static char *snap_of(const char *s)
{
	const char *dot = strrchr(s, '.');
	size_t len = (size_t)(dot - s);

	if (len > UUID + 1 && uuid_at(dot - UUID) && strchr(".-", dot[-UUID - 1]))
		len -= UUID + 1;
	return ct_xasprintf("snap %.*s", (int)len, s);
}

/*
 * systemd.io/DESKTOP_ENVIRONMENTS: app[-LAUNCHER]-ID-RANDOM.scope,
 * app[-LAUNCHER]-ID[@RANDOM].service; a '-' within an id is escaped.
 */
static char *desktop_of(const char *s)
{
	const char *dot = strrchr(s, '.'), *at = memchr(s, '@', (size_t)(dot - s));
	const char *end = at ?: dot, *dash;
	static const char flatpak[] = "flatpak-";

	if (!strcmp(dot, ".scope")) {
		end = memrchr(s, '-', (size_t)(dot - s));
		if (!end)
			return NULL;
	}
	if (!strncmp(s, flatpak, strlen(flatpak)))
		return ct_xasprintf("flatpak %.*s", (int)(end - s - strlen(flatpak)),
				    s + strlen(flatpak));
	dash = memchr(s, '-', (size_t)(end - s));
	if (dash)
		s = dash + 1;
	return ct_xstrndup(s, (size_t)(end - s));
}

char *ct_unit_name__app(const char *name)
{
	const char *user = strrchr(name, '/'), *s = user ? user + 1 : name;

	if (!strrchr(s, '.'))
		return NULL;
	if (!strncmp(s, "snap.", 5) && strrchr(s, '.') > s + 5)
		return snap_of(s + 5);
	if (!strncmp(s, "app-", 4) && strrchr(s, '.') > s + 4)
		return desktop_of(s + 4);
	/* Older Flatpaks do not use the desktops' form. */
	if (!strncmp(s, "flatpak-", 8) && ct_str_ends(s, ".scope") && strrchr(s, '-') > s + 8)
		return desktop_of(s);
	return NULL;
}
