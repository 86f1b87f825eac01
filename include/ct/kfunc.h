/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel functions that programs call by BTF id. They are not declared extern, because libbpf looks
 * for one that the kernel lacks in the modules' BTF as well, which takes SYS_ADMIN. Instead such a
 * call is compiled as that of a helper with one of these numbers, which user space replaces before
 * it loads the object (src/kern/kfuncs.c).
 */
#ifndef CT_KFUNC_H
#define CT_KFUNC_H

#define CT_KFUNC_FIRST 0x7c740000 /* no helper has such a number */

enum ct_kfunc {
	CT_KFUNC_RDONLY_CAST,		/* bpf_rdonly_cast, 6.2 */
	CT_KFUNC_TASK_WORK_RESUME,	/* bpf_task_work_schedule_resume, after 6.18 */
	CT_KFUNC_TASK_WORK_RESUME_IMPL, /* bpf_task_work_schedule_resume_impl, 6.18 */
	CT_KFUNC_MAX
};

/* The value of a pointer to the function. */
#define CT_KFUNC(id) ((void *)(CT_KFUNC_FIRST + CT_KFUNC_##id))

#endif
