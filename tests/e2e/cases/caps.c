/* SPDX-License-Identifier: GPL-2.0-only */
/* Capabilities themselves: needs that no check shows, and checks that no need follows; and what confines a process. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "case.h"

/* capset */

static bool capset_explicit(void)
{
	TRY(set_caps((struct caps){ BIT(CAP_NET_RAW), BIT(CAP_NET_RAW), 0 }));
	return true;
}

static bool capset_explicit_two(void)
{
	unsigned long long two = BIT(CAP_NET_RAW) | BIT(CAP_CHOWN);

	TRY(set_caps((struct caps){ two, two, 0 }));
	return true;
}

static bool capset_as_capget_said(void)
{
	struct caps c;

	TRY(get_caps(&c));
	TRY(set_caps(c));
	return true;
}

static bool capset_drop_one_if_there(void)
{
	struct caps c;

	TRY(get_caps(&c));
	c.effective &= ~BIT(CAP_NET_RAW);
	c.permitted &= ~BIT(CAP_NET_RAW);
	TRY(set_caps(c));
	return true;
}

static bool capset_drop_all(void)
{
	TRY(set_caps((struct caps){ 0, 0, 0 }));
	return true;
}

/* SETPCAP is asked, but only what is permitted anyway is made inheritable. */
static bool capset_inheritable_within_permitted(void)
{
	struct caps c;

	TRY(get_caps(&c));
	c.inheritable = c.permitted;
	TRY(set_caps(c));
	return true;
}

/* For a child: what it picks must be there. */
static bool capset_inheritable_part(void)
{
	struct caps c;

	TRY(get_caps(&c));
	c.inheritable = BIT(CAP_NET_RAW);
	TRY(set_caps(c));
	return true;
}

static bool capset_inheritable_beyond_permitted(void)
{
	struct caps c;

	TRY(get_caps(&c));
	c.permitted &= ~BIT(CAP_NET_RAW);
	c.effective &= ~BIT(CAP_NET_RAW);
	TRY(set_caps(c));
	c.inheritable |= BIT(CAP_NET_RAW);
	TRY(set_caps(c));
	return true;
}

/* prctl */

static bool bounding_read(void)
{
	TRY(prctl(PR_CAPBSET_READ, CAP_NET_RAW));
	return true;
}

static bool bounding_drop(void)
{
	TRY(prctl(PR_CAPBSET_DROP, CAP_SYS_BOOT));
	return prctl(PR_CAPBSET_READ, CAP_SYS_BOOT) == 0;
}

static bool ambient_raise(void)
{
	struct caps c;

	TRY(get_caps(&c));
	c.inheritable = c.permitted;
	TRY(set_caps(c));
	TRY(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0, 0));
	return true;
}

static bool ambient_clear(void)
{
	TRY(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
	return true;
}

static bool securebits_set(void)
{
	TRY(prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP));
	return true;
}

static bool securebits_same(void)
{
	TRY(prctl(PR_SET_SECUREBITS, TRY(prctl(PR_GET_SECUREBITS))));
	return true;
}

static bool keepcaps_set(void)
{
	TRY(prctl(PR_SET_KEEPCAPS, 1));
	return true;
}

/* file capabilities and set-user-ID root */

static bool exec_filecap_effective(void)
{
	return runs((char *[]){ "/t/netadmin-ep", "true", NULL });
}

static bool exec_filecap_of_bobs_namespace(void)
{
	return runs((char *[]){ "/t/netadmin-ep-of-bob", "true", NULL });
}

static bool exec_filecap_permitted_only(void)
{
	return runs((char *[]){ "/t/netadmin-p", "true", NULL });
}

static bool exec_filecap_used_by_app(void)
{
	return runs((char *[]){ "/t/netraw-ep", "raw-socket", NULL });
}

static bool exec_filecap_unused_by_app(void)
{
	return runs((char *[]){ "/t/netraw-ep", "true", NULL });
}

static bool exec_filecap_no_new_privs(void)
{
	return runs((char *[]){ "/t/netraw-ep", "true", NULL });
}

static bool setuid_root_chown_by_app(void)
{
	return runs((char *[]){ "/t/root-helper", "chown-to-bob", "app", NULL });
}

static bool setuid_root_plain_by_app(void)
{
	return runs((char *[]){ "/t/root-helper", "writes", "own", "new", NULL });
}

/* confinement: with no_new_privs anyone may, without only SYS_ADMIN */

static bool filter_syscalls(void)
{
	struct sock_filter f = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog p = { 1, &f };

	TRY(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &p));
	return true;
}

static bool seccomp_without_no_new_privs(void)
{
	return filter_syscalls();
}

static bool seccomp_with_no_new_privs(void)
{
	TRY(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	return filter_syscalls();
}

static bool landlock(void)
{
	struct landlock_ruleset_attr a = { .handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_SOCK };
	int fd = syscall(SYS_landlock_create_ruleset, &a, sizeof(a), 0);

	if (fd < 0)
		skip("no Landlock here, or the profile forbids it");
	TRY(syscall(SYS_landlock_restrict_self, fd, 0));
	return true;
}

static bool landlock_without_no_new_privs(void)
{
	return landlock();
}

static bool landlock_with_no_new_privs(void)
{
	TRY(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	return landlock();
}

const struct test_case caps_cases[] = {
	CASE(capset_explicit),
	CASE(capset_explicit_two),
	CASE(capset_as_capget_said),
	CASE(capset_drop_one_if_there),
	CASE(capset_drop_all),
	CASE(capset_inheritable_within_permitted),
	CASE(capset_inheritable_part),
	CASE(capset_inheritable_beyond_permitted),
	CASE(bounding_read),
	CASE(bounding_drop),
	CASE(ambient_raise),
	CASE(ambient_clear),
	CASE(securebits_set),
	CASE(securebits_same),
	CASE(keepcaps_set),
	CASE(exec_filecap_effective),
	{ "exec_filecap_effective_nnp", exec_filecap_effective },
	CASE(exec_filecap_of_bobs_namespace),
	CASE(exec_filecap_permitted_only),
	CASE(exec_filecap_used_by_app),
	CASE(exec_filecap_unused_by_app),
	CASE(exec_filecap_no_new_privs),
	CASE(setuid_root_chown_by_app),
	CASE(setuid_root_plain_by_app),
	CASE(seccomp_without_no_new_privs),
	CASE(seccomp_with_no_new_privs),
	CASE(landlock_without_no_new_privs),
	CASE(landlock_with_no_new_privs),
	{ NULL, NULL }
};
