/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim ack: findings that somebody has taken note of. */
#include <errno.h>
#include <pwd.h>
#include <string.h>

#include "base/clock.h"
#include "base/human.h"
#include "base/moment.h"
#include "cmd/cmd.h"
#include "cmd/stored.h"
#include "event/notice.h"

static const char *url, *host, *id, *note;
static bool withdraw;

static const struct ct_opt opts[] = {
	CT_ROW_STORE(&url),
	CT_ROW_HOST(&host),
	{ 0, "id", "ID", CT_OPT_STR, &id, NULL,
	  "this event alone; the beginning of its id is enough" },
	{ 0, "note", "TEXT", CT_OPT_STR, &note, NULL, "why, for whoever asks later" },
	{ 0, "withdraw", NULL, CT_OPT_FLAG, &withdraw, NULL, "take an acknowledgement back" },
	{ .name = NULL },
};

const struct ct_command ct_ack_command = {
	.name = "ack",
	.args = "[OPTION]... [WORKLOAD [CAPABILITY]]",
	.summary = "acknowledge findings of captrim monitor: they are not reported again",
	.details = "Without WORKLOAD and --id: lists the findings that nobody acknowledged.\n"
		   "WORKLOAD is its key, label, service, container or unit. What is acknowledged\n"
		   "counts as known, in other images of the workload, too.",
	.opts = opts,
};

/* ---- what stands ---- */

struct list {
	int64_t now_ms;
	size_t len;
};

static int put_event(const struct ct_store_event *row, void *arg)
{
	int kind = ct_notice_kind__parse(row->kind);
	const struct ct_notice like = { .kind = kind < 0 ? CT_NOTICE_GAP :
							   (enum ct_notice_kind)kind };
	ct_autofree char *label = ct_printable(row->label ? row->label : "");
	ct_autofree char *on = ct_printable(row->host), *text = ct_printable(row->text);
	ct_autofree char *time = ct_moment__utc(row->time_ms);
	struct list *l = arg;

	if (row->acked_ms || (row->expires_ms && row->expires_ms <= l->now_ms) ||
	    !ct_notice__is_finding(&like))
		return 0;
	/* Most texts begin with the workload's name. */
	printf("%.8s  %.19sZ  %s  %s%son %s: %s\n", row->id, time, row->kind,
	       strncmp(text, label, strlen(label)) ? label : "",
	       strncmp(text, label, strlen(label)) ? " " : "", on, text);
	l->len++;
	return 0;
}

static int list(struct ct_store *s, struct ct_err *err)
{
	struct list l = { .now_ms = ct_clock__wall_ms() };
	const struct ct_store_query q = { .host = host };
	int ret = ct_store__each_event(s, &q, put_event, &l, err);

	if (!ret && !l.len)
		puts("no finding waits for an acknowledgement");
	return ret;
}

/* ---- acknowledging ---- */

/* Who acknowledges; under sudo, the user who called it. */
static const char *user(void)
{
	const char *sudo = getenv("SUDO_USER");
	const struct passwd *pw = sudo && *sudo ? NULL : getpwuid(getuid());

	return sudo && *sudo ? sudo : pw ? pw->pw_name : "unknown";
}

/* What it is about: "web about SYS_TIME", "the event 0123456789ab". Printable; the caller frees. */
static char *subject(const struct ct_store_ack *a)
{
	ct_autofree char *name = ct_printable(a->name ? a->name : a->id);

	return ct_xasprintf("%s%s%s%s", a->name ? "" : "the event ", name,
			    a->capability ? " about " : "", a->capability ? a->capability : "");
}

static int nothing(const struct ct_store_ack *a, struct ct_err *err)
{
	ct_autofree char *what = subject(a);

	if (a->undo)
		return ct_err__set(
			err, ENOENT,
			"nothing is acknowledged for %s, so there is nothing to take back", what);
	return ct_err__set(err, ENOENT,
			   "there is no unacknowledged finding for %s; 'captrim ack' lists those "
			   "that there are",
			   what);
}

static int acknowledge(struct ct_store *s, const struct ct_store_ack *a, struct ct_err *err)
{
	ct_autofree char *what = subject(a), *events = NULL;
	size_t n = 0;
	int ret = ct_store__ack(s, a, &n, err);

	if (ret)
		return ret;
	if (!n)
		return nothing(a, err);
	if (!a->name) {
		printf("%s: %s\n", what, a->undo ? "acknowledgement taken back" : "acknowledged");
		return 0;
	}
	events = a->undo ? ct_human__count(n, "acknowledgement", "acknowledgements") :
			   ct_human__count(n, "event", "events");
	printf("%s of %s %s\n", events, what, a->undo ? "taken back" : "acknowledged");
	return 0;
}

/* This does not create a missing store, since it was opened for reading before. */
static int change(struct ct_store **s, const struct ct_store_ack *a, struct ct_err *err)
{
	int ret;

	ct_store__close(ct_steal(*s));
	ret = ct_store__open(url, CT_STORE_CHANGE, s, err);
	return ret ? ret : acknowledge(*s, a, err);
}

/* Reads the words into *a. Returns 1 if they name nothing, which means to list. */
static int parse(const struct ct_strlist *rest, struct ct_store_ack *a, struct ct_err *err)
{
	int cap;

	*a = (struct ct_store_ack){
		.id = id,
		.host = host,
		.name = rest->len ? rest->items[0] : NULL,
		.by = user(),
		.note = note,
		.now_ms = ct_clock__wall_ms(),
		.undo = withdraw,
	};
	if (rest->len > 2)
		return ct_err__set(err, EINVAL, "there is one WORKLOAD and one CAPABILITY at most");
	/* What belongs to no service would be all of it. */
	if (rest->len && !*rest->items[0])
		return ct_err__set(err, EINVAL, "the name of the WORKLOAD is empty");
	if (rest->len && id)
		return ct_err__set(err, EINVAL, "give a WORKLOAD or --id, and not both");
	if (!rest->len && !id && (withdraw || note))
		return ct_err__set(err, EINVAL, "--%s needs a WORKLOAD or --id",
				   withdraw ? "withdraw" : "note");
	if (rest->len == 2) {
		ct_autofree char *shown = ct_printable(rest->items[1]);

		cap = ct_cap__parse(rest->items[1]);
		if (cap < 0)
			return ct_err__set(err, EINVAL,
					   "unknown capability '%s'; 'captrim explain' lists them",
					   shown);
		a->capability = ct_cap__name(cap);
	}
	return !rest->len && !id;
}

int ct_cmd__ack(int argc, char **argv)
{
	ct_autoerr struct ct_err err = {};
	ct_autostore struct ct_store *s = NULL;
	struct ct_strlist rest = {};
	struct ct_store_ack a;
	int ret = ct_opts__parse(&ct_ack_command, argc, argv, &rest, &err), what;

	if (ret) {
		ct_strlist__free(&rest);
		return ret > 0 ? 0 : ct_cmd__usage(&ct_ack_command, &err);
	}
	what = parse(&rest, &a, &err);
	ct_strlist__free(&rest);
	if (what < 0)
		return ct_cmd__usage(&ct_ack_command, &err);
	ret = ct_store__open(url, CT_STORE_READ, &s, &err);
	if (!ret && what)
		ret = list(s, &err);
	else if (!ret)
		ret = change(&s, &a, &err);
	if (!ret)
		return 0;
	ct_warn("%s", err.msg);
	return CT_EXIT_FAILURE;
}
