#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# captrim with a real Docker daemon: attribution, phases, counts.
. "$(dirname "$0")/../lib/common.sh"
need_probe
need_docker
n=0
# run DOCKER-RUN-ARGUMENTS: a container of our own, its report in $tmp/advice
run() {
	n=$((n + 1))
	name=captrim-test-$$-$n
	"$captrim" run -q --format json -o "$tmp/advice" -- \
		docker run --rm --network none --name "$name" "$@" >"$tmp/out" 2>"$tmp/err"
}

run "$image" true; is status $? 0
is needs-nothing "$(cap_add "$tmp/advice")" ''
is name "$(jq -r '.workloads[0].container.name' "$tmp/advice")" "$name"
is image "$(jq -r '.workloads[0].container.image' "$tmp/advice")" "$image"
is one-workload "$(jq '.workloads | length' "$tmp/advice")" 1
is configured "$(jq '.workloads[0].configured | length' "$tmp/advice")" 14
is confidence "$(jq -r '.workloads[0].advice.confidence' "$tmp/advice")" high
run "$image" sh -c 'exit 3'; is exit-status $? 3
run "$image" chown 1001 /etc/passwd; is chown "$(cap_add "$tmp/advice")" CHOWN
run "$image" ls /srv/other; is search "$(cap_add "$tmp/advice" | grep -cE '^DAC_(READ_SEARCH|OVERRIDE)$')" 1
run "$image" sh -c 'touch /tmp/a; chmod 755 /tmp/a; cat /etc/passwd'; is ordinary "$(cap_add "$tmp/advice")" ''
run --cap-add SYS_ADMIN --security-opt apparmor=unconfined "$image" mount -t tmpfs none /tmp
is mount "$(cap_add "$tmp/advice")" SYS_ADMIN
is host-scope "$(jq -r '.workloads[0].warnings[] | select(.code == "host-scope") | .capability' "$tmp/advice")" SYS_ADMIN

# Ours among twenty that start at the same moment and do something else.
for _ in $(seq 20); do
	docker run --rm --network none "$image" sh -c 'ls /srv/other; chown 1 /etc/passwd' >/dev/null 2>&1 &
done
run "$image" true
wait
is among-twenty "$(jq '.workloads | length' "$tmp/advice") $(cap_add "$tmp/advice")" '1 '

# What is run inside is judged apart from the entry point's tree.
docker run -d --rm --network none --name "captrim-test-$$-exec" "$image" sleep 60 >/dev/null
"$captrim" record -q -c "captrim-test-$$-exec" -d 5s -o "$tmp/rec" 2>"$tmp/err" &
recorder=$!
sleep 2
docker exec "captrim-test-$$-exec" chown 1001 /etc/group
wait "$recorder"
docker kill "captrim-test-$$-exec" >/dev/null
"$captrim" advise --format json -o "$tmp/advice" "$tmp/rec"
is exec-phase "$(jq -r '[.workloads[0].capabilities[] | select(.name == "CHOWN") | .reasons[].phase] | unique | join(",")' "$tmp/advice")" exec
"$captrim" record -q -c captrim-no-such -o "$tmp/x" 2>"$tmp/err"; is unknown-container $? 1
says unknown-container-text "$tmp/err" 'no container named'

if command -v bpftrace >/dev/null && command -v perl >/dev/null; then
	# One program's checks, counted by captrim and by somebody else.
	bpftrace -q -e 'tracepoint:capability:cap_capable /comm == "perl" && args->cap == 0/ { @ = count(); }
		interval:s:8 { exit(); }' >"$tmp/bpftrace" 2>/dev/null &
	bpftrace=$!
	sleep 4
	touch "$tmp/file"
	# shellcheck disable=SC2016
	"$captrim" run -q --format json -o "$tmp/advice" -- \
		perl -e 'for (1 .. 5000) { chown 1, 1, $ARGV[0]; chown 0, 0, $ARGV[0] }' "$tmp/file"
	wait "$bpftrace"
	is count-agrees "$(jq '.workloads[0].capabilities[] | select(.name == "CHOWN") | .granted' "$tmp/advice")" \
		"$(sed -n 's/^@: //p' "$tmp/bpftrace")"
else
	skip count-agrees "no bpftrace or no perl"
fi
