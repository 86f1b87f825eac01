# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2054,SC2154 # root, units, here are others'
# The daemon's unit as it is shipped, in a booted systemd. Behind machine.sh.

service=captrim-monitor.service

# Boots a machine with the unit, its user and its socket, and a script that asks what the daemon sees.
service_boot() {
	machine_options=(--capability=CAP_BPF,CAP_PERFMON,CAP_SYSLOG --system-call-filter=bpf --private-network)
	machine_root
	units=$root/etc/systemd/system
	systemd-sysusers --root="$root" "$here/packaging/sysusers.d/captrim.conf" >"$tmp/out" 2>&1 ||
		{ skip all "systemd-sysusers: $(head -n 1 "$tmp/out")"; exit 0; }
	sed 's|/usr/bin/captrim|/captrim|' "$here/packaging/$service" >"$units/$service"
	cp "$here/packaging/captrim-monitor.socket" "$here/packaging/captrim-ui.socket" "$units/"
	mkdir -p "$root/etc/captrim"
	echo 'interval: 1s' >"$root/etc/captrim/captrim.yaml"
	facts_script >"$root/facts"
	chmod 755 "$root/facts"
	machine_boot
}

# facts: makes a container as a runtime does, waits until the daemon has seen what it does, and prints the
# user that its configuration names (a file that only root may read) and whose network it has (a link of
# a process of root's), with the need.
facts_script() {
	cat <<'SCRIPT'
#!/bin/sh
id=$(head -c 32 /dev/urandom | sha256sum | cut -c 1-64)
dir=/run/containerd/io.containerd.runtime.v2.task/moby/$id
group=/sys/fs/cgroup/docker/$id
mkdir -p "$dir" "$group"
chmod 700 /run/containerd
cat >"$dir/config.json" <<JSON
{"ociVersion":"1.0.2","process":{"user":{"uid":0,"gid":0},"args":["x"],
 "capabilities":{"bounding":["CAP_CHOWN","CAP_KILL"]}},
 "linux":{"namespaces":[{"type":"mount"},{"type":"pid"},{"type":"network","path":"/proc/1/ns/net"}]}}
JSON
mkfifo "/run/$id"
(read -r go <"/run/$id"; exec unshare -m sh -c "chown 1 /run/$id; exec sleep 60") &
pid=$!
echo "$pid" >"$group/cgroup.procs"
echo go >"/run/$id"
n=0
while [ $((n += 1)) -le 40 ]; do
	said=$(/captrim advise --store /var/lib/captrim/captrim.db -c "$(echo "$id" | cut -c 1-12)" --format json 2>/dev/null |
		jq -r '.workloads[0] | "\(.container.user) \(.container.network) \(if .advice.cap_add | index("CHOWN") then "CHOWN" else "" end)"')
	case $said in *CHOWN) break ;; esac
	sleep 0.5
done
kill "$pid"
echo "$said"
[ "$said" = '0:0 host CHOWN' ]
SCRIPT
}
