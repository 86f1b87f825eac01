#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# captrim verify -f with every Compose that is here, the plugin and the program of its own. For
# a stack of real services see stack/run.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
need_docker
mine=captrim-verify-compose-$$
docker volume create "$mine" >/dev/null
trap 'docker volume rm "$mine" >/dev/null; rm -rf "$tmp"' EXIT

# The attribute "version" makes Compose 2 warn.
cat >"$tmp/compose.yaml" <<YAML
version: "3"
services:
  server:
    image: $image
    network_mode: none
    cap_add: [NET_ADMIN]
    volumes: ["data:/v"] # of the name that it has here
    command: ["sh", "-c", "trap 'exit 0' TERM; mkdir -p /v/a && chown 1001 /v/a || exit 3; while :; do sleep 0.1; done"]
  other:
    image: $image
    command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"]
volumes:
  data: {name: $mine}
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
		'0 other  minimal 1; server CHOWN minimal 3'
	says "$1-last-words" "$tmp/err" 'fails in .*: chown: /v/a: Operation not permitted'
	is "$1-left" "$(made "$project") $(docker volume ls -q | grep -c "$project") $(docker network ls | grep -c "$project")" '0 0 0'
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

# A good health probe is not a good end, and one that is started again has not stayed up.
if docker-compose version >/dev/null 2>&1; then
	for policy in no always; do
		cat >"$tmp/health.yaml" <<YAML
version: "2.4"
services:
  app:
    image: $image
    network_mode: none
    restart: "$policy"
    command: ["sh", "-c", "trap 'exit 0' TERM; sleep 1; chown 1001 /srv || exit 3; while :; do sleep 0.1; done"]
    healthcheck: {test: ["CMD", "true"], interval: 1s}
YAML
		"$captrim" verify --stay 4s -f "$tmp/health.yaml" --format json -o "$tmp/health" >"$tmp/out" 2>"$tmp/err"
		is "health-$policy" "$? $(jq -r '.workloads[] | "\(.advice.cap_add | join(",")) \(.verified.result) \(.verified.runs)"' "$tmp/health")" \
			'0 CHOWN minimal 2'
	done
	says health-text "$tmp/err" 'service app: (exit status 3|it ended), and its engine start'
	# What has done its work is asked no more.
	cat >"$tmp/health.yaml" <<YAML
version: "2.4"
services:
  once:
    image: $image
    network_mode: none
    command: ["true"]
    healthcheck: {test: ["CMD", "true"], interval: 1s}
  app:
    image: $image
    network_mode: none
    command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"]
    healthcheck: {test: ["CMD", "true"], interval: 1s}
YAML
	"$captrim" verify --health -f "$tmp/health.yaml" --format json -o "$tmp/health" >"$tmp/out" 2>"$tmp/err"
	is health-once "$? $(jq -rc '[.workloads[] | .verified.result]' "$tmp/health")" '0 ["minimal","minimal"]'
	# What was built for the proof goes as well.
	mkdir "$tmp/built" && printf 'FROM %s\nENV A=b\n' "$image" >"$tmp/built/Dockerfile"
	sed "/^  once:/,\$d" "$tmp/health.yaml" >"$tmp/built/compose.yaml"
	cat >>"$tmp/built/compose.yaml" <<'YAML'
  app:
    build: .
    network_mode: none
    command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"]
YAML
	# shellcheck disable=SC2016 # for the check's shell
	"$captrim" verify --check "echo \$CAPTRIM_PROJECT >$tmp/project" -f "$tmp/built/compose.yaml" >"$tmp/out" 2>"$tmp/err"
	is built "$? $(docker images --format '{{.Repository}}' | grep -c "$(cat "$tmp/project")")" '0 0'
	# What cannot be made is not waited for, and the others alone are not the stack.
	sed 's/"true"/"sleep", "60"/; s/    healthcheck.*/    cap_add: [FROBNICATE]/' "$tmp/health.yaml" >"$tmp/bad.yaml"
	timeout 100 "$captrim" verify --stay 1s -f "$tmp/bad.yaml" >"$tmp/out" 2>"$tmp/err"
	is not-made $? 1
	says not-made-text "$tmp/err" 'recording: fails in .*: exit status 1: '
	"$captrim" verify --stay 1s -f "$tmp/nowhere.yaml" >"$tmp/out" 2>"$tmp/err"
	is not-there "$? $(cat "$tmp/err")" "1 captrim: cannot read $tmp/nowhere.yaml: No such file or directory"
	# Nothing of it runs, most of the time.
	sed '/^  app:/,$d; s/    healthcheck.*/    restart: always/' "$tmp/health.yaml" >"$tmp/again.yaml"
	"$captrim" verify -q --stay 60s -f "$tmp/again.yaml" >"$tmp/out" 2>"$tmp/err" &
	pid=$!
	sleep 15
	kill "$pid"
	timeout 30 tail --pid="$pid" -f /dev/null
	kill -9 "$pid" 2>/dev/null
	wait "$pid"
	is ends-when-asked $? 130
else
	skip health 'no docker-compose'
fi

# The volume that the file names is somebody's own.
is own-volume "$(docker run --rm --network none -v "$mine:/v" "$image" ls /v)" ''

# What was proved is used as it is, and is known to be proved.
[ -s "$tmp/advice" ] || exit 0
check() {
	status=0
	"$captrim" check "$tmp/advice" --against "$tmp/compose.yaml" >"$tmp/out" 2>&1 || status=$?
}
check
is check-finds "$status" 1
says check-finds-text "$tmp/out" NET_ADMIN
"$captrim" patch -f "$tmp/compose.yaml" --write "$tmp/advice" >"$tmp/out" 2>"$tmp/err"
is patch $? 0
is patched "$(grep -cE 'cap_drop: \[ALL\]|^ *- CHOWN' "$tmp/compose.yaml") $(grep -c 'confidence: "*proved' "$tmp/compose.yaml")" '3 2'
check
is check-agrees "$status" 0
"$captrim" advise "$tmp/advice" >"$tmp/out" 2>&1
says advise-proved "$tmp/out" 'proved: it works with this set'
