#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# captrim whose: facts with their sources.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# Whose a process is, without root: by its path at least.
"$captrim" whose --json $$ >"$tmp/whose" 2>"$tmp/err"
is whose-status $? 0
is whose-facts-have-sources "$(jq -c '[.facts[] | select(.source == "" or .value == "")] | length' "$tmp/whose")" 0
is whose-names-the-process "$(jq -r '.facts[] | select(.name == "process") | .value' "$tmp/whose")" "$(cat /proc/$$/comm)"
id=$(printf '%064d' 7 | tr 0 a)
"$captrim" whose "/docker/$id/docker/${id//a/b}/x" >"$tmp/whose" 2>"$tmp/err"
is whose-outer-and-inner "$(awk '$1 ~ /container$/ { print $1, substr($2, 1, 4) }' "$tmp/whose" | tr '\n' ' ')" 'container aaaa inner-container bbbb '
says whose-not-there "$tmp/err" 'there is no such cgroup here: this is what its path tells'
"$captrim" whose nobody >"$tmp/whose" 2>"$tmp/err"
is whose-wrong-status $? 2
says 'whose-wrong' "$tmp/err" "'nobody' is neither a process id nor a cgroup's path"
# A name that anybody may give a directory is a guess until the runtime's own files bear it out.
hosts=$tmp/hosts
cp -r "$(dirname "$0")/../data/hosts" "$hosts"
for host in paths guesses containerd; do
	mkdir -p "$hosts/$host/proc/self/ns" && touch "$hosts/$host/proc/self/ns/pid"
done
# NAME, GUESSED and the beginning of VALUE of the facts of these names.
facts() {
	"$captrim" whose --json --host-root "$hosts/$1" "$2" 2>"$tmp/err" |
		jq -r --arg names "$3" '[.facts[] | select(.name as $n | $names | split(" ") | index($n)) |
			"\(.name) \(.guessed // false) \(.value)"] | join(", ")'
}
is whose-guess "$(facts paths /ci/job-17 'container identity')" 'container true ci/job-17, identity false cgroup:/ci/job-17'
# All that a path tells, and what it does not.
is whose-path-says "$(facts paths /k8s.io/"$id" path-says)" \
	"path-says false kind=container runtime=containerd id=$id namespace=k8s.io unknown=pod"
is whose-borne-out "$(facts guesses /ci/job-17 'container identity')" \
	'container false ci/job-17, identity false name@containerd:ci/job-17'
"$captrim" whose --host-root "$hosts/paths" /ci/job-17 >"$tmp/whose" 2>"$tmp/err"
says whose-says-guessed "$tmp/whose" "(guessed from the cgroup's path)"
pod=/kubepods/burstable/pod11111111-2222-3333-4444-555555555555/2222222222222222222222222222222222222222222222222222222222222222
is whose-guessed-owner "$(facts containerd $pod 'name owner')" \
	'name false kube-system/traefik-7d5f6474df-bcdfg/traefik, owner true Deployment/traefik'
pod=/kubepods/burstable/pod99999999-2222-3333-4444-888888888888/8888888888888888888888888888888888888888888888888888888888888888
is whose-by-logs "$(facts containerd $pod 'name description')" 'name false shop/api-6b7c8d9f5b-zx2k4/api'
