#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# PostgreSQL as its official image starts it: chown, initdb the first time, become postgres.
set -eu
bin=$(echo /usr/lib/postgresql/*/bin)
export PGDATA=/data/pg
if [ ! -s "$PGDATA/PG_VERSION" ]; then
	mkdir -p "$PGDATA"
	chown postgres:postgres "$PGDATA"
	chmod 700 "$PGDATA"
	gosu postgres "$bin/initdb" -A trust --no-sync >/dev/null
	echo 'host all all 0.0.0.0/0 trust' | gosu postgres tee -a "$PGDATA/pg_hba.conf" >/dev/null
fi
exec gosu postgres "$bin/postgres" -c listen_addresses='*' -c unix_socket_directories=/tmp
