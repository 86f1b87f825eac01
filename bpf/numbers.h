/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers of the kernel's interface that BTF does not have: errors and capabilities. */
#ifndef CT_BPF_NUMBERS_H
#define CT_BPF_NUMBERS_H

#define EPERM	1
#define EACCES	13
#define EFAULT	14
#define EEXIST	17
#define ENODEV	19
#define EISDIR	21
#define ENOSYS	38
#define ENODATA 61

#define CAP_DAC_OVERRIDE    1
#define CAP_DAC_READ_SEARCH 2
#define CAP_FOWNER	    3
#define CAP_FSETID	    4
#define CAP_KILL	    5
#define CAP_NET_ADMIN	    12
#define CAP_NET_RAW	    13
#define CAP_SYS_MODULE	    16
#define CAP_SYS_PTRACE	    19
#define CAP_SYS_ADMIN	    21
#define CAP_SYS_NICE	    23
#define CAP_SYS_RESOURCE    24
#define CAP_PERFMON	    38

#define BIT(cap) (1ull << CAP_##cap)

#endif
