/* SPDX-License-Identifier: GPL-2.0-only */
/* How containers stand: what an engine's "inspect" says of them, read as JSON, never as text. */
#ifndef CT_VERIFY_STANDING_H
#define CT_VERIFY_STANDING_H

#include "verify/subject.h"

enum ct_status { CT_STATUS_WAITS, CT_STATUS_RUNS, CT_STATUS_RESTARTS, CT_STATUS_ENDED };

struct ct_standing {
	char *id, *service, *started_at; /* service: of Compose, or NULL */
	enum ct_status status;
	int exit_code; /* of the last end; while it runs nothing */
	bool oom_killed;
	uint64_t restarts; /* by the engine, because of its restart policy */
	enum ct_health health;
};

struct ct_standings {
	struct ct_standing *items;
	size_t len, cap;
};

/* What a container does when it runs with all that it was given: of a set no more is asked. */
struct ct_habit {
	char *service; /* NULL: there is only one */
	bool restarts, ends;
};

/* When a container of the run in progress was started, as far as was seen. */
struct ct_seen_start {
	char *id, *at;
};

struct ct_habits {
	bool known; /* such a run was seen */
	struct ct_habit *items;
	size_t len, cap;
	struct ct_seen_start *starts;
	size_t nstarts, starts_cap;
};

/* "CLIENT inspect" prints an array of objects. Returns 0, or -EBADMSG with *out untouched. */
int ct_standings__parse(const char *json, struct ct_standings *out);

/*
 * Those of all containers with the label, "KEY=VALUE"; finding none is not an error. client is the
 * words of the client's command. Returns 0, or a negative errno when the engine does not answer.
 */
int ct_standings__ask(char *const *client, const char *label, struct ct_standings *out);
void ct_standings__free(struct ct_standings *s);
#define ct_autostandings __attribute__((cleanup(ct_standings__free)))

/* A run begins: what its containers do when it is a recording, is added to what is known. */
void ct_habits__begin(struct ct_habits *h, bool recording);
void ct_habits__free(struct ct_habits *h);

/* What a run asks of a container beside its being there. */
struct ct_demand {
	bool recording; /* it runs with what it was given */
	bool stay;	/* and has to go on running */
};

/*
 * Does it run? Dead: *why says what is wrong with it, the caller frees. After a restart the answer
 * is once to wait, so that the caller measures anew how long it has run.
 */
enum ct_life ct_standing__life(const struct ct_standing *s, struct ct_habits *h,
			       const struct ct_demand *d, char **why);

#endif
