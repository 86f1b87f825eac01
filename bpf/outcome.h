/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How calls with a refused check ended. The probe asks the kernel to call it back
 * when the task is about to return to user space (bpf_task_work, 6.18), where the result
 * lies in the registers: system calls without a refusal pay nothing.
 */
#ifndef CT_BPF_OUTCOME_H
#define CT_BPF_OUTCOME_H

#include "maps.h"
#include "task.h"

#define BPF_F_NO_PREALLOC 1
#define EPERM		  1
#define EACCES		  13
#define ENOUGH_OUTCOMES	  64 /* of one kind */

const volatile bool cfg_outcomes;

typedef int (*bpf_task_work_callback_t)(struct bpf_map *map, void *key, void *value);
/* The same function before and since the verifier hid its last parameter. */
extern int bpf_task_work_schedule_resume(struct task_struct *task, struct bpf_task_work *tw,
					 void *map__const_map,
					 bpf_task_work_callback_t callback) __ksym __weak;
extern int bpf_task_work_schedule_resume_impl(struct task_struct *task, struct bpf_task_work *tw,
					      void *map__map, bpf_task_work_callback_t callback,
					      void *aux__prog) __ksym __weak;

/* A task's last refusal of a capability. */
struct refused_id {
	__u32 tid, cap;
};
struct refused_call {
	struct ct_key key;
	struct bpf_task_work work;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct refused_id);
	__type(value, struct refused_call);
} refused_calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct ct_key);
	__type(value, struct ct_results);
} results SEC(".maps");

static int on_return_to_user(struct bpf_map *map, void *key, void *value)
{
	struct refused_call *call = value;
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	struct ct_results zero = {}, *r;
	long ret = PT_REGS_RC_CORE(regs);

	r = bpf_map_lookup_elem(&results, &call->key);
	if (!r) {
		bpf_map_update_elem(&results, &call->key, &zero, BPF_NOEXIST);
		r = bpf_map_lookup_elem(&results, &call->key);
	}
	if (!r)
		lost(CT_LOSS_OUTCOMES);
	else
		__sync_fetch_and_add(ret == -EPERM	     ? &r->eperm :
				     ret == -EACCES	     ? &r->eacces :
				     ret < 0 && ret >= -4095 ? &r->other :
							       &r->ok,
				     1);
	bpf_map_delete_elem(&refused_calls, key);
	return 0;
}

static __always_inline int call_back(bool impl, struct refused_call *call)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return impl ? bpf_task_work_schedule_resume_impl(task, &call->work, &refused_calls,
							 on_return_to_user, NULL) :
		      bpf_task_work_schedule_resume(task, &call->work, &refused_calls,
						    on_return_to_user);
}

static __always_inline void watch_outcome(bool impl, const struct ct_key *key, __u32 tid)
{
	struct refused_id id = { tid, key->cap };
	struct refused_call fresh = {}, *call;
	struct ct_results *r = bpf_map_lookup_elem(&results, key);

	if (r && r->ok + r->eperm + r->eacces + r->other >= ENOUGH_OUTCOMES)
		return;
	if (bpf_map_lookup_elem(&refused_calls, &id))
		return; /* the same call asked before */
	fresh.key = *key;
	if (bpf_map_update_elem(&refused_calls, &id, &fresh, BPF_NOEXIST)) {
		lost(CT_LOSS_OUTCOMES);
		return;
	}
	call = bpf_map_lookup_elem(&refused_calls, &id);
	if (call && call_back(impl, call)) {
		lost(CT_LOSS_OUTCOMES);
		bpf_map_delete_elem(&refused_calls, &id);
	}
}

#endif
