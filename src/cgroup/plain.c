/* SPDX-License-Identifier: GPL-2.0-only */
/* What a cgroup's path tells if it is not a container's: a unit, a job, or only itself. */
#include <string.h>

#include "base/util.h"
#include "cgroup/name.h"

/*
 * Finds the outermost unit. But the units of a user's own systemd, user@UID.service, count as their
 * own and are named after it, since two users may both have a foo.service.
 */
static bool find_unit(const char *path, struct ct_cgroup_name *name)
{
	struct ct_cgroup_part p, manager = { 0 };
	size_t pos = 0;

	while (ct_cgroup_part__next(path, &pos, &p)) {
		struct ct_cgroup_part rest = p;
		ct_autofree char *id = NULL;

		if (!ct_cgroup_part__is_unit(&p))
			continue;
		if (!manager.len && ct_cgroup_part__cut_prefix(&rest, "user@")) {
			manager = p;
			continue;
		}
		if (manager.len && ct_cgroup_part__is(&p, "init.scope"))
			break;
		name->root_len = p.end;
		if (manager.len)
			id = ct_xasprintf("%.*s/%.*s", (int)manager.len, manager.s, (int)p.len,
					  p.s);
		ct_cgroup_name__set_id(name, id ? id : p.s, id ? strlen(id) : p.len);
		return true;
	}
	if (!manager.len)
		return false;
	name->root_len = manager.end;
	ct_cgroup_name__set_id(name, manager.s, manager.len);
	return true;
}

static bool is_number(const struct ct_cgroup_part *p)
{
	return p->len && strspn(p->s, "0123456789") >= p->len;
}

/*
 * The scope of all jobs of a node, or of one of several nodes on a host: [NODE_]slurmstepd.scope.
 */
static bool is_slurms_scope(const struct ct_cgroup_part *p)
{
	static const char name[] = "slurmstepd.scope";
	const size_t len = strlen(name);

	return p->len >= len && !memcmp(p->s + p->len - len, name, len) &&
	       (p->len == len || p->s[p->len - len - 1] == '_');
}

/* Is it Slurm's own: /slurm or /slurm_NODE (v1), or its scope in one of the system's slices? */
static bool is_slurms(const struct ct_cgroup_part *at)
{
	struct ct_cgroup_part slice = at[0], node = at[0];

	if (ct_cgroup_part__is(&at[0], "slurm") || ct_cgroup_part__cut_prefix(&node, "slurm_")) {
		struct ct_cgroup_part user = at[1];

		return ct_cgroup_part__cut_prefix(&user, "uid_") && is_number(&user);
	}
	/* A user can make the same names, but only in user.slice. */
	return ct_cgroup_part__cut_suffix(&slice, ".slice") &&
	       !ct_cgroup_part__is(&slice, "user") && is_slurms_scope(&at[1]);
}

/* Slurm's job_N, and the step in it. */
static bool find_slurms(const struct ct_cgroup_part *at, struct ct_cgroup_job *job)
{
	struct ct_cgroup_part number = at[2], user = at[1];

	if (!is_slurms(at) || !ct_cgroup_part__cut_prefix(&number, "job_") || !is_number(&number))
		return false;
	job->of = "slurm";
	job->job = number;
	job->end = at[2].end;
	if (ct_cgroup_part__cut_prefix(&user, "uid_"))
		job->user = user;
	job->step = at[3];
	if (!ct_cgroup_part__cut_prefix(&job->step, "step_"))
		job->step.len = 0;
	return true;
}

/* An HTCondor slot: /htcondor/SLOT, or htcondor/SLOT in the cgroup of HTCondor's service. */
static bool find_condors(const struct ct_cgroup_part *at, struct ct_cgroup_job *job)
{
	if (!ct_cgroup_part__is(&at[0], "htcondor") &&
	    !(ct_cgroup_part__is(&at[0], "system.slice") &&
	      ct_cgroup_part__is(&at[1], "condor.service")))
		return false;
	for (int i = 1; i < 4; i++)
		if (ct_cgroup_part__is(&at[i - 1], "htcondor") && at[i].len) {
			job->of = "htcondor";
			job->end = at[i].end;
			return true;
		}
	return false;
}

/*
 * Jobs of PBS as its hook pbs_cgroups makes them: /pbs_jobs.service/jobid/JOB (formerly
 * /pbspro.service/jobid/JOB), /pbspro.slice/pbspro-JOB.slice, and without systemd /pbspro/JOB.
 */
static bool find_pbss(const struct ct_cgroup_part *at, struct ct_cgroup_job *job)
{
	struct ct_cgroup_part slice = at[1];
	size_t i = 1;

	if (ct_cgroup_part__is(&at[0], "pbs_jobs.service") ||
	    ct_cgroup_part__is(&at[0], "pbspro.service")) {
		if (!ct_cgroup_part__is(&at[1], "jobid"))
			return false;
		i = 2;
	} else if (ct_cgroup_part__is(&at[0], "pbspro.slice")) {
		if (!ct_cgroup_part__cut_prefix(&slice, "pbspro-") ||
		    !ct_cgroup_part__cut_suffix(&slice, ".slice"))
			return false;
	} else if (!ct_cgroup_part__is(&at[0], "pbspro")) {
		return false;
	}
	job->of = "pbs";
	job->job = i == 1 ? slice : at[i];
	job->end = at[i].end;
	return job->job.len && strspn(job->job.s, "0123456789") > 0;
}

/* A YARN container, which is a job, below the directory that YARN is configured to use. */
static bool find_yarns(const struct ct_cgroup_part *at, struct ct_cgroup_job *job)
{
	for (int i = 1; i < 3; i++) {
		struct ct_cgroup_part id = at[i];

		if (ct_cgroup_part__cut_prefix(&id, "container_") &&
		    (ct_cgroup_part__is(&at[i - 1], "yarn") ||
		     ct_cgroup_part__is(&at[i - 1], "hadoop-yarn"))) {
			*job = (struct ct_cgroup_job){ .of = "yarn", .end = at[i].end };
			return true;
		}
	}
	return false;
}

/*
 * Cgroups at the top of the tree: /apptainer/PID, /singularity/PID, a build step of buildah with
 * cgroupfs, /openrc/SERVICE and /openrc.SERVICE, and /rc.init for what ran before there were
 * cgroups.
 */
static bool find_flat(const struct ct_cgroup_part *at, struct ct_cgroup_job *job)
{
	struct ct_cgroup_part service = at[0], number = at[0];

	if (ct_cgroup_part__is(&at[0], "rc.init")) {
		*job = (struct ct_cgroup_job){ .of = "openrc", .end = at[0].end };
		return true;
	}
	if (ct_cgroup_part__cut_prefix(&number, "buildah-buildah") && is_number(&number)) {
		*job = (struct ct_cgroup_job){ .of = "buildah", .end = at[0].end };
		return true;
	}
	if (ct_cgroup_part__cut_prefix(&service, "openrc.")) {
		*job = (struct ct_cgroup_job){ .of = "openrc",
					       .service = service,
					       .end = at[0].end };
		return true;
	}
	if (ct_cgroup_part__is(&at[0], "openrc") && at[1].len) {
		*job = (struct ct_cgroup_job){ .of = "openrc", .service = at[1], .end = at[1].end };
		return true;
	}
	job->end = at[1].end;
	if (is_number(&at[1]) && ct_cgroup_part__is(&at[0], "apptainer"))
		job->of = "apptainer";
	else if (is_number(&at[1]) && ct_cgroup_part__is(&at[0], "singularity"))
		job->of = "singularity";
	return job->of;
}

/*
 * The kubelet's levels above its pods: one for all of them, and one for each QoS class. Below a
 * unit they are part of that unit.
 */
static bool find_kubelets(const char *path, struct ct_cgroup_job *job)
{
	struct ct_cgroup_part p, last = { 0 };
	bool in_kubepods = false;

	for (size_t pos = 0; ct_cgroup_part__next(path, &pos, &p); last = p) {
		bool is_class = ct_cgroup_part__is(&p, "burstable") ||
				ct_cgroup_part__is(&p, "besteffort");

		if (ct_cgroup_part__is_unit(&p) ||
		    (in_kubepods && !is_class && !ct_cgroup_part__is_kubepods(&p)))
			return false;
		in_kubepods |= ct_cgroup_part__is_kubepods(&p);
	}
	if (!in_kubepods || memmem(last.s, last.len, "-pod", 4))
		return false;
	job->of = "kubelet";
	job->end = strlen(path);
	return true;
}

bool ct_cgroup_name__job(const char *path, struct ct_cgroup_job *job)
{
	struct ct_cgroup_part at[4] = { 0 };
	size_t pos = 0;

	for (size_t i = 0; i < CT_ARRAY_SIZE(at) && ct_cgroup_part__next(path, &pos, &at[i]); i++)
		;
	*job = (struct ct_cgroup_job){ 0 };
	if (!at[0].len || find_slurms(at, job) || find_condors(at, job) || find_yarns(at, job) ||
	    find_pbss(at, job))
		return at[0].len;
	*job = (struct ct_cgroup_job){ 0 };
	return find_flat(at, job) || find_kubelets(path, job);
}

void ct_cgroup_name__classify_plain(const char *path, struct ct_cgroup_name *name)
{
	struct ct_cgroup_job job;
	bool is_job = ct_cgroup_name__job(path, &job);

	name->guessed = name->in_service = false;
	if (!is_job && find_unit(path, name)) {
		name->kind = CT_WL_UNIT;
		name->runtime = CT_RT_SYSTEMD;
		return;
	}
	name->kind = CT_WL_CGROUP;
	name->runtime = CT_RT_NONE;
	name->root_len = is_job ? job.end : strlen(path);
	if (*path)
		ct_cgroup_name__set_id(name, path, name->root_len);
	else
		ct_cgroup_name__set_id(name, "/", 1);
}

bool ct_cgroup_name__has_own_set(const struct ct_cgroup_name *name)
{
	static const char service[] = ".service";

	return name->kind == CT_WL_CONTAINER ||
	       (name->kind == CT_WL_UNIT && ct_str_ends(name->id, service) &&
		strcmp(name->id, service) != 0);
}
