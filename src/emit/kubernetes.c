/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The securityContext of a container, in a document for each workload. The levels are those
 * of the Pod Security Standards (k8s.io/pod-security-admission, capabilities_baseline and
 * capabilities_restricted).
 */
#include <string.h>
#include "emit/common.h"
#include "emit/emit.h"

#define BASELINE                                                                       \
	(CT_CAP(AUDIT_WRITE) | CT_CAP(CHOWN) | CT_CAP(DAC_OVERRIDE) | CT_CAP(FOWNER) | \
	 CT_CAP(FSETID) | CT_CAP(KILL) | CT_CAP(MKNOD) | CT_CAP(NET_BIND_SERVICE) |    \
	 CT_CAP(SETFCAP) | CT_CAP(SETGID) | CT_CAP(SETPCAP) | CT_CAP(SETUID) | CT_CAP(SYS_CHROOT))
#define RESTRICTED CT_CAP(NET_BIND_SERVICE)

static const struct ct_idiom idiom = {
	.privileged = "privileged: true",
	.net_host = "hostNetwork: true",
	.unconfined = "seccompProfile: Unconfined",
};

static bool is_host(const char *mode)
{
	return mode && !strcmp(mode, "host");
}

static bool shares_host(const struct ct_container *c)
{
	return is_host(c->network) || is_host(c->pid_mode) || is_host(c->ipc_mode);
}

/*
 * It contradicts SYS_ADMIN. The API server refuses it only beside the spelling CAP_SYS_ADMIN so
 * far (kubernetes issue 119568), which need not stay so.
 */
static bool no_escalation(const struct ct_advice *a)
{
	return ct_workload__nnp_possible(a->workload) && !(a->cap_add & CT_CAP(SYS_ADMIN));
}

static void put_level(const struct ct_advice *a, FILE *out, const char *indent)
{
	ct_autofree char *over = ct_caps__join(a->cap_add & ~BASELINE, ", ", "");
	ct_autofree char *more = ct_caps__join(a->cap_add & ~RESTRICTED, ", ", "");

	if (*over) {
		ct_emit__note(out, indent,
			      "Pod Security Standard: privileged, since baseline does "
			      "not allow to add %s",
			      over);
	} else if (shares_host(&a->workload->container)) {
		ct_emit__note(out, indent,
			      "Pod Security Standard: privileged as recorded (network, "
			      "pid or ipc namespace of the host); baseline without");
	} else if (*more) {
		ct_emit__note(out, indent,
			      "Pod Security Standard: baseline; restricted does not "
			      "allow to add %s",
			      more);
	} else if (ct_workload__nonroot(a->workload) != CT_YES) {
		ct_emit__note(out, indent,
			      "Pod Security Standard: baseline as recorded; the set "
			      "allows restricted, which also wants runAsNonRoot: true, and it "
			      "was not seen to run without root");
	} else if (!no_escalation(a)) {
		ct_emit__note(out, indent,
			      "Pod Security Standard: baseline; restricted wants "
			      "allowPrivilegeEscalation: false, and a program in it gained "
			      "rights by a set-uid bit or file capabilities");
	} else {
		ct_emit__note(out, indent, "Pod Security Standard: restricted");
	}
}

/* The default user of an image is in the image; only a number can be checked as not root. */
static void put_user(const struct ct_workload *w, FILE *out)
{
	const char *user = w->container.user;
	size_t digits = user ? strspn(user, "0123456789") : 0;

	if (ct_workload__nonroot(w) != CT_YES)
		return;
	fputs("      runAsNonRoot: true\n", out);
	if (digits && digits < 10 && (!user[digits] || user[digits] == ':'))
		fprintf(out, "      runAsUser: %.*s\n", (int)digits, user);
	else
		fputs("      # runAsUser: a number, if the image names its user by name\n", out);
}

static void put_add(const struct ct_advice *a, FILE *out)
{
	int width = ct_emit__names_width(a->cap_add);

	if (a->cap_add)
		fputs("        add:\n", out);
	ct_caps__for_each(cap, a->cap_add) {
		ct_autofree char *why = ct_emit__reason(a, cap);

		fprintf(out, "          - %-*s  # %s\n", width, ct_cap__name(cap), why);
	}
}

static void put_container(const struct ct_advice *a, FILE *out)
{
	const struct ct_container *c = &a->workload->container;
	ct_autofree char *key = NULL, *name = NULL;

	key = ct_emit__key(c->service && *c->service ? c->service : ct_workload__label(a->workload),
			   "-", true);
	name = ct_emit__yaml(key);
	ct_emit__heading(a, out, "");
	put_level(a, out, "");
	ct_emit__notes(a, &idiom, out, "");
	fprintf(out, "containers:\n  - name: %s\n    securityContext:\n", name);
	put_user(a->workload, out);
	if (no_escalation(a))
		fputs("      allowPrivilegeEscalation: false\n", out);
	if (c->seccomp != CT_SECCOMP_CUSTOM)
		fputs("      seccompProfile:\n        type: RuntimeDefault\n", out);
	fputs("      capabilities:\n        drop: [ALL]\n", out);
	put_add(a, out);
}

void ct_emit__kubernetes(const struct ct_report *r, FILE *out)
{
	for (size_t i = 0; i < r->nadvices; i++) {
		if (i)
			fputs("---\n", out);
		put_container(&r->advices[i], out);
	}
}
