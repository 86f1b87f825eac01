#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# nginx as Debian starts it: a master as root, workers as www-data.
set -eu
cat >/tmp/nginx.conf <<'C'
user www-data;
worker_processes 1;
daemon off;
pid /run/nginx.pid;
events { worker_connections 64; }
http {
	access_log off;
	error_log /dev/stderr;
	server {
		listen 80;
		location / { resolver 127.0.0.11; set $app app; proxy_pass http://$app:8000; }
	}
}
C
exec nginx -c /tmp/nginx.conf
