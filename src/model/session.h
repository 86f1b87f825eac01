/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was observed, in memory: a session holds workloads, a workload holds
 * kinds of checks and acts. This is what a recording file says and what the
 * judge reads; nothing here knows of BPF or of files.
 * Every char pointer is owned by the struct that holds it and may be NULL for
 * "not known", unless said otherwise. Strings that came from containers are
 * raw: code that prints them makes them safe for its output.
 */
#ifndef CT_MODEL_SESSION_H
#define CT_MODEL_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ranges.h"
#include "ct/event.h"
#include "model/caps.h"

enum ct_tristate { CT_UNKNOWN = -1, CT_NO, CT_YES };

/*
 * Members of a JSON object that a newer captrim recorded and this one does not know, kept to be
 * written again. Those of a nested object are under the name of that object. NULL: none.
 */
struct json_t;

struct ct_host {
	char *captrim; /* the version that recorded */
	char *kernel;  /* uname -r */
	char *arch;    /* uname -m */
	char *backend; /* "tp_btf", "fexit", "kprobe" */
	char *boot_id;
	int cgroup;		   /* 1, 2; 3 for the hybrid layout */
	int64_t start_ms;	   /* wall clock, since the epoch */
	uint64_t start_ns, end_ns; /* CLOCK_MONOTONIC */
	int cap_last;		   /* /proc/sys/kernel/cap_last_cap */
	enum ct_tristate outcomes; /* were results of refused calls watched */
	enum ct_tristate syscalls; /* were gated system calls watched */
	struct json_t *rest, *trailer_rest;
};

void ct_session__free_host(struct ct_host *h); /* frees what it holds */
/* Makes *to, which holds nothing, a copy of *from that shares nothing with it. */
void ct_session__copy_host(struct ct_host *to, const struct ct_host *from);

/* How much was lost in each place where that can happen. All zero: nothing was lost. */
struct ct_losses {
	uint64_t events; /* samples and events that found the ring full */
	uint64_t kinds;	 /* hits that found the map of kinds full */
	uint64_t acts;
	uint64_t procs;	 /* processes whose phase is unknown */
	uint64_t stacks; /* kinds without a stack */
	uint64_t outcomes;
	uint64_t missed;       /* runs of the probe that the kernel skipped */
	uint64_t unattributed; /* checks in a cgroup that could not be named */
	uint64_t lookups;      /* files or API answers that could not be read */
	bool truncated;	       /* the recording file ends early */
};

/* May something that a process did besides being checked, or a signal, have gone unseen? */
static inline bool ct_losses__may_hide_acts(const struct ct_losses *l)
{
	return l->acts || l->missed;
}

enum ct_workload_kind { CT_WL_CONTAINER, CT_WL_UNIT, CT_WL_COMMAND, CT_WL_CGROUP };
enum ct_runtime {
	CT_RT_NONE,
#define CT_RUNTIME(id, object, name) CT_RT_##id,
#include "model/runtimes.def"
#undef CT_RUNTIME
};
enum ct_seccomp { CT_SECCOMP_UNKNOWN, CT_SECCOMP_NONE, CT_SECCOMP_DEFAULT, CT_SECCOMP_CUSTOM };

/*
 * One rule of a seccomp profile for a system call: it applies to a container that has all
 * capabilities in `with` and none of those in `without`, if all of its comparisons are true.
 */
#define CT_SECCOMP_ARGS 6
enum ct_seccomp_op {
	CT_SECCOMP_EQ,
	CT_SECCOMP_NE,
	CT_SECCOMP_LT,
	CT_SECCOMP_LE,
	CT_SECCOMP_GT,
	CT_SECCOMP_GE,
	CT_SECCOMP_MASKED_EQ, /* (argument & value) == value_two */
};
struct ct_seccomp_arg {
	uint32_t index; /* of the argument */
	enum ct_seccomp_op op;
	uint64_t value, value_two;
};
struct ct_seccomp_rule {
	char *syscall;
	bool allow;
	bool enosys; /* it refuses with ENOSYS, as a kernel does that does not know the call */
	uint64_t with, without;
	struct ct_seccomp_arg args[CT_SECCOMP_ARGS];
	size_t nargs;
	struct json_t *rest;
};

/*
 * What a profile makes depend on capabilities: all rules of each system call that has at least one
 * such rule. Any other call is allowed, or refused, to everybody.
 */
struct ct_seccomp_profile {
	bool known;	  /* it was read */
	bool allows_rest; /* it allows calls to which no rule applies */
	struct ct_seccomp_rule *rules;
	size_t nrules, rules_cap;
};
void ct_seccomp_profile__free(struct ct_seccomp_profile *p); /* frees what it holds */

/* What the runtime's API or state says about a container. */
struct ct_container {
	char *id, *name, *image, *image_digest;
	char *project, *service; /* Compose */
	char *compose_files;	 /* as Compose's label has it: comma separated */
	char *compose_dir;
	char *user;    /* as configured: "", "1000:1000", "redis" */
	char *network; /* "bridge", "host", "none", or a network's name */
	char *pid_mode, *ipc_mode;
	char *engine; /* version of Docker or Podman, such as "20.10.24"; NULL: not known */
	char *health; /* the health check's command line, joined by spaces */
	/*
	 * If it is a pod's container, whose name is NAMESPACE/POD/CONTAINER: the pod's uid; what
	 * made the pod, as KIND/NAME; the pod's labels, one KEY=VALUE per line.
	 */
	char *pod_uid, *owner, *labels;
	bool owner_guessed; /* from the pod's name alone */
	bool inspected;	    /* by its engine, which may know more than files; not recorded */
	/* The uid of the user whose engine made it; 0: root's engine, or not known. */
	uint32_t engine_uid;
	enum ct_tristate privileged, userns, no_new_privs;
	/* Did it run before the start that was seen? Then what only a new one does was not seen. */
	enum ct_tristate ran_before;
	enum ct_seccomp seccomp;
	struct ct_seccomp_profile profile; /* if it is not the runtime's built-in one */
};

/* Frees what it holds. */
void ct_container__free(struct ct_container *c);
/* Makes *to, which holds nothing, a copy of *from that shares nothing with it. */
void ct_container__copy(struct ct_container *to, const struct ct_container *from);

/*
 * The offsets of all of its strings. A new string has to be added to them (model/container.c) to be
 * copied, freed and added up.
 */
extern const size_t ct_container_texts[];
extern const size_t ct_container_ntexts;

/* Removes what Compose's labels say of it. */
void ct_container__forget_compose(struct ct_container *c);

struct ct_sysctls {
	bool known;
	uint32_t port_start;	      /* net.ipv4.ip_unprivileged_port_start */
	uint32_t ping_low, ping_high; /* net.ipv4.ping_group_range */
};

/* What became of those calls of a kind that were watched. */
struct ct_outcome {
	uint64_t ok, eperm, eacces, other;    /* how they ended */
	uint64_t found, made;		      /* the file that O_CREAT names */
	uint64_t same_session, other_session; /* where SIGCONT went */
	uint64_t own_file, other_file;	      /* whose file got a further hard link */
	uint64_t sgid, no_sgid;		      /* did the file given an ACL have this bit? */
	uint64_t listed, empty;		      /* were there attributes to list? */
	uint64_t nodata;		      /* of those in `other`: ENODATA, ENODEV */
};
bool ct_outcome__is_known(const struct ct_outcome *o);
void ct_outcome__add(struct ct_outcome *sum, const struct ct_outcome *o);
/* Returns a - b: what was added since b. */
struct ct_outcome ct_outcome__minus(const struct ct_outcome *a, const struct ct_outcome *b);

/*
 * One kind of check: everything that distinguishes it from other kinds, and one sample. If several
 * recordings were added up (model/tally.h), `in` has the numbers of those that contain it; it is
 * empty if all of its part do. The times are those of the part's own recording.
 */
struct ct_kind {
	struct ct_key key; /* key.cgroup and key.site are mere ids */
	char *syscall;	   /* name, or NULL when key.nr is CT_NR_NONE */
	uint64_t count;
	uint64_t first_ns, last_ns; /* CLOCK_MONOTONIC; last_ns is accurate to about 4 ms */
	char **stack;		    /* names, innermost (caller of cap_capable) first */
	size_t stack_len;
	bool sampled; /* proc, creds and args are known */
	struct ct_proc proc;
	struct ct_creds creds;
	uint64_t args[CT_ARGS];
	struct ct_outcome outcome;
	uint32_t times; /* how many kinds were added up in it; 0: it is a single one */
	struct ct_ranges in;
	struct json_t *rest;
};

/* A need that shows without a check; `in` is like that of a kind. */
struct ct_act {
	struct ct_act_key key;
	char *syscall;
	uint64_t count;
	struct ct_proc proc; /* pid 0: unknown */
	/* with CT_ENTRY_ENTERED: the permitted set of the process when it came; 0: unknown */
	uint64_t held;
	/* Did the process that was refused go on? CT_UNKNOWN: ask ct_act__went_on(). */
	enum ct_tristate went_on;
	struct ct_ranges in;
	struct json_t *rest;
};

/* An execve inside the workload that is worth keeping: by an entering task, or of a file with
 * capabilities. `in` is like that of a kind. */
struct ct_exec {
	uint32_t entry, was;
	uint64_t ns;
	char *file;
	char *argv; /* joined by spaces */
	struct ct_creds creds;
	uint64_t count;
	bool fcaps_effective; /* the file's effective bit */
	uint64_t fcaps;	      /* the file's permitted set, 0 without file capabilities */
	bool setuid;	      /* set-user-ID or set-group-ID file */
	struct ct_ranges in;
	struct json_t *rest;
};

struct ct_exit {
	uint32_t entry;
	uint64_t ns;
	int code; /* as wait(2) reports it */
	uint32_t pid;
	char *comm;
	struct json_t *rest;
};

/* How long something was watched, and for how long before the end no new kind of check was seen. */
struct ct_watched {
	uint64_t ns, quiet_ns;
};

/* How much of a workload was seen, in all its recordings together. */
struct ct_exercised {
	uint64_t kinds;		   /* of checks */
	uint64_t ns;		   /* watched */
	struct ct_watched longest; /* of the recording that watched longest */
	uint32_t phases; /* bits: those with processes or checks, in the order of ct_phase_names */
	enum ct_tristate start_seen, end_seen, reload_seen; /* in at least one of them */
};

/* How much was seen of a part that is the sum of several parts, in all of them together. */
struct ct_total {
	uint32_t parts;		   /* how many; 0: not a sum, and the rest is not set */
	uint64_t ns;		   /* watched */
	struct ct_watched longest; /* of the one that was watched longest */
	bool whole;		   /* one of them was seen from its start to its end */
};

struct ct_workload {
	char *id;	   /* unique in the session: container id, unit, "command", cgroup path */
	char short_id[13]; /* 12 digits of a container's id; "" for other ids */
	enum ct_workload_kind kind;
	enum ct_runtime runtime;
	char *cgroup_path;
	struct ct_container container;
	char *command; /* CT_WL_COMMAND: as typed */
	bool configured_known;
	uint64_t configured; /* the bounding set it ran with */
	struct ct_sysctls sysctls;
	uint64_t first_ns, last_ns;   /* of its checks */
	uint64_t from_ns, to_ns;      /* watched: from its start or ours, to its end or ours; 0: not
				       * known, see ct_session__conclude() */
	enum ct_tristate start_seen;  /* its entry point's execve was seen */
	enum ct_tristate end_seen;    /* its main process's end was seen */
	enum ct_tristate reload_seen; /* a process got a SIGHUP that it handles */
	/* How often its start and end were seen; 0: not counted, see ct_part__starts(). */
	uint64_t starts, ends;
	struct ct_exercised told;   /* coverage imported from a recommendation in JSON */
	int end_code;		    /* if end_seen: as wait(2) reports it */
	uint64_t lost;		    /* kinds, acts and events that may hide needs of it */
	uint64_t unwatched_ns;	    /* how long nobody watched it, since captrim did not run */
	int64_t unwatched_until_ms; /* wall clock at the end of the last such time; 0: not known */
	uint64_t compat;	    /* execves of programs with 32-bit system calls */
	/* Names of other workloads, with sets of their own, in which processes of this one went on,
	 * separated by ", "; NULL: none. */
	char *sent;
	bool left_out; /* its command started containers, which are not in the recording */
	bool open;     /* later takes of the same recording may add to it (model/tally.h) */
	struct ct_kind *kinds;
	size_t nkinds, kinds_cap;
	struct ct_act *acts;
	size_t nacts, acts_cap;
	struct ct_exec *execs;
	size_t nexecs, execs_cap;
	struct ct_exit *exits; /* of the main process and of failed or killed ones */
	size_t nexits, exits_cap;
	/*
	 * The same workload under other settings (model/setting.h), in other recordings or as other
	 * replicas; these have no `more` of their own.
	 */
	struct ct_workload **more;
	size_t nmore, more_cap;
	/* Number, from 0, of the recording in the session whose times, names and ids it has. */
	size_t recording;
	struct ct_ranges in; /* all recordings that were added up in it; empty: only `recording` */
	struct ct_total total;
	char *setting;	  /* from ct_setting__text(); NULL: it was not worked out yet */
	uint32_t place;	  /* from 1, among the workloads of its recording; 0: not united yet */
	int64_t since_ms; /* wall clock at the start of its recording; 0: the session's */
	/* Of the host that it ran on, if they differ from the session's; "?": not known. */
	char *kernel, *backend;
	enum ct_tristate syscalls; /* CT_UNKNOWN: the session's */
	struct json_t *rest;
	struct json_t *others; /* documents of unknown types that belong to it, an array or NULL */
};

struct ct_session {
	struct ct_host host;
	struct ct_losses losses;
	struct ct_workload **workloads;
	size_t nworkloads, workloads_cap;
	size_t recordings;     /* that were merged into this session */
	bool continues;	       /* it is a take: what is new in a recording since its last take */
	struct json_t *others; /* documents of unknown types, an array or NULL */
};

struct ct_session *ct_session__new(void);
void ct_session__free(struct ct_session *s);

/* A new empty workload at the end, owned by the session; id is copied. */
struct ct_workload *ct_session__add(struct ct_session *s, const char *id);
void ct_workload__free(struct ct_workload *w);
struct ct_workload *ct_workload__copy(const struct ct_workload *of); /* shares nothing with it */
void ct_session__remove(struct ct_session *s, size_t index);	     /* and frees it */
struct ct_workload *ct_session__find(const struct ct_session *s, const char *id);
struct ct_kind *ct_workload__add_kind(struct ct_workload *w);
void ct_workload__truncate_kinds(struct ct_workload *w, size_t n); /* the first n stay */
struct ct_act *ct_workload__add_act(struct ct_workload *w);
struct ct_exec *ct_workload__add_exec(struct ct_workload *w);
struct ct_exit *ct_workload__add_exit(struct ct_workload *w);

uint32_t ct_kind__times(const struct ct_kind *k); /* at least 1 */

/* Did a process that was refused go on? part is the one that has the act. */
bool ct_act__went_on(const struct ct_act *a, const struct ct_workload *part);

/* Are its number and selector a native call's, whatever the caller's ABI? */
static inline bool ct_key__tells_arguments(const struct ct_key *key)
{
	return !(key->flags & CT_F_COMPAT) || key->flags & CT_F_AS_NATIVE;
}

/* The recordings that a part, or something in it, was seen in; the caller frees. */
struct ct_ranges ct_workload__in(const struct ct_workload *part, const struct ct_ranges *in);

/*
 * Loops over the parts of a workload: what was seen of it under one setting is judged by itself.
 *
 *	ct_workload__for_each(part, w)
 */
static inline const struct ct_workload *ct_workload__part(const struct ct_workload *w, size_t i)
{
	return !i ? w : i <= w->nmore ? w->more[i - 1] : NULL;
}
#define ct_workload__for_each(part, w)                                                          \
	for (size_t part##_i = 0, part##_once = 1; part##_once; part##_once = 0)                \
		for (const struct ct_workload *part; (part = ct_workload__part((w), part##_i)); \
		     part##_i++)

/* The union of the bounding sets that it ran with. False: none is known. */
bool ct_workload__configured(const struct ct_workload *w, uint64_t *set);

/* Did each run that was seen from its start follow an earlier one in the same container? */
bool ct_workload__ran_before(const struct ct_workload *w);
/* How much was lost of it that may have shown a need, in all recordings together. */
uint64_t ct_workload__lost(const struct ct_workload *w);

struct ct_exercised ct_workload__exercised(const struct ct_workload *w);
uint64_t ct_workload__watched_ns(const struct ct_workload *w); /* all recordings together */

/* How often the part was seen to start and to end, in all recordings that were added up in it. */
uint64_t ct_part__starts(const struct ct_workload *part);
uint64_t ct_part__ends(const struct ct_workload *part);

/* Notes that nobody watched the part for ns, until until_ms; if ns is 0, nothing is noted. */
void ct_workload__add_unwatched(struct ct_workload *part, uint64_t ns, int64_t until_ms);

/* For any part, a sum or not. */
struct ct_total ct_workload__total(const struct ct_workload *part);

/* Makes *longest the longer of both. */
void ct_watched__keep_longer(struct ct_watched *longest, const struct ct_watched *other);

/* Had it stopped doing new things, as far as its times tell? */
bool ct_watched__has_settled(const struct ct_watched *w);

#define CT_SHORT_NS 10000000000ull /* a shorter watch tells little of what goes on running */

/* Works out from when to when each workload was watched, where that is not known yet. */
void ct_session__conclude(struct ct_session *s);

/* Names as in the JSON schema, and back (-EINVAL when unknown). */
const char *ct_workload_kind__name(enum ct_workload_kind kind);
int ct_workload_kind__parse(const char *name);
const char *ct_runtime__name(enum ct_runtime rt);
int ct_runtime__parse(const char *name);
const char *ct_seccomp__name(enum ct_seccomp s);
int ct_seccomp__parse(const char *name);

/* "main", "exec", "health" or "setup" for an entry of this workload. */
const char *ct_workload__phase(const struct ct_workload *w, uint32_t entry);

/* For people: container or unit name, else command, else short id. Not to be freed. */
const char *ct_workload__label(const struct ct_workload *w);

/* Is it the execve of the workload's entry point? */
static inline bool ct_exec__is_entry_point(const struct ct_exec *e)
{
	return e->was == CT_ENTRY_SETUP && e->entry == CT_ENTRY_MAIN;
}

/* Is the user, as files and engines name it, root: "0", "root", "root:GROUP" and the like? */
bool ct_user__is_root(const char *user);

/* Did its entry point run as a user other than root? */
enum ct_tristate ct_workload__nonroot(const struct ct_workload *w);

/* Is it a container without seccomp, and not because it was privileged? */
bool ct_workload__is_unconfined(const struct ct_workload *w);

/*
 * Is it a unit of a user's own systemd, "user@UID.service/UNIT"? A user's systemd may not limit
 * capabilities.
 */
bool ct_workload__is_users_unit(const struct ct_workload *w);
bool ct_workload__id_is_users(const char *id); /* the same, by its id */
/* The id as its engine knows it: without the user in front of it. */
const char *ct_workload__plain_id(const struct ct_workload *w);

/*
 * The uid of the user whose engine made the container, as recorded or else from its cgroup below
 * the user's own systemd; 0: root's engine, or not known.
 */
uint32_t ct_workload__engine_uid(const struct ct_workload *w);

/* Did it share the host's network, processes or IPC objects? */
bool ct_workload__shares_host(const struct ct_workload *w);

static inline void ct_session__cleanup(struct ct_session **s)
{
	ct_session__free(*s);
}
#define ct_autosession __attribute__((cleanup(ct_session__cleanup)))

#endif
