#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Generated deployment files, read by captrim and by the programs that they are made for. A seeded
# share of them here; `make oracles` tries many. COUNT: how many, SEED: which.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
[ -x "$captrim" ] || { skip all "captrim is not built"; exit 0; }
command -v python3 >/dev/null || { skip all "no python3"; exit 0; }
seed=${SEED:-1}

# oracle NAME COUNT: runs tests/oracle/NAME.py
oracle() {
	local n=${COUNT:-$2}

	CAPTRIM=$captrim PYTHONDONTWRITEBYTECODE=1 \
		python3 "$here/tests/oracle/$1.py" "$n" "$seed" >"$tmp/out" 2>"$tmp/err"
	case $? in
	0) pass "$(tail -n 1 "$tmp/out")" ;;
	*) fail "$1" "$(tail -n 1 "$tmp/out"): $(head -c 600 "$tmp/err" | tr '\n' ' ')" ;;
	esac
}

if python3 -c 'import yaml' 2>/dev/null; then
	oracle yaml_scalars 300
	read -ra compose <<<"${COMPOSE2:-docker compose}"
	case $("${compose[@]}" version --short 2>/dev/null) in
	2.* | v2.*) oracle compose 20 ;;
	*) skip compose 'Docker Compose 2.x is not here (COMPOSE2)' ;;
	esac
else
	skip yaml_scalars 'no python3-yaml'
	skip compose 'no python3-yaml'
fi
if ${SYSTEMD_ANALYZE:-systemd-analyze} --version >/dev/null 2>&1; then
	oracle units 150
	DROPINS=systemd oracle dropins 15
else
	skip units 'no systemd-analyze (SYSTEMD_ANALYZE)'
fi
if [ -x "${QUADLET:-/usr/libexec/podman/quadlet}" ]; then
	oracle quadlets 150
	DROPINS=quadlet oracle dropins 15
else
	skip quadlets 'no generator of Quadlet (QUADLET)'
fi
