/* SPDX-License-Identifier: GPL-2.0-only */
/* A drop-in for a service unit. The set is written out, never as what to leave out ("~"). */
#include <string.h>
#include "emit/common.h"
#include "emit/emit.h"

static const struct ct_idiom idiom = {
	.net_host = "the host's network (PrivateNetwork=no)",
	.user = "User=",
	.ambient = true,
};

static void put_set(const char *key, uint64_t set, FILE *out)
{
	ct_autofree char *names = ct_caps__join(set, " ", "CAP_");

	fprintf(out, "%s=%s\n", key, names);
}

/* Quoting of User= is none: a name that needs it is no user's name. */
static bool is_user(const char *s)
{
	if (!s || !*s)
		return false;
	for (; *s && *s != ':'; s++)
		if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
		      (*s >= '0' && *s <= '9') || *s == '_' || *s == '-'))
			return false;
	return true;
}

static void put_service(const struct ct_advice *a, FILE *out)
{
	const struct ct_workload *w = a->workload;
	bool nonroot = ct_workload__nonroot(w) == CT_YES;
	const char *user = w->container.user;

	ct_emit__heading(a, out, "");
	ct_emit__reasons(a, out, "");
	ct_emit__notes(a, &idiom, out, "");
	if (a->cap_add >> CT_CAP_KNOWN)
		ct_emit__comment(out, "", "systemd drops a name that it does not know without a word: "
				 "check with systemctl show -p CapabilityBoundingSet.");
	if (!nonroot)
		ct_emit__comment(out, "", "With a User= other than root write the same set to "
				 "AmbientCapabilities=, too.");
	fputs("[Service]\n", out);
	put_set("CapabilityBoundingSet", a->cap_add, out);
	if (nonroot && is_user(user))
		fprintf(out, "# User=%.*s\n", (int)strcspn(user, ":"), user);
	if (nonroot)
		put_set("AmbientCapabilities", a->cap_add, out);
	if (ct_workload__nnp_possible(w))
		fputs("NoNewPrivileges=yes\n", out);
}

void ct_emit__systemd(const struct ct_report *r, FILE *out)
{
	for (size_t i = 0; i < r->nadvices; i++) {
		if (i)
			fputc('\n', out);
		put_service(&r->advices[i], out);
	}
}
