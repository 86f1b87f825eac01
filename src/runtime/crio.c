/* SPDX-License-Identifier: GPL-2.0-only */
/* What is true of CRI-O and its containers. */
#include "model/caps.h"
#include "runtime/runtime.h"

#define DATA "containers/storage/*-containers/%s/userdata/config.json"

static const struct ct_bundle_place bundles[] = {
	{ .pattern = "/run/" DATA },
	{ .pattern = "/var/lib/" DATA },
	/* IBM Cloud's RunRoot */
	{ .pattern = "/var/data/crioruntimestorage/*-containers/%s/userdata/config.json" },
	{ 0 },
};

const struct ct_runtime_type ct_runtime_crio = {
	.facts = {
		.title = "CRI-O",
		.caps = CT_CAPS_CRIO_DEFAULT,
		.order = CT_GRANT_DROPS_LAST,
		.profile = CT_PROFILE_COMMON,
	},
	.cgroups = {
		.prefixes = (const char *const[]){ "crio-", NULL },
		.notation = "crio",
		.services = (const char *const[]){ "crio.service", "cri-o.service", NULL },
		.monitors = (const char *const[]){ "crio-conmon-", NULL },
	},
	.bundles = bundles,
};
