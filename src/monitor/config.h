/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * captrim.yaml, see captrim.yaml(5). Every key is known here, or in the table of the section's own
 * reader (sinks, events, metrics, ui), so that a mistake is found before anything is started.
 */
#ifndef CT_MONITOR_CONFIG_H
#define CT_MONITOR_CONFIG_H

#include "base/strings.h"
#include "deploy/yaml.h"

#define CT_CONFIG_PATH "/etc/captrim/captrim.yaml"

/* Nanoseconds, and bytes of the budget's memory. */
#define CT_LEAST_INTERVAL 1000000000ull
#define CT_MOST_INTERVAL  600000000000ull
#define CT_LEAST_MEMORY	  (16ull << 20)

struct ct_config {
	char *path;	      /* NULL: no file, all defaults */
	struct ct_yaml *yaml; /* owns the nodes below */
	uint64_t interval_ns;
	bool outcomes; /* watch how refused calls end */
	bool syscalls; /* watch calls that need a capability without asking for it */
	char *socket;  /* of a container engine; NULL: the usual places */
	char *host_root;
	struct {
		char *url;   /* a path, sqlite:// or postgresql://; NULL: the default */
		char *local; /* the file on this host if url is of a server; NULL: the default */
		uint64_t retain_age_ns, retain_size; /* 0: no limit */
	} store;
	struct {
		uint64_t cpu_ppm, memory; /* 0: no limit */
	} budget;
	/* Patterns of workloads, see ct_config__wants(). */
	struct ct_strings watch, ignore;
	struct ct_strings policies; /* files */
	/* Sections with readers of their own; NULL: not there. */
	const struct ct_yaml_node *events, *sinks, *metrics, *ui;
};

/*
 * path NULL: CT_CONFIG_PATH if that exists, else the defaults. Returns 0 or a negative errno with
 * a message that has file, line and cure; *c is untouched then.
 */
int ct_config__load(const char *path, struct ct_config **c, struct ct_err *err);
void ct_config__free(struct ct_config *c);

/*
 * Is a workload to be watched? key is that of its identity, label what people call it. Both are
 * compared with shell patterns: "compose:shop/?*", "nginx", "unit:ssh.service".
 */
bool ct_config__wants(const struct ct_config *c, const char *key, const char *label);

static inline void ct_config__cleanup(struct ct_config **c)
{
	ct_config__free(*c);
}
#define ct_autoconfig __attribute__((cleanup(ct_config__cleanup)))

#endif
