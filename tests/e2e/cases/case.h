/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A case is a function that does one thing and tells whether it was really
 * done. It starts in a directory of its own, /w/NAME (see mkimage), with
 *
 *	own			root's, 0644
 *	own-group-bob		root's, group bob, 0644
 *	own-setuid		root's, 04755
 *	own-setgid		root's, group bob, 02755
 *	own-setgid-noexec	root's, group bob, 02644
 *	app			app's (uid 1000), 0644
 *	dir/file		root's
 *	open/			root's, 0777
 *	open-setgid/		root's, group bob, 02777
 *	bob/public private shared script	bob's: 0644, 0600, 0666, 0700
 *	bob/setuid		bob's, 04777
 *	bob/locked/file		bob's, the directory 0700, the file 0644
 *	bob/open/file sub/	bob's, the directory 0777
 *	bob/sticky/file own	the directory and file bob's, 01777; own is root's
 *
 * and with /t/as-bob (set-user-ID bob: becomes bob, runs its arguments),
 * /t/helper (see helper.c) and copies of helper with a set-user-ID bit or
 * file capabilities.
 */
#ifndef CT_E2E_CASES_CASE_H
#define CT_E2E_CASES_CASE_H

#include <linux/capability.h>
#include <stdbool.h>
#include <sys/types.h>

#define BOB 1001
#define APP 1000

struct test_case {
	const char *name;
	bool (*done)(void);
};

#define CASE(f) { #f, f }

extern const struct test_case identity_cases[], file_cases[], proc_cases[],
	sched_cases[], net_cases[], ipc_cases[], mount_cases[], caps_cases[],
	acts_cases[], misc_cases[], question_cases[],
	rule_cases[], compat_cases[], pair_cases[], target_cases[], whose_cases[],
	passing_cases[];

/* The value of X; where it is -1 the case ends as not done. */
#define TRY(x)							\
	({							\
		long r_ = (long)(x);				\
		if (r_ == -1)					\
			not_done(#x);				\
		r_;						\
	})

void not_done(const char *what) __attribute__((noreturn));
void skip(const char *why) __attribute__((noreturn));

/* files */
mode_t mode_of(const char *path);
bool opens(const char *path, int flags);
void put(const char *path, const char *text);
long number_in(const char *path);
bool contains(const char *path, const char *text);

/* processes; children die with the case */
bool in_child(bool (*done)(void));
bool exits_0(pid_t pid);
bool runs(char *const argv[]);
pid_t sleeper(void);			/* a child like ourselves */
pid_t helper(char *const argv[], int *id); /* once it printed its number */
pid_t bobs(const char *role, int *id);	/* a helper that is bob's */
const char *proc_path(pid_t pid, const char *file);

bool call32_reads_link(const char *name); /* by a 32-bit system call */

/* capabilities, without a library */
struct caps {
	unsigned long long effective, permitted, inheritable;
};

#define BIT(c) (1ULL << (c))

int get_caps(struct caps *c);
int set_caps(struct caps c);

#endif
