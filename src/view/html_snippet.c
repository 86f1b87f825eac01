/* SPDX-License-Identifier: GPL-2.0-only */
/* The advice on one workload: how sure it is, and what to paste in each format. */
#include <string.h>

#include "emit/common.h"
#include "view/html.h"
#include "view/view.h"

const struct ct_html_format ct_html_formats[] = {
	{ "Compose", "compose", ct_emit__compose },
	{ "docker run", "docker", ct_emit__docker },
	{ "podman run", "podman", ct_emit__podman },
	{ "Kubernetes", "kubernetes", ct_emit__kubernetes },
	{ "systemd unit", "systemd", ct_emit__systemd },
	{ "Quadlet", "quadlet", ct_emit__quadlet },
	{ "Helm values", "helm", ct_emit__helm },
	{ "kustomize", "kustomize", ct_emit__kustomize },
	{ "OCI config.json", "oci", ct_emit__oci },
	{ "Nomad", "nomad", ct_emit__nomad },
	{ "Swarm", "swarm", ct_emit__swarm },
	{ "Ansible", "ansible", ct_emit__ansible },
	{ "Terraform (Docker)", "terraform", ct_emit__terraform },
	{ "Terraform (Kubernetes)", "terraform-kubernetes", ct_emit__terraform_kubernetes },
	{ "Label of the image", "label", ct_emit__label },
	{ NULL, NULL, NULL },
};
/* All formats but text, JSON and HTML. */
_Static_assert(CT_ARRAY_SIZE(ct_html_formats) - 1 == CT_FMT_MAX - 3, "a format without a title");

/* The format that is shown first: a systemd unit for units, Compose for all others. */
static const struct ct_html_format *main_format(const struct ct_advice *a)
{
	bool unit = a->workload->kind == CT_WL_UNIT;

	for (const struct ct_html_format *f = ct_html_formats;; f++)
		if (f->emit == (unit ? ct_emit__systemd : ct_emit__compose))
			return f;
}

char *ct_html__snippet_text(const struct ct_report *r, size_t n, const struct ct_html_format *f)
{
	struct ct_report one = { .session = r->session, .advices = &r->advices[n], .nadvices = 1 };
	char *text = NULL;
	size_t len;
	FILE *mem = ct_xmemstream(&text, &len);

	f->emit(&one, mem);
	ct_xmemstream_end(mem, &text);
	return text;
}

static void put_snippet(FILE *out, const struct ct_report *r, size_t n,
			const struct ct_html_format *f)
{
	ct_autofree char *text = ct_html__snippet_text(r, n, f);

	fputs("<div class=\"snippet\"><button type=\"button\" class=\"copy\" hidden>Copy</button>"
	      "<pre tabindex=\"0\"><code>",
	      out);
	/* Line by line, because ct_html__text() would escape the line ends. */
	for (char *line = text, *end; *line; line = end + 1) {
		end = strchrnul(line, '\n');
		if (!*end)
			break;
		*end = '\0';
		ct_html__text(out, line);
		fputc('\n', out);
	}
	fputs("</code></pre></div>\n", out);
}

void ct_html__snippet(FILE *out, const struct ct_report *r, size_t n)
{
	put_snippet(out, r, n, main_format(&r->advices[n]));
}

void ct_html__more_snippets(FILE *out, const struct ct_report *r, size_t n)
{
	const struct ct_html_format *above = main_format(&r->advices[n]);

	fputs("<details class=\"more\"><summary>The same for docker, Podman, Kubernetes, systemd "
	      "and others</summary>\n",
	      out);
	for (const struct ct_html_format *f = ct_html_formats; f->title; f++) {
		if (f == above)
			continue;
		fputs("<details>", out);
		ct_html__element(out, "summary", NULL, f->title);
		put_snippet(out, r, n, f);
		fputs("</details>\n", out);
	}
	fputs("</details>\n", out);
}

void ct_html__gaps(FILE *out, const struct ct_advice *a)
{
	ct_autofree char *gaps = ct_advice__gaps_text(a);

	if (!gaps)
		return;
	fputs("<p class=\"warn\"><strong>INCOMPLETE:</strong> ", out);
	ct_html__text(out, gaps);
	fputs("</p>\n", out);
}

void ct_html__confidence(FILE *out, const struct ct_advice *a)
{
	bool sure = a->confidence >= CT_CONF_HIGH;

	fprintf(out, "<p>Confidence: <span class=\"tag %s\">%s</span> ", sure ? "good" : "bad",
		ct_confidence__name(a->confidence));
	ct_html__text(out, a->why);
	fputs("</p>\n", out);
}

void ct_html__warnings(FILE *out, const struct ct_advice *a)
{
	for (size_t i = 0; i < a->nwarnings; i++) {
		fputs(ct_warning__is_note(&a->warnings[i]) ?
			      "<p class=\"dim\">Note: " :
			      "<p class=\"warn\"><strong>Warning:</strong> ",
		      out);
		ct_html__text(out, a->warnings[i].text);
		fputs("</p>\n", out);
	}
}
