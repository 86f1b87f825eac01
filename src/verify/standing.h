/* SPDX-License-Identifier: GPL-2.0-only */
/* The state of containers as an engine's "inspect" reports it, read as JSON, never as text. */
#ifndef CT_VERIFY_STANDING_H
#define CT_VERIFY_STANDING_H

#include "verify/subject.h"

enum ct_status { CT_STATUS_WAITS, CT_STATUS_RUNS, CT_STATUS_RESTARTS, CT_STATUS_ENDED };

struct ct_standing {
	char *id, *service, *started_at; /* service: of Compose, or NULL */
	enum ct_status status;
	int exit_code; /* of the last end; meaningless while it runs */
	bool oom_killed;
	uint64_t restarts; /* by the engine, because of its restart policy */
	enum ct_health health;
};

struct ct_standings {
	struct ct_standing *items;
	size_t len, cap;
};

/* What a container does when it runs as configured: no more is demanded of it under a set. */
struct ct_habit {
	char *service; /* NULL: there is only one container */
	bool restarts, ends;
};

/* When a container of the current run was last seen to have been started. */
struct ct_seen_start {
	char *id, *at;
};

struct ct_habits {
	bool known; /* a run as configured was seen */
	struct ct_habit *items;
	size_t len, cap;
	struct ct_seen_start *starts;
	size_t nstarts, starts_cap;
};

/* "CLIENT inspect" prints an array of objects. Returns 0, or -EBADMSG with *out untouched. */
int ct_standings__parse(const char *json, struct ct_standings *out);

/*
 * The state of all containers with the label "KEY=VALUE"; finding none is not an error. client
 * holds the words of the client's command. Returns 0, or a negative errno if the engine does not
 * answer.
 */
int ct_standings__ask(char *const *client, const char *label, struct ct_standings *out);
void ct_standings__free(struct ct_standings *s);
#define ct_autostandings __attribute__((cleanup(ct_standings__free)))

/* Begins a run. If it is a recording, what its containers do is added to their habits. */
void ct_habits__begin(struct ct_habits *h, bool recording);
void ct_habits__free(struct ct_habits *h);

/* What a run demands of a container besides its existence. */
struct ct_demand {
	bool recording; /* it runs as configured */
	bool stay;	/* it has to keep running */
};

/*
 * Does the container run? DEAD: *why says what is wrong, and the caller frees it. After a restart
 * the answer is WAIT once, so that the caller measures anew how long the container has run.
 */
enum ct_life ct_standing__life(const struct ct_standing *s, struct ct_habits *h,
			       const struct ct_demand *d, char **why);

#endif
