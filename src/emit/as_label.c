/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A label that publishes an image's needs with the image. If Podman would give all of the label's
 * capabilities anyway, the container gets only these; otherwise Podman ignores the label and logs
 * an error (specgen/generate/security_linux.go).
 */
#include "emit/common.h"
#include "emit/emit.h"

static const struct ct_idiom idiom = {
	.privileged = "--privileged",
	.net_host = "--network host",
	.user = "USER",
	.unconfined = "--security-opt seccomp=unconfined",
	.ambient = true,
};

static void put_lines(const struct ct_advice *a, FILE *out)
{
	ct_autofree char *names = ct_caps__join(a->cap_add, ",", "");
	ct_autofree char *more = ct_caps__join(a->cap_add & ~CT_CAPS_PODMAN_DEFAULT, ", ", "");

	if (*more)
		ct_emit__note(
			out, "",
			"Podman ignores the label unless --cap-add also names what it does not "
			"give by default: %s",
			more);
	/* Not every version of Podman reads an empty label as "none". */
	if (!a->cap_add) {
		ct_emit__note(out, "",
			      "it needs no capability, which not every Podman understands from a "
			      "label: start it with --cap-drop ALL");
		return;
	}
	ct_emit__note(out, "",
		      "the same as an annotation: docker buildx build, podman build, buildah with "
		      "--annotation " CT_LABEL_CAPS "=%s",
		      names);
	fprintf(out, "LABEL " CT_LABEL_CAPS "=\"%s\"\n", names);
}

void ct_emit__label(const struct ct_report *r, FILE *out)
{
	for (size_t i = 0; i < r->nadvices; i++) {
		if (i)
			fputc('\n', out);
		ct_emit__heading(&r->advices[i], out, "");
		ct_emit__reasons(&r->advices[i], out, "");
		ct_emit__notes(&r->advices[i], &idiom, out, "");
		put_lines(&r->advices[i], out);
	}
}
