/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the services of the files that were recorded. */
#include <errno.h>
#include <string.h>

#include "deploy/settings.h"
#include "edit/patch.h"
#include "emit/common.h"

static bool given(const char *s)
{
	return s && *s;
}

static const char *service_of(const struct ct_advice *a)
{
	return a->workload->container.service;
}

static const char *project_of(const struct ct_advice *a)
{
	return a->workload->container.project ? a->workload->container.project : "";
}

/* Services of different projects may have the same name. */
static int choose_project(const struct ct_patch *p, const struct ct_patch_opts *opts,
			  const char **project, struct ct_err *err)
{
	const struct ct_report *r = p->report;
	const char *name = p->compose->name.text, *seen = NULL;

	*project = opts->project ? opts->project : name && !strchr(name, '$') ? name : NULL;
	for (size_t i = 0; i < r->nadvices && !*project; i++) {
		const char *one = project_of(&r->advices[i]);

		if (!given(service_of(&r->advices[i])))
			continue;
		if (seen && strcmp(seen, one) != 0) {
			ct_autofree char *a = ct_printable(seen), *b = ct_printable(one);

			return ct_err__set(err, EINVAL,
					   "several projects were recorded (%s, %s): choose one "
					   "with --project",
					   a, b);
		}
		seen = one;
	}
	return 0;
}

static struct ct_patch_service *service_named(struct ct_patch *p, const char *name)
{
	for (size_t i = 0; i < p->nservices; i++)
		if (!strcmp(p->services[i].name, name))
			return &p->services[i];
	return NULL;
}

static int add(struct ct_patch *p, const char *name, const struct ct_advice *a, struct ct_err *err)
{
	const struct ct_compose_service *s = ct_compose__service(p->compose, name);
	struct ct_patch_service *t = service_named(p, name);

	if (!s) {
		ct_autofree char *shown = ct_printable(name),
				 *names = ct_compose__names(p->compose);

		return ct_err__set(err, EINVAL,
				   "there is no service '%s' in these files (they have: %s); "
				   "give all files of the project with -f, or --service NAME",
				   shown, names);
	}
	if (!t) {
		t = CT_PUSH(p->services, p->nservices, p->services_cap);
		*t = (struct ct_patch_service){ .name = s->name };
	}
	t->cap_add |= a->cap_add;
	*CT_PUSH(t->advices, t->nadvices, t->advices_cap) = a;
	return 0;
}

static int add_named(struct ct_patch *p, const char *name, struct ct_err *err)
{
	ct_autofree char *labels = NULL;
	struct ct_str s = {};

	if (p->report->nadvices == 1)
		return add(p, name, &p->report->advices[0], err);
	for (size_t i = 0; i < p->report->nadvices; i++)
		ct_str__addf(&s, "%s%s", i ? ", " : "",
			     ct_workload__label(p->report->advices[i].workload));
	labels = ct_printable(s.s ? s.s : "none");
	ct_str__free(&s);
	return ct_err__set(err, EINVAL,
			   "--service works only if one workload was recorded, not with: %s",
			   labels);
}

static int add_labelled(struct ct_patch *p, const struct ct_patch_opts *opts, struct ct_err *err)
{
	const char *project;
	int ret = choose_project(p, opts, &project, err);

	for (size_t i = 0; i < p->report->nadvices && !ret; i++) {
		const struct ct_advice *a = &p->report->advices[i];
		ct_autofree char *label = ct_printable(ct_workload__label(a->workload));
		ct_autofree char *of = ct_printable(project_of(a));

		if (!given(service_of(a)))
			ct_strings__addf(&p->notes, "%s: left out, because it has no Compose label",
					 label);
		else if (project && strcmp(project, project_of(a)) != 0)
			ct_strings__addf(&p->notes,
					 "%s: left out, because it belongs to project '%s'", label,
					 of);
		else
			ret = add(p, service_of(a), a, err);
	}
	if (!ret && !p->nservices) {
		ct_autofree char *names = ct_compose__names(p->compose);

		ret = ct_err__set(err, EINVAL,
				  "no service of these files was recorded%s%s; they have: %s. Say "
				  "which one it is with --service NAME",
				  p->notes.len ? ": " : "", p->notes.len ? p->notes.items[0] : "",
				  names);
	}
	return ret;
}

static bool worked_unprivileged(const struct ct_advice *a)
{
	return a->workload->container.privileged == CT_NO ||
	       (a->confidence == CT_CONF_PROVED && a->verified.privileged);
}

/*
 * What a privileged container has beside capabilities (every device, writable /sys, no
 * seccomp, no AppArmor) leaves no trace in a recording. Only a recording made unprivileged, or
 * verify, shows that the service can do without.
 */
static void decide_privileged(struct ct_patch *p, struct ct_patch_service *t, bool forced)
{
	const struct ct_compose_service *s = ct_compose__service(p->compose, t->name);
	bool set = s->privileged.text, without = true;
	ct_autofree char *at = ct_place__text(set ? &s->privileged.at : &s->at);
	enum ct_tristate is = s->unread && !set ? CT_UNKNOWN : ct_compose__truth(&s->privileged);
	ct_autofree char *name = ct_printable(t->name);
	ct_autofree char *value = ct_printable(set && is == CT_UNKNOWN ? s->privileged.text :
									 "true");

	for (size_t i = 0; i < t->nadvices; i++)
		without &= worked_unprivileged(t->advices[i]);
	t->privileged = is == CT_YES;
	t->drop_privileged = is != CT_NO && (forced || (without && is == CT_YES));
	if (is == CT_UNKNOWN && !forced)
		ct_strings__addf(&p->notes, "%s: %s: %s, which would give everything back", at,
				 name,
				 set ? "a variable decides whether it is privileged" :
				       "what it extends could not be read and may make it "
				       "privileged (not so with --drop-privileged)");
	else if (t->drop_privileged && set)
		ct_strings__addf(&p->notes, "%s: %s: privileged: %s is removed: %s", at, name,
				 value, without ? "it worked without" : "as asked for");
	else if (t->privileged)
		ct_strings__addf(&p->notes,
				 "%s: %s: privileged: true stays and gives every capability "
				 "back: it was recorded that way, and its use of devices, /sys "
				 "and /proc is not recorded. Record it without, let captrim "
				 "verify try that, or use --drop-privileged and test",
				 at, name);
}

/* The advice holds for what was recorded; settings in the file may change what is needed. */
static void note_settings(struct ct_patch *p, const struct ct_patch_service *t)
{
	ct_autofree char *name = ct_printable(t->name);
	struct ct_settings settings = {};

	ct_settings__compose(&settings, p->compose, ct_compose__service(p->compose, t->name));
	for (size_t i = 0; i < settings.len; i++) {
		ct_autofree char *at = ct_place__text(&settings.items[i].at), *said = NULL;

		for (size_t k = 0; k < t->nadvices && !said; k++) {
			ct_autofree char *raw =
				ct_settings__unlike(&settings.items[i], t->advices[k]->workload,
						    ct_advice__roots_only(t->advices[k]));

			said = raw ? ct_printable(raw) : NULL;
		}
		if (said)
			ct_strings__addf(&p->notes, "%s: %s: %s", at, name, said);
	}
	ct_settings__free(&settings);
}

/* A list that is replaced loses its variables, and what they would have given. */
static void note_variables(struct ct_patch *p, const struct ct_patch_service *t)
{
	const struct ct_compose_service *s = ct_compose__service(p->compose, t->name);
	const struct {
		const char *key;
		const struct ct_compose_list *list;
	} lists[] = { { "cap_add", &s->cap_add }, { "cap_drop", &s->cap_drop } };
	ct_autofree char *name = ct_printable(t->name);

	for (size_t i = 0; i < CT_ARRAY_SIZE(lists); i++)
		for (size_t k = 0; k < lists[i].list->len; k++) {
			const struct ct_compose_text *item = &lists[i].list->items[k];
			ct_autofree char *at = ct_place__text(&item->at);
			ct_autofree char *shown = ct_printable(item->text ? item->text : "");

			if (item->text && strchr(item->text, '$'))
				ct_strings__addf(
					&p->notes,
					"%s: %s: '%s' is removed from %s: a variable decides "
					"what it is, and the advice knows only what was "
					"recorded; put it back if it is needed elsewhere",
					at, name, shown, lists[i].key);
		}
}

static void note_warnings(struct ct_patch *p, const struct ct_patch_service *t)
{
	ct_autofree char *name = ct_printable(t->name);

	for (size_t i = 0; i < t->nadvices; i++)
		for (size_t k = 0; k < t->advices[i]->nwarnings; k++) {
			ct_autofree char *text = ct_printable(t->advices[i]->warnings[k].text);

			if (!ct_warning__is_aside(&t->advices[i]->warnings[k]))
				ct_strings__addf(&p->notes, "%s: %s", name, text);
		}
}

int ct_patch__open(const struct ct_strlist *files, const struct ct_report *r,
		   const struct ct_patch_opts *opts, struct ct_patch **out, struct ct_err *err)
{
	ct_autopatch struct ct_patch *p = ct_xzalloc(sizeof(*p));
	int ret = ct_compose__load(files, &p->compose, err);

	if (ret)
		return ret;
	p->report = r;
	for (size_t i = 0; i < p->compose->notes.len; i++)
		ct_strings__add(&p->notes, p->compose->notes.items[i]);
	ret = opts->service ? add_named(p, opts->service, err) : add_labelled(p, opts, err);
	if (ret)
		return ret;
	for (size_t i = 0; i < p->nservices; i++) {
		decide_privileged(p, &p->services[i], opts->drop_privileged);
		note_variables(p, &p->services[i]);
		note_settings(p, &p->services[i]);
		note_warnings(p, &p->services[i]);
	}
	*out = ct_steal(p);
	return 0;
}

static void file_free(struct ct_patch_file *f)
{
	ct_str__free(&f->text);
	ct_splices__free(&f->splices);
}

void ct_patch__free(struct ct_patch *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->nfiles; i++)
		file_free(&p->files[i]);
	free(p->files);
	for (size_t i = 0; i < p->nservices; i++)
		free(p->services[i].advices);
	free(p->services);
	ct_strings__free(&p->notes);
	ct_compose__free(p->compose);
	free(p);
}
