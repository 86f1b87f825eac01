/* SPDX-License-Identifier: GPL-2.0-only */
/* What a deployment file says, beside capabilities, that a recording may have been made without. */
#ifndef CT_DEPLOY_SETTINGS_H
#define CT_DEPLOY_SETTINGS_H

#include "deploy/compose.h"
#include "model/session.h"

enum ct_setting_kind {
	CT_SETTING_USER, /* other than root */
	CT_SETTING_NET_HOST,
	CT_SETTING_PID_HOST,
	CT_SETTING_IPC_HOST,
	CT_SETTING_UNCONFINED, /* no seccomp */
};

struct ct_setting {
	enum ct_setting_kind kind;
	char *text; /* as the file has it: "user: 1000"; raw, owned */
	struct ct_place at;
};

struct ct_settings {
	struct ct_setting *items;
	size_t len, cap;
};

/* Takes text. */
void ct_settings__add(struct ct_settings *l, enum ct_setting_kind kind, struct ct_place at,
		      char *text);
void ct_settings__compose(struct ct_settings *l, const struct ct_compose_service *s);
void ct_settings__free(struct ct_settings *l); /* what it holds */

/*
 * What is to be said if all of the workload was recorded without the setting, raw; the caller
 * frees. NULL if not, or if that is not known. dead: capabilities that would do nothing for the
 * user.
 */
char *ct_settings__unlike(const struct ct_setting *s, const struct ct_workload *w, uint64_t dead);

#endif
