-- SPDX-License-Identifier: GPL-2.0-only
-- Partitions a fleet's tables by host, docs/fleet.md: once, as their owner, after 'captrim store
-- init' and before the roles of fleet-roles.sql are granted. Rows that are there are kept; writers
-- are to be stopped. Sixteen partitions: psql -v partitions=64 for another number.

\if :{?partitions}
\else
\set partitions 16
\endif
BEGIN;
SELECT set_config('captrim.partitions', :'partitions', true) \gset ignored_

DO $$
DECLARE
	t text;
	p record;
	views jsonb;
	part integer;
	n integer := current_setting('captrim.partitions')::integer;
BEGIN
	-- The views name the tables that go.
	SELECT jsonb_object_agg(viewname, definition) INTO views FROM pg_views
	WHERE schemaname = current_schema AND viewname IN ('who_needs', 'never_needed', 'changes', 'agreement');
	FOR t IN SELECT jsonb_object_keys(views) LOOP
		EXECUTE format('DROP VIEW %I', t);
	END LOOP;
	FOREACH t IN ARRAY ARRAY['workload', 'part', 'need', 'advice', 'event', 'gap'] LOOP
		EXECUTE format('ALTER TABLE %I RENAME TO old_rows', t);
		EXECUTE format('CREATE TABLE %I (LIKE old_rows INCLUDING ALL) PARTITION BY HASH (host)', t);
		FOR part IN 0 .. n - 1 LOOP
			EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS %s, REMAINDER %s)'
				' WITH (fillfactor = 70)', t || '_' || part, t, n, part);
		END LOOP;
		EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
		FOR p IN SELECT * FROM pg_policies WHERE schemaname = current_schema AND tablename = 'old_rows' LOOP
			EXECUTE format('CREATE POLICY %I ON %I FOR %s USING (%s)', p.policyname, t, p.cmd,
				replace(p.qual, 'old_rows', t));
		END LOOP;
		EXECUTE format('INSERT INTO %I SELECT * FROM old_rows', t);
		DROP TABLE old_rows;
	END LOOP;
	FOR t IN SELECT jsonb_object_keys(views) LOOP
		EXECUTE format('CREATE VIEW %I AS %s', t, views ->> t);
	END LOOP;
END
$$;
COMMIT;
