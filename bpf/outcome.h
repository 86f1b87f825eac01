/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How calls with a refused check ended, and whether one that might create a file did. The
 * probe asks the kernel to call it back when the task is about to return to user space
 * (bpf_task_work, 6.18), where the result lies in the registers: other system calls pay
 * nothing.
 */
#ifndef CT_BPF_OUTCOME_H
#define CT_BPF_OUTCOME_H

#include "maps.h"
#include "task.h"

#define BPF_F_NO_PREALLOC 1
#define EPERM		  1
#define EACCES		  13
#define EEXIST		  17
#define EISDIR		  21
#define ENOUGH_OUTCOMES	  64	   /* of one kind */
#define FMODE_CREATED	  0x100000 /* linux/fs.h, 4.19 to 7.3 */
#define CAP_DAC_OVERRIDE  1

const volatile bool cfg_outcomes;

typedef int (*bpf_task_work_callback_t)(struct bpf_map *map, void *key, void *value);
/* The same function before and since the verifier hid its last parameter. */
extern int bpf_task_work_schedule_resume(struct task_struct *task, struct bpf_task_work *tw,
					 void *map__const_map,
					 bpf_task_work_callback_t callback) __ksym __weak;
extern int bpf_task_work_schedule_resume_impl(struct task_struct *task, struct bpf_task_work *tw,
					      void *map__map, bpf_task_work_callback_t callback,
					      void *aux__prog) __ksym __weak;

/* A task's call that is followed, for a capability and what was said to it. */
struct followed_id {
	__u32 tid;
	__u8 cap, granted, after, pad;
};
struct followed_call {
	struct ct_key key;
	__u64 args[3];
	struct bpf_task_work work;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct followed_id);
	__type(value, struct followed_call);
} followed_calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct ct_key);
	__type(value, struct ct_results);
} results SEC(".maps");

/*
 * Was the task's own DAC_OVERRIDE asked for in an open with O_CREAT? The question whether the
 * directory may be written comes before the file is looked up (fs/namei.c:lookup_open).
 */
static __always_inline bool may_create(const struct ct_key *key)
{
	__u8 kind = cfg_selector[key->nr & (CT_SYSCALLS - 1)] & 31;

	if (key->cap != CAP_DAC_OVERRIDE || key->nr >= CT_SYSCALLS ||
	    key->flags & (CT_F_COMPAT | CT_F_CRED_KIN | CT_F_CRED_ALIEN))
		return false;
	return kind == CT_SEL_CREAT ||
	       ((kind == CT_SEL_OPEN || kind == CT_SEL_OPENAT2) && key->sel & CT_OPEN_CREAT);
}

static __always_inline struct file *file_of(struct task_struct *task, long fd)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **slot = BPF_CORE_READ(table, fd), *file = NULL;

	if (fd < BPF_CORE_READ(table, max_fds))
		bpf_probe_read_kernel(&file, sizeof(file), slot + fd);
	return file;
}

/* What came of O_CREAT: these errors are those of a file that was there. */
static __always_inline void add_creation(struct ct_results *r, struct task_struct *task, long ret)
{
	struct file *file = ret >= 0 ? file_of(task, ret) : NULL;

	if (ret == -EEXIST || ret == -EISDIR)
		__sync_fetch_and_add(&r->found, 1);
	else if (file)
		__sync_fetch_and_add(
			BPF_CORE_READ(file, f_mode) & FMODE_CREATED ? &r->made : &r->found, 1);
}

static __always_inline struct ct_results *results_of(const struct ct_key *key)
{
	struct ct_results zero = {}, *r = bpf_map_lookup_elem(&results, key);

	if (!r) {
		bpf_map_update_elem(&results, key, &zero, BPF_NOEXIST);
		r = bpf_map_lookup_elem(&results, key);
	}
	if (!r)
		lost(CT_LOSS_OUTCOMES);
	return r;
}

/* The kernel is asked through an interrupt: one that comes late would show another call's result.
 */
static __always_inline bool is_same_call(const struct followed_call *call, struct pt_regs *regs)
{
	return regs_nr(true, regs) == call->key.nr && regs_arg(true, regs, 0) == call->args[0] &&
	       regs_arg(true, regs, 1) == call->args[1] && regs_arg(true, regs, 2) == call->args[2];
}

static int on_return_to_user(struct bpf_map *map, void *key, void *value)
{
	struct followed_call *call = value;
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	struct ct_results *r = NULL;
	long ret = PT_REGS_RC_CORE(regs);

	if (is_same_call(call, regs))
		r = results_of(&call->key);
	else
		lost(CT_LOSS_OUTCOMES);
	if (r && !(call->key.flags & CT_F_GRANTED))
		__sync_fetch_and_add(ret == -EPERM	     ? &r->eperm :
				     ret == -EACCES	     ? &r->eacces :
				     ret < 0 && ret >= -4095 ? &r->other :
							       &r->ok,
				     1);
	if (r && may_create(&call->key))
		add_creation(r, task, ret);
	bpf_map_delete_elem(&followed_calls, key);
	return 0;
}

static __always_inline int call_back(bool impl, struct followed_call *call)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return impl ? bpf_task_work_schedule_resume_impl(task, &call->work, &followed_calls,
							 on_return_to_user, NULL) :
		      bpf_task_work_schedule_resume(task, &call->work, &followed_calls,
						    on_return_to_user);
}

static __always_inline void watch_outcome(bool impl, const struct ct_key *key, __u32 tid,
					  struct pt_regs *regs)
{
	struct followed_id id = { tid, key->cap, key->flags & CT_F_GRANTED, key->after };
	struct followed_call fresh = {}, *call;
	struct ct_results *r = bpf_map_lookup_elem(&results, key);

	/* A file found says something only if all were; one that was made is enough. */
	if (r && (r->made ||
		  (!may_create(key) && r->ok + r->eperm + r->eacces + r->other >= ENOUGH_OUTCOMES)))
		return;
	if (bpf_map_lookup_elem(&followed_calls, &id))
		return; /* the same call asked before */
	fresh.key = *key;
	for (int i = 0; i < 3; i++)
		fresh.args[i] = regs_arg(true, regs, i);
	if (bpf_map_update_elem(&followed_calls, &id, &fresh, BPF_NOEXIST)) {
		lost(CT_LOSS_OUTCOMES);
		return;
	}
	call = bpf_map_lookup_elem(&followed_calls, &id);
	if (call && call_back(impl, call)) {
		lost(CT_LOSS_OUTCOMES);
		bpf_map_delete_elem(&followed_calls, &id);
	}
}

#endif
