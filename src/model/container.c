/* SPDX-License-Identifier: GPL-2.0-only */
/* Copies and frees what is known of a container, by one list of its strings. */
#include <jansson.h>
#include <string.h>

#include "base/util.h"
#include "model/session.h"

#define AT(member) offsetof(struct ct_container, member)

const size_t ct_container_texts[] = {
	AT(id),	      AT(name),		 AT(image),	  AT(image_digest), AT(project),
	AT(service),  AT(compose_files), AT(compose_dir), AT(user),	    AT(network),
	AT(pid_mode), AT(ipc_mode),	 AT(engine),	  AT(health),	    AT(pod_uid),
	AT(owner),    AT(labels),
};
const size_t ct_container_ntexts = CT_ARRAY_SIZE(ct_container_texts);

static char **text_of(const struct ct_container *c, size_t i)
{
	return (char **)((char *)c + ct_container_texts[i]);
}

void ct_container__free(struct ct_container *c)
{
	for (size_t i = 0; i < ct_container_ntexts; i++)
		free(ct_steal(*text_of(c, i)));
	ct_seccomp_profile__free(&c->profile);
}

static void copy_profile(struct ct_seccomp_profile *to, const struct ct_seccomp_profile *from)
{
	*to = (struct ct_seccomp_profile){ .known = from->known, .allows_rest = from->allows_rest };
	for (size_t i = 0; i < from->nrules; i++) {
		struct ct_seccomp_rule *r = CT_PUSH(to->rules, to->nrules, to->rules_cap);

		*r = from->rules[i];
		r->syscall = r->syscall ? ct_xstrdup(r->syscall) : NULL;
		r->rest = r->rest ? json_deep_copy(r->rest) : NULL;
	}
}

void ct_container__copy(struct ct_container *to, const struct ct_container *from)
{
	*to = *from;
	for (size_t i = 0; i < ct_container_ntexts; i++)
		if (*text_of(to, i))
			*text_of(to, i) = ct_xstrdup(*text_of(from, i));
	copy_profile(&to->profile, &from->profile);
}

void ct_container__forget_compose(struct ct_container *c)
{
	char **const fields[] = { &c->project, &c->service, &c->compose_files, &c->compose_dir };

	for (size_t i = 0; i < CT_ARRAY_SIZE(fields); i++)
		free(ct_steal(*fields[i]));
}
