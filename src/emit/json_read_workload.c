/* SPDX-License-Identifier: GPL-2.0-only */
/* What a recommendation in JSON says about its workload: what it is, how it ran, how much was seen.
 */
#include <errno.h>

#include "emit/json_read_priv.h"
#include "model/names.h"

#define MAX_SECONDS (INT64_MAX / 1000000000)

#define F(kind, path, label, ...) CT_FIELD(struct ct_container, kind, path, label, ##__VA_ARGS__)
static const struct ct_field container_fields[] = {
	F(STR, id, "id"),
	F(STR, name, "name"),
	F(STR, image, "image"),
	F(STR, image_digest, "image_digest"),
	F(STR, project, "project"),
	F(STR, service, "service"),
	F(STR, user, "user"),
	F(TRI, privileged, "privileged"),
	F(TRI, userns, "userns"),
	F(STR, network, "network"),
	F(TRI, no_new_privs, "no_new_privileges"),
	F(TRI, ran_before, "ran_before"),
	F(NAME, seccomp, "seccomp", .names = ct_seccomp_names),
	F(STR, engine, "engine"),
	F(STR, pid_mode, "pid_mode"),
	F(STR, ipc_mode, "ipc_mode"),
	F(STR, compose_files, "compose_files"),
	F(STR, compose_dir, "compose_dir"),
	F(STR, pod_uid, "pod_uid"),
	F(STR, owner, "owner"),
	F(BOOL, owner_guessed, "owner_guessed"),
	F(UINT, engine_uid, "engine_uid"),
	{ 0 },
};
#undef F

#define F(kind, member) CT_FIELD(struct ct_sysctls, kind, member, #member)
static const struct ct_field sysctls_fields[] = {
	F(UINT, port_start),
	F(UINT, ping_low),
	F(UINT, ping_high),
	{ 0 },
};
#undef F

#define F(kind, path, label) CT_FIELD(struct ct_exec, kind, path, label)
static const struct ct_field exec_fields[] = {
	F(STR, file, "file"),
	F(UINT, creds.uid, "uid"),
	F(UINT, creds.gid, "gid"),
	F(UINT, creds.euid, "euid"),
	F(UINT, creds.egid, "egid"),
	F(UINT, creds.userns_level, "userns_level"),
	F(BOOL, setuid, "setuid"),
	F(BOOL, creds.no_new_privs, "no_new_privileges"),
	{ 0 },
};
#undef F

#define F(kind, member, ...) CT_FIELD(struct ct_workload, kind, member, #member, ##__VA_ARGS__)
static const struct ct_field workload_fields[] = {
	F(NAME, kind, .names = ct_workload_kind_names),
	F(NAME, runtime, .names = ct_runtime_names),
	F(STR, command),
	F(UINT, first_ns),
	F(UINT, last_ns),
	{ 0 },
};
#undef F

#define F(kind, path, label) CT_FIELD(struct ct_workload, kind, path, label)
static const struct ct_field exercised_fields[] = {
	F(UINT, told.kinds, "kinds"),
	F(TRI, start_seen, "start_seen"),
	F(TRI, end_seen, "end_seen"),
	F(TRI, reload_seen, "reload_seen"),
	{ 0 },
};
#undef F

static int read_exec(json_t *o, void *to, struct ct_report *r, struct ct_err *err)
{
	struct ct_exec *e = ct_workload__add_exec(to);
	bool entry_point = json_is_true(json_object_get(o, "entry_point"));

	(void)r;
	e->entry = CT_ENTRY_MAIN;
	e->was = entry_point ? CT_ENTRY_SETUP : CT_ENTRY_MAIN;
	e->count = 1;
	if (ct_fields__read(exec_fields, e, o, err))
		return -EINVAL;
	return ct_read__caps(o, "file_capabilities", &e->fcaps, err);
}

static int read_phases(json_t *list, uint32_t *phases, struct ct_err *err)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		const char *name = json_string_value(item);
		int n = name ? ct_names__find(ct_phase_names, name) : -EINVAL;

		if (n < 0)
			return ct_err__set(err, EINVAL,
					   "\"phases\": not one of main, exec, health, setup");
		*phases |= 1u << n;
	}
	return 0;
}

static int read_seconds(json_t *o, const char *key, uint64_t *ns, struct ct_err *err)
{
	double seconds = json_number_value(json_object_get(o, key));

	if (!(seconds >= 0 && seconds <= MAX_SECONDS))
		return ct_err__set(err, EINVAL, "\"%s\" is out of range", key);
	*ns = (uint64_t)(seconds * 1000 + 0.5) * 1000000;
	return 0;
}

static int read_exercised(json_t *o, struct ct_workload *w, struct ct_err *err)
{
	json_t *e, *list;
	uint64_t longest = 0;
	int ret = ct_read__get(o, "exercised", JSON_OBJECT, &e, err);

	if (ret)
		return ret > 0 ? 0 : ret;
	ret = ct_read__nested(o, "exercised", exercised_fields, w, err);
	if (!ret)
		ret = read_seconds(e, "seconds", &w->told.ns, err);
	if (!ret)
		ret = read_seconds(e, "longest_seconds", &longest, err);
	if (!ret)
		ret = read_seconds(e, "seconds_without_new_kind", &w->told.longest.quiet_ns, err);
	if (!ret)
		ret = ct_read__get(e, "phases", JSON_ARRAY, &list, err);
	if (!ret)
		ret = read_phases(list, &w->told.phases, err);
	w->told.longest.ns = longest ? longest : w->told.ns;
	return ret < 0 ? ret : 0;
}

int ct_read__workload(json_t *o, struct ct_workload *w, struct ct_err *err)
{
	int ret = ct_fields__read(workload_fields, w, o, err);

	w->configured_known = json_object_get(o, "configured");
	w->sysctls.known = json_object_get(o, "sysctls");
	if (!ret)
		ret = ct_read__nested(o, "container", container_fields, &w->container, err);
	if (!ret)
		ret = ct_read__nested(o, "sysctls", sysctls_fields, &w->sysctls, err);
	if (!ret)
		ret = ct_read__caps(o, "configured", &w->configured, err);
	if (!ret)
		ret = read_exercised(o, w, err);
	return ret ? ret : ct_read__list(o, "execs", read_exec, w, NULL, err);
}
