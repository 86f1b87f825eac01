/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From checks to needs: a pure function of a session. The theory is in
 * docs/design.md, the facts in docs/kernel-facts.md, the rules in sites.def.
 */
#ifndef CT_JUDGE_JUDGE_H
#define CT_JUDGE_JUDGE_H

#include "model/session.h"

enum ct_verdict { CT_UNNEEDED, CT_OPTIONAL, CT_REQUIRED };
enum ct_confidence { CT_CONF_LOW, CT_CONF_MEDIUM, CT_CONF_HIGH, CT_CONF_PROVED };

/*
 * Why a recommendation is incomplete: a need may be missing, so that it must not be offered as if
 * it were whole. Bits, see complete.c.
 */
enum ct_gap {
	CT_GAP_START = 1,   /* its start was not seen in any recording */
	CT_GAP_LOST = 2,    /* something was lost that may have been a need */
	CT_GAP_CUT_OFF = 4, /* the recording file ends early */
	CT_GAP_DETAIL = 8,  /* too little was noted of some checks, to keep within a budget */
	CT_GAP_SETS = 16,   /* calls that need a capability without a check were not watched, and it
			       may have made some */
	CT_GAP_UNWATCHED = 32, /* nobody watched it for a time, and no other run of it was whole */
	CT_GAP_GUEST = 64      /* it runs on another kernel: a virtual machine's, gVisor's */
};

/* ct_reason.site of checks whose call site was not noted (CT_F_NO_SITE): needed, for want of better
 * knowledge, and doubtful. */
#define CT_SITE_NOT_NOTED "not noted"
/* The same of checks without a call path, and of what only verify found to be needed. */
#define CT_SITE_UNKNOWN "unknown"
#define CT_SITE_VERIFY	"verify"

/* Which set goes into cap_add. */
enum ct_mode {
	CT_MODE_DEFAULT,  /* required only; a recommendation made earlier keeps what it has */
	CT_MODE_STRICT,	  /* required only, also of a recommendation that was made generous */
	CT_MODE_GENEROUS, /* everything that was used */
};

/* Why a capability has its verdict: kinds of checks at one place, or an act. */
struct ct_reason {
	enum ct_verdict verdict;
	uint64_t any_of;   /* the need: one of these satisfies it (bit of cap included) */
	char *site;	   /* kernel function, "capset", "execve" ... never NULL */
	char *syscall;	   /* NULL: none */
	char *process;	   /* comm, raw; NULL unknown */
	const char *phase; /* "main", "exec", "health", "setup" */
	enum ct_scope scope;
	uint64_t granted, denied;  /* checks */
	struct ct_outcome outcome; /* of refused calls, as far as they were watched */
	uint64_t first_ns, last_ns;
	char *text;	    /* for people, without a full stop */
	const char *source; /* of the kernel fact, or NULL */
	bool known;	    /* false: no rule knows the site */
	bool doubtful;	    /* first candidate for verify to leave out */
};

/*
 * Another process that held no more than the caller, so that the kernel did not ask (targets.c). It
 * would ask if the caller lacked something that this process holds.
 */
struct ct_target {
	uint32_t kind;		 /* CT_TARGET_LOOK or CT_TARGET_SCHEDULE */
	uint64_t holds;		 /* what the other process is permitted */
	char *syscall, *process; /* NULL: unknown */
	const char *phase;
	uint64_t count;
	struct ct_ranges in; /* recordings; empty in a recommendation that was read */
	size_t seen_in;	     /* how many recordings those were */
};

struct ct_cap_verdict {
	int cap;
	enum ct_verdict verdict; /* of this capability in the advice */
	bool chosen;		 /* in cap_add */
	enum ct_scope scope;	 /* widest of its reasons that count */
	enum ct_risk risk;
	uint64_t alternatives; /* could stand in for it in every need it meets */
	uint64_t granted, denied;
	struct ct_reason *reasons; /* most important first */
	size_t nreasons, reasons_cap;
	bool host_use;	/* needed for a check against the initial user namespace */
	size_t seen_in; /* recordings with a need that it would meet; 0: not known */
};

struct ct_warning {
	const char *code; /* "host-scope", "non-root", ... static */
	int cap;	  /* -1: none */
	char *text;
};

/* One run of verify. */
struct ct_verify_run {
	bool recording;	    /* the run with what the workload was given */
	uint64_t set;	    /* its capabilities */
	const char *ending; /* "works", "fails", "unable" */
	char *why;	    /* NULL: it works */
	uint64_t refused;   /* in it, and not in the recording */
	uint64_t ns;
	unsigned int start; /* which start on the same volumes: 1, 2...; 0: each set starts once */
};

/* What verify found out by running the workload. */
struct ct_verified {
	char *result;	   /* "minimal", "sufficient", "failed"; NULL: not verified */
	char *check;	   /* what a run had to show */
	int runs;	   /* beyond the recording */
	bool flaky;	   /* one set worked once and failed once */
	uint64_t degraded; /* refused under the final set, and it works */
	uint64_t kept;	   /* needed in the recording, and asked for in no later run */
	char *privileged;  /* it was given --privileged, which was "dropped" or is
			    * "needed"; NULL: neither */
	struct ct_verify_run *list;
	size_t nlist;
};

struct ct_advice {
	const struct ct_workload *workload; /* borrowed; the session must live on */
	uint64_t cap_add;
	uint64_t required, optional; /* optional: advised only in generous mode */
	uint64_t removed;	     /* configured, in neither */
	unsigned int gaps;	     /* of enum ct_gap; 0: it is complete */
	enum ct_confidence confidence;
	char *why;		     /* why there is that confidence */
	uint64_t checks;	     /* all counted */
	size_t recordings;	     /* merged into this advice */
	struct ct_cap_verdict *caps; /* every capability checked or needed, kernel order */
	size_t ncaps;
	struct ct_target *targets; /* with which the set is compared */
	size_t ntargets, targets_cap;
	struct ct_warning *warnings;
	size_t nwarnings, warnings_cap;
	uint64_t unknown_sites; /* kinds at sites that no rule knows */
	struct ct_verified verified;
};

struct ct_report {
	const struct ct_session *session; /* borrowed */
	struct ct_advice *advices;
	size_t nadvices;
	uint64_t unknown_sites; /* of all of them */
	/* If read from a file: the strings that codes and sources, otherwise static, point to. */
	char **texts;
	size_t ntexts, texts_cap;
};

/* What verify found out about a workload. */
struct ct_settled {
	const struct ct_workload *workload;
	uint64_t set, optional;
	bool proved; /* it was seen to work with that set */
};

/* How to judge. All zero: by every rule, for the required set. */
struct ct_judge_opts {
	enum ct_mode mode;
	const struct ct_rules *rules;	  /* see rules.h; NULL: all */
	const struct ct_settled *settled; /* sets that are given instead of worked out */
	size_t nsettled;
};

/*
 * Was this asked in the execve that ends a container's set-up? It is made with what the container
 * is given (a set of capabilities): runc and crun have given up the rest by then. What is asked
 * there about a path, a program or its interpreter is asked of the container's set, and if it is
 * refused nothing starts at all. Before that a runtime executes its own programs with more; where
 * everything is given, the two cannot be told apart.
 */
bool ct_judge__starts_program(const struct ct_kind *k, uint64_t given);

/* Never fails, and leaves the session as it is. The caller frees the report, before the session. */
struct ct_report *ct_judge__with(const struct ct_session *s, const struct ct_judge_opts *o);

/* By every rule. */
struct ct_report *ct_judge__session(const struct ct_session *s, enum ct_mode mode);

void ct_report__free(struct ct_report *r);

/*
 * Takes another report's recommendations into this one; from is empty afterwards. *s and *from_s
 * are the sessions they borrow from; the caller frees from_s. Recommendations of the same workload
 * (model/tally.h) become one: the cheapest set that meets the needs of both, where a verified set
 * counts as it is, without alternatives. It is as sure as the less sure one, and proved only if
 * both were.
 */
void ct_report__merge(struct ct_report *into, struct ct_session *s, struct ct_report *from,
		      struct ct_session *from_s, enum ct_mode mode);

/*
 * Changes recommendations made earlier to what they would be in that mode. The default mode leaves
 * all as they are, and verified ones stay in any case.
 */
void ct_report__set_mode(struct ct_report *r, const struct ct_session *s, enum ct_mode mode);

/* The gaps' names in JSON, in the order of their bits, with NULL at the end. */
extern const char *const ct_gap_names[];

/* The gaps of two recommendations of the same workload together. */
unsigned int ct_gaps__merged(unsigned int a, unsigned int b);

/* What is missing and how to get it, a sentence without its full stop, printable. NULL: nothing. */
char *ct_advice__gaps_text(const struct ct_advice *a);

/* Is any of them incomplete? */
bool ct_report__is_incomplete(const struct ct_report *r);

/* The kernel function that compares with such a target, and back: 0 for another function. */
const char *ct_target__site(uint32_t kind); /* NULL: not known */
uint32_t ct_target__kind(const char *site);

const char *ct_verdict__name(enum ct_verdict v);
const char *ct_confidence__name(enum ct_confidence c);

static inline void ct_report__cleanup(struct ct_report **r)
{
	ct_report__free(*r);
}
#define ct_autoreport __attribute__((cleanup(ct_report__cleanup)))

#endif
