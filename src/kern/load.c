/* SPDX-License-Identifier: GPL-2.0-only */
/* Loading: choose an attach type by trying, calibrate, load, attach. */
#include <assert.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kern/btf.h"
#include "kern/kfuncs.h"
#include "kern/probe_priv.h"
#include "kern/rights.h"

const char *const ct_backend_names[] = { "tp_btf", "fexit", "kprobe", NULL };

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	if (!getenv("CAPTRIM_DEBUG") || level == LIBBPF_DEBUG)
		return 0;
	return vfprintf(stderr, fmt, args);
}

/* Where the kernel has no BTF, programs of another kind take the same events. */
static void choose_events(struct probe_bpf *s)
{
	const struct {
		struct bpf_program *usual, *bare;
	} events[] = {
		{ s->progs.on_cgroup_mkdir, s->progs.bare_cgroup_mkdir },
		{ s->progs.on_cgroup_rmdir, s->progs.bare_cgroup_rmdir },
		{ s->progs.on_cgroup_attach, s->progs.bare_cgroup_attach },
		{ s->progs.on_process_fork, s->progs.bare_process_fork },
		{ s->progs.on_process_exec, s->progs.bare_process_exec },
		{ s->progs.on_process_exit, s->progs.bare_process_exit },
		{ s->progs.on_signal, s->progs.bare_signal },
	};
	bool own = ct_btf__is_own();

	for (size_t i = 0; i < CT_ARRAY_SIZE(events); i++) {
		bpf_program__set_autoload(events[i].usual, own);
		bpf_program__set_autoload(events[i].bare, !own);
	}
	/* Without BTF it is not known where processes that are already running came from. */
	bpf_program__set_autoload(s->progs.note_homes, own);
	s->rodata->cfg_own_btf = own;
}

/* Loads exactly one attach type. */
static void choose_programs(struct probe_bpf *s, const char *backend)
{
	bool kprobe = !strcmp(backend, "kprobe");

	bpf_program__set_autoload(s->progs.on_fexit, !strcmp(backend, "fexit"));
	bpf_program__set_autoload(s->progs.on_entry, kprobe);
	bpf_program__set_autoload(s->progs.on_return, kprobe);
	/* Attached later: on_sys_exit many times by ct_watch__attach, on_entry by attach_entry. */
	bpf_program__set_autoattach(s->progs.on_sys_exit, false);
	bpf_program__set_autoattach(s->progs.on_entry, false);
}

/* names: NULL-terminated */
static bool has_any(const struct ct_ksyms *syms, const char *const *names)
{
	uint64_t lo, size;

	for (; *names; names++)
		if (!ct_ksyms__find(syms, *names, &lo, &size))
			return true;
	return false;
}

/* Told by the entry functions of x86, 5.10 and 7.3, and of arm64. */
static bool runs_32bit_programs(const struct ct_ksyms *syms)
{
	return has_any(syms, (const char *const[]){ "do_int80_syscall_32", "do_int80_emulation",
						    "do_el0_svc_compat", NULL });
}

/*
 * What path_openat() asks itself is taken for the question whether the directory may be written. On
 * a kernel whose compiler inlined may_open() there as well, it may be about the file.
 */
static bool tells_creations(const struct ct_ksyms *syms)
{
	return has_any(syms, (const char *const[]){ "may_open", "may_open.isra.0",
						    "may_open.constprop.0", NULL });
}

/*
 * Can the kernel call back at the end of a system call (6.18)? Later kernels (7.3) have the
 * function without its last parameter, which the verifier fills in, and keep the older prototype in
 * BTF alone, so the symbols tell.
 */
static void choose_task_work(struct ct_probe *p, const char *backend, bool wanted)
{
	static const char old[] = "bpf_task_work_schedule_resume_impl";
	bool tp = !strcmp(backend, "tp_btf"), has_old, has_new;
	uint64_t lo, size;

	has_old = !ct_ksyms__find(p->syms, old, &lo, &size);
	has_new = !ct_ksyms__find(p->syms, "bpf_task_work_schedule_resume", &lo, &size);
	bpf_program__set_autoload(p->skel->progs.on_tp, tp && !has_old);
	bpf_program__set_autoload(p->skel->progs.on_tp_impl_call, tp && has_old);
	p->skel->rodata->cfg_outcomes = tp && wanted && (has_old || has_new);
	p->skel->rodata->cfg_creations = tells_creations(p->syms);
}

/* The changes of inodes are of use to the outcomes alone, and can be seen since 6.13. */
static void choose_changes(struct ct_probe *p)
{
	const struct {
		struct bpf_program *prog;
		const char *tracepoint;
	} changes[] = {
		{ p->skel->progs.on_ctime_set, "__traceiter_inode_set_ctime_to_ts" },
		{ p->skel->progs.on_ctime_change, "__traceiter_ctime_ns_xchg" },
		{ p->skel->progs.on_ctime_kept, "__traceiter_ctime_xchg_skip" },
	};
	uint64_t lo, size;

	for (size_t i = 0; i < CT_ARRAY_SIZE(changes); i++)
		if (!p->skel->rodata->cfg_outcomes ||
		    ct_ksyms__find(p->syms, changes[i].tracepoint, &lo, &size))
			bpf_program__set_autoload(changes[i].prog, false);
}

/*
 * Of two probes at one place, the one attached later runs first. The kretprobe replaces the return
 * address, and on 5.10 the unwinder then finds nothing: so it is attached first, to run last.
 * Returns a positive errno or 0.
 */
static int attach_entry(struct probe_bpf *s)
{
	s->links.on_entry = bpf_program__attach(s->progs.on_entry);
	return s->links.on_entry ? 0 : errno;
}

/*
 * Lets the program see each process that is there already. Otherwise it is unknown where such a
 * process came from when it is moved, and it is taken for the workload.
 */
static void note_homes(struct probe_bpf *s)
{
	ct_autoclose int fd = -1;
	char end[64];

	if (!s->links.note_homes)
		return;
	fd = bpf_iter_create(bpf_link__fd(s->links.note_homes));
	while (fd >= 0 && read(fd, end, sizeof(end)) > 0)
		;
}

/* Opens the object with the kernel's functions in its calls. NULL: errno tells why. */
static struct probe_bpf *open_object(void)
{
	/*
	 * libbpf looks for types that a kernel lacks in its modules as well, which takes SYS_ADMIN;
	 * but not if it is told which BTF to look into.
	 */
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	ct_autofree void *object = NULL;
	struct probe_bpf *s = ct_xzalloc(sizeof(*s));
	struct ct_kfunc_ids ids;
	int ret = probe_bpf__create_skeleton(s);

	if (ct_btf_file)
		opts.btf_custom_path = ct_btf_file;
	else if (ct_rights__lacking(CT_CAP(SYS_ADMIN)))
		opts.btf_custom_path = CT_BTF_OWN;
	if (!ret) {
		object = ct_xzalloc(s->skeleton->data_sz);
		memcpy(object, s->skeleton->data, s->skeleton->data_sz);
		s->skeleton->data = object;
		ct_kfuncs__find(&ids);
		ret = ct_kfuncs__patch(object, s->skeleton->data_sz, &ids);
	}
	if (ret >= 0)
		ret = bpf_object__open_skeleton(s->skeleton, &opts);
	s->skeleton->data = NULL; /* libbpf has copied what it needs */
	if (!ret)
		return s;
	probe_bpf__destroy(s);
	errno = -ret;
	return NULL;
}

/*
 * Loads one attach type with everything else, or takes it over from again, and attaches it. Returns
 * a positive errno or 0.
 */
static int start(struct ct_probe *p, const struct ct_probe_opts *o, struct ct_probe *again,
		 const char **step)
{
	int err = 0;

	p->missed_before = 0;
	*step = "open";
	p->skel = open_object();
	if (!p->skel)
		return errno;
	choose_programs(p->skel, p->backend);
	choose_events(p->skel);
	if (!o->syscalls)
		bpf_program__set_autoload(p->skel->progs.on_sys_exit, false);
	if (!o->syscalls || !ct_btf__is_own() || !runs_32bit_programs(p->syms))
		bpf_program__set_autoload(p->skel->progs.on_compat_exit, false);
	if (o->ring)
		bpf_map__set_max_entries(p->skel->maps.ring, o->ring);
	choose_task_work(p, p->backend, o->outcomes);
	choose_changes(p);
	ct_watch_targets__choose(p, o->syscalls);
	ct_probe__configure(p, o);
	*step = "load";
	if (!ct_probe__take_over(p, again))
		err = -probe_bpf__load(p->skel);
	if (!err) {
		*step = "attach";
		err = -probe_bpf__attach(p->skel);
	}
	if (!err && !strcmp(p->backend, "kprobe"))
		err = attach_entry(p->skel);
	if (!err)
		note_homes(p->skel);
	if (err) {
		ct_watch__detach(p);
		probe_bpf__destroy(ct_steal(p->skel));
	}
	return err;
}

/* Starts one attach type. Returns a positive errno or 0. */
static int load_backend(struct ct_probe *p, const struct ct_probe_opts *o, const char *backend,
			const char **step)
{
	int err = 0;

	p->backend = backend;
	p->window[0] = p->window[1] = -1;
	p->self = ct_self__tgid();
	if (strcmp(backend, "kprobe"))
		ct_probe__calibrate(p, backend, &err, step);
	if (err)
		return err;
	err = start(p, o, o->again, step);
	/* Before 5.13 a program that traces a function can be attached only once. */
	return err && o->again ? start(p, o, NULL, step) : err;
}

static void explain_try(struct ct_str *msg, const char *backend, const char *step, int err)
{
	ct_str__addf(msg, "\n  %-6s %s failed: %s", backend, step, strerror(err));
	if (!strcmp(backend, "tp_btf") && (err == ESRCH || err == ENOENT || err == EINVAL))
		ct_str__add(msg, " (the tracepoint exists since Linux 6.14)");
	if (!strcmp(backend, "fexit") && err == EPERM)
		ct_str__add(msg, " (this kernel allows no BPF trampolines)");
	if (!strcmp(backend, "kprobe") && err == ENOENT)
		ct_str__add(msg, " (kernel built without CONFIG_KPROBES?)");
}

/*
 * Before 5.11 maps count against RLIMIT_MEMLOCK; too much of them fails like a lack of privileges.
 */
static bool memory_is_limited(void)
{
	struct rlimit l;

	return !getrlimit(RLIMIT_MEMLOCK, &l) && l.rlim_cur != RLIM_INFINITY;
}

static int open_backend(struct ct_probe *p, const struct ct_probe_opts *o, struct ct_err *err)
{
	struct ct_str tried = {};
	int ret = -ENOENT, last = ENOENT;
	struct utsname u;

	for (size_t i = 0; ct_backend_names[i] && ret; i++) {
		const char *name = ct_backend_names[i], *step = "";

		if (o->backend && strcmp(o->backend, name))
			continue;
		last = load_backend(p, o, name, &step);
		ret = -last;
		if (last)
			explain_try(&tried, name, step, last);
	}
	if (!tried.s && ret)
		ret = ct_err__set(err, EINVAL, "unknown backend '%s': tp_btf, fexit or kprobe",
				  o->backend);
	else if (ret && o->backend)
		ct_err__set(err, last,
			    "the attach type %s does not work here:%s\nWithout --backend captrim "
			    "takes the first that does; 'captrim doctor' shows which do, "
			    "CAPTRIM_DEBUG=1 libbpf's messages",
			    o->backend, tried.s);
	else if (ret)
		ct_err__set(err, last,
			    "no attach type for cap_capable works on this kernel:%s\n"
			    "captrim needs Linux 5.8 or newer, and this is %s%s. 'captrim doctor' "
			    "shows what is missing, CAPTRIM_DEBUG=1 shows libbpf's messages",
			    tried.s, uname(&u) ? "unknown" : u.release,
			    last == EPERM && memory_is_limited() ?
				    "; before 5.11 RLIMIT_MEMLOCK has to be unlimited (ulimit -l)" :
				    "");
	ct_str__free(&tried);
	return ret;
}

static int check_host(struct ct_err *err)
{
	uint64_t lacks = ct_rights__lacking(CT_RIGHTS_WATCH);
	int ncpus = libbpf_num_possible_cpus();
	ct_autofree char *lacking = NULL;

	/* Not needed where addresses are shown to everybody. */
	if (ct_ksyms__are_visible())
		lacks &= ~CT_CAP(SYSLOG);
	lacking = ct_caps__join(lacks, ", ", "CAP_");

	if (*lacking)
		return ct_err__set(
			err, EPERM,
			"watching the kernel takes privileges that this process lacks (%s): run "
			"this with sudo (advise, explain, patch and check work without)",
			lacking);
	if (ncpus < 0)
		return ct_err__set(err, -ncpus,
				   "cannot read how many processors there may be "
				   "(/sys/devices/system/cpu/possible): %s",
				   strerror(-ncpus));
	return ct_btf__check(err);
}

static int forward(void *ctx, void *data, size_t size)
{
	struct ct_probe *p = ctx;
	const struct ct_event *ev = data;

	if (size >= sizeof(*ev))
		p->fn(p->arg, ev, size);
	return 0;
}

static int attach_watched(struct ct_probe *p, const char *const *syscalls, struct ct_err *err)
{
	int ret = ct_watch__attach(p, p->skel->progs.on_sys_exit, syscalls, err);

	return ret ? ret : ct_watch_targets__attach(p, err);
}

static int open_probe(const struct ct_probe_opts *opts, struct ct_probe **out, struct ct_err *err)
{
	/* Before 5.11 maps count against RLIMIT_MEMLOCK. */
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	struct ct_probe *p;
	int ret;

	libbpf_set_print(quiet);
	ret = check_host(err);
	if (ret)
		return ret;
	(void)setrlimit(RLIMIT_MEMLOCK, &unlimited);
	p = ct_xzalloc(sizeof(*p));
	ret = ct_ksyms__load(&p->syms, err);
	if (!ret)
		ret = open_backend(p, opts, err);
	if (!ret) {
		assert(p->skel);
		p->ring = ring_buffer__new(bpf_map__fd(p->skel->maps.ring), forward, p, NULL);
		if (!p->ring)
			ret = ct_err__set(err, errno, "cannot map the ring buffer: %s",
					  strerror(errno));
	}
	if (!ret && opts->syscalls && !p->nwatched)
		ret = attach_watched(p, opts->syscalls, err);
	if (ret) {
		ct_probe__close(p);
		return ret;
	}
	ct_probe__start_clock(p);
	*out = p;
	return 0;
}

int ct_probe__open(const struct ct_probe_opts *opts, struct ct_probe **out, struct ct_err *err)
{
	int ret = open_probe(opts, out, err);

	ct_probe__close(opts->again);
	return ret;
}

void ct_probe__try(const char *backend, struct ct_backend_try *result)
{
	struct ct_probe p = {};
	struct ct_probe_opts o = {};
	ct_autoerr struct ct_err err = {};

	libbpf_set_print(quiet);
	*result = (struct ct_backend_try){ .name = backend, .step = "open" };
	result->err = -check_host(&err);
	if (result->err)
		return;
	result->err = -ct_ksyms__load(&p.syms, &err);
	if (!result->err)
		result->err = load_backend(&p, &o, backend, &result->step);
	if (p.skel)
		probe_bpf__destroy(p.skel);
	ct_ksyms__free(p.syms);
}

void ct_probe__close(struct ct_probe *p)
{
	if (!p)
		return;
	if (p->skel) {
		ct_probe__stop(p);
		ct_watch__detach(p);
		ring_buffer__free(p->ring);
		probe_bpf__destroy(p->skel);
	}
	ct_ksyms__free(p->syms);
	free(p);
}
