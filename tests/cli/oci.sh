#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# OCI runtimes start a process as --format oci says: its five sets are read from /proc/self/status.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
golden=$here/tests/golden/emit
header=/usr/include/linux/capability.h

[ "$(id -u)" = 0 ] || { skip all "needs root"; exit 0; }
command -v jq >/dev/null || { skip all "no jq"; exit 0; }
[ -r $header ] || { skip all "no $header"; exit 0; }
busybox=$(command -v busybox) || { skip all "no busybox (package busybox-static)"; exit 0; }
bundle=$tmp/bundle
mkdir -p "$bundle"/rootfs/{bin,proc,dev,sys}
cp "$busybox" "$bundle/rootfs/bin/busybox"
held=$((0x$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)))

# number SET: of the names in the advice
number() {
	local name bit sum=0

	for name in $(jq -r ".process.capabilities.$1[]" "$tmp/advice"); do
		bit=$(sed -n "s/^#define ${name}[[:space:]]*\([0-9]*\).*/\1/p" $header)
		sum=$((sum | 1 << bit))
	done
	echo $sum
}

# status FIELD: of the process that the runtime started
status() { sed -n "s/^$1:[[:space:]]*//p" "$tmp/status"; }

# crun refuses a hybrid tree of cgroups, and what is tested here has nothing to do with cgroups.
in_v2() {
	# shellcheck disable=SC2016 # expanded by the inner shell
	unshare -m sh -c 'mount --make-rprivate / && umount -R /sys/fs/cgroup &&
		mount -t cgroup2 none /sys/fs/cgroup && exec "$@"' sh "$@"
}

# starts RUNTIME NAME UID: with the advice in $tmp/advice, over what the runtime itself proposes
starts() {
	local runtime=$1 name="$1 $2" set field

	jq -s --argjson uid "$3" '.[0] * .[1] | .process.terminal = false | del(.linux.resources) |
		.process.args = ["/bin/busybox", "cat", "/proc/self/status"] |
		.process.user = {uid: $uid, gid: $uid}' "$tmp/spec.json" "$tmp/advice" >"$bundle/config.json"
	if ! "${view[@]}" "$runtime" --root "$tmp/state" run --bundle "$bundle" "captrim-oci-$$-$runtime" \
		>"$tmp/status" 2>"$tmp/err" </dev/null; then
		fail "$name" "$(head -c 300 "$tmp/err" | tr '\n' ' ')"
		return
	fi
	for set in bounding:CapBnd effective:CapEff inheritable:CapInh permitted:CapPrm ambient:CapAmb; do
		field=${set#*:}
		is "$name, ${set%:*}" "$((0x$(status "$field")))" "$(number "${set%:*}")"
	done
	is "$name, no_new_privs" "$(status NoNewPrivs)" \
		"$(jq 'if .process.noNewPrivileges then 1 else 0 end' "$tmp/advice")"
}

for runtime in runc crun; do
	command -v $runtime >/dev/null || { skip $runtime "no $runtime"; continue; }
	view=()
	if [ $runtime = crun ]; then
		view=(in_v2)
		in_v2 true 2>"$tmp/err" || { skip crun "no cgroup v2: $(head -n 1 "$tmp/err")"; continue; }
	fi
	rm -f "$tmp/spec.json" "$bundle/config.json"
	(cd "$bundle" && $runtime spec && mv config.json "$tmp/spec.json")
	# As root, with file capabilities elsewhere; and as another user, who has them ambient.
	for case in web:0 host:100; do
		cp "$golden/${case%:*}.oci" "$tmp/advice"
		if [ $(($(number bounding) & ~held)) -ne 0 ]; then
			skip "$runtime ${case%:*}" "this machine cannot grant it: $(jq -c .process.capabilities.bounding "$tmp/advice")"
			continue
		fi
		starts $runtime "${case%:*}" "${case#*:}"
	done
done
