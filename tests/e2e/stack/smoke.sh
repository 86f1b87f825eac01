#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# One job through all five services.
url=http://127.0.0.1:${STACK_PORT:-18099}
v=job$$
curl -m 5 -fs "$url/put?v=$v" >/dev/null || exit 1
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	[ "$(curl -m 5 -fs "$url/get?v=$v")" = "$v" ] && exit 0
	sleep 0.3
done
exit 1
