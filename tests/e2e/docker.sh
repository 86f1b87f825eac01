#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# captrim with a real Docker daemon: which container is whose (labels, names, short lives, many at once), phases,
# and counts against an independent counter.
# Runs alone: it records whatever containers are started.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
need_docker

prefix=captrim-test-$$
clean() {
	docker ps -aq --filter "name=$prefix" | xargs -r docker rm -f >/dev/null 2>&1
	docker rmi -f "$prefix-health" >/dev/null 2>&1
	rm -rf "$tmp"
}
trap clean EXIT

# run NAME DOCKER-RUN-ARGUMENT...
run() {
	local name=$prefix-$1

	shift
	"$captrim" run -q --format json -o "$tmp/advice" --save "$tmp/recording" -- \
		docker run --rm --network none --name "$name" "$@" >"$tmp/out" 2>"$tmp/err"
}
of() { jq -c ".workloads[0]$1" "$tmp/advice"; }
# phases CAP: where it was asked for
phases() { of " | [.capabilities[] | select(.name == \"$1\") | .reasons[].phase] | unique"; }

# Beside other tests something may be lost, which lowers the confidence: three tries.
for _ in 1 2 3; do
	run plain "$image" true
	status=$?
	[ "$(of .advice.confidence)" = '"high"' ] && break
	jq -c '.losses, .workloads[0].advice.why' "$tmp/advice"
done
is plain-status "$status" 0
is plain-workloads "$(jq '.workloads | length' "$tmp/advice")" 1
is plain-kind "$(of .kind)" '"container"'
is plain-runtime "$(of .runtime)" '"docker"'
is plain-name "$(of .container.name)" "\"$prefix-plain\""
is plain-image "$(of .container.image)" "\"$image\""
is plain-id "$(of '.container.id | test("^[0-9a-f]{64}$")')" true
is plain-engine "$(of .container.engine)" "\"$(docker version -f '{{.Server.Version}}' | sed 's/[+ ].*//')\""
is plain-network "$(of .container.network)" '"none"'
is plain-configured "$(of '.configured | length')" 14
is plain-confidence "$(of .advice.confidence)" '"high"'
is plain-losses "$(jq -c '.losses | [.events, .kinds, .acts, .stacks, .missed, .lookups]' "$tmp/advice")" '[0,0,0,0,0,0]'
# runc mounts, changes roots and users before the entry point: none of it is advised.
is plain-advice "$(of .advice.cap_add)" '[]'

# What was not seen is not advised upon: without the API the client alone was.
"$captrim" run -q --socket /nonexistent --format json -o "$tmp/none" -- docker run --rm "$image" true >/dev/null 2>&1
is unseen-status $? 125
is unseen-no-advice "$(test -e "$tmp/none" && echo written)" ""
is plain-label "$(grep -c 'captrim[.]run' "$tmp/advice")" 0

# A deep call path is never shown with the outer frames of another system call.
run deep "$image" sh -c 'mkdir /tmp/a /tmp/a/b; : >/tmp/a/c; ln /etc/passwd /etc/p; chown 1001 /etc/group; chmod 600 /etc/p
	mv /etc/p /etc/q; rm -r /etc/q /tmp/a'
is deep-stacks "$(jq -c 'select(.type == "kind" and .syscall) | .syscall as $s
	| [.stack[]? | select(startswith("__x64_sys_")) | ltrimstr("__x64_sys_")]
	| select(length > 0 and .[0] != $s and $s != "umount2") | [$s, .[0]]' "$tmp/recording" | sort -u)" ''

run configured --cap-drop ALL --cap-add CHOWN --cap-add KILL "$image" true
is configured "$(of .configured)" '["CHOWN","KILL"]'
is removed "$(of .advice.removed)" '["CHOWN","KILL"]'
run status "$image" sh -c 'exit 9'
is status $? 9
run none no-such-image-anywhere:none true
is no-image $? 125

run never --entrypoint /no/such/program "$image"
is never-ran "$(of ' | [.advice.confidence, (.warnings[].code | select(. == "never-ran"))]')" '["low","never-ran"]'

run search "$image" ls /srv/other
is search "$(of .advice.cap_add)" '["DAC_READ_SEARCH"]'
run ordinary "$image" sh -c 'touch /tmp/a; chmod 755 /tmp/a; cat /etc/passwd'
is ordinary "$(of .advice.cap_add)" '[]'
run mount --cap-add SYS_ADMIN --security-opt apparmor=unconfined "$image" mount -t tmpfs none /tmp
is mount "$(of .advice.cap_add)" '["SYS_ADMIN"]'
is host-scope "$(of '.warnings[] | select(.code == "host-scope") | .capability')" '"SYS_ADMIN"'

# Gone before anybody can ask for its name, or for its files.
run short "$image" chown 1001 /tmp
is short-name "$(of .container.name)" "\"$prefix-short\""
is short-advice "$(of .advice.cap_add)" '["CHOWN"]'
is short-lookups "$(jq .losses.lookups "$tmp/advice")" 0

# Ours among twenty that start at the same moment and do something else.
for i in $(seq 20); do
	docker run -d --rm --network none --name "$prefix-other-$i" "$image" \
		sh -c 'chown 1001 /tmp; chmod 700 /srv/other/file' >/dev/null 2>&1 &
done
run ours "$image" sh -c 'cat /srv/other/file'
wait
is crowd-workloads "$(jq '.workloads | length' "$tmp/advice")" 1
is crowd-name "$(of .container.name)" "\"$prefix-ours\""
is crowd-advice "$(of .advice.cap_add)" '["DAC_READ_SEARCH"]'

# A script's containers are not told from others'.
"$captrim" run --format json -o "$tmp/advice" -- \
	sh -c "docker run --rm --network none --name $prefix-script $image chown 1001 /tmp" >/dev/null 2>"$tmp/err"
is script "$(jq -c '[.workloads[].kind]' "$tmp/advice")" '["command"]'
is script-warning "$(of ' | [.advice.confidence, (.warnings[].code | select(. == "left-out"))]')" '["low","left-out"]'
"$captrim" run -q --containers --format json -o "$tmp/advice" -- \
	sh -c "docker run --rm --network none --name $prefix-script $image chown 1001 /tmp" >/dev/null 2>"$tmp/err"
is script-containers "$(jq -c --arg name "$prefix-script" '[.workloads[] | select(.container.name == $name)
	| .advice.cap_add]' "$tmp/advice")" '[["CHOWN"]]'

# What is run inside, and the health check, are judged apart from the entry point's tree.
docker build -q -t "$prefix-health" - >/dev/null 2>"$tmp/err" <<IMAGE
FROM $image
HEALTHCHECK --interval=3s CMD cat /srv/other/file
IMAGE
docker run -d --rm --network none --name "$prefix-exec" "$prefix-health" sleep 300 >/dev/null
"$captrim" record -q -c "$prefix-exec" -o "$tmp/recording" 2>"$tmp/err" &
recorder=$!
attached $recorder
docker exec "$prefix-exec" chown 1001 /tmp
sleep 4
kill -TERM $recorder
wait $recorder
docker kill "$prefix-exec" >/dev/null
"$captrim" advise --format json -o "$tmp/advice" "$tmp/recording"
is exec-name "$(of .container.name)" "\"$prefix-exec\""
is exec-phase "$(phases CHOWN)" '["exec"]'
is health-phase "$(of ' | [.capabilities[].reasons[] | select(.process == "cat") | .phase] | unique')" '["health"]'
is exec-advice "$(of .advice.cap_add)" '["CHOWN","DAC_READ_SEARCH"]'
"$captrim" record -q -c captrim-no-such -o "$tmp/x" 2>"$tmp/err"
is unknown-container $? 1
says unknown-container-text "$tmp/err" 'no container "'

# By name, by the beginning of an id without an API, by the project; and what was refused and failed.
docker run -d --rm --network none --name "$prefix-loop" --cap-drop CHOWN --label "com.docker.compose.project=$prefix" \
	"$image" sh -c 'while sleep 0.2; do chown 1001 /tmp; done' >"$tmp/id" 2>/dev/null
"$captrim" trace -c "$prefix-loop" -d 1500ms --json >"$tmp/trace" 2>"$tmp/err"
is trace-name-status $? 0
is trace-name "$(jq -c 'select(.capability == "CHOWN") | [.capability, .granted, .process]' "$tmp/trace" | sort -u)" '["CHOWN",false,"chown"]'
"$captrim" trace -c captrim-no-such -d 1s >"$tmp/trace" 2>"$tmp/err"
is trace-unknown $? 1
says trace-unknown-text "$tmp/err" 'no container "captrim-no-such"'
"$captrim" trace -c "$prefix-loop" -d 2s >/dev/full 2>"$tmp/err"
is trace-full $? 1
"$captrim" record -q --socket /nonexistent -c "$(head -c 12 "$tmp/id")" -d 900ms -o "$tmp/recording" 2>"$tmp/err"
is record-id $? 0
is record-id-outcome "$(jq -c 'select(.type == "kind" and .cap_name == "CHOWN" and .entry != 1) | .outcome.eperm > 0' \
	"$tmp/recording" | sort -u)" true
"$captrim" record -q --project "$prefix" -d 900ms -o "$tmp/recording" 2>"$tmp/err"
is record-project "$("$captrim" advise --format json "$tmp/recording" | jq -c '[.workloads[].container.name]')" "[\"$prefix-loop\"]"
docker kill "$prefix-loop" >/dev/null
"$captrim" record --project "$prefix" -d 200ms -o "$tmp/recording" 2>"$tmp/err"
is record-nothing-status $? 1
says record-nothing "$tmp/err" 'nothing was recorded'

# The client ends by the second signal, and its container, which ignores them, with it.
"$captrim" run -q -- docker run --rm --network none --name "$prefix-signal" "$image" sleep 300 >/dev/null 2>&1 &
recorder=$!
for i in $(seq 100); do
	docker ps -q --filter "name=$prefix-signal" | grep -q . && break
	sleep 0.1
done
kill -TERM $recorder
sleep 0.3
kill -TERM $recorder
wait $recorder
is signal-status $? 130
is signal-container "$(docker ps -q --filter "name=$prefix-signal")" ''

# Counted to the check, against bpftrace, by what the container did alone.
# shellcheck source=../lib/bpftrace.sh
. "$here/tests/lib/bpftrace.sh"
if ! has_bpftrace; then
	skip count "bpftrace: $why_no_bpftrace"
else
	begin_bpftrace "$tmp/bpftrace" 'tracepoint:capability:cap_capable
		/comm == "busybox-count" && args->cap == 0/ { @n = count(); }'
	# shellcheck disable=SC2016 # for the shell in the container
	run count "$image" sh -c 'mkdir /tmp/d; cp /bin/busybox /tmp/busybox-count; i=0
		while [ $i -lt 500 ]; do : >/tmp/d/$i; i=$((i+1)); done
		/tmp/busybox-count chown -R 1001 /tmp/d'
	sleep 1
	end_bpftrace
	theirs=$(sed -n 's/^@n: //p' "$tmp/bpftrace")
	if [ -z "$theirs" ]; then
		skip count "bpftrace counted nothing: $(head -n 1 "$tmp/bpftrace.err")"
	else
		is count "$(of ' | [.capabilities[] | select(.name == "CHOWN") | .granted + .denied] | add')" "$theirs"
	fi
fi
