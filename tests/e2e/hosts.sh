#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Engines elsewhere are refused at once, before anything runs; one of this machine is asked over TLS, by
# DOCKER_HOST, by a context, and by the client's own words. Which engine that is, the environment says.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
need_docker
address=${DOCKER_HOST:-unix:///var/run/docker.sock}
case $address in
unix://*) socket=${address#unix://} ;;
*) skip all "the engine is not at a unix socket, but at $address"; exit 0 ;;
esac
export DOCKER_CONFIG=$tmp/config
mkdir "$DOCKER_CONFIG"
unset DOCKER_CONTEXT

# refuses NAME REGEX VARIABLE=VALUE... -- ARGUMENT...: at once, and nothing was run
refuses() {
	local name=$1 regex=$2 vars=() status=0

	shift 2
	while [ "$1" != -- ]; do vars+=("$1"); shift; done
	shift
	rm -f "$tmp/ran"
	env -u DOCKER_HOST "${vars[@]}" PATH="$tmp/bin:$PATH" "$captrim" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
	if [ "$status" -ne 0 ] && ! [ -e "$tmp/ran" ]; then pass "$name-status"; else fail "$name-status" "status $status, $(cat "$tmp/ran" 2>/dev/null) ran"; fi
	says "$name" "$tmp/err" "$regex"
}
# A client that says that it ran.
mkdir "$tmp/bin"
for name in docker podman; do
	printf '#!/bin/sh\necho %s >%s/ran\n' $name "$tmp" >"$tmp/bin/$name"
	chmod +x "$tmp/bin/$name"
done
# 192.0.2.0/24 is nobody's (RFC 5737).
refuses run-ssh 'DOCKER_HOST=ssh://bob@lab: the engine is not on this machine' DOCKER_HOST=ssh://bob@lab -- run -- docker run x
refuses run-tcp 'DOCKER_HOST=tcp://192.0.2.1:2375: the engine is not on' DOCKER_HOST=tcp://192.0.2.1:2375 -- run -- docker run x
refuses run-option '--host tcp://192.0.2.1:2375: the engine is not on' A=b -- run -- docker -H tcp://192.0.2.1:2375 run x
refuses run-compose 'DOCKER_HOST=ssh://lab: the engine is not on' DOCKER_HOST=ssh://lab -- run -- docker compose up
refuses run-podman '--url ssh://lab/x: the engine is not on' A=b -- run -- podman --url ssh://lab/x run y
refuses verify-ssh 'DOCKER_HOST=ssh://lab: the engine is not on' DOCKER_HOST=ssh://lab -- verify -- docker run x
refuses record-project 'DOCKER_HOST=ssh://lab: the engine is not on' DOCKER_HOST=ssh://lab -- record --project shop -o "$tmp/rec"
# The client itself keeps its contexts.
env -u DOCKER_HOST docker context create lab --docker host=ssh://bob@lab >"$tmp/out" 2>&1 || fail context "$(cat "$tmp/out")"
refuses run-context 'the context "lab" \(--context\): the engine is not on' A=b -- run -- docker --context lab run x
refuses run-context-variable 'the context "lab" \(DOCKER_CONTEXT\): the engine is not on' DOCKER_CONTEXT=lab -- run -- docker run x
env -u DOCKER_HOST docker context use lab >/dev/null 2>&1
refuses run-context-current 'the context "lab" \(currentContext in its config.json\)' A=b -- run -- docker run x
env -u DOCKER_HOST docker context use default >/dev/null 2>&1

# What is not a client's work goes on, and it is said first.
DOCKER_HOST=ssh://lab "$captrim" run -- sh -c 'echo began >&2' >"$tmp/out" 2>"$tmp/err"
is command-status $? 0
is command-said-once "$(grep -c 'not on this machine' "$tmp/err")" 1
is command-said-first "$(grep -nE 'not on this machine' "$tmp/err" | cut -d : -f 1)" 1

command -v openssl >/dev/null || { skip tls 'no openssl'; exit 0; }
command -v python3 >/dev/null || { skip tls 'no python3'; exit 0; }
tls=$tmp/tls
mkdir "$tls"
# certificate NAME EXTENSION: NAME.pem and NAME-key.pem, by our authority
certificate() {
	openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$tls/$1-key.pem" -out "$tls/$1.csr" 2>/dev/null &&
		openssl x509 -req -in "$tls/$1.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca-key.pem" -CAcreateserial -days 2 \
			-extfile <(echo "$2") -out "$tls/$1-cert.pem" 2>/dev/null
}
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout "$tls/ca-key.pem" -out "$tls/ca.pem" 2>/dev/null
certificate server subjectAltName=IP:127.0.0.1
certificate client extendedKeyUsage=clientAuth
mkdir "$tmp/client"
cp "$tls/ca.pem" "$tmp/client/"
cp "$tls/client-cert.pem" "$tmp/client/cert.pem"
cp "$tls/client-key.pem" "$tmp/client/key.pem"
"$here/tests/lib/tls_proxy.py" "$tls" "$socket" >"$tmp/proxy" 2>&1 &
proxy=$!
trap 'kill $proxy; rm -rf "$tmp"' EXIT
for _ in $(seq 300); do
	[ -e "$tls/port" ] && break
	sleep 0.1
done
url=tcp://127.0.0.1:$(cat "$tls/port")

# names NAME VARIABLE=VALUE... -- CLIENT WORD...: watched, by the name that only the API knows
names() {
	local name=$1 vars=() status=0

	shift
	while [ "$1" != -- ]; do vars+=("$1"); shift; done
	shift
	env -u DOCKER_HOST "${vars[@]}" "$captrim" run -q --format json -o "$tmp/advice" -- "$@" run --rm \
		--name "captrim-hosts-$name-$$" "$image" sh -c 'chown 1001 /tmp; sleep 1' >"$tmp/out" 2>"$tmp/err" || status=$?
	is "tls-$name" "$status $(jq -c '[.workloads[] | .container.name, .advice.cap_add]' "$tmp/advice")" \
		"0 [\"captrim-hosts-$name-$$\",[\"CHOWN\"]]"
}
names host DOCKER_HOST="$url" DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH="$tmp/client" -- docker
names words A=b -- docker --tlsverify --tlscacert "$tmp/client/ca.pem" --tlscert "$tmp/client/cert.pem" --tlskey "$tmp/client/key.pem" -H "$url"
env -u DOCKER_HOST docker context create near --docker \
	"host=$url,ca=$tmp/client/ca.pem,cert=$tmp/client/cert.pem,key=$tmp/client/key.pem" >"$tmp/out" 2>&1 || fail context-tls "$(cat "$tmp/out")"
names context DOCKER_CONTEXT=near -- docker
# Another authority's: nobody is believed.
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other -keyout "$tmp/other-key.pem" -out "$tmp/other.pem" 2>/dev/null
cp "$tmp/other.pem" "$tmp/client/ca.pem"
env -u DOCKER_HOST DOCKER_HOST="$url" DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH="$tmp/client" "$captrim" doctor >"$tmp/out" 2>&1
says tls-other-authority "$tmp/out" '^no   container API: .*https://127.0.0.1:[0-9]*: .*(certificate|peer|SSL)'
