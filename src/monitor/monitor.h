/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon: watches everything on the host, and every few seconds adds up, judges and stores what
 * is new.
 */
#ifndef CT_MONITOR_MONITOR_H
#define CT_MONITOR_MONITOR_H

#include "base/opt.h"
#include "monitor/config.h"

/* What the command line says. It goes before the configuration, also after a reload. */
struct ct_monitor_opts {
	const char *config;		   /* NULL: the usual place, if it is there */
	const char *store;		   /* URL; NULL: the configuration's */
	uint64_t interval_ns;		   /* 0: the configuration's */
	const char *events;		   /* a file, or "-"; NULL: none but the configuration's */
	const char *listen, *ui;	   /* addresses; NULL: the configuration's */
	const struct ct_strlist *policies; /* besides the configuration's */
	bool rebuild;			   /* puts a broken store aside, and begins a new one */
	uint64_t cpu_ppm, memory;	   /* 0: the configuration's */
	const char *backend;		   /* see ct_probe_opts */
};

/* Reads the configuration and what it names, and starts nothing. */
int ct_monitor__check(const struct ct_monitor_opts *o, struct ct_err *err);

/* Sends a synthetic event through every sink, and prints on standard output which ones took it. */
int ct_monitor__self_test(const struct ct_monitor_opts *o, struct ct_err *err);

/* Runs until SIGTERM or SIGINT. */
int ct_monitor__run(const struct ct_monitor_opts *o, struct ct_err *err);

#endif
