/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What captrim was started with, where it has something else by then. Before 5.11 BPF maps count
 * against RLIMIT_MEMLOCK, which libbpf therefore lifts for the whole process; a command that
 * inherited that could lock memory without IPC_LOCK while it is watched, and only then.
 */
#ifndef CT_BASE_INHERITED_H
#define CT_BASE_INHERITED_H

/* Notes it, before anything else is done. */
void ct_inherited__note(void);

/* Gives it back, in a child that is to become another program. Nothing, if it was not noted. */
void ct_inherited__give_back(void);

#endif
