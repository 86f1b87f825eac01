/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The steps that make the schema; ct_schema__text() replaces the words that begin with "@". A step
 * that was released is never changed: each change of the schema is a new step.
 * The version of a row grows with each change, so that a copy knows what it lacks.
 */
#ifndef CT_STORE_TABLES_H
#define CT_STORE_TABLES_H

/* Rows of two tables that belong to the same workload. */
#define CT_SAME_WORKLOAD(a, b) \
	a ".host = " b ".host AND " a ".store = " b ".store AND " a ".key = " b ".key"
#define CT_JOIN_WORKLOAD(t) " JOIN workload w ON " CT_SAME_WORKLOAD("w", t)

/* Indexes the beginning of a text: PostgreSQL takes at most 2,704 bytes, names have no limit. */
#define CT_INDEXED(text) "substr(" text ", 1, 200)"

/* clang-format off */
#define CT_TABLES_1 \
"CREATE TABLE counter (name @TEXT PRIMARY KEY, value @INT) @END;\n" \
"CREATE TABLE setting (name @TEXT PRIMARY KEY, value @TEXT) @END;\n" \
"CREATE TABLE host (\n" \
"	name @TEXT, store @TEXT,\n" \
"	kernel @TEXT, arch @TEXT, boot_id @TEXT, backend @TEXT, captrim @TEXT,\n" \
"	first_ms @INT, last_ms @INT,\n" \
"	version @INT, news_version @INT,\n" \
"	PRIMARY KEY (name, store)\n" \
") @END;\n" \
"CREATE TABLE workload (\n" \
"	host @TEXT, store @TEXT, key @TEXT,\n" \
"	label @TEXT, kind @TEXT, runtime @TEXT,\n" \
"	image @TEXT, image_digest @TEXT, project @TEXT, service @TEXT,\n" \
"	namespace @TEXT, owner @TEXT, container @TEXT,\n" \
"	configured_known @INT, configured @INT, configured_caps @TEXT,\n" \
"	starts @INT, ends @INT, reloads @INT, watched_ms @INT,\n" \
"	checks @INT, recordings @INT, lost @INT,\n" \
"	first_ms @INT, last_ms @INT, news_ms @INT,\n" \
"	version @INT, news_version @INT,\n" \
"	PRIMARY KEY (host, store, key)\n" \
") @END;\n" \
"CREATE TABLE part (\n" \
"	host @TEXT, store @TEXT, key @TEXT, setting @TEXT,\n" \
"	place @INT, checks @INT, kinds @INT, first_ms @INT, last_ms @INT,\n" \
"	size @INT, recording @BLOB,\n" \
"	version @INT,\n" \
"	PRIMARY KEY (host, store, key, setting)\n" \
") @END;\n" \
"CREATE TABLE need (\n" \
"	host @TEXT, store @TEXT, key @TEXT, capability @TEXT,\n" \
"	verdict @TEXT, scope @TEXT, risk @TEXT, chosen @INT, held @INT,\n" \
"	granted @INT, denied @INT,\n" \
"	first_ms @INT, last_ms @INT, since_ms @INT,\n" \
"	site @TEXT, syscall @TEXT, process @TEXT, reason @TEXT,\n" \
"	version @INT,\n" \
"	PRIMARY KEY (host, store, key, capability)\n" \
") @END;\n" \
"CREATE TABLE advice (\n" \
"	host @TEXT, store @TEXT, key @TEXT,\n" \
"	caps @TEXT, cap_add @INT, required @INT, optional @INT, removed @INT,\n" \
"	confidence @TEXT, gaps @TEXT, time_ms @INT, json @TEXT,\n" \
"	version @INT,\n" \
"	PRIMARY KEY (host, store, key)\n" \
") @END;\n" \
"CREATE TABLE event (\n" \
"	host @TEXT, id @TEXT, store @TEXT, key @TEXT, label @TEXT,\n" \
"	kind @TEXT, capability @TEXT, verdict @TEXT, scope @TEXT, generation @TEXT,\n" \
"	time_ms @INT, expires_ms @INT, text @TEXT, json @TEXT,\n" \
"	acked_ms @INT, acked_by @TEXT, note @TEXT, ack_version @INT,\n" \
"	version @INT,\n" \
"	PRIMARY KEY (host, id)\n" \
") @END;\n" \
"CREATE TABLE gap (\n" \
"	host @TEXT, store @TEXT, key @TEXT, why @TEXT, from_ms @INT, to_ms @INT, text @TEXT,\n" \
"	version @INT,\n" \
"	PRIMARY KEY (host, store, key, why, from_ms)\n" \
") @END;\n" \
"CREATE INDEX workload_by_key ON workload (key);\n" \
"CREATE INDEX workload_by_label ON workload (" CT_INDEXED("label") ");\n" \
"CREATE INDEX workload_by_service ON workload (" CT_INDEXED("service") ");\n" \
"CREATE INDEX workload_by_container ON workload (" CT_INDEXED("container") ");\n" \
"CREATE INDEX workload_by_version ON workload (version);\n" \
"CREATE INDEX workload_by_time ON workload (last_ms);\n" \
"CREATE INDEX part_by_key ON part (key);\n" \
"CREATE INDEX need_by_capability ON need (capability, verdict);\n" \
/* How far needs reach is asked of all workloads together; most rows are not of needs. */ \
"CREATE INDEX need_chosen ON need (key, capability, scope, host) WHERE chosen = 1;\n" \
"CREATE INDEX event_by_time ON event (time_ms);\n" \
"CREATE INDEX event_by_version ON event (version);\n" \
"CREATE INDEX gap_by_version ON gap (version);\n" \
/* For people: what a workload is called, and times that can be read. */ \
"CREATE VIEW who_needs AS\n" \
"	SELECT n.capability, w.host, w.label AS workload, n.scope, n.granted, n.denied,\n" \
"		@TIME(n.first_ms@TIME_END AS first_seen, @TIME(n.last_ms@TIME_END AS last_seen,\n" \
"		n.reason, n.site, n.syscall, n.process, w.image, w.project, n.key, n.store\n" \
"	FROM need n " CT_JOIN_WORKLOAD("n") "\n" \
"	WHERE n.verdict = 'required';\n" \
"CREATE VIEW never_needed AS\n" \
"	SELECT w.host, w.label AS workload, n.capability, n.risk, n.verdict,\n" \
"		w.watched_ms / 3600000 AS hours_watched, a.confidence, a.gaps, w.image, w.project,\n" \
"		n.key, n.store\n" \
"	FROM need n " CT_JOIN_WORKLOAD("n") "\n" \
"	JOIN advice a ON " CT_SAME_WORKLOAD("a", "n") "\n" \
"	WHERE n.held = 1 AND n.chosen = 0 AND n.verdict <> 'required';\n" \
"CREATE VIEW changes AS\n" \
"	SELECT @TIME(e.time_ms@TIME_END AS at, e.host, e.label AS workload, e.kind AS what,\n" \
"		e.capability, e.text, e.time_ms, e.key\n" \
"	FROM event e\n" \
"	UNION ALL SELECT @TIME(w.first_ms@TIME_END, w.host, w.label, 'first seen', '', w.image,\n" \
"		w.first_ms, w.key FROM workload w\n" \
"	UNION ALL SELECT @TIME(n.since_ms@TIME_END, n.host, w.label, n.verdict, n.capability,\n" \
"		n.reason, n.since_ms, n.key\n" \
"	FROM need n " CT_JOIN_WORKLOAD("n") "\n" \
"	WHERE n.verdict IN ('required', 'optional')\n" \
"	UNION ALL SELECT @TIME(g.from_ms@TIME_END, g.host, g.key, 'not watched', '', g.text,\n" \
"		g.from_ms, g.key FROM gap g;\n" \
"CREATE VIEW agreement AS\n" \
"	SELECT a.key, min(w.label) AS workload, a.caps, count(DISTINCT a.host) AS hosts,\n" \
"		sum(CASE WHEN a.gaps = '' THEN 0 ELSE 1 END) AS incomplete\n" \
"	FROM advice a " CT_JOIN_WORKLOAD("a") "\n" \
"	GROUP BY a.key, a.caps;\n"

/* Who may do what on a fleet's database: docs/fleet.md. */
#define CT_TABLES_1_POSTGRES \
"CREATE TABLE captrim_schema (version bigint NOT NULL);\n" \
"INSERT INTO captrim_schema VALUES (0);\n" \
"ALTER TABLE part ALTER COLUMN recording SET STORAGE EXTERNAL;\n" \
"CREATE TABLE writer (role text NOT NULL, host text NOT NULL, PRIMARY KEY (role, host));\n" \
CT_OWN_ROWS("host", "name") CT_OWN_ROWS("workload", "host") CT_OWN_ROWS("part", "host") \
CT_OWN_ROWS("need", "host") CT_OWN_ROWS("advice", "host") CT_OWN_ROWS("event", "host") \
CT_OWN_ROWS("gap", "host")

/*
 * The owner of the tables may do everything. A role that is in "writer" sees and changes what
 * belongs to its hosts, or to all for "*"; others see all that they are granted to read. What
 * depends on the role alone is a subquery, so that it is evaluated once and not for each row.
 */
#define CT_OWN_ROWS(table, host) \
"ALTER TABLE " table " ENABLE ROW LEVEL SECURITY;\n" \
"CREATE POLICY readers ON " table " FOR SELECT USING ((SELECT NOT EXISTS (SELECT FROM writer w " \
"WHERE w.role = current_user AND w.host <> '*')));\n" \
"CREATE POLICY own_rows ON " table " USING ((SELECT EXISTS (SELECT FROM writer w WHERE " \
"w.role = current_user AND w.host = '*')) OR " host " = ANY (ARRAY(SELECT w.host FROM writer w " \
"WHERE w.role = current_user)));\n"
/* clang-format on */

#endif
