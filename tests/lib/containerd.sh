# SPDX-License-Identifier: GPL-2.0-only
# A containerd of a test's own, with its CRI: state where containerds keep it, in a mount namespace
# of the test's own. Sourced after common.sh.
# shellcheck shell=bash disable=SC2154 # tmp and here are common.sh's

# Begins the script again in a mount namespace of its own, with arguments as they are.
in_own_mounts() {
	[ -z "${CAPTRIM_OWN_MOUNTS-}" ] || return 0
	unshare -m true 2>/dev/null || { skip all 'no mount namespaces'; exit 0; }
	rm -rf "$tmp"
	CAPTRIM_OWN_MOUNTS=1 exec unshare -m --propagation private "$0" "$@"
}

# Ends the script with one SKIP line unless a containerd runs, with images of busybox, that sleep or run what they are told.
# $ctr is the socket then; ends with end_containerd.
need_containerd() {
	local bb

	for program in containerd ctr runc curl python3; do
		command -v "$program" >/dev/null || { skip all "no $program"; exit 0; }
	done
	bb=$(command -v busybox) || { skip all 'no busybox (package busybox-static)'; exit 0; }
	mkdir -p /run/containerd
	mount -t tmpfs -o mode=0711 none /run/containerd || { skip all 'no tmpfs'; exit 0; }
	ctr=/run/containerd/containerd.sock
	image=localhost/captrim-test:1
	cat >"$tmp/containerd.toml" <<-END
		version = 2
		root = "$tmp/root"
		state = "/run/containerd"
		[grpc]
		  address = "$ctr"
		[ttrpc]
		  address = "/run/containerd/ttrpc.sock"
		[plugins."io.containerd.grpc.v1.cri"]
		  sandbox_image = "$image"
		  disable_apparmor = true
		  disable_hugetlb_controller = true
		  restrict_oom_score_adj = true
	END
	setsid containerd -c "$tmp/containerd.toml" >"$tmp/containerd.log" 2>&1 </dev/null &
	containerd_pid=$!
	for _ in $(seq 300); do
		ctr -a "$ctr" version >/dev/null 2>&1 && break
		kill -0 "$containerd_pid" 2>/dev/null || { skip all "containerd does not run here: $(tail -n 1 "$tmp/containerd.log")"; exit 0; }
		sleep 0.1
	done
	python3 "$here/tests/lib/cri.py" image "$tmp/image.tar" "$image" "$bb"
	for space in k8s.io default ci; do
		ctr -a "$ctr" -n "$space" images import "$tmp/image.tar" >/dev/null 2>"$tmp/err" ||
			{ skip all "no image: $(tail -n 1 "$tmp/err")"; end_containerd; exit 0; }
	done
}

cri() { python3 "$here/tests/lib/cri.py" "$ctr" "$@"; }

# What runs is ended first, then the daemon; cgroups that are empty go, too.
end_containerd() {
	local space task pids

	[ -n "${containerd_pid-}" ] || return 0
	for space in k8s.io default ci; do
		for task in $(ctr -a "$ctr" -n "$space" tasks ls -q 2>/dev/null); do
			ctr -a "$ctr" -n "$space" tasks kill -s KILL -a "$task" >/dev/null 2>&1
		done
	done
	for _ in $(seq 100); do
		pids=$(for space in k8s.io default ci; do ctr -a "$ctr" -n "$space" tasks ls 2>/dev/null | grep -c RUNNING; done | paste -sd+)
		[ $((pids)) -gt 0 ] || break
		sleep 0.1
	done
	for space in k8s.io default ci; do
		for task in $(ctr -a "$ctr" -n "$space" containers ls -q 2>/dev/null); do
			ctr -a "$ctr" -n "$space" tasks rm -f "$task" >/dev/null 2>&1
			ctr -a "$ctr" -n "$space" containers rm "$task" >/dev/null 2>&1
		done
	done
	kill "$containerd_pid" 2>/dev/null
	for _ in $(seq 100); do
		kill -0 "$containerd_pid" 2>/dev/null || break
		sleep 0.1
	done
	kill -9 "$containerd_pid" 2>/dev/null
	containerd_pid=
	awk -v top="$tmp/" 'index($5, top) == 1 { print $5 }' /proc/self/mountinfo | sort -r | xargs -r umount -l 2>/dev/null
	for space in /sys/fs/cgroup /sys/fs/cgroup/*; do
		[ -e "$space/cgroup.procs" ] || continue
		rmdir "$space"/system.slice/captrim-*.service/kubepods/besteffort/*/* \
			"$space"/system.slice/captrim-*.service/kubepods/besteffort/* \
			"$space"/system.slice/captrim-*.service/{kubepods/besteffort,kubepods,} 2>/dev/null
		rmdir "$space"/kubepods/besteffort/*/* "$space"/kubepods/besteffort/* "$space"/kubepods/besteffort \
			"$space"/kubepods "$space"/k8s.io/* "$space"/k8s.io "$space"/ci/* "$space"/ci 2>/dev/null
	done
}
