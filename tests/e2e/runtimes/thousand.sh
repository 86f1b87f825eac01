#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# THOUSAND (1000) containers that live 200 milliseconds, 20 started at a time, on Docker and on containerd, and BOTH (200)
# on both at once: each is found by the name that it was given, none is anything else, and afterwards the recorder's
# memory is what it was.
# shellcheck source-path=SCRIPTDIR source=../../lib/common.sh
. "$(dirname "$0")/../../lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=../../lib/containerd.sh
. "$(dirname "$0")/../../lib/containerd.sh"
need_probe
in_own_mounts "$@"
many=${THOUSAND:-1000}
prefix=captrim-thousand-$$
recorder=
clean() {
	[ -z "$recorder" ] || kill "$recorder" 2>/dev/null
	end_containerd
	docker ps -aq --filter "name=$prefix" 2>/dev/null | xargs -r docker rm -f >/dev/null 2>&1
	rm -rf "$tmp"
}
trap clean EXIT

# The recorder's own memory in KiB.
memory() { awk '/^RssAnon/ { print $2 }' "/proc/$recorder/status"; }

# What each does tells it apart: every third changes an owner, every third a root directory, every third nothing.
# shellcheck disable=SC2016 # for the inner shell
work='case $(({} % 3)) in
	0) what="chown 1001 /tmp" ;;
	1) what="chroot / true" ;;
	*) what=true ;;
	esac'

# thousand NAME COMMAND: COMMAND starts one that runs "$what; exec sleep 0.2" in a shell, by its number {}
thousand() {
	local started before after

	"$captrim" record -q --all -o "$tmp/$1.rec" 2>"$tmp/err" &
	recorder=$!
	attached $recorder
	# So many that all that is kept for good is there.
	started=$(seq 100001 100100 | xargs -P 20 -I{} sh -c "$work; $2 && echo {}" 2>"$tmp/err-start" | wc -l)
	[ "$started" = 100 ] || { fail "$1-warm-up" "$started of 100: $(head -c 300 "$tmp/err-start")"; kill -INT $recorder; wait $recorder; recorder=; return; }
	sleep 3
	before=$(memory)
	started=$(seq "$many" | xargs -P 20 -I{} sh -c "$work; $2 && echo {}" 2>"$tmp/err-start" | wc -l)
	is "$1-started" "$started" "$many"
	sleep 5
	after=$(memory)
	echo "# $1: $before KiB before, $after KiB after $many containers"
	# What the allocator keeps for itself comes and goes; a thousand workloads would be ten times as much.
	if [ $((after - before)) -le 6144 ]; then pass "$1-memory"; else fail "$1-memory" "grew from $before to $after KiB"; fi
	kill -INT $recorder
	wait $recorder
	is "$1-status" $? 0
	recorder=
	"$captrim" advise --format json -o "$tmp/$1.json" "$tmp/$1.rec"
	# Names are the container's, or, with ctr, its id.
	jq --arg prefix "$prefix-" '[.workloads[] | . + {called: (.container.name // .id)} | select(.called | startswith($prefix))
		| {number: (.called | ltrimstr($prefix) | tonumber), caps: (.advice.cap_add | join(",")), complete: .advice.complete}
		| select(.number < 100000)]' \
		"$tmp/$1.json" >"$tmp/ours"
	is "$1-found" "$(jq 'map(.number) | unique | length' "$tmp/ours")" "$many"
	is "$1-once" "$(jq length "$tmp/ours")" "$many"
	# On a busy machine something of a few may be lost, which their advice says.
	echo "# $1: of $(jq 'map(select(.complete | not)) | length' "$tmp/ours") something was lost"
	is "$1-right" "$(jq -c 'map(select(.complete and .caps != (["CHOWN", "SYS_CHROOT", ""][.number % 3]))) | map([.number, .caps])[:5]' \
		"$tmp/ours")" '[]'
	is "$1-few-lost" "$(jq "map(select(.complete | not)) | length <= $many / 20" "$tmp/ours")" true
}

engines_image=
if docker version >/dev/null 2>&1; then
	need_docker
	engines_image=$image
	thousand docker "docker run --rm --network none --name $prefix-{} $image sh -c \"\$what; exec sleep 0.2\" >/dev/null"
else
	skip docker 'no Docker daemon answers'
fi
need_containerd
# Both at once: every second one is Docker's.
if [ -n "$engines_image" ]; then
	all=$many many=${BOTH:-200}
	thousand both "if [ \$(({} % 2)) = 0 ]; then
		docker run --rm --network none --name $prefix-{} $engines_image sh -c \"\$what; exec sleep 0.2\" >/dev/null
	else
		ctr -a $ctr run --rm $image $prefix-{} /bin/sh -c \"\$what; exec sleep 0.2\" >/dev/null
	fi"
	is both-runtimes "$(jq -c --arg prefix "$prefix-" '[.workloads[] | {runtime, called: (.container.name // .id)} | select(.called | startswith($prefix))
		| .runtime + " " + (.called | ltrimstr($prefix) | tonumber | . % 2 | tostring)] | unique' "$tmp/both.json")" \
		'["containerd 1","docker 0"]'
	many=$all
fi
export DOCKER_HOST=unix://$tmp/none
thousand containerd "ctr -a $ctr run --rm $image $prefix-{} /bin/sh -c \"\$what; exec sleep 0.2\" >/dev/null"
