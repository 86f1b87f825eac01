/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The securityContext of a container: alone, in a document for each workload; as values for a Helm
 * chart; or as patches in a kustomization. The levels are those of the Pod Security Standards
 * (k8s.io/pod-security-admission, capabilities_baseline and capabilities_restricted).
 */
#include <string.h>

#include "emit/common.h"
#include "emit/emit.h"
#include "model/identity.h"
#include "model/pod.h"

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

static void put_level(const struct ct_report *r, const struct ct_advice *a, FILE *out,
		      const char *indent)
{
	ct_autofree char *over = ct_caps__join(a->cap_add & ~BASELINE, ", ", "");
	ct_autofree char *more = ct_caps__join(a->cap_add & ~RESTRICTED, ", ", "");

	if (*over) {
		ct_emit__note(out, indent,
			      "Pod Security Standard: privileged, since baseline does "
			      "not allow to add %s",
			      over);
	} else if (ct_workload__shares_host(a->workload)) {
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
	} else if (ct_workload__is_unconfined(a->workload)) {
		ct_emit__note(out, indent,
			      "Pod Security Standard: baseline; restricted wants seccompProfile "
			      "RuntimeDefault, under which it was not recorded");
	} else if (ct_advice__no_escalation(r, a) == CT_NNP_NO) {
		ct_emit__note(out, indent,
			      "Pod Security Standard: baseline; restricted wants "
			      "allowPrivilegeEscalation: false, and a program in it gained "
			      "rights by a set-uid bit or file capabilities");
	} else if (ct_advice__no_escalation(r, a) == CT_NNP_LIKELY) {
		ct_emit__note(out, indent,
			      "Pod Security Standard: baseline; restricted also wants "
			      "allowPrivilegeEscalation: false, see there");
	} else {
		ct_emit__note(out, indent, "Pod Security Standard: restricted");
	}
}

/* Kubernetes can check runAsNonRoot only for a number; the image itself has its default user. */
static void put_user(const struct ct_workload *w, FILE *out, const char *indent)
{
	const char *user = w->container.user;
	size_t digits = user ? strspn(user, "0123456789") : 0;

	if (ct_workload__nonroot(w) != CT_YES)
		return;
	fprintf(out, "%srunAsNonRoot: true\n", indent);
	if (digits && digits < 10 && (!user[digits] || user[digits] == ':'))
		fprintf(out, "%srunAsUser: %.*s\n", indent, (int)digits, user);
	else
		fprintf(out, "%s# runAsUser: a number, if the image names its user by name\n",
			indent);
}

static void put_add(const struct ct_advice *a, FILE *out, const char *indent)
{
	int width = ct_emit__names_width(a->cap_add);

	if (a->cap_add)
		fprintf(out, "%s  add:\n", indent);
	ct_caps__for_each(cap, a->cap_add) {
		ct_autofree char *why = ct_emit__reason(a, cap);

		fprintf(out, "%s    - %-*s  # %s\n", indent, width, ct_cap__name(cap), why);
	}
}

/* securityContext: with its contents. */
static void put_context(const struct ct_report *r, const struct ct_advice *a, FILE *out,
			const char *outer)
{
	enum ct_nnp nnp = ct_advice__no_escalation(r, a);
	ct_autofree char *indent = ct_xasprintf("%s  ", outer);

	fprintf(out, "%ssecurityContext:\n", outer);
	put_user(a->workload, out, indent);
	if (nnp == CT_NNP_LIKELY)
		ct_emit__comment(out, indent, "allowPrivilegeEscalation: false is %s",
				 ct_emit__nnp_text(nnp));
	if (nnp != CT_NNP_NO)
		fprintf(out, "%s%sallowPrivilegeEscalation: false\n", indent,
			nnp == CT_NNP_LIKELY ? "# " : "");
	if (!ct_workload__is_unconfined(a->workload) &&
	    a->workload->container.seccomp != CT_SECCOMP_CUSTOM)
		fprintf(out, "%sseccompProfile:\n%s  type: RuntimeDefault\n", indent, indent);
	fprintf(out, "%scapabilities:\n%s  drop: [ALL]\n", indent, indent);
	put_add(a, out, indent);
}

static void put_head(const struct ct_report *r, const struct ct_advice *a, FILE *out,
		     const char *indent)
{
	ct_emit__heading(a, out, indent);
	put_level(r, a, out, indent);
	ct_emit__notes(a, &idiom, out, indent);
}

/* What made the recorded pod, which tells where its manifest is. */
struct pod_owner {
	char *kind, *name, *space;
	bool guessed;
};

static void pod_owner__free(struct pod_owner *o)
{
	free(o->kind);
	free(o->name);
	free(o->space);
}

/* Is it a valid name of an object? Any container may have a name that looks like a pod's. */
static bool is_name(const char *s)
{
	ct_autofree char *key = s ? ct_emit__key(s, "-.", true) : NULL;

	return key && !strcmp(key, s);
}

/* False: the workload did not come from a pod. */
static bool find_owner(const struct ct_workload *w, struct pod_owner *o)
{
	const struct ct_container *c = &w->container;
	const char *slash = c->owner ? strchr(c->owner, '/') : NULL;
	struct ct_pod pod = {};
	bool is = w->kind == CT_WL_CONTAINER && ct_pod__parse(c->name, &pod) && is_name(pod.name) &&
		  is_name(pod.space);

	*o = (struct pod_owner){};
	if (is) {
		o->name = ct_container__pod_owner(c, pod.name);
		o->kind = slash ? ct_xstrndup(c->owner, (size_t)(slash - c->owner)) : NULL;
		o->space = ct_xstrdup(pod.space);
		o->guessed = !c->owner || c->owner_guessed;
		is = is_name(o->name);
	}
	ct_pod__free(&pod);
	return is;
}

static void put_owner(const struct ct_workload *w, FILE *out, const char *indent)
{
	__attribute__((cleanup(pod_owner__free))) struct pod_owner o;

	if (!find_owner(w, &o))
		return;
	ct_emit__comment(out, indent, "%s %s in %s%s", o.kind ?: "owner:", o.name, o.space,
			 o.guessed ? " (guessed from the pod's name)" : "");
}

/* The API version of a kind that has its containers at spec.template.spec; NULL: it has not. */
static const char *version_of(const char *kind)
{
	static const char *const kinds[][2] = {
		{ "Deployment", "apps/v1" },
		{ "StatefulSet", "apps/v1" },
		{ "DaemonSet", "apps/v1" },
		{ "Job", "batch/v1" },
		{ "Rollout", "argoproj.io/v1alpha1" },
		{ "DeploymentConfig", "apps.openshift.io/v1" },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(kinds); i++)
		if (ct_str_equal(kind, kinds[i][0]))
			return kinds[i][1];
	return NULL;
}

void ct_emit__kubernetes(const struct ct_report *r, FILE *out)
{
	for (size_t i = 0; i < r->nadvices; i++) {
		ct_autofree char *key = ct_emit__unique_key(r, i, "-", true);
		ct_autofree char *name = ct_emit__yaml(key);

		if (i)
			fputs("---\n", out);
		put_owner(r->advices[i].workload, out, "");
		put_head(r, &r->advices[i], out, "");
		fprintf(out, "containers:\n  - name: %s\n", name);
		put_context(r, &r->advices[i], out, "    ");
	}
}

/* One workload goes to the top level, where most charts have it; several go below their names. */
void ct_emit__helm(const struct ct_report *r, FILE *out)
{
	ct_emit__incomplete_first(r, out);
	fputs("# Values for 'helm upgrade -f': move securityContext to where the chart takes a\n# "
	      "container's ('helm show values' shows where), not to the pod's.\n",
	      out);
	if (!r->nadvices)
		fputs("{}\n", out);
	for (size_t i = 0; i < r->nadvices; i++) {
		ct_autofree char *key = ct_emit__unique_key(r, i, "-", true);
		ct_autofree char *name = ct_emit__yaml(key);

		if (i)
			fputc('\n', out);
		put_head(r, &r->advices[i], out, "");
		if (r->nadvices > 1)
			fprintf(out, "%s:\n", name);
		put_context(r, &r->advices[i], out, r->nadvices > 1 ? "  " : "");
	}
}

/* Lists of capabilities have no merge key, so the patch's lists replace those of the manifest. */
void ct_emit__kustomize(const struct ct_report *r, FILE *out)
{
	ct_emit__incomplete_first(r, out);
	fputs("# A kustomization.yaml: name the kind and the object that the container is in\n"
	      "# where that is not a Deployment of the same name.\n"
	      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
	      "# resources: [deployment.yaml]\n",
	      out);
	fputs(r->nadvices ? "patches:\n" : "patches: []\n", out);
	for (size_t i = 0; i < r->nadvices; i++) {
		ct_autofree char *key = ct_emit__unique_key(r, i, "-", true);
		ct_autofree char *name = ct_emit__yaml(key), *object = NULL, *space = NULL;
		__attribute__((cleanup(pod_owner__free))) struct pod_owner o;
		bool known = find_owner(r->advices[i].workload, &o);
		const char *version = known ? version_of(o.kind) : NULL;

		object = ct_emit__yaml(known ? o.name : key);
		space = known ? ct_emit__yaml(o.space) : NULL;
		put_owner(r->advices[i].workload, out, "  ");
		put_head(r, &r->advices[i], out, "  ");
		fprintf(out,
			"  - patch: |-\n"
			"      apiVersion: %s\n"
			"      kind: %s\n"
			"      metadata:\n"
			"        name: %s\n",
			version ?: "apps/v1", version ? o.kind : "Deployment", object);
		if (space)
			fprintf(out, "        namespace: %s\n", space);
		fprintf(out,
			"      spec:\n"
			"        template:\n"
			"          spec:\n"
			"            containers:\n"
			"              - name: %s\n",
			name);
		put_context(r, &r->advices[i], out, "                ");
	}
}
