/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files that make up the probe object; nobody else's. */
#ifndef CT_KERN_PROBE_PRIV_H
#define CT_KERN_PROBE_PRIV_H

#include <bpf/libbpf.h>
#include <linux/types.h>
typedef __u8 u8;
typedef __u32 u32;
#include "calibrate.skel.h"
#include "ct/target_call.h"
#include "kern/probe.h"
#include "probe.skel.h"

#define CT_WATCHED_MAX 256

/* One moment in both clocks. */
struct ct_ticks {
	uint64_t jiffies, ns;
};

struct ct_probe {
	struct probe_bpf *skel;
	const char *backend;
	struct ct_ksyms *syms;
	struct ring_buffer *ring;
	struct bpf_link *watched[CT_WATCHED_MAX];
	size_t nwatched;
	bool target_calls; /* see ct_watch_targets__choose */
	__u32 self;	   /* see ct_self__tgid */
	int layout;
	int ncpus;
	int window[2]; /* bytes, < 0 unknown; the second when others attach or detach */
	bool stopped;
	struct ct_ticks start, now;
	uint64_t missed_before; /* by the programs, until this probe took them over */
	ct_event_fn fn;		/* of the consume call in progress */
	void *arg;
};

/*
 * Our process's id as programs see it: the kernel's own, whatever PID namespace we are in. On
 * kernels before 5.10, which cannot run a program for us, it is what getpid() says.
 */
__u32 ct_self__tgid(void);

/* calibrate.c: makes one check of our own. */
void ct_probe__provoke(void);
/*
 * Index of the address that cap_capable returns to, in a call path, innermost first. The frames of
 * the probe itself come first and end with cap_capable. A trampoline that is jumped to instead of
 * called leaves no frame of cap_capable (fexit, 7.3): with may_jump the caller is then the first
 * address in the kernel's own text, after the program and the trampoline. -1: not known. The index
 * may lie beyond the last address.
 */
int ct_probe__caller(const struct ct_ksyms *syms, const __u64 *addr, int depth, bool may_jump);

/*
 * Sets p->window. *err is a positive errno when the attach type does not work, *step names the
 * step that failed. A kprobe needs no window: it knows the stack pointer.
 */
void ct_probe__calibrate(struct ct_probe *p, const char *backend, int *err, const char **step);

/* Sets the constants of p->skel, and how large its maps are to be, before it is loaded. */
void ct_probe__configure(struct ct_probe *p, const struct ct_probe_opts *o);

void ct_probe__start_clock(struct ct_probe *p);

/* How often programs were not run because another was running on the same processor. */
uint64_t ct_probe__missed(const struct ct_probe *p);

/*
 * Takes over what a stopped probe has loaded, and discards all that it recorded, if p would load
 * the same; old may be NULL. Returns false if p has to load its own. In any case old remains to be
 * closed.
 */
bool ct_probe__take_over(struct ct_probe *p, struct ct_probe *old);

/* Does the probe see a call's checks whatever becomes of it, so that its end tells nothing new? */
bool ct_watch__is_seen_anyway(const struct ct_probe *p, const char *name);
/* Attaches prog to syscalls:sys_exit_NAME of each name the kernel has. */
int ct_watch__attach(struct ct_probe *p, const struct bpf_program *prog, const char *const *names,
		     struct ct_err *err);

/*
 * Detaches from the watched calls. To release a tracepoint that nobody else uses takes a grace
 * period, seconds for all of them, which a child process waits for in the background.
 */
void ct_watch__detach(struct ct_probe *p);

/* watch_targets.c: before loading, how comparisons with other processes are seen; then attaches. */
void ct_watch_targets__choose(struct ct_probe *p, bool wanted);
int ct_watch_targets__attach(struct ct_probe *p, struct ct_err *err);

#endif
