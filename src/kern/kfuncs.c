/* SPDX-License-Identifier: GPL-2.0-only */
#include "kern/kfuncs.h"

#include <bpf/btf.h>
#include <elf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "base/util.h"
#include "kern/btf.h"

static const char *const names[CT_KFUNC_MAX] = {
	[CT_KFUNC_RDONLY_CAST] = "bpf_rdonly_cast",
	[CT_KFUNC_TASK_WORK_RESUME] = "bpf_task_work_schedule_resume",
	[CT_KFUNC_TASK_WORK_RESUME_IMPL] = "bpf_task_work_schedule_resume_impl",
};

void ct_kfuncs__find(struct ct_kfunc_ids *ids)
{
	struct btf *btf = btf__parse(CT_BTF_OWN, NULL);

	*ids = (struct ct_kfunc_ids){};
	for (size_t i = 0; btf && i < CT_KFUNC_MAX; i++) {
		int id = btf__find_by_name_kind(btf, names[i], BTF_KIND_FUNC);

		ids->id[i] = id > 0 ? (uint32_t)id : 0;
	}
	btf__free(btf);
}

static int patch_code(struct bpf_insn *insn, size_t n, const struct ct_kfunc_ids *ids)
{
	int changed = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t which = (uint32_t)insn[i].imm - CT_KFUNC_FIRST;

		if (insn[i].code != (BPF_JMP | BPF_CALL) || insn[i].src_reg ||
		    which >= CT_KFUNC_MAX)
			continue;
		insn[i].src_reg = BPF_PSEUDO_KFUNC_CALL;
		insn[i].imm = (int32_t)ids->id[which];
		changed++;
	}
	return changed;
}

int ct_kfuncs__patch(void *object, size_t size, const struct ct_kfunc_ids *ids)
{
	const Elf64_Ehdr *file = object;
	const Elf64_Shdr *sections;
	int changed = 0;

	if (size < sizeof(*file) || memcmp(file->e_ident, ELFMAG, SELFMAG) != 0 ||
	    file->e_shoff > size || file->e_shnum > (size - file->e_shoff) / sizeof(*sections))
		return -EINVAL;
	sections = (const void *)((char *)object + file->e_shoff);
	for (size_t i = 0; i < file->e_shnum; i++) {
		const Elf64_Shdr *s = &sections[i];

		if (s->sh_type != SHT_PROGBITS || !(s->sh_flags & SHF_EXECINSTR))
			continue;
		if (s->sh_offset > size || s->sh_size > size - s->sh_offset)
			return -EINVAL;
		changed += patch_code((void *)((char *)object + s->sh_offset),
				      s->sh_size / sizeof(struct bpf_insn), ids);
	}
	return changed;
}
