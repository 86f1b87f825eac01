/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/recording_fields.h"

#include "model/names.h"
#include "model/session.h"

#define LAST_RECORDING (1 << 20) /* nobody records as many */

#define F(kind, path, label, ...) CT_FIELD(struct ct_host, kind, path, label, ##__VA_ARGS__)
const struct ct_field ct_host_fields[] = {
	F(STR, captrim, "captrim"),
	F(STR, kernel, "kernel"),
	F(STR, arch, "arch"),
	F(STR, backend, "backend"),
	F(INT, cgroup, "cgroup", .keep = true),
	F(STR, boot_id, "boot_id"),
	F(INT, start_ms, "start_ms", .keep = true),
	F(UINT, start_ns, "start_ns", .keep = true),
	F(UINT, cap_last, "cap_last", .keep = true, .max = CT_CAP_MAX - 1),
	F(TRI, outcomes, "outcomes"),
	F(TRI, syscalls, "syscalls"),
	{ 0 },
};
const struct ct_field ct_trailer_fields[] = {
	F(UINT, end_ns, "end_ns", .keep = true),
	{ 0 },
};
#undef F

#define F(kind, member, ...) CT_FIELD(struct ct_losses, kind, member, #member, ##__VA_ARGS__)
const struct ct_field ct_losses_fields[] = {
	F(UINT, events, .keep = true),
	F(UINT, kinds, .keep = true),
	F(UINT, acts, .keep = true),
	F(UINT, procs, .keep = true),
	F(UINT, stacks, .keep = true),
	F(UINT, outcomes, .keep = true),
	F(UINT, missed, .keep = true),
	F(UINT, unattributed, .keep = true),
	F(UINT, lookups, .keep = true),
	F(BOOL, truncated),
	{ 0 },
};
#undef F

#define F(kind, member, ...) CT_FIELD(struct ct_container, kind, member, #member, ##__VA_ARGS__)
const struct ct_field ct_container_fields[] = {
	F(STR, id),
	F(STR, name),
	F(STR, image),
	F(STR, image_digest),
	F(STR, project),
	F(STR, service),
	F(STR, compose_files),
	F(STR, compose_dir),
	F(STR, user),
	F(STR, network),
	F(STR, pid_mode),
	F(STR, ipc_mode),
	F(STR, engine),
	F(STR, health),
	F(STR, pod_uid),
	F(STR, owner),
	F(STR, labels),
	F(BOOL, owner_guessed),
	F(UINT, engine_uid),
	F(TRI, privileged),
	F(TRI, userns),
	F(TRI, no_new_privs),
	F(TRI, ran_before),
	F(NAME, seccomp, .names = ct_seccomp_names),
	CT_FIELD(struct ct_container, BOOL, profile.known, "profile_known"),
	CT_FIELD(struct ct_container, BOOL, profile.allows_rest, "profile_allows_rest"),
	{ 0 },
};
#undef F

#define F(kind, member, ...) CT_FIELD(struct ct_seccomp_rule, kind, member, #member, ##__VA_ARGS__)
const struct ct_field ct_seccomp_rule_fields[] = {
	F(STR, syscall), F(BOOL, allow, .keep = true),
	F(BOOL, enosys), F(HEX, with),
	F(HEX, without), { 0 },
};
#undef F

#define F(kind, member, ...) CT_FIELD(struct ct_seccomp_arg, kind, member, #member, ##__VA_ARGS__)
const struct ct_field ct_seccomp_arg_fields[] = {
	F(UINT, index, .keep = true, .max = CT_SECCOMP_ARGS - 1),
	F(NAME, op, .names = ct_seccomp_op_names),
	F(HEX, value, .keep = true),
	F(HEX, value_two),
	{ 0 },
};
#undef F

#define F(kind, member) CT_FIELD(struct ct_sysctls, kind, member, #member, .keep = true)
const struct ct_field ct_sysctls_fields[] = {
	F(UINT, port_start),
	F(UINT, ping_low),
	F(UINT, ping_high),
	{ 0 },
};
#undef F

#define F(kind, member, ...) CT_FIELD(struct ct_workload, kind, member, #member, ##__VA_ARGS__)
const struct ct_field ct_workload_fields[] = {
	F(NAME, kind, .names = ct_workload_kind_names),
	F(NAME, runtime, .names = ct_runtime_names),
	F(STR, cgroup_path),
	F(STR, command),
	F(UINT, first_ns),
	F(UINT, last_ns),
	F(UINT, from_ns),
	F(UINT, to_ns),
	F(TRI, start_seen),
	F(TRI, end_seen),
	F(TRI, reload_seen),
	F(UINT, starts),
	F(UINT, ends),
	F(INT, end_code),
	F(BOOL, left_out),
	F(UINT, lost),
	F(UINT, compat),
	F(UINT, unwatched_ns),
	F(INT, unwatched_until_ms),
	F(BOOL, open),
	F(STR, sent),
	F(UINT, recording, .max = LAST_RECORDING),
	F(RANGES, in, .max = LAST_RECORDING),
	F(INT, since_ms),
	F(STR, kernel),
	F(STR, backend),
	F(TRI, syscalls),
	CT_FIELD(struct ct_workload, UINT, total.parts, "total_parts"),
	CT_FIELD(struct ct_workload, UINT, total.ns, "total_ns"),
	CT_FIELD(struct ct_workload, UINT, total.longest.ns, "total_longest_ns"),
	CT_FIELD(struct ct_workload, UINT, total.longest.quiet_ns, "total_quiet_ns"),
	CT_FIELD(struct ct_workload, BOOL, total.whole, "total_whole"),
	{ 0 },
};
const struct ct_field ct_configured_fields[] = {
	F(HEX, configured, .keep = true),
	{ 0 },
};
#undef F

#define F(kind, member, ...) CT_FIELD(struct ct_proc, kind, member, #member, ##__VA_ARGS__)
const struct ct_field ct_proc_fields[] = {
	F(UINT, pid, .keep = true),
	F(UINT, tid, .keep = true),
	F(UINT, ppid, .keep = true),
	F(TEXT, comm),
	F(TEXT, pcomm),
	{ 0 },
};
#undef F

#define F(kind, member) CT_FIELD(struct ct_creds, kind, member, #member, .keep = true)
/* clang-format off */
const struct ct_field ct_creds_fields[] = {
	F(UINT, uid),
	F(UINT, gid),
	F(UINT, euid),
	F(UINT, egid),
	F(UINT, suid),
	F(UINT, sgid),
	F(UINT, fsuid),
	F(UINT, fsgid),
	F(HEX, inheritable),
	F(HEX, permitted),
	F(HEX, effective),
	F(HEX, bounding),
	F(HEX, ambient),
	F(UINT, securebits),
	F(UINT, userns_level),
	F(UINT, no_new_privs),
	F(UINT, seccomp),
	{ 0 },
};
/* clang-format on */
#undef F

#define F(kind, path, label, ...) CT_FIELD(struct ct_kind, kind, path, label, ##__VA_ARGS__)
const struct ct_field ct_kind_fields[] = {
	F(UINT, key.cap, "cap", .keep = true, .max = CT_CAP_MAX - 1),
	F(STR, syscall, "syscall"),
	F(INT, key.nr, "nr", .keep = true),
	F(UINT, key.sel, "sel"),
	F(UINT, key.flags, "flags", .keep = true),
	F(UINT, key.entry, "entry"),
	F(HEX, key.effective, "effective"),
	F(UINT, key.level, "level"),
	F(UINT, key.from, "from"),
	F(UINT, key.after, "after", .max = CT_CAP_MAX),
	F(HEX, key.cgroup, "cgroup"),
	F(HEX, key.site, "site"),
	F(UINT, count, "count", .keep = true),
	F(UINT, first_ns, "first_ns"),
	F(UINT, last_ns, "last_ns"),
	F(UINT, times, "times"),
	F(RANGES, in, "in", .max = LAST_RECORDING),
	{ 0 },
};
const struct ct_field ct_sample_fields[] = {
	{ 0 },
};
const struct ct_field ct_outcome_fields[] = {
	F(UINT, outcome.ok, "ok"),
	F(UINT, outcome.eperm, "eperm"),
	F(UINT, outcome.eacces, "eacces"),
	F(UINT, outcome.other, "other"),
	F(UINT, outcome.found, "found"),
	F(UINT, outcome.made, "made"),
	F(UINT, outcome.same_session, "same_session"),
	F(UINT, outcome.other_session, "other_session"),
	F(UINT, outcome.own_file, "own_file"),
	F(UINT, outcome.other_file, "other_file"),
	F(UINT, outcome.sgid, "sgid"),
	F(UINT, outcome.no_sgid, "no_sgid"),
	F(UINT, outcome.listed, "listed"),
	F(UINT, outcome.empty, "empty"),
	F(UINT, outcome.nodata, "nodata"),
	{ 0 },
};
#undef F

#define F(kind, path, label, ...) CT_FIELD(struct ct_act, kind, path, label, ##__VA_ARGS__)
const struct ct_field ct_act_fields[] = {
	F(UINT, key.type, "act", .keep = true),
	F(STR, syscall, "syscall"),
	F(INT, key.nr, "nr", .keep = true),
	F(UINT, key.sel, "sel"),
	F(UINT, key.entry, "entry"),
	F(HEX, key.cgroup, "cgroup"),
	F(HEX, key.a, "a"),
	F(HEX, key.b, "b"),
	F(HEX, key.c, "c"),
	F(HEX, key.before, "before"),
	F(UINT, key.ok, "ok"),
	F(UINT, key.asked, "asked", .max = CT_ASKED_GOT),
	F(HEX, key.got_permitted, "got_permitted"),
	F(HEX, key.got_effective, "got_effective"),
	F(HEX, key.got_inheritable, "got_inheritable"),
	F(UINT, key.level, "level"),
	F(UINT, key.seccomp, "seccomp"),
	F(HEX, held, "held"),
	F(TRI, went_on, "went_on"),
	F(RANGES, in, "in", .max = LAST_RECORDING),
	F(UINT, count, "count", .keep = true),
	{ 0 },
};
#undef F

#define F(kind, member, ...) CT_FIELD(struct ct_exec, kind, member, #member, ##__VA_ARGS__)
const struct ct_field ct_exec_fields[] = {
	F(UINT, entry, .keep = true),
	F(UINT, was, .keep = true),
	F(UINT, ns),
	F(STR, file),
	F(STR, argv),
	F(UINT, count, .keep = true),
	F(HEX, fcaps),
	F(BOOL, fcaps_effective),
	F(BOOL, setuid),
	F(RANGES, in, .max = LAST_RECORDING),
	{ 0 },
};
#undef F

#define F(kind, member, ...) CT_FIELD(struct ct_exit, kind, member, #member, ##__VA_ARGS__)
const struct ct_field ct_exit_fields[] = {
	F(UINT, entry, .keep = true),
	F(UINT, ns),
	F(INT, code, .keep = true),
	F(UINT, pid),
	F(STR, comm),
	{ 0 },
};
#undef F
