#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Which container is whose: labels, names, short lives, many at once, and counts
# against an independent counter. More with Docker is in tests/e2e.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
need_docker

prefix=captrim-cli-$$
clean() {
	docker ps -aq --filter "name=$prefix" | xargs -r docker rm -f >/dev/null 2>&1
	rm -rf "$tmp"
}
trap clean EXIT

# run NAME DOCKER-RUN-ARGUMENT...
run() {
	local name=$prefix-$1 status=0

	shift
	"$captrim" run -q --format json -o "$tmp/advice" --save "$tmp/recording" -- \
		docker run --rm --network none --name "$name" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
	return $status
}
of() { jq -c ".workloads[0]$1" "$tmp/advice"; }

run plain "$image" true
is plain-status $? 0
is plain-workloads "$(jq '.workloads | length' "$tmp/advice")" 1
is plain-kind "$(of .kind)" '"container"'
is plain-runtime "$(of .runtime)" '"docker"'
is plain-name "$(of .container.name)" "\"$prefix-plain\""
is plain-image "$(of .container.image)" "\"$image\""
is plain-id "$(jq -r '.workloads[0].container.id | test("^[0-9a-f]{64}$")' "$tmp/advice")" true
is plain-network "$(of .container.network)" '"none"'
is plain-configured "$(of '.configured | length')" 14
# runc mounts, changes roots and users before the entry point: none of it is advised.
is plain-advice "$(of .advice.cap_add)" '[]'
is plain-label "$(grep -c 'captrim[.]run' "$tmp/advice")" 0

run configured --cap-drop ALL --cap-add CHOWN --cap-add KILL "$image" true
is configured "$(of .configured)" '["CHOWN","KILL"]'
is removed "$(of .advice.removed)" '["CHOWN","KILL"]'
run status "$image" sh -c 'exit 9'
is status $? 9
run none no-such-image-anywhere:none true
is no-image $? 125

# Gone before anybody can ask for its name.
run short "$image" chown 1001 /tmp
is short-name "$(of .container.name)" "\"$prefix-short\""
is short-advice "$(of .advice.cap_add)" '["CHOWN"]'

# A container that captrim did not start is nobody's business.
for i in $(seq 20); do
	docker run -d --rm --network none --name "$prefix-other-$i" "$image" \
		sh -c 'chown 1001 /tmp; chmod 700 /srv/other/file' >/dev/null 2>&1 &
done
run ours "$image" sh -c 'cat /srv/other/file'
wait
is crowd-workloads "$(jq '.workloads | length' "$tmp/advice")" 1
is crowd-name "$(of .container.name)" "\"$prefix-ours\""
is crowd-advice "$(of .advice.cap_add)" '["DAC_READ_SEARCH"]'

docker run -d --rm --network none --name "$prefix-exec" "$image" sleep 60 >/dev/null
"$captrim" record -q -c "$prefix-exec" -d 4s -o "$tmp/recording" 2>"$tmp/err" &
recorder=$!
sleep 2
docker exec "$prefix-exec" chown 1001 /tmp
wait $recorder
docker kill "$prefix-exec" >/dev/null
"$captrim" advise --format json -o "$tmp/advice" "$tmp/recording"
is exec-name "$(of .container.name)" "\"$prefix-exec\""
is exec-phase "$(of ' | [.capabilities[] | select(.name == "CHOWN") | .reasons[].phase] | unique')" '["exec"]'
is exec-advice "$(of .advice.cap_add)" '["CHOWN"]'

# Counted to the check, against bpftrace, by what the container did alone.
if ! command -v bpftrace >/dev/null; then
	skip count 'no bpftrace'
elif [ ! -d /sys/kernel/tracing/events/capability ] &&
	! bpftrace -l 'tracepoint:capability:cap_capable' 2>/dev/null | grep -q .; then
	skip count 'this kernel has no tracepoint capability:cap_capable'
else
	bpftrace -q -e 'BEGIN { printf("ready\n"); } tracepoint:capability:cap_capable
		/comm == "chown" && args->cap == 0/ { @n[cgroup] = count(); }' \
		>"$tmp/bpftrace" 2>"$tmp/err2" &
	tracer=$!
	for i in $(seq 200); do
		grep -q ready "$tmp/bpftrace" && break
		sleep 0.1
	done
	# shellcheck disable=SC2016 # for the shell in the container
	run count "$image" sh -c 'mkdir /tmp/d; i=0
		while [ $i -lt 500 ]; do : >/tmp/d/$i; i=$((i+1)); done; chown -R 1001 /tmp/d'
	sleep 1
	kill -INT $tracer
	wait $tracer
	theirs=$(sed -n 's/^@n\[.*\]: //p' "$tmp/bpftrace" | head -n 1)
	if [ -z "$theirs" ]; then
		skip count "bpftrace counted nothing: $(head -n 1 "$tmp/err2")"
	else
		is count "$(of ' | [.capabilities[] | select(.name == "CHOWN") | .granted + .denied] | add')" "$theirs"
	fi
fi
