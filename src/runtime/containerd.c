/* SPDX-License-Identifier: GPL-2.0-only */
/* containerd without Docker: as used by Kubernetes (k3s, microk8s), ctr and nerdctl. */
#include <string.h>

#include "base/util.h"
#include "model/caps.h"
#include "runtime/runtime.h"

#define MAX_IDENTIFIER 76

#define TASKS "containerd/io.containerd.runtime.v2.task/*/%s/config.json"

static const struct ct_bundle_place bundles[] = {
	{ .pattern = "/run/" TASKS },
	{ .pattern = "/run/k3s/" TASKS },
	{ .pattern = "/run/k0s/" TASKS },
	{ .pattern = "/var/snap/microk8s/common/run/" TASKS },
	{ .pattern = "/run/host-" TASKS }, /* Bottlerocket's own containers */
	{ 0 },
};

/* containerd's identifiers (pkg/identifiers): words of ASCII, with single . _ - between them. */
static bool is_identifier(const struct ct_cgroup_part *p)
{
	bool after_word = false;

	if (p->len > MAX_IDENTIFIER)
		return false;
	for (size_t i = 0; i < p->len; i++) {
		char c = p->s[i];
		bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			    (c >= 'A' && c <= 'Z');

		if (!word && (!after_word || !strchr("._-", c)))
			return false;
		after_word = word;
	}
	return after_word;
}

/* Directories at the root in which other programs keep their cgroups. */
static bool is_others(const struct ct_cgroup_part *p)
{
	static const char *const names[] = {
		"docker",   "libpod",	   "libpod_parent", "lxc",	    "ecs",
		"garden",   "nomad",	   "buildkit",	    "vc",	    "mesos",
		"machine",  "libvirt",	   "user",	    "slurm",	    "porto",
		"htcondor", "openrc",	   "crio",	    "apptainer",    "singularity",
		"yarn",	    "hadoop-yarn", "lsf",	    "torque",	    "vz",
		"ve",	    "vserver",	   "fly",	    "WALinuxAgent", "pbspro",
		"wsl-user",
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(names); i++)
		if (ct_cgroup_part__is(p, names[i]))
			return true;
	return ct_cgroup_part__is_kubepods(p) || ct_cgroup_part__is(p, "kata_overhead");
}

/* uid_N, as Slurm and Android call the cgroups of a user. */
static bool is_users(struct ct_cgroup_part p)
{
	return ct_cgroup_part__cut_prefix(&p, "uid_") && strspn(p.s, "0123456789") >= p.len;
}

static bool is_slice(struct ct_cgroup_part p)
{
	return ct_cgroup_part__cut_suffix(&p, ".slice");
}

/*
 * ctr and nerdctl with cgroupfs: /NAMESPACE/NAME. The namespaces default and k8s.io, which always
 * exist, are known to be containerd's; any other could be anybody's directory.
 */
static bool is_in_namespace(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	if (at->depth != 1 || ct_cgroup_part__is_unit(&at->part))
		return false;
	if (ct_cgroup_part__is(&at->parent, "default") ||
	    ct_cgroup_part__is(&at->parent, "k8s.io")) {
		ct_cgroup_name__set_id(name, at->part.s, at->part.len);
		return true;
	}
	if (is_others(&at->parent) || is_others(&at->part) || !is_identifier(&at->parent) ||
	    !is_identifier(&at->part) || is_users(at->parent) || is_users(at->part) ||
	    ct_cgroup_part__is_unit(&at->parent) || is_slice(at->parent) || is_slice(at->part))
		return false;
	/* Somebody's directory for something that is named by a uuid. */
	if (ct_cgroup_part__is_uuid(&at->next, '-'))
		return false;
	name->guessed = true;
	/* Each namespace has names of its own, so the namespace is part of the id. */
	ct_cgroup_name__set_id(name, at->parent.s, at->parent.len + 1 + at->part.len);
	return true;
}

/* Below kubepods the other runtimes put a prefix before the id. */
static bool is_own(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	if (at->in_kubepods) {
		if (!ct_cgroup_part__is_id(&at->part))
			return false;
		ct_cgroup_name__set_id(name, at->part.s, at->part.len);
		return true;
	}
	return is_in_namespace(at, name);
}

const struct ct_runtime_type ct_runtime_containerd = {
	.facts = {
		.title = "containerd",
		.caps = CT_CAPS_CONTAINERD_DEFAULT,
		.order = CT_GRANT_DROPS_LAST,
		.profile = CT_PROFILE_MOBY,
	},
	.cgroups = {
		.prefixes = (const char *const[]){ "cri-containerd-", "nerdctl-", NULL },
		.notation = "cri-containerd",
		.services = (const char *const[]){ "containerd.service", "kubelet.service",
						   "k3s.service", "k3s-*.service",
						   "rke2-*.service", "k0sworker.service",
						   "k0scontroller.service",
						   "snap.microk8s.daemon-*.service",
						   "snap.k8s.*.service",
						   "snap.kubelet-eks.daemon.service", NULL },
		.is_own = is_own,
	},
	.bundles = bundles,
	.has_api = true,
	.client = "nerdctl",
};
