/* SPDX-License-Identifier: GPL-2.0-only */
/* Settings of a deployment file, beside capabilities, that a recording may not have had. */
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
	char *text; /* as in the file: "user: 1000"; raw, owned */
	struct ct_place at;
};

struct ct_settings {
	struct ct_setting *items;
	size_t len, cap;
};

/* Takes ownership of text. */
void ct_settings__add(struct ct_settings *l, enum ct_setting_kind kind, struct ct_place at,
		      char *text);
/* A namespace that the service shares with another one of the project is that one's. */
void ct_settings__compose(struct ct_settings *l, const struct ct_compose *c,
			  const struct ct_compose_service *s);
void ct_settings__free(struct ct_settings *l); /* what it holds, not l itself */

/*
 * The warning that the workload was recorded without the setting, raw; the caller frees. NULL if a
 * part of the workload had the setting, or if that is not known of any. dead: capabilities that
 * would do nothing for the user.
 */
char *ct_settings__unlike(const struct ct_setting *s, const struct ct_workload *w, uint64_t dead);

#endif
