// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the path of a cgroup tells. A path is read component by component from the root: the
 * first component that is a container wins, whatever runs below it (systemd, another Docker,
 * a Kubernetes node); only without one does a systemd unit count.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "cgroup/name.h"

/* One component; s points into the path and is not NUL-terminated. */
struct part {
	const char *s;
	size_t len;
	size_t end; /* offset behind it in the path */
};

static bool part__next(const char *path, size_t *pos, struct part *p)
{
	*pos += strspn(path + *pos, "/");
	p->s = path + *pos;
	p->len = strcspn(p->s, "/");
	*pos += p->len;
	p->end = *pos;
	return p->len > 0;
}

static bool part__is(const struct part *p, const char *word)
{
	return p->len == strlen(word) && !memcmp(p->s, word, p->len);
}

static bool cut_prefix(const char **s, size_t *len, const char *prefix)
{
	size_t n = strlen(prefix);

	if (*len <= n || memcmp(*s, prefix, n) != 0)
		return false;
	*s += n;
	*len -= n;
	return true;
}

static bool cut_suffix(const char *s, size_t *len, const char *suffix)
{
	size_t n = strlen(suffix);

	if (*len <= n || memcmp(s + *len - n, suffix, n) != 0)
		return false;
	*len -= n;
	return true;
}

/* Runtimes write ids in lower case: whole (64 digits), a few tools at least 12 of them. */
static bool is_hex_id(const char *s, size_t len, size_t min)
{
	if (len < min || len > 64)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!((s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'f')))
			return false;
	return true;
}

/* What does not fit ends in a hash of the whole: two long paths must not become one id. */
static void set_id(struct ct_cgroup_name *name, const char *s, size_t len)
{
	const size_t max = sizeof(name->id) - 1, tail = strlen("~01234567");

	if (len <= max) {
		memcpy(name->id, s, len);
		name->id[len] = '\0';
		return;
	}
	memcpy(name->id, s, max - tail);
	snprintf(name->id + max - tail, tail + 1, "~%08x", ct_hash32(s, len));
}

static bool container(struct ct_cgroup_name *name, enum ct_runtime rt, const char *id, size_t len,
		      size_t root_len)
{
	name->kind = CT_WL_CONTAINER;
	name->runtime = rt;
	name->root_len = root_len;
	set_id(name, id, len);
	return true;
}

/* Components that carry the runtime's name and an id: docker-ID.scope, libpod-ID ... */
static bool match_prefixed(const struct part *p, struct ct_cgroup_name *name)
{
	static const struct {
		const char *prefix;
		enum ct_runtime rt;
	} known[] = {
		{ "docker-", CT_RT_DOCKER },
		{ "libpod-", CT_RT_PODMAN },
		{ "cri-containerd-", CT_RT_CONTAINERD },
		{ "nerdctl-", CT_RT_CONTAINERD },
		{ "crio-", CT_RT_CRIO },
	};
	size_t whole = p->len;

	cut_suffix(p->s, &whole, ".scope");
	for (size_t i = 0; i < CT_ARRAY_SIZE(known); i++) {
		const char *id = p->s;
		size_t len = whole;

		if (cut_prefix(&id, &len, known[i].prefix) && is_hex_id(id, len, 12))
			return container(name, known[i].rt, id, len, p->end);
	}
	return false;
}

/* --cgroups=split, as Quadlet does. */
static bool match_split(const struct part *p, struct ct_cgroup_name *name)
{
	const char *id = p->s;
	size_t len = p->len;

	return cut_prefix(&id, &len, "libpod-payload-") && is_hex_id(id, len, 12) &&
	       container(name, CT_RT_PODMAN, id, len, p->end);
}

/*
 * "SLICE:PREFIX:ID", systemd's notation taken for a path: what runc makes when
 * the kubelet thinks of systemd and the runtime of cgroupfs.
 */
static bool match_colons(const struct part *p, struct ct_cgroup_name *name)
{
	const char *first = memchr(p->s, ':', p->len);
	const char *last = memrchr(p->s, ':', p->len);
	enum ct_runtime runtime = CT_RT_NONE;
	const char *rt, *id;
	size_t len;

	if (first == last)
		return false;
	rt = first + 1;
	id = last + 1;
	len = p->s + p->len - id;
	if (!is_hex_id(id, len, 12))
		return false;
	if (!strncmp(rt, "cri-containerd:", strlen("cri-containerd:")))
		runtime = CT_RT_CONTAINERD;
	else if (!strncmp(rt, "docker:", strlen("docker:")))
		runtime = CT_RT_DOCKER;
	else if (!strncmp(rt, "crio:", strlen("crio:")))
		runtime = CT_RT_CRIO;
	return container(name, runtime, id, len, p->end);
}

/* An id alone: the components before it say whose. */
static bool match_bare_id(const struct part *parent, bool kubepods, const struct part *p,
			  struct ct_cgroup_name *name)
{
	if (part__is(parent, "docker") && is_hex_id(p->s, p->len, 12))
		return container(name, CT_RT_DOCKER, p->s, p->len, p->end);
	/*
	 * Nothing but a container is named by 64 hex digits. Below kubepods the
	 * other runtimes add a prefix; elsewhere it is a --cgroup-parent.
	 */
	if (is_hex_id(p->s, p->len, 64))
		return container(name, kubepods ? CT_RT_CONTAINERD : CT_RT_NONE, p->s, p->len,
				 p->end);
	return false;
}

static bool match_lxc(const struct part *parent, const struct part *p, struct ct_cgroup_name *name)
{
	const char *s = p->s;
	size_t len = p->len;

	if (cut_prefix(&s, &len, "lxc.payload.") || part__is(parent, "lxc") ||
	    part__is(parent, "lxc.payload"))
		return container(name, CT_RT_LXC, s, len, p->end);
	return false;
}

/* ctr and nerdctl with cgroupfs: only their usual namespaces, and only at the root. */
static bool match_containerd(size_t depth, const struct part *parent, const struct part *p,
			     struct ct_cgroup_name *name)
{
	if (depth != 1 || !(part__is(parent, "default") || part__is(parent, "k8s.io")))
		return false;
	return container(name, CT_RT_CONTAINERD, p->s, p->len, p->end);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* systemd writes a '-' within a machine's name as \x2d. */
static char *unescape(const char *s, size_t len)
{
	char *out = ct_xzalloc(len + 1), *o = out;

	for (size_t i = 0; i < len; i++) {
		bool escape = i + 3 < len && s[i] == '\\' && s[i + 1] == 'x';
		int high = escape ? hex_digit(s[i + 2]) : -1;
		int low = escape ? hex_digit(s[i + 3]) : -1;

		if (high < 0 || low < 0 || high + low == 0) {
			*o++ = s[i];
			continue;
		}
		*o++ = high << 4 | low;
		i += 3;
	}
	return out;
}

/*
 * machine-NAME.scope as machined makes it, or any cgroup that nspawn divided
 * into "payload", the container, and "supervisor", nspawn itself.
 */
static bool match_nspawn(const struct part *parent, const struct part *p, const struct part *next,
			 struct ct_cgroup_name *name)
{
	const struct part *named = part__is(p, "payload") ? parent : p;
	const char *s = named->s;
	size_t len = named->len;
	ct_autofree char *id = NULL;

	if (named == p && !cut_prefix(&s, &len, "machine-"))
		return false;
	if (named == p && !cut_suffix(s, &len, ".scope"))
		return false;
	/* The payload below is looked at next; libvirt's machines are no containers. */
	if (named == p && (part__is(next, "payload") || part__is(next, "supervisor") ||
			   (len > 4 && !memcmp(s, "qemu", 4))))
		return false;
	if (named == parent) {
		if (!len)
			return container(name, CT_RT_NSPAWN, "payload", strlen("payload"), p->end);
		if (!cut_prefix(&s, &len, "systemd-nspawn@"))
			cut_prefix(&s, &len, "machine-");
		if (!cut_suffix(s, &len, ".service"))
			cut_suffix(s, &len, ".scope");
	}
	id = unescape(s, len);
	return container(name, CT_RT_NSPAWN, id, strlen(id), p->end);
}

/*
 * Below a system service an engine puts no containers but those that divide the service with it
 * (--cgroups=split) or that it knows by systemd's notation. What else is named so there is the
 * service's own. A user's systemd is
 * a service, too, with units and containers below.
 */
static bool is_service(const struct part *p)
{
	const char *s = p->s;
	size_t len = p->len;

	return cut_suffix(s, &len, ".service") && !cut_prefix(&s, &len, "user@");
}

static bool find_container(const char *path, struct ct_cgroup_name *name)
{
	struct part parent = { "", 0, 0 }, p, next;
	bool kubepods = false, service = false;
	size_t pos = 0;

	if (!part__next(path, &pos, &p))
		return false;
	for (size_t depth = 0; p.len; depth++) {
		part__next(path, &pos, &next);
		if (match_split(&p, name) || match_colons(&p, name) ||
		    match_nspawn(&parent, &p, &next, name))
			return true;
		if (!service &&
		    (match_prefixed(&p, name) || match_containerd(depth, &parent, &p, name) ||
		     match_bare_id(&parent, kubepods, &p, name) || match_lxc(&parent, &p, name)))
			return true;
		service |= is_service(&p);
		if (p.len >= strlen("kubepods") && !memcmp(p.s, "kubepods", strlen("kubepods")))
			kubepods = true;
		parent = p;
		p = next;
	}
	return false;
}

static bool is_unit(const struct part *p)
{
	static const char *const types[] = { ".service", ".scope", ".socket", ".mount", ".swap" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(types); i++) {
		size_t len = p->len;

		if (cut_suffix(p->s, &len, types[i]))
			return true;
	}
	return false;
}

char *ct_unit__name(const char *name, const char *suffix)
{
	struct part p = { name, strlen(name), 0 };

	return ct_xasprintf("%s%s", name, is_unit(&p) ? "" : suffix);
}

/*
 * The outermost unit; but a user's own systemd, user@UID.service, has units of
 * its own, which are named after it since two users may both have a foo.service.
 */
static bool find_unit(const char *path, struct ct_cgroup_name *name)
{
	struct part p, manager = { 0 };
	size_t pos = 0;

	while (part__next(path, &pos, &p)) {
		ct_autofree char *id = NULL;
		const char *s = p.s;
		size_t len = p.len;

		if (!is_unit(&p))
			continue;
		if (!manager.len && cut_prefix(&s, &len, "user@")) {
			manager = p;
			continue;
		}
		if (manager.len && part__is(&p, "init.scope"))
			break;
		name->root_len = p.end;
		if (manager.len)
			id = ct_xasprintf("%.*s/%.*s", (int)manager.len, manager.s, (int)p.len,
					  p.s);
		set_id(name, id ? id : p.s, id ? strlen(id) : p.len);
		return true;
	}
	if (!manager.len)
		return false;
	name->root_len = manager.end;
	set_id(name, manager.s, manager.len);
	return true;
}

void ct_cgroup_name__classify(const char *path, struct ct_cgroup_name *name)
{
	if (!find_container(path, name))
		ct_cgroup_name__classify_plain(path, name);
}

void ct_cgroup_name__classify_plain(const char *path, struct ct_cgroup_name *name)
{
	if (find_unit(path, name)) {
		name->kind = CT_WL_UNIT;
		name->runtime = CT_RT_SYSTEMD;
		return;
	}
	name->kind = CT_WL_CGROUP;
	name->runtime = CT_RT_NONE;
	name->root_len = strlen(path);
	if (*path)
		set_id(name, path, name->root_len);
	else
		set_id(name, "/", 1);
}

bool ct_cgroup_name__has_own_set(const struct ct_cgroup_name *name)
{
	static const char service[] = ".service";

	return name->kind == CT_WL_CONTAINER ||
	       (name->kind == CT_WL_UNIT && ct_str_ends(name->id, service) &&
		strcmp(name->id, service) != 0);
}
