#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# captrim run with Podman as root: found without an API, described by the runtime's files or by the API.
# Runs alone: it records whatever is started.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/podman.sh
. "$(dirname "$0")/../lib/podman.sh"
need_probe
need_podman

# run NAME OPTION...: ours, while another container is started by somebody else
run() {
	local name=$1 status=0

	shift
	"${podman[@]}" run --rm --network none --name "captrim-other-$$" "$image" \
		chmod 700 /srv/other/file >/dev/null 2>&1 &
	other=$!
	"$captrim" run -q --format json -o "$tmp/advice" "$@" -- "${podman[@]}" run --rm --network none \
		--name "captrim-$name-$$" "$image" sh -c 'chown 1001 /tmp; sleep 1' >"$tmp/out" 2>"$tmp/err" || status=$?
	wait $other
	is "$name-status" "$status" 0
	is "$name-workloads" "$(jq -c '[.workloads[] | .runtime, .container.name, .advice.cap_add]' "$tmp/advice")" \
		"[\"podman\",\"captrim-$name-$$\",[\"CHOWN\"]]"
	is "$name-image" "$(jq -r '.workloads[0].container.image' "$tmp/advice")" "localhost/$image:latest"
	is "$name-configured" "$(jq -r '.workloads[0].configured | index("CHOWN") != null' "$tmp/advice")" true
	is "$name-lookups" "$(jq .losses.lookups "$tmp/advice")" 0
}

run files
# Lives long enough for the API to be asked: Podman forgets at once what ends with --rm.
"${podman[@]}" system service -t 60 "unix://$tmp/socket" >/dev/null 2>&1 &
service=$!
for _ in $(seq 50); do
	[ -S "$tmp/socket" ] && break
	sleep 0.1
done
run api --socket "$tmp/socket"
is api-network "$(jq -r '.workloads[0].container.network' "$tmp/advice")" none

# A pod: what runs in it goes by its own name, and what holds it together, whose name is another for each pod, by its image.
if "${podman[@]}" pod create --name "captrim-pod-$$" --network none --infra-image "localhost/$image" \
	--infra-command 'sleep 600' >"$tmp/out" 2>&1 &&
	"${podman[@]}" run -d --pod "captrim-pod-$$" --name "captrim-inpod-$$" "$image" \
		sh -c 'while chown 1001 /tmp; do sleep 0.2; done' >"$tmp/out" 2>&1; then
	"$captrim" record -q --all -d 2s -o "$tmp/pod.rec" 2>"$tmp/err" || fail pod-status "$(tail -n 1 "$tmp/err")"
	is pod "$("$captrim" advise --format json "$tmp/pod.rec" |
		jq -c '[.workloads[] | select(.runtime == "podman" and .advice.cap_add == ["CHOWN"]) | .container.name]')" "[\"captrim-inpod-$$\"]"
	infra=$("${podman[@]}" pod inspect "captrim-pod-$$" | jq -r .InfraContainerID)
	pid=$("${podman[@]}" inspect -f '{{.State.Pid}}' "$infra")
	is pod-infra "$("$captrim" whose --json "$pid" 2>/dev/null | jq -r '.facts[] | select(.name == "pod-uid") | .value')" \
		"$("${podman[@]}" pod inspect "captrim-pod-$$" | jq -r .Id)"
	"${podman[@]}" pod rm -f "captrim-pod-$$" >/dev/null 2>&1
else
	skip pod "no pod can be started: $(tail -n 1 "$tmp/out")"
fi
