/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The setting that a workload was seen under: its configuration, its host, how it ended, and what
 * the recording says as a whole (model/whole.h). Recordings of equal settings may be added up,
 * because their sum is judged as if each were judged by itself.
 */
#ifndef CT_MODEL_SETTING_H
#define CT_MODEL_SETTING_H

#include "model/session.h"

/*
 * The setting of a part as a text, to be compared with others; the host is that of its session. It
 * is "", which is equal to no other, if the setting changed while the workload was watched, and
 * NULL if the part is open, so that more may come. The caller frees it.
 */
char *ct_setting__text(const struct ct_workload *part, const struct ct_host *host);

#endif
