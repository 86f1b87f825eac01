/* SPDX-License-Identifier: GPL-2.0-only */
/* The files of --against: what is deployed, and a policy. */
#include <errno.h>
#include <string.h>

#include "check/check.h"

static bool is_policy(void *arg, const struct ct_yaml_docs *docs)
{
	(void)arg;
	return docs->len == 1 && ct_policy__is(docs->items[0]->root);
}

static int load_policy(void *arg, const char *path, const struct ct_yaml_docs *docs,
		       struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(path);
	struct ct_check *c = arg;

	if (c->has_policy)
		return ct_err__set(err, EINVAL, "%s: only one policy can be given", shown);
	c->has_policy = true;
	c->policy_file = ct_deployment__file(&c->targets, path);
	return ct_policy__read(docs->items[0], c->policy_file, &c->policy, err);
}

int ct_check__load(struct ct_check *c, const struct ct_strlist *against, struct ct_err *err)
{
	const struct ct_deploy_other policy = { "a policy (forbid:, allow:, ...)", is_policy,
						load_policy, c };
	int ret = ct_deployment__load(&c->targets, against, &policy, err);

	if (!ret && !c->targets.len && !c->has_policy && c->targets.notes.len)
		ret = ct_err__set(err, EINVAL, "%s", c->targets.notes.items[0]);
	return ret;
}
