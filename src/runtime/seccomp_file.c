/* SPDX-License-Identifier: GPL-2.0-only */
#include "runtime/seccomp_file.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/host_root.h"
#include "runtime/docker_priv.h"

/* Whoever may start containers may write profiles, so what a profile can ask of us has limits. */
#define MAX_TEXT  (1u << 20)
#define MAX_RULES 16384 /* for one system call each */

struct host {
	struct utsname uts;
	const char *arch; /* as Go calls it */
};

static void host__learn(struct host *h)
{
	uname(&h->uts);
	h->arch = !strcmp(h->uts.machine, "x86_64")  ? "amd64" :
		  !strcmp(h->uts.machine, "aarch64") ? "arm64" :
						       h->uts.machine;
}

/* Is this kernel at least VERSION.PATCHLEVEL? */
static bool host__is_at_least(const struct host *h, const char *wanted)
{
	unsigned int have[2] = { 0 }, want[2] = { 0 };

	sscanf(h->uts.release, "%u.%u", &have[0], &have[1]);
	if (sscanf(wanted, "%u.%u", &want[0], &want[1]) < 1)
		return true;
	return have[0] != want[0] ? have[0] > want[0] : have[1] >= want[1];
}

static bool lists(const json_t *array, const char *word)
{
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
		if (ct_str_equal(json_string_value(item), word))
			return true;
	return false;
}

/* A capability that is not known here is an error: without it the rule would say something else. */
static int caps_of(const json_t *filter, uint64_t *set)
{
	const json_t *names = json_object_get(filter, "caps"), *item;
	size_t i;

	json_array_foreach(names, i, item) {
		const char *name = json_string_value(item);
		int cap = name ? ct_cap__parse(name) : -1;

		if (cap < 0)
			return -EINVAL;
		*set |= 1ull << cap;
	}
	return 0;
}

static bool is_for_host(const json_t *rule, const struct host *h)
{
	const json_t *in = json_object_get(rule, "includes"),
		     *ex = json_object_get(rule, "excludes");
	const json_t *arches = json_object_get(in, "arches");
	const char *least = ct_json_in__str(in, "minKernel"),
		   *most = ct_json_in__str(ex, "minKernel");

	if (json_array_size(arches) && !lists(arches, h->arch))
		return false;
	if (lists(json_object_get(ex, "arches"), h->arch))
		return false;
	return (!least || host__is_at_least(h, least)) && (!most || !host__is_at_least(h, most));
}

static int read_arg(const json_t *o, struct ct_seccomp_arg *arg)
{
	static const char *const ops[] = { "SCMP_CMP_EQ",	"SCMP_CMP_NE", "SCMP_CMP_LT",
					   "SCMP_CMP_LE",	"SCMP_CMP_GT", "SCMP_CMP_GE",
					   "SCMP_CMP_MASKED_EQ" };
	const char *op = ct_json_in__str(o, "op");
	json_int_t index = json_integer_value(json_object_get(o, "index"));

	if (index < 0 || index >= CT_SECCOMP_ARGS)
		return -EINVAL;
	arg->index = (uint32_t)index;
	arg->value = (uint64_t)json_integer_value(json_object_get(o, "value"));
	arg->value_two = (uint64_t)json_integer_value(json_object_get(o, "valueTwo"));
	for (size_t i = 0; op && i < CT_ARRAY_SIZE(ops); i++)
		if (!strcmp(op, ops[i])) {
			arg->op = (enum ct_seccomp_op)i;
			return 0;
		}
	return -EINVAL;
}

/* Reads all of a rule but the system call's name. */
static int read_rule(const json_t *o, struct ct_seccomp_rule *rule)
{
	const char *action = ct_json_in__str(o, "action");
	const json_t *args = json_object_get(o, "args"), *arg;
	size_t i;

	if (!action || json_array_size(args) > CT_SECCOMP_ARGS)
		return -EINVAL;
	rule->allow = !strcmp(action, "SCMP_ACT_ALLOW") || !strcmp(action, "SCMP_ACT_LOG");
	rule->enosys = !rule->allow && json_integer_value(json_object_get(o, "errnoRet")) == ENOSYS;
	json_array_foreach(args, i, arg)
		if (read_arg(arg, &rule->args[rule->nargs++]))
			return -EINVAL;
	if (caps_of(json_object_get(o, "includes"), &rule->with) ||
	    caps_of(json_object_get(o, "excludes"), &rule->without))
		return -EINVAL;
	return 0;
}

static int add_rule(struct ct_seccomp_profile *p, const struct ct_seccomp_rule *like,
		    const char *syscall)
{
	struct ct_seccomp_rule *rule;

	if (!syscall)
		return -EINVAL;
	if (seccomp_syscall_resolve_name(syscall) < 0)
		return 0; /* of another architecture, or of a newer kernel */
	if (p->nrules == MAX_RULES)
		return -EFBIG;
	rule = CT_PUSH(p->rules, p->nrules, p->rules_cap);
	*rule = *like;
	rule->syscall = ct_xstrdup(syscall);
	return 0;
}

static int add_rules(struct ct_seccomp_profile *p, const json_t *o)
{
	const char *one = ct_json_in__str(o, "name"); /* in old profiles */
	struct ct_seccomp_rule like = { 0 };
	const json_t *name;
	size_t i;
	int ret = read_rule(o, &like);

	if (ret || one)
		return ret ? ret : add_rule(p, &like, one);
	json_array_foreach(json_object_get(o, "names"), i, name) {
		ret = add_rule(p, &like, json_string_value(name));
		if (ret)
			return ret;
	}
	return 0;
}

static int by_syscall(const void *x, const void *y)
{
	return strcmp(((const struct ct_seccomp_rule *)x)->syscall,
		      ((const struct ct_seccomp_rule *)y)->syscall);
}

/* Keeps the rules of a system call only if one of them depends on a capability. */
static void keep_gates(struct ct_seccomp_profile *p)
{
	size_t kept = 0;

	if (p->nrules)
		qsort(p->rules, p->nrules, sizeof(*p->rules), by_syscall);
	for (size_t i = 0, end; i < p->nrules; i = end) {
		uint64_t caps = 0;

		for (end = i; end < p->nrules && !by_syscall(&p->rules[i], &p->rules[end]); end++)
			caps |= p->rules[end].with | p->rules[end].without;
		for (size_t k = i; k < end; k++) {
			if (caps)
				p->rules[kept++] = p->rules[k];
			else
				free(p->rules[k].syscall);
		}
	}
	p->nrules = kept;
}

/* Runtimes leave out a rule that says the same as the default action, the error included. */
static bool is_default(const json_t *rule, const json_t *root)
{
	return ct_str_equal(ct_json_in__str(rule, "action"),
			    ct_json_in__str(root, "defaultAction")) &&
	       (json_integer_value(json_object_get(rule, "errnoRet")) != ENOSYS ||
		json_integer_value(json_object_get(root, "defaultErrnoRet")) == ENOSYS);
}

static int parse(const json_t *root, struct ct_seccomp_profile *p)
{
	const char *rest = ct_json_in__str(root, "defaultAction");
	const json_t *rules = json_object_get(root, "syscalls"), *rule;
	struct host host;
	size_t i;
	int ret;

	if (!rest || (rules && !json_is_array(rules)))
		return -EINVAL;
	host__learn(&host);
	p->known = true;
	p->allows_rest = !strcmp(rest, "SCMP_ACT_ALLOW") || !strcmp(rest, "SCMP_ACT_LOG");
	json_array_foreach(rules, i, rule) {
		if (is_default(rule, root) || !is_for_host(rule, &host))
			continue;
		ret = add_rules(p, rule);
		if (ret)
			return ret;
	}
	keep_gates(p);
	return 0;
}

int ct_seccomp_file__parse(const char *text, size_t len, struct ct_seccomp_profile *profile)
{
	struct ct_seccomp_profile p = { 0 };
	json_t *root;
	int ret;

	if (len > MAX_TEXT)
		return -EFBIG;
	root = json_loadb(text, len, 0, NULL);
	ret = json_is_object(root) ? parse(root, &p) : -EINVAL;
	json_decref(root);
	if (ret) {
		ct_seccomp_profile__free(&p);
		return ret;
	}
	ct_seccomp_profile__free(profile);
	*profile = p;
	return 0;
}

int ct_seccomp_file__read(const char *path, struct ct_seccomp_profile *profile)
{
	ct_autoclose int fd = ct_host__open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	ct_autofree char *text = NULL;
	struct stat st;
	size_t len = 0;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st))
		return fd < 0 ? fd : -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size > MAX_TEXT)
		return -EFBIG;
	text = ct_xzalloc(MAX_TEXT + 1);
	while (len <= MAX_TEXT && (n = read(fd, text + len, MAX_TEXT + 1 - len)) > 0)
		len += (size_t)n;
	return ct_seccomp_file__parse(text, len, profile);
}
