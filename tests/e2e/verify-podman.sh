#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# captrim verify with Podman: what it proves, what else --privileged brought, what is left.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/podman.sh
. "$(dirname "$0")/../lib/podman.sh"
need_probe
need_podman

# verify [OPTION]... -- PODMAN-RUN-ARGUMENTS; sets $status, leaves $tmp/advice
verify() {
	local options=()

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	status=0
	rm -f "$tmp/advice"
	"$captrim" verify --format json -o "$tmp/advice" "${options[@]}" -- "${podman[@]}" run --network none "$@" \
		>"$tmp/out" 2>"$tmp/err" || status=$?
}
verified() { jq -r ".workloads[0].verified.$1" "$tmp/advice"; }
# proves NAME CAPS RUNS: in so many; one more where the engine failed once, for then it is repeated.
proves() {
	local more

	more=$(($(verified runs) - $3))
	is "$1" "$status $(cap_add "$tmp/advice") $((more == 0 || more == 1)) $(verified result)" "0 $2 1 minimal"
}
# Containers and volumes of its own; this store is nobody else's.
left() { echo "$("${podman[@]}" ps -aq | wc -l) $("${podman[@]}" volume ls -q | wc -l)"; }

verify -- "$image" chown 1001 /etc/passwd
proves one CHOWN 2
is whose "$(jq -c '.workloads | map([.runtime, .advice.confidence])' "$tmp/advice")" '[["podman","proved"]]'
is one-left "$(left)" '0 0'
# A server on a volume that its first start makes and the second one finds.
# shellcheck disable=SC2016 # for the check's shell
verify --check "${podman[*]}"' exec "$CAPTRIM_CONTAINER" cat /tmp/ready' -- -d --name server -v "data:/v" "$image" \
	sh -c 'trap "exit 0" TERM; if mkdir /v/done; then chown 1001 /v/done || exit 1; fi; touch /tmp/ready; while :; do sleep 0.1; done'
proves server CHOWN 3 # two starts with it, one without
is server-left "$(left)" '0 0'

if ! "${podman[@]}" run --rm --privileged --network none "$image" true >"$tmp/out" 2>&1; then
	skip privileged "podman runs no privileged container here: $(tail -n 1 "$tmp/out")"
	exit 0
fi
verify -- --privileged "$image" chown 1001 /etc/passwd
is privileged "$status $(cap_add "$tmp/advice") $(verified result) $(verified privileged)" '0 CHOWN minimal dropped'
says privileged-text "$tmp/advice" 'besides capabilities that gives all devices'
# shellcheck disable=SC2016 # for the container's shell
writable_sys='chown 1001 /etc/passwd; case $(cat /proc/self/mounts) in *"sysfs ro,"*) exit 1; esac'
verify -- --privileged "$image" sh -c "$writable_sys"
is privileged-needed "$status $(verified result) $(verified privileged) $(jq -r '.workloads[0].advice.confidence' "$tmp/advice")" \
	'1 failed needed low'
is privileged-not-flaky "$(verified flaky)" false
says privileged-needed-text "$tmp/err" 'without --privileged it does not work'
is privileged-left "$(left)" '0 0'
