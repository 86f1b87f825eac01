/* SPDX-License-Identifier: GPL-2.0-only */
/* What a recording tells beside the set, in the words of the target format. */
#include <string.h>

#include "emit/common.h"
#include "judge/engine_names.h"

const char *ct_emit__nnp_text(enum ct_nnp nnp)
{
	switch (nnp) {
	case CT_NNP_NO: break;
	case CT_NNP_LIKELY:
		return "likely possible, but not all of it was seen: nothing that was seen gained "
		       "rights by a set-uid bit or file capabilities";
	case CT_NNP_YES:
		return "possible: nothing in it gained rights by a set-uid bit or file "
		       "capabilities";
	}
	return NULL;
}

void ct_emit__incomplete(const struct ct_advice *a, FILE *out, const char *indent)
{
	ct_autofree char *text = ct_advice__gaps_text(a);

	if (text)
		ct_emit__comment(out, indent, "INCOMPLETE: %s", text);
}

void ct_emit__incomplete_first(const struct ct_report *r, FILE *out)
{
	struct ct_str names = {};
	size_t n = 0;

	for (size_t i = 0; i < r->nadvices; i++)
		if (r->advices[i].gaps)
			ct_str__addf(&names, "%s%s", n++ ? ", " : "",
				     ct_workload__label(r->advices[i].workload));
	if (n)
		ct_emit__comment(out, "", "INCOMPLETE: %s may need more, see the comment%s at %s",
				 names.s, n == 1 ? "" : "s",
				 n == 1 ? "its entry" : "their entries");
	ct_str__free(&names);
}

void ct_emit__heading(const struct ct_advice *a, FILE *out, const char *indent)
{
	ct_emit__incomplete(a, out, indent);
	ct_emit__summary(a, out, indent);
}

void ct_emit__summary(const struct ct_advice *a, FILE *out, const char *indent)
{
	ct_autofree char *title = ct_emit__title(a->workload);
	int n = ct_caps__count(a->cap_add);

	if (n)
		ct_emit__comment(out, indent, "%s: %d capabilit%s needed%s", title, n,
				 n == 1 ? "y is" : "ies are", a->gaps ? ", and perhaps more" : "");
	else
		ct_emit__comment(out, indent, "%s: %s", title,
				 a->gaps ? "no need was seen so far, which does not mean that "
					   "it has none" :
					   "no capability is needed");
	ct_emit__comment(out, indent, "captrim %s, confidence %s%s%s", CT_VERSION,
			 ct_confidence__name(a->confidence), a->why && *a->why ? ": " : "",
			 a->why ? a->why : "");
}

static void note_user(const struct ct_advice *a, const struct ct_idiom *idiom, FILE *out,
		      const char *indent)
{
	const struct ct_workload *w = a->workload;
	const char *user = w->container.user;
	ct_autofree char *dead = ct_caps__join(ct_advice__powerless(a), ", ", "");

	if (ct_workload__nonroot(w) != CT_YES)
		return;
	if (idiom->user)
		ct_emit__note(out, indent, "it ran as %s, not as root: leave %s as it is",
			      user && *user ? user : "a user of its own", idiom->user);
	if (*dead && !idiom->ambient && !ct_advice__warns(a, "non-root"))
		ct_emit__note(out, indent,
			      "without root an added capability does nothing unless the program's "
			      "file has it, too (setcap): %s",
			      dead);
}

static void note_container(const struct ct_advice *a, const struct ct_idiom *idiom, FILE *out,
			   const char *indent)
{
	const struct ct_container *c = &a->workload->container;

	if (idiom->privileged && c->privileged == CT_YES && !ct_advice__warns(a, "privileged"))
		ct_emit__note(out, indent, "remove '%s': it gives back whatever is dropped here",
			      idiom->privileged);
	if (idiom->net_host && c->network && !strcmp(c->network, "host") &&
	    !ct_advice__warns(a, "host-network"))
		ct_emit__note(
			out, indent,
			"it ran with '%s', which lets every NET_ capability act on the host's "
			"network: use a network of its own if it can",
			idiom->net_host);
	if (idiom->unconfined && c->seccomp == CT_SECCOMP_NONE &&
	    a->workload->kind != CT_WL_CONTAINER && !ct_advice__warns(a, "no-seccomp"))
		ct_emit__note(out, indent,
			      "it was recorded without a seccomp profile, which a container has: "
			      "record it in one before using this");
	else if (idiom->unconfined && c->seccomp == CT_SECCOMP_NONE && c->privileged != CT_YES &&
		 !ct_advice__warns(a, "no-seccomp"))
		ct_emit__note(out, indent,
			      "it ran with '%s': leave that out only after recording it again "
			      "without",
			      idiom->unconfined);
}

static void note_ports(const struct ct_advice *a, const struct ct_idiom *idiom, FILE *out,
		       const char *indent)
{
	const struct ct_sysctls *s = &a->workload->sysctls;

	if (idiom->low_ports || !s->known || s->port_start || a->cap_add & CT_CAP(NET_BIND_SERVICE))
		return;
	ct_emit__note(
		out, indent,
		"recorded where low ports are open to all, as Docker has it: here a port below "
		"1024 may need NET_BIND_SERVICE%s",
		s->ping_low <= s->ping_high && !(a->cap_add & CT_CAP(NET_RAW)) ?
			", and ping NET_RAW" :
			"");
}

static void note_names(const struct ct_advice *a, const struct ct_idiom *idiom, FILE *out,
		       const char *indent)
{
	ct_autofree char *fresh = ct_caps__join(a->cap_add & CT_CAPS_NEW, ", ", "");
	ct_autofree char *unknown = ct_caps__join(a->cap_add & ~CT_CAPS_ALL, ", ", "");

	if (idiom->engine && *fresh && !ct_engine_names__are_all(a->workload) &&
	    !ct_advice__warns(a, "engine-lacks") && !ct_advice__warns(a, "engine-unknown"))
		ct_emit__note(out, indent,
			      "Docker 20.10 and older do not know %s: there SYS_ADMIN stands in",
			      fresh);
	if (*unknown)
		ct_emit__note(
			out, indent,
			"%s: newer than this captrim, write the name that linux/capability.h has "
			"for the number",
			unknown);
}

void ct_emit__notes(const struct ct_advice *a, const struct ct_idiom *idiom, FILE *out,
		    const char *indent)
{
	for (size_t i = 0; i < a->nwarnings; i++)
		if (!ct_warning__is_aside(&a->warnings[i]))
			ct_emit__note(out, indent, "%s", a->warnings[i].text);
	note_container(a, idiom, out, indent);
	note_user(a, idiom, out, indent);
	note_ports(a, idiom, out, indent);
	note_names(a, idiom, out, indent);
}
