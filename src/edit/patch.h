/* SPDX-License-Identifier: GPL-2.0-only */
/* The advice brought into Compose files. Nothing is written here: see cmd/patch.c. */
#ifndef CT_EDIT_PATCH_H
#define CT_EDIT_PATCH_H

#include "deploy/compose.h"
#include "edit/splice.h"
#include "judge/judge.h"

struct ct_patch_opts {
	const char *service;  /* whose recording it is, where no label says so; or NULL */
	const char *project;  /* only what was recorded of that project; or NULL */
	bool drop_privileged; /* privileged: true goes in any case */
};

/* A service that was recorded. */
struct ct_patch_service {
	const char *name; /* borrowed */
	uint64_t cap_add;
	bool privileged;      /* it is, before the edit */
	bool drop_privileged; /* and is not to be afterwards */
	const struct ct_advice **advices;
	size_t nadvices, advices_cap;
};

/* Is what it gets perhaps not all that it needs? */
bool ct_patch__is_incomplete(const struct ct_patch_service *t);

/* A file that changes. */
struct ct_patch_file {
	const char *name, *real; /* borrowed */
	const char *old;	 /* borrowed */
	size_t old_len;
	struct ct_str text;
	struct ct_splices splices; /* from old to text */
};

struct ct_patch {
	struct ct_compose *compose;
	const struct ct_report *report; /* borrowed */
	struct ct_patch_service *services;
	size_t nservices, services_cap;
	struct ct_patch_file *files;
	size_t nfiles, files_cap;
	struct ct_strings notes; /* printable */
};

/*
 * Which services of the files were recorded, and what they are to get. The report must
 * outlive *p. Returns 0 or -EINVAL with a message; *p is untouched then.
 */
int ct_patch__open(const struct ct_strlist *files, const struct ct_report *r,
		   const struct ct_patch_opts *opts, struct ct_patch **p, struct ct_err *err);

/*
 * The changes of the files, proved: parsed again, and compared. -EINVAL with file, line,
 * column and cure where something cannot be changed safely; p has no files then.
 */
int ct_patch__edit(struct ct_patch *p, const struct ct_strlist *files, struct ct_err *err);

/* The same as a file to give with a last -f, proved as well. For Compose 2.24.4 on. */
int ct_patch__override(const struct ct_patch *p, const struct ct_strlist *files,
		       struct ct_str *text, struct ct_err *err);

/* First line of what ct_patch__override makes. */
#define CT_PATCH_OVERRIDE_MARK "# Made by captrim patch"

void ct_patch__free(struct ct_patch *p);

static inline void ct_patch__cleanup(struct ct_patch **p)
{
	ct_patch__free(*p);
}
#define ct_autopatch __attribute__((cleanup(ct_patch__cleanup)))

#endif
