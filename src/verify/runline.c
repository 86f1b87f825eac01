/* SPDX-License-Identifier: GPL-2.0-only */
#include "verify/runline.h"

#include <errno.h>
#include <string.h>

#include "model/caps.h"

/* The options of "run" without a value; every other takes one. docker 20-28, podman 3-5. */
static const char *const flags[] = {
	"--detach",
	"--disable-content-trust",
	"--env-host",
	"--help",
	"--http-proxy",
	"--init",
	"--interactive",
	"--no-healthcheck",
	"--no-hostname",
	"--no-hosts",
	"--oom-kill-disable",
	"--passwd",
	"--privileged",
	"--publish-all",
	"--quiet",
	"--read-only",
	"--read-only-tmpfs",
	"--replace",
	"--rm",
	"--rmi",
	"--rootfs",
	"--sig-proxy",
	"--tls-verify",
	"--tty",
	"--unsetenv-all",
	"--use-api-socket",
};
static const char flag_letters[] = "diPqt";

/* Options that are dropped because captrim decides these things itself. */
static const char *const dropped[] = {
	"--detach", "--interactive", "--rm", "--restart", "--cidfile", "--replace", "--sig-proxy",
};
static const char *const capability_options[] = { "--cap-add", "--cap-drop", "--privileged" };

/* One option: its name and value as written, and how many words it takes. */
struct option {
	const char *word, *value;
	size_t name_len, nwords;
	bool is_long, is_flag;
};

static bool named(const struct option *o, const char *name)
{
	return o->is_long && strlen(name) == o->name_len && !strncmp(o->word, name, o->name_len);
}

static bool named_one_of(const struct option *o, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (named(o, names[i]))
			return true;
	return false;
}

/* "-itv a:b" is read as one option, as is "-it=false"; the value belongs to the last letter. */
static void read_letters(char *const *argv, size_t i, struct option *o)
{
	const char *p = o->word + 1;

	while (*p && strchr(flag_letters, *p))
		p++;
	o->is_flag = !*p || (*p == '=' && p > o->word + 1);
	o->name_len = p - o->word + !o->is_flag;
	if (o->is_flag) {
		o->value = *p ? p + 1 : NULL;
		return;
	}
	o->value = p[1] ? p + 1 + (p[1] == '=') : argv[i + 1];
	o->nwords = p[1] || !argv[i + 1] ? 1 : 2;
}

/* Reads the option at argv[i]. */
static struct option read_option(char *const *argv, size_t i)
{
	struct option o = { .word = argv[i], .nwords = 1 };
	const char *equals;

	o.is_long = !strncmp(o.word, "--", 2);
	if (!o.is_long) {
		read_letters(argv, i, &o);
		return o;
	}
	equals = strchr(o.word, '=');
	o.name_len = equals ? (size_t)(equals - o.word) : strlen(o.word);
	o.is_flag = named_one_of(&o, flags, CT_ARRAY_SIZE(flags));
	o.value = equals ? equals + 1 : NULL;
	if (!equals && !o.is_flag) {
		o.value = argv[i + 1];
		o.nwords = argv[i + 1] ? 2 : 1;
	}
	return o;
}

static bool is_set(const struct option *o)
{
	static const char *const no[] = { "false", "False", "FALSE", "f", "F", "0" };

	for (size_t i = 0; o->value && i < CT_ARRAY_SIZE(no); i++)
		if (!strcmp(o->value, no[i]))
			return false;
	return true;
}

static bool is_volume_option(const struct option *o)
{
	return named(o, "--volume") ||
	       (!o->is_long && !o->is_flag && o->word[o->name_len - 1] == 'v');
}

/* Where the name of a named volume begins in an option's value; *len 0: it has none. */
static const char *volume_name(const struct option *o, size_t *len)
{
	const char *at = o->value;

	*len = 0;
	if (!o->value)
		return NULL;
	if (is_volume_option(o)) {
		if (strchr("/.~", *at) || !strchr(at, ':'))
			return NULL;
		*len = strcspn(at, ":");
		return at;
	}
	/* The source of an image, say, is not the name of a volume. */
	if (!named(o, "--mount") || (ct_str_lists(at, "type") && !ct_str_lists(at, "type=volume")))
		return NULL;
	for (; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
		for (size_t i = 0; i < 2; i++) {
			const char *key = i ? "source=" : "src=";

			if (strncmp(at, key, strlen(key)) != 0)
				continue;
			*len = strcspn(at + strlen(key), ",");
			return at + strlen(key);
		}
	return NULL;
}

/* Does a value of --mount say so? "readonly=false" does not. */
static bool is_read_only(const char *value)
{
	static const char *const words[] = { "ro", "readonly" };
	static const char *const denied[] = { "ro=false", "ro=0", "readonly=false", "readonly=0" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(denied); i++)
		if (ct_str_lists(value, denied[i]))
			return false;
	for (size_t i = 0; i < CT_ARRAY_SIZE(words); i++)
		if (ct_str_lists(value, words[i]))
			return true;
	return false;
}

/* Does the option mount something that outlives the run and is writable, named volumes aside? */
static bool keeps(const struct option *o)
{
	const char *options;

	if (named(o, "--volumes-from"))
		return true;
	if (!o->value)
		return false;
	if (is_volume_option(o)) {
		options = strchr(o->value, ':') ? strchr(strchr(o->value, ':') + 1, ':') : NULL;
		return strchr("/.~", *o->value) && strchr(o->value, ':') &&
		       !(options && ct_str_lists(options + 1, "ro"));
	}
	return named(o, "--mount") &&
	       (ct_str_lists(o->value, "type=bind") || ct_str_lists(o->value, "type=glob")) &&
	       !is_read_only(o->value);
}

static void add_volume(struct ct_runline *l, const char *name, size_t len)
{
	for (size_t i = 0; i < l->volumes.len; i++)
		if (strlen(l->volumes.items[i]) == len && !strncmp(l->volumes.items[i], name, len))
			return;
	ct_strings__take(&l->volumes, ct_xstrndup(name, len));
}

static void take_in(struct ct_runline *l, const struct option *o)
{
	const char *volume;
	size_t len;

	if (named(o, "--name"))
		l->name = o->value;
	if (named(o, "--detach"))
		l->detached = is_set(o);
	if (named(o, "--privileged"))
		l->privileged = is_set(o);
	if (!o->is_long && o->is_flag && o->word[o->name_len - 1] == 'd')
		l->detached = is_set(o);
	else if (!o->is_long && memchr(o->word, 'd', o->name_len - !o->is_flag))
		l->detached = true;
	l->entrypoint |= named(o, "--entrypoint");
	l->keeps |= keeps(o);
	volume = volume_name(o, &len);
	if (len)
		add_volume(l, volume, len);
}

static int other_command(const struct ct_client *c, char *const *argv, struct ct_err *err)
{
	const char *client = c->is_container ? argv[c->name] : "docker";
	const char *command = c->is_container && c->sub > c->name ? argv[c->sub] : NULL;
	ct_autofree char *shown = ct_printable(command ? command : "");

	return ct_err__set(err, EINVAL,
			   "of %s's commands verify can repeat only '%s run'%s%s%s%s%s", client,
			   client, command ? ", not '" : "", command ? client : "",
			   command ? " " : "", shown, command ? "'" : "");
}

int ct_runline__parse(char *const *argv, struct ct_runline *l, struct ct_err *err)
{
	struct ct_runline out = { .client = ct_client__parse(argv), .argv = argv };
	size_t i = out.client.sub + 1;

	if (!out.client.starts || strcmp(argv[out.client.sub], "run") != 0)
		return other_command(&out.client, argv, err);
	while (i < out.client.argc && argv[i][0] == '-' && strcmp(argv[i], "--") != 0) {
		struct option o = read_option(argv, i);

		take_in(&out, &o);
		i += o.nwords;
	}
	if (i < out.client.argc && !strcmp(argv[i], "--"))
		i++;
	if (i >= out.client.argc) {
		ct_runline__free(&out);
		return ct_err__set(err, EINVAL, "this command names no image");
	}
	out.image = i;
	*l = out;
	return 0;
}

void ct_runline__free(struct ct_runline *l)
{
	ct_strings__free(&l->volumes);
}

/* The option with its named volume replaced; NULL: it has none. The caller frees. */
static char *with_new_volume(const struct ct_runline *l, const struct option *o,
			     const char *const *new_volumes)
{
	size_t len, before;
	const char *name = volume_name(o, &len);

	for (size_t i = 0; len && i < l->volumes.len; i++) {
		if (strlen(l->volumes.items[i]) != len ||
		    strncmp(l->volumes.items[i], name, len) != 0)
			continue;
		before = name - o->value;
		return ct_xasprintf("%s%.*s%s%s",
				    is_volume_option(o) ? "--volume=" : "--mount=", (int)before,
				    o->value, new_volumes[i], name + len);
	}
	return NULL;
}

static bool is_dropped(char letter)
{
	return letter == 'd' || letter == 'i';
}

/* The letters of an option without d and i: "-tv" for "-itv". The caller frees. */
static char *without_letters(const struct option *o)
{
	struct ct_str s = {};
	size_t nflags = o->is_flag ? o->name_len : o->name_len - 1;

	ct_str__add(&s, "-");
	for (size_t i = 1; i < nflags; i++)
		if (!is_dropped(o->word[i]))
			ct_str__addn(&s, &o->word[i], 1);
	if (!o->is_flag || !is_dropped(o->word[nflags - 1]))
		ct_str__add(&s, o->word + nflags);
	return s.s;
}

/* The flags that share the word of "-v": "-t" for "-itv". */
static void add_letters_before(const struct option *o, struct ct_strings *out)
{
	ct_autofree char *word = o->is_long ? NULL : ct_xstrndup(o->word, o->name_len - 1);
	struct option flags = { .word = word, .name_len = o->name_len - 1, .is_flag = true };
	char *letters = word ? without_letters(&flags) : NULL;

	if (letters && letters[1])
		ct_strings__take(out, letters);
	else
		free(letters);
}

static void copy_option(const struct ct_runline *l, const struct ct_runline_changes *c, size_t i,
			const struct option *o, struct ct_strings *out)
{
	char *volume = c->new_volumes ? with_new_volume(l, o, c->new_volumes) : NULL;
	char *letters;

	if (volume) {
		add_letters_before(o, out);
		ct_strings__take(out, volume);
		return;
	}
	if (named_one_of(o, dropped, CT_ARRAY_SIZE(dropped)) ||
	    (c->set && named_one_of(o, capability_options, CT_ARRAY_SIZE(capability_options))))
		return;
	if (o->is_long) {
		ct_strings__add(out, o->word);
	} else {
		letters = without_letters(o);
		if (letters[1])
			ct_strings__take(out, letters);
		else
			free(letters);
	}
	if (o->nwords == 2)
		ct_strings__add(out, l->argv[i + 1]);
}

static void add_capabilities(uint64_t set, struct ct_strings *out)
{
	ct_strings__add(out, "--cap-drop=ALL");
	ct_caps__for_each(cap, set)
		ct_strings__take(out, ct_xasprintf("--cap-add=%s", ct_cap__name(cap)));
}

void ct_runline__build(const struct ct_runline *l, const struct ct_runline_changes *c,
		       struct ct_strings *out)
{
	for (size_t i = 0; i <= l->client.sub; i++)
		ct_strings__add(out, l->argv[i]);
	ct_strings__add(out, "--rm");
	ct_strings__add_all(out, c->options);
	if (c->set)
		add_capabilities(*c->set, out);
	for (size_t i = l->client.sub + 1; i < l->image && strcmp(l->argv[i], "--") != 0;) {
		struct option o = read_option(l->argv, i);

		copy_option(l, c, i, &o, out);
		i += o.nwords;
	}
	for (size_t i = l->image; i < l->client.argc; i++)
		ct_strings__add(out, l->argv[i]);
}

void ct_runline__client(const struct ct_runline *l, struct ct_strings *out)
{
	size_t n = l->client.sub;

	if (n > l->client.name + 1 && !strcmp(l->argv[n - 1], "container"))
		n--;
	for (size_t i = 0; i < n; i++)
		ct_strings__add(out, l->argv[i]);
}
