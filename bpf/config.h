/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What user space tells the programs, set before they are loaded. A constant in .rodata that is off
 * costs nothing. What every check reads lies in .data.hot, on one page: where page tables are
 * switched at each system call, the first touch of a page costs as much as several instructions.
 */
#ifndef CT_BPF_CONFIG_H
#define CT_BPF_CONFIG_H

#include "ct/event.h"
#include "ct/selector.h"

#define SEC_HOT SEC(".data.hot")

SEC_HOT __u32 cfg_self;		    /* our own process, whose checks are left out */
SEC_HOT int cfg_v1_controller = -1; /* on pure v1 and hybrid hosts: enum ct_v1_controller */
SEC_HOT __u32 cfg_trace;  /* a sample for every check, not only for the first of its kind */
SEC_HOT __u32 cfg_detail; /* enum ct_detail; user space may change it at any time */
SEC_HOT __u8 cfg_selector[CT_SYSCALLS]; /* CT_SEL(kind, argument) */

/* Bits of CT_SEL_ARG and CT_SEL_BITS that kernels know. */
const volatile __u32 cfg_selector_mask[CT_SYSCALLS];

const volatile bool cfg_own_btf = true; /* the kernel knows its types, see bare.h */
const volatile __u32 cfg_host_pidns;	/* inode number of the host's PID namespace */
const volatile __u32 cfg_pidns; /* PID namespace whose ids user space uses; 0: the initial */
const volatile int cfg_v1_hierarchy = -1;	    /* number of that controller's hierarchy */
const volatile __u64 cfg_cap_lo, cfg_cap_len;	    /* cap_capable */
const volatile __u64 cfg_text_lo, cfg_text_len;	    /* kernel text */
const volatile __u64 cfg_module_lo, cfg_module_len; /* modules' text */
const volatile __u64 cfg_entry_lo, cfg_entry_len;   /* where system calls begin */
const volatile __u64 cfg_vm_lo[2], cfg_vm_len[2];   /* functions that ask for overcommit */
const volatile __u32 cfg_stack_size = 16384;	    /* bytes up to the end of the registers */
const volatile __u32 cfg_page_shift = 12;

#endif
