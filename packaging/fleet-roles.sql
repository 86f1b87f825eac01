-- SPDX-License-Identifier: GPL-2.0-only
-- Roles with least rights for a fleet's database, docs/fleet.md. Run it as the owner of the tables,
-- after 'captrim store init' has made them.
--
--   captrim_writer  for daemons: each login writes the rows of the hosts that the table "writer"
--                   gives it, and reads no others' recordings
--   captrim_reader  for people, the page and dashboards
--   captrim_acker   may acknowledge events, besides

CREATE ROLE captrim_writer NOLOGIN;
CREATE ROLE captrim_reader NOLOGIN;
CREATE ROLE captrim_acker NOLOGIN;

GRANT SELECT ON captrim_schema, writer TO captrim_writer, captrim_reader, captrim_acker;
GRANT SELECT, INSERT, UPDATE, DELETE ON host, workload, part, need, advice, event, gap
	TO captrim_writer;
GRANT SELECT ON host, workload, part, need, advice, event, gap,
	who_needs, never_needed, changes, agreement, counter, setting TO captrim_reader;
GRANT SELECT ON event, workload TO captrim_acker;
GRANT SELECT ON counter TO captrim_acker;
GRANT UPDATE (acked_ms, acked_by, note, ack_version, version) ON event TO captrim_acker;
