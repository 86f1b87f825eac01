/* SPDX-License-Identifier: GPL-2.0-only */
/* Needs without a check, by pairs: what was told and what is named, and what a filter asks for where the kernel does not. */
#include <linux/kcmp.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case.h"

#define RAW ((struct caps){ BIT(CAP_NET_RAW), BIT(CAP_NET_RAW), 0 })

/* capget, then capset */

static bool capset_part_after_capget(void)
{
	struct caps c;

	TRY(get_caps(&c));
	TRY(set_caps(RAW));
	return true;
}

static bool capset_part_if_there(void)
{
	struct caps c;

	TRY(get_caps(&c));
	c.permitted &= BIT(CAP_NET_RAW);
	c.effective &= BIT(CAP_NET_RAW);
	TRY(set_caps(c));
	return true;
}

static bool lowered(struct caps *c)
{
	TRY(get_caps(c));
	c->effective = 0;
	TRY(set_caps(*c));
	TRY(get_caps(c));
	return true;
}

static bool capset_raise_one(void)
{
	struct caps c;

	lowered(&c);
	c.effective = BIT(CAP_NET_RAW);
	TRY(set_caps(c));
	return true;
}

static bool capset_raise_all(void)
{
	struct caps c;

	lowered(&c);
	c.effective = c.permitted;
	TRY(set_caps(c));
	return true;
}

/* as "capsh --caps=" does, which asks first for what there is */
static bool capset_twelve_after_capget(void)
{
	unsigned long long twelve =
		BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FSETID) | BIT(CAP_FOWNER) |
		BIT(CAP_MKNOD) | BIT(CAP_NET_RAW) | BIT(CAP_SETGID) | BIT(CAP_SETUID) |
		BIT(CAP_SETFCAP) | BIT(CAP_SETPCAP) | BIT(CAP_NET_BIND_SERVICE) |
		BIT(CAP_SYS_CHROOT);
	struct caps c;

	TRY(get_caps(&c));
	c.effective = c.permitted = twelve;
	TRY(set_caps(c));
	return true;
}

static bool capset_drop_one_named(void)
{
	struct caps c;

	TRY(get_caps(&c));
	c.effective &= ~BIT(CAP_MKNOD);
	TRY(set_caps(c));
	return true;
}

static bool child_as_told(void)
{
	static struct caps c;

	if (!c.permitted)
		TRY(get_caps(&c));
	TRY(set_caps(c));
	return true;
}

/* The parent asks, the child uses the answer. */
static bool capset_by_child_as_told(void)
{
	static struct caps c;

	TRY(get_caps(&c));
	if (!c.permitted)
		return true;
	return in_child(child_as_told);
}

static bool child_part_of_parents(void)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, getppid() };
	struct __user_cap_data_struct d[2];

	TRY(syscall(SYS_capget, &h, d));
	TRY(set_caps(RAW));
	return true;
}

static bool capset_after_capget_of_another(void)
{
	return in_child(child_part_of_parents);
}

static bool capset_as_told_by_own_number(void)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, getpid() };
	struct __user_cap_data_struct d[2];

	TRY(syscall(SYS_capget, &h, d));
	TRY(syscall(SYS_capset, &h, d));
	return true;
}

/* versions of the header */

static bool capset_version_1(void)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_1, 0 };
	struct __user_cap_data_struct d[2] = { { BIT(CAP_NET_RAW), BIT(CAP_NET_RAW), 0 }, { ~0u, ~0u, ~0u } };

	TRY(syscall(SYS_capset, &h, d));
	return true;
}

static bool capset_version_1_as_told(void)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_1, 0 };
	struct __user_cap_data_struct d[2] = { { 0 }, { ~0u, ~0u, ~0u } };

	TRY(syscall(SYS_capget, &h, d));
	TRY(syscall(SYS_capset, &h, d));
	return true;
}

static bool capset_bad_version(void)
{
	struct __user_cap_header_struct h = { 1, 0 };
	struct __user_cap_data_struct d[2] = { { BIT(CAP_NET_RAW), BIT(CAP_NET_RAW), 0 } };

	return syscall(SYS_capset, &h, d) == -1;
}

/* wishes */

static const unsigned long long wish = BIT(CAP_NET_RAW) | BIT(CAP_SYS_ADMIN) | BIT(CAP_SYSLOG);

static bool capset_wish(void)
{
	set_caps((struct caps){ wish, wish, 0 });
	return true;
}

/* A child gives up everything and then wishes, in vain, for what the parent insists on. */
static bool wishes_in_vain(void)
{
	TRY(set_caps((struct caps){ 0, 0, 0 }));
	return set_caps(RAW) < 0;
}

static bool capset_wish_of_a_child(void)
{
	if (!in_child(wishes_in_vain))
		return false;
	TRY(set_caps(RAW));
	return true;
}

static bool capset_wish_or_less(void)
{
	if (set_caps((struct caps){ wish, wish, 0 }))
		TRY(set_caps(RAW));
	return true;
}

static bool capset_after_bounding_drop(void)
{
	TRY(prctl(PR_CAPBSET_DROP, CAP_NET_RAW));
	TRY(set_caps(RAW));
	return true;
}

/* prctl */

static bool ambient_raise_wide_option(void)
{
	struct caps c;

	TRY(get_caps(&c));
	c.inheritable = c.permitted;
	TRY(set_caps(c));
	TRY(syscall(SYS_prctl, PR_CAP_AMBIENT | 1ul << 32, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0, 0));
	return true;
}

static bool many_refused(void)
{
	TRY(set_caps((struct caps){ 0, 0, 0 }));
	for (unsigned long i = 0; i < 5000; i++)
		prctl(PR_CAPBSET_DROP, 1000 + i, 0, 0, 0);
	return true;
}

static bool capset_after_many_refused(void)
{
	TRY(in_child(many_refused) - 1);
	TRY(set_caps(RAW));
	return true;
}

/* in a user namespace of one's own */

static bool capset_in_own_user_namespace(void)
{
	unsigned long long some = BIT(CAP_SYS_TIME) | BIT(CAP_NET_RAW);

	TRY(unshare(CLONE_NEWUSER));
	TRY(set_caps((struct caps){ some, some, some }));
	TRY(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_TIME, 0, 0));
	return true;
}

static bool capset_in_own_user_namespace_unconfined(void)
{
	return capset_in_own_user_namespace();
}

static bool chroot_in_own_user_namespace(void)
{
	TRY(unshare(CLONE_NEWUSER));
	TRY(chroot("/t"));
	return true;
}

static bool hostname_in_own_user_namespace(void)
{
	TRY(unshare(CLONE_NEWUSER | CLONE_NEWUTS));
	TRY(sethostname("other", 5));
	return true;
}

static bool reboots(void)
{
	return reboot(RB_AUTOBOOT) == -1 ? false : true;
}

static bool reboot_of_own_user_namespace(void)
{
	int status;
	pid_t pid;

	TRY(unshare(CLONE_NEWUSER | CLONE_NEWPID));
	pid = TRY(fork());
	if (!pid)
		_exit(reboots() ? 0 : 1);
	TRY(waitpid(pid, &status, 0));
	return WIFSIGNALED(status) && WTERMSIG(status) == 1; /* reboot_pid_ns: SIGHUP */
}

static bool reboot_of_own_user_namespace_unconfined(void)
{
	return reboot_of_own_user_namespace();
}

/* profiles of one's own */

static bool kcmp_self(void)
{
	return syscall(SYS_kcmp, getpid(), getpid(), KCMP_VM, 0, 0) == 0;
}

static bool own_profile_gates_kcmp(void)
{
	return kcmp_self();
}

static bool own_profile_frees_kcmp(void)
{
	return kcmp_self();
}

static bool own_profile_gates_sysinfo(void)
{
	struct sysinfo info;

	TRY(sysinfo(&info));
	return true;
}

static bool own_profile_gates_shmat(void)
{
	int id = TRY(shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600));

	TRY(shmat(id, NULL, 0));
	TRY(shmctl(id, IPC_RMID, NULL));
	return true;
}

static bool own_profile_frees_shmat(void)
{
	return own_profile_gates_shmat();
}

static void *nothing(void *arg)
{
	return arg;
}

/* Since 2.34 the C library makes threads by clone3, and by clone if the answer is ENOSYS. */
static bool own_profile_refuses_clone3(void)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, nothing, NULL) == 0 && pthread_join(thread, NULL) == 0;
}

static bool own_profile_knows_no_clone3(void)
{
	return own_profile_refuses_clone3();
}

static bool own_profile_frees_unshare(void)
{
	TRY(unshare(CLONE_NEWUSER));
	return true;
}

/* file capabilities of what ends at once */

static bool exec_filecap_no_new_privs_by_app(void)
{
	return runs((char *[]){ "/t/netraw-ep", "true", NULL });
}

static bool exec_plain_no_new_privs_by_app(void)
{
	return runs((char *[]){ "/t/helper", "true", NULL });
}

const struct test_case acts_cases[] = {
	CASE(capset_part_after_capget),
	CASE(capset_part_if_there),
	CASE(capset_raise_one),
	CASE(capset_raise_all),
	CASE(capset_twelve_after_capget),
	CASE(capset_drop_one_named),
	CASE(capset_by_child_as_told),
	CASE(capset_after_capget_of_another),
	CASE(capset_as_told_by_own_number),
	CASE(capset_version_1),
	CASE(capset_version_1_as_told),
	CASE(capset_bad_version),
	CASE(capset_wish),
	CASE(capset_wish_of_a_child),
	CASE(capset_wish_or_less),
	CASE(capset_after_bounding_drop),
	CASE(ambient_raise_wide_option),
	CASE(capset_after_many_refused),
	CASE(capset_in_own_user_namespace),
	CASE(capset_in_own_user_namespace_unconfined),
	CASE(chroot_in_own_user_namespace),
	CASE(hostname_in_own_user_namespace),
	CASE(reboot_of_own_user_namespace),
	CASE(reboot_of_own_user_namespace_unconfined),
	CASE(own_profile_gates_kcmp),
	CASE(own_profile_frees_kcmp),
	CASE(own_profile_gates_sysinfo),
	CASE(own_profile_gates_shmat),
	CASE(own_profile_frees_shmat),
	CASE(own_profile_refuses_clone3),
	CASE(own_profile_knows_no_clone3),
	CASE(own_profile_frees_unshare),
	CASE(exec_filecap_no_new_privs_by_app),
	CASE(exec_plain_no_new_privs_by_app),
	{ NULL, NULL }
};
