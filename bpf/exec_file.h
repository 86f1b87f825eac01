/* SPDX-License-Identifier: GPL-2.0-only */
/* Which file of an execve counts. */
#ifndef CT_BPF_EXEC_FILE_H
#define CT_BPF_EXEC_FILE_H

#include "task.h"

/*
 * Notes the file whose capabilities and set-id bits count, and its name. That is what is executed
 * in the end, which may be an interpreter. With binfmt_misc's flag C it is the program instead,
 * which the interpreter has got as a descriptor by then (fs/exec.c:bprm_creds_from_file,
 * begin_new_exec, 5.10 to 7.3).
 */
static __always_inline void fill_file(struct ct_exec_event *e, struct task_struct *task,
				      struct linux_binprm *bprm)
{
	struct file *file = BPF_CORE_READ(bprm, file);
	const char *name = BPF_CORE_READ(bprm, interp);

	if (bpf_core_field_exists(bprm->execfd_creds) &&
	    BPF_CORE_READ_BITFIELD_PROBED(bprm, execfd_creds)) {
		file = file_of(task, BPF_CORE_READ(bprm, execfd));
		name = BPF_CORE_READ(bprm, filename);
	}
	e->dev = BPF_CORE_READ(file, f_inode, i_sb, s_dev);
	e->ino = BPF_CORE_READ(file, f_inode, i_ino);
	if (bpf_probe_read_kernel_str(e->file, sizeof(e->file), name) < 0)
		e->file[0] = 0;
}

#endif
