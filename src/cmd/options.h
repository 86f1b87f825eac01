/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Option rows that several commands share; dest is where the value goes. Each row exists once, so
 * that an option means the same, and reads the same, everywhere.
 */
#ifndef CT_CMD_OPTIONS_H
#define CT_CMD_OPTIONS_H

#include "base/opt.h"
#include "base/term.h"
#include "emit/emit.h"
#include "kern/btf.h"
#include "kern/probe.h"

#define CT_ROW_OUTPUT(dest, what)                                           \
	{                                                                   \
		'o', "output", "FILE", CT_OPT_STR, dest, NULL,              \
			"write " what " to this file; - is standard output" \
	}
#define CT_ROW_FORMAT(dest)                                                    \
	{                                                                      \
		0, "format", "FORMAT", CT_OPT_CHOICE, dest, ct_format_choices, \
			"how to write the advice"                              \
	}
#define CT_ROW_STRICT(dest)                                                                 \
	{                                                                                   \
		0, "strict", NULL, CT_OPT_FLAG, dest, NULL,                                 \
			"leave optional capabilities out; the default, except for what is " \
			"read from JSON and was made with --generous"                       \
	}
#define CT_ROW_GENEROUS(dest)                                                                  \
	{                                                                                      \
		0, "generous", NULL, CT_OPT_FLAG, dest, NULL, "add optional capabilities, too" \
	}
#define CT_ROW_BACKEND(dest)                                                                     \
	{                                                                                        \
		0, "backend", "NAME", CT_OPT_STR, dest, ct_backend_names,                        \
			"attach type: tp_btf, fexit or kprobe; without it, the first that works" \
	}
#define CT_ROW_BTF                                                                              \
	{                                                                                       \
		0, "btf", "FILE", CT_OPT_STR, &ct_btf_file, NULL,                               \
			"a file with the running kernel's BTF, if the kernel was built without" \
	}
#define CT_ROW_SOCKET(dest)                                                           \
	{                                                                             \
		0, "socket", "ADDRESS", CT_OPT_STR, dest, NULL,                       \
			"the Docker or Podman API to ask: a path, or tcp://HOST:PORT" \
	}
#define CT_ROW_DETAIL(dest)                                                                      \
	{                                                                                        \
		0, "detail", "LEVEL", CT_OPT_CHOICE, dest, ct_detail_names,                      \
			"record less of each check: no call sites; no processes either; totals " \
			"only"                                                                   \
	}
#define CT_ROW_HOST_ROOT(dest)                                                       \
	{                                                                            \
		0, "host-root", "DIR", CT_OPT_STR, dest, NULL,                       \
			"in a container: where the host's root directory is mounted" \
	}
#define CT_ROW_USER(dest)                                                          \
	{                                                                          \
		0, "user", "NAME", CT_OPT_STR, dest, NULL,                         \
			"units of this user's own systemd instead of the system's" \
	}
#define CT_ROW_NO_SYSCALLS(dest)                                                           \
	{                                                                                  \
		0, "no-syscalls", NULL, CT_OPT_FLAG, dest, NULL,                           \
			"watch capability checks only: cheaper, but needs that are never " \
			"checked, such as capset, are missed"                              \
	}
#define CT_ROW_COLOR(dest)                                                                       \
	{                                                                                        \
		0, "color", "WHEN", CT_OPT_CHOICE, dest, ct_color_choices, "when to use colours" \
	}
#define CT_ROW_QUIET(dest)                                                                       \
	{                                                                                        \
		'q', "quiet", NULL, CT_OPT_FLAG, dest, NULL, "show neither progress nor remarks" \
	}

#endif
