/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The capabilities: names, sets, scope and risk. A set is a uint64_t, bit n for
 * capability n, and a capability newer than our table is still a bit in it.
 */
#ifndef CT_MODEL_CAPS_H
#define CT_MODEL_CAPS_H

#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>

#define CT_CAP_MAX   64 /* bits in a set */
#define CT_CAP_KNOWN 41 /* named in our table: 0 .. 40, linux 5.9 - 7.3 */
#define CT_CAP(name) (1ull << CAP_##name)
#define CT_CAPS_ALL  ((1ull << CT_CAP_KNOWN) - 1)

/* Named by kernels since 5.9; engines and tools learned them later. */
#define CT_CAPS_NEW (CT_CAP(PERFMON) | CT_CAP(BPF) | CT_CAP(CHECKPOINT_RESTORE))

/* What the Docker daemon gives by default (moby, all versions). */
#define CT_CAPS_DOCKER_DEFAULT                                                                    \
	(CT_CAP(CHOWN) | CT_CAP(DAC_OVERRIDE) | CT_CAP(FSETID) | CT_CAP(FOWNER) | CT_CAP(MKNOD) | \
	 CT_CAP(NET_RAW) | CT_CAP(SETGID) | CT_CAP(SETUID) | CT_CAP(SETFCAP) | CT_CAP(SETPCAP) |  \
	 CT_CAP(NET_BIND_SERVICE) | CT_CAP(SYS_CHROOT) | CT_CAP(KILL) | CT_CAP(AUDIT_WRITE))

/* containerd's CRI and ctr (containerd, oci/spec.go defaultUnixCaps()). */
#define CT_CAPS_CONTAINERD_DEFAULT CT_CAPS_DOCKER_DEFAULT

/* CRI-O since 1.18 (internal/config/capabilities Default()). */
#define CT_CAPS_CRIO_DEFAULT                                                                       \
	(CT_CAP(CHOWN) | CT_CAP(DAC_OVERRIDE) | CT_CAP(FSETID) | CT_CAP(FOWNER) | CT_CAP(SETGID) | \
	 CT_CAP(SETUID) | CT_CAP(SETPCAP) | CT_CAP(NET_BIND_SERVICE) | CT_CAP(KILL))

/* Podman 4 and 5 (containers/common, pkg/config/default.go DefaultCapabilities). */
#define CT_CAPS_PODMAN_DEFAULT \
	(CT_CAPS_DOCKER_DEFAULT & ~(CT_CAP(MKNOD) | CT_CAP(NET_RAW) | CT_CAP(AUDIT_WRITE)))

/* A systemd unit without CapabilityBoundingSet= (systemd.exec(5)). */
#define CT_CAPS_SYSTEMD_DEFAULT CT_CAPS_ALL

enum ct_scope { CT_SCOPE_NONE, CT_SCOPE_NAMESPACE, CT_SCOPE_HOST };
enum ct_risk { CT_RISK_LOW, CT_RISK_MEDIUM, CT_RISK_HIGH };

struct ct_cap_info {
	const char *name;    /* "CHOWN", without CAP_ */
	enum ct_scope scope; /* assumed from a default Docker container */
	enum ct_risk risk;
	const char *allows;  /* one line */
	const char *danger;  /* why it is dangerous */
	const char *uses;    /* typical uses */
	const char *instead; /* a safer way, or NULL */
};

/* NULL for a capability newer than the table. */
const struct ct_cap_info *ct_cap__info(int cap);

/* "CHOWN", or "CAP_41" for one newer than the table (static storage). */
const char *ct_cap__name(int cap);

/* Accepts "CHOWN", "chown", "CAP_CHOWN", "cap_chown". Returns its number, or -EINVAL. */
int ct_cap__parse(const char *name);

/* The set of one name, or of "ALL". Returns 0, or -EINVAL and leaves *set alone. */
int ct_caps__parse_one(const char *name, uint64_t *set);

/* Names in kernel order, joined by sep; the caller frees. "" for the empty set. */
char *ct_caps__join(uint64_t set, const char *sep, const char *prefix);

const char *ct_scope__name(enum ct_scope scope); /* "host" ... */
const char *ct_risk__name(enum ct_risk risk);

/* for (int cap = -1; (cap = ct_caps__next(set, cap)) >= 0;) */
static inline int ct_caps__next(uint64_t set, int cap)
{
	if (cap >= CT_CAP_MAX - 1)
		return -1;
	set &= ~0ull << (cap + 1);
	return set ? __builtin_ctzll(set) : -1;
}
#define ct_caps__for_each(cap, set) \
	for (int cap = ct_caps__next((set), -1); cap >= 0; cap = ct_caps__next((set), cap))
static inline int ct_caps__count(uint64_t set)
{
	return __builtin_popcountll(set);
}

/* The label of an image, or annotation, that names the capabilities it needs, comma-separated. */
#define CT_LABEL_CAPS "io.containers.capabilities"

#endif
