/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs are told of the host and of what is to be watched, before they are loaded. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/host_root.h"
#include "cgroup/hierarchy.h"
#include "kern/host_facts.h"
#include "kern/probe_priv.h"
#include "kern/selectors.h"

static uint64_t number_in(const char *path, uint64_t otherwise)
{
	ct_autofree char *text = NULL;

	return ct_read_file(path, 32, &text, NULL) ? otherwise : strtoull(text, NULL, 10);
}

/*
 * Bytes from the beginning of a task's stack to the end of the registers on it, for kernels that do
 * not say: with FRED (x86, 6.9) two words of padding follow (asm/thread_info.h). No stack is
 * smaller than a page (arm64's memory.h).
 */
static uint32_t stack_size(const struct ct_ksyms *syms)
{
	long page = sysconf(_SC_PAGESIZE);
	uint32_t size = page > 16384 ? page : 16384;
	uint64_t lo, len;

	return ct_ksyms__find(syms, "asm_fred_entrypoint_user", &lo, &len) ? size : size - 16;
}

/* names: the calls to watch without a check, or NULL */
static void configure_acts(struct ct_probe *p, const char *const *names)
{
	struct probe_bpf__rodata *c = p->skel->rodata;
	uint64_t last = number_in("/proc/sys/kernel/cap_last_cap", 63);

	c->cfg_nr_capget = ct_syscall__number("capget");
	c->cfg_nr_capset = ct_syscall__number("capset");
	c->cfg_nr_prctl = ct_syscall__number("prctl");
	c->cfg_nr_clone3 = ct_syscall__number("clone3");
	c->cfg_nr_mmap = ct_syscall__number("mmap");
	c->cfg_nr_mremap = ct_syscall__number("mremap");
	c->cfg_nr_shmat = ct_syscall__number("shmat");
	c->cfg_mmap_min = number_in("/proc/sys/vm/mmap_min_addr", 0);
	ct_selectors__fill_native(c->cfg_native_nr);
	ct_selectors__fill_inner(c->cfg_native_inner);
	for (size_t i = 0; names && names[i]; i++) {
		int nr = ct_watch__is_seen_anyway(p, names[i]) ? -1 : ct_syscall__number(names[i]);

		if (nr >= 0 && nr < CT_SYSCALLS)
			c->cfg_is_watched[nr] = 1;
	}
	c->cfg_watches_compat = bpf_program__autoload(p->skel->progs.on_compat_exit);
	if (last < 63)
		c->cfg_caps_valid = (2ull << last) - 1;
}

void ct_probe__configure(struct ct_probe *p, const struct ct_probe_opts *o)
{
	struct probe_bpf__rodata *c = p->skel->rodata;
	struct probe_bpf__data_hot *hot = p->skel->data_hot;
	static const char *const vm_askers[] = { "cap_vm_enough_memory",
						 "security_vm_enough_memory_mm" };
	/* x86; arm64 */
	static const char *const entries[] = { "do_syscall_64", "invoke_syscall",
					       "el0_svc_common" };
	struct ct_hierarchy cg;
	uint64_t lo, size;
	struct stat st;

	ct_hierarchy__detect(&cg);
	p->layout = cg.layout;
	p->ncpus = libbpf_num_possible_cpus();
	bpf_map__set_max_entries(p->skel->maps.cache, CT_CACHE_SLOTS * p->ncpus);
	hot->cfg_self = p->self;
	/* Process 1 cannot be looked at if it has more privileges than this process. */
	c->cfg_host_pidns = ct_host__ns(1, "pid");
	if (!c->cfg_host_pidns && !stat("/proc/self/ns/pid", &st))
		c->cfg_host_pidns = st.st_ino;
	c->cfg_pidns = ct_host__pidns();
	hot->cfg_v1_controller = cg.v1_controller;
	c->cfg_v1_hierarchy = cg.v1_hierarchy;
	hot->cfg_window[0] = p->window[0];
	hot->cfg_window[1] = p->window[1];
	if (!ct_ksyms__find(p->syms, "cap_capable", &lo, &size)) {
		c->cfg_cap_lo = lo;
		c->cfg_cap_len = size;
	}
	hot->cfg_trace = o->every;
	ct_ksyms__text(p->syms, &lo, &size);
	c->cfg_stack_size = stack_size(p->syms);
	c->cfg_text_lo = lo;
	c->cfg_text_len = size;
	ct_ksyms__modules(p->syms, &lo, &size);
	c->cfg_module_lo = lo;
	c->cfg_module_len = size;
	for (size_t i = 0; i < CT_ARRAY_SIZE(entries); i++) {
		if (ct_ksyms__find(p->syms, entries[i], &lo, &size))
			continue;
		c->cfg_entry_lo = lo;
		c->cfg_entry_len = size;
		break;
	}
	for (size_t i = 0; i < CT_ARRAY_SIZE(vm_askers); i++) {
		if (ct_ksyms__find(p->syms, vm_askers[i], &lo, &size))
			continue;
		c->cfg_vm_lo[i] = lo;
		c->cfg_vm_len[i] = size;
	}
	c->cfg_page_shift = (uint32_t)__builtin_ctzl((unsigned long)sysconf(_SC_PAGESIZE));
	ct_selectors__fill(hot->cfg_selector, c->cfg_selector_mask);
	ct_selectors__forget_restricted(hot->cfg_selector);
	configure_acts(p, o->syscalls);
}
