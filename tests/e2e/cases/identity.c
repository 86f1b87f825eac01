/* SPDX-License-Identifier: GPL-2.0-only */
/* Who a process is: SETUID, SETGID. */
#include <grp.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "case.h"

static bool uids_are(uid_t r, uid_t e, uid_t s)
{
	uid_t a, b, c;

	TRY(getresuid(&a, &b, &c));
	return a == r && b == e && c == s;
}

static bool gids_are(gid_t r, gid_t e, gid_t s)
{
	gid_t a, b, c;

	TRY(getresgid(&a, &b, &c));
	return a == r && b == e && c == s;
}

static bool setuid_same(void)
{
	TRY(setuid(0));
	return uids_are(0, 0, 0);
}

static bool setuid_other(void)
{
	TRY(setuid(BOB));
	return uids_are(BOB, BOB, BOB);
}

static bool setgid_same(void)
{
	TRY(setgid(0));
	return gids_are(0, 0, 0);
}

static bool setgid_other(void)
{
	TRY(setgid(BOB));
	return gids_are(BOB, BOB, BOB);
}

static bool setreuid_same(void)
{
	TRY(setreuid(0, 0));
	return uids_are(0, 0, 0);
}

static bool setreuid_other(void)
{
	TRY(setreuid(BOB, BOB));
	return uids_are(BOB, BOB, BOB);
}

static bool setregid_same(void)
{
	TRY(setregid(0, 0));
	return gids_are(0, 0, 0);
}

static bool setregid_other(void)
{
	TRY(setregid(BOB, BOB));
	return gids_are(BOB, BOB, BOB);
}

static bool setresuid_unchanged(void)
{
	TRY(setresuid(-1, -1, -1));
	return uids_are(0, 0, 0);
}

static bool setresuid_same(void)
{
	TRY(setresuid(0, 0, 0));
	return uids_are(0, 0, 0);
}

static bool setresuid_other(void)
{
	TRY(setresuid(BOB, BOB, BOB));
	return uids_are(BOB, BOB, BOB);
}

static bool setresgid_same(void)
{
	TRY(setresgid(0, 0, 0));
	return gids_are(0, 0, 0);
}

static bool setresgid_other(void)
{
	TRY(setresgid(BOB, BOB, BOB));
	return gids_are(BOB, BOB, BOB);
}

static bool seteuid_and_back(void)
{
	TRY(seteuid(BOB));
	TRY(seteuid(0));
	return uids_are(0, 0, 0);
}

static bool setegid_and_back(void)
{
	TRY(setegid(BOB));
	TRY(setegid(0));
	return gids_are(0, 0, 0);
}

static bool setfsuid_same(void)
{
	setfsuid(0);
	return setfsuid(-1) == 0;
}

static bool setfsuid_other(void)
{
	setfsuid(BOB);
	return setfsuid(-1) == BOB;
}

static bool setfsgid_other(void)
{
	setfsgid(BOB);
	return setfsgid(-1) == BOB;
}

static bool setgroups_none(void)
{
	TRY(setgroups(0, NULL));
	return getgroups(0, NULL) == 0;
}

static bool setgroups_same(void)
{
	gid_t g[64];
	int n = TRY(getgroups(64, g));

	TRY(setgroups(n, g));
	return getgroups(0, NULL) == n;
}

static bool setgroups_one(void)
{
	gid_t g = BOB;

	TRY(setgroups(1, &g));
	return getgroups(1, &g) == 1 && g == BOB;
}

static bool getgroups_only(void)
{
	TRY(getgroups(0, NULL));
	return true;
}

/* What every daemon does. */
static bool drop_to_bob(void)
{
	gid_t g = BOB;

	TRY(setgroups(1, &g));
	TRY(setresgid(BOB, BOB, BOB));
	TRY(setresuid(BOB, BOB, BOB));
	return uids_are(BOB, BOB, BOB) && gids_are(BOB, BOB, BOB);
}

/* Stays root's group: uid only. */
static bool drop_uid_only(void)
{
	TRY(setgid(0));
	TRY(setuid(BOB));
	return uids_are(BOB, BOB, BOB);
}

/* The set-user-ID bit of an executable makes the change, no capability. */
static bool become_bob_by_exec(void)
{
	return runs((char *[]){ "/t/as-bob", "/t/helper", "true", NULL });
}

static bool setuid_root_by_exec(void)
{
	return runs((char *[]){ "/t/root-helper", "euid-0", NULL });
}

/* By uid 1000 in a set-user-ID root program: without SETUID the call succeeds and changes the effective id only. */
static bool setuid_root_real_too(void)
{
	return runs((char *[]){ "/t/root-helper", "becomes-root", NULL });
}

static bool setuid_app_same(void)
{
	TRY(setuid(APP));
	return uids_are(APP, APP, APP);
}

static bool setuid_keeping_a_capability(void)
{
	struct caps c = { BIT(CAP_NET_RAW), BIT(CAP_NET_RAW), 0 };

	TRY(prctl(PR_SET_KEEPCAPS, 1));
	TRY(setuid(BOB));
	TRY(set_caps(c));
	TRY(get_caps(&c));
	return uids_are(BOB, BOB, BOB) && c.effective == BIT(CAP_NET_RAW);
}

const struct test_case identity_cases[] = {
	CASE(setuid_same),
	CASE(setuid_other),
	CASE(setgid_same),
	CASE(setgid_other),
	CASE(setreuid_same),
	CASE(setreuid_other),
	CASE(setregid_same),
	CASE(setregid_other),
	CASE(setresuid_unchanged),
	CASE(setresuid_same),
	CASE(setresuid_other),
	CASE(setresgid_same),
	CASE(setresgid_other),
	CASE(seteuid_and_back),
	CASE(setegid_and_back),
	CASE(setfsuid_same),
	CASE(setfsuid_other),
	CASE(setfsgid_other),
	CASE(setgroups_none),
	CASE(setgroups_same),
	CASE(setgroups_one),
	CASE(getgroups_only),
	CASE(drop_to_bob),
	CASE(drop_uid_only),
	CASE(become_bob_by_exec),
	CASE(setuid_root_by_exec),
	CASE(setuid_root_real_too),
	CASE(setuid_app_same),
	CASE(setuid_keeping_a_capability),
	{ NULL, NULL }
};
