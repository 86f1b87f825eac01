/* SPDX-License-Identifier: GPL-2.0-only */
/* Podman gives added capabilities to a non-root user, too, and keeps low ports closed. */
#include "emit/common.h"
#include "emit/emit.h"

void ct_emit__podman(const struct ct_report *r, FILE *out)
{
	static const struct ct_idiom idiom = {
		.privileged = "--privileged",
		.net_host = "--network host",
		.user = "--user",
		.unconfined = "--security-opt seccomp=unconfined",
		.ambient = true,
	};

	ct_emit__run_options(r, "podman", &idiom, out);
}
