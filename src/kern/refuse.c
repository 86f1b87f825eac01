/* SPDX-License-Identifier: GPL-2.0-only */
#include "kern/refuse.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/clock.h"
#include "cgroup/hierarchy.h"
#include "kern/probe_priv.h"
#include "kern/selectors.h"
#include "rehearse.skel.h"

#define CURE                                                                               \
	"; refusing needs Linux 5.7 or newer with CONFIG_BPF_LSM and 'bpf' in the list of" \
	" the boot parameter lsm= (/sys/kernel/security/lsm shows it); --log-only works"   \
	" without"

struct ct_refuser {
	struct rehearse_bpf *skel;
};

/* Our own bounding set is taken to be the one that the host's other processes started with. */
static uint64_t own_bounding_set(void)
{
	uint64_t set = 0;

	for (int cap = 0; cap < CT_CAP_MAX; cap++)
		if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1)
			set |= 1ull << cap;
	return set;
}

static void configure(struct rehearse_bpf *s, const struct ct_refuse_opts *opts)
{
	struct ct_hierarchy cg;

	ct_hierarchy__detect(&cg);
	s->data_hot->cfg_self = ct_self__tgid();
	s->data_hot->cfg_v1_controller = cg.v1_controller;
	s->rodata->cfg_cgroup = opts->cgroup;
	s->rodata->cfg_refused = opts->caps;
	s->rodata->cfg_userns = opts->userns;
	s->rodata->cfg_given = opts->given;
	s->rodata->cfg_host_bounding = own_bounding_set();
	if (opts->container) {
		s->rodata->cfg_starts[0] = ct_syscall__number("execve");
		s->rodata->cfg_starts[1] = ct_syscall__number("execveat");
	}
}

static const char *explain(const char *step, int code)
{
	if (!strcmp(step, "load") && code == EPERM)
		return " (this kernel allows no BPF trampolines)";
	if (!strcmp(step, "load") && code == ESRCH)
		return " (this kernel was built without CONFIG_BPF_LSM)";
	return "";
}

/* Without "bpf" among the active modules everything loads and attaches, but is never called. */
static int check_called(const struct rehearse_bpf *s, struct ct_err *err)
{
	ct_autofree char *active = NULL;

	ct_probe__provoke();
	if (s->bss->called)
		return 0;
	if (!ct_read_file("/sys/kernel/security/lsm", 4096, &active, NULL))
		active[strcspn(active, "\n")] = '\0';
	return ct_err__set(
		err, EOPNOTSUPP,
		"cannot refuse capabilities: the BPF LSM is not active (active: %s)" CURE,
		active ? active : "unknown");
}

int ct_refuser__open(struct ct_probe *p, const struct ct_refuse_opts *opts, struct ct_refuser **out,
		     struct ct_err *err)
{
	struct rehearse_bpf *s = rehearse_bpf__open();
	const char *step = "open";
	int ret = s ? 0 : -errno;

	if (s) {
		configure(s, opts);
		if (p)
			ret = bpf_map__reuse_fd(s->maps.entering,
						bpf_map__fd(p->skel->maps.entering));
	}
	if (!ret) {
		step = "load";
		ret = rehearse_bpf__load(s);
	}
	if (!ret) {
		step = "attach";
		ret = rehearse_bpf__attach(s);
	}
	if (ret)
		ret = ct_err__set(err, -ret,
				  "cannot refuse capabilities: lsm/capable: %s failed: %s%s" CURE,
				  step, strerror(-ret), explain(step, -ret));
	else
		ret = check_called(s, err);
	if (ret) {
		rehearse_bpf__destroy(s);
		return ret;
	}
	*out = ct_xzalloc(sizeof(**out));
	(*out)->skel = s;
	return 0;
}

void ct_refuser__close(struct ct_refuser *r)
{
	if (!r)
		return;
	ct_refuser__lift(r);
	rehearse_bpf__destroy(r->skel);
	free(r);
}

static void set_lease(struct ct_refuser *r, uint64_t until)
{
	__atomic_store_n(&r->skel->bss->lease_ns, until, __ATOMIC_SEQ_CST);
}

void ct_refuser__extend(struct ct_refuser *r)
{
	set_lease(r, ct_clock__now_ns() + CT_REFUSE_LEASE_NS);
}

void ct_refuser__lift(struct ct_refuser *r)
{
	set_lease(r, 0);
}

void ct_refuser__read(const struct ct_refuser *r, struct ct_refused refused[CT_CAP_MAX])
{
	int fd = bpf_map__fd(r->skel->maps.refused);

	for (__u32 cap = 0; cap < CT_CAP_MAX; cap++)
		if (bpf_map_lookup_elem(fd, &cap, &refused[cap]))
			refused[cap] = (struct ct_refused){};
}

uint64_t ct_refuser__lapsed(const struct ct_refuser *r)
{
	return r->skel->bss->lapsed;
}

int ct_refuser__try(struct ct_err *err)
{
	struct ct_refuse_opts nothing = {};
	struct ct_refuser *r = NULL;
	int ret = ct_refuser__open(NULL, &nothing, &r, err);

	ct_refuser__close(r);
	return ret;
}
