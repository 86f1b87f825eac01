/* SPDX-License-Identifier: GPL-2.0-only */
/* What a Quadlet .container or .pod file gives, by its keys and the options in PodmanArgs=. */
#include <string.h>

#include "deploy/unit_priv.h"

struct word {
	char *text;
	struct ct_place at;
};

/* All values of a key; an empty value clears those before it. */
struct quadlet_words {
	struct word *items;
	size_t len, cap;
};

struct quadlet {
	struct ct_unit_read base;
	struct quadlet_words add, drop, args, networks, seccomp;
	char *user; /* NULL: not set */
	struct ct_place user_at;
	char *pod; /* NULL: none */
	bool network_option;
};

static void clear(struct quadlet_words *l)
{
	while (l->len)
		free(l->items[--l->len].text);
}

static void drop(struct quadlet_words *l)
{
	clear(l);
	free(l->items);
}

static void add_word(struct quadlet_words *l, struct ct_place at, char *text)
{
	*CT_PUSH(l->items, l->len, l->cap) = (struct word){ text, at };
}

/* Takes the words of a value; Quadlet takes none of them if the value cannot be split. */
static void take_words(struct quadlet_words *l, const struct ct_unit_line *line,
		       enum ct_unit_words kind, const char *value)
{
	size_t before = l->len;
	const char *at;
	char *word;
	int ret;

	if (!*value)
		clear(l);
	while ((ret = ct_unit_text__word(kind, &value, &word, &at)) > 0) {
		add_word(l, ct_unit_line__place(line, at), word);
		if (ret == 2 && kind == CT_WORDS_QUADLET)
			break;
	}
	for (; (ret < 0 || (ret == 2 && kind == CT_WORDS_QUADLET)) && l->len > before;)
		free(l->items[--l->len].text);
}

static void replace(char **field, const char *value)
{
	free(*field);
	*field = *value ? ct_unit_text__unquoted(value) : NULL;
}

static void take(void *arg, const struct ct_unit_line *l, const char *section, const char *key,
		 const char *value)
{
	struct quadlet *q = arg;
	struct ct_deployed *t = q->base.t;
	struct ct_place at = ct_unit_line__place(l, key);

	if (strcmp(section, !strcmp(q->base.suffix, ".pod") ? "Pod" : "Container") != 0)
		return;
	if (!strcmp(key, "AddCapability") || !strcmp(key, "DropCapability")) {
		take_words(*key == 'A' ? &q->add : &q->drop, l, CT_WORDS_QUADLET, value);
		t->set_at = at;
	} else if (!strcmp(key, "PodmanArgs")) {
		take_words(&q->args, l, CT_WORDS_PODMAN_ARGS, value);
	} else if (!strcmp(key, "Image")) {
		replace(&t->image, value);
	} else if (!strcmp(key, "ContainerName")) {
		replace(&t->alias, value);
	} else if (!strcmp(key, "Pod")) {
		replace(&q->pod, value);
	} else if (!strcmp(key, "User")) {
		replace(&q->user, value);
		q->user_at = at;
	} else if (!strcmp(key, "Network")) {
		if (*value)
			add_word(&q->networks, at, ct_xstrdup(value));
		else
			clear(&q->networks);
	} else if (!strcmp(key, "SeccompProfile")) {
		clear(&q->seccomp);
		add_word(&q->seccomp, at, ct_unit_text__unquoted(value));
	}
}

/* ---- options ---- */

/* systemd expands both in the command line that Quadlet generates. */
static bool is_variable(const char *s)
{
	return strpbrk(s, "$%") != NULL;
}

/* The option's value, from args[*i] or the next word, to which *i moves on then; else NULL. */
static const char *value_of(const struct quadlet_words *args, size_t *i, const char *option)
{
	const char *word = args->items[*i].text;
	size_t len = strlen(option);

	if (strncmp(word, option, len) != 0 || (word[len] && word[len] != '='))
		return NULL;
	if (word[len])
		return word + len + 1;
	return *i + 1 < args->len ? args->items[++*i].text ?: "" : "";
}

/* "-u 1000", "-u1000", "-itu=1000" */
static const char *user_of(const struct quadlet_words *args, size_t *i)
{
	const char *word = args->items[*i].text;

	if (*word != '-' || word[1] == '-')
		return NULL;
	word += 1 + strspn(word + 1, "ditqP");
	if (*word != 'u')
		return NULL;
	word += 1 + (word[1] == '=');
	return *word || *i + 1 == args->len ? word : args->items[++*i].text ?: "";
}

/* As Go's strconv.ParseBool(). */
static bool is_true(const char *s)
{
	static const char *const words[] = { "1", "t", "T", "true", "TRUE", "True" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(words); i++)
		if (!strcmp(s, words[i]))
			return true;
	return false;
}

/* Adds names separated by commas, as in Podman's --cap-add. */
static void add_names(struct ct_deployed *t, struct ct_named_list *l, struct ct_place at,
		      const char *value)
{
	while (*value) {
		size_t len = strcspn(value, ",");
		ct_autofree char *name = ct_xstrndup(value, len);

		if (is_variable(name)) {
			t->unknown = true;
		} else {
			ct_named__add(l, name, at);
		}
		if (value[len] == ',' && !value[len + 1])
			ct_named__add(l, "", at);
		at.column += (unsigned int)len + 1;
		value += len + (value[len] != '\0');
	}
}

static void add_host(struct ct_deployed *t, enum ct_setting_kind kind, const struct word *w,
		     const char *mode)
{
	if (!strcmp(mode, "host"))
		ct_settings__add(&t->settings, kind, w->at, ct_xstrdup(w->text));
}

static void set_user(struct quadlet *q, struct ct_place at, const char *user)
{
	free(q->user);
	q->user = ct_xstrdup(user);
	q->user_at = at;
}

/* Takes the value of --cap-add or --cap-drop, the option w; the value is in w or the next word. */
static void take_caps(struct quadlet *q, const struct word *w, const struct word *in,
		      struct ct_named_list *l, const char *value)
{
	struct ct_place at = in->at;

	if (*value)
		at.column += (unsigned int)(value - in->text);
	add_names(q->base.t, l, at, value);
	if (!q->base.t->set_at.file)
		q->base.t->set_at = w->at;
}

/* Takes one option of PodmanArgs=, and its value. */
static void take_option(struct quadlet *q, size_t *i)
{
	static const struct {
		const char *option;
		enum ct_setting_kind kind;
	} shared[] = { { "--network", CT_SETTING_NET_HOST },
		       { "--net", CT_SETTING_NET_HOST },
		       { "--pid", CT_SETTING_PID_HOST },
		       { "--ipc", CT_SETTING_IPC_HOST } };
	const struct word *w = &q->args.items[*i];
	struct ct_deployed *t = q->base.t;
	const char *value;

	if (!strcmp(w->text, "--privileged") || !strncmp(w->text, "--privileged=", 13)) {
		t->privileged = !w->text[12] || is_true(w->text + 13);
		t->privileged_at = w->at;
	} else if ((value = value_of(&q->args, i, "--cap-add"))) {
		take_caps(q, w, &q->args.items[*i], &t->added, value);
	} else if ((value = value_of(&q->args, i, "--cap-drop"))) {
		take_caps(q, w, &q->args.items[*i], &t->dropped, value);
	} else if ((value = value_of(&q->args, i, "--user")) || (value = user_of(&q->args, i))) {
		set_user(q, w->at, value);
	} else if ((value = value_of(&q->args, i, "--security-opt"))) {
		if (!strcmp(value, "seccomp=unconfined"))
			ct_settings__add(&t->settings, CT_SETTING_UNCONFINED, w->at,
					 ct_xstrdup(value));
	}
	for (size_t k = 0; k < CT_ARRAY_SIZE(shared); k++)
		if (w == &q->args.items[*i] && (value = value_of(&q->args, i, shared[k].option))) {
			q->network_option |= shared[k].kind == CT_SETTING_NET_HOST;
			add_host(t, shared[k].kind, w, value);
		}
}

/* ---- the set ---- */

static void decide_user(struct quadlet *q)
{
	struct ct_deployed *t = q->base.t;
	size_t len = q->user ? strcspn(q->user, ":") : 0;

	if (!len || is_variable(q->user))
		return;
	t->nonroot = !ct_user__is_root(q->user);
	if (t->nonroot == CT_YES)
		ct_settings__add(&t->settings, CT_SETTING_USER, q->user_at,
				 ct_xasprintf("User=%s", q->user));
}

/* A container in a pod has its network, unless it is given one itself. */
static void decide_joins(struct quadlet *q)
{
	const char *network = q->networks.len == 1 ? q->networks.items[0].text : q->pod;

	if (q->network_option || q->networks.len > 1 || !network || strchr(network, '/') ||
	    !ct_str_ends(network, q->networks.len ? ".container" : ".pod"))
		return;
	q->base.t->joins = ct_xstrdup(network);
}

static void decide(void *arg)
{
	struct quadlet *q = arg;
	struct ct_deployed *t = q->base.t;

	for (size_t i = 0; i < q->drop.len; i++)
		add_names(t, &t->dropped, q->drop.items[i].at, q->drop.items[i].text);
	for (size_t i = 0; i < q->add.len; i++)
		add_names(t, &t->added, q->add.items[i].at, q->add.items[i].text);
	for (size_t i = 0; i < q->networks.len; i++)
		if (!strcmp(q->networks.items[i].text, "host"))
			ct_settings__add(&t->settings, CT_SETTING_NET_HOST, q->networks.items[i].at,
					 ct_xstrdup("Network=host"));
	if (q->seccomp.len && !strcmp(q->seccomp.items[0].text, "unconfined"))
		ct_settings__add(&t->settings, CT_SETTING_UNCONFINED, q->seccomp.items[0].at,
				 ct_xstrdup("SeccompProfile=unconfined"));
	for (size_t i = 0; i < q->args.len; i++)
		take_option(q, &i);
	decide_user(q);
	decide_joins(q);
	ct_deployed__decide(t, CT_RT_PODMAN);
	drop(&q->add);
	drop(&q->drop);
	drop(&q->args);
	drop(&q->networks);
	drop(&q->seccomp);
	free(q->user);
	free(q->pod);
}

const struct ct_unit_kind ct_unit_quadlet = {
	CT_UNIT_QUADLET, CT_DEPLOYED_QUADLET, sizeof(struct quadlet), take, decide,
};
