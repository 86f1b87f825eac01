/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Any text as a Compose file: patching it must not crash nor leak, and what comes out must
 * mean the same but for the set, which is proved here once more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/term.h"
#include "deploy/layers.h"
#include "edit/proof.h"
#include "leaks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ct_workload workload = { .id = "w", .kind = CT_WL_CONTAINER };
static char reason_text[] = "opening #: a file\n- it: {", comm[] = "a\n b: [#\x1b";
static struct ct_reason reason = {
	.site = comm, .process = comm, .text = reason_text, .known = true, .any_of = CT_CAP(CHOWN)
};
static struct ct_cap_verdict verdict = {
	.cap = CAP_CHOWN, .verdict = CT_REQUIRED, .chosen = true, .reasons = &reason, .nreasons = 1
};

static char path[64]; /* of the file that holds the text */

static void remove_file(void)
{
	unlink(path);
}

static void make_file(const uint8_t *data, size_t size)
{
	ct_autofclose FILE *f = NULL;

	if (!*path) {
		snprintf(path, sizeof(path), "/dev/shm/captrim-fuzz-%d.yaml", (int)getpid());
		atexit(remove_file);
	}
	f = fopen(path, "w");
	if (!f || (size && fwrite(data, size, 1, f) != 1))
		abort();
}

static void must(bool ok, const struct ct_patch_file *f)
{
	if (ok)
		return;
	fwrite(f->text.s, 1, f->text.len, stderr);
	abort();
}

static void check(const struct ct_patch *p)
{
	for (size_t i = 0; i < p->nfiles; i++) {
		const struct ct_patch_file *f = &p->files[i];
		struct ct_yaml_docs old = {}, new = {};
		ct_autofclose FILE *null = fopen("/dev/null", "w");
		struct ct_term term = { .color = true, .width = 80 };

		must(!ct_layers__parse("old", f->old, f->old_len, &old, NULL), f);
		must(!ct_layers__parse("new", f->text.s, f->text.len, &new, NULL), f);
		must(old.len == new.len, f);
		for (size_t k = 0; k < old.len; k++)
			must(!ct_proof__trees(old.items[k], new.items[k], p, NULL), f);
		ct_yaml_docs__free(&old);
		ct_yaml_docs__free(&new);
		ct_diff__write(null, &term, f->name, f->old, f->old_len, f->text.s, f->text.len,
			       &f->splices);
	}
}

/* Patched twice is patched once. */
static void check_again(const struct ct_patch *p, const struct ct_strlist *files,
			const struct ct_report *r, const struct ct_patch_opts *opts)
{
	ct_autopatch struct ct_patch *again = NULL;

	if (!p->nfiles)
		return;
	make_file((const uint8_t *)p->files[0].text.s, p->files[0].text.len);
	must(!ct_patch__open(files, r, opts, &again, NULL), &p->files[0]);
	must(!ct_patch__edit(again, files, NULL), &p->files[0]);
	must(!again->nfiles, &p->files[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ct_advice advice = { .workload = &workload, .caps = &verdict, .ncaps = 1 };
	struct ct_session session = { .host = { .kernel = comm } };
	struct ct_report report = { .session = &session, .advices = &advice, .nadvices = 1 };
	struct ct_patch_opts opts = { .service = "web" };
	ct_autopatch struct ct_patch *p = NULL;
	ct_autoerr struct ct_err err = {};
	struct ct_strlist files = {};
	struct ct_str text = {};
	uint32_t choice = ct_hash32(data, size);

	advice.cap_add = choice & 1 ? CT_CAP(CHOWN) | CT_CAP(SETUID) : 0;
	opts.drop_privileged = choice & 2;
	make_file(data, size);
	*CT_PUSH(files.items, files.len, files.cap) = path;
	if (!ct_patch__open(&files, &report, &opts, &p, &err)) {
		if (!ct_patch__override(p, &files, &text, &err))
			ct_str__free(&text);
		if (!ct_patch__edit(p, &files, &err)) {
			check(p);
			check_again(p, &files, &report, &opts);
		}
	}
	ct_strlist__free(&files);
	return 0;
}
