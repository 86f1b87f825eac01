/* SPDX-License-Identifier: GPL-2.0-only */
/* Brings the advice into Compose files, in memory: cmd/patch.c writes them. */
#ifndef CT_EDIT_PATCH_H
#define CT_EDIT_PATCH_H

#include "deploy/compose.h"
#include "edit/splice.h"
#include "judge/judge.h"

struct ct_patch_opts {
	const char *service;  /* the recorded service, if no label tells it; or NULL */
	const char *project;  /* only workloads of that project count; or NULL */
	bool drop_privileged; /* remove privileged: true in any case */
};

/* A service that was recorded. */
struct ct_patch_service {
	const char *name; /* borrowed */
	uint64_t cap_add;
	bool privileged;      /* before the edit */
	bool drop_privileged; /* it must not be so afterwards */
	const struct ct_advice **advices;
	size_t nadvices, advices_cap;
};

/* May the service need more than it gets, because a recommendation is incomplete? */
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
 * Finds the services of the files that were recorded, and decides what they shall get. The report
 * must outlive *p. Returns 0, or a negative errno with a message and *p untouched.
 */
int ct_patch__open(const struct ct_strlist *files, const struct ct_report *r,
		   const struct ct_patch_opts *opts, struct ct_patch **p, struct ct_err *err);

/*
 * Makes the changed files, and proves them by parsing them again and comparing. Returns 0, or
 * -EINVAL with file, line, column and cure if something cannot be changed safely; p has no files
 * then.
 */
int ct_patch__edit(struct ct_patch *p, const struct ct_strlist *files, struct ct_err *err);

/* Makes an override file instead, to give as the last -f, and proves it. Needs Compose 2.24.4. */
int ct_patch__override(const struct ct_patch *p, const struct ct_strlist *files,
		       struct ct_str *text, struct ct_err *err);

/* How the file of ct_patch__override() begins. */
#define CT_PATCH_OVERRIDE_MARK "# Made by captrim patch"

void ct_patch__free(struct ct_patch *p);

static inline void ct_patch__cleanup(struct ct_patch **p)
{
	ct_patch__free(*p);
}
#define ct_autopatch __attribute__((cleanup(ct_patch__cleanup)))

#endif
