#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Redis as its official image starts it.
set -eu
chown redis:redis /data
cd /data
exec gosu redis redis-server --bind 0.0.0.0 --protected-mode no --dir /data
