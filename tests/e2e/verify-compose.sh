#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# captrim verify -f with every Compose that is here, the plugin and the program of its own. For
# a stack of real services see stack/run.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
need_docker

# The attribute "version" makes Compose 2 warn.
cat >"$tmp/compose.yaml" <<YAML
version: "3"
services:
  server:
    image: $image
    network_mode: none
    cap_add: [NET_ADMIN]
    volumes: ["data:/v"]
    command: ["sh", "-c", "trap 'exit 0' TERM; mkdir /v/a && chown 1001 /v/a || exit 3; while :; do sleep 0.1; done"]
  other:
    image: $image
    network_mode: none
    command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"]
volumes:
  data:
YAML
made() { docker ps -aq --filter label=com.docker.compose.project | xargs -r docker inspect -f '{{.Name}}' | grep -c "$1"; }

# verify NAME: with the Compose that comes first in this PATH and DOCKER_CONFIG
verify() {
	local status=0 project

	# shellcheck disable=SC2016 # for the check's shell
	"$captrim" verify --stay 1s --check "echo \$CAPTRIM_PROJECT >$tmp/project" -f "$tmp/compose.yaml" \
		--format json -o "$tmp/advice" >"$tmp/out" 2>"$tmp/err" || status=$?
	project=$(cat "$tmp/project")
	is "$1" "$status $(jq -r '.workloads | sort_by(.container.service) | map(
		"\(.container.service) \(.advice.cap_add | join(",")) \(.verified.result) \(.verified.runs)") | join("; ")' "$tmp/advice")" \
		'0 other  minimal 1; server CHOWN minimal 2'
	says "$1-last-words" "$tmp/err" 'fails in .*: chown: /v/a: Operation not permitted'
	is "$1-left" "$(made "$project") $(docker volume ls -q | grep -c "$project")" '0 0'
}

if docker compose version >/dev/null 2>&1; then
	verify plugin
else
	skip plugin 'no docker compose'
fi
if docker-compose version >/dev/null 2>&1; then
	# Without plugins.
	mkdir "$tmp/bin" && docker=$(command -v docker) && cat >"$tmp/bin/docker" <<SH
#!/bin/sh
[ "\$1" = compose ] && exit 1
exec $docker "\$@"
SH
	chmod +x "$tmp/bin/docker"
	PATH=$tmp/bin:$PATH verify standalone
else
	skip standalone 'no docker-compose'
fi
