/* SPDX-License-Identifier: GPL-2.0-only */
/* The config block of a Nomad task with the docker driver. */
#include <string.h>

#include "emit/common.h"
#include "emit/emit.h"

/* The driver's allow_caps if the client's configuration does not set it. */
#define ALLOWED                                                                        \
	(CT_CAP(AUDIT_WRITE) | CT_CAP(CHOWN) | CT_CAP(DAC_OVERRIDE) | CT_CAP(FOWNER) | \
	 CT_CAP(FSETID) | CT_CAP(KILL) | CT_CAP(MKNOD) | CT_CAP(NET_BIND_SERVICE) |    \
	 CT_CAP(SETFCAP) | CT_CAP(SETGID) | CT_CAP(SETPCAP) | CT_CAP(SETUID) | CT_CAP(SYS_CHROOT))

static const struct ct_idiom idiom = {
	.privileged = "privileged = true",
	.net_host = "network_mode = \"host\"",
	.user = "user",
	.unconfined = "security_opt = [\"seccomp=unconfined\"]",
	.low_ports = true,
	.engine = true,
};

static void put_task(const struct ct_report *r, const struct ct_advice *a, FILE *out)
{
	enum ct_nnp nnp = ct_advice__nnp(r, a);
	int width = ct_emit__names_width(a->cap_add);
	ct_autofree char *forbidden = ct_caps__join(a->cap_add & ~ALLOWED, ", ", "");

	ct_emit__heading(a, out, "");
	if (*forbidden)
		ct_emit__note(out, "",
			      "clients allow %s only if allow_caps in their docker plugin's "
			      "configuration says so",
			      forbidden);
	ct_emit__notes(a, &idiom, out, "");
	if (nnp == CT_NNP_LIKELY)
		ct_emit__note(out, "", "security_opt = [\"no-new-privileges\"] is %s",
			      ct_emit__nnp_text(nnp));
	fputs("config {\n  cap_drop = [\"all\"]\n", out);
	if (a->cap_add)
		fputs("  cap_add = [\n", out);
	ct_caps__for_each(cap, a->cap_add) {
		ct_autofree char *name = ct_emit__cap_lower(cap), *why = ct_emit__reason(a, cap);

		fprintf(out, "    \"%s\",%*s  # %s\n", name, width - (int)strlen(name), "", why);
	}
	if (a->cap_add)
		fputs("  ]\n", out);
	if (nnp == CT_NNP_YES)
		fputs("  security_opt = [\"no-new-privileges\"]\n", out);
	fputs("}\n", out);
}

void ct_emit__nomad(const struct ct_report *r, FILE *out)
{
	for (size_t i = 0; i < r->nadvices; i++) {
		if (i)
			fputc('\n', out);
		put_task(r, &r->advices[i], out);
	}
}
