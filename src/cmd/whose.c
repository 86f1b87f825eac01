/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim whose: which workload a process belongs to, and how that is known. */
#include "runtime/whose.h"

#include <errno.h>
#include <string.h>

#include "base/host_root.h"
#include "base/json.h"
#include "cgroup/cgroups.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "runtime/runtime.h"

static const char *socket_path, *host_root;
static bool json;

static const struct ct_opt opts[] = {
	{ 0, "json", NULL, CT_OPT_FLAG, &json, NULL, "one JSON document" },
	CT_ROW_SOCKET(&socket_path),
	CT_ROW_HOST_ROOT(&host_root),
	{ .name = NULL },
};

const struct ct_command ct_whose_command = {
	.name = "whose",
	.args = "[OPTION]... {PID | CGROUP}",
	.summary = "say which workload a process or a cgroup belongs to, and how that is known",
	.details =
		"A cgroup is a path that begins with a slash: /sys/fs/cgroup/... or what is below "
		"that.",
	.opts = opts,
};

static void print_text(const struct ct_whose *w)
{
	for (size_t i = 0; i < w->nfacts; i++) {
		ct_autofree char *value = ct_printable(w->facts[i].value);
		ct_autofree char *source = ct_printable(w->facts[i].source);

		printf("%-16s %s\n%-16s   (%s%s)\n", w->facts[i].name, value, "",
		       w->facts[i].guessed ? "guessed from " : "", source);
	}
}

static void print_json(const struct ct_whose *w)
{
	struct ct_json j = CT_JSON(stdout, 2);

	ct_json__object(&j, NULL);
	ct_json__array(&j, "facts");
	for (size_t i = 0; i < w->nfacts; i++) {
		ct_json__object(&j, NULL);
		ct_json__str(&j, "name", w->facts[i].name);
		ct_json__str(&j, "value", w->facts[i].value);
		ct_json__str(&j, "source", w->facts[i].source);
		if (w->facts[i].guessed)
			ct_json__bool(&j, "guessed", true);
		ct_json__end_object(&j);
	}
	ct_json__end_array(&j);
	ct_json__end_object(&j);
	putchar('\n');
}

/* pid 0: the word is a cgroup. */
static int whose(const char *word, int pid, struct ct_err *err)
{
	const struct ct_engine_words words = ct_engine_words__of(socket_path, NULL);
	struct ct_cgroups *cgroups = ct_cgroups__new();
	ct_autofree char *path = ct_cgroups__plain(cgroups, word), *dir = NULL;
	uint64_t id;
	ct_autowhose struct ct_whose w = {};
	ct_autoerr struct ct_err ignored = {};
	struct ct_engine *e = NULL;
	int ret;

	ret = ct_runtimes__connect(&words, &e, socket_path ? err : &ignored);
	if (!ret || !socket_path)
		ret = ct_whose__find(pid, path, e, &w, err);
	if (!ret && !pid && ct_cgroups__find(cgroups, path, &dir, &id))
		ct_warn("there is no such cgroup here: this is what its path tells");
	if (!ret)
		(json ? print_json : print_text)(&w);
	ct_engine__close(e);
	ct_cgroups__free(cgroups);
	return ret;
}

int ct_cmd__whose(int argc, char **argv)
{
	ct_autoerr struct ct_err err = {};
	struct ct_strlist words = {};
	int ret = ct_opts__parse(&ct_whose_command, argc, argv, &words, &err), pid = 0;

	if (ret > 0)
		return 0;
	if (!ret && words.len != 1)
		ret = ct_err__set(&err, EINVAL, "whose needs one process id or cgroup");
	if (!ret && *words.items[0] != '/' && ct_cmd__pid(words.items[0], &pid, NULL)) {
		ct_autofree char *shown = ct_printable(words.items[0]);

		ret = ct_err__set(&err, EINVAL, "'%s' is neither a process id nor a cgroup's path",
				  shown);
	}
	if (ret) {
		ct_strlist__free(&words);
		return ct_cmd__usage(&ct_whose_command, &err);
	}
	ret = ct_host__use_root(host_root, &err);
	if (!ret)
		ret = whose(words.items[0], pid, &err);
	if (ret)
		ct_warn("%s", err.msg);
	ct_strlist__free(&words);
	return ret ? CT_EXIT_FAILURE : 0;
}
