#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# captrim run with Compose, each version that is here: which services are whose. COMPOSE_PLUGIN names a
# docker-compose program that is not installed as the client's plugin.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
need_docker

if [ -n "${COMPOSE_PLUGIN-}" ]; then
	mkdir -p "$tmp/config/cli-plugins"
	ln -s "$COMPOSE_PLUGIN" "$tmp/config/cli-plugins/docker-compose"
	export DOCKER_CONFIG=$tmp/config
fi
here=captrim-here-$$ there=captrim-there-$$
clean() {
	for project in $here $there captrim-named-$$; do
		docker ps -aq --filter "label=com.docker.compose.project=$project" |
			xargs -r docker rm -f >/dev/null 2>&1
	done
	rm -rf "$tmp"
}
trap clean EXIT

mkdir "$tmp/$here" "$tmp/$there"
cat >"$tmp/$here/docker-compose.yml" <<YAML
version: "3"
services:
  db: {image: $image, network_mode: none, command: chown 1001 /tmp}
  web: {image: $image, network_mode: none, command: cat /srv/other/file}
  idle: {image: $image, network_mode: none, command: "true"}
YAML
cat >"$tmp/$there/docker-compose.yml" <<YAML
version: "3"
services:
  db: {image: $image, network_mode: none, command: "sh -c 'chmod 700 /srv/other/file; sleep 1'"}
YAML

# services FILE: project/service=cap_add, sorted
services() {
	jq -r '[.workloads[] | "\(.container.project)/\(.container.service)=\(.advice.cap_add | join(","))"]
		| sort | join(" ")' "$1"
}

# up NAME CLIENT...: our project while another one starts
up() {
	local name=$1 status=0

	shift
	(cd "$tmp/$there" && "$@" up >/dev/null 2>&1) &
	(cd "$tmp/$here" && "$captrim" run -q --format json -o "$tmp/advice" -- "$@" up) \
		>"$tmp/out" 2>"$tmp/err" || status=$?
	wait
	is "$name-status" "$status" 0
	is "$name-services" "$(services "$tmp/advice")" \
		"$here/db=CHOWN $here/idle= $here/web=DAC_READ_SEARCH"
	# On a busy machine one of these programs may be gone before its file is looked at, which is counted.
	is "$name-lookups" "$(jq '.losses.lookups <= 3' "$tmp/advice")" true
	(cd "$tmp/$here" && "$@" down) >/dev/null 2>&1
	(cd "$tmp/$there" && "$@" down) >/dev/null 2>&1
}

if command -v docker-compose >/dev/null; then
	up v1 docker-compose
else
	skip v1 'no docker-compose'
fi
if docker compose version >/dev/null 2>&1; then
	up v2 docker compose
	# A project that its file names, started from a directory below.
	mkdir "$tmp/$here/below"
	sed -i "s/^version.*/name: captrim-named-$$/" "$tmp/$here/docker-compose.yml"
	(cd "$tmp/$here/below" && "$captrim" run -q --format json -o "$tmp/advice" -- docker compose up db) \
		>"$tmp/out" 2>"$tmp/err"
	is v2-named "$(services "$tmp/advice")" "captrim-named-$$/db=CHOWN"
	(cd "$tmp/$here" && docker compose down) >/dev/null 2>&1
else
	skip v2 "docker has no compose plugin (COMPOSE_PLUGIN names one)"
fi
