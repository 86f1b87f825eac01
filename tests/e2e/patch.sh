#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Compose projects recorded, patched, and brought up again under the advised set.
# COMPOSE1 and COMPOSE2 name docker-compose 1.x and 2.x; they must be called docker-compose.
. "$(dirname "$0")/../lib/common.sh"
need_probe
need_docker
read -ra compose1 <<<"${COMPOSE1:-docker-compose}"
read -ra compose2 <<<"${COMPOSE2:-docker compose}"
cd "$tmp" || exit 1

# up NAME FILE: brings a project up; 0 if every container of it ended well
up() {
	"${compose[@]}" -p "$1" -f "$2" up >"$tmp/out" 2>&1
	docker ps -aq --filter "label=com.docker.compose.project=$1" |
		xargs docker inspect --format '{{.State.ExitCode}}' | grep -c -v '^0$' | grep -qx 0
}

# project NAME SERVICES SET: the file $tmp/NAME.yaml recorded, patched, brought up; SET is a regex
project() {
	local name=captrim-patch-$$-$1 file=$1.yaml
	"$captrim" run -q --save "$1.rec" --format json -o "$1.json" -- \
		"${compose[@]}" -p "$name" -f "$file" up >"$tmp/out" 2>&1 || {
		fail "$1" "not recorded: $(head -c 300 "$tmp/out")"
		return
	}
	"${compose[@]}" -p "$name" -f "$file" down >/dev/null 2>&1
	is "$1-services" "$(jq -r '[.workloads[].container.service] | sort | join(",")' "$1.json")" "$2"
	"$captrim" patch -q --write -f "$file" "$1.rec" 2>"$tmp/err" || {
		fail "$1" "not patched: $(cat "$tmp/err")"
		return
	}
	if up "$name" "$file"; then pass "$1-runs"; else fail "$1-runs" "$(head -c 300 "$tmp/out")"; fi
	"${compose[@]}" -p "$name" -f "$file" down >/dev/null 2>&1
	jq -r '[.workloads[].advice.cap_add[]] | unique | join(" ")' "$1.json" >"$tmp/set"
	says "$1-set" "$tmp/set" "^$3\$"
}

# projects SUFFIX: five styles
projects() {
	cat >"plain$1.yaml" <<-'EOF'
		services:
		  web:
		    image: captrim-test   # small
		    network_mode: none
		    command: ["sh", "-c", "chown bob /etc/passwd && su bob -c id"]
		  db:
		    image: captrim-test
		    network_mode: none
		    command: ["true"]
	EOF
	cat >"anchors$1.yaml" <<-'EOF'
		x-base: &base
		    image: captrim-test
		    network_mode: none
		    cap_add: [NET_ADMIN]
		services:
		    api:
		        <<: *base
		        command: [chown, bob, /etc/group]
		    worker: {<<: *base, command: [su, bob, -c, id], privileged: false}
	EOF
	printf 'services:\r\n  web:\r\n    image: captrim-test\r\n    network_mode: none\r\n    command: [ls, /srv/other]\r\n    cap_add:\r\n      - SYS_PTRACE\r\n' >"crlf$1.yaml"
	cat >"flow$1.yaml" <<-'EOF'
		services:
		  web: {image: captrim-test, network_mode: none, command: [su, bob, -c, "true"],
		    cap_drop: [NET_RAW]}
	EOF
	cat >"extends$1.yaml" <<-'EOF'
		services:
		  app:
		    image: captrim-test
		    network_mode: none
		    command: ["true"]
		  web:
		    extends: {service: app}
		    command: [chown, bob, /etc/passwd]
	EOF
	project "plain$1" db,web 'CHOWN SETGID SETUID'
	project "anchors$1" api,worker 'CHOWN SETGID SETUID'
	project "crlf$1" web 'DAC_(READ_SEARCH|OVERRIDE)'
	project "flow$1" web 'SETGID SETUID'
	project "extends$1" app,web 'CHOWN'
}

run_with() {
	case $("${compose[@]}" version --short 2>/dev/null) in
	"$1".* | v"$1".*) projects "-$1" ;;
	*) skip "compose-$1" "Compose $1.x is not here (COMPOSE$1)" ;;
	esac
}
compose=("${compose1[@]}")
run_with 1
compose=("${compose2[@]}")
run_with 2
