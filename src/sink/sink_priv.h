/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files of src/sink/ alone: what a sink is, and what each type of sink does. */
#ifndef CT_SINK_SINK_PRIV_H
#define CT_SINK_SINK_PRIV_H

#include "base/strings.h"
#include "deploy/yaml_fields.h"
#include "sink/sink.h"

/* What captrim.yaml says of one sink; each type uses only the members in its table of fields. */
struct ct_sink_config {
	int type;			      /* in ct_sink_types */
	const struct ct_yaml_node *type_node; /* while the configuration is read */
	char *name;
	struct ct_strings kinds; /* of events that it wants; empty: all */
	uint64_t queue;		 /* the most events that may wait */
	uint64_t max_age_ns;	 /* after which an event is given up */
	char *path;		 /* file */
	char *address;		 /* syslog: unix:PATH, udp:HOST:PORT, tcp:HOST:PORT */
	char *socket;		 /* journal */
	char *url, *url_file;	 /* webhook, alertmanager, otlp */
	char *secret_file, *token_file, *ca_file, *proxy;
	uint64_t timeout_ns, resend_ns;
};

/* Oldest event first. The first one is never dropped while it is being sent. */
struct ct_sink_queue {
	struct ct_sink_item {
		struct ct_notice *e;
		uint32_t whose; /* a hash of the workload that it is about */
		uint64_t since_ns;
		/*
		 * It is only news: it was settled while it waited, or an earlier run queued it.
		 * ct_sinks__stands() tells if it stands all the same.
		 */
		bool past;
	} * items;
	size_t len, cap;
};

struct ct_sink_result;
struct ct_sink {
	struct ct_sinks *all;
	struct ct_loop *loop;
	/* A function of sinks.c; the types, which are below it, call it through ct_sink__done(). */
	void (*done)(struct ct_sink *s, const struct ct_sink_result *r);
	const struct ct_sink_type *type;
	struct ct_sink_config c;
	bool given; /* by ct_sinks__add_file(), not by the configuration */
	struct ct_sink_queue queue;
	struct ct_sink_status st;
	char *problem;
	bool sending, pumping;
	unsigned int attempts;	 /* failed ones for the first event of the queue */
	struct ct_source *timer; /* set while it waits for the next attempt */
	bool kept;		 /* the spool has every event of the queue ... */
	bool stale;		 /* ... and others that were sent or dropped since it was written */
	void *own;		 /* data of the type */
};

struct ct_sink_type {
	const char *name;
	bool quiet;			    /* gets heartbeats only if "kinds:" names them */
	const struct ct_yaml_field *fields; /* of struct ct_sink_config, with name, kinds ... */
	/* Fails if the configuration cannot work. Opens nothing. May be NULL. */
	int (*check)(const struct ct_sink_config *c, struct ct_err *err);
	/* Fails if a file that open() needs is not as it must be. Changes nothing. May be NULL. */
	int (*look)(const struct ct_sink_config *c, struct ct_err *err);
	/* Makes s->own. Must succeed while the receiver is away. May be NULL. */
	int (*open)(struct ct_sink *s, struct ct_err *err);
	void (*close)(struct ct_sink *s); /* even in the middle of sending; may be NULL */
	/* Opens files by their names again and rereads secrets. May be NULL. */
	int (*reopen)(struct ct_sink *s, struct ct_err *err);
	/*
	 * Sends one event. Returns 0 if it was sent, -EINPROGRESS if ct_sink__done() will be called
	 * later, or another negative errno with a message.
	 */
	int (*send)(struct ct_sink *s, const struct ct_notice *e, struct ct_err *err);
	/* For receivers at which an event stands until it is taken back. May be NULL. */
	void (*stands)(struct ct_sink *s, const struct ct_notice *e);
	void (*settled)(struct ct_sink *s, const char *id);
};

/* Rows of ct_sink_type.fields. */
#define CT_SINK_FIELD(label, kind, member)                        \
	{                                                         \
		.name = (label), .type = CT_YAML_##kind,          \
		.offset = offsetof(struct ct_sink_config, member) \
	}
#define CT_SINK_COMMON_FIELDS                                                              \
	CT_SINK_FIELD("type", NODE, type_node), CT_SINK_FIELD("name", TEXT, name),         \
		CT_SINK_FIELD("kinds", TEXTS, kinds), CT_SINK_FIELD("queue", UINT, queue), \
		CT_SINK_FIELD("max_age", DURATION, max_age_ns)
#define CT_SINK_HTTP_FIELDS                                                                   \
	CT_SINK_FIELD("url", TEXT, url), CT_SINK_FIELD("url_file", TEXT, url_file),           \
		CT_SINK_FIELD("token_file", TEXT, token_file),                                \
		CT_SINK_FIELD("ca_file", TEXT, ca_file), CT_SINK_FIELD("proxy", TEXT, proxy), \
		CT_SINK_FIELD("timeout", DURATION, timeout_ns)

extern const struct ct_sink_type ct_sink_file, ct_sink_stdout, ct_sink_journal, ct_sink_syslog,
	ct_sink_webhook, ct_sink_alertmanager, ct_sink_otlp;
extern const struct ct_sink_type *const ct_sink_types[]; /* NULL at the end */

/* How an attempt ended. */
struct ct_sink_result {
	int error;		/* 0, or a negative errno */
	bool refused;		/* the receiver will hardly ever take this event: give it up soon */
	uint64_t retry_after_s; /* the pause that the receiver asked for; 0: it did not */
	const char *why;	/* raw; NULL without an error */
};
/* Also for a request that the type made by itself, while no event is being sent. */
static inline void ct_sink__done(struct ct_sink *s, const struct ct_sink_result *r)
{
	s->done(s, r);
}

/* sink_queue.c: takes a reference. Returns true if an event was dropped, be it another one or e. */
bool ct_sink_queue__put(struct ct_sink_queue *q, const struct ct_notice *e, size_t max,
			bool sending, uint64_t now_ns);
void ct_sink_queue__drop_first(struct ct_sink_queue *q);
void ct_sink_queue__free(struct ct_sink_queue *q);

/* How long to wait before repetition n (1: the first one); random may be any number. */
uint64_t ct_sink__backoff_ns(unsigned int n, uint32_t random);

/* sink_config.c: the configured sinks; y and list are as in ct_sinks__configure(). */
struct ct_sink_configs {
	struct ct_sink_config *items;
	size_t len, cap;
};
int ct_sink_configs__read(const struct ct_yaml *y, const struct ct_yaml_node *list,
			  struct ct_sink_configs *l, struct ct_err *err);
void ct_sink_config__default(struct ct_sink_config *c);
/* For --events: the sink that writes to the file, or to standard output if path is "-". */
void ct_sink_config__of_file(const char *path, struct ct_sink_config *c);
bool ct_sink_config__equal(const struct ct_sink_config *a, const struct ct_sink_config *b);
void ct_sink_config__free(struct ct_sink_config *c); /* what it holds */
void ct_sink_configs__free(struct ct_sink_configs *l);
bool ct_sink_config__wants(const struct ct_sink_config *c, const struct ct_notice *e);

#endif
