/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim patch: writes the advice into the Compose files that people deploy from. */
#include "edit/patch.h"

#include <errno.h>
#include <string.h>

#include "base/input.h"
#include "base/outfile.h"
#include "cmd/options.h"
#include "cmd/stored.h"

#define MAX_OVERRIDE_SIZE ((size_t)4 << 20)

static struct ct_strlist compose_files;
static struct ct_stored from;
static const char *override_path, *service;
static int color;
static bool do_write, drop_privileged, quiet, strict, generous, incomplete;

static const struct ct_opt opts[] = {
	{ 'f', "file", "FILE", CT_OPT_LIST, &compose_files, NULL,
	  "a Compose file; several are joined as Compose does it" },
	{ 'w', "write", NULL, CT_OPT_FLAG, &do_write, NULL,
	  "change the files in place instead of printing a diff" },
	{ 0, "override", "FILE", CT_OPT_STR, &override_path, NULL,
	  "leave the files as they are and write an override file; - is standard output" },
	{ 0, "service", "NAME", CT_OPT_STR, &service, NULL,
	  "the service that was recorded, if its container has no Compose label" },
	{ 0, "project", "NAME", CT_OPT_STR, &from.project, NULL,
	  "use only what was recorded of this Compose project" },
	{ 0, "drop-privileged", NULL, CT_OPT_FLAG, &drop_privileged, NULL,
	  "remove 'privileged: true' also if the container was recorded with it" },
	{ 0, "incomplete", NULL, CT_OPT_FLAG, &incomplete, NULL,
	  "write even a recommendation that may lack needs because the recording is incomplete" },
	CT_ROW_STORE(&from.url),
	CT_ROW_NAME(&from.names),
	CT_ROW_NAMESPACE(&from.space),
	CT_ROW_HOST(&from.host),
	CT_ROW_SINCE(&from.since),
	CT_ROW_STRICT(&strict),
	CT_ROW_GENEROUS(&generous),
	CT_ROW_COLOR(&color),
	{ 'q', "quiet", NULL, CT_OPT_FLAG, &quiet, NULL, "show no remarks" },
	{ .name = NULL },
};

const struct ct_command ct_patch_command = {
	.name = "patch",
	.args = "-f COMPOSE-FILE [-f ...] [OPTION]... {FILE... | --store URL | -c NAME}",
	.summary = "write the advice into Compose files, as a diff or in place",
	.details =
		"Sets cap_drop and cap_add of the services that were recorded, and leaves every\n"
		"other byte as it is. A service is found by the labels that Compose gave its\n"
		"container, or by --service. A change that is not safe is refused.",
	.opts = opts,
};

static void put_text(FILE *out, void *arg)
{
	const struct ct_str *text = arg;

	fwrite(text->s, 1, text->len, out);
}

/* Somebody may have saved the file in an editor since it was read. */
static int check_unchanged(const struct ct_patch_file *f, struct ct_err *err)
{
	ct_autofree char *text = NULL, *name = ct_printable(f->name);
	size_t len;
	int ret = ct_read_file(f->real, f->old_len, &text, &len);

	if (!ret && len == f->old_len && !memcmp(text, f->old, len))
		return 0;
	return ct_err__set(err, EBUSY,
			   "%s has changed since it was read; nothing was written to it", name);
}

static int write_files(const struct ct_patch *p, struct ct_err *err)
{
	for (size_t i = 0; i < p->nfiles; i++) {
		ct_autofree char *name = ct_printable(p->files[i].name);
		int ret = check_unchanged(&p->files[i], err);

		if (!ret)
			ret = ct_outfile__write(p->files[i].real, put_text, &p->files[i].text, err);
		if (ret)
			return ret;
		if (!quiet)
			ct_warn("%s changed", name);
	}
	return 0;
}

static int print_diff(const struct ct_patch *p, struct ct_err *err)
{
	struct ct_term term = ct_term__of(stdout, color);

	errno = 0;
	for (size_t i = 0; i < p->nfiles; i++) {
		const struct ct_patch_file *f = &p->files[i];

		ct_diff__write(stdout, &term, f->name, f->old, f->old_len, f->text.s, f->text.len,
			       &f->splices);
	}
	if (fflush(stdout) || ferror(stdout)) {
		int code = errno ? errno : EIO;

		return ct_err__set(err, code, "cannot write standard output: %s", strerror(code));
	}
	return 0;
}

/* Replaces an existing file only if captrim made it. */
static int write_override(const struct ct_patch *p, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(override_path), *there = NULL;
	struct ct_str text = {};
	size_t len;
	int ret = ct_patch__override(p, &compose_files, &text, err);

	if (ret)
		return ret;
	if (!access(override_path, F_OK) && strcmp(override_path, "-") != 0 &&
	    (ct_input__read(override_path, MAX_OVERRIDE_SIZE, NULL, &there, &len, NULL) ||
	     strncmp(there, CT_PATCH_OVERRIDE_MARK, strlen(CT_PATCH_OVERRIDE_MARK)) != 0))
		ret = ct_err__set(err, EEXIST,
				  "%s exists and was not written by captrim: name another file",
				  shown);
	if (!ret)
		ret = ct_outfile__write(override_path, put_text, &text, err);
	if (!ret && !quiet && strcmp(override_path, "-") != 0)
		ct_warn("%s written: give it as the last -f; it needs Compose 2.24.4 or newer",
			shown);
	ct_str__free(&text);
	return ret;
}

/*
 * Warns of an incomplete advice before anything else, and refuses to write it unasked: a set that
 * lacks a need breaks the service.
 */
static int check_complete(const struct ct_patch *p, struct ct_err *err)
{
	bool writes = do_write || (override_path && strcmp(override_path, "-") != 0), any = false;

	for (size_t i = 0; i < p->nservices; i++) {
		const struct ct_patch_service *t = &p->services[i];
		ct_autofree char *name = ct_printable(t->name);

		for (size_t k = 0; k < t->nadvices; k++) {
			ct_autofree char *text = ct_advice__gaps_text(t->advices[k]);

			if (text)
				ct_warn("INCOMPLETE: %s: %s", name, text);
			any |= !!text;
		}
	}
	if (any && writes && !incomplete)
		return ct_err__set(
			err, EINVAL,
			"nothing was written, because the advice may lack needs: record again as "
			"described above, or write it anyway with --incomplete");
	return 0;
}

/* The file is what the next container is made by, and that one may need more. */
static void say_ran_before(const struct ct_patch *p)
{
	for (size_t i = 0; i < p->nservices; i++) {
		const struct ct_patch_service *t = &p->services[i];
		ct_autofree char *name = ct_printable(t->name);

		for (size_t k = 0; k < t->nadvices; k++)
			if (ct_workload__ran_before(t->advices[k]->workload)) {
				ct_warn("%s was recorded in a container that had run before: what "
					"only a new one needs, such as giving files their owners, "
					"was not seen; record it while it is recreated",
					name);
				break;
			}
	}
}

static int patch(const struct ct_report *r, struct ct_err *err)
{
	const struct ct_patch_opts po = { service, from.project, drop_privileged };
	ct_autopatch struct ct_patch *p = NULL;
	int ret = ct_patch__open(&compose_files, r, &po, &p, err);

	if (!ret)
		ret = check_complete(p, err);
	if (ret)
		return ret;
	if (!quiet)
		say_ran_before(p);
	if (override_path)
		ret = write_override(p, err);
	else
		ret = ct_patch__edit(p, &compose_files, err);
	if (!ret && !override_path)
		ret = do_write ? write_files(p, err) : print_diff(p, err);
	for (size_t i = 0; i < p->notes.len && !ret && !quiet; i++)
		ct_warn("%s", p->notes.items[i]);
	if (!ret && !override_path && !p->nfiles && !quiet)
		ct_warn("nothing to change: the files already agree with the advice");
	return ret;
}

static int check_words(const struct ct_strlist *files, struct ct_err *err)
{
	struct ct_stored stored = from;
	struct ct_store_query q;
	int ret;

	if (files->len)
		stored.project = NULL; /* It chooses from files, too. */
	if (!compose_files.len)
		return ct_err__set(
			err, EINVAL,
			"patch needs a Compose file: captrim patch -f compose.yaml FILE");
	for (size_t i = 0; i < compose_files.len; i++)
		if (!strcmp(compose_files.items[i], "-"))
			return ct_err__set(
				err, EINVAL,
				"patch changes files: give the Compose file by name, not "
				"as standard input (-f -)");
	if (do_write && override_path)
		return ct_err__set(err, EINVAL, "--write and --override exclude each other");
	ret = ct_stored__check(&stored, files, "patch -f compose.yaml", err);
	return ret ? ret : ct_stored__query(&from, &q, err);
}

int ct_cmd__patch(int argc, char **argv)
{
	enum ct_mode mode;
	ct_autoerr struct ct_err err = {};
	ct_autosession struct ct_session *s = NULL;
	ct_autoreport struct ct_report *r = NULL;
	struct ct_strlist files = {};
	int ret = ct_opts__parse(&ct_patch_command, argc, argv, &files, &err), status = 0;

	if (!ret)
		ret = check_words(&files, &err);
	if (!ret)
		ret = ct_cmd__mode(strict, generous, &mode, &err);
	if (ret < 0) {
		status = ct_cmd__usage(&ct_patch_command, &err);
	} else if (!ret) {
		ret = ct_stored__load_either(&from, &files, &(struct ct_judge_opts){ .mode = mode },
					     &s, &r, &err);
		if (!ret)
			ret = patch(r, &err);
		if (ret)
			ct_warn("%s", err.msg);
		status = ret ? CT_EXIT_FAILURE : 0;
	}
	ct_strlist__free(&files);
	ct_strlist__free(&compose_files);
	ct_stored__free(&from);
	return status;
}
